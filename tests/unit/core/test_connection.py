"""Connections: identity, sessions, metadata (section 6.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jmslike.capabilities import NATIVE, Capabilities, Feature
from jmslike.connection import Connection, check_session_mode
from jmslike.constants import SessionMode
from jmslike.core.acknowledgement import ACKNOWLEDGEMENTS
from jmslike.destinations import Destination, Queue, TemporaryQueue
from jmslike.errors import (
    ConnectionLostError,
    IllegalStateError,
    InvalidClientIDError,
    InvalidDestinationError,
    JMSError,
    UnsupportedFeatureError,
)
from jmslike.metadata import ConnectionMetaData, library_version
from jmslike.session import Session
from jmslike.settings import make_settings
from tests.unit.core.fake import QUEUE, FakeBroker, FakeTransport, text

# ---- client ids -----------------------------------------------------------------------------------------------------


def test_a_client_id_may_be_set_once_before_the_connection_is_used(broker: FakeBroker) -> None:
    connection = broker.connect(start=False)
    assert connection.client_id is None
    assert connection.meta_data is not None
    connection.exception_listener = print
    connection.client_id = "me"
    assert connection.client_id == "me"
    assert broker.named("identify") == [("identify", "me")]
    with pytest.raises(IllegalStateError, match="already set, to 'me'"):
        connection.client_id = "you"
    assert connection.client_id == "me"


def test_the_factorys_client_id_is_claimed_when_connecting(broker: FakeBroker) -> None:
    connection = broker.connect(start=False, client_id="me")
    assert [call[0] for call in broker.calls] == ["open", "identify"]
    assert connection.client_id == "me"
    with pytest.raises(IllegalStateError, match="already set"):
        connection.client_id = "you"


@pytest.mark.parametrize("use", [Connection.start, Connection.stop, Connection.create_session])
def test_a_client_id_comes_before_any_use(broker: FakeBroker, use: Callable[[Connection], object]) -> None:
    connection = broker.connect(start=False)
    use(connection)
    with pytest.raises(IllegalStateError, match="before anything else"):
        connection.client_id = "me"
    assert broker.named("identify") == []


def test_a_client_id_in_use_may_be_followed_by_another(broker: FakeBroker) -> None:
    first = broker.connect(client_id="me")
    connection = broker.connect(start=False)
    with pytest.raises(InvalidClientIDError, match="in use"):
        connection.client_id = "me"
    assert connection.client_id is None
    first.close()
    connection.client_id = "me"
    assert connection._state.origin() == "me"


def test_a_connection_whose_client_id_is_in_use_is_not_left_open(broker: FakeBroker) -> None:
    broker.connect(client_id="me")
    with pytest.raises(InvalidClientIDError, match="in use"):
        broker.connect(client_id="me")
    assert len(broker.named("close transport")) == 1


def test_a_connection_that_ctrl_c_ends_is_not_left_open(broker: FakeBroker) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    broker.at("identify", interrupt)
    with pytest.raises(KeyboardInterrupt):
        broker.connect(client_id="me")
    assert len(broker.named("close transport")) == 1


@pytest.mark.parametrize("wrong", ["", None, 5])
def test_a_client_id_is_a_text(broker: FakeBroker, wrong: Any) -> None:
    connection = broker.connect(start=False)
    with pytest.raises(InvalidClientIDError, match="non-empty str"):
        connection.client_id = wrong
    assert broker.named("identify") == []
    connection.client_id = "me"


def test_errors_of_connecting_reach_the_caller(broker: FakeBroker) -> None:
    broker.at("open", ConnectionLostError("nobody there"))
    with pytest.raises(ConnectionLostError, match="nobody there"):
        broker.connect()


def test_each_connection_has_an_identity_of_its_own(broker: FakeBroker) -> None:
    first, second = broker.connect(), broker.connect()
    assert first._state.uuid != second._state.uuid
    assert first._state.name == first._state.uuid[:8]
    assert first._state.origin() == first._state.uuid


# ---- sessions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "mode"),
    [
        ((), SessionMode.AUTO_ACKNOWLEDGE),
        ((False,), SessionMode.AUTO_ACKNOWLEDGE),
        ((False, 2), SessionMode.CLIENT_ACKNOWLEDGE),
        ((False, Session.DUPS_OK_ACKNOWLEDGE), SessionMode.DUPS_OK_ACKNOWLEDGE),
        ((False, 4), SessionMode.INDIVIDUAL_ACKNOWLEDGE),
        ((True,), SessionMode.SESSION_TRANSACTED),
        ((True, 2), SessionMode.SESSION_TRANSACTED),
        ((True, "anything"), SessionMode.SESSION_TRANSACTED),
        ((0,), SessionMode.SESSION_TRANSACTED),
        ((1,), SessionMode.AUTO_ACKNOWLEDGE),
        ((Session.CLIENT_ACKNOWLEDGE,), SessionMode.CLIENT_ACKNOWLEDGE),
        ((3,), SessionMode.DUPS_OK_ACKNOWLEDGE),
        ((0, 1), SessionMode.AUTO_ACKNOWLEDGE),
        ((0, Session.CLIENT_ACKNOWLEDGE), SessionMode.CLIENT_ACKNOWLEDGE),
        ((1, Session.CLIENT_ACKNOWLEDGE), SessionMode.SESSION_TRANSACTED),
    ],
)
def test_both_ways_to_say_the_mode_of_a_session(broker: FakeBroker, arguments: tuple[Any, ...], mode: int) -> None:
    session = broker.connect().create_session(*arguments)
    assert session.acknowledge_mode is mode
    assert session.transacted is (mode == SessionMode.SESSION_TRANSACTED)
    assert broker.named("session") == [("session", ACKNOWLEDGEMENTS[SessionMode(mode)].needs)]
    assert broker.named("session")[0][1].transacted is session.transacted


@pytest.mark.parametrize(
    ("named", "mode"),
    [
        ({"transacted": 0}, SessionMode.AUTO_ACKNOWLEDGE),
        ({"transacted": 1}, SessionMode.SESSION_TRANSACTED),
        ({"transacted": False, "acknowledge_mode": 3}, SessionMode.DUPS_OK_ACKNOWLEDGE),
        ({"transacted": 0, "acknowledge_mode": 2}, SessionMode.CLIENT_ACKNOWLEDGE),
        ({"transacted": True, "acknowledge_mode": "anything"}, SessionMode.SESSION_TRANSACTED),
        ({"acknowledge_mode": 2}, SessionMode.CLIENT_ACKNOWLEDGE),
    ],
)
def test_the_mode_of_a_session_by_name(broker: FakeBroker, named: dict[str, Any], mode: int) -> None:
    assert broker.connect().create_session(**named).acknowledge_mode is mode


@pytest.mark.parametrize("first", [4, 2, -1, "0", None, 0.5, Session.SESSION_TRANSACTED, Session.AUTO_ACKNOWLEDGE])
def test_the_first_of_two_arguments_is_a_boolean(broker: FakeBroker, first: Any) -> None:
    connection = broker.connect()
    with pytest.raises(JMSError, match=r"transacted is True or False, not .*create_session\(mode\)"):
        connection.create_session(first, Session.CLIENT_ACKNOWLEDGE)
    with pytest.raises(JMSError, match="transacted is True or False, not "):
        connection.create_session(transacted=first)
    assert broker.named("session") == []


def test_transacted_is_given_once(broker: FakeBroker) -> None:
    create: Any = broker.connect().create_session
    with pytest.raises(TypeError, match="two values"):
        create(2, transacted=True)


@pytest.mark.parametrize("arguments", [(5,), (-1,), ("1",), (None,), (False, 5), (False, True), (False, None)])
def test_an_unknown_mode_names_the_known(broker: FakeBroker, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(JMSError, match=r"no session mode; known are Session.SESSION_TRANSACTED \(0\), Session.AUTO"):
        broker.connect().create_session(*arguments)
    assert broker.named("session") == []


def test_a_session_that_is_not_transacted_is_not_transacted(broker: FakeBroker) -> None:
    with pytest.raises(JMSError, match=r"create_session\(True\)"):
        broker.connect().create_session(False, Session.SESSION_TRANSACTED)


@pytest.mark.parametrize("wrong", [True, False])
def test_a_bool_is_no_mode(wrong: bool) -> None:
    with pytest.raises(JMSError, match="no session mode") as caught:
        check_session_mode(wrong)
    assert isinstance(caught.value.linked_exception, ValueError)


def test_sessions_are_numbered_and_forgotten(broker: FakeBroker) -> None:
    connection = broker.connect()
    first, second = connection.create_session(), connection.create_session()
    assert (first._state.name, second._state.name) == (f"{connection._state.name}-1", f"{connection._state.name}-2")
    assert connection._sessions == [first, second]
    first.close()
    assert connection._sessions == [second]


def test_a_session_that_cannot_be_opened_leaves_nothing_behind(broker: FakeBroker) -> None:
    connection = broker.connect()
    broker.at("session", ConnectionLostError("gone"))
    with pytest.raises(ConnectionLostError, match="gone"):
        connection.create_session()
    assert connection._sessions == []


def test_everything_of_a_closed_connection_is_refused(broker: FakeBroker) -> None:
    connection = broker.connect()
    connection.close()
    uses: list[Callable[[], object]] = [
        lambda: connection.client_id,
        lambda: setattr(connection, "client_id", "me"),
        lambda: connection.meta_data,
        lambda: connection.capabilities,
        lambda: connection.object_serializer,
        lambda: connection.exception_listener,
        lambda: setattr(connection, "exception_listener", None),
        connection.create_session,
        connection.start,
        connection.stop,
    ]
    for use in uses:
        with pytest.raises(IllegalStateError, match="connection is closed"):
            use()


def test_a_session_is_a_context_manager(broker: FakeBroker) -> None:
    with broker.connect() as connection, connection.create_session() as session:
        session.create_consumer(QUEUE)
    assert not session._state.is_open
    assert not connection._state.is_open


# ---- messages and names ---------------------------------------------------------------------------------------------


def test_sessions_make_messages_and_names(broker: FakeBroker) -> None:
    session = broker.session()
    assert session.create_text_message("a").text == "a"
    assert session.create_text_message().text is None
    assert session.create_object_message([1]).object == [1]
    assert session.create_object_message().object is None
    kinds = [
        session.create_message(),
        session.create_bytes_message(),
        session.create_map_message(),
        session.create_stream_message(),
    ]
    assert [message.kind for message in kinds] == ["message", "bytes", "map", "stream"]
    assert session.create_queue("x").queue_name == "x"
    assert session.create_topic("x").topic_name == "x"


class Upper:
    """A serializer of texts."""

    def encode(self, value: Any) -> bytes:
        return str(value).upper().encode()

    def decode(self, data: bytes) -> Any:
        return data.decode()


def test_the_serializer_of_objects_is_the_factorys(broker: FakeBroker) -> None:
    serializer = Upper()
    connection = broker.connect(object_serializer=serializer)
    assert connection.object_serializer is serializer
    session = connection.create_session()
    assert session.object_serializer is serializer
    message = session.create_object_message("ABC")
    assert message._body == b"ABC"


# ---- deleting destinations ------------------------------------------------------------------------------------------


class DeletingTransport(FakeTransport):
    def delete(self, destination: Destination) -> None:
        self.broker.called("delete", destination)


def test_a_transport_that_can_deletes_a_destination(broker: FakeBroker) -> None:
    class Orders(Queue):
        pass

    with Connection(DeletingTransport(broker), make_settings({})) as connection:
        connection.delete_destination(Orders("orders"))
        with pytest.raises(InvalidDestinationError, match="a queue or topic is needed to delete"):
            connection.delete_destination("orders")  # type: ignore[arg-type]
        with pytest.raises(InvalidDestinationError, match="call its own delete"):
            connection.delete_destination(TemporaryQueue("temporary"))
    ((_, deleted),) = broker.named("delete")
    assert type(deleted) is Queue
    assert deleted == Queue("orders")
    with pytest.raises(IllegalStateError):
        connection.delete_destination(QUEUE)


def test_elsewhere_a_destination_stays(broker: FakeBroker) -> None:
    with pytest.raises(UnsupportedFeatureError, match="stays: on fake only its own tools delete it"):
        broker.connect().delete_destination(QUEUE)


# ---- metadata -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "major", "minor"),
    [("4.2", 4, 2), ("2.31.0", 2, 31), ("10", 10, 0), ("", 0, 0), ("v3-beta7", 3, 7), ("none", 0, 0)],
)
def test_metadata_speaks_of_the_provider(version: str, major: int, minor: int) -> None:
    data = ConnectionMetaData(Capabilities("Broker", version, dict.fromkeys(Feature, NATIVE)))
    assert (data.jms_version, data.jms_major_version, data.jms_minor_version) == ("3.1", 3, 1)
    assert data.jms_provider_name == "jmslike (Broker)"
    assert (data.provider_version, data.provider_major_version, data.provider_minor_version) == (version, major, minor)
    assert data.jmsx_property_names == ["JMSXGroupID", "JMSXGroupSeq", "JMSXDeliveryCount"]


def test_metadata_comes_from_the_connections_capabilities(broker: FakeBroker) -> None:
    connection = broker.connect()
    assert connection.meta_data.jms_provider_name == "jmslike (fake)"
    assert connection.capabilities.product == "fake"
    assert library_version()[0].isdigit()


def test_without_a_clock_of_its_own_a_connection_uses_the_systems(broker: FakeBroker) -> None:
    connection = Connection(FakeTransport(broker), make_settings({}))
    broker.connections.append(connection)
    connection.start()
    consumer = connection.create_session().create_consumer(QUEUE)
    broker.put(text("old", expiration=1_800_000_000), text("a", expiration=10**14))
    message = consumer.receive(0)
    assert message is not None
    assert message.message_id == "ID:a"
