"""What is being looked at: the one record that controls change, pictures follow, and the address
spells out.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args

from toymono.config import require
from toymono.plots.members import Quantity

Tab = Literal["sweep", "member", "time", "what-if", "claims"]
TABS: dict[Tab, str] = {
    "sweep": "Sweep",
    "member": "Member",
    "time": "Time",
    "what-if": "What if",
    "claims": "Claims",
}


class View(NamedTuple):
    """One look at a run; None where nothing is chosen. The page's script knows the same names."""

    tab: Tab
    run: str
    member: int
    beside: int | None = None  # the member to compare with
    step: int | None = None  # of a record; None: the last
    neuron: int | None = None
    feature: int | None = None
    x: str | None = None
    y: str = "task_loss"
    colour: str | None = None
    quantity: Quantity = "responses"
    on: Mapping[int, float] | None = None  # amplitude of each feature that is on
    off: tuple[int, ...] = ()  # neurons that are switched off


def view_of(told: Mapping[str, Any]) -> View:
    """The view that a page asks for; raises InputError where a value is none of its kind."""
    fix = "correct the address"
    require(isinstance(told, Mapping), "view", "a record of what is looked at", told, fix)
    known = {
        name: value for name, value in told.items() if name in View._fields and value is not None
    }
    for name in ("member", "beside", "step", "neuron", "feature"):
        whole = isinstance(known.get(name, 0), int)
        require(whole, name, "a whole number", known.get(name), "correct the address")
    for name in ("run", "x", "y", "colour"):
        require(isinstance(known.get(name, ""), str), name, "a name", known.get(name), fix)
    for name, allowed in (("tab", TABS), ("quantity", get_args(Quantity))):
        value = known.get(name, next(iter(allowed)))
        require(
            value in tuple(allowed),
            name,
            f"one of {', '.join(allowed)}",
            value,
            "correct the address",
        )
    on = known.get("on", {})
    require(isinstance(on, dict), "on", "features with amplitudes", on, "correct the address")
    numbers = all(isinstance(value, int | float) for value in on.values()) and all(
        name.isdecimal() for name in on
    )
    require(numbers, "on", "features with amplitudes, as 3:0.5", on, "correct the address")
    off = known.get("off", [])
    require(
        isinstance(off, list) and all(isinstance(n, int) for n in off),
        "off",
        "whole numbers",
        off,
        "correct the address",
    )
    chosen = {int(feature): float(value) for feature, value in on.items()}
    fields: dict[str, Any] = {
        "tab": "sweep",
        "run": "",
        "member": 0,
        **known,
        "on": chosen,
        "off": tuple(off),
    }
    return View(**fields)
