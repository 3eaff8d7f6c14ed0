"""Access to properties (section 3.5): by typed methods, and as a mapping. Used by messages and by JMSProducer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

from jmslike.message import typed
from jmslike.message.names import PROVIDER_NAMES, checked_name, checked_value
from jmslike.values import PropertyValue, conversion


class PropertyGetters:
    """The getters of properties, over the mapping that a subclass provides.

    The numeric getters raise ValueError for a property that is missing or None, and for a text that is not such a
    number; every getter raises MessageFormatError for a conversion that table 3-2 of the specification does not have.
    """

    __slots__ = ()

    def _property_map(self) -> Mapping[str, PropertyValue]:
        """Return the properties, to be read only."""
        raise NotImplementedError

    def _property(self, name: str) -> PropertyValue:
        """Return the value of one property, None if it is missing."""
        return self._property_map().get(name)

    @property
    def property_names(self) -> list[str]:
        """The names of the properties, in no particular order (section 3.5.6)."""
        return list(self._property_map())

    def property_exists(self, name: str) -> bool:
        """Whether a property was set."""
        return name in self._property_map()

    def get_boolean_property(self, name: str) -> bool:
        """Read a boolean; a missing one is False, a text is True only if it says "true"."""
        return conversion.to_boolean(self._property(name), "property", name)

    def get_byte_property(self, name: str) -> int:
        """Read an integer of 8 bits."""
        return conversion.to_byte(self._property(name), "property", name)

    def get_short_property(self, name: str) -> int:
        """Read an integer of 16 bits."""
        return conversion.to_short(self._property(name), "property", name)

    def get_int_property(self, name: str) -> int:
        """Read an integer of 32 bits."""
        return conversion.to_int(self._property(name), "property", name)

    def get_long_property(self, name: str) -> int:
        """Read an integer of 64 bits."""
        return conversion.to_long(self._property(name), "property", name)

    def get_float_property(self, name: str) -> float:
        """Read a number of single precision."""
        return conversion.to_float(self._property(name), "property", name)

    def get_double_property(self, name: str) -> float:
        """Read a number of double precision."""
        return conversion.to_double(self._property(name), "property", name)

    def get_string_property(self, name: str) -> str | None:
        """Read any property as a text in Java's spelling ("true", "127", "1.0E10"); None if it is missing."""
        return conversion.to_string(self._property(name), "property", name)

    def get_object_property(self, name: str) -> PropertyValue:
        """Read a property as the type that it was set as; None if it is missing."""
        return self._property(name)


class PropertyAccess(PropertyGetters):
    """The getters and the setters of properties.

    The setters raise ValueError for a bad name and for a value out of the range of the type, MessageFormatError for a
    value of another type, MessageNotWriteableError if the properties are read-only.
    """

    __slots__ = ()

    def _writable_properties(self) -> dict[str, PropertyValue]:
        """Return the properties, to be changed. Raises MessageNotWriteableError."""
        raise NotImplementedError

    @property
    def properties(self) -> Properties:
        """The properties as a mutable mapping, where Python types decide the JMS types."""
        return Properties(self)

    def set_boolean_property(self, name: str, value: bool) -> None:
        """Set a boolean."""
        self._set_property(name, typed.boolean, value)

    def set_byte_property(self, name: str, value: int) -> None:
        """Set an integer of 8 bits."""
        self._set_property(name, typed.byte, value)

    def set_short_property(self, name: str, value: int) -> None:
        """Set an integer of 16 bits."""
        self._set_property(name, typed.short, value)

    def set_int_property(self, name: str, value: int) -> None:
        """Set an integer of 32 bits."""
        self._set_property(name, typed.int32, value)

    def set_long_property(self, name: str, value: int) -> None:
        """Set an integer of 64 bits."""
        self._set_property(name, typed.long, value)

    def set_float_property(self, name: str, value: float) -> None:
        """Set a number, rounded to single precision."""
        self._set_property(name, typed.single, value)

    def set_double_property(self, name: str, value: float) -> None:
        """Set a number of double precision."""
        self._set_property(name, typed.double, value)

    def set_string_property(self, name: str, value: str | None) -> None:
        """Set a text."""
        self._set_property(name, typed.string, value)

    def set_object_property(self, name: str, value: object) -> None:
        """Set a property of the type that the Python type says: an int is an int if it fits 32 bits, else a long; a
        float is a double (section 3.5.5). A value for what only the provider sets, such as JMSXDeliveryCount, is
        ignored.
        """
        self._set_property(name, typed.property_value, value)

    def _set_property(self, name: str, check: Callable[[Any], PropertyValue], value: Any) -> None:
        properties = self._writable_properties()
        name = checked_name(name)
        checked = checked_value(name, typed.named("property", name, check, value))
        if name not in PROVIDER_NAMES:
            properties[name] = checked


class Properties(MutableMapping[str, PropertyValue]):
    """The properties of a message as a mapping: a view, which sees and makes every change."""

    __slots__ = ("_owner",)

    def __init__(self, owner: PropertyAccess) -> None:
        self._owner = owner

    def __getitem__(self, name: str) -> PropertyValue:
        return self._owner._property_map()[name]

    def __setitem__(self, name: str, value: PropertyValue) -> None:
        self._owner.set_object_property(name, value)

    def __delitem__(self, name: str) -> None:
        del self._owner._writable_properties()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._owner._property_map())

    def __len__(self) -> int:
        return len(self._owner._property_map())

    def __repr__(self) -> str:
        return f"Properties({dict(self)!r})"
