"""Report every bad value from the user in one form."""


class InputError(ValueError):
    """A bad value from the user; the message names argument, rule, value and fix."""


def require(holds: bool, name: str, rule: str, value: object, fix: str) -> None:
    """Raise InputError, in the one form for bad values, unless the rule holds."""
    if not holds:
        raise InputError(f"{name} must be {rule}, but is {value!r}; {fix}")
