"""Through the Java client of Artemis (`jvm:`), beside that client alone, JPype by hand, stomp.py, and `stomp://`.

All over one broker: the one at JMSLIKE_TEST_ARTEMIS_URL (stomp://user:password@host:port), else one that is started.
The crossings are the calls from Python to Java, those of the thread of events among them.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from functools import partial
from urllib.parse import quote
from uuid import uuid4

from benchmarks import jvm_peers
from benchmarks.brokers import connected
from benchmarks.harness import Comparison
from benchmarks.jvm_peers import BODY, BROKER, GROUP, MESSAGES, WARM, measured
from jmslike import DeliveryMode, Message, Session
from jmslike_transports.jvm import crossings
from tests.jvm import jars

SENDS = ("send", "send async", "send transacted")
RECEIVES = ("auto", "dups_ok", "client", "client 100", "transacted", "individual", "listener")
_MODES = {
    "dups_ok": Session.DUPS_OK_ACKNOWLEDGE,
    "client": Session.CLIENT_ACKNOWLEDGE,
    "client 100": Session.CLIENT_ACKNOWLEDGE,
    "transacted": Session.SESSION_TRANSACTED,
    "send transacted": Session.SESSION_TRANSACTED,
    "individual": Session.INDIVIDUAL_ACKNOWLEDGE,
}
_PATIENCE = 10.0
_TRANSACTION = 1_000


def url_of(transport: str) -> str:
    """Return the broker's URL for `jvm` or `stomp`."""
    if transport == "stomp":
        return BROKER.url()
    where = jvm_peers.address()
    return f"jvm:artemis://{where.netloc}?classpath={quote(str(jars.jakarta()))}"


class Completions:
    """Counts the sends that have ended."""

    def __init__(self) -> None:
        self._done = threading.Semaphore(0)

    def on_completion(self, message: Message) -> None:
        self._done.release()

    def on_exception(self, message: Message, error: Exception) -> None:
        raise error

    def wait(self, messages: int) -> None:
        """Wait for the ends of that many."""
        for _ in range(messages):
            self._done.acquire()


def new_name() -> str:
    """Return the name of a new queue."""
    return f"benchmark-{uuid4()}"


def new_message(session: Session) -> Message:
    """Make a message of bytes."""
    message = session.create_bytes_message()
    message.write_bytes(BODY)
    return message


def filled() -> str:
    """Return the name of a new queue with all messages."""
    name = new_name()
    with connected(url_of("jvm")) as connection:
        session = connection.create_session(Session.SESSION_TRANSACTED)
        producer = session.create_producer(session.create_queue(name))
        for _ in range((WARM + MESSAGES) // _TRANSACTION):
            for _ in range(_TRANSACTION):
                producer.send(new_message(session))
            session.commit()
    return name


def drain(name: str) -> None:
    """Take all messages out of the queue."""
    with connected(url_of("jvm")) as connection:
        session = connection.create_session(Session.DUPS_OK_ACKNOWLEDGE)
        consumer = session.create_consumer(session.create_queue(name))
        while consumer.receive(0.5) is not None:
            pass


# ---- jmslike ---------------------------------------------------------------------------------------------------------


def sending(transport: str, name: str, mode: str, persistent: bool) -> float:
    """Send."""
    with connected(url_of(transport)) as connection:
        session, completions = connection.create_session(_MODES.get(mode, Session.AUTO_ACKNOWLEDGE)), Completions()
        producer = session.create_producer(session.create_queue(name))
        producer.delivery_mode = DeliveryMode.PERSISTENT if persistent else DeliveryMode.NON_PERSISTENT
        listener = completions if mode == "send async" else None

        def loop(messages: int) -> None:
            for number in range(1, messages + 1):
                producer.send(new_message(session), completion_listener=listener)
                if mode == "send transacted" and number % GROUP == 0:
                    session.commit()
            if listener is not None:
                completions.wait(messages)

        return measured(loop)


def receiving(transport: str, name: str, mode: str) -> float:
    """Receive, and read the body."""
    with connected(url_of(transport)) as connection:
        session = connection.create_session(_MODES.get(mode, Session.AUTO_ACKNOWLEDGE))
        consumer = session.create_consumer(session.create_queue(name))
        if mode == "listener":
            arrived, count = threading.Semaphore(0), itertools.count(1)
            warm = threading.Event()

            def arrives(message: Message) -> None:
                if next(count) == WARM:
                    arrived.release()
                    warm.wait()
                else:
                    arrived.release()

            def listen(messages: int) -> None:
                if messages == WARM:
                    consumer.message_listener = arrives
                else:
                    warm.set()
                for _ in range(messages):
                    arrived.acquire()

            return measured(listen)
        group = 1 if mode in ("client", "individual") else GROUP
        ends = mode not in ("auto", "dups_ok")

        def loop(messages: int) -> None:
            for number in range(1, messages + 1):
                message = consumer.receive(_PATIENCE)
                assert message is not None
                message.get_body(bytes)
                if ends and number % group == 0:
                    (session.commit if mode == "transacted" else message.acknowledge)()

        return measured(loop)


# ---- the sides -------------------------------------------------------------------------------------------------------

_SENDING: dict[str, Callable[..., float]] = {
    "jvm": partial(sending, "jvm"),
    "stomp": partial(sending, "stomp"),
    "java": jvm_peers.java,
    "jpype": jvm_peers.jpype_send,
    "stomp.py": jvm_peers.stomp_send,
}
_RECEIVING: dict[str, Callable[..., float]] = {
    "jvm": partial(receiving, "jvm"),
    "stomp": partial(receiving, "stomp"),
    "java": lambda name, mode: jvm_peers.java(name, mode, True),
    "jpype": jvm_peers.jpype_receive,
    "stomp.py": jvm_peers.stomp_receive,
}
PEERS = {"java": "Java alone", "jpype": "JPype by hand", "stomp.py": "stomp.py", "stomp": "jmslike, stomp://"}
_BY_JPYPE = ("send", "send transacted", *(mode for mode in RECEIVES if mode != "listener"))


def send(who: str, mode: str, persistent: bool) -> float:
    """Return the messages per second that one side sends."""
    if who == "jpype":
        jvm_peers.start_jvm()
    name = new_name()
    result = _SENDING[who](name, mode, persistent)
    drain(name)
    return result


def receive(who: str, mode: str) -> float:
    """Return the messages per second that one side receives."""
    if who == "jpype":
        jvm_peers.start_jvm()
    return _RECEIVING[who](filled(), mode)


class Crossings(list[None]):
    """A list of the threads that are in Java, which counts each that enters."""

    made = 0

    def append(self, item: None) -> None:
        """Count one."""
        self.made += 1
        super().append(item)


def crossings_of(mode: str) -> float:
    """Return the crossings for each message, with those that open a session and a consumer."""
    counted = crossings._inside = Crossings()  # type: ignore[misc]  # before any thread is in Java
    name = filled() if mode in RECEIVES else new_name()
    counted.made = 0
    if mode in RECEIVES:
        receiving("jvm", name, mode)
    else:
        sending("jvm", name, mode, True)
    made = counted.made
    if mode in SENDS:
        drain(name)
    return made / (WARM + MESSAGES)


def _peers(mode: str) -> list[str]:
    return [who for who in PEERS if who != "jpype" or mode in _BY_JPYPE]


COMPARISONS = [
    *(
        Comparison(
            f"receive, {mode} / {PEERS[who]}",
            partial(receive, "jvm", mode),
            partial(receive, who, mode),
            "messages/s",
            (1.0, 1.2) if who == "stomp.py" else None,
        )
        for mode in RECEIVES
        for who in _peers(mode)
    ),
    *(
        Comparison(
            f"{mode}, {'' if persistent else 'not '}persistent / {PEERS[who]}",
            partial(send, "jvm", mode, persistent),
            partial(send, who, mode, persistent),
            "messages/s",
        )
        for persistent in (True, False)
        for mode in SENDS
        for who in _peers(mode)
    ),
    *(
        Comparison(f"crossings of a message, {mode}", partial(crossings_of, mode), None, "crossings")
        for mode in (*SENDS, *RECEIVES)
    ),
]
