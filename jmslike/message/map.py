"""MapMessage: names with values (section 3.11.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any, Final

from jmslike.exact import exact_text
from jmslike.message import typed
from jmslike.message.base import Message
from jmslike.values import ItemValue, conversion

NO_ITEMS: Final[dict[str, ItemValue]] = {}
"""Shared by all empty maps; never written to."""


class MapMessage(Message, MutableMapping[str, ItemValue]):
    """A message whose body is a mapping; also a mutable mapping itself, where Python types decide the JMS types.

    Setters raise ValueError for a name that is no str or empty and for a value out of the range of the type,
    MessageFormatError for a value of another type, MessageNotWriteableError if the body is read-only. Getters raise
    MessageFormatError for a conversion that table 3-7 does not have, and ValueError for a text that is not such a
    number. A missing item reads as one that is None: as False, None, or for a number or char ValueError.
    """

    __slots__ = ()
    kind = "map"
    _blank = NO_ITEMS
    _body: dict[str, ItemValue]

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return object.__eq__(self, other)  # a message is equal to itself only, and hashable, whatever its body

    def __bool__(self) -> bool:
        return True  # also when it is empty: only None means that no message came

    def __getitem__(self, name: str) -> ItemValue:
        return self._body[name]

    def __setitem__(self, name: str, value: ItemValue) -> None:
        self.set_object(name, value)

    def __delitem__(self, name: str) -> None:
        del self._writable_items()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._body)

    def __len__(self) -> int:
        return len(self._body)

    @property
    def map_names(self) -> list[str]:
        """The names of the items, in no particular order."""
        return list(self._body)

    def item_exists(self, name: str) -> bool:
        """Whether an item was set, even to None."""
        return name in self._body

    def get_boolean(self, name: str) -> bool:
        """Read a boolean; a missing one is False, a text is True only if it says "true"."""
        return conversion.to_boolean(self._body.get(name), "item", name)

    def get_byte(self, name: str) -> int:
        """Read an integer of 8 bits."""
        return conversion.to_byte(self._body.get(name), "item", name)

    def get_short(self, name: str) -> int:
        """Read an integer of 16 bits."""
        return conversion.to_short(self._body.get(name), "item", name)

    def get_char(self, name: str) -> str:
        """Read one UTF-16 code unit."""
        return conversion.to_char(self._body.get(name), "item", name)

    def get_int(self, name: str) -> int:
        """Read an integer of 32 bits."""
        return conversion.to_int(self._body.get(name), "item", name)

    def get_long(self, name: str) -> int:
        """Read an integer of 64 bits."""
        return conversion.to_long(self._body.get(name), "item", name)

    def get_float(self, name: str) -> float:
        """Read a number of single precision."""
        return conversion.to_float(self._body.get(name), "item", name)

    def get_double(self, name: str) -> float:
        """Read a number of double precision."""
        return conversion.to_double(self._body.get(name), "item", name)

    def get_string(self, name: str) -> str | None:
        """Read any item but bytes as a text in Java's spelling; None if it is missing."""
        return conversion.to_string(self._body.get(name), "item", name)

    def get_bytes(self, name: str) -> bytes | None:
        """Read bytes; None if they are missing."""
        return conversion.to_bytes(self._body.get(name), "item", name)

    def get_object(self, name: str) -> ItemValue:
        """Read an item as the type that it was set as; None if it is missing."""
        return self._body.get(name)

    def set_boolean(self, name: str, value: bool) -> None:
        """Set a boolean."""
        self._set(name, typed.boolean, value)

    def set_byte(self, name: str, value: int) -> None:
        """Set an integer of 8 bits."""
        self._set(name, typed.byte, value)

    def set_short(self, name: str, value: int) -> None:
        """Set an integer of 16 bits."""
        self._set(name, typed.short, value)

    def set_char(self, name: str, value: str) -> None:
        """Set one UTF-16 code unit: a character up to U+FFFF."""
        self._set(name, typed.char, value)

    def set_int(self, name: str, value: int) -> None:
        """Set an integer of 32 bits."""
        self._set(name, typed.int32, value)

    def set_long(self, name: str, value: int) -> None:
        """Set an integer of 64 bits."""
        self._set(name, typed.long, value)

    def set_float(self, name: str, value: float) -> None:
        """Set a number, rounded to single precision."""
        self._set(name, typed.single, value)

    def set_double(self, name: str, value: float) -> None:
        """Set a number of double precision."""
        self._set(name, typed.double, value)

    def set_string(self, name: str, value: str | None) -> None:
        """Set a text."""
        self._set(name, typed.string, value)

    def set_bytes(self, name: str, value: typed.BytesLike | None) -> None:
        """Set bytes, which are copied."""
        self._set(name, typed.octets, value)

    def set_object(self, name: str, value: object) -> None:
        """Set an item; its Python type decides its JMS type.

        An int is an int if it fits 32 bits, else a long; a float is a double.
        """
        self._set(name, typed.item_value, value)

    def _set(self, name: str, check: Callable[[Any], ItemValue], value: Any) -> None:
        items = self._writable_items()
        if not isinstance(name, str) or not name:
            raise ValueError(f"the name of an item is a non-empty str, not {name!r}")
        name = exact_text(name)
        items[name] = typed.named("item", name, check, value)

    def _writable_items(self) -> dict[str, ItemValue]:
        self._require_writable_body()
        items = self._body
        envelope = self._envelope
        if items is NO_ITEMS or (envelope is not None and items is envelope.body):
            items = self._body = dict(items)
        return items

    def _content(self) -> dict[str, ItemValue] | None:
        return dict(self._body) or None
