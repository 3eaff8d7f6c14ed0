"""One value of every JMS type, and a body of every kind."""

from __future__ import annotations

from jmslike import Byte, Char, Float, Long, Short

PROPERTIES = {
    "z": True,
    "b": Byte(-128),
    "s": Short(32767),
    "i": -(2**31),
    "l": Long(2**63 - 1),
    "f": Float(1.1),
    "d": 2.5e-300,
    "S": "grün: ☃",
}
SPELLED = {
    "z": "true",
    "b": "-128",
    "s": "32767",
    "i": "-2147483648",
    "l": "9223372036854775807",
    "f": "1.1",
    "d": "2.5E-300",
    "S": "grün: ☃",
}
"""The same in Java's spelling."""

GETTERS = [
    ("boolean", "z"),
    ("byte", "b"),
    ("short", "s"),
    ("int", "i"),
    ("long", "l"),
    ("float", "f"),
    ("double", "d"),
    ("string", "S"),
]
"""The getter of each type, for each of the properties in turn."""

ITEMS = {**PROPERTIES, "c": Char("ß"), "x": b"\x00\xff", "n": None}
OTHER_KINDS = {"map": ITEMS, "stream": list(ITEMS.values()), "object": {"n": [1, 2.5, None, "☃"]}}
"""Bodies of what is neither text nor bytes."""
TEXT = "zwölf \U0001d11e\r\n\t"
BIG = 1 << 20
