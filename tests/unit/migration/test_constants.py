"""Arguments that decide, where the program names them: constants stand for their values, variables make a condition."""

from __future__ import annotations

import pytest

from jmslike.capabilities import Feature
from tests.unit.migration.conftest import Checking

JAVA = """\
import javax.jms.*;
class Names {{ static final String GROUP = "JMSXGroupID"; static final String COLOUR = "colour"; }}
interface Modes {{ int MODE = DeliveryMode.PERSISTENT; }}
public class Shop {{
    static final String GROUP = "JMSXGroupID";
    private static final boolean TRANSACTED = true;
    static final int MODE = Session.SESSION_TRANSACTED, SAME = MODE;
    static final String ALL = "";
    static final int URGENT = 9;
    static String variable = "colour";
    void run(Connection connection, Session session, Queue queue, MessageProducer producer, Message message,
             boolean lasting) throws Exception {{
        final long later = 5000L;
        {};
    }}
}}
"""
PYTHON = """\
from typing import Final
from jmslike import *
GROUP = 'JMSXGroupID'
TRANSACTED: Final = True
MODE = Session.SESSION_TRANSACTED
ALL = ''
twice = 'colour'
twice = 'size'
hidden = 'colour'
def use(connection: Connection, session: Session, queue: Queue, producer: MessageProducer, message: Message):
    {}
def other(hidden):
    pass
"""


@pytest.mark.parametrize(
    ("call", "features"),
    [
        ('message.setStringProperty(GROUP, "a")', "MESSAGE_GROUP"),
        ('message.setStringProperty(Shop.GROUP, "a")', "MESSAGE_GROUP"),
        ('message.setStringProperty(this.GROUP, "a")', "MESSAGE_GROUP"),
        ('message.setStringProperty(Names.GROUP, "a")', "MESSAGE_GROUP"),
        ('message.setStringProperty(Names.COLOUR, "red")', ""),
        ("connection.createSession(TRANSACTED, 1)", "TRANSACTION"),
        ("connection.createSession(SAME)", "TRANSACTION"),
        ("session.createConsumer(queue, ALL)", ""),
        ("producer.setDeliveryMode(Modes.MODE)", "PERSISTENCE"),
        ("producer.setPriority(URGENT)", "PRIORITY"),
        ("producer.setTimeToLive(later)", "TTL"),
    ],
)
def test_constants_of_java(checked: Checking, call: str, features: str) -> None:
    (finding,) = checked(JAVA.format(call), "amqp", name="Shop.java").findings
    assert set(finding.verdict.features) == {Feature[name] for name in features.split()}
    assert [reason.condition for reason in finding.verdict.reasons if reason.condition] == []


@pytest.mark.parametrize(
    ("call", "provider", "condition"),
    [
        ('message.setStringProperty(variable, "a")', "rabbitmq", "if variable is JMSXGroupID"),
        ('message.setStringProperty(Elsewhere.NAME, "a")', "rabbitmq", "if Elsewhere.NAME is JMSXGroupID"),
        ('message.setStringProperty("JMSX" + variable, "a")', "rabbitmq", 'if "JMSX" + variable is JMSXGroupID'),
        ("message.getObjectProperty(variable)", "rabbitmq", "if variable is JMSXDeliveryCount"),
        (
            "producer.setDeliveryMode(lasting ? DeliveryMode.PERSISTENT : DeliveryMode.NON_PERSISTENT)",
            "memory",
            "if lasting ? DeliveryMode.PERSISTENT : DeliveryMode.NON_PERSISTENT is PERSISTENT",
        ),
    ],
)
def test_variables_make_a_condition(checked: Checking, call: str, provider: str, condition: str) -> None:
    (finding,) = checked(JAVA.format(call), provider, name="Shop.java").findings
    assert [reason.condition for reason in finding.verdict.reasons] == [condition]


@pytest.mark.parametrize(
    ("call", "features", "conditions"),
    [
        ("message.set_string_property(GROUP, 'a')", "MESSAGE_GROUP", [""]),
        ("message.properties[GROUP] = 'a'", "MESSAGE_GROUP", [""]),
        ("connection.create_session(transacted=TRANSACTED)", "TRANSACTION", None),
        ("connection.create_session(MODE)", "TRANSACTION", None),
        ("session.create_consumer(queue, ALL)", "", []),
        ("message.set_string_property(twice, 'a')", "MESSAGE_GROUP", ["if twice is JMSXGroupID"]),
        ("message.set_string_property(hidden, 'a')", "MESSAGE_GROUP", ["if hidden is JMSXGroupID"]),
    ],
)
def test_constants_of_python(checked: Checking, call: str, features: str, conditions: list[str] | None) -> None:
    (finding,) = checked(PYTHON.format(call), "rabbitmq").findings
    assert set(finding.verdict.features) == {Feature[name] for name in features.split()}
    if conditions is not None:
        assert [reason.condition for reason in finding.verdict.reasons] == conditions
