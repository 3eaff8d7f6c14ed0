"""The providers that are known by name, and JNDI for all others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jmslike_transports.jvm.address import JNDI
from jmslike_transports.jvm.providers.activemq import ActiveMQ
from jmslike_transports.jvm.providers.artemis import Artemis
from jmslike_transports.jvm.providers.base import Provider
from jmslike_transports.jvm.providers.ibmmq import IbmMq
from jmslike_transports.jvm.providers.jndi import Jndi
from jmslike_transports.jvm.providers.openmq import OpenMq
from jmslike_transports.jvm.providers.qpid import Qpid
from jmslike_transports.jvm.providers.rabbitmq import RabbitMQ

PROVIDERS: Final[Mapping[str, Provider]] = {
    "activemq": ActiveMQ(),
    "artemis": Artemis(),
    "ibmmq": IbmMq(),
    JNDI: Jndi(),
    "openmq": OpenMq(),
    "qpid": Qpid(),
    "rabbitmq": RabbitMQ(),
}
