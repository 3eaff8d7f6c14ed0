"""What `jmslike store stats` shows of a folder."""

from __future__ import annotations

from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from jmslike.compare.phrases import plural
from jmslike.compare.redaction import shown
from jmslike_transports.native.json_lines import Place
from jmslike_transports.native.store.stock import Stock
from native_engine.journal.contents import Place as Held

__all__ = ["as_dict", "as_text"]

_COUNTS = ("messages", "bytes", "redelivered", "postponed")


def as_dict(stock: Stock) -> dict[str, Any]:
    """Return all numbers, for JSON."""
    segments = [*stock.contents.segments, *stock.contents.empty]
    tail = stock.contents.tail
    return {
        "folder": stock.path,
        "bytes": sum(each.size for each in segments),
        "messages": len(_records(stock)),
        "message_bytes": sum(each.size for each in _records(stock).values()),
        "files": [
            {"name": each.name, "bytes": each.size, "used": each.end, "messages": each.live} for each in segments
        ],
        "queues": [
            {"name": place.name, **_counts(held)} for place, held in stock.held.items() if place.kind == "queue"
        ],
        "subscriptions": [
            {
                "name": place.name,
                "client_id": place.client_id,
                "topic": held.definition.topic,
                "shared": held.definition.shared,
                "selector": held.definition.selector_text,
                "excluded_origin": held.definition.excluded_origin,
                **_counts(held),
            }
            for place, held in stock.held.items()
            if place.kind == "subscription" and held.definition is not None
        ],
        "unknown": [
            {"number": int(place.name), **_counts(held)}
            for place, held in stock.held.items()
            if place.kind == "unknown"
        ],
        "damage": [each._asdict() for each in stock.damage],
        "incomplete": None if tail is None else tail._asdict(),
    }


def as_text(stock: Stock) -> Group:
    """Return the same for a terminal."""
    found = as_dict(stock)
    lines: list[Any] = [
        Text(shown(found["folder"])),
        Text(
            f"{plural(len(found['files']), 'file')} of {_size(found['bytes'])} in all; "
            f"{plural(found['messages'], 'message')} of {_size(found['message_bytes'])}"
        ),
    ]
    if stock.held:
        lines += ["", _table(stock)]
    for each in stock.damage:
        lines.append(Text(shown(f"damaged journal: {each}"), style="bold red"))
    if stock.contents.tail is not None:
        lines.append(Text(shown(f"incomplete journal: {stock.contents.tail}"), style="yellow"))
    return Group(*lines)


def _table(stock: Stock) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column()
    for name in _COUNTS:
        table.add_column(name, justify="right")
    for place, held in sorted(stock.held.items(), key=lambda each: each[0][:2]):
        table.add_row(Text(shown(_title(place, held))), *(f"{count:,}" for count in _counts(held).values()))
    return table


def _title(place: Place, held: Held) -> str:
    if place.kind == "queue":
        return f"queue://{place.name}"
    definition = held.definition
    if definition is None:
        return f"unknown destination {place.name}"
    words = [f"{'shared ' if definition.shared else ''}subscription {place.name}"]
    if place.client_id is not None:
        words.append(f"of client id {place.client_id}")
    words.append(f"on topic://{definition.topic}")
    if definition.selector_text is not None:
        words.append(f"where {definition.selector_text}")
    return " ".join(words)


def _records(stock: Stock) -> dict[int, Any]:
    return {number: record for held in stock.held.values() for number, record in held.records.items()}


def _counts(held: Held) -> dict[str, int]:
    marks = held.marks.values()
    counts = (
        len(held.records),
        sum(record.size for record in held.records.values()),
        sum(attempts > 0 for attempts, _ in marks),
        sum(until > 0 for _, until in marks),
    )
    return dict(zip(_COUNTS, counts, strict=True))


def _size(count: int) -> str:
    return f"{count / 2**20:,.1f} MiB" if count >= 2**20 else f"{count / 2**10:,.1f} KiB"
