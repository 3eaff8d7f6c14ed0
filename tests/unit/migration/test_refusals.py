"""What works in Java, and which `jmslike` refuses or has in another form: the check says so."""

from __future__ import annotations

import pytest

from tests.unit.migration.conftest import Checking

PROGRAM = """\
import javax.jms.*;
import org.apache.activemq.ActiveMQSession;
import org.apache.activemq.artemis.api.jms.ActiveMQJMSConstants;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.jms.listener.DefaultMessageListenerContainer;
class Shop {
    void run(Connection connection, ConnectionFactory factory, Message message, JmsTemplate template,
             DefaultMessageListenerContainer container) throws Exception {
        CALL;
    }
}
"""


@pytest.mark.parametrize(
    ("call", "level", "reason"),
    [
        ("connection.createSession(false, 101)", "unsupported", "101 is a session mode of a client library"),
        ("connection.createSession(101)", "unsupported", "Session.INDIVIDUAL_ACKNOWLEDGE, which is 4 here"),
        ('factory.createContext("me", "secret", 100)', "unsupported", "100 is a session mode"),
        (
            "connection.createSession(false, ActiveMQJMSConstants.INDIVIDUAL_ACKNOWLEDGE)",
            "emulated",
            "Session.INDIVIDUAL_ACKNOWLEDGE, which is 4 here",
        ),
        (
            "connection.createSession(false, ActiveMQSession.INDIVIDUAL_ACKNOWLEDGE)",
            "emulated",
            "Session.INDIVIDUAL_ACKNOWLEDGE, which is 4 here",
        ),
        (
            "connection.createSession(false, ActiveMQJMSConstants.PRE_ACKNOWLEDGE)",
            "unsupported",
            "has no counterpart: use AUTO_ACKNOWLEDGE",
        ),
        ('message.setStringProperty("order-id", "7")', "unsupported", "a Java identifier, as 'order_id'"),
        ('message.setIntProperty("2nd", 7)', "unsupported", "a Java identifier, as '_2nd'"),
        ("template.setExplicitQosEnabled(true)", "unsupported", "use a setting of a JMSProducer"),
        ("template.setTimeToLive(5000)", "unsupported", "use a setting of a JMSProducer"),
        ("template.execute(session -> null)", "unsupported", "use a JMSContext, which is a session, too"),
        ('template.browse("orders", null)', "unsupported", "use a QueueBrowser"),
        ('template.receiveSelected("orders", "a = 1")', "unsupported", "use a consumer with a selector"),
        (
            'template.convertAndSend("prices", "x", m -> { m.setBooleanProperty("new", true); return m; })',
            "partial",
            "takes properties by name, and no headers",
        ),
        ('container.setConcurrency("2-5")', "partial", "concurrency is one number, and no range"),
        ('container.setConcurrency("5")', "emulated", "its argument concurrency"),
    ],
)
def test_calls(checked: Checking, call: str, level: str, reason: str) -> None:
    verdict = checked(PROGRAM.replace("CALL", call), name="Shop.java").findings[0].verdict
    assert verdict.level.value == level
    assert reason in verdict.reasons[0].text


@pytest.mark.parametrize(
    "call",
    [
        "connection.createSession(true, 101)",
        "connection.createSession(false, 4)",
        "connection.createSession(false, Session.CLIENT_ACKNOWLEDGE)",
        'factory.createContext("me", "101")',
        'message.setStringProperty("order_id", "7")',
        'message.setStringProperty("JMSXGroupID", "7")',
        "message.setStringProperty(name, value)",
    ],
)
def test_what_is_taken_is_native(checked: Checking, call: str) -> None:
    (finding,) = checked(PROGRAM.replace("CALL", call), name="Shop.java").findings
    assert (finding.verdict.level.value, finding.verdict.reasons) == ("native", ())


LISTENER = """\
import org.springframework.jms.annotation.JmsListener;
import org.springframework.messaging.handler.annotation.*;
class Prices {{
    @JmsListener({})
    void onPrice({}) {{ }}
}}
"""


@pytest.mark.parametrize(
    ("settings", "parameters", "level", "reason"),
    [
        ('destination = "prices"', "javax.jms.Message message", "emulated", "@jms_listener of jmslike.listening"),
        ('destination = "prices", concurrency = "2"', "String text", "emulated", "@jms_listener of jmslike.listening"),
        ('destination = "prices", concurrency = "2-5"', "String text", "partial", "one number, and no range"),
        ('destination = "${prices.queue}"', "String text", "partial", "${...} is not filled in"),
        (
            'destination = "prices"',
            "javax.jms.Message message, javax.jms.Session session",
            "partial",
            "the function takes one argument",
        ),
    ],
)
def test_listeners(checked: Checking, settings: str, parameters: str, level: str, reason: str) -> None:
    finding = checked(LISTENER.format(settings, parameters), name="Prices.java").findings[0]
    assert (finding.call.member, finding.verdict.level.value) == ("@JmsListener", level)
    assert reason in finding.verdict.reasons[0].text


def test_headers_that_are_parameters(checked: Checking) -> None:
    source = LISTENER.format('destination = "prices"', '@Payload String text, @Header("sku") String sku')
    found = {each.call.member: each.verdict.level.value for each in checked(source, name="Prices.java").findings}
    assert found == {"@JmsListener": "partial", "@Payload": "emulated", "@Header": "partial"}


def test_headers_of_other_messaging_are_none_of_jms(checked: Checking) -> None:
    source = 'class Other { @KafkaListener void listen(@Header("sku") String sku) { } }'
    assert checked(source, name="Other.java").findings == ()


@pytest.mark.parametrize("imports", ["import jakarta.ejb.*;", "import javax.ejb.MessageDrivenContext;"])
def test_the_context_of_a_bean(checked: Checking, imports: str) -> None:
    source = f"""{imports}
    @MessageDriven class Bean {{
        MessageDrivenContext context;
        public void onMessage(jakarta.jms.Message message) {{ context.setRollbackOnly(); context.getTimerService(); }}
    }}"""
    _, rollback, other = checked(source, name="Bean.java").findings
    assert rollback.verdict.level.value == "emulated"
    assert "raise in the function instead" in rollback.verdict.reasons[0].text
    assert other.verdict.level.value == "unsupported"
