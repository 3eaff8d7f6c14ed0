"""Programs that end without closing what they have opened (CONN)."""

from __future__ import annotations

import subprocess
import sys

import pytest

from jmslike.capabilities import Feature
from jmslike.testing import Provider
from jmslike.testing.steps import left_in

PROGRAM = """
import jmslike

class Listener:
    def on_completion(self, message): pass
    def on_exception(self, message, error): print(error)

def send(name, how):
    connection = jmslike.ConnectionFactory({url!r}, **{options!r}).create_connection()
    session = connection.create_session()
    producer = session.create_producer(session.create_queue(name))
    if how == "non-persistent":
        producer.delivery_mode = jmslike.DeliveryMode.NON_PERSISTENT
    for number in range(300):
        message = session.create_text_message(str(number))
        producer.send(message, completion_listener=Listener() if how == "asynchronous" else None)
    return connection

{keep} = send({name!r}, {how!r})
"""


@pytest.mark.parametrize("keep", ["kept", "_"], ids=["kept", "dropped"])
@pytest.mark.parametrize("how", ["persistent", "non-persistent", "asynchronous"])
def test_a_program_that_ends_without_closing_loses_nothing(jms: Provider, how: str, keep: str) -> None:
    """CONN-26: what it has sent without waiting for an answer reaches the provider, also if nothing refers to it."""
    in_program = not jms.capabilities.supports(Feature.PROCESSES)
    if in_program and not (jms.capabilities.supports(Feature.PERSISTENCE) and how != "non-persistent"):
        pytest.skip("these messages end with their program, which has the provider in it")
    queue = jms.queue()
    source = PROGRAM.format(url=jms.url, options=dict(jms.options), keep=keep, name=queue.queue_name, how=how)
    if keep == "_":
        source += "del _"
    assert output_of(source) == ""
    assert left_in(jms, queue) == [str(number) for number in range(300)]


LAST_SEND = """
import jmslike

class Listener:
    def on_completion(self, message): print("completed", message.text, flush=True)
    def on_exception(self, message, error): print(error, flush=True)

connection = jmslike.ConnectionFactory({url!r}, **{options!r}).create_connection()
session = connection.create_session()
producer = session.create_producer(session.create_queue({name!r}))
producer.send(session.create_text_message("at the end"), completion_listener=Listener())
"""


def test_the_listener_of_the_last_send_is_called(jms: Provider) -> None:
    """CONN-26, PROD-22: also when its answer comes while the interpreter ends, which then starts no thread."""
    source = LAST_SEND.format(url=jms.url, options=dict(jms.options), name=jms.queue().queue_name)
    assert output_of(source) == "completed at the end\n"


LISTENING = """
import threading
import jmslike

received = threading.Event()
context = jmslike.connect({url!r}, **{options!r})
queue = context.create_queue({name!r})
context.create_consumer(queue).message_listener = lambda message: received.set()
context.create_producer().send(queue, "received")
received.wait(60)
"""


def test_a_program_that_listens_ends_without_a_word(jms: Provider) -> None:
    """CONN-26: the listener's session does not take the end of the program for a failure."""
    source = LISTENING.format(url=jms.url, options=dict(jms.options), name=jms.queue().queue_name)
    assert output_of(source) == ""


def output_of(source: str) -> str:
    """Run the program to its end, and return what it printed on both streams."""
    command = [sys.executable, "-W", "ignore", "-c", source]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return result.stdout + result.stderr
