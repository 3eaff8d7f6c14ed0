"""ActiveMQ Artemis."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from jmslike.capabilities import EMULATED, NATIVE, Feature, Support, partial, unsupported
from jmslike.errors import InvalidClientIDError, InvalidDestinationError, UnsupportedFeatureError
from jmslike.selector import Selector
from jmslike.spi import Destination, Envelope, Queue, SubscriptionSpec, Topic
from jmslike_transports.shared.dead_letters import came_from
from jmslike_transports.shared.selector_writer import SelectorWriter
from jmslike_transports.shared.text_forms import KIND_NAMES, KINDS
from jmslike_transports.stomp.dialects.base import (
    KEPT_BY_THE_STOPPED,
    KEPT_UNTIL_SETTLED,
    BrokerRequest,
    Dialect,
    SubscriptionPlan,
    require_utf8,
)
from jmslike_transports.stomp.frames import fits_connect
from jmslike_transports.stomp.mapping import GROUP, ID, SEQ, common_headers, milliseconds, read_envelope
from jmslike_transports.stomp.strangers import doubt_about_body, is_strange, lost

_SELECTORS: Final = SelectorWriter(
    "Artemis",
    {
        "JMSPriority": "AMQPriority",
        "JMSTimestamp": "AMQTimestamp",
        "JMSDeliveryMode": "AMQDurable",
        "JMSMessageID": "NATIVE_MESSAGE_ID",
        "JMSXGroupID": "AMQGroupID",
        "JMSXGroupSeq": "_AMQ_GROUP_SEQUENCE",
    },
    {"PERSISTENT": "DURABLE", "NON_PERSISTENT": "NON_DURABLE"},
)

_BYTES_OF_A_MESSAGE: Final = 360
"""Bytes that the window has for each message: Artemis counts in bytes of frames. Enough for a small body."""

_NOT_COUNTED = "Artemis resets the delivery count and the redelivered mark of a message that was not acknowledged"
_LOST = (
    "Artemis carries only text and bytes to STOMP, and does not say what else there was: have the sender send a text,"
    " such as JSON, or bytes"
)
_NO_TYPES = "over STOMP the properties of other clients are strings"
_ASCII = "Artemis knows only ASCII in names: UnsupportedFeatureError"
_STRINGS = "over STOMP all properties are strings, so a number or boolean and its spelling are alike"
_DOUBLES = "over STOMP all numbers are doubles to Artemis"
_ONE_NAME = (
    "over STOMP a consumer of a topic whose name was used as a queue's gets the queue's messages, and not the topic's"
)
_NO_DEFINITION = "STOMP cannot ask how an existing subscription is defined: unsubscribe first"


class Artemis(Dialect):
    """Queues are addresses with routing type ANYCAST, topics with MULTICAST.

    An ERROR ends the connection, so a request that may be refused goes over a connection of its own. UNSUBSCRIBE with
    `durable-subscription-name:N` deletes any queue called `<client-id>.N` that has no consumer. Temporary queues, and
    the queues of shared subscriptions without consumers, are deleted like this, too.
    """

    product = "ActiveMQ Artemis"
    id_headers = ("NATIVE_MESSAGE_ID", "__HDR_MESSAGE_ID")  # for clients of AMQP and of OpenWire
    features: ClassVar[dict[Feature, Support]] = {
        **dict.fromkeys(Feature, NATIVE),
        Feature.QUEUE_SELECTOR: partial(
            **dict.fromkeys(("SC_10", "SEL_18"), _ASCII),
            **dict.fromkeys(
                ("SC_16", "SC_22", "SC_23", "SC_25", "SC_35", "SC_47", "SC_56", "SC_72", "SC_73"), _STRINGS
            ),
            **dict.fromkeys(("SC_80", "SEL_03", "SEL_06", "SEL_14", "SEL_21", "SEL_22", "SEL_23", "SEL_25"), _STRINGS),
            **dict.fromkeys(("SC_28", "SC_76", "SC_77", "SC_79", "SC_82", "SEL_11", "SEL_12"), _DOUBLES),
            **dict.fromkeys(("SC_33", "SEL_09"), "Artemis orders strings"),
            SC_34="Artemis takes two missing values for equal",
        ),
        Feature.TOPIC_SELECTOR: EMULATED,
        Feature.NO_LOCAL: EMULATED,
        Feature.REDELIVERY_DELAY: EMULATED,
        Feature.NO_WAIT: EMULATED,
        Feature.TEMPORARY: partial(CONN_19="a send from another connection creates the deleted destination again"),
        Feature.NAMES: partial(DST_02=_ONE_NAME),
        Feature.TRANSACTION: partial(
            TX_13="the commit creates a temporary destination again that another connection deleted",
        ),
        Feature.DURABLE_SUBSCRIPTION: partial(
            SUB_12=_NO_DEFINITION,
            SUB_17="STOMP cannot ask whether an existing subscription is shared",
            SUB_22="Artemis confirms the deletion of a name that it does not know",
            SUB_29=_NO_DEFINITION,
        ),
        Feature.SHARED_SUBSCRIPTION: partial(
            KEPT_BY_THE_STOPPED,
            SUB_06=_NO_DEFINITION,
            SUB_16=_NO_DEFINITION,
            SUB_27=_NO_DEFINITION,
            SUB_28=_NO_DEFINITION,
            SUB_25="messages that a closed consumer did not take wait until its session has settled the others",
        ),
        Feature.REDELIVERY_COUNT: partial(
            KEPT_UNTIL_SETTLED,
            CONN_17=_NOT_COUNTED,
            SESS_11=_NOT_COUNTED,
            SUB_24=_NOT_COUNTED,
            TX_09=_NOT_COUNTED,
        ),
        Feature.CLIENT_ID: partial(
            CID_06="Artemis lets several STOMP connections have one client id, which then share its subscriptions"
        ),
        Feature.FOREIGN_MESSAGES: partial(
            **dict.fromkeys(("JAVA_01", "JAVA_02", "JAVA_03", "JAVA_04"), _LOST),
            JAVA_05=_NO_TYPES,
            JAVA_07="Artemis does not tell STOMP the message ids of its own Java client",
        ),
        Feature.BROWSE: unsupported("Artemis cannot browse over STOMP: use its console"),
        Feature.STATISTICS: unsupported("Artemis tells them over JMX and HTTP only: use its console"),
    }

    def __init__(self, server: str) -> None:
        super().__init__(server)
        self._queues: set[str] = set()

    def address(self, destination: Destination) -> dict[str, str]:
        _require_name(destination)
        if destination.is_queue and not destination.is_temporary:
            self._queues.add(destination.name)
        return {"destination": destination.name, "destination-type": "ANYCAST" if destination.is_queue else "MULTICAST"}

    def client_id_claim(self, client_id: str) -> BrokerRequest | None:
        if _DIVIDER in client_id:
            raise InvalidClientIDError(f"the client id {client_id[:80]!r} cannot be used: {_DIVIDES}")
        return None

    def subscription_plan(self, spec: SubscriptionSpec, client_id: str | None) -> SubscriptionPlan:
        destination, credit = spec.destination, spec.window * _BYTES_OF_A_MESSAGE
        _require_name(destination)
        if spec.name is not None:
            _require_subscription(spec.name)
        headers = {
            "destination": destination.name,
            "subscription-type": "ANYCAST" if destination.is_queue else "MULTICAST",
            "ack": "client-individual",
            "consumer-window-size": str(credit),
        }
        if destination.is_queue:
            if not destination.is_temporary:
                self._queues.add(destination.name)
            if spec.selector is not None:
                headers["selector"] = self.selector(spec.selector)
        elif spec.name is not None and _owner(spec, client_id) != client_id:
            headers["destination"] = f"{destination.name}::{_owner(spec, client_id)}.{_escaped(spec.name)}"
        elif destination.name in self._queues:
            raise InvalidDestinationError(f"{destination!r}: this connection used the name as a queue's; {_ONE_NAME}")
        elif spec.name is not None:
            headers["durable-subscription-name"] = _escaped(spec.name)
        private = not (destination.is_queue or spec.durable or spec.shared)
        return SubscriptionPlan(headers, {}, {"consumer-window-size": "0"}, private, credit)

    def unsubscribe_requests(self, name: str, client_id: str | None) -> list[BrokerRequest]:
        _require_subscription(name)
        return [_delete_queue(_escaped(name), _escaped(client_id or _NOBODY))]

    def cleanup_request(self, spec: SubscriptionSpec, client_id: str | None) -> BrokerRequest | None:
        if spec.shared and not spec.durable and spec.name is not None:
            return _delete_queue(_escaped(spec.name), _owner(spec, client_id))
        return None

    def delete_requests(self, destination: Destination) -> list[BrokerRequest]:
        """See Dialect.delete_requests. UNSUBSCRIBE deletes queues of any kind whose names have a dot. An address ends
        with its last queue.
        """
        owner, _, name = destination.name.partition(".")
        if not destination.is_queue:
            return []
        if not (owner and name and fits_connect(owner)):
            raise UnsupportedFeatureError(
                f"{destination} stays: over STOMP, Artemis deletes a queue only if its name has a dot between two parts"
            )
        return [_delete_queue(name, owner)]

    def headers_of_kept_id(self, message_id: str) -> tuple[str, ...]:
        """See Dialect.headers_of_kept_id. By its own header another jmslike knows that the message came over STOMP.

        Artemis cannot hand a message to a client of OpenWire whose header for that client holds another id.
        """
        return ("NATIVE_MESSAGE_ID", ID) if _OF_OPENWIRE.fullmatch(message_id) is None else (*self.id_headers, ID)

    def headers(self, envelope: Envelope) -> dict[str, str]:
        headers = common_headers(envelope)
        constraints = envelope.constraints
        if constraints is not None:
            if constraints.expiration:
                headers["expires"] = str(constraints.expiration)
            if constraints.due:
                headers["AMQ_SCHEDULED_TIME"] = str(constraints.due)
            sequence = envelope.properties.get(SEQ)
            if isinstance(sequence, int):
                headers["_AMQ_GROUP_SEQUENCE"] = str(sequence)
        reply_to = envelope.headers.reply_to
        if reply_to is not None:
            headers["reply-to"] = f"{KIND_NAMES[type(reply_to)]}://{reply_to.name}"
        return headers

    def read(self, frame: Any, destination: Destination) -> Envelope:
        raw: dict[str, str] = frame.headers
        group = raw.get("_AMQ_GROUP_ID") or raw.get(GROUP)
        sequence = raw.get("_AMQ_GROUP_SEQUENCE")
        message_id = raw.get("NATIVE_MESSAGE_ID") or raw.get("__HDR_MESSAGE_ID") or f"ID:{raw.get('message-id', '')}"
        reply_to = raw.get("reply-to")
        # Artemis writes content-length before the message's id for bytes, and last for a text
        second = next(iter(list(raw)[1:2]), None)
        envelope = read_envelope(
            frame,
            destination,
            is_text=second != "content-length",
            content=_content(raw, frame.body or b"", is_text=second != "content-length"),
            hidden=_HIDDEN,
            hidden_prefixes=_HIDDEN_PREFIXES,
            message_id=message_id,
            reply_to=None if reply_to is None else _destination(reply_to),
            group=group,
            group_seq=None if group is None else sequence,
            expiration=milliseconds(raw.get("expires")),
        )
        return came_from(envelope, _origin(raw))

    def doubt(self, envelope: Envelope, raw: Mapping[str, str]) -> str | None:
        doubt = None if raw.get(_SENT_AS) in _NAMED else doubt_about_body(envelope, raw, self.id_headers)
        return None if doubt is None else f"{doubt}: {_LOST}"

    def selector(self, selector: Selector) -> str:
        # properties of STOMP clients are text: this prefix has Artemis compare numbers as numbers
        return f"convert_string_expressions:{_SELECTORS.write(selector.tree)}"


_OF_OPENWIRE: Final = re.compile(r".*(:-?[0-9]{1,18}){3}", re.DOTALL)
"""An id as OpenWire has it: three numbers are its end."""


def _origin(raw: Mapping[str, str]) -> Destination | None:
    """Return where a message was that died or expired; of a subscription the topic."""
    address = raw.get("_AMQ_ORIG_ADDRESS")
    if not address:
        return None
    return Queue(address) if raw.get("_AMQ_ORIG_QUEUE") == address else Topic(address)


def _content(raw: dict[str, str], body: bytes, *, is_text: bool) -> tuple[str, Any] | None:
    """Return the content of another client's message where its frame shows something else; None if it does not."""
    if not is_strange(raw, Artemis.id_headers):
        return None
    sent_as = raw.get(_SENT_AS)
    if sent_as in _LOST_KINDS:
        return lost(raw, _LOST_KINDS[sent_as])
    if sent_as in _NAMED and not body:
        is_null_text = sent_as == _TEXT and raw.get("JMS_AMQP_ORIGINAL_ENCODING") == _NULL
        return _NAMED[sent_as][0], None if is_null_text else _NAMED[sent_as][1]
    if is_text and body.startswith(b"\0"):  # the first bytes of a map, which Artemis takes for a text
        return lost(raw, "map")
    return None


_SENT_AS: Final = "JMS_AMQP_MA_x-opt-jms-msg-type"
"""The header by which Qpid's client names the kind of a message."""
_TEXT: Final = "5"
_NAMED: Final[Mapping[str | None, tuple[str, Any]]] = {
    "0": ("message", None),
    "3": ("bytes", b""),
    "4": ("stream", ()),
    _TEXT: ("text", ""),
}
"""Kinds whose empty body is empty. Of streams only empty ones arrive."""
_LOST_KINDS: Final[Mapping[str | None, str]] = {"1": "object", "2": "map"}
_NULL: Final = "4"

_HIDDEN: Final = frozenset({"NATIVE_MESSAGE_ID", "AMQ_SCHEDULED_TIME", "AMQ_SCHEDULED_DELAY"})
_HIDDEN_PREFIXES: Final = ("__AMQ", "_AMQ_", "__HDR_", "JMS_AMQP_")

_NOBODY: Final = "jmslike"
"""Instead of a client id, in the names of durable subscriptions without one."""


_LINE_ENDS: Final = frozenset("\r\n\x85\u2028\u2029")
"""What ends a line in Java's regular expressions: Artemis finds no permission for an address with one of these."""
_DIVIDER: Final = "::"
_DIVIDES: Final = "Artemis divides names at ::, which only a queue's may have, once and as ADDRESS::QUEUE"


def _require_name(destination: Destination) -> None:
    """Raise InvalidDestinationError for a name that Artemis refuses, or divides so that consumers share a queue.

    `ADDRESS::QUEUE` is Artemis' own way to name a queue of an address.
    """
    require_utf8(destination)
    if not _LINE_ENDS.isdisjoint(destination.name):
        raise InvalidDestinationError(f"{destination!r}: Artemis takes no line ends in the names of queues and topics")
    parts = destination.name.split(_DIVIDER)
    if len(parts) > 1 and not (destination.is_queue and len(parts) == 2 and all(parts)):
        raise InvalidDestinationError(f"{destination!r}: {_DIVIDES}")


def _require_subscription(name: str) -> None:
    if _DIVIDER in name:
        raise InvalidDestinationError(f"{name[:80]!r} cannot name a subscription: {_DIVIDES}")


def _owner(spec: SubscriptionSpec, client_id: str | None) -> str:
    """Return what stands before the subscription's name in its queue's name, as Artemis' Java clients write it."""
    if spec.durable:
        return _escaped(client_id or _NOBODY)
    return f"nonDurable.{_escaped(client_id)}" if client_id else "nonDurable"


def _escaped(part: str) -> str:
    """Escape the dots in one part of a queue's name, as Artemis' Java clients do."""
    return part.replace("\\", "\\\\").replace(".", "\\.")


def _delete_queue(name: str, owner: str) -> BrokerRequest:
    return BrokerRequest("UNSUBSCRIBE", {"id": "none", "durable-subscription-name": name}, owner)


def _destination(text: str) -> Destination | None:
    prefix, separator, name = text.partition("://")
    if not separator:
        prefix, name = "queue", text
    kind = KINDS.get(prefix)
    return kind(name) if kind is not None and name else None
