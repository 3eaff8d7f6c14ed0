"""Throughput: how many messages a second go through, by size, receivers, acknowledgement and persistence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from jmslike import DeliveryMode, Feature, SessionMode
from jmslike.compare.load import Load, routes
from jmslike.compare.results import Better, Check, Figure
from jmslike.compare.scenarios.scenario import REPEATS, Outcome, Reading, Scenario
from jmslike.compare.source import Source
from jmslike.compare.stage import Place, Stage
from jmslike.compare.timed_receivers import AUTOMATIC, Acknowledging

KIB: Final = 1024
TRANSACTION: Final = 100
"""Messages of a transaction."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is sent, and how it is received."""

    size: int = KIB
    receivers: int = 1
    acknowledging: Acknowledging = AUTOMATIC
    delivery_mode: DeliveryMode = DeliveryMode.PERSISTENT


BASE: Final = Case()
"""It stands in every table; each of the other cases differs from it in one thing."""

TABLES: Final[dict[str, dict[str, Case]]] = {
    "rate by size": {
        "100 bytes": replace(BASE, size=100),
        "1 KiB": BASE,
        "16 KiB": replace(BASE, size=16 * KIB),
    },
    "rate by receivers": {
        "1 receiver": BASE,
        "2 receivers": replace(BASE, receivers=2),
        "4 receivers": replace(BASE, receivers=4),
    },
    "rate by acknowledgement": {
        "auto": BASE,
        "dups ok": replace(BASE, acknowledging=Acknowledging(SessionMode.DUPS_OK_ACKNOWLEDGE)),
        "client, each": replace(BASE, acknowledging=Acknowledging(SessionMode.CLIENT_ACKNOWLEDGE, 1)),
        "transacted, 100": replace(BASE, acknowledging=Acknowledging(SessionMode.SESSION_TRANSACTED, TRANSACTION)),
    },
    "rate by persistence": {
        "persistent": BASE,
        "non-persistent": replace(BASE, delivery_mode=DeliveryMode.NON_PERSISTENT),
    },
}


def _play(stage: Stage, place: Place) -> Outcome:
    rates: dict[Case, float] = {}
    checks: list[Check] = []
    cases = dict.fromkeys(chain.from_iterable(cases.values() for cases in TABLES.values()))
    for case in cases if stage.setting.round else [BASE]:  # of a warm-up nothing is kept
        texts = [text_of(case.size, stage.source)]
        with Load(stage, place, case.receivers, texts, case.acknowledging, case.delivery_mode) as load:
            rates[case] = load.flat_out().rate
            checks += load.checks()
    return Outcome(
        checks,
        [
            Reading(table, "messages/s", Better.MORE, rates[case], name)
            for table, cases in TABLES.items()
            for name, case in cases.items()
            if rates.get(case)
        ],
    )


def text_of(size: int, source: Source) -> str:
    """Return a text of so many bytes in UTF-8, made from the messages of the source, over and over."""
    content = b""
    for text in source:
        content += text.encode("utf-8", "replace")
        if len(content) >= size:
            break
    content = content or b" "
    whole = (content * (size // len(content) + 1))[:size].decode("utf-8", "ignore")
    return whole + " " * (size - len(whole.encode("utf-8")))  # a character that the cut would divide


SCENARIO = Scenario(
    name="throughput",
    title="Throughput: how many messages a second go through",
    story="One sender and one receiver, as fast as they can, with texts of 1 KiB; each table changes one thing.",
    features=(Feature.COMPETING_CONSUMERS, Feature.PERSISTENCE, Feature.ORDER),
    headline="lost",
    columns=routes(_play),
    note="On a topic with several receivers a message counts once, when the last of them has it. A subscription that "
    "is not durable keeps nothing for a receiver that is away. The sender of a persistent message waits for the answer "
    "of a broker all the same, and Kafka writes every message to its log.",
    repeats=REPEATS,
    figures=[Figure("bars", table, f"Messages a second, {table.removeprefix('rate ')}") for table in TABLES],
)
