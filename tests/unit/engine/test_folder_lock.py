"""The lock of a folder: one process at a time, through crashes and forks."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from native_engine import FolderError, FolderInUseError
from native_engine.journal.folder import FolderFiles

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no folders"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]

HOLDER = r"""
import os, sys
from native_engine.journal.folder import FolderFiles
files = FolderFiles.lock(sys.argv[1])
if "forks" in sys.argv and os.fork() == 0:
    os.write(1, b"child\n")
else:
    os.write(1, b"holder\n")
sys.stdin.read()
files.close()
"""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "folder")


@pytest.fixture
def start(path: str) -> Iterator[Start]:
    """Start a process that has locked the folder, and ends with its input."""
    started: list[subprocess.Popen[str]] = []

    def start(*ways: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", HOLDER, path, *ways]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert {process.stdout.readline() for _ in range(2 if "forks" in ways else 1)} >= {"holder\n"}
        return process

    yield start
    for process in started:
        end(process)


def end(process: subprocess.Popen[str]) -> None:
    process.communicate()


def in_child(act: Callable[[], None]) -> int:
    """Run it in a forked child; return its exit code, 0 for success."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.alarm(20)
            act()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def refused(path: str) -> FolderInUseError:
    with pytest.raises(FolderInUseError) as refusal:
        FolderFiles.lock(path)
    return refusal.value


def opened(path: str) -> None:
    FolderFiles.lock(path).close()


# ---- one at a time --------------------------------------------------------------------------------------------------


def test_another_process_is_named(path: str, start: Start) -> None:
    holder = start()
    error = refused(path)
    assert error.holder == holder.pid
    assert f"{path} is in use by process {holder.pid}" in str(error)
    end(holder)
    opened(path)


def test_a_second_one_of_this_process_is_refused(path: str) -> None:
    files = FolderFiles.lock(path)
    error = refused(f"{path}/../folder/")
    assert error.holder == os.getpid()
    assert "in use by this process" in str(error)
    files.create("0000000001.journal")
    files.close()
    opened(path)


def test_one_that_nothing_refers_to_any_more_lets_go(path: str) -> None:
    files = FolderFiles.lock(path)
    del files
    gc.collect()
    opened(path)


def test_a_lock_whose_file_was_removed_holds(path: str, start: Start) -> None:
    start()
    (Path(path) / "lock").unlink()
    assert refused(path).holder is None


def test_looking_is_allowed_meanwhile(path: str, start: Start) -> None:
    start()
    FolderFiles.look(path).close()
    refused(path)


# ---- who has it -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("crash", [True, False])
def test_one_that_had_it_before_is_never_named(path: str, start: Start, crash: bool) -> None:
    """Between taking the lock and writing who has it, an opener must not be told of an earlier one."""
    first = start()
    if crash:
        first.kill()
    end(first)
    lock = Path(path) / "lock"
    earlier = lock.read_bytes()
    holder = start()
    assert refused(path).holder == holder.pid
    lock.write_bytes(earlier)
    assert refused(path).holder is None


def test_a_closed_folder_names_no_process(path: str) -> None:
    opened(path)
    assert b"\nprocess" not in (Path(path) / "lock").read_bytes()


@pytest.mark.parametrize("text", [b"process 99999999999999999\n", b"process 0\n", b"process -1\n", b"process x\n", b""])
def test_what_names_no_process_is_not_believed(path: str, start: Start, text: bytes) -> None:
    start()
    lock = Path(path) / "lock"
    lock.write_bytes(lock.read_bytes().rpartition(b"process ")[0] + text)
    error = refused(path)
    assert error.holder is None
    assert "in use by another process" in str(error)


# ---- crashes and forks ----------------------------------------------------------------------------------------------


def test_a_killed_holder_is_no_obstacle(path: str, start: Start) -> None:
    holder = start()
    holder.kill()
    end(holder)
    opened(path)


def test_a_child_that_lives_on_is_no_obstacle(path: str, start: Start) -> None:
    holder = start("forks")
    assert refused(path).holder == holder.pid
    holder.kill()
    holder.wait()
    opened(path)  # while the child waits for the end of its input


def test_a_child_lets_go_of_its_descriptors_only(path: str) -> None:
    files = FolderFiles.lock(path)
    file = files.create("0000000001.journal")

    def act() -> None:
        for use in (files.size, files.fdatasync):
            with pytest.raises(OSError, match="Bad file descriptor"):
                use(file)
        with pytest.raises(OSError, match="Bad file descriptor"):
            files.names()
        assert refused(path).holder == os.getppid()
        files.close()
        assert refused(path).holder == os.getppid()

    assert in_child(act) == 0
    assert refused(path).holder == os.getpid()
    files.pwrite(file, b"text", 0)
    files.close()
    opened(path)


@pytest.mark.parametrize("way", [FolderFiles.close, FolderFiles.__del__])
def test_a_child_does_not_unlock_for_its_parent(path: str, way: Callable[[FolderFiles], None]) -> None:
    files = FolderFiles.lock(path)
    assert in_child(lambda: way(files)) == 0
    assert refused(path).holder == os.getpid()
    files.close()


DROPPED_FIRST = """
import os, sys
dropped = []
os.register_at_fork(after_in_child=dropped.clear)
from native_engine.journal.folder import FolderFiles
dropped.append(FolderFiles.lock(sys.argv[1]))
if os.fork() == 0:
    os._exit(0)
os.wait()
FolderFiles.lock(sys.argv[1])
"""


def test_a_hook_that_drops_a_folder_in_a_child_does_not_unlock_it(path: str) -> None:
    run = subprocess.run([sys.executable, "-c", DROPPED_FIRST, path], capture_output=True, text=True, check=False)
    assert "FolderInUseError" in run.stderr


def test_a_child_has_a_folder_of_its_own(path: str) -> None:
    files = FolderFiles.lock(path)
    assert in_child(lambda: opened(f"{path} of the child")) == 0
    files.close()
    assert in_child(lambda: opened(path)) == 0


def test_a_program_that_is_started_does_not_inherit_the_lock(path: str) -> None:
    files = FolderFiles.lock(path)
    sleeper = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False)
    files.close()
    opened(path)
    sleeper.communicate(b"\n")


def test_a_refused_opener_leaves_nothing_open(path: str, tmp_path: Path) -> None:
    files = FolderFiles.lock(path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "text").touch()
    before = os.listdir("/dev/fd")
    for _ in range(3):
        refused(path)
        with pytest.raises(FolderError, match="neither empty"):
            FolderFiles.lock(str(tmp_path / "full"))
        with pytest.raises(FolderError, match="neither empty"):
            FolderFiles.look(str(tmp_path / "full"))
    assert os.listdir("/dev/fd") == before
    files.close()
