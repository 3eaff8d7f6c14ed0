"""Client identifiers (CID)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jmslike import Connection, IllegalStateError, InvalidClientIDError
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires


def test_a_connection_has_no_client_id_at_first(jms: Provider) -> None:
    """CID-01: client_id is None when it was never set or configured."""
    assert jms.connection().client_id is None


@requires(Feature.CLIENT_ID)
def test_a_client_id_can_be_set_on_a_new_connection(jms: Provider) -> None:
    """CID-02, CID-05: it can be set directly after the connection is made, also after it was read."""
    connection, name = jms.connection(start=False), jms.name("client")
    assert connection.client_id is None
    connection.client_id = name
    assert connection.client_id == name


@requires(Feature.CLIENT_ID)
def test_a_client_id_is_set_only_once(jms: Provider) -> None:
    """CID-03: a second assignment raises IllegalStateError and changes nothing."""
    connection, name = jms.connection(start=False), jms.name("client")
    connection.client_id = name
    with pytest.raises(IllegalStateError):
        connection.client_id = jms.name("client")
    assert connection.client_id == name


@requires(Feature.CLIENT_ID)
def test_a_configured_client_id_is_not_set_again(jms: Provider) -> None:
    """CID-04: an assignment raises IllegalStateError when the factory has configured a client id."""
    name = jms.name("client")
    connection = jms.connection(start=False, client_id=name)
    assert connection.client_id == name
    with pytest.raises(IllegalStateError):
        connection.client_id = jms.name("client")
    assert connection.client_id == name


@requires(Feature.CLIENT_ID)
@pytest.mark.parametrize(
    "use",
    [Connection.start, Connection.create_session],
    ids=["start", "create_session"],
)
def test_a_client_id_is_not_set_after_another_use(jms: Provider, use: Callable[[Connection], object]) -> None:
    """CID-05: after any other use of the connection an assignment raises IllegalStateError."""
    connection = jms.connection(start=False)
    use(connection)
    with pytest.raises(IllegalStateError):
        connection.client_id = jms.name("client")
    assert connection.client_id is None


@requires(Feature.CLIENT_ID)
def test_a_client_id_in_use_is_refused(jms: Provider) -> None:
    """CID-06: a duplicate raises InvalidClientIDError at the assignment."""
    name = jms.name("client")
    jms.connection(start=False).client_id = name
    second = jms.connection(start=False)
    with pytest.raises(InvalidClientIDError):
        second.client_id = name


@requires(Feature.CLIENT_ID)
def test_a_configured_client_id_in_use_is_refused(jms: Provider) -> None:
    """CID-06: a duplicate raises InvalidClientIDError at connect when the factory has configured it."""
    name = jms.name("client")
    jms.connection(client_id=name)
    with pytest.raises(InvalidClientIDError):
        jms.connection(client_id=name)


@requires(Feature.CLIENT_ID)
def test_a_client_id_is_free_again_when_its_holder_has_closed(jms: Provider) -> None:
    """CID-07: the next connection can take it at once."""
    name = jms.name("client")
    for _ in range(3):
        jms.connection(client_id=name).close()
    connection = jms.connection(start=False)
    connection.client_id = name
    assert connection.client_id == name


@pytest.mark.parametrize("name", [None, ""])
def test_an_empty_client_id_is_refused(jms: Provider, name: str | None) -> None:
    """CID-08: None and "" raise InvalidClientIDError."""
    connection = jms.connection(start=False)
    with pytest.raises(InvalidClientIDError):
        connection.client_id = name  # type: ignore[assignment]
