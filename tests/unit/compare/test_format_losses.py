"""The formats of a comparison: records, what each format makes of them, and what is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmslike import MessageFormatError
from jmslike.compare.forms import FORMS, Columns, Form
from jmslike.compare.orders import Orders
from jmslike.compare.records import MOST, columns_of, flat, records_of
from jmslike.compare.scenarios.format_losses import AS_TEXT, KEPT, LOST, VALUES, survival
from jmslike.converters.schemas import Kind
from tests.unit.compare.formats import Lines, columns
from tests.unit.converters.steps import a_context

CONTEXT = a_context()
every_format = pytest.mark.parametrize("make", FORMS.values(), ids=FORMS)


# ---- records --------------------------------------------------------------------------------------------------------


def test_json_objects_are_records_and_other_texts_are_one_column() -> None:
    assert records_of(Lines('{"a": 1}', '{"b": null}')) == [{"a": 1}, {"b": None}]
    for other in ("lamp", "[1]", "7", "{}", "{", "[" * 100_000):
        assert records_of(Lines('{"a": 1}', other)) == [{"text": '{"a": 1}'}, {"text": other}]


def test_the_first_records_stand_for_all() -> None:
    assert len(records_of(Orders(MOST + 1))) == MOST
    assert len(records_of(Lines("x" * 3_000_000, "x" * 3_000_000, "x"))) == 2


def test_a_column_is_of_the_kind_that_holds_all_its_values() -> None:
    rows: list[dict[str, Any]] = [
        {"n": 1, "x": 1.5, "yes": True, "t": "a", "big": 2**63, "mixed": 1, "sum": 1, "far": 2**53 + 1, "none": None},
        {"n": -(2**63), "x": 2.5, "yes": None, "t": "", "big": 1, "mixed": "a", "sum": 1.5, "far": 1.5, "more": [1]},
    ]
    assert columns_of(rows) == {
        "n": "integer",
        "x": "number",
        "yes": "boolean",
        "t": "text",
        "big": "text",
        "mixed": "text",
        "sum": "number",
        "far": "text",
        "none": "text",
        "more": "text",
    }
    assert flat({"more": [1, "é"], "t": "a", "big": 5}, columns_of(rows)) == {
        **dict.fromkeys(columns_of(rows)),
        "more": '[1, "é"]',
        "t": "a",
        "big": "5",
    }


# ---- forms ----------------------------------------------------------------------------------------------------------


def back(form: Form, record: dict[str, Any]) -> dict[str, Any]:
    return form.unpack(form.converter.from_message(form.converter.to_message(form.pack(record), CONTEXT)))


TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))
RECORDS = st.fixed_dictionaries(
    {
        "number of pieces": st.none() | st.integers(-(2**63), 2**63 - 1),
        "price": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "gift": st.none() | st.booleans(),
        "item": TEXTS,
        "": TEXTS,
    }
)
COLUMNS: dict[str, Kind] = {
    "number of pieces": "integer",
    "price": "number",
    "gift": "boolean",
    "item": "text",
    "": "text",
}


@pytest.mark.parametrize("title", FORMS)
@given(record=RECORDS)
def test_a_record_comes_back_as_expected_whatever_its_columns_are_called(title: str, record: dict[str, Any]) -> None:
    columns = {name: kind for name, kind in COLUMNS.items() if title != "CSV" or name}
    form = FORMS[title](columns)
    prepared = form.prepared({name: record[name] for name in columns})
    assert back(form, prepared) == form.expected(prepared)


def test_what_a_format_is_expected_to_keep_is_its_types_or_texts() -> None:
    record = {"n": 7, "none": None, "t": "a"}
    columns: dict[str, Kind] = {"n": "integer", "none": "text", "t": "text"}
    expected = {}
    for title, make in FORMS.items():
        form = make(columns)
        expected[title] = list(form.expected(form.prepared(record)).values())
    assert expected == {
        "JSON": [7, None, "a"],
        "CSV": ["7", "", "a"],
        "XML": ["7", "", "a"],
        "Protobuf": [7, None, "a"],
        "Thrift": [7, None, "a"],
        "raw bytes": ["7", None, "a"],
    }


@every_format
def test_lists_of_texts_come_back_where_a_format_has_them(make: Callable[[Columns], Form]) -> None:
    form = make({"lines": "texts"})
    record = form.prepared({"lines": ["lamp", "shade"]})
    if make in (FORMS["CSV"], FORMS["raw bytes"]):
        with pytest.raises(MessageFormatError, match="a list has no text"):
            back(form, record)
    else:
        assert back(form, record) == record


# ---- losses ---------------------------------------------------------------------------------------------------------


def refuse(value: Any) -> Any:
    raise MessageFormatError(f"no {value}")


@pytest.mark.parametrize(
    ("value", "comes", "expected"),
    [
        (7, lambda value: value, KEPT),
        (7, str, AS_TEXT),
        (7, float, LOST),
        (7, lambda value: value + 1 if isinstance(value, int) else refuse(value), LOST),
        (7, lambda value: value if isinstance(value, str) else refuse(value), AS_TEXT),
        (True, lambda value: 1 if value is True else refuse(value), LOST),
        ("", lambda value: value, KEPT),
        (None, lambda value: "", LOST),
        (None, lambda value: value, KEPT),
        (["a"], lambda value: value if value == '["a"]' else refuse(value), AS_TEXT),
        (7, refuse, LOST),
    ],
)
def test_what_becomes_of_a_value_is_seen(value: Any, comes: Callable[[Any], Any], expected: int) -> None:
    assert survival(value, comes) == expected


def test_the_losses_are_the_expected_ones(url: str) -> None:
    found = columns(url, "format_losses", Orders(1))
    wrong = [(title, check) for title, column in found.items() for check in column.checks if not check.ok]
    assert wrong == []
    assert list(found) == ["JSON", "JSON, typed", "CSV", "XML", "Protobuf", "Thrift", "raw bytes"]
    assert {len(column.checks) for column in found.values()} == {len(VALUES)}
    nulls = {title: check.value for title, column in found.items() for check in column.checks if check.label == "null"}
    assert nulls == {**dict.fromkeys(found, KEPT), "CSV": LOST, "XML": LOST}
