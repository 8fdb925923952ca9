import re

from toymono import environment
from toymono.sweeps.store import provenance, stored_provenance


def test_a_package_that_is_missing_is_said_to_be_so(monkeypatch):
    monkeypatch.setattr(environment, "PACKAGES", ("jax", "no-such-package"))
    assert environment.versions()["no-such-package"] == "not installed"


def test_a_result_carries_the_provenance_of_the_moment_it_was_made(smoke_data):
    assert stored_provenance(smoke_data) == provenance()
    assert re.fullmatch(r"[0-9a-f]{40}(-dirty)?|unknown", provenance()["git_commit"])
