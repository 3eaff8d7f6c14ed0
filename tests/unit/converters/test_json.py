"""JsonConverter: what is sent comes back equal, and nothing of another shape does."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import jmslike
from jmslike import MessageFormatError
from jmslike.converters import JsonConverter
from tests.unit.converters.steps import a_context, text_of

CONTEXT = a_context()

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


class Status(Enum):
    OPEN = "open"
    PAID = "paid"


class Size(Enum):
    SMALL = 1
    LARGE = 2


@dataclass
class Line:
    item: str
    count: int
    price: Decimal


@dataclass
class Order:
    id: UUID
    status: Status
    size: Size
    lines: list[Line]
    weight: float
    ordered: datetime
    delivery: date | None = None
    until: time = time(18)
    notes: dict[str, str] = field(default_factory=dict)
    more: Any = None
    amount: int | float | str | None = None


@dataclass
class Part:
    name: str
    parts: list[Part] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Share:
    percent: int

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= 100:
            raise ValueError(f"{self.percent} percent")


LINES = st.builds(Line, st.text(), st.integers(), st.decimals(allow_nan=False))
ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
ORDERS = st.builds(
    Order,
    id=st.uuids(),
    status=st.sampled_from(Status),
    size=st.sampled_from(Size),
    lines=st.lists(LINES, max_size=3),
    weight=st.floats(allow_nan=False, allow_infinity=False),
    ordered=st.datetimes(timezones=st.none() | ZONES),
    delivery=st.none() | st.dates(),
    until=st.times(),
    notes=st.dictionaries(st.text(), st.text()),
    more=PLAIN,
    amount=st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
)


@given(PLAIN)
@example({"": [None, True, 1, 1.5, "\ud800\0\u2028é"]})
def test_plain_values_come_back_equal_and_of_the_same_types(value: Any) -> None:
    converter: JsonConverter[Any] = JsonConverter()
    again = converter.from_message(converter.to_message(value, CONTEXT))
    assert repr(again) == repr(value)


@given(ORDERS)
def test_dataclasses_come_back_equal(order: Order) -> None:
    converter = JsonConverter(Order)
    again = converter.from_message(converter.to_message(order, CONTEXT))
    assert repr(again) == repr(order).replace(", fold=1", "")  # which ISO 8601 has not, and == does not see


def test_the_text_is_what_other_programs_write() -> None:
    line = Line("lamp é", 2, Decimal("9.90"))
    assert text_of(JsonConverter(Line).to_message(line, CONTEXT)) == '{"item":"lamp é","count":2,"price":"9.90"}'


def test_a_dataclass_may_contain_itself() -> None:
    converter = JsonConverter(Part)
    part = Part("lamp", [Part("socket"), Part("shade", [Part("wire")])])
    assert converter.from_message(converter.to_message(part, CONTEXT)) == part


def test_a_type_may_be_a_list_of_dataclasses() -> None:
    converter = JsonConverter(list[Part])
    assert converter.from_message(converter.to_message([Part("lamp")], CONTEXT)) == [Part("lamp")]


def test_what_is_missing_is_the_default() -> None:
    assert read(JsonConverter(Part), '{"name": "lamp"}') == Part("lamp")


def test_a_float_may_be_written_as_an_integer() -> None:
    found = read(JsonConverter(list[float]), "[1, 1.5]")
    assert [type(number) for number in found] == [float, float]
    assert found == [1.0, 1.5]


LINE = '{"item":"lamp","count":1,"price":"9.90"}'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "cannot be read as JSON"),
        ("{", "cannot be read as JSON"),
        (LINE + "]", "cannot be read as JSON"),
        ("NaN", "NaN is not JSON"),
        ("[" * 100_000, "cannot be read as JSON"),
        ("1" * (sys.get_int_max_str_digits() + 1), "cannot be read as JSON"),
        ("null", "wanted dict, not NoneType"),
        (f"[{LINE}]", "wanted dict, not list"),
        ('{"item":"lamp","count":1}', "Line lacks price"),
        (LINE.replace("item", "thing"), "Line has no thing"),
        (LINE.replace("1", "true"), "count: wanted int, not bool"),
        (LINE.replace("1", "1.0"), "count: wanted int, not float"),
        (LINE.replace("1", '"1"'), "count: wanted int, not str"),
        (LINE.replace('"lamp"', "7"), "item: wanted str, not int"),
        (LINE.replace('"lamp"', "null"), "item: wanted str, not NoneType"),
        (LINE.replace('"9.90"', "9.90"), "price: wanted str, not float"),
        (LINE.replace("9.90", "cheap"), "price: 'cheap' is no Decimal"),
    ],
)
def test_json_of_another_shape_is_refused(text: str, problem: str) -> None:
    message = CONTEXT.create_text_message(text)
    with pytest.raises(MessageFormatError, match=problem):
        JsonConverter(Line).from_message(message)
    assert message.text == text


@pytest.mark.parametrize(
    ("form", "text", "problem"),
    [
        (list[Line], f"[{LINE},5]", "1: wanted dict, not int"),
        (dict[str, Line], '{"a":5}', "a: wanted dict, not int"),
        (Status, '"lost"', "'lost' is no Status"),
        (Size, "true", "True is no Size"),
        (Size, "1.0", "1.0 is no Size"),
        (int | None, '"1"', "wanted int | None, not str"),
        (Share, '{"percent":101}', "no Share can be made of that: 101 percent"),
        (list[float], f"[1{'0' * 400}]", "0: the integer is too large for a float"),
        (list[float], "[9007199254740993]", "0: a float cannot hold 9007199254740993"),
        (date, '"2026-13-01"', "'2026-13-01' is no date"),
    ],
)
def test_json_of_another_type_is_refused(form: Any, text: str, problem: str) -> None:
    with pytest.raises(MessageFormatError, match=problem.replace("|", r"\|")):
        read(JsonConverter(form), text)


ROUND: list[Any] = []
ROUND.append(ROUND)


@pytest.mark.parametrize(
    "value",
    [
        (1,),
        {1: 2},
        {None: 1},
        float("nan"),
        [float("inf")],
        Decimal(1),
        b"",
        {1},
        Status.OPEN,
        date(2026, 1, 1),
        ROUND,
    ],
    ids=repr,
)
def test_what_would_not_come_back_equal_is_refused(value: Any) -> None:
    with pytest.raises(MessageFormatError):
        JsonConverter().to_message(value, CONTEXT)


@dataclass
class LongLine(Line):
    length: int = 0


@pytest.mark.parametrize(
    ("form", "value", "problem"),
    [
        (Line, {"item": "lamp"}, "wanted Line, not dict"),
        (Line, LongLine("lamp", 1, Decimal(1)), "wanted Line, not .*LongLine"),
        (Line, Line("lamp", "1", Decimal(1)), "count: wanted int, not str"),  # type: ignore[arg-type]
        (Line, Line("lamp", True, Decimal(1)), "count: wanted int, not bool"),
        (Line, Line("lamp", 1, 1.5), "price: wanted Decimal, not float"),  # type: ignore[arg-type]
        (list[Line], [Line("lamp", 1, Decimal(1)), None], "1: wanted Line, not NoneType"),
        (date, datetime(2026, 1, 1, tzinfo=UTC), "wanted date, not datetime.datetime"),
        (list[Any], [(1,)], "0: a tuple has no form of its own in JSON"),
        (int | None, "1", "wanted int | None, not str"),
    ],
)
def test_another_type_is_refused(form: Any, value: Any, problem: str) -> None:
    with pytest.raises(MessageFormatError, match=problem.replace("|", r"\|")):
        JsonConverter(form).to_message(value, CONTEXT)


@dataclass
class Computed:
    total: int = field(init=False, default=0)


class Mixed(Enum):
    A = 1.5


@pytest.mark.parametrize(
    "form",
    [
        bytes,
        tuple[int, ...],
        dict[int, str],
        set[int],
        "Line",
        5,
        str | Decimal,
        Line | Part,
        list[int] | list[str],
        int | Size,
        Any | None,
        Computed,
        Mixed,
        object,
    ],
    ids=str,
)
def test_a_type_without_a_form_of_its_own_is_refused_at_once(form: Any) -> None:
    with pytest.raises(ValueError, match=r"form|look the same|cannot be given|not all texts"):
        JsonConverter(form)


def test_a_type_that_cannot_be_found_is_refused_at_once() -> None:
    @dataclass
    class Inner:
        n: int

    @dataclass
    class Outer:
        inner: Inner

    with pytest.raises(ValueError, match="Outer has a type that is not at the top of its module"):
        JsonConverter(Outer)


def test_bytes_in_utf_8_are_read_as_well() -> None:
    message = CONTEXT.create_bytes_message()
    message.write_bytes('\ufeff["é"]'.encode())
    assert JsonConverter().from_message(message) == ["é"]
    message.write_bytes(b"\xff")
    with pytest.raises(MessageFormatError, match="no text in UTF-8"):
        JsonConverter().from_message(message)


def read(converter: JsonConverter[Any], text: str) -> Any:
    return converter.from_message(CONTEXT.create_text_message(text))


def test_a_message_is_made_by_the_session() -> None:
    with jmslike.connect("native://elsewhere") as context:
        pass
    with pytest.raises(jmslike.IllegalStateError):
        JsonConverter().to_message(1, context)
