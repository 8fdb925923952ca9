"""Check where a command starts: a terminal may lack characters or columns, and environment
variables may ask JAX for what it cannot do here.
"""

import contextlib
import io
import os
import re
import shutil
import sys
from typing import NamedTuple

from toymono.config import InputError

_COLUMNS = (40, 400)  # in fewer, the layout of help takes minutes; in more, it is all blanks
# JAX reads these when it starts its devices; each has the setting that undoes it. It reads all
# other variables when it is imported.
_DEVICE_VARIABLES = {
    "JAX_PLATFORMS": ("jax_platforms", "cpu"),
    "JAX_PLATFORM_NAME": ("jax_platform_name", ""),
    "JAX_NUM_CPU_DEVICES": ("jax_num_cpu_devices", -1),
}


class _Strict(NamedTuple):
    """Values of a variable under which toymono cannot compute, a value that undoes them, and the
    reason.
    """

    refused: tuple[object, ...]
    instead: object
    why: str


_STRICT = {
    "JAX_DISABLE_JIT": _Strict((True,), False, "training takes months without compilation"),
    "JAX_NUMPY_RANK_PROMOTION": _Strict(
        ("raise",), "allow", "biases are added to whole batches, which this forbids"
    ),
    "JAX_NUMPY_DTYPE_PROMOTION": _Strict(
        ("strict",), "standard", "integers and floats are mixed, which this forbids"
    ),
    "JAX_DEBUG_INFS": _Strict((True,), False, "a loss that is not measured yet is infinite"),
    "JAX_TRANSFER_GUARD": _Strict(
        ("disallow", "disallow_explicit"), "allow", "settings are copied to the device"
    ),
}


class Fault(NamedTuple):
    """A variable that keeps JAX from computing as toymono needs, and the sentence that says so."""

    variable: str | None  # None where no variable is to blame
    sentence: str


def fit_terminal() -> None:
    """Print "?" for characters that a terminal lacks, and lay text out in a sensible width."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    least, most = _COLUMNS
    width = shutil.get_terminal_size().columns
    if not least <= width <= most:
        os.environ["COLUMNS"] = str(min(max(width, least), most))


def jax_fault() -> Fault | None:
    """What keeps JAX from computing here, or None; loads it, and starts its devices."""
    try:
        import jax
    except ValueError as error:  # a setting of JAX that has no such value
        blamed = next((name for name in sorted(os.environ) if _is_named(name, error)), None)
        return _fault(blamed, "a value that JAX knows", "unset it", error)
    try:
        jax.devices()
    except (RuntimeError, AssertionError) as error:  # an AssertionError where CUDA has no GPU
        blamed = next((name for name in _DEVICE_VARIABLES if os.environ.get(name)), None)
        fix = "unset it, or set JAX_PLATFORMS=cpu"
        return _fault(blamed, "devices that this machine has", fix, error)
    for variable, strict in _STRICT.items():
        if getattr(jax.config, variable.lower()) in strict.refused:
            return _fault(variable, f"unset, as {strict.why}", "unset it")
    return None


def _is_named(variable: str, error: ValueError) -> bool:
    return variable.startswith("JAX_") and bool(
        re.search(rf"\b{variable}\b", str(error), re.IGNORECASE)
    )


def _fault(blamed: str | None, rule: str, fix: str, error: Exception | None = None) -> Fault:
    if blamed is None:
        return Fault(None, f"JAX must start, but {error!r}; try JAX_PLATFORMS=cpu")
    value = os.environ.get(blamed)  # None where a program set it through jax.config
    return Fault(blamed, f"{blamed} must be {rule}, but is {value!r}; {fix}")


def require_jax() -> None:
    """Raise InputError if JAX cannot compute as its variables ask."""
    fault = jax_fault()
    if fault:
        raise InputError(fault.sentence)


def jax_anyway() -> list[Fault]:
    """Make JAX compute on the CPU if it cannot compute as its variables ask; return the faults.

    Stored runs can be read and tabulated without the devices that trained them.
    """
    faults: list[Fault] = []
    while (fault := jax_fault()) and fault not in faults:
        faults.append(fault)
        _leave_out(fault.variable)
    if fault:
        raise InputError(fault.sentence)
    return faults


def _leave_out(variable: str | None) -> None:
    """Undo what a variable asks of JAX."""
    if variable is not None:
        os.environ.pop(variable, None)
    if "jax" not in sys.modules:  # its import failed, half way through its parts
        for name in [name for name in sys.modules if name.startswith("jax.")]:
            del sys.modules[name]
        return
    import jax

    allowed = ((name.lower(), strict.instead) for name, strict in _STRICT.items())
    for name, instead in (*_DEVICE_VARIABLES.values(), *allowed):
        with contextlib.suppress(RuntimeError):  # devices that have started stay as they are
            jax.config.update(name, instead)
