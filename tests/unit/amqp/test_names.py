"""Names of temporary destinations: whose they are, and where what is sent to them goes."""

from __future__ import annotations

import pytest

from jmslike import TemporaryQueue, TemporaryTopic
from jmslike.errors import InvalidDestinationError, JMSError
from jmslike.spi import Destination
from jmslike_transports.amqp.address import parse_address
from jmslike_transports.amqp.connection import AmqpConnection
from jmslike_transports.amqp.profiles import PROFILES, Profile


class Unheard:
    """Events that do not come."""

    def lost(self, error: JMSError) -> None:
        raise AssertionError(error)

    failed = interrupted = lost

    def resumed(self, url: str) -> None:
        raise AssertionError(url)


def connection_with(profile: str) -> AmqpConnection:
    return AmqpConnection(parse_address("amqp://nobody", {}, None, None, PROFILES), PROFILES[profile], Unheard())


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("kind", [TemporaryQueue, TemporaryTopic])
def test_a_connection_knows_the_names_that_it_made(
    profile: str, kind: type[TemporaryQueue] | type[TemporaryTopic]
) -> None:
    ours, theirs = connection_with(profile), connection_with(profile)
    name = ours.new_temporary_name(kind)
    assert ours.new_temporary_name(kind) != name
    assert ours.owns_temporary(name)
    assert not theirs.owns_temporary(name)
    assert not ours.owns_temporary(f"other.{name}")
    assert not ours.owns_temporary(name.rpartition("-")[0])


def test_what_was_made_here_and_deleted_is_refused() -> None:
    connection = connection_with("jms")
    made = TemporaryQueue(connection.new_temporary_name(TemporaryQueue))
    connection.inventory.add(made)
    connection.inventory.require_present(made)
    connection.inventory.take_out(made)
    with pytest.raises(InvalidDestinationError, match="was deleted"):
        connection.inventory.require_present(made)
    connection.inventory.require_present(TemporaryQueue("jms-temp-queue-of-another"))


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
@pytest.mark.parametrize(
    ("destination", "exchange", "is_always_bound"),
    [
        (TemporaryQueue("jms-temp-queue-1"), "", True),
        (TemporaryQueue("amq.rabbitmq.reply-to.1"), "", False),
        (TemporaryTopic("jms-temp-topic-1"), "jms.temp.topic", True),
        (TemporaryTopic("jmslike-temporary.1"), "amq.topic", True),
        (TemporaryTopic("another"), "jms.temp.topic", False),
    ],
)
def test_both_profiles_reach_the_temporary_destinations_of_either(
    profile: Profile, destination: Destination, exchange: str, is_always_bound: bool
) -> None:
    assert profile.route(destination) == (exchange, destination.name)
    assert profile.is_always_bound(destination) is is_always_bound
