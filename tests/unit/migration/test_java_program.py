"""The calls that are found in Java programs, and the types of the values that they are made on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jmslike import JMSError
from jmslike.migration.calls import Call
from jmslike.migration.java_program import JavaProgram

Calls = Callable[..., list[Call]]

IMPORTS = "import jakarta.jms.*; import javax.naming.*; import java.util.*;"


@pytest.fixture
def calls(tmp_path: Path) -> Calls:
    def read(statements: str, *, imports: str = IMPORTS, members: str = "") -> list[Call]:
        path = tmp_path / "Program.java"
        path.write_text(
            f"{imports}\nclass Program {{ Session session; {members}\n"
            f"void run(Connection connection, JMSContext context) throws Exception {{\n{statements}\n}} }}"
        )
        return list(JavaProgram.read(path).calls())

    return read


@pytest.mark.parametrize(
    "text",
    [
        f"new StringBuilder(){'.append(name)' * 2000}.toString()",
        " + ".join(["name"] * 2000),
    ],
    ids=["calls", "plus"],
)
def test_long_chains(calls: Calls, text: str) -> None:
    statement = f"String name = null; session.createTextMessage({text}).acknowledge();"
    assert {(call.owner, call.member) for call in calls(statement)} == {
        ("Session", "createTextMessage"),
        ("TextMessage", "acknowledge"),
    }


@pytest.mark.parametrize(
    ("statements", "owner", "member"),
    [
        ("connection.start();", "Connection", "start"),
        ("this.session.commit();", "Session", "commit"),
        ("session.commit();", "Session", "commit"),
        ("MessageConsumer c = null; c.receive(5000);", "MessageConsumer", "receive"),
        ("var c = session.createConsumer(null); c.receive(5000);", "MessageConsumer", "receive"),
        ("connection.createSession().createQueue(name()).getQueueName();", "Queue", "getQueueName"),
        ("((TextMessage) find()).getText();", "TextMessage", "getText"),
        ("Message m = null; if (m instanceof TextMessage t) t.getText();", "TextMessage", "getText"),
        ("List<Message> all = null; for (Message m : all) m.acknowledge();", "Message", "acknowledge"),
        ("List<Message> all = null; for (var m : all) m.acknowledge();", "Message", "acknowledge"),
        ("Map<String, Queue> all = null; all.get(name()).getQueueName();", "Queue", "getQueueName"),
        ("MessageConsumer[] all = null; all[0].close();", "MessageConsumer", "close"),
        ("try (JMSContext c = null; var b = c.createBrowser(null)) { b.close(); }", "QueueBrowser", "close"),
        ("try { } catch (JMSException e) { e.getErrorCode(); }", "JMSException", "getErrorCode"),
        ("helper().createTextMessage();", "Session", "createTextMessage"),
        ("context.createConsumer(null).setMessageListener(m -> m.getJMSType());", "Message", "getJMSType"),
        ("MessageListener l = m -> m.getJMSType();", "Message", "getJMSType"),
        ("context.createProducer().setPriority(7).send(null, name());", "JMSProducer", "send"),
        ("new InitialContext().lookup(name());", "InitialContext", "lookup"),
        (
            "var e = session.createBrowser(null).getEnumeration(); ((Message) e.nextElement()).getJMSType();",
            "Message",
            "getJMSType",
        ),
        (
            "var m = context.createBrowser(null).getEnumeration().nextElement(); m.getJMSType();",
            "Message",
            "getJMSType",
        ),
        ("Runnable r = session::commit;", "Session", "commit"),
        ("javax.jms.Topic topic = null; topic.getTopicName();", "Topic", "getTopicName"),
        ("elsewhere.find().close();", None, "close"),
    ],
)
def test_the_type_of_the_value_is_found(calls: Calls, statements: str, owner: str | None, member: str) -> None:
    found = calls(statements, members="Session helper() { return session; } String name() { return null; }")
    assert (owner, member) in [(each.owner, each.member) for each in found]


@pytest.mark.parametrize(
    ("imports", "statements", "owner"),
    [
        (
            "import org.apache.activemq.*;",
            "new ActiveMQConnectionFactory().createConnection();",
            "ActiveMQConnectionFactory",
        ),
        (
            "import org.apache.activemq.*;",
            "var c = new ActiveMQConnectionFactory().createConnection(); c.start();",
            "Connection",
        ),
        (
            "import org.apache.qpid.jms.JmsConnectionFactory;",
            "JmsConnectionFactory f = null; f.close();",
            "JmsConnectionFactory",
        ),
        ("import javax.jms.XAConnection;", "XAConnection c = null; c.createXASession().commit();", "XASession"),
        (
            "import org.springframework.jms.core.JmsTemplate;",
            "JmsTemplate t = null; t.send(s -> s.createMessage());",
            "Session",
        ),
        (
            "import org.springframework.jms.core.JmsTemplate;",
            "JmsTemplate t = null; t.receive().getJMSType();",
            "Message",
        ),
    ],
)
def test_types_of_libraries_are_known_by_their_packages(
    calls: Calls, imports: str, statements: str, owner: str
) -> None:
    assert owner in [each.owner for each in calls(statements, imports=imports)]


def test_calls_on_other_types_are_none_of_jms(calls: Calls) -> None:
    found = calls(
        'String s = "a"; s.trim(); System.out.println(s); Queue<String> q = null; q.poll(); name(); Math.abs(1);',
        imports="import java.util.Queue; import javax.jms.*;",
        members="String name() { return null; }",
    )
    assert found == []


def test_a_class_that_extends_one_of_a_library_has_its_methods(tmp_path: Path) -> None:
    path = tmp_path / "Mine.java"
    path.write_text("import org.springframework.jms.core.*; class Mine extends JmsTemplate { void f() { receive(); } }")
    assert [(each.owner, each.member) for each in JavaProgram.read(path).calls()] == [("JmsTemplate", "receive")]


def test_a_call_has_its_line_its_arguments_and_their_types(calls: Calls) -> None:
    statements = "Queue q = null;\nsession\n  .createConsumer(q,\n  SELECTOR);"
    [call] = calls(statements)
    assert call == Call(
        6, "Session", "createConsumer", ("q", "SELECTOR"), "session .createConsumer(q, SELECTOR)", ("Queue", None)
    )


@pytest.mark.parametrize(
    ("imports", "argument"),
    [
        ("import jakarta.jms.*;", "Session.CLIENT_ACKNOWLEDGE"),
        ("import jakarta.jms.*; import static jakarta.jms.Session.CLIENT_ACKNOWLEDGE;", "CLIENT_ACKNOWLEDGE"),
        ("import jakarta.jms.*; import static jakarta.jms.Session.*;", "CLIENT_ACKNOWLEDGE"),
        ("import jakarta.jms.Connection;", "jakarta.jms.Session.CLIENT_ACKNOWLEDGE"),
    ],
)
def test_a_constant_is_spelled_with_its_type(calls: Calls, imports: str, argument: str) -> None:
    [call] = calls(f"connection.createSession({argument});", imports=imports)
    assert call.arguments == ("Session.CLIENT_ACKNOWLEDGE",)


def test_annotations_come_with_those_inside_them(tmp_path: Path) -> None:
    path = tmp_path / "Bean.java"
    path.write_text(
        '@MessageDriven(activationConfig = {\n@ActivationConfigProperty(propertyName = "a", propertyValue = "b")})\n'
        "class Bean { @Inject JMSContext context; }"
    )
    found = [(each.line, each.member, each.arguments) for each in JavaProgram.read(path).annotations()]
    inner = '@ActivationConfigProperty(propertyName = "a", propertyValue = "b")'
    assert found == [
        (1, "@MessageDriven", (f"activationConfig={{ {inner}}}",)),
        (2, "@ActivationConfigProperty", ('propertyName="a"', 'propertyValue="b"')),
        (3, "@Inject", ()),
    ]


def test_what_is_no_java_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "Wrong.java"
    path.write_text("class Wrong {\n  void f() {\n    int x = = 1;\n  }\n}")
    with pytest.raises(JMSError, match=r"Wrong\.java cannot be read as Java: line 3, near '="):
        JavaProgram.read(path)


def test_a_file_in_latin_1_is_read(tmp_path: Path) -> None:
    path = tmp_path / "Old.java"
    path.write_bytes('class Old { String s = "\xe9t\xe9"; }'.encode("latin-1"))
    assert list(JavaProgram.read(path).calls()) == []


def test_a_text_of_very_many_parts_is_read(calls: Calls) -> None:
    parts = " + ".join(["session.getTransacted()"] * 400)
    found = calls(f'session.createTextMessage("" + {parts}); session.createTextMessage(1 + "").getText();')
    assert "TextMessage" in [each.owner for each in found]
