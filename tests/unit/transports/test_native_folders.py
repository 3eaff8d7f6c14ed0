"""Engines in folders: `native:///absolute/folder`."""

from __future__ import annotations

import gc
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from urllib.parse import quote

import pytest

import jmslike
from jmslike import (
    ConnectionFactory,
    ConnectionLostError,
    IllegalStateError,
    JMSError,
    JMSSecurityError,
    ResourceAllocationError,
)
from native_engine import FolderInUseError
from native_engine.journal.folder import FolderFiles

PATIENCE = 5.0
SILENCE = 0.05

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no folders"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "folder"
    yield folder
    jmslike.forget(url_of(folder))


def url_of(folder: Path | str) -> str:
    return f"native://{quote(os.fsencode(folder))}"


def send(url: str, text: str) -> None:
    with jmslike.connect(url) as context:
        context.create_producer().send(context.create_queue("q"), text)


def receive(url: str) -> str | None:
    with jmslike.connect(url) as context:
        return context.create_consumer(context.create_queue("q")).receive_body(str, SILENCE)


def is_free(folder: Path) -> bool:
    try:
        FolderFiles.lock(str(folder)).close()
    except FolderInUseError:
        return False
    return True


def eventually(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


# ---- URLs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("native://./x", f"write native://{quote(os.getcwd())}/x for that one"),
        ("native://../x", f"write native://{quote(os.path.dirname(os.getcwd()))}/x"),
        ("native://name/x", f"write native://{quote(os.getcwd())}/name/x"),
        ("native://~/x", f"write native://{quote(os.path.expanduser('~'))}/x"),
        ("native:///~/x", f"write native://{quote(os.path.expanduser('~'))}/x"),
        ("native:///", "names no folder"),
        ("native:////", "names no folder"),
        ("native:///tmp/..", "names no folder"),
        ("native:///tmp/a%00b", "zero byte"),
    ],
)
def test_a_url_that_names_no_absolute_folder_is_refused(url: str, advice: str) -> None:
    for use in (lambda: ConnectionFactory(url).create_connection(), lambda: jmslike.forget(url)):
        with pytest.raises(JMSError) as refusal:
            use()
        assert str(refusal.value).startswith(f"{url}: ")
        assert advice in str(refusal.value)


@pytest.mark.parametrize("name", ["two words", "Käse", "100%", "%41", "a?b", "a#b", "a;b,c", b"not-utf-8-\xff", "~"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str | bytes) -> None:
    folder = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), os.fsencode(name))))
    send(url_of(folder), "text")
    assert (folder / "lock").is_file()
    assert receive(url_of(folder)) == "text"


def test_a_name_with_a_slash_behind_it_is_in_memory() -> None:
    with ConnectionFactory("native://folders/").create_connection() as connection:
        assert not connection.capabilities.supports(jmslike.Feature.PERSISTENCE)
    jmslike.forget("native://folders")


def test_all_paths_of_a_folder_lead_to_one_engine(folder: Path) -> None:
    folder.mkdir()
    link = folder.parent / "link"
    link.symlink_to(folder)
    ways: list[Path | str] = [folder, link, f"{folder}/", f"/{folder}", f"{link}/../folder/."]
    with jmslike.connect(url_of(folder)) as context:
        for way in ways:
            send(url_of(way), str(way))
        consumer = context.create_consumer(context.create_queue("q"))
        assert [consumer.receive_body(str, PATIENCE) for _ in ways] == list(map(str, ways))


# ---- opening and closing --------------------------------------------------------------------------------------------


def test_it_is_closed_with_its_last_connection(folder: Path) -> None:
    factory = ConnectionFactory(url_of(folder))
    first, second = factory.create_connection(), factory.create_connection()
    first.close()
    assert not is_free(folder)
    second.close()
    assert is_free(folder)
    with factory.create_connection():
        assert not is_free(folder)
    assert is_free(folder)


def test_it_is_closed_with_the_last_connection_that_nothing_refers_to(folder: Path) -> None:
    send(url_of(folder), "text")

    def drop() -> None:
        ConnectionFactory(url_of(folder)).create_connection()
        gc.collect()

    with pytest.warns(ResourceWarning, match="never closed"):
        drop()
    eventually(lambda: is_free(folder))
    assert receive(url_of(folder)) == "text"


UNCLOSED = """
import sys
import jmslike
context = jmslike.connect(sys.argv[1])
producer = context.create_producer()
queue = context.create_queue("q")
producer.send(queue, "text")
"""


def test_a_program_that_does_not_close_it_leaves_it_closed(folder: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-c", UNCLOSED, url_of(folder)]
    subprocess.run(command, check=True, timeout=60)
    assert b"process " not in (folder / "lock").read_bytes().partition(b"\n")[2]
    assert receive(url_of(folder)) == "text"


def test_a_temporary_destination_ends_with_its_connection(folder: Path) -> None:
    factory = ConnectionFactory(url_of(folder))
    with factory.create_connection() as other, factory.create_connection() as connection:
        session = connection.create_session()
        temporary = session.create_temporary_queue()
        name = temporary.queue_name
        connection.close()
        with pytest.raises(jmslike.InvalidDestinationError), other.create_session() as session:
            session.create_producer(session.create_queue(name))


def test_options_are_those_of_the_first_connection_until_the_last_is_closed(folder: Path) -> None:
    with ConnectionFactory(url_of(folder), max_depth=1).create_connection():
        ConnectionFactory(url_of(folder)).create_connection().close()
        with pytest.raises(JMSError, match="exists with another max_depth"):
            ConnectionFactory(url_of(folder), max_depth=2).create_connection()
    ConnectionFactory(url_of(folder), max_depth=2).create_connection().close()


def test_a_refused_user_opens_nothing(folder: Path) -> None:
    """CONN-22"""
    factory = ConnectionFactory(url_of(folder), users={"anna": "s3cret"})
    with pytest.raises(JMSSecurityError):
        factory.create_connection("anna", "hush")
    assert not folder.exists()
    factory.create_connection("anna", "s3cret").close()


# ---- what cannot be opened ------------------------------------------------------------------------------------------

HOLDER = """
import sys
import jmslike
with jmslike.connect(sys.argv[1]):
    print("open", flush=True)
    sys.stdin.read()
"""


def test_a_folder_of_another_process_is_refused_by_its_number(folder: Path) -> None:
    command = [sys.executable, "-c", HOLDER, url_of(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(ResourceAllocationError, match=f"is in use by process {holder.pid}"):
            ConnectionFactory(url_of(folder)).create_connection()
        holder.communicate()
    ConnectionFactory(url_of(folder)).create_connection().close()


def test_a_folder_with_something_else_is_refused(folder: Path) -> None:
    folder.mkdir()
    (folder / "orders.csv").touch()
    with pytest.raises(JMSError, match=r"neither empty nor the folder of an engine: it holds 'orders\.csv'"):
        ConnectionFactory(url_of(folder)).create_connection()
    (folder / "orders.csv").unlink()
    ConnectionFactory(url_of(folder)).create_connection().close()


# ---- forget ---------------------------------------------------------------------------------------------------------


def test_forgetting_closes_it_and_keeps_the_messages(folder: Path) -> None:
    """C10"""
    url = url_of(folder)
    losses: SimpleQueue[JMSError] = SimpleQueue()
    with jmslike.connect(url) as context:
        context.exception_listener = losses.put
        producer, queue = context.create_producer(), context.create_queue("q")
        producer.send(queue, "text")
        jmslike.forget(url)
        assert is_free(folder)
        with pytest.raises(ConnectionLostError, match="its messages are in the folder"):
            producer.send(queue, "another")
        loss = losses.get(timeout=PATIENCE)
        assert str(loss).startswith(f"{url}: jmslike.forget() closed it; its messages are in the folder")
        assert receive(url) == "text"
    assert losses.empty()
    jmslike.forget(url)
    assert folder.is_dir()


# ---- failure --------------------------------------------------------------------------------------------------------


def test_a_folder_that_vanishes_is_lost_and_a_new_connection_makes_another(folder: Path) -> None:
    """C10: no send is confirmed that would be in no file."""
    url = url_of(folder)
    losses: SimpleQueue[JMSError] = SimpleQueue()
    with jmslike.connect(url) as context:
        context.exception_listener = losses.put
        producer, queue = context.create_producer(), context.create_queue("q")
        producer.send(queue, "before")
        shutil.rmtree(folder)
        for _ in range(2):
            with pytest.raises(ConnectionLostError, match="was removed from the folder"):
                producer.send(queue, "after")
        assert url in str(losses.get(timeout=PATIENCE))
        send(url, "new")
    assert losses.empty()
    assert receive(url) == "new"


def test_nothing_stays_open_or_running_when_it_is_closed(folder: Path) -> None:
    def use() -> tuple[int, int]:
        send(url_of(folder), "text")
        assert receive(url_of(folder)) == "text"
        return len(os.listdir("/dev/fd")), threading.active_count()

    first = use()
    assert [use() for _ in range(5)] == [first] * 5


# ---- forks ----------------------------------------------------------------------------------------------------------


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


def test_a_forked_child_is_refused_while_its_parent_has_the_folder(folder: Path) -> None:
    """C11: what it inherited answers with IllegalStateError, and a new connection names the parent."""
    url = url_of(folder)
    with jmslike.connect(url) as context:
        producer, queue = context.create_producer(), context.create_queue("q")
        producer.send(queue, "first")

        def act() -> None:
            with pytest.raises(IllegalStateError):
                producer.send(queue, "the child's")
            with pytest.raises(ResourceAllocationError, match=f"process {os.getppid()}"):
                jmslike.connect(url)
            context.close()

        assert in_child(act) == 0
        producer.send(queue, "second")
        assert not is_free(folder)
    assert in_child(lambda: send(url, "third")) == 0
    with jmslike.connect(url) as context:
        consumer = context.create_consumer(queue)
        assert [consumer.receive_body(str, PATIENCE) for _ in range(3)] == ["first", "second", "third"]
        assert consumer.receive(SILENCE) is None


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("elsewhere")], ids=["folder", "link"])
def test_what_is_no_file_is_named(folder: Path, make: Callable[[Path], None]) -> None:
    send(url_of(folder), "kept")
    wrong = folder / "0000000009.journal"
    make(wrong)
    with pytest.raises(JMSError, match=re.escape(f"{wrong} is no file, as it was when it was written")):
        jmslike.connect(url_of(folder))
    wrong.rmdir() if wrong.is_dir() else wrong.unlink()
    assert receive(url_of(folder)) == "kept"


def test_a_folder_that_cannot_be_made_is_refused() -> None:
    with pytest.raises(JMSError, match="/proc/jmslike cannot be made: /proc takes no folders; use another folder"):
        jmslike.connect("native:///proc/jmslike")


def test_a_process_with_too_many_files_is_told_so(folder: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    jmslike.connect("native://").close()  # the transport is loaded
    lowest = os.open("/", os.O_RDONLY)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
    try:
        with pytest.raises(JMSError, match=r"[Tt]oo many open files"):
            jmslike.connect(url_of(folder))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
