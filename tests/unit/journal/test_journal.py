"""A journal and its engine: what is safe when a call returns, and what becomes of everything when the disk fails."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from errno import EIO, ENOSPC
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import Any

import pytest

from native_engine import DiskError, Engine, FolderError, ForkedError, FullError, RolledBackError
from native_engine.journal import Journal
from native_engine.journal.layout import Definition
from native_engine.services import NoRoomError
from tests.unit.engine.manual_clock import ManualClock
from tests.unit.engine.records import QUEUE, Record, drain, send, taken
from tests.unit.journal.engines import bodies, opened
from tests.unit.journal.faulty_files import FaultyFiles
from tests.unit.journal.interruption import Once

PATIENCE = 10.0


@pytest.fixture
def pair(files: FaultyFiles) -> Iterator[tuple[Engine, Journal]]:
    with opened(files) as pair:
        yield pair


def reopened(files: FaultyFiles) -> Any:
    return opened(Path(files.path))


# -- what is safe


def test_a_send_is_synced_when_it_returns_and_a_record_in_memory_never(files: FaultyFiles) -> None:
    with opened(files) as (engine, _):
        send(engine, "defines the queue")
        files.calls.clear()
        send(engine, "a")
        assert files.calls == ["pwrite", "fdatasync"]
        files.calls.clear()
        send(engine, Record("b", persistent=False))
        engine.commit([(engine.sender("queue", QUEUE), Record("c", persistent=False))])
        assert files.calls == []
        assert bodies(engine) == ["defines the queue", "a", "b", "c"]
    with reopened(files) as (engine, _):
        assert bodies(engine) == ["defines the queue", "a"]


def test_a_receiver_awaits_the_disk_if_it_is_to(files: FaultyFiles) -> None:
    with opened(files) as (engine, _):
        send(engine, *"abc")
        plain, safe = engine.receiver(QUEUE), engine.receiver(QUEUE, awaits_disk=True)
        for receiver, synced in ((plain, 0), (safe, 1)):
            receipt = taken(receiver)[1]
            files.calls.clear()
            receiver.settle([receipt], None)
            assert (files.calls.count("pwrite"), files.calls.count("fdatasync")) == (1, synced)
        files.calls.clear()
        safe.settle([taken(safe)[1]], 1)
        assert files.calls.count("fdatasync") == 0


def test_completions_come_in_order_when_the_disk_has_answered(files: FaultyFiles, pair: tuple[Engine, Journal]) -> None:
    engine, _ = pair
    sender, completed, may_sync = engine.sender("queue", QUEUE), SimpleQueue[int](), Event()
    send(engine, "defines the queue")
    files.before["fdatasync"] = lambda file: assert_true(may_sync.wait(PATIENCE))
    for number in range(20):
        sender.send(Record(number), lambda error, number=number: completed.put(number))  # type: ignore[misc]
    assert completed.empty()
    assert bodies(engine) == ["defines the queue"]
    may_sync.set()
    assert [completed.get(timeout=PATIENCE) for _ in range(20)] == list(range(20))
    assert bodies(engine)[1:] == list(range(20))


def assert_true(value: object) -> None:
    assert value


def test_what_is_sent_later_comes_later(files: FaultyFiles, pair: tuple[Engine, Journal]) -> None:
    """Also by a send or commit that waits, while others are under way that do not."""
    engine, _ = pair
    sender = engine.sender("queue", QUEUE)
    for number in range(0, 60, 3):
        sender.send(Record(number), lambda error: None)
        sender.send(Record(number + 1))
        engine.commit([(sender, Record(number + 2))])
    assert bodies(engine) == list(range(60))


def test_a_completion_may_send(files: FaultyFiles, pair: tuple[Engine, Journal]) -> None:
    """Also while others, which it does not wait for, are to be completed after it."""
    engine, _ = pair
    sender, done, may_sync = engine.sender("queue", QUEUE), SimpleQueue[int](), Event()
    send(engine, "defines the queue")

    def complete(error: Exception | None) -> None:
        sender.send(Record("answer"))
        engine.commit([(sender, Record("committed"))])
        done.put(1)

    files.before["fdatasync"] = lambda file: assert_true(may_sync.wait(PATIENCE))
    for _ in range(3):
        sender.send(Record("a"), complete)
    may_sync.set()
    for _ in range(3):
        done.get(timeout=PATIENCE)
    assert sorted(bodies(engine)[1:]) == ["a"] * 3 + ["answer"] * 3 + ["committed"] * 3


# -- what comes back


def test_all_that_a_record_waits_for_comes_back(files: FaultyFiles) -> None:
    clock = ManualClock()
    now = clock.milliseconds
    with opened(files, clock=clock) as (engine, _):
        send(
            engine,
            Record("plain"),
            Record("urgent", 9),
            Record("short", expiration=now + 1_000),
            Record("delayed", due=now + 5_000),
            Record("g1", group="g"),
            Record("last of g", group="g", closes_group=True),
            Record("g2", group="g"),
        )
    clock.advance(2)
    with opened(Path(files.path), clock=clock) as (engine, _):
        owner, other = engine.receiver(QUEUE), engine.receiver(QUEUE)
        assert [taken(owner)[0].body for _ in range(3)] == ["urgent", "plain", "g1"]
        assert other.take(0) is None, "the group has an owner"
        assert taken(owner)[0].body == "last of g"
        assert taken(other)[0].body == "g2"
        clock.advance(5)
        assert taken(owner, PATIENCE)[0].body == "delayed"


@pytest.mark.parametrize("delay", [5.0, 1e16, 1e300])
def test_what_is_postponed_comes_back_at_its_time(files: FaultyFiles, delay: float) -> None:
    """At the same one however often the folder is opened; also at the end of time."""
    clock = ManualClock()
    with opened(files, clock=clock) as (engine, journal):
        send(engine, "a", "b")
        receiver = engine.receiver(QUEUE)
        receiver.postpone([taken(receiver)[1]], 3, delay)
        (marks,) = [dict(book.marks) for book in journal.holdings.defined.values()]
    for _ in range(2):
        with opened(Path(files.path), clock=clock) as (engine, journal):
            assert bodies(engine) == ["b"]
            assert [book.marks for book in journal.holdings.defined.values()] == [marks]
    clock.advance(5)
    with opened(Path(files.path), clock=clock) as (engine, _):
        attempts = [(record.body, attempts) for record, _, attempts in map(taken, [engine.receiver(QUEUE)])]
        assert attempts == ([("a", 3)] if delay == 5 else [("b", 0)])


def test_a_record_that_is_false_is_browsed(files: FaultyFiles) -> None:
    class Empty(Record):
        def __len__(self) -> int:
            return 0

    with opened(files) as (engine, _):
        engine.sender("queue", QUEUE).send(Empty("a"))
        assert bodies(engine) == ["a"]


def test_what_is_taken_while_a_browser_reads_is_left_out(files: FaultyFiles) -> None:
    with opened(files) as (engine, _):
        send(engine, *"abc")
    with reopened(files) as (engine, _):
        browsing = engine.browse(QUEUE)
        assert next(browsing).body == "a"
        drain(engine.receiver(QUEUE))
        assert list(browsing) == []


def test_bytes_of_records_in_memory_are_counted_as_they_come_and_go(files: FaultyFiles) -> None:
    """Once: they were counted as they would be written, which changes when a message id is read."""
    with opened(files, max_bytes=100, size_of=lambda record: len(record.body), when_full="fail") as (engine, _):
        receiver = engine.receiver(QUEUE)
        for _ in range(10):
            record = Record("x" * 90, persistent=False)
            send(engine, record)
            record.colour = "longer than before"
            with pytest.raises(FullError):
                send(engine, Record("x" * 11, persistent=False))
            receiver.settle([taken(receiver)[1]], None)


# -- a disk that fails


@pytest.mark.parametrize("call", ["pwrite", "fdatasync"])
def test_a_disk_that_fails_ends_everything_at_once(
    files: FaultyFiles, background: Callable[..., Future[Any]], call: str
) -> None:
    """All that wait get the error, and no call is made again."""
    failures: SimpleQueue[Exception] = SimpleQueue()
    with opened(files, on_failure=failures.put) as (engine, _):
        send(engine, "confirmed")
        sender, receiver, answers = engine.sender("queue", QUEUE), engine.receiver(QUEUE), SimpleQueue[Any]()
        receipt = taken(receiver)[1]
        waiting = background(engine.receiver("other").take, None)
        files.fail(call, EIO, times=1)
        sender.send(Record("not confirmed"), answers.put)
        assert isinstance(answers.get(timeout=PATIENCE), DiskError)
        assert "Input/output error" in str(failures.get(timeout=PATIENCE))
        before = len(files.calls)
        for use in (
            lambda: sender.send(Record("later")),
            lambda: receiver.settle([receipt], None),
            lambda: receiver.take(0),
            lambda: engine.commit([(sender, Record("later"))]),
            lambda: engine.subscribe("t", name="s", durable=True),
            waiting.result,
        ):
            with pytest.raises(DiskError):
                use()
        assert files.calls[before:] == []
        assert failures.empty()
        files.mend()
    with reopened(files) as (engine, _):
        assert bodies(engine)[:1] == ["confirmed"]


def test_a_read_that_fails_ends_everything_and_loses_nothing(files: FaultyFiles) -> None:
    with opened(files) as (engine, _):
        send(engine, "a")
    again = FaultyFiles.of(Path(files.path))
    with opened(again) as (engine, journal):
        again.fail("pread", EIO)
        with pytest.raises(DiskError):
            engine.receiver(QUEUE).take(0)
        assert journal.damage == ()
        again.mend()
    with reopened(files) as (engine, _):
        assert bodies(engine) == ["a"]


def test_a_full_disk_refuses_and_the_engine_goes_on(files: FaultyFiles) -> None:
    with opened(files) as (engine, _):
        files.fail("create", ENOSPC)
        sender = engine.sender("queue", QUEUE)
        with pytest.raises(FullError, match=r"message not sent: the journal needs .* make room"):
            send(engine, *["x" * 500] * 1000)
        count = len(bodies(engine))
        with pytest.raises(RolledBackError, match="the journal needs"):
            engine.commit([(sender, Record("x" * 5000))])
        for _ in range(2):
            with pytest.raises(FullError, match="subscription 's' not made"):
                engine.subscribe("t" * 2000, name="s", durable=True)
        assert len(engine._journal.holdings.books) == 1  # type: ignore[union-attr]
        receiver = engine.receiver(QUEUE)
        for _ in range(count // 2):
            receiver.settle([taken(receiver)[1]], None)
        files.mend()
        sender.send(Record("again"))
    with reopened(files) as (engine, _):
        assert len(bodies(engine)) == count - count // 2 + 1


def test_a_write_that_finds_no_room_is_a_failure(files: FaultyFiles) -> None:
    """What is appended has its room already, but for settlements on a disk that is full to the last."""
    with opened(files) as (engine, _):
        files.fail("pwrite", ENOSPC, times=1)
        with pytest.raises(DiskError):
            send(engine, "a")


def test_a_record_of_an_impossible_size_is_refused(files: FaultyFiles) -> None:
    with opened(files) as (engine, journal):
        with pytest.raises(NoRoomError, match="4 GiB"):
            journal.holdings.log.make_room(1 << 32)
        send(engine, "a")


# -- signals


def test_an_error_of_a_signals_handler_is_none_of_the_disk(files: FaultyFiles) -> None:
    """A TimeoutError is an OSError, too."""
    with opened(files) as (engine, _):
        send(engine, "a")
        receiver = engine.receiver(QUEUE)
        receipt = taken(receiver)[1]
        for call in ("pwrite", "fdatasync"):
            files.before[call] = Once(TimeoutError)
            with pytest.raises(TimeoutError):
                send(engine, call)
        files.before["pwrite"] = Once(TimeoutError)
        with pytest.raises(TimeoutError):
            receiver.settle([receipt], None)
        send(engine, "b")
        assert bodies(engine) == ["pwrite", "fdatasync", "b"]


def test_a_commit_that_is_interrupted_while_others_come_first_is_done(files: FaultyFiles) -> None:
    """It is in the folder by then, so it must not be rolled back here."""
    with opened(files) as (engine, journal):
        send(engine, "a")
        receiver = engine.receiver(QUEUE)
        receipt = taken(receiver)[1]
        sender, out, entered, may_go = engine.sender("queue", "q2"), engine.sender("queue", "out"), Event(), Event()

        def hold_up(error: Exception | None) -> None:
            entered.set()
            assert may_go.wait(PATIENCE)

        sender.send(Record("1"), hold_up)
        assert entered.wait(PATIENCE)
        sender.send(Record("2"), lambda error: None)

        def interrupt() -> None:
            while len(journal._pipeline._open) < 2:
                pass
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            may_go.set()

        interrupting = threading.Thread(target=interrupt)
        interrupting.start()
        with pytest.raises(KeyboardInterrupt):
            engine.commit([(out, Record("x"))], [(receiver, [receipt], None)])
        interrupting.join()
        assert not receiver.holds(receipt)
        assert bodies(engine, "out") == ["x"]


# -- forks


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_is_refused_whatever_its_parent_does(files: FaultyFiles) -> None:
    """Also while another thread of it holds a lock of the journal at the fork, on which the child would wait."""
    with opened(files) as (engine, journal):
        sender, receiver, topic = engine.sender("queue", QUEUE), engine.receiver(QUEUE), engine.sender("topic", "t")
        engine.subscribe("t", name="s", durable=True)
        sender.send(Record("a"))
        receipt = taken(receiver)[1]
        uses: list[Callable[[], object]] = [
            lambda: sender.send(Record("b")),
            lambda: sender.send(Record("b"), lambda error: None),
            lambda: topic.send(Record("b")),
            lambda: receiver.take(None),
            lambda: receiver.settle([receipt], None),
            lambda: engine.commit([(sender, Record("b"))]),
            lambda: engine.subscribe("t", name="other", durable=True),
            lambda: engine.unsubscribe(None, "s"),
        ]
        with journal.holdings.log.lock:
            process = os.fork()
            if process == 0:
                signal.alarm(int(PATIENCE))
                os._exit(sum(map(refused, uses)))
        assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == len(uses)
        receiver.settle([receipt], 1)
        assert bodies(engine) == ["a"]


def refused(use: Callable[[], object]) -> bool:
    try:
        use()
    except ForkedError:
        return True
    return False


# -- opening


def test_a_folder_whose_selector_means_nothing_any_more_is_refused(files: FaultyFiles) -> None:
    with opened(files) as (engine, _):
        engine.subscribe("t", name="s", durable=True, matches=bool, selector_text="red").close()
        engine.sender("topic", "t").send(Record("a", colour="red"))
    with reopened(files) as (engine, _):
        engine.sender("topic", "t").send(Record("b", colour="blue"))
        receiver = engine.subscribe("t", name="s", durable=True, matches=bool, selector_text="red")
        assert drain(receiver) == ["a"]
        receiver.close()
        engine.subscribe("t", name="s", durable=True, matches=bool, selector_text="1").close()
    with pytest.raises(FolderError, match=r"the selector '1' of a subscription cannot be used: '1' is no colour"):
        opened(Path(files.path)).__enter__()


def test_the_folder_is_free_again_when_it_could_not_be_opened(files: FaultyFiles) -> None:
    with opened(files):
        pass
    again = FaultyFiles.of(Path(files.path))
    again.fail("pread", EIO)
    with pytest.raises(OSError, match="Input/output"), opened(again):
        pass
    with reopened(files) as (engine, _):
        send(engine, "a")


def test_a_queue_in_which_nothing_waits_is_forgotten_and_a_subscription_is_not(files: FaultyFiles) -> None:
    """Otherwise a program with a queue for each job would take ever longer to open its folder."""
    with opened(files) as (engine, _):
        engine.subscribe("t", name="s", durable=True).close()
        for name in "abc":
            send(engine, "x", queue=name)
        for name in "ab":
            drain(engine.receiver(name))
    subscription = Definition("s", "t")
    for _ in range(2):
        with reopened(files) as (engine, journal):
            assert {book.definition for book in journal.holdings.defined.values()} == {Definition("c"), subscription}
            send(engine, "y", queue="a")
            assert drain(engine.receiver("a")) == ["y"]


def test_what_is_sent_before_the_format_fails_is_kept(files: FaultyFiles) -> None:
    """A record that cannot be written is refused with the error of the format, and nothing else happens."""
    with opened(files) as (engine, _):
        with pytest.raises(TypeError):
            send(engine, Record(object()))
        with pytest.raises(TypeError):
            engine.commit([(engine.sender("queue", QUEUE), Record(each)) for each in ("a", object())])
        send(engine, "b")
        assert bodies(engine) == ["b"]
