"""The answer for a flash sale: queue, topic, direct call or table, from the numbers of `peak` and `crash`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from jmslike.compare.phrases import plural
from jmslike.compare.report.grid import Cell, Grid, Group, Mark
from jmslike.compare.report.played import played
from jmslike.compare.report.quantities import number
from jmslike.compare.report.seats import Seat, in_words, listed, pairs, seats
from jmslike.compare.report.section import Section
from jmslike.compare.results import Comparison, Side

WAIT: Final = "caller's wait"
DIRECT, TABLE, QUEUE = "direct call", "table, polled", "queue"
SERVICES: Final = "topic, three services"
IN_A_CRASH: Final = {SERVICES: "topic, durable"}
"""Columns of `peak` that have another title in `crash`: these services have durable subscriptions."""


def answer(comparison: Comparison) -> list[Section]:
    """Return what to choose for a flash sale, the numbers, and why; nothing without a burst on a queue and by calls."""
    scenarios = {each.result.name: seats(comparison, each) for each in played(comparison)}
    burst = scenarios.get("peak", [])
    direct = next((seat for seat in burst if seat.column.title == DIRECT), None)
    queues = [seat for seat in burst if seat.has_provider and seat.column.title == QUEUE]
    if direct is None or direct.middle(WAIT, "p99") is None or not queues:
        return []
    whole = [queue for queue in queues if queue.counted("lost") == 0 and not queue.turned_away]
    crash = {seat.side: seat for seat in scenarios.get("crash", [])}
    reasons = [
        *_of_queues(queues, whole),
        *_of_the_call(direct),
        *_of_the_table(burst),
        *_of_topics(list(crash.values())),
        *_of_places(whole),
        *_of_work(queues),
    ]
    return [Section(_choice(comparison, direct, whole), [_numbers(burst, crash)], below=reasons)]


def _choice(comparison: Comparison, direct: Seat, whole: Sequence[Seat]) -> str:
    if whole and direct.turned_away:
        orders = _orders(direct)
        of = f" of {number(orders)}" if orders else ""
        return (
            "For a flash sale, choose a queue: it takes every order, where a direct call turns away"
            f" {number(direct.turned_away)}{of}."
        )
    if any(_waits_less(comparison, direct.side, queue.side) for queue in whole):
        return "For a flash sale, choose a queue: its callers go on sooner than those of a direct call."
    return "For a flash sale, the numbers of this run do not show that a queue is better than a direct call."


def _numbers(burst: Sequence[Seat], crash: Mapping[Side, Seat]) -> Grid:
    """Return a row for each column of the burst, and for those of the crash that no row stands for."""
    told = {_in_a_crash(seat.side) for seat in burst}
    only_crashed = [seat for side, seat in crash.items() if side not in told]
    rows = sorted([*burst, *only_crashed], key=lambda seat: (not seat.has_provider, seat.side.report))
    columns: dict[str, Callable[[Seat], str]] = {
        "turned away": lambda seat: in_words(seat.turned_away),
        "lost if the service crashes": lambda seat: _lost(crash.get(_in_a_crash(seat.side))),
        "99 of 100 wait up to": lambda seat: seat.measured(WAIT, "p99"),
        "half wait up to": lambda seat: seat.measured(WAIT, "p50"),
        "last order served": lambda seat: seat.measured("last order served"),
        "orders are kept": lambda seat: seat.column.kept,
    }
    cells = [
        (title, [Cell(words(seat), Mark.MEASURED) for seat in rows])
        for title, words in columns.items()
        if crash or title != "lost if the service crashes"
    ]
    return Grid(_size(burst), [seat.name for seat in rows], [Group("", cells)])


def _lost(seat: Seat | None) -> str:
    return "" if seat is None else in_words(seat.counted("lost"))


def _size(burst: Sequence[Seat]) -> str:
    orders = _orders(burst[0])
    of = f"a burst of {number(orders)} orders" if orders else "a burst of orders"
    return f"{of}, median of {plural(_repeats(burst[0]), 'repeat')}"


def _orders(seat: Seat) -> float:
    """Return how many orders one burst has, 0 if that is not known."""
    return (seat.counted("sent") or 0) // _repeats(seat)


def _repeats(seat: Seat) -> int:
    return max((len(measure.values) for measure in seat.column.measures), default=1)


def _in_a_crash(side: Side) -> Side:
    return Side(side.report, IN_A_CRASH.get(side.column, side.column))


# ---- why -----------------------------------------------------------------------------------------------------------


def _of_queues(queues: Sequence[Seat], whole: Sequence[Seat]) -> Iterator[str]:
    if whole:
        waits = pairs(whole, lambda seat: in_words(seat.middle(WAIT, "p99"), "s"))
        yield (
            "A queue takes every order at once, and the service works through them later. None was lost or refused,"
            f" and 99 of 100 callers went on within: {waits}."
        )
    for queue in queues:
        if queue not in whole:
            yield (
                f"Of the orders to {queue.name}, {number(queue.counted('lost') or 0)} were lost in all, and"
                f" {number(queue.turned_away or 0)} refused in each burst."
            )


def _of_the_call(direct: Seat) -> Iterator[str]:
    waits = in_words(direct.middle(WAIT, "p99"), "s")
    if away := direct.turned_away:
        yield (
            f"A direct call turns callers away when orders come faster than the service works: here {number(away)} in"
            f" each burst, in the median. Each of the others waits for the service, 99 of 100 up to {waits}."
        )
    else:
        yield f"A direct call turned no caller away in this burst. Its callers wait for the service: 99 of 100 {waits}."


def _of_the_table(burst: Sequence[Seat]) -> Iterator[str]:
    table = next((seat for seat in burst if seat.column.title == TABLE), None)
    if table is None:
        return
    waits = in_words(table.middle(WAIT, "p99"), "s")
    lost = table.counted("lost")
    kept = f"lost {number(lost)} orders" if lost else "lost no order either"
    yield (
        f"A table that is polled {kept}, and 99 of 100 callers went on within {waits}. Take it where an order and other"
        " rows must be written in one transaction."
    )


def _of_topics(crash: Sequence[Seat]) -> Iterator[str]:
    lost = pairs(
        [seat for seat in crash if seat.column.title == "topic"], lambda seat: in_words(seat.counted("lost") or None)
    )
    without = f" Without one, orders were lost when the service crashed: {lost}." if lost else ""
    yield (
        "Choose a topic if several services need every order, with a durable subscription for each of them, as the"
        f" three services above have.{without}"
    )


def _of_places(whole: Sequence[Seat]) -> Iterator[str]:
    on_disk = [seat.name for seat in whole if seat.column.kept == "on disk"]
    if on_disk and len(on_disk) < len(whole):
        yield (
            "What is kept in memory is gone when the provider ends. Of the queues, these keep orders on disk:"
            f" {listed(on_disk)}."
        )
    elif whole and not on_disk:
        yield (
            "What is kept in memory is gone when the provider ends: for orders, take a provider that keeps them on"
            " disk, and measure it."
        )


def _of_work(queues: Sequence[Seat]) -> Iterator[str]:
    if backlogs := pairs(queues, lambda seat: _whole(seat.middle("largest backlog"))):
        yield (
            "A queue makes no work faster: it lets the work wait instead of the caller. The most orders that waited at"
            f" the same time: {backlogs}. Give the service what it needs to work them off in time."
        )


def _whole(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _waits_less(comparison: Comparison, first: Side, second: Side) -> bool:
    """Whether a verdict shows that callers of the second column waited less than those of the first."""
    return any(
        (verdict.first, verdict.second, verdict.says) == (first, second, "better")
        for judgement in comparison.judgements
        if (judgement.scenario, judgement.measure) == ("peak", WAIT)
        for verdict in judgement.verdicts
    )
