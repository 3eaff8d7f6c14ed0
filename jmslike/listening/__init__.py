"""Services that listen: functions that get the messages of a destination, in as many sessions as they need, and a
template for what other code sends and receives in between (an extension, on top of the API of JMS).

    @jms_listener("queue://orders", concurrency=4)
    def on_order(message):
        return f"thanks for {message.get_body(str)}"

    listen("failover:(stomp://one:61613,stomp://two:61613)", on_order).run()
"""

from jmslike.listening.container import ListenerContainer
from jmslike.listening.declaration import jms_listener, listen
from jmslike.listening.group import ContainerGroup
from jmslike.listening.template import JmsTemplate

__all__ = ["ContainerGroup", "JmsTemplate", "ListenerContainer", "jms_listener", "listen"]
