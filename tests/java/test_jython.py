"""A script for Jython that keeps its imports, on a real broker: these are names of `jmslike`, also beside a JVM."""

from __future__ import annotations

import pytest

from tests.brokers import Broker
from tests.faults.targets import url_of
from tests.jvm.programs import output_of

SCRIPT = """
import os
import jmslike.java

jmslike.java.install()

from java.util import Hashtable
from javax.jms import JMSException, MessageListener, Session
from javax.naming import Context, InitialContext
from org.apache.activemq import ActiveMQConnectionFactory

class Printer(MessageListener):
    def onMessage(self, message):
        print(message.text, message.JMSCorrelationID, message.getIntProperty("total"))
        done.send(session.createTextMessage("done"))

environment = Hashtable()
environment.put(Context.PROVIDER_URL, os.environ["URL"])
environment.put("queue.orders", "jython.orders")
names = InitialContext(environment)
orders = names.lookup("orders")
sending = ActiveMQConnectionFactory(os.environ["URL"]).createConnection()
connection = names.lookup("ConnectionFactory").createConnection()
try:
    for each in (sending, connection):
        each.start()
    session, other = connection.createSession(0, Session.AUTO_ACKNOWLEDGE), sending.createSession(True, 0)
    answers = other.createTemporaryQueue()
    done = session.createProducer(answers)
    session.createConsumer(orders).messageListener = Printer()
    message = other.createTextMessage()
    message.text = "two lamps"
    message.JMSCorrelationID = "7"
    message.setIntProperty("total", 250)
    other.createProducer(orders).send(message)
    other.commit()
    print(other.createConsumer(answers).receive(20000).text)
    other.commit()
    session.createConsumer(orders, "total >")
except JMSException as error:
    print(type(error).__name__)
finally:
    sending.close()
    connection.close()
"""


@pytest.mark.parametrize("protocol", ["stomp", "jvm:artemis"])
def test_a_script_keeps_its_imports(artemis: Broker, protocol: str) -> None:
    said = output_of(SCRIPT, URL=url_of(artemis, protocol)).splitlines()
    assert said == ["two lamps 7 250", "done", "InvalidSelectorError"]
