"""Formats: the same records as JSON, CSV, XML, Protocol Buffers, Thrift and raw bytes, through a queue.

One thread encodes, sends, receives and decodes, so that no other thread of this process disturbs what is measured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle, islice
from time import perf_counter_ns
from typing import Any, TypeVar

from jmslike import (
    BytesMessage,
    Feature,
    Message,
    MessageConsumer,
    MessageFormatError,
    MessageProducer,
    Session,
    TextMessage,
    UnsupportedFeatureError,
)
from jmslike.compare.forms import FORMS, Columns, Form
from jmslike.compare.records import Record, columns_of, flat, records_of
from jmslike.compare.results import Better, Figure, exactly, unpromised
from jmslike.compare.scenarios.scenario import REPEATS, Outcome, Reading, Route, Scenario
from jmslike.compare.stage import Stage
from jmslike.compare.timing.schedule import SECOND

T = TypeVar("T")

CODING = 0.2
"""The part of a run for which encoding, and then decoding, is measured: they need less time than a queue."""
CHUNK = 20
"""Messages between two looks at the clock."""


class _Line:
    """A queue with one producer and one consumer for the objects of one format, in one session."""

    def __init__(self, stage: Stage, form: Form) -> None:
        connection = stage.connect("sender and receiver")
        self.session: Session = connection.create_session()
        self._form = form
        self._patience = stage.patience
        self._producer: MessageProducer = self.session.create_producer(stage.queue, converter=form.converter)
        self._consumer: MessageConsumer = self.session.create_consumer(stage.queue, converter=form.converter)
        self.sent = self.lost = self.damaged = 0
        connection.start()

    def messages(self, records: Sequence[Record]) -> list[Message]:
        """Send the records, and return them as the messages that came."""
        self._send(records)
        found = [self._consumer.receive(self._patience) for _ in records]
        return [message for message in found if message is not None]

    def turns(self, records: Sequence[Record], size: int, seconds: float) -> float:
        """Send and receive records, `size` of them at a time, until the time is over; return how many a second."""
        unpack, around = self._form.unpack, cycle(records)
        turns: list[tuple[list[Record], list[Record]]] = []
        start = perf_counter_ns()
        while True:
            batch = list(islice(around, size))
            self._send(batch)
            found = [thing for _ in batch if (thing := self._consumer.receive_object(self._patience)) is not None]
            turns.append((batch, [unpack(thing) for thing in found]))
            now = perf_counter_ns()
            if now >= start + seconds * SECOND or len(found) < len(batch):
                break
        for batch, came in turns:
            self.count(batch, came)
        return sum(len(came) for _, came in turns) * SECOND / (now - start)

    def _send(self, records: Sequence[Record]) -> None:
        pack, send = self._form.pack, self._producer.send
        for record in records:
            send(pack(record))
        self.sent += len(records)

    def count(self, sent: Sequence[Record], came: Sequence[Record]) -> None:
        """Count what is lost and damaged of what was sent."""
        expected = [self._form.expected(record) for record in sent]
        self.lost += len(sent) - len(came)
        if expected != came:  # in another order, where the provider promises none, or damaged
            self.damaged += (Counter(map(repr, came)) - Counter(map(repr, expected))).total()


def play(title: str, make: Callable[[Columns], Form], stage: Stage) -> Outcome:
    """Play the column of one format: size, time to encode and decode, and the way through the queue."""
    plan = stage.setting.plan
    found = records_of(stage.source)
    columns = columns_of(found)
    form = make(columns)
    records = [form.prepared(record if title == "JSON" else flat(record, columns)) for record in found]
    line = _Line(stage, form)

    def encode(record: Record) -> Message:
        return form.converter.to_message(form.pack(record), line.session)

    def decode(message: Message) -> Record:
        return form.unpack(form.converter.from_message(message))

    try:
        sizes = [_size(encode(record)) for record in records]
    except (MessageFormatError, ValueError) as error:
        raise UnsupportedFeatureError(f"not all of these messages can be {title}: {error}") from error
    batch = records[: min(len(records), plan.window)]
    messages = line.messages(batch)
    line.count(batch, [decode(message) for message in messages])
    encoding = _microseconds(encode, records, plan.run * CODING)
    decoding = _microseconds(decode, messages, plan.run * CODING) if messages else None
    line.turns(records, len(batch), plan.warm_up)
    rate = line.turns(records, len(batch), plan.run)
    stage.setting.progress(line.sent)
    readings = [
        Reading("size", "bytes", Better.LESS, sum(sizes) / len(sizes)),
        Reading("encode", "us", Better.LESS, encoding),
        *([] if decoding is None else [Reading("decode", "us", Better.LESS, decoding)]),
        Reading("rate", "messages/s", Better.MORE, rate),
    ]
    checks = [unpromised("sent", line.sent), exactly("lost", line.lost, 0), exactly("damaged", line.damaged, 0)]
    return Outcome(checks, readings)


def _size(message: Message) -> int:
    if isinstance(message, TextMessage):
        return len((message.text or "").encode("utf-8", "surrogatepass"))
    assert isinstance(message, BytesMessage)
    message.reset()
    return message.body_length


def _microseconds(act: Callable[[T], Any], things: Sequence[T], seconds: float) -> float:
    """Return how long one call takes, on average, after one round of calls that are not measured."""
    around = cycle(things)
    for thing in islice(around, CHUNK):
        act(thing)
    done = 0
    start = perf_counter_ns()
    while True:
        for thing in islice(around, CHUNK):
            act(thing)
        done += CHUNK
        if (now := perf_counter_ns()) >= start + seconds * SECOND:
            return (now - start) / done / 1000


SCENARIO = Scenario(
    name="formats",
    title="Formats: what a message weighs, and what it costs to write and read",
    story="One program sends the records through a queue to itself, in the objects of each format.",
    features=(Feature.ORDER,),
    headline="lost",
    note=(
        "Encoding is from a record of Python to a message, and decoding back to a record. Values of CSV, XML and raw "
        "bytes come back as texts. Nested values of JSON lines are texts in all formats but JSON."
    ),
    columns=[Route(title, partial(play, title, make)) for title, make in FORMS.items()],
    repeats=REPEATS,
    figures=[
        Figure("bars", "size", "Size of a message"),
        Figure("bars", "encode", "Time to encode a message"),
        Figure("bars", "decode", "Time to decode a message"),
        Figure("bars", "rate", "Messages through the queue"),
    ],
)
