import shutil

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from toymono.analysis.dashboard_data import responses_of
from toymono.config import InputError
from toymono.evidence.results import results_of_run
from toymono.evidence.verdicts import verdicts
from toymono.explorer.stored_runs import studies
from toymono.sweeps.store import read_member, read_run


@pytest.fixture
def study(smoke_run):
    return studies([smoke_run])[smoke_run.name]


def test_a_run_is_known_by_its_folder_s_name_and_two_of_one_name_by_a_number(smoke_run, tmp_path):
    other = shutil.copytree(smoke_run, tmp_path / smoke_run.name)
    assert list(studies([smoke_run, other])) == [smoke_run.name, f"{smoke_run.name} (2)"]


def test_a_folder_of_runs_stands_for_the_runs_in_it(smoke_run):
    assert list(studies([smoke_run.parent])) == [
        path.name for path in sorted(smoke_run.parent.iterdir())
    ]


def test_a_run_that_is_named_twice_is_refused(smoke_run):
    with pytest.raises(InputError, match="is named twice"):
        studies([smoke_run, smoke_run.parent / "." / smoke_run.name])


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"^folder must be a run, or a folder with runs"):
        studies([tmp_path])


def test_a_folder_of_results_alone_may_stand_beside_a_run(smoke_run, request, tmp_path):
    figures = request.config.rootpath / "figures"
    assert [*studies([smoke_run, figures])] == [*studies([figures, smoke_run])] == [smoke_run.name]
    with pytest.raises(InputError, match=r"^folder must be a run"):
        studies([figures])


def test_opening_a_run_reads_no_parameters(study, monkeypatch):
    read = []
    original = xr.core.indexing.LazilyIndexedArray.get_duck_array

    def noting(self):
        read.append(getattr(getattr(self.array, "variable_name", None), "split", lambda: [""])()[0])
        return original(self)

    monkeypatch.setattr(xr.core.indexing.LazilyIndexedArray, "get_duck_array", noting)
    assert len(study.run.table) == 18
    assert len(study.labels) == 18
    assert "task_loss" in read  # what is read is seen at all
    assert not {"encoder_kernel", "encoder_bias", "decoder_kernel"} & set(read)


def test_a_member_is_measured_once(study):
    assert study.member(4) is study.member(4)
    assert study.member(4).dashboard is study.member(4).dashboard


def test_a_frame_shows_the_network_as_it_was_at_its_record(study, smoke_run):
    (data,) = read_run(smoke_run)
    member = study.member(7)  # settings first, seeds within: setting 2, seed 1
    for record in (0, 4, len(data.step) - 1):
        stored = read_member(data, 1, 2, int(data.step[record]))
        responses = responses_of(stored.specimen)
        np.testing.assert_allclose(member.frame(record).values, responses, atol=1e-6)
        np.testing.assert_array_equal(
            member.frame(record).score, data.score.sel(seed=1).isel(setting=2, step=record).values
        )


def test_an_unknown_member_is_refused(study):
    with pytest.raises(InputError, match=r"^member must be a whole number from 0 to 17, but is 18"):
        study.member(18)


def test_a_link_to_a_run_is_the_run_itself(smoke_run, tmp_path):
    (tmp_path / "link").symlink_to(smoke_run)
    with pytest.raises(InputError, match="is named twice"):
        studies([smoke_run, tmp_path / "link"])


def test_results_of_a_study_are_those_of_its_run(study, smoke_run):
    found, wanted = study.results, results_of_run(smoke_run)
    assert found._replace(table=None) == wanted._replace(table=None)
    pd.testing.assert_frame_equal(found.table, wanted.table)
    pd.testing.assert_frame_equal(study.run.table, wanted.table[[*study.run.table.columns]])


def test_labels_say_what_differs_between_members(study):
    assert study.labels[0] == "lr 0.003, offset 0, decay 0, seed 0"
    assert len({*study.labels.values()}) == 18


def test_a_run_that_kept_its_last_networks_has_one_map(signed_run):
    member = studies([signed_run])["signed"].member(1)
    kept = [member.frame(record).values is not None for record in range(len(member.history.step))]
    assert kept == [*[False] * (len(kept) - 1), True]
    assert member.label == "seed 7"


def test_runs_of_no_batch_have_no_verdict(smoke_run, signed_run):
    assert len(verdicts([results_of_run(signed_run)])) == 0
    # The demo is a preset, but no claim rests on it.
    assert set(verdicts([results_of_run(smoke_run)]).verdict) == {"untested"}
