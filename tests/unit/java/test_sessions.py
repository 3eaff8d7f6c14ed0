"""Sending, receiving and listening in Java's names."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import Any

import pytest

import jmslike
from jmslike.java import (
    BytesMessage,
    CompletionListener,
    Connection,
    ConnectionFactory,
    DeliveryMode,
    ExceptionListener,
    IllegalStateException,
    JMSContext,
    JMSError,
    JMSException,
    Message,
    MessageListener,
    QueueRequestor,
    Session,
    TextMessage,
    TopicSubscriber,
)
from jmslike.listening import JmsTemplate, ListenerContainer


def test_a_message_goes_and_comes(session: Session) -> None:
    orders = session.createQueue("orders")
    message = session.createTextMessage("two lamps")
    message.setIntProperty("total", 250)
    message.setJMSReplyTo(session.createQueue("answers"))
    session.createProducer(orders).send(message)
    received = session.createConsumer(orders, "total > 100").receive(1000)
    assert isinstance(received, TextMessage)
    assert received.getText() == received.text == "two lamps"
    assert received.getJMSReplyTo() == received.JMSReplyTo == session.createQueue("answers")
    assert orders.getQueueName() == "orders"


def test_time_to_live_is_in_milliseconds(session: Session) -> None:
    queue = session.createQueue("q")
    producer = session.createProducer(queue)
    producer.setTimeToLive(60_000)
    assert producer.getTimeToLive() == producer.timeToLive == 60_000
    message = session.createMessage()
    producer.send(message)
    assert message.getJMSExpiration() - message.getJMSTimestamp() == 60_000
    producer.send(message, DeliveryMode.NON_PERSISTENT, 9, 7_200_000)  # two hours, which the core would warn of
    assert message.getJMSExpiration() - message.getJMSTimestamp() == 7_200_000
    assert (message.getJMSPriority(), message.getJMSDeliveryMode()) == (9, DeliveryMode.NON_PERSISTENT)


def test_receive_with_0_waits_forever(session: Session, connection: Connection) -> None:
    consumer = session.createConsumer(session.createQueue("q"))
    received: list[Message | None] = []
    waiting = threading.Thread(target=lambda: received.append(consumer.receive(0)))
    waiting.start()
    other = connection.createSession(False, Session.AUTO_ACKNOWLEDGE)
    other.createProducer(other.createQueue("q")).send(other.createTextMessage("late"))
    waiting.join(10)
    assert [isinstance(each, TextMessage) for each in received] == [True]
    assert consumer.receiveNoWait() is None
    assert consumer.receive(1) is None


@pytest.mark.parametrize("wrong", [1.5, True, None, "5", -1])
def test_what_are_no_milliseconds_is_refused(session: Session, wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"milliseconds|negative"):
        session.createConsumer(session.createQueue("q")).receive(wrong)


def test_the_forms_of_send(session: Session) -> None:
    queue = session.createQueue("q")
    heard = Heard()
    anywhere, there = session.createProducer(None), session.createProducer(queue)
    message = session.createTextMessage("x")
    there.send(message, heard)
    there.send(message, 2, 5, 1000, heard)
    anywhere.send(queue, message)
    anywhere.send(queue, message, heard)
    anywhere.send(queue, message, 2, 5, 1000)
    anywhere.send(queue, message, 2, 5, 1000, heard)
    session.close()
    assert heard.completed == 4
    assert heard.failed == []


class Heard(CompletionListener):
    def __init__(self) -> None:
        self.completed = 0
        self.failed: list[JMSError] = []

    def onCompletion(self, message: Message) -> None:
        self.completed += 1

    def onException(self, message: Message, exception: JMSError) -> None:
        self.failed.append(exception)


def test_a_null_among_the_arguments_of_send_is_refused(session: Session) -> None:
    producer: Any = session.createProducer(session.createQueue("q"))
    message = session.createMessage()
    for arguments in [(message, None), (message, None, 4, 0), (message, 2, None, 0), (message, 2, 4, None)]:
        with pytest.raises(ValueError, match=r"null|milliseconds"):
            producer.send(*arguments)
    with pytest.raises(JMSException):
        producer.send(None)


def test_arguments_of_no_overload_are_refused(session: Session, factory: ConnectionFactory) -> None:
    producer: Any = session.createProducer(None)
    queue, message = session.createQueue("q"), session.createMessage()
    for arguments in [(), (queue,), (message, 2, 4), (queue, message, 2, 4), (queue, message, 2, 4, 0, Heard(), 1)]:
        with pytest.raises(TypeError):
            producer.send(*arguments)
    with pytest.raises(TypeError):
        factory.createContext("me", "secret", 1, 2)  # type: ignore[call-overload]


def test_a_listener_is_an_object_with_on_message_or_a_callable(session: Session) -> None:
    heard: list[str] = []
    came = threading.Semaphore(0)

    class Listening(MessageListener):
        def onMessage(self, message: Message) -> None:
            heard.append(f"{message.getBody(str)} by an object")
            came.release()

    def listen(message: Message) -> None:
        heard.append(f"{message.getBody(str)} by a function")
        came.release()

    queue = session.createQueue("q")
    consumer = session.createConsumer(queue)
    for listener in (Listening(), listen):
        consumer.setMessageListener(listener)
        assert consumer.getMessageListener() is consumer.messageListener is listener
        with jmslike.connect("native://java") as sender:
            sender.create_producer().send(queue, "heard")
        assert came.acquire(timeout=10)
    consumer.messageListener = None
    assert consumer.getMessageListener() is None
    assert heard == ["heard by an object", "heard by a function"]
    with pytest.raises(ValueError, match="not the class"):
        consumer.setMessageListener(Listening)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="coroutine function"):
        consumer.setMessageListener(Awaited())


class Awaited(MessageListener):
    async def onMessage(self, message: Message) -> None:
        raise AssertionError("never called")


def test_a_listener_without_its_method_cannot_be_made() -> None:
    class Listening(MessageListener):
        def onmessage(self, message: Message) -> None:
            pass

    with pytest.raises(TypeError, match="onMessage"):
        Listening()  # type: ignore[abstract]
    assert isinstance(Heard(), CompletionListener)
    assert not isinstance(Heard(), MessageListener)


def test_the_loss_of_a_connection_goes_to_on_exception(factory: ConnectionFactory) -> None:
    told = threading.Event()
    errors: list[JMSError] = []

    class Listening(ExceptionListener):
        def onException(self, exception: JMSError) -> None:
            errors.append(exception)
            told.set()

    connection = factory.createConnection()
    connection.setExceptionListener(Listening())
    jmslike.forget("native://java")
    assert told.wait(10)
    assert isinstance(errors[0], jmslike.ConnectionLostError)
    connection.close()


def test_a_context(context: JMSContext) -> None:
    queue = context.createQueue("q")
    producer = context.createProducer()
    producer.setPriority(7).setTimeToLive(1000).setJMSCorrelationID("c").setProperty("n", 1).send(queue, "text")
    assert producer.getPropertyNames() == {"n"}
    consumer = context.createConsumer(queue)
    message = consumer.receive(1000)
    assert isinstance(message, TextMessage)
    assert (message.JMSPriority, message.JMSCorrelationID, message.getText()) == (7, "c", "text")
    producer.setAsync(None)
    assert producer.getAsync() is None
    producer.send(queue, "body")
    assert consumer.receiveBody(str, 1000) == "body"
    assert consumer.receiveBodyNoWait(str) is None
    assert consumer.receiveNoWait() is None


def test_the_forms_of_create_context(factory: ConnectionFactory) -> None:
    with factory.createContext() as context:
        assert context.getSessionMode() == JMSContext.AUTO_ACKNOWLEDGE
    with factory.createContext(JMSContext.CLIENT_ACKNOWLEDGE) as context:
        assert context.sessionMode == JMSContext.CLIENT_ACKNOWLEDGE
        with context.createContext(JMSContext.SESSION_TRANSACTED) as other:
            assert other.getTransacted()
    with factory.createContext("me", "secret") as context:
        assert context.getSessionMode() == JMSContext.AUTO_ACKNOWLEDGE
    with factory.createContext("me", "secret", JMSContext.DUPS_OK_ACKNOWLEDGE) as context:
        assert context.getSessionMode() == JMSContext.DUPS_OK_ACKNOWLEDGE


def test_a_browser_has_an_enumeration(session: Session) -> None:
    queue = session.createQueue("q")
    producer = session.createProducer(queue)
    for number in range(3):
        producer.send(session.createTextMessage(str(number)))
    enumeration = session.createBrowser(queue).getEnumeration()
    found = []
    while enumeration.hasMoreElements():
        found.append(enumeration.nextElement().getBody(str))
    assert found == ["0", "1", "2"]
    with pytest.raises(IndexError):
        enumeration.nextElement()
    assert len(list(session.createBrowser(queue).enumeration)) == 3


def test_a_requestor_waits_for_its_reply(session: Session, connection: Connection) -> None:
    queue = session.createQueue("q")

    def answer(request: Message) -> None:
        reply = service.createTextMessage("answer")
        reply.setJMSCorrelationID(request.getJMSMessageID())
        service.createProducer(request.getJMSReplyTo()).send(reply)

    service = connection.createSession(False, Session.AUTO_ACKNOWLEDGE)
    service.createConsumer(queue).setMessageListener(answer)
    requestor = QueueRequestor(session, queue)
    reply = requestor.request(session.createMessage())
    assert isinstance(reply, TextMessage)
    requestor.close()


def test_a_durable_subscriber_knows_its_topic(factory: ConnectionFactory) -> None:
    with factory.createConnection() as connection:
        connection.setClientID("me")
        assert connection.clientID == "me"
        session = connection.createSession(False, Session.AUTO_ACKNOWLEDGE)
        topic = session.createTopic("t")
        subscriber = session.createDurableSubscriber(topic, "s", None, True)
        assert isinstance(subscriber, TopicSubscriber)
        assert (subscriber.getTopic(), subscriber.getNoLocal()) == (topic, True)


def test_python_names_of_a_factory_make_python_objects(factory: ConnectionFactory) -> None:
    with factory.create_context() as context:
        context.create_producer().send(context.create_queue("q"), "x")
        assert context.create_consumer(context.create_queue("q")).receive(0.5) is not None


def test_a_template_takes_a_factory_and_waits_for_seconds(factory: ConnectionFactory, session: Session) -> None:
    session.createProducer(session.createQueue("q")).send(session.createTextMessage("x"))
    with JmsTemplate(factory) as template:
        message = template.receive("q", 10)
    assert isinstance(message, TextMessage)
    assert message.getText() == message.text == "x"


def test_a_listener_of_a_java_program_runs_in_a_container(factory: ConnectionFactory) -> None:
    heard: SimpleQueue[tuple[str | None, int]] = SimpleQueue()

    class Bean(MessageListener):
        def onMessage(self, message: Message) -> None:
            assert isinstance(message, TextMessage)
            heard.put((message.getText(), message.getIntProperty("number")))

    with ListenerContainer(factory, "q", Bean().onMessage), JmsTemplate(factory) as template:
        template.send("q", "x", number=7)
        assert heard.get(timeout=10) == ("x", 7)


def test_connections_in_python_names_make_messages_that_have_both_names(factory: ConnectionFactory) -> None:
    with factory.create_connection() as connection:
        session = connection.create_session()
        assert isinstance(session.create_text_message(), TextMessage)
        assert not hasattr(session, "createTextMessage")


def test_exceptions_are_those_of_the_core(session: Session) -> None:
    assert issubclass(IllegalStateException, JMSException)
    assert issubclass(jmslike.JMSError, JMSException)
    session.close()
    with pytest.raises(JMSException) as caught:
        session.createMessage()
    assert isinstance(caught.value, jmslike.IllegalStateError)
    assert caught.value.getMessage() == str(caught.value)
    assert caught.value.getErrorCode() is None
    assert caught.value.getLinkedException() is None
    error = JMSException("reason", "code", KeyError("cause"))
    assert (error.getMessage(), error.getErrorCode(), error.errorCode) == ("reason", "code", "code")
    assert isinstance(error.getCause(), KeyError)


def test_bytes_are_read_into_a_buffer(session: Session) -> None:
    message = session.createBytesMessage()
    message.writeBytes(b"0123456789", 2, 5)
    message.writeBytes(b"ab")
    message.reset()
    buffer = bytearray(4)
    assert (message.readBytes(buffer), bytes(buffer)) == (4, b"2345")
    assert (message.readBytes(buffer, 2), bytes(buffer)) == (2, b"6a45")
    assert (message.readBytes(buffer), bytes(buffer)) == (1, b"ba45")
    assert message.readBytes(buffer) == -1
    assert isinstance(message, BytesMessage)
    with pytest.raises(IndexError):
        message.readBytes(buffer, 5)
    message.clearBody()
    with pytest.raises(IndexError):
        message.writeBytes(b"abc", 2, 2)


def test_a_field_of_bytes_is_read_into_a_buffer(session: Session) -> None:
    message = session.createStreamMessage()
    message.writeBytes(b"012345", 1, 4)
    message.writeBytes(b"")
    message.writeBytes(None)
    message.writeString("end")
    message.reset()
    buffer = bytearray(3)
    assert (message.readBytes(buffer), bytes(buffer)) == (3, b"123")
    assert (message.readBytes(buffer), bytes(buffer)) == (1, b"423")
    assert [message.readBytes(buffer) for _ in range(3)] == [-1, 0, -1]
    assert message.readString() == "end"


def test_a_part_of_bytes_is_an_item(session: Session) -> None:
    message = session.createMapMessage()
    message.setBytes("all", b"0123")
    message.setBytes("part", b"0123", 1, 2)
    assert (message.getBytes("all"), message.getBytes("part")) == (b"0123", b"12")
    assert sorted(message.getMapNames()) == ["all", "part"]
    assert message.getObject("part") == b"12"
