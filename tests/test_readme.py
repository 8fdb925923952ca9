import importlib.util
import pathlib
import re

ROOT = pathlib.Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def _readme_script():
    spec = importlib.util.spec_from_file_location("readme", ROOT / "experiments" / "_readme.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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


def test_the_tables_are_what_the_figures_folder_holds():
    assert _readme_script().renewed(README, ROOT / "figures") == README


def test_the_commands_of_the_first_screen_are_targets_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"(?:^|`)make (\w+)", README, re.M):
        assert re.search(rf"^{target}:", makefile, re.M), target
