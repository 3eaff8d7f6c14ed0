"""Programs in Python: which calls the reader finds, and of which types."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jmslike.errors import JMSError
from jmslike.migration.python_program import PythonProgram

Read = Callable[[str], list[str]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a program, and return its calls as "LINE OWNER.MEMBER"."""

    def run(source: str) -> list[str]:
        path = tmp_path / "program.py"
        path.write_text(source, encoding="utf-8")
        return [f"{call.line} {call.owner}.{call.member}" for call in PythonProgram.read(path).calls()]

    return run


def test_java_names(read: Read) -> None:
    assert read(
        "from javax.jms import Session\n"
        "from org.apache.activemq import ActiveMQConnectionFactory\n"
        "connection = ActiveMQConnectionFactory('tcp://h').createConnection()\n"
        "session = connection.createSession(False, Session.AUTO_ACKNOWLEDGE)\n"
        "session.createConsumer(session.createQueue('q')).receive(500).getText()\n"
    ) == [
        "3 ActiveMQConnectionFactory.new",
        "3 ActiveMQConnectionFactory.createConnection",
        "4 Connection.createSession",
        "5 Session.createQueue",
        "5 Session.createConsumer",
        "5 MessageConsumer.receive",
        "5 Message.getText",
    ]


def test_our_names_are_those_of_java(read: Read) -> None:
    assert read(
        "import jmslike\n"
        "with jmslike.connect('native://') as context:\n"
        "    queue = context.create_queue('q')\n"
        "    context.create_producer().set_reply_to(queue).set_time_to_live(5).send(queue, 'x')\n"
        "    for message in context.create_browser(queue):\n"
        "        message.get_int_property('n')\n"
    ) == [
        "2 JMSContext.new",
        "3 JMSContext.createQueue",
        "4 JMSContext.createProducer",
        "4 JMSProducer.setJMSReplyTo",
        "4 JMSProducer.setTimeToLive",
        "4 JMSProducer.send",
        "5 JMSContext.createBrowser",
        "6 Message.getIntProperty",
    ]


def test_attributes_are_getters_and_setters(read: Read) -> None:
    source = "from jmslike{} import Message\ndef f(message: Message):\n    message.{} = message.{}\n"
    expected = ["3 Message.getJMSReplyTo", "3 Message.setJMSReplyTo"]
    assert read(source.format("", "reply_to", "reply_to")) == expected
    assert read(source.format(".java", "JMSReplyTo", "JMSReplyTo")) == expected


def test_receiving_without_a_wait_is_spelled_in_two_ways(read: Read) -> None:
    """0 seconds do not wait; 0 milliseconds wait forever."""
    source = "from {} import MessageConsumer\ndef f(consumer: MessageConsumer):\n    consumer.receive(0)\n"
    assert read(source.format("jmslike")) == ["3 MessageConsumer.receiveNoWait"]
    assert read(source.format("jakarta.jms")) == ["3 MessageConsumer.receive"]


@pytest.mark.parametrize(
    "imports",
    [
        "from javax.jms import Connection as C",
        "from javax.jms import *\nC = Connection",
        "import javax.jms\nC = javax.jms.Connection",
        "import jakarta.jms as jms\nC = jms.Connection",
        "from javax import jms\nC = jms.Connection",
        "import jmslike\nC = jmslike.Connection",
        "from jmslike.java import Connection as C",
        "from jmslike.aio import Connection as C",
        "try:\n    from jmslike import Connection as C\nexcept ImportError:\n    pass",
    ],
)
@pytest.mark.parametrize("annotation", ["C", "'C'", "C | None", "Optional[C]", "None | C"])
def test_parameters_with_annotations(read: Read, imports: str, annotation: str) -> None:
    source = f"{imports}\ndef f(connection: {annotation}): connection.start()\n"
    assert [call.partition(" ")[2] for call in read(source)] == ["Connection.start"]


@pytest.mark.parametrize(
    "statement",
    [
        "session: Session = elsewhere()",
        "session, other = context.create_context(0), 1",
        "if (session := context.create_context(0)): pass",
        "session = context.create_context(0) if ready else None",
        "session = ready and context.create_context(0)",
        "with context.create_context(0) as session: pass",
        "with closing(context.create_context(0)) as session: pass",
        "session = stack.enter_context(context.create_context(0))",
        "for session in (context.create_context(0), context.create_context(0)): pass",
        "for session in [context.create_context(0) for number in range(2)]: pass",
        "session = made()",
        "session = Shop().session",
        "session = Shop().make()",
        "session = Shop().kept",
    ],
)
def test_where_an_object_may_come_from(read: Read, statement: str) -> None:
    source = (
        "from contextlib import ExitStack, closing; stack = ExitStack()\n"
        "from jmslike import JMSContext, Session, connect\n"
        f"context = connect('native://')\n"
        f"def use():\n    {statement}\n    session.commit()\n"
        "def made():\n    return context.create_context(0)\n"
        "class Shop:\n"
        "    kept: Session\n"
        "    def __init__(self):\n        self.session = context.create_context(0)\n"
        "    def make(self):\n        return self.session\n"
    )
    commits = [call for call in read(source) if call.startswith("6 ")]
    assert commits in (["6 Session.commit"], ["6 JMSContext.commit"])


@pytest.mark.parametrize(
    "listener",
    [
        "consumer.setMessageListener(lambda m: m.getText())",
        "consumer.message_listener = lambda m: m.text",
        "def on(m): m.text\nconsumer.message_listener = on",
        "class L:\n    def onMessage(self, m): m.text\nconsumer.setMessageListener(L())",
        "class L:\n    def __init__(self): consumer.messageListener = self.on\n    def on(self, m): m.text",
        "from jmslike.listening import jms_listener\n@jms_listener('q')\ndef on(m): m.text",
    ],
)
def test_a_listener_gets_messages(read: Read, listener: str) -> None:
    source = f"from jmslike import MessageConsumer\nconsumer: MessageConsumer = made()\n{listener}\n"
    assert [call.partition(" ")[2] for call in read(source) if "getText" in call] == ["Message.getText"]


def test_asyncio(read: Read) -> None:
    assert read(
        "import jmslike.aio\n"
        "async def main():\n"
        "    async with jmslike.aio.connect('native://') as context:\n"
        "        consumer = await context.create_consumer(context.create_queue('q'))\n"
        "        async for message in consumer:\n"
        "            await message.acknowledge()\n"
    ) == [
        "3 JMSContext.new",
        "4 JMSContext.createQueue",
        "4 JMSContext.createConsumer",
        "6 Message.acknowledge",
    ]


def test_what_jndi_finds_is_what_its_use_says(read: Read) -> None:
    assert read(
        "from javax.naming import InitialContext\n"
        "found = InitialContext().lookup('jms/factory')\n"
        "found.createQueueConnection().createQueueSession(False, 1)\n"
        "found.getConnection()\n"
    ) == [
        "2 InitialContext.new",
        "2 InitialContext.lookup",
        "3 QueueConnectionFactory.createQueueConnection",
        "3 QueueConnection.createQueueSession",
        "4 None.getConnection",
    ]


def test_what_has_no_type(read: Read) -> None:
    source = "import elsewhere\ndef f(session):\n    session.create_consumer(1)\n    elsewhere.session.commit()\n"
    assert read(source) == ["3 None.createConsumer", "4 None.commit"]


@pytest.mark.parametrize(
    "statement",
    [
        "for session in sessions: session.commit()",
        "sessions[0].commit()",
        "next(iter(sessions)).commit()",
        "waiting.get().commit()",
        "mapping['a'].commit()",
        "for session in mapping.values(): session.commit()",
    ],
)
def test_what_a_collection_holds_is_unknown(read: Read, statement: str) -> None:
    source = (
        "from queue import Queue\n"
        "from jmslike import connect\n"
        "sessions, mapping, waiting = [], {}, Queue()\n"
        "sessions.append(connect('native://'))\n"
        f"{statement}\n"
    )
    assert [call for call in read(source) if call.startswith("5 ")][-1] == "5 None.commit"


def test_what_is_none_of_jms(read: Read) -> None:
    source = "import json, socket\nsocket.socket().close()\n'a'.join([]).strip()\nopen('x').close()\n"
    assert read(f"{source}json.loads('1').send()\n") == []


def test_texts_and_types_of_arguments(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(
        "from jmslike import connect\n"
        "c = connect('native://')\n"
        "c.create_consumer(\n    c.create_topic('ä'),\n    message_selector='x = 1',\n)\n",
        encoding="utf-8",
    )
    call = next(call for call in PythonProgram.read(path).calls() if call.member == "createConsumer")
    assert (call.line, call.arguments) == (3, ("c.create_topic('ä')", "message_selector='x = 1'"))
    assert call.types == ("Topic", None)
    assert call.text == "c.create_consumer( c.create_topic('ä'), message_selector='x = 1', )"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"x = 1\nx = = 2\n", "line 2: "),
        (b"print 'x'\nx = = 2\n", "line 1: "),
        (b"# coding: nonsense\n", "cannot be read as Python: "),
        (b"x = '\xff'\n", "cannot be read as Python: "),
        (b"x = '\x00'\n", "cannot be read as Python: "),
    ],
)
def test_no_python(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "program.py"
    path.write_bytes(content)
    with pytest.raises(JMSError, match=reason):
        PythonProgram.read(path)


def test_python_2(read: Read) -> None:
    assert read(
        "from javax.jms import JMSException, Session\n"
        "def use(session):\n"
        "\ttry:\n"
        "\t    session.createTextMessage(`1`)\n"
        "        except JMSException, error:\n"
        "            print >>log, error.getErrorCode(), 0777, 1 <> 2\n"
        "            raise Session, 'nothing'"
    ) == ["4 None.createTextMessage", "6 JMSException.getErrorCode", "7 Session.new"]


def test_encodings_and_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_bytes("# coding: latin-1\r\nimport jmslike\r\nc = jmslike.connect('ä')\r\n".encode("latin-1"))
    (call,) = PythonProgram.read(path).calls()
    assert (call.line, call.text) == (3, "jmslike.connect('ä')")
