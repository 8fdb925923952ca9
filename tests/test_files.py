import signal
import subprocess
import sys

import pytest

from toymono.config import InputError
from toymono.sweeps.files import check, locked, written_with_checksum
from toymono.text_files import written_whole

HOLD = (
    "import pathlib, sys, time\nfrom toymono.sweeps.files import locked\n"
    "with locked(pathlib.Path(sys.argv[1]) / 'k8-abc.nc'):\n"
    "    print('held', flush=True)\n    time.sleep(60)\n"
)


@pytest.fixture
def file(tmp_path):
    with written_with_checksum(tmp_path / "k8-abc.nc") as temporary:
        temporary.write_bytes(bytes(range(256)) * 16)
    return tmp_path / "k8-abc.nc"


def test_a_file_as_it_was_written_passes(file):
    check(file)
    ours = ("k8-abc.nc", "k8-abc.nc.sha256")
    assert sorted(path.name for path in file.parent.iterdir()) == sorted(ours)


def test_the_checksum_is_one_that_sha256sum_knows(file):
    subprocess.run(
        ["sha256sum", "--check", f"{file.name}.sha256"],
        cwd=file.parent,
        check=True,
        capture_output=True,
    )


@pytest.mark.parametrize("position", [0, 1000, 4095])
def test_a_flipped_bit_anywhere_is_found(file, position):
    content = bytearray(file.read_bytes())
    content[position] ^= 1
    file.write_bytes(content)
    with pytest.raises(InputError, match="as toymono wrote it, but is 'damaged: its checksum"):
        check(file)


def test_a_truncated_file_is_found(file):
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(InputError, match="as toymono wrote it"):
        check(file)


@pytest.mark.parametrize("text", ["", "zz", "\x00\xff"])
def test_a_damaged_checksum_is_no_checksum(file, text):
    (file.parent / f"{file.name}.sha256").write_text(text)
    with pytest.raises(InputError, match="as toymono wrote it"):
        check(file)


def test_a_file_of_an_older_toymono_has_no_checksum_and_passes(file):
    (file.parent / f"{file.name}.sha256").unlink()
    check(file)


def test_a_failed_write_leaves_neither_file_nor_checksum(tmp_path):
    with pytest.raises(RuntimeError), written_with_checksum(tmp_path / "k8-abc.nc") as temporary:
        temporary.write_bytes(b"half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def _holder(folder):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_a_result_has_one_writer_at_a_time(tmp_path):
    process = _holder(tmp_path)
    try:
        with (
            pytest.raises(InputError, match="one process at a time"),
            locked(tmp_path / "k8-abc.nc"),
        ):
            pass
    finally:
        process.kill()
        process.communicate()


def test_the_lock_dies_with_a_killed_process(tmp_path):
    process = _holder(tmp_path)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with locked(tmp_path / "k8-abc.nc"):
        pass


def test_what_a_killed_process_left_half_written_is_swept_away(tmp_path):
    for name in (".k8-abc.nc.123", ".k8-abc.nc.sha256.123"):
        (tmp_path / name).write_bytes(b"half")
    with written_whole(tmp_path / "k8-abc.nc") as temporary:
        temporary.write_bytes(b"whole")
    with locked(tmp_path / "k8-abc.nc"):
        assert {path.name for path in tmp_path.iterdir()} == {"k8-abc.nc", ".k8-abc.nc.lock"}
