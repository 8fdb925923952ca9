"""The code and machine behind a number: versions, commit, devices, memory, matrix-product rate."""

import importlib.metadata
import os
import pathlib
import platform
import shutil
import subprocess
import time

import psutil

from toymono.text_files import ENCODING

PACKAGES = ("toymono", "jax", "jaxlib", "flax", "optax", "numpy", "xarray", "plotly")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that results and figures depend on."""
    return {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}}


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:  # a machine that only trains needs no plotly
        return "not installed"


def git_commit() -> str:
    """Commit of toymono's checkout, with "-dirty" if changed; "unknown" without a checkout."""
    root = pathlib.Path(__file__).resolve().parent.parent
    if not (root / ".git").exists() or shutil.which("git") is None:
        return "unknown"
    described = subprocess.run(
        [
            "git",
            "--no-optional-locks",
            "-C",
            root,
            "describe",
            "--always",
            "--dirty",
            "--abbrev=40",
            "--exclude=*",
        ],
        capture_output=True,
        encoding=ENCODING,
        errors="replace",
        check=False,
    )
    return described.stdout.strip() or "unknown"


def devices() -> list[str]:
    """The devices that JAX computes on, in words."""
    import jax

    return [f"{device.platform}: {device.device_kind}" for device in jax.devices()]


def n_cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def free_memory() -> int:
    """Free bytes where JAX computes: main memory on a CPU, else memory of the first device."""
    import jax

    stats = jax.devices()[0].memory_stats()
    return (
        stats["bytes_limit"] - stats["bytes_in_use"] if stats else psutil.virtual_memory().available
    )


def browser() -> str | None:
    """The browser for static images: BROWSER_PATH, else a Chromium on the PATH, else None."""
    named = os.environ.get("BROWSER_PATH")
    return next(
        (path for name in ([named] if named else _BROWSERS) if (path := shutil.which(name))), None
    )


def multiply_adds_per_second(size: int = 1024, repeats: int = 8) -> float:
    """Rate of float32 matrix products here: the best of a few timed size x size products."""
    import jax
    import jax.numpy as jnp

    product = jax.jit(jnp.matmul)
    matrix = jnp.ones((size, size))
    product(matrix, matrix).block_until_ready()
    fastest = float("inf")
    for _ in range(repeats):
        started = time.perf_counter()
        product(matrix, matrix).block_until_ready()
        fastest = min(fastest, time.perf_counter() - started)
    return size**3 / fastest
