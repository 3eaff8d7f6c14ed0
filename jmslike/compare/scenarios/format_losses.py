"""Losses of formats: values of many types, each sent through a queue in every format, and looked at when it is back.

A program that cannot send a value in a format sends its text. So each value is tried as it is, and then as a text.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, make_dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import partial
from typing import Any, Final, NamedTuple

from jmslike import JMSError, MessageFormatError
from jmslike.compare.forms import FORMS, Columns, Form
from jmslike.compare.results import exactly
from jmslike.compare.scenarios.scenario import Outcome, Route, Scenario
from jmslike.compare.stage import Stage
from jmslike.converters import JsonConverter
from jmslike.converters.schemas import Kind
from jmslike.converters.texts import text_of

KEPT, AS_TEXT, LOST = 2, 1, 0
CENTRAL_EUROPE: Final = timezone(timedelta(hours=1))


class Value(NamedTuple):
    """A value, and what a schema has for it; `expected` is what is known of it for each format, in their order."""

    label: str
    value: Any
    kind: Kind
    expected: tuple[int, ...]


VALUES: Final = (
    #                                                                     JSON, typed, CSV, XML, Protobuf, Thrift, bytes
    Value("integer", 7, "integer", (2, 2, 1, 1, 2, 2, 1)),
    Value("integer of 70 bits", 2**69, "text", (2, 2, 1, 1, 1, 1, 1)),
    Value("decimal", Decimal("9.90"), "text", (1, 2, 1, 1, 1, 1, 1)),
    Value("float", 0.1, "number", (2, 2, 1, 1, 2, 2, 1)),
    Value("boolean", True, "boolean", (2, 2, 1, 1, 2, 2, 1)),
    Value("null", None, "text", (2, 2, 0, 0, 2, 2, 2)),
    Value("empty text", "", "text", (2, 2, 2, 2, 2, 2, 2)),
    Value("text beyond ASCII", "Größe 42 für 10 \u20ac \U0001f45f", "text", (2, 2, 2, 2, 2, 2, 2)),
    Value("date", date(2026, 11, 27), "text", (1, 2, 1, 1, 1, 1, 1)),
    Value(
        "time with zone", datetime(2026, 11, 27, 10, tzinfo=timezone(timedelta(hours=1))), "text", (1, 2, 1, 1, 1, 1, 1)
    ),
    Value("list of texts", ["lamp", "shade"], "texts", (2, 2, 1, 2, 2, 2, 1)),
)


def typed_json(columns: Columns, value: Any) -> Form:
    """JSON of a dataclass whose field has the type of the value."""
    (name,) = columns
    kind = list[str] if isinstance(value, list) else type(value)
    form = make_dataclass("Record", [(name, None if value is None else kind)])
    return Form(JsonConverter(form), {name: name}, lambda record: form(**record), asdict)


def _play(number: int, make: Callable[[Columns, Any], Form], stage: Stage) -> Outcome:
    connection = stage.connect("sender and receiver")
    session = connection.create_session()
    producer, consumer = session.create_producer(stage.queue), session.create_consumer(stage.queue)
    connection.start()

    def back(form: Form, value: Any) -> Any:
        record = form.prepared({"value": value})
        producer.send(form.converter.to_message(form.pack(record), session))
        message = consumer.receive(stage.patience)
        if message is None:
            raise JMSError(f"no message came to {stage.queue} within {stage.patience:g} seconds: cannot compare")
        (found,) = form.unpack(form.converter.from_message(message)).values()
        return found

    forms = [make({"value": each.kind}, each.value) for each in VALUES]
    return Outcome(
        [
            exactly(each.label, survival(each.value, partial(back, form)), each.expected[number])
            for each, form in zip(VALUES, forms, strict=True)
        ]
    )


def survival(value: Any, back: Callable[[Any], Any]) -> int:
    """Return what becomes of a value that is sent: `back` sends one and returns what arrived of it."""
    text = json.dumps(value) if isinstance(value, list) else text_of(value)
    for form in (value, text):
        try:
            found = back(form)
        except (MessageFormatError, TypeError, ValueError):
            continue
        if type(found) is type(value) and found == value:
            return KEPT
        return AS_TEXT if found == text and value is not None else LOST
    return LOST


def _untyped(make: Callable[[Columns], Form]) -> Callable[[Columns, Any], Form]:
    return lambda columns, value: make(columns)


_MAKERS: dict[str, Callable[[Columns, Any], Form]] = {title: _untyped(make) for title, make in FORMS.items()}
_MAKERS = {"JSON": _MAKERS.pop("JSON"), "JSON, typed": typed_json, **_MAKERS}

SCENARIO = Scenario(
    name="format_losses",
    title="Formats: what is lost",
    story="Values are sent and received. 2: a value came back as it was; 1: as a text; 0: not even so.",
    features=(),
    headline="null",
    note=(
        "What a format has no type for is sent as a text, and the receiver must know what it means. A null of CSV and "
        "XML cannot be told from an empty text. Programs in other languages may read large integers of JSON as floats."
    ),
    columns=[Route(title, partial(_play, number, make)) for number, (title, make) in enumerate(_MAKERS.items())],
)
