"""The folder of a durable engine: what is made, what is taken over, what is refused, and its files."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from native_engine import FolderError
from native_engine.journal.folder import FolderFiles, real_path

SEGMENT = "0000000001.journal"
NOBODY = 65534

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no folders"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder"


@pytest.fixture
def files(path: Path) -> Iterator[FolderFiles]:
    files = FolderFiles.lock(str(path))
    yield files
    files.close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def content(path: Path) -> dict[str, Any]:
    return {
        str(each.relative_to(path)): each.read_bytes() if each.is_file() else mode(each) for each in path.rglob("*")
    }


def opened(path: Path | str) -> None:
    FolderFiles.lock(str(path)).close()


def refused(path: Path | str, *words: str) -> None:
    """The folder is refused by both ways to open it, with an error that has its path and these words."""
    with pytest.raises(FolderError, match=re.escape(os.path.realpath(path))) as refusal:
        opened(path)
    assert all(word in str(refusal.value) for word in words), refusal.value


# ---- what is made and taken over ------------------------------------------------------------------------------------


def test_a_folder_that_is_not_there_is_made_private_with_those_above_it(tmp_path: Path) -> None:
    umask = os.umask(0o022)
    try:
        opened(tmp_path / "a" / "b" / "folder")
    finally:
        os.umask(umask)
    assert mode(tmp_path / "a") == mode(tmp_path / "a" / "b") == 0o755
    assert mode(tmp_path / "a" / "b" / "folder") == 0o700
    assert mode(tmp_path / "a" / "b" / "folder" / "lock") == 0o600


@pytest.mark.parametrize("names", [[], ["lost+found"]])
def test_an_empty_folder_is_taken_over_and_made_private(path: Path, names: list[str]) -> None:
    path.mkdir(mode=0o755)
    for name in names:
        (path / name).mkdir()
    opened(path)
    assert mode(path) == 0o700
    assert {each.name for each in path.iterdir()} == {"lock", *names}


def test_the_folder_behind_a_symbolic_link_is_made(tmp_path: Path, path: Path) -> None:
    (tmp_path / "link").symlink_to(path)
    opened(tmp_path / "link")
    assert (path / "lock").is_file()


def test_a_folder_is_opened_again_whatever_was_put_into_it(path: Path) -> None:
    opened(path)
    (path / "notes.txt").write_text("by hand", encoding="utf-8")
    path.chmod(0o750)
    (path / SEGMENT).touch()
    opened(path)
    assert mode(path) == 0o750, "of a folder with messages the mode is its owner's affair"


@pytest.mark.parametrize("text", [b"", b"\0" * 200, b"native_engine jour"])
def test_a_lock_whose_text_was_lost_is_no_obstacle(path: Path, text: bytes) -> None:
    opened(path)
    whole = (path / "lock").read_bytes()
    (path / SEGMENT).touch()
    (path / "lock").write_bytes(text)
    opened(path)
    assert (path / "lock").read_bytes() == whole


def test_the_lock_may_be_missing(path: Path) -> None:
    opened(path)
    (path / SEGMENT).touch()
    (path / "lock").unlink()
    opened(path)


def test_all_paths_of_a_folder_are_one(tmp_path: Path, path: Path) -> None:
    path.mkdir()
    (tmp_path / "link").symlink_to(path)
    ways = [f"{path}/", f"{tmp_path}//folder", f"{path}/../folder/.", str(tmp_path / "link"), f"{tmp_path}/link/"]
    assert {real_path(way) for way in ways} == {str(path)}


# ---- what is refused ------------------------------------------------------------------------------------------------


def hold_a_file(path: Path) -> None:
    (path / "orders.csv").write_text("1;2", encoding="utf-8")


def hold_more(path: Path) -> None:
    hold_a_file(path)
    (path / "lock").touch()
    (path / SEGMENT).touch()


def hold_a_folder(path: Path) -> None:
    (path / ".git").mkdir()


def hold_another_lock(path: Path) -> None:
    (path / "lock").write_text("1234", encoding="utf-8")


def hold_a_link_as_lock(path: Path) -> None:
    (path / "lock").symlink_to(path / "nowhere")


def hold_a_pipe_as_lock(path: Path) -> None:
    os.mkfifo(path / "lock")


@pytest.mark.parametrize(
    "fill", [hold_a_file, hold_more, hold_a_folder, hold_another_lock, hold_a_link_as_lock, hold_a_pipe_as_lock]
)
@pytest.mark.parametrize("way", [FolderFiles.lock, FolderFiles.look])
def test_a_folder_of_something_else_is_left_as_it_is(
    path: Path, fill: Callable[[Path], None], way: Callable[[str], FolderFiles]
) -> None:
    path.mkdir(mode=0o755)
    fill(path)
    before = content(path), path.stat().st_mtime_ns, mode(path)
    with pytest.raises(FolderError, match="neither empty nor the folder of an engine: it holds '"):
        way(str(path))
    assert (content(path), path.stat().st_mtime_ns, mode(path)) == before


def test_a_file_is_refused(path: Path) -> None:
    path.write_text("text", encoding="utf-8")
    refused(path, "it is a file")
    refused(path / "below", "a part of its path is one")
    assert path.read_text(encoding="utf-8") == "text"


def test_a_path_that_is_too_long_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / ("x" * 300), "File name too long")


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that all users may reach, as a test's own is reached by its owner only."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    subprocess.run(["chmod", "-R", "u+rwx", folder], check=True)
    shutil.rmtree(folder)


def error_of_another_user(path: Path) -> str:
    """What a user without special rights is told of the folder."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.getuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            try:
                opened(path)
            except FolderError as error:
                os.write(write, str(error).encode())
        finally:
            os._exit(0)
    os.close(write)
    with open(read, encoding="utf-8") as told:
        text = told.read()
    assert os.waitpid(child, 0)[1] == 0
    return text


@pytest.mark.parametrize("rights", [0o500, 0o300, 0o600, 0])
def test_a_folder_that_may_not_be_used_is_refused(public: Path, rights: int) -> None:
    path = public / "folder"
    opened(path)
    (path / SEGMENT).touch()
    if os.getuid() == 0:
        os.chown(path, NOBODY, NOBODY)
        os.chown(path / "lock", NOBODY, NOBODY)
    assert error_of_another_user(path) == ""
    path.chmod(rights)
    assert "this process may not read and write it: change its owner or its mode" in error_of_another_user(path)


def test_a_folder_that_may_not_be_made_is_refused(public: Path) -> None:
    public.chmod(0o555)
    assert "this process may not read and write it" in error_of_another_user(public / "folder")
    assert list(public.iterdir()) == []


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mount a small disk in memory with these options."""
    place = tmp_path / "disk"
    place.mkdir()

    def mount(options: str) -> Path:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("this user may not mount disks")
        return place

    yield mount
    if place.is_mount():
        subprocess.run(["umount", place], check=True)


@pytest.mark.parametrize("inodes", [1, 2])
def test_a_full_disk_is_named(disk: Callable[[str], Path], inodes: int) -> None:
    place = disk(f"size=64k,nr_inodes={inodes}")
    refused(place / "folder", "its disk is full: make room, then open it again")


def test_a_read_only_disk_is_named(disk: Callable[[str], Path]) -> None:
    place = disk("size=64k")
    opened(place / "folder")
    subprocess.run(["mount", "-o", "remount,ro", place], check=True)
    refused(place / "folder", "its disk is read-only")
    refused(place / "another", "its disk is read-only")
    FolderFiles.look(str(place / "folder")).close()


def test_a_folder_opens_again_on_a_full_disk(disk: Callable[[str], Path]) -> None:
    """What is in it can be received, and that makes room."""
    place = disk("size=64k")
    opened(place / "folder")
    with open(place / "rest", "wb", buffering=0) as rest, suppress(OSError):
        while rest.write(bytes(4096)):
            pass
    opened(place / "folder")


WITHOUT_FLOCK = """
import sys
sys.modules["fcntl"] = None
import jmslike
from native_engine.journal.folder import FolderFiles
for way in FolderFiles.lock, FolderFiles.look:
    try:
        way(sys.argv[1])
    except Exception as error:
        print(type(error).__name__, error)
"""


def test_a_system_without_flock_refuses_folders_and_nothing_else(path: Path) -> None:
    command = [sys.executable, "-c", WITHOUT_FLOCK, str(path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told.count(f"FolderError {path} cannot be used: an engine in a folder needs flock") == 2
    assert not path.exists()


# ---- looking --------------------------------------------------------------------------------------------------------


def test_looking_changes_nothing_and_needs_no_lock(path: Path, files: FolderFiles) -> None:
    file = files.create(SEGMENT)
    files.pwrite(file, b"text", 0)
    before = content(path), path.stat().st_mtime_ns
    look = FolderFiles.look(str(path))
    assert look.names() == [SEGMENT]
    seen = look.open(SEGMENT)
    assert look.pread(seen, 100, 0) == b"text"
    with pytest.raises(OSError, match="Bad file descriptor"):
        look.pwrite(seen, b"other", 0)
    look.close()
    assert (content(path), path.stat().st_mtime_ns) == before


def test_there_is_nothing_to_look_at(path: Path) -> None:
    with pytest.raises(FolderError, match="there is no such folder"):
        FolderFiles.look(str(path))
    path.mkdir()
    with pytest.raises(FolderError, match="is empty: no engine has used it"):
        FolderFiles.look(str(path))
    assert list(path.iterdir()) == []


# ---- files ----------------------------------------------------------------------------------------------------------


def test_only_segments_are_listed_in_order(path: Path, files: FolderFiles) -> None:
    others = ["1.journal", "00000000011.journal", "0000000001.journal.old", "x0000000001.journal"]
    for name in ["0000000010.journal", "0000000002.journal", *others]:
        (path / name).touch()
    assert files.names() == ["0000000002.journal", "0000000010.journal"]


def test_a_file_is_written_and_read_in_place(path: Path, files: FolderFiles) -> None:
    file = files.create(SEGMENT)
    assert mode(path / SEGMENT) == 0o600
    assert files.size(file) == 0
    files.pwrite(file, b"world", 6)
    files.pwrite(file, memoryview(bytearray(b"hello ")), 0)
    files.fdatasync(file)
    files.sync_folder()
    assert files.size(file) == 11
    assert files.pread(file, 5, 6) == b"world"
    assert files.pread(file, 100, 6) == b"world"
    assert files.pread(file, 5, 100) == b""
    again = files.open(SEGMENT)
    files.close_file(file)
    files.pwrite(again, b"H", 0)
    assert (path / SEGMENT).read_bytes() == b"Hello world"
    with pytest.raises(FileExistsError):
        files.create(SEGMENT)
    with pytest.raises(FileNotFoundError):
        files.open("0000000002.journal")


def test_a_folder_knows_whether_a_file_is_still_there(files: FolderFiles) -> None:
    other = "0000000002.journal"
    files.create(SEGMENT)
    files.create(other)
    files.unlink(SEGMENT)
    assert not files.has(SEGMENT)
    assert files.has(other)
    assert files.names() == [other]


def test_a_folder_that_moves_keeps_its_files(path: Path, files: FolderFiles) -> None:
    path.rename(path.parent / "elsewhere")
    files.pwrite(files.create(SEGMENT), b"text", 0)
    assert (path.parent / "elsewhere" / SEGMENT).read_bytes() == b"text"


def test_what_is_closed_is_not_used_again(path: Path, files: FolderFiles) -> None:
    """Its number may be that of another file of the program."""
    file = files.create(SEGMENT)
    files.close_file(file)
    files.close_file(file)
    again = files.open(SEGMENT)
    files.close()
    files.close()
    with open(path / "other", "w+b", buffering=0) as other:
        os.dup2(other.fileno(), again)
        for use in (files.size, files.fdatasync):
            with pytest.raises(OSError, match="Bad file descriptor"):
                use(again)
        with pytest.raises(OSError, match="Bad file descriptor"):
            files.has(SEGMENT)
        with pytest.raises(OSError, match="Bad file descriptor"):
            files.pwrite(again, b"text", 0)
        with pytest.raises(OSError, match="Bad file descriptor"):
            files.pread(again, 1, 0)
        with pytest.raises(OSError, match="Bad file descriptor"):
            files.sync_folder()
        files.close_file(again)
        assert os.write(again, b"still open") == 10
        os.close(again)


def test_a_write_that_finds_no_room_for_all_of_it_fails(disk: Callable[[str], Path]) -> None:
    """Though the system writes as much as there is room for, and calls that a success."""
    files = FolderFiles.lock(str(disk("size=64k") / "folder"))
    file = files.create(SEGMENT)
    with pytest.raises(OSError, match="No space left"):
        files.pwrite(file, bytes(1 << 20), 0)
    assert files.size(file) > 0
    files.close()
