"""Drives a Java JMS client: a separate process, commanded by JSON lines. Its results have jmslike's own types.

peer = Peer("qpid", classpath())
with peer.connect("amqp://localhost:61616") as connection, connection.session() as session:
    session.send(Queue("orders"), "text", "hello", properties={"n": Short(7)})
"""

from __future__ import annotations

import itertools
import json
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, Self

from jmslike import (
    DeliveryMode,
    Destination,
    Queue,
    Session,
    TemporaryQueue,
    TemporaryTopic,
    Topic,
)
from tests.interop.spelling import decoded, encoded

PATIENCE: Final = 30.0
"""The longest wait, in seconds, for what must come."""
SILENCE: Final = 0.3
"""The wait, in seconds, after which a test believes that nothing comes: a Java client may have to ask the broker."""

_ANSWERS_WITHIN = 2 * PATIENCE
_DESTINATIONS: Final[Mapping[str, type[Destination]]] = {
    "queue": Queue,
    "topic": Topic,
    "temporary queue": TemporaryQueue,
    "temporary topic": TemporaryTopic,
}


class QuorumQueue(Queue):
    """A queue that the Java client of RabbitMQ declares to be a quorum queue."""


class PriorityQueue(Queue):
    """A queue that the Java client of RabbitMQ declares with JMS' ten priorities."""


class PlainQueue(Queue):
    """A queue to which the Java client of RabbitMQ sends bodies in the clear, and which it does not declare."""


class PlainTopic(Topic):
    """A routing key of `amq.topic`, to which the Java client of RabbitMQ sends bodies in the clear."""


_KINDS: Final[Mapping[type[Destination], str]] = {
    QuorumQueue: "quorum queue",
    PriorityQueue: "priority queue",
    PlainQueue: "plain queue",
    PlainTopic: "plain topic",
}


class JavaError(Exception):
    """What a command raised in Java, by its class."""

    def __init__(self, java_class: str, message: str) -> None:
        super().__init__(f"{java_class}: {message}")
        self.java_class = java_class.rpartition(".")[2]


@dataclass(frozen=True)
class Headers:
    """The JMS headers as Java's getters give them."""

    message_id: Any
    destination: Any
    correlation_id: Any
    reply_to: Any
    type: Any
    delivery_mode: Any
    priority: Any
    timestamp: Any
    expiration: Any
    delivery_time: Any
    redelivered: Any


@dataclass(frozen=True)
class Seen(Headers):
    """A message as Java sees it. Properties are those of `getObjectProperty`; `got` is what the getters returned."""

    kind: str
    body: Any
    properties: Mapping[str, Any]
    got: Sequence[Any]


class Peer:
    """A Java process with one client library, such as `core` or `kafka`. Options go to Java itself."""

    def __init__(self, client: str, classpath: str, *options: str) -> None:
        self.client = client
        self._process = subprocess.Popen(
            ["java", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", *options, "-cp", classpath, "peer.Main", client],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        self._ids = itertools.count(1)
        self._waiting: dict[int, Future[Any]] = {}
        self._writing = threading.Lock()
        self._reader = threading.Thread(target=self._read, name=f"answers of {client}", daemon=True)
        self._reader.start()

    def connect(
        self, url: str, user: str | None = None, password: str | None = None, client_id: str | None = None
    ) -> JavaConnection:
        """Open and start a connection."""
        handle = self.call("connect", url=url, user=user, password=password, client_id=client_id)
        return JavaConnection(self, handle)

    def call(self, action: str, on: int = 0, **arguments: Any) -> Any:
        """Run a command; return its result or raise its JavaError."""
        return self.start(action, on, **arguments).result(_ANSWERS_WITHIN)

    def start(self, action: str, on: int = 0, **arguments: Any) -> Future[Any]:
        """Begin a command; its result comes with the future."""
        future: Future[Any] = Future()
        number = next(self._ids)
        self._waiting[number] = future
        line = json.dumps({"id": number, "do": action, "on": on, **arguments})
        stdin = self._process.stdin
        assert stdin is not None
        with self._writing:
            stdin.write(line + "\n")
            stdin.flush()
        return future

    def close(self) -> None:
        """End the process."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(PATIENCE)
        stdout.close()

    def _read(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        for line in stdout:
            answer = json.loads(line)
            future = self._waiting.pop(answer["id"])
            if "error" in answer:
                future.set_exception(JavaError(*answer["error"]))
            else:
                future.set_result(answer["result"])
        for future in self._waiting.values():
            future.set_exception(EOFError(f"the Java process of {self.client} has ended"))


class Opened:
    """Something open in the Java process, by its handle."""

    def __init__(self, peer: Peer, handle: int) -> None:
        self.peer = peer
        self.handle = handle
        self._closed = False

    def call(self, action: str, **arguments: Any) -> Any:
        return self.peer.call(action, self.handle, **arguments)

    def close(self) -> None:
        """Close it; a second call does nothing."""
        if not self._closed:
            self._closed = True
            self.call("close")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class JavaConnection(Opened):
    """A started connection."""

    def session(self, mode: int = Session.AUTO_ACKNOWLEDGE) -> JavaSession:
        """Create a session."""
        return JavaSession(self.peer, self.call("session", mode=int(mode)))


class JavaSession(Opened):
    """A session. It carries out one command at a time, as JMS wants it."""

    def send(
        self,
        destination: Destination,
        kind: str = "text",
        body: Any = None,
        *,
        properties: Mapping[str, Any] | None = None,
        correlation_id: str | None = None,
        reply_to: Destination | None = None,
        type: str | None = None,  # noqa: A002  the header's name
        delivery_mode: int = DeliveryMode.PERSISTENT,
        priority: int = 4,
        time_to_live: float = 0,
        delay: float | None = None,
    ) -> Headers:
        """Send a message; return its headers after the send. Durations are in seconds."""
        message = {
            "kind": kind,
            "body": _encoded_body(body),
            "properties": {name: encoded(value) for name, value in (properties or {}).items()},
            "correlation_id": correlation_id,
            "reply_to": _encoded_destination(reply_to),
            "type": type,
        }
        headers = self.call(
            "send",
            destination=_encoded_destination(destination),
            message=message,
            delivery_mode=int(delivery_mode),
            priority=priority,
            time_to_live=round(time_to_live * 1000),
            delay=None if delay is None else round(delay * 1000),
        )
        return Headers(**_decoded_headers(headers))

    def consumer(
        self,
        destination: Destination,
        selector: str | None = None,
        *,
        name: str | None = None,
        durable: bool = True,
        shared: bool = False,
        no_local: bool = False,
    ) -> JavaConsumer:
        """Create a consumer; with a name that of a durable or shared subscription."""
        handle = self.call(
            "consumer",
            destination=_encoded_destination(destination),
            selector=selector,
            name=name,
            durable=durable,
            shared=shared,
            no_local=no_local,
        )
        return JavaConsumer(self.peer, handle)

    def temporary(self, kind: str = "queue") -> Destination:
        """Create a temporary `queue` or `topic`."""
        return _decoded_destination(self.call("temporary", kind=kind))

    def browse(self, queue: Queue, selector: str | None = None) -> list[Seen]:
        """Return what a browser sees in the queue."""
        seen = self.call("browse", destination=_encoded_destination(queue), selector=selector, getters=[])
        return [_seen(message) for message in seen]

    def commit(self) -> None:
        """Commit the transaction."""
        self.call("commit")

    def rollback(self) -> None:
        """Roll the transaction back."""
        self.call("rollback")

    def recover(self) -> None:
        """Recover the session: what is unacknowledged is redelivered."""
        self.call("recover")

    def unsubscribe(self, name: str) -> None:
        """Delete a durable subscription."""
        self.call("unsubscribe", name=name)


class JavaConsumer(Opened):
    """A consumer."""

    def receive(self, timeout: float = PATIENCE, getters: Sequence[tuple[str, str]] = ()) -> Seen:
        """Receive a message, at most after `timeout` seconds, else raise TimeoutError.

        `getters` names typed property getters to try, such as `("int", "n")` for `getIntProperty("n")`.
        """
        return self.receiving(timeout, getters)()

    def poll(self, timeout: float = SILENCE) -> Seen | None:
        """Receive a message, or return None after `timeout` seconds."""
        message = self.call("receive", timeout=round(timeout * 1000), getters=[])
        return None if message is None else _seen(message)

    def receiving(self, timeout: float = PATIENCE, getters: Sequence[tuple[str, str]] = ()) -> Callable[[], Seen]:
        """Begin to receive; return a call that waits for the message."""
        return self._later("receive", timeout, getters)

    def replying(self, timeout: float = PATIENCE) -> Callable[[], Seen]:
        """Begin to wait for a request and send it back to its JMSReplyTo; return a call that waits for the end."""
        return self._later("reply", timeout, ())

    def listen(self) -> None:
        """Receive by a listener from now on: it gets what comes at once, and `receive` and the like ask it."""
        self.call("listen")

    def acknowledge(self) -> None:
        """Acknowledge what was received last."""
        self.call("acknowledge")

    def _later(self, action: str, timeout: float, getters: Sequence[tuple[str, str]]) -> Callable[[], Seen]:
        arguments = {"timeout": round(timeout * 1000), "getters": list(getters)}
        future = self.peer.start(action, self.handle, **arguments)

        def wait() -> Seen:
            message = future.result(_ANSWERS_WITHIN)
            if message is None:
                raise TimeoutError(f"Java ({self.peer.client}) received nothing within {timeout} s")
            return _seen(message)

        return wait


def exact(value: Any) -> Any:
    """Return the value with its type, at every depth: `==` then distinguishes a Short from an int, 0.0 from -0.0."""
    if isinstance(value, Mapping):
        return {name: exact(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [exact(item) for item in value]
    return type(value).__name__, value if isinstance(value, bytes) else str(value)


def _encoded_body(body: Any) -> Any:
    if isinstance(body, Mapping):
        return {name: encoded(item) for name, item in body.items()}
    if isinstance(body, list | tuple):
        return [encoded(item) for item in body]
    return encoded(body)


def _decoded_body(kind: str, body: Any) -> Any:
    if kind == "message":
        return None
    if isinstance(body, dict) and "raised" in body and isinstance(body["raised"], str):
        return decoded(body)
    if kind == "map":
        return {name: decoded(item) for name, item in body.items()}
    return [decoded(item) for item in body] if kind == "stream" else decoded(body)


def _encoded_destination(destination: Destination | None) -> dict[str, str] | None:
    if destination is None:
        return None
    kind = "queue" if destination.is_queue else "topic"
    if destination.is_temporary:
        kind = f"temporary {kind}"
    return {"kind": _KINDS.get(type(destination), kind), "name": destination.name}


def _decoded_destination(description: Mapping[str, str]) -> Destination:
    return _DESTINATIONS[description["kind"]](description["name"])


def _decoded_headers(headers: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(headers)
    for name, value in headers.items():
        if isinstance(value, dict):
            values[name] = decoded(value) if "raised" in value else _decoded_destination(value)
    return values


def _seen(message: Mapping[str, Any]) -> Seen:
    return Seen(
        kind=message["kind"],
        body=_decoded_body(message["kind"], message["body"]),
        properties={name: decoded(value) for name, value in message["properties"].items()},
        got=[decoded(value) for value in message["got"]],
        **_decoded_headers(message["headers"]),
    )
