"""CsvConverter: records come back with their values as texts, and lines of other fields are refused."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmslike import MessageFormatError
from jmslike.converters import CsvConverter
from tests.unit.converters.steps import a_context, text_of

CONTEXT = a_context()
FIELDS = ["id", "item, or items", "note"]
ORDERS = CsvConverter(FIELDS)
TEXTS = st.text() | st.text(alphabet="\",\r\n a;\0'")
RECORDS = st.fixed_dictionaries(dict.fromkeys(FIELDS, TEXTS))


class Named(str, Enum):  # noqa: UP042 - a StrEnum prints its value, this one does not
    LAMP = "lamp"


@given(RECORDS)
def test_a_record_comes_back(record: dict[str, str]) -> None:
    assert ORDERS.from_message(ORDERS.to_message(record, CONTEXT)) == record


@given(st.lists(RECORDS, max_size=4))
def test_a_list_of_records_comes_back_also_of_none_or_one(records: list[dict[str, str]]) -> None:
    assert ORDERS.from_message(ORDERS.to_message(records, CONTEXT)) == records


@given(st.lists(st.fixed_dictionaries({"only": TEXTS}), max_size=4))
def test_a_single_field_may_be_empty(records: list[dict[str, str]]) -> None:
    only = CsvConverter(["only"])
    assert only.from_message(only.to_message(records, CONTEXT)) == records


def test_a_record_is_a_line_and_a_list_has_the_names_before_it() -> None:
    record = {"note": 'with "lid"', "id": "7", "item, or items": "lamp"}
    assert text_of(ORDERS.to_message(record, CONTEXT)) == '7,lamp,"with ""lid"""\r\n'
    assert text_of(ORDERS.to_message([record], CONTEXT)) == (
        'id,"item, or items",note\r\n7,lamp,"with ""lid"""\r\n'
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,pen", {"id": "1", "item": "pen"}),
        ("1,pen\n2,ink\n", [{"id": "1", "item": "pen"}, {"id": "2", "item": "ink"}]),
        ('"id","item"\n1,pen\n', [{"id": "1", "item": "pen"}]),
        ("id,item\r\n", []),
        ("1,pen\r\n\r\n", {"id": "1", "item": "pen"}),
    ],
)
def test_lines_of_other_programs_are_read(text: str, found: Any) -> None:
    assert CsvConverter(["id", "item"]).from_message(CONTEXT.create_text_message(text)) == found


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        (1.5, "1.5"),
        (True, "true"),
        (False, "false"),
        (None, ""),
        (Decimal("9.90"), "9.90"),
        (date(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31, 12, tzinfo=UTC), "2026-01-31T12:00:00+00:00"),
        (UUID(int=0), "00000000-0000-0000-0000-000000000000"),
        (Named.LAMP, "lamp"),
        (2**80, "1208925819614629174706176"),
    ],
)
def test_other_values_are_written_as_texts(value: Any, text: str) -> None:
    converter = CsvConverter(["value"])
    assert converter.from_message(converter.to_message({"value": value}, CONTEXT)) == {"value": text}


def test_a_record_is_any_mapping() -> None:
    assert text_of(CsvConverter(["a"]).to_message(MappingProxyType({"a": 1}), CONTEXT)) == "1\r\n"


@pytest.mark.parametrize(
    ("thing", "problem"),
    [
        ("1,pen", "takes a mapping or a list of them, not str"),
        (None, "not NoneType"),
        ({"id": 1}, r"wanted the fields \['id', 'item'\], not \['id'\]"),
        ({"id": 1, "item": "pen", "more": 1}, "wanted the fields"),
        ([{"id": 1, "item": "pen"}, {"id": 1}], "wanted the fields"),
        ([["1", "pen"]], "a record of a CsvConverter is a mapping, not list"),
        ({"id": [1], "item": "pen"}, "a list has no text"),
        ({"id": 1, "item": b"pen"}, "a bytes has no text"),
        ({"id": 10**5000, "item": ""}, "digits"),
        ({"id": "id", "item": "item"}, "a record of the names themselves"),
        ({"id": "x" * 131_073, "item": ""}, "csv.field_size_limit"),
    ],
)
def test_what_has_no_such_lines_is_refused(thing: Any, problem: str) -> None:
    assert csv.field_size_limit() == 131_072
    with pytest.raises(MessageFormatError, match=problem):
        CsvConverter(["id", "item"]).to_message(thing, CONTEXT)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "no text to read"),
        ("", "no line of CSV"),
        ("\r\n\r\n", "no line of CSV"),
        ("1", "line 1 has 1 values"),
        ("1,pen,red", "line 1 has 3 values"),
        ("id,item\r\n1,pen\r\n2", "line 3 has 1 values"),
        ('1,"pen', "the text is no CSV"),
        ('1,"pen"x', "the text is no CSV"),
        (f"1,{'x' * 131_073}", "the text is no CSV: field larger than field limit"),
    ],
)
def test_text_of_another_shape_is_refused(text: str | None, problem: str) -> None:
    message = CONTEXT.create_text_message(text)
    with pytest.raises(MessageFormatError, match=problem):
        CsvConverter(["id", "item"]).from_message(message)
    assert message.text == text


@pytest.mark.parametrize("fields", [[], "id", [""], ["id", "id"], ["id", 5]], ids=repr)
def test_fields_have_names_of_their_own(fields: Any) -> None:
    with pytest.raises(ValueError, match="CsvConverter"):
        CsvConverter(fields)


def test_a_list_may_begin_with_a_record_of_the_names() -> None:
    converter = CsvConverter(["id"])
    records: list[Mapping[str, str]] = [{"id": "id"}, {"id": "7"}]
    assert converter.from_message(converter.to_message(records, CONTEXT)) == records
