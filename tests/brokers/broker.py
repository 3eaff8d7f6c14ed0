"""A broker as tests see it, and the life of one that runs here as processes of its own."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Final, TextIO
from urllib.parse import unquote, urlsplit

from tests.brokers.software import UnavailableError

USER, PASSWORD = "jmslike", "secret"
LONGEST_START = 90.0
LONGEST_STOP = 20.0
SHORT = 0.03


class Broker:
    """A broker by its addresses, not started here unless it is a LocalBroker."""

    name: str
    refused_user = ("nobody", "wrong")

    def __init__(self, name: str, urls: Mapping[str, str]) -> None:
        self.name = name
        self._urls = urls

    @property
    def urls(self) -> Mapping[str, str]:
        """Its address for each protocol that it speaks."""
        return self._urls

    def url(self, protocol: str) -> str:
        """Return its address for that protocol."""
        try:
            return self.urls[protocol]
        except KeyError:
            raise UnavailableError(f"{self.name}: no address is known for {protocol}") from None

    @property
    def stomp_url(self) -> str:
        """`stomp://user:password@host:port`."""
        return self.url("stomp")

    @property
    def user(self) -> tuple[str, str]:
        """A user name and password that it accepts."""
        address = urlsplit(next(iter(self.urls.values())))
        return unquote(address.username or ""), unquote(address.password or "")

    def kill(self) -> None:
        """End it at once, as a crash would."""
        raise UnavailableError(f"{self.name}: the tests did not start this broker and do not stop it")

    def stop(self) -> None:
        """End it in good order; silent if it does not run."""
        raise UnavailableError(f"{self.name}: the tests did not start this broker and do not stop it")

    def restart(self) -> None:
        """Start it again, whether it runs or not, with the same addresses and data."""
        raise UnavailableError(f"{self.name}: the tests did not start this broker and do not stop it")


class LocalBroker(Broker, ABC):
    """A broker of this machine. Its folder holds its data, log and ports, and a lock that its processes hold.

    The lock says whether it runs: its processes inherit it, and it is free once the last of them has ended.
    """

    ports_for: ClassVar[tuple[str, ...]]

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._group = 0
        self._log_begins = 0
        self.ports: dict[str, int] = {}
        with suppress(FileNotFoundError):
            state = json.loads(self._state.read_text())
            self._group, self.ports = state["group"], state["ports"]

    @abstractmethod
    def install(self) -> None:
        """Get the software if it is not there; raise UnavailableError if that cannot be."""

    @abstractmethod
    def prepare(self) -> None:
        """Fill the new folder."""

    @abstractmethod
    def command(self) -> list[str]:
        """Return the command that runs the broker in the foreground."""

    def environment(self) -> dict[str, str]:
        """Return the variables that the command needs."""
        return {}

    @abstractmethod
    def shake_hands(self) -> None:
        """Open a connection, be accepted, and close it; raise OSError if that fails."""

    def start(self) -> None:
        """Start it with the ports and data of the last time, if there was one; return when it accepts connections."""
        self.install()
        if not self.ports:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.ports = dict(zip(self.ports_for, free_ports(len(self.ports_for)), strict=True))
            self.prepare()
        for port in self.ports.values():
            require_free(port)
        with self._lock.open("w") as lock, self._log.open("ab") as log:
            take(lock)
            self._log_begins = log.tell()
            self._process = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                env=os.environ | self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=[lock.fileno()],
            )
        self._group = self._process.pid
        self._state.write_text(json.dumps({"group": self._group, "ports": self.ports}))
        self._wait_until_ready()

    def log(self) -> str:
        """Return what it has written since it was last started from here."""
        return self._log.read_bytes()[self._log_begins :].decode(errors="replace")

    def end_of_log(self) -> str:
        """Return the end of the log."""
        return self._log.read_text(errors="replace")[-8000:]

    @property
    def running(self) -> bool:
        """Whether any of its processes is alive."""
        with suppress(FileNotFoundError), self._lock.open() as lock:
            try:
                take(lock, shared=True)
            except BlockingIOError:
                return True
        return False

    def stop(self) -> None:
        """End it in good order, by force if that takes too long; silent if it does not run."""
        if not self._end(signal.SIGTERM):
            self.kill()

    def kill(self) -> None:
        """End all its processes at once, as a crash would; its data stays."""
        if not self._end(signal.SIGKILL):
            raise RuntimeError(f"{self.name}: processes of group {self._group} survive SIGKILL")

    def restart(self) -> None:
        """Start it again, whether it runs or not, with the same addresses and data."""
        self.stop()
        self.start()

    def _end(self, how: signal.Signals) -> bool:
        if self.running:
            with suppress(ProcessLookupError):
                os.killpg(self._group, how)
        deadline = time.monotonic() + LONGEST_STOP
        while self.running:
            if time.monotonic() > deadline:
                return False
            time.sleep(SHORT)
        if self._process is not None:
            self._process.wait()
        return True

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + LONGEST_START
        while True:
            try:
                return self.shake_hands()
            except OSError as error:
                reason = error
            if not self.running or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{self.name} did not start: {reason}. Its log ends:\n{self.end_of_log()}")
            time.sleep(SHORT)

    @property
    def _state(self) -> Path:
        return self.folder / "broker.json"

    @property
    def _lock(self) -> Path:
        return self.folder / "lock"

    @property
    def _log(self) -> Path:
        return self.folder / "broker.log"


def take(lock: TextIO, shared: bool = False) -> None:
    """Lock that file for this process and the children that inherit it; raise BlockingIOError if others hold it."""
    import fcntl  # here, so that systems without it can import this module

    fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


_RETURNED: Final[set[int]] = set()


def free_ports(count: int) -> list[int]:
    """Return different free ports of the loopback interface.

    They lie below the ports that systems assign: a client that keeps connecting to a stopped broker could be assigned
    the broker's port as its own, and connect to itself. None is returned twice, and of the processes of a
    test run each has its own: a broker that is stopped finds its port free again.
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    free: list[int] = []
    while len(free) < count:
        port = random.randrange(20_000 + process, 32_000, processes)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in _RETURNED:
                _RETURNED.add(port)
                free.append(port)
    return free


def require_free(port: int) -> None:
    """Raise OSError if a program listens on that port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # ended connections do not count
        probe.bind(("127.0.0.1", port))


def answers_stomp(port: int) -> None:
    """Open a STOMP connection as the good user and close it; raise OSError if that fails."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(f"CONNECT\naccept-version:1.2\nhost:/\nlogin:{USER}\npasscode:{PASSWORD}\n\n\0".encode())
        answer = connection.recv(4096)
        if not answer.startswith(b"CONNECTED"):
            raise ConnectionRefusedError(f"it answers {answer!r}")
