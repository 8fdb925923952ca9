import contextlib
import importlib.metadata
import io
import json
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from toymono.command_line import doctor
from toymono.command_line.commands import RunPreset
from toymono.command_line.main import main
from toymono.command_line.parsing import parsed
from toymono.config import Config, Hyper
from toymono.environment import browser
from toymono.evidence import verdicts
from toymono.evidence.mechanism_claims import MECHANISM
from toymono.evidence.paper_claims import CLAIMS
from toymono.evidence.verdicts import stored_verdicts
from toymono.gallery.figures import draw
from toymono.glossary import TERMS
from toymono.plots.write import write_json
from toymono.sweeps.presets import PRESETS
from toymono.sweeps.store import read_run

FIGURES = pathlib.Path(__file__).parent.parent / "figures"
TINY = (
    "--n-features 16 --n-embed 8 --n-neurons 24 --batch-size 16 --n-steps 20 --record-phase peak "
    "--learning-rate 0.003 0.03 --bias-offset 0 -1 --bias-decay 0 2 --l1 0 --seeds 0 1"
).split()


def _refused(capsys, *args):
    """The one sentence a command ends with; it must exit with status 2."""
    with pytest.raises(SystemExit) as stop:
        main(list(args))
    assert stop.value.code == 2
    return capsys.readouterr().err


def test_a_custom_sweep_is_the_product_of_its_numbers(tmp_path, capsys):
    out = tmp_path / "run"
    main(["run", "custom", *TINY, "--out", str(out)])
    printed = capsys.readouterr()
    assert "16 networks" in printed.err  # 2 rates, 2 offsets, 2 decays, 2 seeds
    assert str(out) in printed.out
    main(["table", str(out), "--json"])
    rows = json.loads(capsys.readouterr().out)
    settings = {(r["learning_rate"], r["bias_offset"], r["bias_decay"], r["seed"]) for r in rows}
    assert len(settings) == len(rows) == 16
    wanted = {
        "task_loss",
        "n_mono",
        "n_covered",
        "n_dead",
        "n_positive_bias",
        "mean_bias",
        "diverged",
        "member",
    }
    assert wanted <= set(rows[0])


@pytest.mark.parametrize(
    ("flag", "value", "sentence"),
    [
        (
            "--feature-density",
            "1.5",
            "feature_density must be above 0 and at most 1, but is 1.5; try 0.03125",
        ),
        ("--n-embed", "300", "n_embed must be at most n_features = 128, but is 300; lower n_embed"),
        (
            "--n-steps",
            "-5",
            "n_steps must be a whole number from 1 to 1073741823, but is -5; try 8192",
        ),
        (
            "--learning-rate",
            "nan",
            "learning_rate must be finite and above 0, but is nan; try 0.007",
        ),
        ("--bias-decay", "1000", "bias_decay must be at most 1 / learning_rate"),
    ],
)
def test_a_wrong_value_ends_with_one_sentence_and_writes_nothing(
    tmp_path, capsys, flag, value, sentence
):
    error = _refused(capsys, "run", "custom", flag, value, "--out", str(tmp_path / "run"))
    assert error.startswith(f"error: {sentence}")
    assert error.count("\n") == 1
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("run", "custom", "--task", "dcode"), "'dcode'.*--task.*decode.*reproject.*absolute"),
        (("run", "custom", "--seeds", "1.5"), "--seeds.*1.5.*INT"),
        (
            ("run", "custom", "--bias-ofset", "1"),
            "'--bias-ofset' is not a flag of `toymono run custom`; did you mean --bias-offset\\?",
        ),
        (
            ("table", "run", "--workers", "2"),
            "a flag of `toymono table`; see `toymono table --help`",
        ),
        (("table", "run", "another"), "'another' is a word too many for `toymono table`; see .*"),
        (("run", "dmo"), "'dmo' is not a known command or preset; did you mean demo\\?"),
        (("run", "xyzzy"), "xyzzy.*choose one of demo, recipe, levers"),
        (("run", "demo", "--scale", "huge"), "huge.*desk.*paper.*smoke"),
        (("figure", "--knd", "map"), "'--knd' is not a flag of .*; did you mean --kind\\?"),
        (("resume",), "`toymono resume` needs a folder; see `toymono resume --help`"),
        (("tabel",), "'tabel' is not a known command or preset; did you mean table\\?"),
    ],
)
def test_an_unknown_word_is_answered_in_one_sentence_with_the_known_ones(capsys, args, words):
    error = _refused(capsys, *args)
    assert re.fullmatch(f"error: .*{words}.*\n", error)


@pytest.mark.parametrize("verb", ["table", "figure"])
def test_a_folder_that_is_no_run_is_refused(tmp_path, capsys, verb):
    assert "folder must be a run" in _refused(capsys, verb, str(tmp_path))
    assert not list(tmp_path.iterdir())


def test_another_run_in_the_same_folder_is_refused(smoke_run, capsys):
    assert "seeds" in _refused(
        capsys, "run", "demo", "--scale", "smoke", "--seeds", "7", "--out", str(smoke_run)
    )


def test_a_folder_that_cannot_be_made_is_refused(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    error = _refused(
        capsys, "run", "demo", "--scale", "smoke", "--out", str(tmp_path / "file" / "run")
    )
    assert error.startswith("error: ")


def test_a_dry_run_prints_the_plan_and_writes_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    main(["run", "LR1", "--scale", "paper", "--dry-run"])
    printed = capsys.readouterr().out
    assert re.search(r"512/64/1024 +8192 +131584 +\d+ +18 .*GB .*MB .*(h|days)", printed)
    main(["run", "custom", "--n-steps", "2048", "--dry-run"])
    assert re.search(r"128/64/256 +512 +2560 +1 ", capsys.readouterr().out)  # steps that are made
    assert not list(tmp_path.iterdir())


@pytest.mark.long
def test_a_preset_s_folder_is_named_after_it(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    main(
        [
            "run",
            "LR3",
            "--scale",
            "smoke",
            "--seeds",
            "0",
            "--record-phase",
            "peak",
            "--record-params",
            "all",
        ]
    )
    (data,) = read_run(tmp_path / "runs" / "LR3-smoke")
    assert data.step.values.tolist() == data.param_step.values.tolist() == [2**j for j in range(11)]


def test_the_table_has_a_line_for_every_member(smoke_run, capsys):
    main(["table", str(smoke_run)])
    lines = capsys.readouterr().out.splitlines()
    assert sum(bool(re.match(r" +\d+ ", line)) for line in lines) == 18
    heads = " ".join(lines[: next(n for n, line in enumerate(lines) if "───" in line)])
    assert {"loss", "mono", "covered", "dead", "offset", "seed"} <= {*heads.split()}


def test_over_seeds_the_table_has_a_line_for_every_setting(smoke_run, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    main(["table", str(smoke_run), "--over-seeds"])
    assert len(re.findall(r"\[.+\] +3 *$", capsys.readouterr().out, re.M)) == 6
    main(["table", str(smoke_run), "--over-seeds", "--json"])
    assert all(row["n_mono_low"] <= row["n_mono"] for row in json.loads(capsys.readouterr().out))


def test_the_table_shows_the_circuit_where_it_is_asked_for(smoke_run, capsys):
    main(["table", str(smoke_run), "--show", "circuit", "--over-seeds"])
    out = capsys.readouterr().out
    assert all(re.search(rf"\b{head}\b", out) for head in ("linear", "rank", "share", "onset"))
    assert "dead" not in {*out.partition("───")[0].split()}


def test_the_list_names_every_preset_with_size_and_time(capsys):
    main(["list"])
    out = capsys.readouterr().out
    assert re.search(r"demo +128/64/256 +6 +[\d.]+ (s|min|h)", out)
    assert all(name in out for name in PRESETS)
    main(["list", "--scale", "paper"])
    assert re.search(r"LR1 +512/64/1024 +18 +[\d.]+ (h|days)", capsys.readouterr().out)


def test_the_list_fits_a_terminal_of_80_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    main(["list"])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_the_list_has_a_group_for_each_kind_of_sweep_and_one_for_yours(capsys):
    main(["list"])
    names = [line.split("  ")[0].strip() for line in capsys.readouterr().out.splitlines()]
    groups = ["toymono's own:", "Elhage et al.:", "the paper's:", "controls:", "yours:"]
    assert [name for name in names if name.endswith(":")] == groups
    after = [names[names.index(group) + 1] for group in groups]
    assert after == ["demo", "geometry", "LR1", "D2", "custom"]


@pytest.mark.parametrize("over_seeds", [(), ("--over-seeds",)])
@pytest.mark.parametrize("show", ["counts", "geometry"])
def test_a_table_fits_80_columns_in_blocks_that_repeat_what_names_a_row(
    smoke_run, capsys, monkeypatch, show, over_seeds
):
    monkeypatch.setenv("COLUMNS", "80")
    main(["table", str(smoke_run), "--show", show, *over_seeds])
    out = capsys.readouterr().out
    assert max(len(line.rstrip()) for line in out.splitlines()) <= 80
    assert "…" not in out
    rules = [line for line in out.splitlines() if line.strip().startswith("──")]
    first = r"^ *(rate|offset) " if over_seeds else r"^ *member "
    assert len(re.findall(first, out, re.MULTILINE)) == len(rules) >= 1


def test_the_table_of_claims_fits_80_columns(tmp_path, capsys, monkeypatch):
    shutil.copy(FIGURES / "S1.json", tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    main(["claims", str(tmp_path)])
    out = capsys.readouterr().out
    assert max(len(line.rstrip()) for line in out.splitlines()) <= 80
    assert "holds if at least 0.1; n 3, 0 of 9 unfinished" in " ".join(out.split())


def test_the_version_is_the_installed_one(capsys):
    main(["--version"])
    assert capsys.readouterr().out == f"toymono {importlib.metadata.version('toymono')}\n"


def test_a_run_of_one_s_own_without_a_flag_says_what_it_would_do_and_trains_nothing(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main(["run", "custom"])
    printed = capsys.readouterr()
    assert "128/64/256" in printed.out
    assert "8192 steps are asked for; training goes on" in printed.out  # and makes 8704
    assert "run custom must be given a flag, such as" in printed.err
    assert not list(tmp_path.iterdir())


KINDS = ("sweep", "traces", "biases", "map", "geometry", "circuit")


@pytest.mark.parametrize("kind", [*KINDS, pytest.param("all", marks=pytest.mark.long)])
def test_every_kind_of_figure_is_written(smoke_run, tmp_path, capsys, kind):
    file = tmp_path / "figure.html"
    main(["figure", str(smoke_run), "--kind", kind, "--out", str(file)])
    assert str(file) in capsys.readouterr().out
    assert "plotly" in file.read_text()


@pytest.mark.long
@pytest.mark.skipif(browser() is None, reason="no Chromium found: PNG cannot be drawn")
def test_a_map_is_drawn_as_png(smoke_run, tmp_path):
    main(
        [
            "figure",
            str(smoke_run),
            "--kind",
            "map",
            "--member",
            "3",
            "--out",
            str(tmp_path / "map.png"),
        ]
    )
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")


def test_a_figure_is_drawn_again_from_its_json(smoke_run, tmp_path, capsys):
    write_json(draw(smoke_run, "sweep")[0], tmp_path / "sweep.json")
    main(["figure", str(tmp_path / "sweep.json")])
    assert (tmp_path / "sweep.html").exists()
    (tmp_path / "bad.json").write_text("{}}")
    assert "bad.json must hold a figure" in _refused(capsys, "figure", str(tmp_path / "bad.json"))


@pytest.mark.long
def test_the_committed_verdicts_are_those_of_the_committed_results(tmp_path, capsys):
    drawn = tmp_path / "evidence.html"
    main(["claims", str(FIGURES), "--json", "--out", str(drawn)])
    printed = capsys.readouterr()
    assert str(drawn) in printed.err
    assert "plotly" in drawn.read_text(encoding="utf-8")
    judged = json.loads(printed.out)
    words = {"supported", "refuted", "inconclusive", "untested"}
    assert {row["claim_verdict"] for row in judged} <= words
    committed = json.loads((FIGURES / "claims.json").read_text(encoding="utf-8"))
    assert len(judged) == len(committed)
    for ours, theirs in zip(judged, committed, strict=True):
        for name, value in theirs.items():
            # A prediction is computed, and rounds otherwise with another number of threads.
            same = pytest.approx(value, rel=1e-4) if isinstance(value, float) else value
            assert ours[name] == same, (theirs["measured"], name)


def test_claims_judges_a_run_as_far_as_it_goes(smoke_run, capsys):
    main(["claims", str(smoke_run), "--json"])
    judged = json.loads(capsys.readouterr().out)
    assert {row["claim_verdict"] for row in judged} == {"untested"}
    assert {row["scale"] for row in judged} == {"smoke"}


@pytest.mark.parametrize("scale", ["smoke", "desk"])
def test_claims_prints_a_verdict_on_every_claim(smoke_run, monkeypatch, capsys, scale):
    monkeypatch.setenv("COLUMNS", "200")
    if scale == "desk":  # the committed results are judged by a test of their own
        monkeypatch.setattr(verdicts, "verdicts", lambda found: stored_verdicts(FIGURES))
    main(["claims", str(smoke_run)])
    words = "SUPPORTED|REFUTED|INCONCLUSIVE|UNTESTED"
    printed = capsys.readouterr().out
    lines = re.findall(rf"^ *([CM]\d+) .* \({scale} scale\) +(?:{words}) *$", printed, re.M)
    assert lines == [claim.name for claim in (*CLAIMS, *MECHANISM)]
    assert [line[0] for line in lines] == ["C"] * 12 + ["M"] * 8


def test_claims_without_a_batch_of_the_paper_are_refused(tmp_path, capsys):
    assert "folder must be a run" in _refused(capsys, "claims", str(tmp_path))
    main(["run", "custom", *TINY, "--out", str(tmp_path / "run")])
    capsys.readouterr()
    assert "runs of the paper's batches" in _refused(capsys, "claims", str(tmp_path / "run"))


def test_words_are_explained_below_the_table_they_stand_in_and_all_together(smoke_run, capsys):
    def printed(*words):
        main([*map(str, words)])
        return " ".join(capsys.readouterr().out.split())

    below = printed("table", smoke_run)
    assert "covered: a feature that is the favourite of some" in below and "onset" not in below
    assert "one of several: one of" in printed("table", smoke_run, "--show", "circuit")
    together = printed("glossary")
    assert all(term in together for term in TERMS)


@pytest.mark.long
def test_the_doctor_reports_and_passes_here(capsys):
    main(["doctor"])
    out = capsys.readouterr().out
    for word in ("jax", "device", "matmul precision", "free memory", "browser", "tiny run"):
        assert word in out
    assert "ok" in out


def test_the_doctor_says_what_is_wrong(capsys, monkeypatch):
    monkeypatch.setattr(doctor, "tiny_run", lambda: [2 * loss for loss in doctor.STORED_LOSSES])
    with pytest.raises(SystemExit) as stop:
        main(["doctor"])
    assert stop.value.code == 1
    assert "WRONG" in capsys.readouterr().out


def test_ctrl_c_says_how_to_go_on(tmp_path, monkeypatch):
    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr("toymono.sweeps.train_unit.snapshots", interrupted)
    with pytest.raises(SystemExit, match="Continue with: toymono resume"):
        main(["run", "demo", "--scale", "smoke", "--out", str(tmp_path / "run")])


def test_help_comes_without_loading_jax():
    program = (
        "import sys; from toymono.command_line.main import main\n"
        "try: main(['run', 'custom', '--help'])\n"
        "except SystemExit: pass\n"
    )
    check = (
        "heavy = ('jax', 'numpy', 'plotly', 'xarray')\n"
        "sys.exit([name for name in heavy if name in sys.modules] or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program + check], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "--learning-rate" in done.stdout


def test_python_m_toymono_is_toymono():
    done = subprocess.run(
        [sys.executable, "-m", "toymono", "--help"], capture_output=True, text=True, check=True
    )
    assert all(verb in done.stdout for verb in ("list", "run", "table", "figure", "doctor"))


def test_flags_that_set_the_model_are_the_fields_of_config():
    words = "run custom --n-neurons 7 --activation gelu --loss-every 3".split()
    sweep = parsed([*words, "--l1", "0", "0.5"]).what.sweep()
    assert sweep.base == Config(n_neurons=7, activation="gelu", loss_every=3)
    assert sweep.grids[0]["l1"] == (0.0, 0.5)
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown), pytest.raises(SystemExit):
        main(["run", "custom", "--help"])
    for name in {*vars(Config())} - {"options", "measures"} | {*Hyper()}:
        assert f"--{name.replace('_', '-')} " in shown.getvalue()


@pytest.mark.parametrize("verb", ["claims", "explore", "report"])
def test_a_verb_that_looks_at_runs_asks_for_one(verb, capsys):
    assert "a run, or a folder with runs, must be named" in _refused(capsys, verb)


def test_the_demo_keeps_every_record_unless_it_is_told_otherwise():
    assert RunPreset(preset="demo").sweep().base.record_params == "all"
    assert RunPreset(preset="demo", record_params="last").sweep().base.record_params == "last"
    assert RunPreset(preset="LR1").sweep().base.record_params == "last"
