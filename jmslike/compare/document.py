"""The JSON of a comparison: the only place that writes it and reads it.

`{"format": "jmslike.comparison", "version": 2, ...}`, then the fields of `results.Comparison`. A new field keeps the
version; one that goes, or that changes its meaning, raises it. Unknown fields are ignored, so an older program reads
what a newer one of the same version wrote. Texts are written and read as `redaction.shown` shows them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import MISSING, Field, asdict, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from jmslike.compare.redaction import Redactor
from jmslike.compare.results import Comparison

FORMAT: Final = "jmslike.comparison"
VERSION: Final = 2
LARGEST: Final = 1e100


class BadDocumentError(ValueError):
    """A text that is no comparison, or none that this version reads."""


def dumps(comparison: Comparison) -> str:
    """Write a comparison as JSON. Raises ValueError for a number that JSON does not have."""
    derived = {"durability_differs": comparison.durability_differs, "passed": comparison.passed}
    document = {"format": FORMAT, "version": VERSION, **asdict(Redactor().clean(comparison)), **derived}
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def loads(text: str) -> Comparison:
    """Read a comparison from JSON. Raises BadDocumentError, which says what is wrong and where."""
    try:
        document = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadDocumentError(f"this is no JSON: {error}") from error
    if not isinstance(document, dict) or document.get("format", FORMAT) != FORMAT:
        raise BadDocumentError(f"this is no comparison: its format is not {FORMAT!r}")
    version = document.get("version")
    if "format" not in document or not isinstance(version, int):
        raise BadDocumentError(
            "this is no comparison with a format and a version, as older programs wrote it; make it again: "
            "jmslike compare --json"
        )
    if version > VERSION:
        raise BadDocumentError(
            f"its version is {version}, and this jmslike reads {VERSION} at most; install a newer jmslike"
        )
    comparison: Comparison = _read(Comparison, document, "")
    _check_reports(comparison)
    _check_sides(comparison)
    return Redactor().clean(comparison)


def _no_number(name: str) -> float:
    raise ValueError(f"JSON has no {name}")


def _check_reports(comparison: Comparison) -> None:
    if not any(report.url for report in comparison.reports):
        raise BadDocumentError("reports: none of them has a url")
    for number, report in enumerate(comparison.reports):
        for position, scenario in enumerate(report.scenarios):
            if not scenario.columns:
                raise BadDocumentError(f"reports[{number}].scenarios[{position}].columns: there is none")


def _check_sides(comparison: Comparison) -> None:
    for judgement in comparison.judgements:
        for verdict in judgement.verdicts:
            for side in (verdict.first, verdict.second):
                if not 0 <= side.report < len(comparison.reports):
                    raise BadDocumentError(f"judgements: there is no report {side.report}")


def _read(kind: Any, value: Any, place: str) -> Any:
    """Return a JSON value as a value of this type; `place` is its path."""
    origin, inner = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return _read_fields(kind, _expected(dict, value, place), place)
    if origin in (Union, UnionType):
        return _read_any(inner, value, place)
    if origin in (list, Sequence):
        items = [
            _read(inner[0], item, f"{place}[{number}]") for number, item in enumerate(_expected(list, value, place))
        ]
        return items if origin is list else tuple(items)
    if origin is dict:
        return {name: _read(inner[1], item, f"{place}.{name}") for name, item in _expected(dict, value, place).items()}
    if origin is Literal or issubclass(kind, Enum):
        choices = inner if origin is Literal else [member.value for member in kind]
        if value not in choices:
            raise BadDocumentError(f"{place}: {value!r} is none of {', '.join(map(str, choices))}")
        return value if origin is Literal else kind(value)
    if kind is float and _is_number(value):
        return float(_bounded(value, place))
    return _bounded(_expected(int, value, place), place) if kind is int else _expected(kind, value, place)


def _read_fields(kind: Any, value: dict[str, Any], place: str) -> Any:
    hints = _hints(kind)
    found = {}
    for each in fields(kind):
        where = f"{place}.{each.name}" if place else each.name
        if each.name in value:
            found[each.name] = _read(hints[each.name], value[each.name], where)
        elif not _has_default(each):
            raise BadDocumentError(f"{where} is missing")
    try:
        return kind(**found)
    except ValueError as error:
        raise BadDocumentError(f"{place}: {error}") from error


def _read_any(kinds: Sequence[Any], value: Any, place: str) -> Any:
    """Return the value as the first of these types that fits."""
    if value is None and NoneType in kinds:
        return None
    others = [kind for kind in kinds if kind is not NoneType]
    for kind in others[:-1]:
        try:
            return _read(kind, value, place)
        except BadDocumentError:
            continue
    return _read(others[-1], value, place)


def _expected(kind: type, value: Any, place: str) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise BadDocumentError(f"{place}: {kind.__name__} is expected, not {type(value).__name__}")
    return value


def _bounded(value: float, place: str) -> float:
    """Return a number that can be drawn: of larger ones, sums may be infinite."""
    if not -LARGEST <= value <= LARGEST:
        raise BadDocumentError(f"{place}: a number of at most {LARGEST:g} is expected")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _has_default(each: Field[Any]) -> bool:
    return each.default is not MISSING or each.default_factory is not MISSING


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
