"""Programs that end without closing what they have opened (CONN)."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
    if jms.url.startswith("native:"):
        pytest.skip("the messages of an engine in memory end with its program")
    queue = jms.queue()
    source = PROGRAM.format(url=jms.url, options=dict(jms.options), keep=keep, name=queue.queue_name, how=how)
    if keep == "_":
        source += "del _"
    command = [sys.executable, "-W", "ignore", "-c", source]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert (result.stdout, result.stderr) == ("", "")
    assert left_in(jms, queue) == [str(number) for number in range(300)]
