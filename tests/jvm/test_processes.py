"""What the children of a process hear that has a connection of `jvm:`, and what is left of one that ends."""

from __future__ import annotations

import multiprocessing
import os
import uuid

import pytest

from tests.brokers import Broker
from tests.harnesses import jvm_url
from tests.jvm.programs import output_of

pytestmark = pytest.mark.broker("artemis")

BEGIN = """
import os, sys, threading, warnings
import jmslike, jpype
from jmslike import IllegalStateError, JMSError

warnings.simplefilter("ignore")

def threads():
    java = jpype.JClass("java.lang.Thread")
    return [each for each in java.getAllStackTraces().keySet() if str(each.getName()).startswith("jmslike")]

def left():
    for each in threads():
        each.join(20_000)
    return [str(each.getName()) for each in threads()], [each.name for each in threading.enumerate()]

def use(connection, name):
    session = connection.create_session()
    queue = session.create_queue(name)
    with session.create_consumer(queue) as consumer:
        session.create_producer(queue).send(session.create_text_message("works"))
        return consumer.receive(20).text

def listen(connection, name):
    heard = threading.Event()
    session = connection.create_session()
    session.create_consumer(session.create_queue(name)).message_listener = lambda message: heard.set()
    with connection.create_session(jmslike.Session.SESSION_TRANSACTED) as sending:
        sending.create_producer(sending.create_queue(name)).send(sending.create_text_message("works"))
        sending.commit()
    assert heard.wait(20)

def opened():
    connection = jmslike.ConnectionFactory(os.environ["URL"]).create_connection()
    connection.start()
    return connection
"""
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


@pytest.fixture
def name() -> str:
    return f"processes-{uuid.uuid4()}"


def said_by(program: str, broker: Broker, name: str) -> list[str]:
    return output_of(f"{BEGIN}\nNAME = {name!r}\n{program}", URL=jvm_url(broker, "artemis")).splitlines()


@forks
@pytest.mark.parametrize("end", ["sys.exit(7)", "connection.close(); sys.exit(7)", "del connection; sys.exit(7)"])
def test_a_forked_child_does_nothing_to_the_connection(artemis: Broker, name: str, end: str) -> None:
    program = f"""
connection = opened()
listen(connection, NAME + "-listened")
child = os.fork()
if child == 0:
    for act in (lambda: use(connection, NAME), opened):
        try:
            act()
        except IllegalStateError as error:
            print("child:", str(error).partition(":")[0], flush=True)
    {end}
print("child ended:", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print("parent:", use(connection, NAME))
connection.close()
"""
    assert said_by(program, artemis, name) == [
        "child: the connection was made in another process",
        "child: the JVM was started in another process",
        "child ended: 7",
        "parent: works",
    ]


@pytest.mark.parametrize("method", [method for method in multiprocessing.get_all_start_methods() if method != "fork"])
def test_a_child_that_is_not_forked_from_this_process_has_connections_of_its_own(
    artemis: Broker, name: str, method: str
) -> None:
    program = f"""
import multiprocessing
import tests.jvm.child
connection = opened()
children = multiprocessing.get_context({method!r})
child = children.Process(target=tests.jvm.child.work, args=(os.environ["URL"], NAME))
child.start()
child.join()
print(child.exitcode, use(connection, NAME + "-2"))
connection.close()
"""
    assert said_by(program, artemis, name) == ["0 works"]


def test_a_closed_connection_leaves_no_thread(artemis: Broker, name: str) -> None:
    program = """
for number in range(3):
    with opened() as connection:
        use(connection, NAME)
        listen(connection, NAME)
        queue = connection.create_session().create_temporary_queue()
        print(len(threads()) > 0, threading.active_count() > 1)
    print(*left())
with opened() as connection:
    connection.create_session().create_temporary_queue()
print(*left())
"""
    nothing = "[] ['MainThread']"
    assert said_by(program, artemis, name) == [*["True True", nothing] * 3, nothing]


def test_a_lost_connection_leaves_no_thread(artemis: Broker, name: str) -> None:
    program = """
from urllib.parse import urlsplit
from tests.harnesses import cut_links_to
lost = threading.Event()
connection = opened()
connection.exception_listener = lambda error: lost.set()
use(connection, NAME)
listen(connection, NAME)
cut_links_to(urlsplit(os.environ["URL"].removeprefix("jvm:")).port)
print(lost.wait(20))
connection.close()
print(*left())
"""
    assert said_by(program, artemis, name) == ["True", "[] ['MainThread']"]


def test_a_refused_connection_leaves_no_thread(artemis: Broker, name: str) -> None:
    program = """
for login in (("nobody", "wrong"), (None, None)):
    try:
        with jmslike.ConnectionFactory(os.environ["URL"]).create_connection(*login) as connection:
            connection.client_id = "twice"
            connection.start()
            with jmslike.ConnectionFactory(os.environ["URL"]).create_connection() as other:
                other.client_id = "twice"
                other.start()
    except JMSError as error:
        print(type(error).__name__)
print(*left())
"""
    assert said_by(program, artemis, name) == ["JMSSecurityError", "InvalidClientIDError", "[] ['MainThread']"]
