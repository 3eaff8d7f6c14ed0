"""What becomes of calls: which features they ask for, what takes their place, and what is assumed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jmslike.capabilities import Feature, Level
from jmslike.migration import beans, pages, spring
from jmslike.migration.check import Checked
from tests.unit.migration.conftest import Checking

DOCS = Path(__file__).parents[3] / "docs"

PROGRAM = """\
import javax.jms.*;
public class Shop {{
    void run(ConnectionFactory factory, Connection connection, Session session, JMSContext context, Queue queue,
             Topic topic, Destination any, MessageProducer producer, Message message, MessageConsumer consumer,
             XASession xa, String selector, boolean flag, int mode) throws Exception {{
        {};
    }}
}}
"""


def of(program: Checked) -> dict[str, set[Feature]]:
    """Return which features the calls of a program ask for."""
    return {each.call.member: set(each.verdict.features) for each in program.findings}


@pytest.mark.parametrize(
    ("call", "features"),
    [
        ("connection.createSession(true, 0)", "TRANSACTION"),
        ("connection.createSession(false, 1)", ""),
        ("connection.createSession(0)", "TRANSACTION"),
        ("connection.createSession(Session.SESSION_TRANSACTED)", "TRANSACTION"),
        ("connection.createSession(Session.CLIENT_ACKNOWLEDGE)", ""),
        ("connection.createSession()", ""),
        ("factory.createContext(JMSContext.SESSION_TRANSACTED)", "TRANSACTION"),
        ('factory.createContext("me", "secret", Session.SESSION_TRANSACTED)', "TRANSACTION"),
        ("factory.createContext(JMSContext.DUPS_OK_ACKNOWLEDGE)", ""),
        ("session.commit()", "TRANSACTION"),
        ("session.createConsumer(queue)", ""),
        ("session.createConsumer(queue, null)", ""),
        ('session.createConsumer(queue, "x = 1")', "QUEUE_SELECTOR"),
        ('session.createConsumer(topic, "x = 1")', "TOPIC_SELECTOR"),
        ('session.createConsumer(any, "x = 1")', "QUEUE_SELECTOR TOPIC_SELECTOR"),
        ("session.createConsumer(topic, null, true)", "NO_LOCAL"),
        ('session.createDurableSubscriber(topic, "n")', "DURABLE_SUBSCRIPTION"),
        ('session.createDurableConsumer(topic, "n", "x = 1", true)', "DURABLE_SUBSCRIPTION TOPIC_SELECTOR NO_LOCAL"),
        ('context.createSharedConsumer(topic, "n")', "SHARED_SUBSCRIPTION"),
        ('context.createSharedDurableConsumer(topic, "n")', "SHARED_SUBSCRIPTION DURABLE_SUBSCRIPTION"),
        ("session.createBrowser(queue)", "BROWSE"),
        ("session.createTemporaryQueue()", "TEMPORARY"),
        ("new QueueRequestor(null, queue)", "TEMPORARY"),
        ("producer.setDeliveryDelay(0)", ""),
        ("producer.setDeliveryDelay(60_000L)", "DELAY"),
        ("producer.setPriority(4)", ""),
        ("producer.setPriority(9)", "PRIORITY"),
        ("producer.setTimeToLive(Message.DEFAULT_TIME_TO_LIVE)", ""),
        ("producer.setTimeToLive(1000)", "TTL"),
        ("producer.setDeliveryMode(DeliveryMode.PERSISTENT)", "PERSISTENCE"),
        ("producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT)", ""),
        ("producer.send(message)", ""),
        ("producer.send(queue, message)", ""),
        ("producer.send(message, 1, 4, 0)", ""),
        ("producer.send(message, DeliveryMode.PERSISTENT, 9, 1000)", "PERSISTENCE PRIORITY TTL"),
        ("producer.send(queue, message, 2, 9, 1000)", "PERSISTENCE PRIORITY TTL"),
        ("producer.send(message, 1, 9, 0, null)", "PRIORITY"),
        ("producer.send(message, (CompletionListener) null)", ""),
        ('message.setStringProperty("JMSXGroupID", "a")', "MESSAGE_GROUP"),
        ('message.setStringProperty("colour", "red")', ""),
        ('message.getIntProperty("JMSXDeliveryCount")', "REDELIVERY_COUNT"),
        ("message.getJMSRedelivered()", "REDELIVERY_COUNT"),
        ("consumer.receiveNoWait()", "NO_WAIT"),
        ('connection.setClientID("me")', "CLIENT_ID"),
    ],
)
def test_features(checked: Checking, call: str, features: str) -> None:
    program = checked(PROGRAM.format(call), name="Shop.java")
    member = re.search(r"\.(\w+)\(", call)
    assert of(program)[member[1] if member else "new"] == {Feature[name] for name in features.split()}
    assert program.unknown == ()


@pytest.mark.parametrize(
    ("call", "conditions"),
    [
        ("connection.createSession(flag, mode)", ["if flag is true"]),
        ("connection.createSession(mode)", ["if mode is SESSION_TRANSACTED"]),
        ("session.createConsumer(queue, selector)", ["if selector is not empty"]),
        ('session.createConsumer(any, "x = 1")', ["if the destination is a queue", "if the destination is a topic"]),
        (
            "session.createConsumer(any, selector)",
            [
                "if the destination is a queue, and selector is not empty",
                "if the destination is a topic, and selector is not empty",
            ],
        ),
        ("producer.setPriority(mode)", ["if mode is not 4"]),
    ],
)
def test_what_the_source_does_not_say_is_a_condition(checked: Checking, call: str, conditions: list[str]) -> None:
    (finding,) = checked(PROGRAM.format(call), "amqp", name="Shop.java").findings
    assert [reason.condition for reason in finding.verdict.reasons] == conditions


def test_the_level_is_the_lowest_of_what_is_asked_for(checked: Checking) -> None:
    source = PROGRAM.format('session.createConsumer(any, "x = 1")')
    levels = {
        provider: checked(source, provider, name="Shop.java").findings[0].verdict.level
        for provider in ("memory", "artemis", "kafka")
    }
    assert levels == {"memory": Level.NATIVE, "artemis": Level.PARTIAL, "kafka": Level.UNSUPPORTED}


def test_the_reason_is_that_of_the_declaration(checked: Checking) -> None:
    (finding,) = checked(PROGRAM.format("session.createBrowser(queue)"), "artemis", name="Shop.java").findings
    (reason,) = finding.verdict.reasons
    assert reason.text == "queue browsers: Artemis cannot browse over STOMP: use its console"
    assert reason.page == "two-models.md#browse-look-without-receiving"


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("xa.getXAResource()", "transactions across resources have no counterpart"),
        ("connection.createConnectionConsumer(queue, null, null, 1)", "is for application servers"),
        ("session.run()", "is for application servers"),
        ("session.nonsense()", "nonsense is no member of Session in JMS"),
    ],
)
def test_what_is_not_there(checked: Checking, call: str, reason: str) -> None:
    finding = checked(PROGRAM.format(call), name="Shop.java").findings[-1]
    assert finding.verdict.level is Level.UNSUPPORTED
    assert reason in finding.verdict.reasons[0].text


def test_objects_of_java_are_not_those_of_python(checked: Checking) -> None:
    (java,) = checked(PROGRAM.format("session.createObjectMessage()"), name="Shop.java").findings
    assert java.verdict.level is Level.PARTIAL
    source = "from jmslike import Session\ndef f(session: Session): session.create_object_message([1])\n"
    (python,) = checked(source).findings
    assert python.verdict.level is Level.NATIVE


SPRING = """\
import org.springframework.jms.core.JmsTemplate;
import org.springframework.jms.annotation.JmsListener;
import org.springframework.jms.listener.DefaultMessageListenerContainer;
class Orders {
    JmsTemplate template;
    void run(DefaultMessageListenerContainer container) {
        template.convertAndSend("orders", "x");
        template.setDeliveryDelay(5);
        container.setConcurrentConsumers(3);
        container.setTaskExecutor(null);
    }
    @JmsListener(destination = "orders", selector = "a = 1", concurrency = "1-4")
    @Transactional
    @SendTo("answers")
    void listen(String text) {}
}
"""


def test_spring(checked: Checking) -> None:
    program = checked(SPRING, "kafka", name="Orders.java")
    assert [(each.call.line, each.verdict.level.value, each.verdict.reasons[0].text) for each in program.findings] == [
        (7, "emulated", "JmsTemplate.send of jmslike.listening"),
        (8, "unsupported", "use a setting of a JMSProducer: JmsTemplate of jmslike.listening sends without it"),
        (9, "partial", "its argument concurrency"),
        (10, "unsupported", "ListenerContainer of jmslike.listening has no such setting"),
        (
            12,
            "unsupported",
            "@jms_listener of jmslike.listening; concurrency is one number, and no range: give the highest",
        ),
        (13, "partial", "each message is a transaction of its session, and what is done elsewhere is no part of it"),
        (14, "partial", "what the function returns goes to the message's reply_to: send to others yourself"),
    ]


BEAN = """\
import jakarta.ejb.*;
import jakarta.jms.*;
@MessageDriven(activationConfig = {{
    @ActivationConfigProperty(propertyName = "messageSelector", propertyValue = "a = 1"),
    @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.{}"),
    @ActivationConfigProperty(propertyName = "useJNDI", propertyValue = "true")
}})
public class Bean implements MessageListener {{
    public void onMessage(Message message) {{ }}
}}
"""


@pytest.mark.parametrize(
    ("kind", "level"), [("Queue", Level.UNSUPPORTED), ("Topic", Level.EMULATED), ("Destination", Level.UNSUPPORTED)]
)
def test_message_driven_beans(checked: Checking, kind: str, level: Level) -> None:
    bean, selector, of_type, jndi = checked(BEAN.format(kind), "amqp", name="Bean.java").findings
    assert bean.verdict.reasons[0].text.startswith("a function with @jms_listener of jmslike.listening")
    assert selector.verdict.level is level
    assert of_type.verdict.level is Level.EMULATED
    assert "a setting of the application server, useJNDI" in jndi.verdict.reasons[0].text


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("@Resource Queue queue;", "Queue(name) or Topic(name)"),
        ("@Inject JMSContext context;", "ConnectionFactory(url).create_context()"),
        (
            '@Resource(lookup = "jms/cf") private ConnectionFactory factory;',
            "ConnectionFactory(url), or InitialContext",
        ),
        ("@Inject @JMSConnectionFactory JMSContext context;", "ConnectionFactory(url).create_context()"),
    ],
)
def test_what_a_server_injects(checked: Checking, field: str, reason: str) -> None:
    source = f"import jakarta.jms.*;\nclass Bean {{\n{field}\n@Inject javax.sql.DataSource other;\n}}\n"
    first, *others = checked(source, name="Bean.java").findings
    assert (first.call.line, first.verdict.level) == (3, Level.EMULATED)
    assert reason in first.verdict.reasons[0].text
    assert [each.verdict.level for each in others] == [Level.UNSUPPORTED] * field.count("@JMSConnectionFactory")


@pytest.mark.parametrize(
    ("source", "level", "reason"),
    [
        ('new org.apache.activemq.ActiveMQConnectionFactory("tcp://h")', "emulated", "ConnectionFactory(url)"),
        ('new org.apache.qpid.jms.JmsConnectionFactory().setRemoteURI("amqp://h")', "emulated", "the URL says it"),
        ("new org.apache.activemq.ActiveMQConnectionFactory().setUseAsyncSend(true)", "unsupported", "own setting"),
        ("new com.ibm.mq.jms.MQQueueConnectionFactory()", "emulated", "ConnectionFactory(url)"),
        ('new com.ibm.mq.jms.MQQueueConnectionFactory().setHostName("h")', "partial", "the URL and its options"),
        ('new org.apache.activemq.command.ActiveMQQueue("q")', "emulated", "Queue(name)"),
        ("((org.apache.activemq.ActiveMQSession) session).getNextDeliveryId()", "unsupported", "own, and no member"),
        ('new javax.naming.InitialContext().lookup("q"); queue.getQueueName()', "emulated", "jmslike.naming"),
        ('new javax.naming.InitialContext().bind("q", queue.getQueueName())', "unsupported", "only looks names up"),
        ('org.apache.activemq.artemis.api.jms.ActiveMQJMSClient.createQueue("q")', "emulated", "Queue(name)"),
        ("new org.apache.activemq.ActiveMQConnectionFactory().close()", "emulated", "not needed"),
    ],
)
def test_client_libraries_and_jndi(checked: Checking, source: str, level: str, reason: str) -> None:
    finding = checked(PROGRAM.format(source), name="Shop.java").findings[0]
    assert finding.verdict.level.value == level
    assert reason in finding.verdict.reasons[0].text


def test_unknown_types_are_said(checked: Checking) -> None:
    program = checked(
        "from jmslike import connect\n"
        "from elsewhere import session\n"
        "context = connect('native://')\n"
        "session.create_shared_consumer(1, 'n')\n"
        "session.close()\n"
        "session.elsewhere()\n",
        "kafka",
    )
    assert [(each.call.line, each.is_assumed, each.verdict.level) for each in program.findings] == [
        (3, False, Level.NATIVE),
        (4, True, Level.PARTIAL),
    ]
    assert [call.line for call in program.unknown] == [5]


def test_jndi_alone_is_no_jms(checked: Checking) -> None:
    lookup = 'return new javax.naming.InitialContext().lookup("x");'
    source = f"@SendTo class Other {{ Object find() throws Exception {{ {lookup} }} }}"
    assert checked(source, name="Other.java").findings == ()


def test_a_program_without_jms_has_nothing_unknown(checked: Checking) -> None:
    program = checked("from elsewhere import file\nfile.close()\n")
    assert (program.findings, program.unknown) == ((), ())


def test_a_listener_container_of_ours(checked: Checking) -> None:
    source = (
        "from jmslike.listening import jms_listener\n"
        "@jms_listener('{}', concurrency=2, durable=True, selector='a = 1')\n"
        "def listen(message): pass\n"
    )
    shared = {Feature.DURABLE_SUBSCRIPTION, Feature.TRANSACTION}
    assert of(checked(source.format("topic://prices")))["new"] == {
        *shared,
        Feature.TOPIC_SELECTOR,
        Feature.SHARED_SUBSCRIPTION,
    }
    assert of(checked(source.format("orders")))["new"] == {*shared, Feature.QUEUE_SELECTOR, Feature.COMPETING_CONSUMERS}


def test_the_pages_have_these_sections() -> None:
    named = {
        *pages.OF_FEATURES.values(),
        *pages.OF_CALLS.values(),
        *(value for name, value in vars(pages).items() if name.isupper() and isinstance(value, str)),
        *re.findall(r'"([a-z-]+\.md[#a-z-]*)"', Path(spring.__file__).read_text(encoding="utf-8")),
        *re.findall(r'"([a-z-]+\.md[#a-z-]*)"', Path(beans.__file__).read_text(encoding="utf-8")),
    }
    assert sorted(page for page in named if page not in sections()) == []


def sections() -> set[str]:
    """Return the pages and their sections, with the anchors that GitHub and mkdocs make."""
    found = set()
    for page in DOCS.glob("*.md"):
        found.add(page.name)
        for title in re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE):
            anchor = re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
            found.add(f"{page.name}#{anchor}")
    return found


@pytest.mark.parametrize(
    ("call", "features"),
    [
        ("session.create_consumer(topic, no_local=True)", "NO_LOCAL"),
        ("session.create_consumer(topic, message_selector='x = 1')", "TOPIC_SELECTOR"),
        ("connection.create_session(True)", "TRANSACTION"),
        ("connection.create_session(0)", "TRANSACTION"),
        ("connection.create_session(0, Session.AUTO_ACKNOWLEDGE)", ""),
        ("connection.create_session(transacted=True)", "TRANSACTION"),
        ("factory.create_context(session_mode=Session.SESSION_TRANSACTED)", "TRANSACTION"),
        ("producer.send(message, priority=9, time_to_live=5)", "PRIORITY TTL"),
        ("producer.send(message, DeliveryMode.PERSISTENT)", "PERSISTENCE"),
        ("producer.send(message, destination=queue)", ""),
        ("producer.send(queue, message)", ""),
        ("producer.delivery_delay = 5", "DELAY"),
        ("message.properties['JMSXGroupID'] = 'a'", "MESSAGE_GROUP"),
        ("print(message.properties['JMSXDeliveryCount'])", "REDELIVERY_COUNT"),
        ("print(message.redelivered)", "REDELIVERY_COUNT"),
        ("session.statistics(queue)", "STATISTICS"),
    ],
)
def test_features_in_our_names(checked: Checking, call: str, features: str) -> None:
    source = (
        "from jmslike import *\n"
        "def use(factory: ConnectionFactory, connection: Connection, session: Session, queue: Queue, topic: Topic,\n"
        "        producer: MessageProducer, message: Message):\n"
        f"    {call}\n"
    )
    (finding,) = checked(source).findings
    assert set(finding.verdict.features) == {Feature[name] for name in features.split()}
