import jax
import jax.numpy as jnp
import pytest
import running

from toymono.sweeps.run import run_sweep


@pytest.mark.long
def test_where_every_nan_is_an_error_the_smoke_sweep_gives_the_same_to_the_last_bit(
    smoke_sweep, smoke_run, tmp_path
):
    with jax.debug_nans(True):
        with pytest.raises(FloatingPointError, match="nan"):  # it is
            jnp.log(jnp.float32(-1.0))
        run_sweep(smoke_sweep, tmp_path)
    assert running.arrays(tmp_path) == running.arrays(smoke_run)
