"""JAX, numpy and optax, loaded at first use, so that a command that needs only the names and
numbers of components does not wait for them.
"""

import importlib
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jax as jax
    import jax.numpy as jnp
    import numpy as np
    import optax as optax
else:

    class _Lazy(ModuleType):
        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever the module holds)
            return getattr(importlib.import_module(self.__name__), name)

    jax, jnp, np, optax = map(_Lazy, ("jax", "jax.numpy", "numpy", "optax"))

__all__ = ["jax", "jnp", "np", "optax"]
