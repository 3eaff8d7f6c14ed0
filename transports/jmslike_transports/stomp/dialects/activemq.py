"""ActiveMQ Classic."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from typing import Any, ClassVar, Final

from jmslike.capabilities import EMULATED, NATIVE, Feature, Support, partial, unsupported
from jmslike.codec import Body, utf8
from jmslike.destinations import Queue, TemporaryQueue, TemporaryTopic, Topic
from jmslike.errors import (
    ConnectionLostError,
    InvalidDestinationError,
    JMSError,
    MessageFormatError,
    UnsupportedFeatureError,
)
from jmslike.selector import Selector
from jmslike.spi import Destination, Envelope, SubscriptionSpec
from jmslike_transports.shared.dead_letters import came_from
from jmslike_transports.shared.selector_writer import SelectorWriter, calculated_names
from jmslike_transports.stomp.dialects.base import (
    KEPT_UNTIL_SETTLED,
    BrokerRequest,
    Dialect,
    SubscriptionPlan,
    encode_envelope,
    require_utf8,
)
from jmslike_transports.stomp.frames import header_lines
from jmslike_transports.stomp.mapping import (
    GROUP,
    GROUP_SEQ,
    ID,
    SEQ,
    TIMESTAMP,
    common_headers,
    milliseconds,
    read_envelope,
)
from jmslike_transports.stomp.strangers import doubt_about_body
from jmslike_transports.stomp.transformations import (
    doubt_about_map,
    encode_for_transformation,
    read_transformed,
    require_transformations,
)
from jmslike_transports.stomp.wire import Wire

_PREFIXES: Final[dict[str, type[Destination]]] = {
    "/queue/": Queue,
    "/topic/": Topic,
    "/remote-temp-queue/": TemporaryQueue,
    "/remote-temp-topic/": TemporaryTopic,
}
_NAMES: Final = {kind: prefix for prefix, kind in _PREFIXES.items()}
_OWN_TEMPORARY: Final[dict[type[Destination], str]] = {TemporaryQueue: "/temp-queue/", TemporaryTopic: "/temp-topic/"}
"""Prefixes of temporary destinations as the connection that creates them names them; a running number follows."""

_GROUP: Final = "jmslike_group"
"""JMSXGroupID in a header of our own, because the broker does not deliver it."""

_EXPIRATION: Final = "jmslike_expiration"
_TIMESTAMP: Final = "jmslike_timestamp"
"""JMSExpiration and JMSTimestamp of a delayed message, because the broker changes its own."""

_STRINGS: Final = "over STOMP all properties are strings, so a number or boolean and its spelling are alike"
_ARITHMETIC: Final = "the broker cannot calculate with a string, and over STOMP all properties are strings"
_LOST: Final = (
    "the broker brings only text and bytes to STOMP, and does not say what else there was: have the sender send a text,"
    " such as JSON, or bytes"
)
_NOT_ASKED: Final = f"{_LOST}, or use the option transformations"
_NO_TYPES: Final = "over STOMP the properties of other clients are strings"
_NO_GROUP: Final = "the broker does not tell STOMP the group: have the sender set a property, too"
_STRANGE: Final = {"JAVA_02": _LOST, "JAVA_04": _LOST, "JAVA_05": _NO_TYPES, "JAVA_06": _NO_GROUP}
"""What is lost of other clients' messages with transformations, too."""
_ASCII: Final = "the broker knows only ASCII in names"
_ALL_REDELIVERED: Final = (
    "the broker marks all that a closed or stopped consumer releases as redelivered, and keeps no count over STOMP"
)

_SELECTORS: Final = SelectorWriter("ActiveMQ", {}, {})
_OWN_IDS: Final = SelectorWriter("ActiveMQ", {"JMSMessageID": ID}, {})

_LONGEST_PREFETCH: Final = 32766
_BROWSED_AHEAD: Final = 100
_LONGEST_PROBE: Final = 10.0

_LONGEST_LINE: Final = 10_240
_MOST_HEADERS: Final = 998
"""The broker allows 1,000, of which STOMP itself takes two."""
_LONGEST_NAME: Final = 10_000
"""Of a queue or topic: the rest of the line is the header's own name and the kind."""
_SURELY_SHORT: Final = _LONGEST_LINE // 4
"""Characters that cannot break either limit."""

_PROBE: Final = {"destination": "/topic/jmslike.probe"}  # without consumers: for questions to the broker
_probed_schedulers: Final[dict[str, bool]] = {}
"""Results of `_has_scheduler` by broker process, whose name begins its session ids. Each broker is asked only once,
because the question is a message that it has to refuse."""


class ActiveMQ(Dialect):
    """Queues are `/queue/NAME` and topics `/topic/NAME`. Temporary destinations are the broker's own.

    ACK obeys transactions, so commits are whole. NACK would send a message to the dead-letter queue. When a consumer
    ends, the broker marks all its messages as redelivered, even those that it never received.

    The broker's settings decide on delays (schedulerSupport; they end up to half a second late), order by priority
    (prioritizedMessages), how many messages a browser sees (maxBrowsePageSize, 400) and how far a queue's selector
    looks (maxPageSize, 200). A durable subscription can hold at most 32,766 unsettled messages.
    """

    product = "ActiveMQ Classic"
    timestamp_headers = ("timestamp",)
    acks_in_transactions = True
    unescapes_connect = True
    longest_header = _LONGEST_LINE
    can_transform = True
    assumption = "the broker runs with schedulerSupport"
    survives_errors = True
    features: ClassVar[dict[Feature, Support]] = {
        **dict.fromkeys(Feature, NATIVE),
        Feature.NO_LOCAL: EMULATED,
        Feature.REDELIVERY_DELAY: EMULATED,
        Feature.NO_WAIT: EMULATED,
        Feature.REDELIVERY_COUNT: partial(
            KEPT_UNTIL_SETTLED,
            **dict.fromkeys(("ACK_05", "CONN_17", "RED_02", "RED_03"), _ALL_REDELIVERED),
            SUB_24="the broker does not mark messages that a durable subscription's consumer releases",
        ),
        Feature.QUEUE_SELECTOR: partial(
            **dict.fromkeys(("SC_10", "SEL_18"), _ASCII),
            **dict.fromkeys(
                ("SC_16", "SC_22", "SC_23", "SC_25", "SC_35", "SC_47", "SC_56", "SC_72", "SC_73"), _STRINGS
            ),
            **dict.fromkeys(("SEL_03", "SEL_06", "SEL_14", "SEL_21", "SEL_22", "SEL_23", "SEL_25"), _STRINGS),
            **dict.fromkeys([f"SC_{number}" for number in (11, 51, *range(74, 83))], _ARITHMETIC),
            **dict.fromkeys(("SEL_05", "SEL_12", "SEL_13", "SEL_32"), _ARITHMETIC),
            **dict.fromkeys(("SC_28", "SEL_11"), "the broker compares numbers as doubles"),
            **dict.fromkeys(("SC_33", "SEL_09"), "the broker orders strings"),
            SC_34="the broker takes two missing values for equal",
            CONS_22="the broker looks for a match only among the first messages of a queue (its maxPageSize, 200)",
        ),
        Feature.TOPIC_SELECTOR: EMULATED,
        Feature.BROWSE: partial("the broker shows the first messages of a queue only (its maxBrowsePageSize, 400)"),
        Feature.STATISTICS: unsupported("ActiveMQ Classic tells them over JMX and HTTP only: use its console"),
        Feature.DELAY: partial(
            ORD_07="the broker's scheduler publishes when the message is due, to the subscriptions of that time",
        ),
        Feature.TEMPORARY: partial(DST_10="only the end of its connection deletes a temporary destination over STOMP"),
        Feature.TRANSACTION: partial(TX_13="a temporary destination that another connection deleted still exists"),
        Feature.FOREIGN_MESSAGES: partial(**_STRANGE, JAVA_01=_NOT_ASKED, JAVA_03=_NOT_ASKED),
        Feature.SHARED_SUBSCRIPTION: unsupported(
            "use a virtual topic: send to the topic VirtualTopic.T, and share the queue Consumer.NAME.VirtualTopic.T"
        ),
    }
    no_scheduler: ClassVar[Support] = unsupported("the broker runs without schedulerSupport: switch it on")

    def __init__(self, server: str) -> None:
        super().__init__(server)
        self._temporaries = itertools.count(1)
        self._making = threading.Lock()
        self._connection = ""

    @property
    def expected_features(self) -> Mapping[Feature, Support]:
        return {**self.features, Feature.FOREIGN_MESSAGES: partial(**_STRANGE)} if self.transforms else self.features

    def features_of(self, wire: Wire, connected: Mapping[str, str]) -> Mapping[Feature, Support]:
        features = dict(self.expected_features)
        if self.transforms:
            require_transformations(wire, _PROBE)
        process = connected.get("session", "").rpartition(":")[0]
        if process not in _probed_schedulers:
            _probed_schedulers[process] = _has_scheduler(wire)
        if not _probed_schedulers[process]:
            features[Feature.DELAY] = self.no_scheduler
        return features

    # ---- destinations ---------------------------------------------------------------------------------------------

    def address(self, destination: Destination) -> dict[str, str]:
        return {"destination": _address(destination)}

    def create_temporary(self, wire: Wire, kind: type[Destination]) -> str:
        with self._making:
            number = next(self._temporaries)
            address = {"destination": f"{_OWN_TEMPORARY[kind]}{number}"}
            arrived: SimpleQueue[Any] = SimpleQueue()
            wire.route("temporary", arrived.put)
            wire.call("SUBSCRIBE", {"id": "temporary", **address})  # the first use creates it
            try:
                if not self._connection:
                    wire.call("SEND", address)
                    # CONNECTION:SESSION:PRODUCER:NUMBER
                    self._connection = arrived.get(timeout=_LONGEST_PROBE).headers["message-id"].rsplit(":", 3)[0]
            except Empty as error:
                raise JMSError("cannot create a temporary destination: the broker did not deliver to it") from error
            finally:
                wire.call("UNSUBSCRIBE", {"id": "temporary"})
                wire.unroute("temporary")
            return f"{self._connection}:{number}"

    def owns_temporary(self, name: str) -> bool:
        return bool(self._connection) and name.startswith(f"{self._connection}:")

    def _destination(self, text: str) -> Destination | None:
        for kind, own in _OWN_TEMPORARY.items():
            if text.startswith(own):
                return kind(f"{self._connection}:{text.removeprefix(own)}")
        for prefix, kind in _PREFIXES.items():
            if text.startswith(prefix) and text != prefix:
                return kind(text.removeprefix(prefix))
        return None

    # ---- consumers ------------------------------------------------------------------------------------------------

    def subscription_plan(self, spec: SubscriptionSpec, client_id: str | None) -> SubscriptionPlan:
        headers = {
            "destination": _address(spec.destination),
            "ack": "client-individual",
            "activemq.prefetchSize": str(_LONGEST_PREFETCH if spec.durable else spec.window),
            **self._transformation,
        }
        if spec.durable:
            headers["activemq.subscriptionName"] = spec.name or ""
            if spec.selector is not None or spec.excluded_origin is not None:
                headers["selector"] = _definition(spec)
        elif spec.selector is not None and spec.destination.is_queue:
            headers["selector"] = self.selector(spec.selector)
        self.checked(header_lines(headers))
        private = not (spec.destination.is_queue or spec.durable)
        return SubscriptionPlan(headers, {}, {"activemq.prefetchSize": "0"}, private, divisible=not spec.durable)

    @property
    def _transformation(self) -> dict[str, str]:
        # XML, because its JSON writes the strings "7" and "true" as a number and a boolean
        return {"transformation": "jms-xml"} if self.transforms else {}

    def unsubscribe_requests(self, name: str, client_id: str | None) -> list[BrokerRequest]:
        headers = {"id": "none", "activemq.subscriptionName": name}
        self.checked(header_lines(headers))
        return [BrokerRequest("UNSUBSCRIBE", headers)]

    def browse_headers(self, queue: Destination, selector: Selector | None) -> dict[str, str]:
        headers = {
            "destination": _address(queue),
            "browser": "true",
            "activemq.prefetchSize": str(_BROWSED_AHEAD),
            **self._transformation,
        }
        if selector is not None:
            headers["selector"] = self.selector(selector)
        self.checked(header_lines(headers))
        return headers

    def checked(self, lines: str) -> str:
        if len(lines) < _SURELY_SHORT:
            return lines
        if lines.count("\n") > _MOST_HEADERS:
            raise MessageFormatError(
                f"ActiveMQ takes no message with more than {_MOST_HEADERS} headers and properties over STOMP"
            )
        for line in lines.split("\n"):
            length = len(utf8(line))
            if length > _LONGEST_LINE:
                name = line.partition(":")[0][:100]
                raise MessageFormatError(
                    f"the header or property {name!r} takes {length} bytes, of which ActiveMQ allows {_LONGEST_LINE}"
                    " over STOMP: put long values into the body"
                )
        return lines

    def selector(self, selector: Selector) -> str:
        for name in calculated_names(selector.tree):
            # the broker's queue would stop at its first message, for all its consumers
            raise UnsupportedFeatureError(f"ActiveMQ cannot calculate with the property {name!r}: a string, over STOMP")
        text = _SELECTORS.write(selector.tree)
        if "JMSMessageID" not in selector.text:
            return text
        # JMSMessageID is the broker's own id, which Java sees; messages of jmslike carry theirs in a header
        return f"({ID} IS NULL AND {text}) OR ({ID} IS NOT NULL AND {_OWN_IDS.write(selector.tree)})"

    # ---- messages -------------------------------------------------------------------------------------------------

    def encoder_of_bodies(self, destination: Destination) -> Callable[[Envelope], Body]:
        return encode_for_transformation if self.transforms else encode_envelope

    def doubt(self, envelope: Envelope, raw: Mapping[str, str]) -> str | None:
        doubt = doubt_about_body(envelope, raw, self.id_headers)
        if doubt is None:
            return doubt_about_map(envelope, raw)
        return f"{doubt}: {_LOST if self.transforms else _NOT_ASKED}"

    def headers(self, envelope: Envelope) -> dict[str, str]:
        headers = common_headers(envelope)
        if "" in envelope.properties:
            raise MessageFormatError(
                "message not sent: it has a property with an empty name, which would end the connection to ActiveMQ; "
                "copy what you need of it to a new message"
            )
        expiration = envelope.expiration
        delay = envelope.due - int(time.time() * 1000)
        if delay > 0:
            headers["AMQ_SCHEDULED_DELAY"] = str(delay)
            headers[_TIMESTAMP] = str(envelope.timestamp)
            if expiration:
                headers[_EXPIRATION] = str(expiration)
                expiration -= delay  # the broker adds it
        if expiration:
            headers["expires"] = str(expiration)
        reply_to = envelope.headers.reply_to
        if reply_to is not None:
            headers["reply-to"] = _address(reply_to)
        if GROUP in headers:
            headers[_GROUP] = headers[GROUP]
        sequence = envelope.properties.get(SEQ)
        if isinstance(sequence, int):
            headers[SEQ] = headers[GROUP_SEQ] = str(sequence)
        return headers

    def read(self, frame: Any, destination: Destination) -> Envelope:
        raw: dict[str, str] = frame.headers
        reply_to = raw.get("reply-to")
        if _TIMESTAMP in raw:
            raw[TIMESTAMP] = raw[_TIMESTAMP]
        envelope = read_envelope(
            frame,
            destination,
            is_text="content-length" not in raw,
            content=read_transformed(raw, frame.body or b""),
            hidden=_HIDDEN,
            hidden_prefixes=_HIDDEN_PREFIXES,
            message_id=raw.get("message-id", ""),
            reply_to=None if reply_to is None else self._destination(reply_to),
            group=raw.get(_GROUP),
            group_seq=raw.get(GROUP_SEQ),
            expiration=milliseconds(raw.get(_EXPIRATION) or raw.get("expires")),
        )
        is_dead = "originalExpiration" in raw  # the broker sets it as it moves a message that died or expired
        return came_from(envelope, self._destination(raw.get("original-destination", "")) if is_dead else None)


_HIDDEN: Final = frozenset(
    {_GROUP, _EXPIRATION, _TIMESTAMP, "scheduledJobId", "original-destination", "transformation-error"}
)
_HIDDEN_PREFIXES: Final = ("AMQ_SCHEDULED_",)


def _address(destination: Destination) -> str:
    """Return the destination's address. Raises InvalidDestinationError for a name that the broker would change."""
    name = destination.name
    if "," in name or "?" in name or name != name.strip():
        raise InvalidDestinationError(
            f"{destination!r}: ActiveMQ reads a comma as several destinations and ? as options, and drops outer blanks"
        )
    require_utf8(destination)
    if len(name) > _SURELY_SHORT and len(utf8(name)) > _LONGEST_NAME:
        raise InvalidDestinationError(f"ActiveMQ takes names of at most {_LONGEST_NAME:,} bytes over STOMP")
    return _NAMES[type(destination)] + name


def _definition(spec: SubscriptionSpec) -> str:
    """Return a selector that is always true and contains the subscription's definition.

    When it changes, the broker deletes the durable subscription and creates it again.
    """
    text = f"{spec.selector.text if spec.selector is not None else ''} {spec.excluded_origin is not None}"
    quoted = text.replace("'", "''")
    return f"jmslike_nothing IS NULL OR jmslike_nothing = '{quoted}'"


def _has_scheduler(wire: Wire) -> bool:
    """Whether the broker runs with schedulerSupport.

    Sends a message that any scheduler refuses, because of too many repetitions.
    """
    headers = {"AMQ_SCHEDULED_DELAY": "1", "AMQ_SCHEDULED_REPEAT": str(2**31 - 1)}
    try:
        wire.call("SEND", {**_PROBE, **headers})
    except ConnectionLostError:
        raise  # a loss says nothing about the scheduler, and must not be kept
    except JMSError as error:
        return "repeat" in str(error)
    return False
