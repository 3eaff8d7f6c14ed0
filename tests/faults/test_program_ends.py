"""A broker goes silent, and then the program ends without closing: it ends in time, and tells what may be lost."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.brokers import Broker
from tests.faults.kafka_broker import frozen, own
from tests.faults.proxy import Proxy
from tests.faults.steps import PATIENCE
from tests.faults.targets import LASTING, Target, each

Silence = Callable[[], object]
MESSAGES = 50
DROP = "del opened, connection, session, producer; gc.collect()"
PROGRAM = """
import gc
import sys
import jmslike

url, name, how, number, timeout = sys.argv[1:]

class Listener:
    def on_completion(self, message): pass
    def on_exception(self, message, error): pass

def open_one():
    connection = jmslike.ConnectionFactory(url, request_timeout=timeout).create_connection()
    session = connection.create_session()
    producer = session.create_producer(session.create_queue(name))
    producer.send(session.create_text_message("the queue is there"))
    if how == "non-persistent":
        producer.delivery_mode = jmslike.DeliveryMode.NON_PERSISTENT
    if how == "listening":
        connection.create_session().create_consumer(producer.destination).message_listener = lambda message: None
        connection.start()
    return connection, session, producer

opened = [open_one() for _ in range(int(number))]
print("ready", flush=True)
sys.stdin.readline()
for connection, session, producer in opened * (how != "listening"):
    for _ in range({messages}):
        message = session.create_text_message("unanswered")
        producer.send(message, completion_listener=Listener() if how == "asynchronous" else None)
{then}
"""


@pytest.fixture(params=each(LASTING))
def silenced(request: pytest.FixtureRequest) -> Iterator[tuple[str, Silence]]:
    """Return the URL of each broker in turn, and what makes it silent until the test ends."""
    with ExitStack() as ends:
        if request.param == "kafka":
            kafka = own(request.getfixturevalue("kafka"))
            yield kafka.url("kafka"), lambda: ends.enter_context(frozen(kafka))
        else:
            name, protocol = LASTING[request.param]
            broker = request.getfixturevalue(name)
            assert isinstance(broker, Broker)
            proxy = Proxy(Target(broker, protocol).url)
            ends.callback(proxy.close)
            yield proxy.url, proxy.freeze


def errors_of(url: str, silence: Silence, *arguments: str, then: str = "") -> list[str]:
    """Run the program to its end, with a silence before it sends, and return what it printed on stderr."""
    source = PROGRAM.format(messages=MESSAGES, then=then)
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", source, url, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        try:
            assert program.stdout is not None
            assert program.stdout.readline() == "ready\n"
            silence()
            _, errors = program.communicate("\n", PATIENCE)
        finally:
            program.kill()
    assert program.returncode == 0
    return errors.splitlines()


@pytest.mark.parametrize("how", ["non-persistent", "asynchronous"])
@pytest.mark.parametrize("then", ["", DROP], ids=["kept", "dropped"])
def test_what_is_not_confirmed_is_told(silenced: tuple[str, Silence], name: str, how: str, then: str) -> None:
    lines = errors_of(*silenced, name, how, "1", "2", then=then)
    assert len(lines) == 1, lines
    (line,) = lines
    assert "messages may be lost" in line
    assert f"has not confirmed {MESSAGES} to queue://{name};" in line


def test_the_bound_is_one_for_all_connections(silenced: tuple[str, Silence], name: str) -> None:
    """One after the other they would take longer than is waited for the program, and so would closing them."""
    number = 8
    lines = errors_of(*silenced, name, "non-persistent", str(number), "4")
    assert len(lines) == number
    assert all(f"{MESSAGES} to queue://{name};" in line for line in lines)


def test_a_program_that_only_receives_has_nothing_to_tell(silenced: tuple[str, Silence], name: str) -> None:
    """What it has not acknowledged comes to others."""
    assert errors_of(*silenced, name, "listening", "8", "4") == []
