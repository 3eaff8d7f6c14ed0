from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from socket import create_connection
from urllib.parse import urlsplit

import pytest

from tests.brokers import LOCAL_BROKERS, Broker, LocalBroker, UnavailableError, broker
from tests.brokers.broker import LONGEST_STOP, SHORT, free_ports
from tests.brokers.fixtures import _running
from tests.brokers.software import ROOT

QUEUES = {
    "artemis": {
        "send": "destination:q\ndestination-type:ANYCAST",
        "subscribe": "destination:q\nsubscription-type:ANYCAST",
    },
    "activemq": {"send": "destination:/queue/q", "subscribe": "destination:/queue/q"},
    "rabbitmq": {"send": "destination:/queue/q", "subscribe": "destination:/queue/q"},
}
KEPT = [str(number) for number in range(20)]
HOLD = """
import signal, sys
from tests.brokers import broker
with broker(sys.argv[1]) as it:
    print(it.folder, flush=True)
    signal.pause()
"""


class Conversation:
    """A STOMP connection by hand."""

    def __init__(self, url: str, user: str, password: str) -> None:
        address = urlsplit(url)
        assert address.hostname is not None
        self.socket = create_connection((address.hostname, address.port or 0), timeout=60)
        self.stream = self.socket.makefile("rb")
        self.close = self.socket.close
        self.heard: list[str] = []
        self.say(f"CONNECT\naccept-version:1.2\nhost:/\nlogin:{user}\npasscode:{password}")

    def say(self, command_and_headers: str, body: str = "") -> None:
        self.socket.sendall(f"{command_and_headers}\n\n{body}\0".encode())

    def hear(self) -> str:
        """Return the next frame; the end of the stream is an empty one."""
        frame = b""
        while not frame.endswith(b"\0"):
            try:
                byte = self.stream.read(1)
            except TimeoutError as silence:
                raise AssertionError(f"the broker sent nothing more after {self.heard}, {frame!r}") from silence
            if not byte:
                break
            frame += byte
        self.heard.append(frame.strip(b"\n\0").decode())
        return self.heard[-1]


@contextmanager
def conversation(with_: Broker) -> Iterator[Conversation]:
    with closing(Conversation(with_.stomp_url, *with_.user)) as it:
        assert it.hear().startswith("CONNECTED\n")
        yield it
        it.stream.close()


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.broker(name)) for name in QUEUES])
def running(request: pytest.FixtureRequest) -> Broker:
    it = request.getfixturevalue(request.param)
    assert isinstance(it, Broker)
    return it


@pytest.fixture
def ours(running: Broker) -> LocalBroker:
    if not isinstance(running, LocalBroker):
        pytest.skip(f"{running.name} was not started by the tests")
    return running


@pytest.fixture
def unguarded(activemq: Broker, tmp_path: Path) -> Iterator[LocalBroker]:
    """Return a broker that the test starts; it ends with the test, also if that fails."""
    folder = tmp_path / activemq.name
    folder.mkdir()
    yield LOCAL_BROKERS[activemq.name](folder)
    LOCAL_BROKERS[activemq.name](folder).kill()


def test_it_knows_its_user(running: Broker) -> None:
    with conversation(running):
        pass


def test_it_refuses_others(running: Broker) -> None:
    with closing(Conversation(running.stomp_url, *running.refused_user)) as it, closing(it.stream):
        assert not it.hear().startswith("CONNECTED")


@pytest.mark.parametrize("end", [LocalBroker.kill, LocalBroker.stop])
def test_it_comes_back_with_its_address_and_its_messages(ours: LocalBroker, end: object) -> None:
    assert callable(end)
    url = ours.stomp_url
    with conversation(ours) as it:
        for body in KEPT:
            it.say(f"SEND\n{QUEUES[ours.name]['send']}\npersistent:true\nreceipt:{body}", body)
            assert it.hear() == f"RECEIPT\nreceipt-id:{body}"
        end(ours)
        assert not ours.running
        with suppress(ConnectionError):
            assert it.hear() == "" or it.hear() == ""
    with pytest.raises(ConnectionRefusedError):
        Conversation(url, *ours.user)
    ours.restart()
    assert ours.stomp_url == url
    with conversation(ours) as it:
        it.say(f"SUBSCRIBE\nid:1\nack:auto\n{QUEUES[ours.name]['subscribe']}")
        assert [it.hear().rpartition("\n\n")[2] for _ in KEPT] == KEPT


def test_a_killed_test_run_leaves_nothing_behind(ours: LocalBroker) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, ours.name], cwd=ROOT, stdout=subprocess.PIPE) as user:
        assert user.stdout is not None
        folder = Path(user.stdout.readline().decode().strip())
        assert processes_of(folder)
        user.kill()
        user.communicate(timeout=60)  # until the last of its children has closed the output
    assert not folder.exists()
    assert processes_of(folder) == []


def test_a_rabbitmq_whose_node_was_killed_runs_no_longer(rabbitmq: Broker) -> None:
    if not isinstance(rabbitmq, LocalBroker):
        pytest.skip("it was not started by the tests")
    assert rabbitmq.running
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (process / "cmdline").read_bytes()
            if b"beam" in command and bytes(rabbitmq.folder) in (process / "environ").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)
    deadline = time.monotonic() + LONGEST_STOP
    while rabbitmq.running:
        assert time.monotonic() < deadline, processes_of(rabbitmq.folder)
        time.sleep(SHORT)
    rabbitmq.restart()
    rabbitmq.shake_hands()


def test_a_block_that_ends_leaves_nothing_behind(activemq: Broker) -> None:
    with broker(activemq.name) as it:
        assert isinstance(it, LocalBroker)
        assert processes_of(it.folder)
    assert not it.folder.exists()
    assert processes_of(it.folder) == []


def processes_of(folder: Path) -> list[str]:
    """Return the processes whose command line or environment names the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (process / "cmdline").read_bytes()
            if bytes(folder) in command + (process / "environ").read_bytes():
                found.append(command.replace(b"\0", b" ").decode())
    return found


def test_the_commands_start_show_and_stop(unguarded: LocalBroker) -> None:
    def command(action: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "tests.brokers", action, unguarded.name, "--folder", str(unguarded.folder.parent)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        ).stdout

    assert command("status") == "activemq: not running\n"
    started = command("start")
    assert started.startswith("activemq: stomp://")
    assert command("start") == command("status") == started
    assert command("stop") == command("status") == "activemq: not running\n"
    assert processes_of(unguarded.folder) == []


def test_a_broker_that_does_not_start_says_why(unguarded: LocalBroker) -> None:
    unguarded.ports = dict.fromkeys(unguarded.ports_for, free_ports(1)[0])
    reason = r"activemq did not start: .*\. Its log ends:\n(.|\n)*Address already in use"
    with pytest.raises(RuntimeError, match=reason):
        unguarded.start()
    assert not unguarded.running


def test_a_broker_does_not_start_where_another_listens(activemq: Broker, unguarded: LocalBroker) -> None:
    if not isinstance(activemq, LocalBroker):
        pytest.skip("its ports are not known")
    unguarded.ports = dict(activemq.ports)
    with pytest.raises(OSError, match="in use"):
        unguarded.start()
    assert not unguarded.running


def test_a_given_broker_is_used_and_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JMSLIKE_TEST_ARTEMIS_URL", "stomp://me:a%20b@example.org:61613")
    with broker("artemis") as it:
        assert it.stomp_url == "stomp://me:a%20b@example.org:61613"
        assert it.user == ("me", "a b")
        for touch in (it.kill, it.stop, it.restart):
            with pytest.raises(UnavailableError):
                touch()
        with pytest.raises(UnavailableError, match="artemis: no address is known for core"):
            it.url("core")


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_a_missing_program_is_reported(monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[Exception]) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="artemis: java is not installed"):
        next(_running("artemis"))
