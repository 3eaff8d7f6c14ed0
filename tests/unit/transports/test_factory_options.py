"""What type checkers know of the options is what the factories know."""

from __future__ import annotations

from typing import get_type_hints

from jmslike.factory_options import FactoryOptions, GeneralOptions
from jmslike.settings import GENERAL_OPTIONS
from jmslike_transports import amqp, kafka, native, stomp

FACTORIES = [
    native.factory,
    stomp.factory,
    stomp.tls_factory,
    amqp.factory,
    amqp.tls_factory,
    kafka.factory,
    kafka.tls_factory,
]


def test_the_general_options_have_types() -> None:
    assert get_type_hints(GeneralOptions).keys() == set(GENERAL_OPTIONS)


def test_the_options_of_every_transport_have_types() -> None:
    known = {name for factory in FACTORIES for name in factory.options}
    assert get_type_hints(FactoryOptions).keys() == known | set(GENERAL_OPTIONS)
