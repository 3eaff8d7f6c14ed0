"""The messages whose bodies rabbitmq-jms-client 3.4.0 made: `golden/<name>.bin` holds what it sent for each of them.

`python -m tests.interop.record_golden` makes them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jmslike import Byte, Char, Destination, Float, Long, Queue, Short, TemporaryQueue, TemporaryTopic, Topic

FOLDER: Final = Path(__file__).parent / "golden"
QUEUE: Final = Queue("jmslike.golden")

PROPERTIES: Final = {
    "z": True,
    "no": False,
    "b": Byte(-128),
    "s": Short(32767),
    "i": -(2**31),
    "l": Long(2**63 - 1),
    "f": Float(1.1),
    "d": 2.5e-300,
    "S": "grün: ☃ \U0001d11e \0",
    "empty": "",
    "größe": "name",
}
ITEMS: Final = {**PROPERTIES, "c": Char("ß"), "x": b"\x00\xff", "none": b"", "n": None, "nan": float("nan")}


@dataclass(frozen=True)
class Golden:
    """A message as a Java program made it; a temporary queue or topic by how its name begins."""

    kind: str = "text"
    body: Any = None
    destination: Destination = QUEUE
    properties: Any = None
    correlation_id: str | None = None
    reply_to: Destination | None = None
    type: str | None = None
    delivery_mode: int = 2
    priority: int = 4
    time_to_live: float = 0


GOLDEN: Final = {
    "text": Golden(body="zwölf \U0001d11e\r\n\t\0"),
    "text-null": Golden(),
    "text-empty": Golden(body=""),
    "text-big": Golden(body="ä" * 40_000),
    "bytes": Golden("bytes", bytes(range(256))),
    "bytes-empty": Golden("bytes", b""),
    "bytes-like-a-block": Golden("bytes", b"\x77\x03abc\x7a\x00\x00\x00\x02de\x77\x01f"),
    "bytes-like-an-open-block": Golden("bytes", b"\x7a\x7f\xff\xff\xff"),
    "bytes-like-a-stream": Golden("bytes", b"\xac\xed\x00\x05\x77\x02\x00\x00"),
    "bytes-after-many-properties": Golden("bytes", b"w\x01w", properties={f"p{n}": "x" * n for n in range(100)}),
    "map": Golden("map", ITEMS),
    "map-empty": Golden("map", {}),
    "map-big": Golden("map", {f"item {n}": b"x" * n for n in range(100)}),
    "stream": Golden("stream", list(ITEMS.values())),
    "stream-empty": Golden("stream", []),
    "stream-big": Golden("stream", ["é" * n for n in range(100)]),
    "object-null": Golden("object"),
    "object-string": Golden("object", "grün \U0001d11e"),
    "object-long-string": Golden("object", "x" * 70_000),
    "object-long": Golden("object", Long(5)),
    "object-bytes": Golden("object", b"\x00\xff"),
    "message": Golden("message"),
    "properties": Golden(properties=PROPERTIES),
    "property-long": Golden(properties={"long": "x" * 60_000}),
    "group": Golden(properties={"JMSXGroupID": "g", "JMSXGroupSeq": 3}),
    "headers": Golden(
        body="x",
        correlation_id="ä: 1",
        reply_to=Topic("jmslike.answers"),
        type="order",
        delivery_mode=1,
        priority=9,
        time_to_live=60,
    ),
    "topic": Golden(body="x", destination=Topic("jmslike.golden.topic"), reply_to=Queue("jmslike.answers")),
    "reply-to-itself": Golden(body="x", reply_to=QUEUE),
    "reply-to-temporary-queue": Golden(body="x", reply_to=TemporaryQueue("jms-temp-")),
    "reply-to-temporary-topic": Golden(body="x", reply_to=TemporaryTopic("jms-temp-")),
    "reply-to-quorum-queue": Golden(body="x", reply_to=Queue("jmslike.quorum")),
    "reply-to-plain-queue": Golden(body="x", reply_to=Queue("jmslike.plain")),
}
