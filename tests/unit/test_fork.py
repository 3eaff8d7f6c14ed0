"""Connections belong to the process that made them; a forked child must not wait for its parent's threads."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from functools import partial

import pytest

import jmslike
from jmslike import ConnectionFactory, IllegalStateError

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


def in_child(act) -> int:  # type: ignore[no-untyped-def]
    """Run it in a forked child that is killed after 20 seconds; return its exit code, 0 for success."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            import signal

            signal.alarm(20)
            act()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_can_close_what_its_parent_is_busy_with() -> None:
    with jmslike.connect("native://fork") as context:
        queue = context.create_queue("q")
        busy, done = threading.Event(), threading.Event()
        listening = context.create_context(context.AUTO_ACKNOWLEDGE)

        def listener(message: jmslike.Message) -> None:
            busy.set()
            done.wait(30)

        listening.create_consumer(queue).message_listener = listener
        producer = context.create_producer()
        producer.send(queue, "text")
        consumer = context.create_consumer(context.create_queue("empty"))
        receiving = threading.Thread(target=consumer.receive)
        receiving.start()
        assert busy.wait(10)

        def act() -> None:
            for use in (consumer.receive_no_wait, lambda: producer.send(queue, "x"), context.start):
                with pytest.raises(IllegalStateError):
                    use()
            listening.close()
            context.close()

        assert in_child(act) == 0
        done.set()
        consumer.close()
        receiving.join(10)
        listening.close()
    assert sys.exc_info() == (None, None, None)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_hears_that_what_it_inherited_was_made_in_another_process() -> None:
    with (
        jmslike.connect("native://fork") as context,
        ConnectionFactory("native://fork").create_connection() as connection,
    ):
        queue, session = context.create_queue("q"), connection.create_session()
        unused = context.create_context(context.CLIENT_ACKNOWLEDGE)
        uses: dict[str, Callable[[], object]] = {
            "connection": connection.start,
            "session": session.create_message,
            "producer": partial(session.create_producer(queue).send, session.create_message()),
            "consumer": session.create_consumer(queue).receive_no_wait,
            "browser": session.create_browser(queue).__iter__,
            "context": partial(context.create_object_message, 5),
            "context and its serializer": partial(getattr, context, "object_serializer"),
            "context as it sends": partial(context.create_producer().send, queue, "x"),
            "context that was not used": partial(unused.create_consumer, queue),
        }

        def act() -> None:
            for what, use in uses.items():
                with pytest.raises(IllegalStateError, match=f"^the {what.split()[0]} was made in another process"):
                    use()

        assert in_child(act) == 0
        unused.close()
