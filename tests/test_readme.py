import ast
import pathlib
import re
import shlex
import subprocess
import sys

import mutations
import pytest

ROOT = pathlib.Path(__file__).parent.parent
SCREENSHOTS = {
    *(f"explorer-{view}" for view in ("contrast", "sweep", "member", "geometry", "what-if")),
    "report",
}
README = (ROOT / "README.md").read_text()


def test_every_file_that_a_document_links_to_is_there():
    for document in ROOT.glob("**/*.md"):
        if ".venv" not in document.parts:
            for target in re.findall(r"\]\(((?!http)[^)#]+)\)", document.read_text()):
                assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_part_that_the_tree_names_is_there():
    tree = README.split("## The tree")[1].split("```")[1]
    for folder in re.findall(r"^(\w+/)", tree, re.M):
        assert (ROOT / folder).is_dir(), folder
    inside = tree.split("experiments/")[0]
    for name in re.findall(r"(?:^  |  )(\w+/|\w+\.py)\b", inside, re.M):
        assert (ROOT / "toymono" / name).exists(), name


@pytest.mark.long
def test_the_tables_of_all_documents_are_what_the_figures_folder_holds(load_script):
    script = load_script("_readme")
    named = script.tables(ROOT / "figures", ROOT / "experiments")
    for file in script.DOCUMENTS:
        text = file.read_text()
        assert script.renewed(text, named) == text, (
            f"run experiments/_readme.py: {file} is not renewed"
        )
        assert set(re.findall(r"<!-- (\w+) table: begin -->", text)) <= set(named)


@pytest.mark.long
def test_every_table_stands_in_a_document(load_script):
    script = load_script("_readme")
    documents = "".join(file.read_text() for file in script.DOCUMENTS)
    for name in script.tables(ROOT / "figures", ROOT / "experiments"):
        assert documents.count(f"<!-- {name} table: begin -->") == 1, name


def test_the_commands_of_the_first_screen_are_targets_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"(?:^|`)make (\w+)", README, re.M):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_the_gallery_shows_every_figure_with_its_verdict(load_script):
    page = (ROOT / "figures" / "index.html").read_text()
    assert (
        load_script("_gallery").gallery((ROOT / "experiments").glob("[a-z]*.py"), ROOT / "figures")
        == page
    )
    for target in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert (ROOT / "figures" / target).exists(), target
    drawn = {file.stem for file in (ROOT / "figures").glob("*.png")} - SCREENSHOTS - {"claims"}
    assert drawn == set(re.findall(r'src="([^"]+)\.png"', page))


def test_the_gallery_finds_the_claims_that_an_experiment_names(load_script):
    found = load_script("_gallery").claims_in("claims C1 to C3 and C7; Figs 1, 3; M2")
    assert found == ["C1", "C2", "C3", "C7", "M2"]


def test_every_mutation_finds_its_place_and_its_test():
    for each in mutations.ALL:
        assert (ROOT / each.file).read_text(encoding="utf-8").count(each.old) == 1, each.name
        module, _, name = each.test.partition("::")
        assert not name or f"def {name.split('[')[0]}(" in (ROOT / "tests" / module).read_text(
            encoding="utf-8"
        )


def blocks(language):
    """The fenced blocks of the README that are in this language; shell blocks name none."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.M | re.S)
    return [text for name, text in fenced if name == language]


# What is not run: the explorer serves until Ctrl-C, clusters are not here, and the desk's runs take
# from minutes on.
NOT_RUN = ("toymono explore", "--on", "runs/demo-desk", "--scale desk", "--scale paper")


def commands():
    """The README's toymono commands, in order, each as a list of words."""
    lines = "".join(blocks("")).replace("\\\n", " ").splitlines()
    ours = [line for line in lines if line.startswith((".venv/bin/toymono ", "toymono "))]
    return [
        shlex.split(line, comments=True)[1:]
        for line in ours
        if not any(words in line for words in NOT_RUN)
    ]


@pytest.mark.long
def test_the_commands_of_the_readme_run_as_they_stand(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "figures").symlink_to(ROOT / "figures")
    (tmp_path / "ideas.py").write_text(next(b for b in blocks("python") if "@tm." in b))
    assert {words[0] for words in commands()} >= {"list", "run", "table", "figure", "claims"}
    for words in commands():
        command = pathlib.Path(sys.executable).parent / "toymono"
        done = subprocess.run([command, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.long
def test_the_python_of_the_readme_runs_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert blocks("python")
    for block in (block for block in blocks("python") if "@tm." not in block):
        exec(compile(block, "README.md", "exec"), {})
    assert list(tmp_path.rglob("*.nc"))


def test_imports_run_down_the_tree():
    levels = {
        room: int(level) for room, level in re.findall(r"^  (\w+)/ +(\d)  ", README, re.MULTILINE)
    }
    assert len(levels) == 9
    for file in (ROOT / "toymono").rglob("*.py"):
        room = file.relative_to(ROOT / "toymono").parts[0]
        if room in ("__main__.py", "__init__.py"):
            continue
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("toymono."):
                other = node.module.split(".")[1]
                assert levels.get(other, 0) <= levels.get(room, 0), f"{file}: {node.module}"
