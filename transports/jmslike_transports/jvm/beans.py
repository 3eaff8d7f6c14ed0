"""Settings of Java objects by name: `callTimeout` is what `setCallTimeout` sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import jpype

from jmslike.options import choice


def _truth(text: str) -> bool:
    return choice("properties", text, {"true": True, "false": False})


def _whole(text: str, bits: int) -> int:
    """Return a whole number that fits: JPype cuts off the bits of others."""
    number = int(text)
    if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        raise ValueError(text)
    return number


_CONVERTERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "boolean": lambda text: jpype.JBoolean(_truth(text)),
    "java.lang.Boolean": lambda text: jpype.JClass("java.lang.Boolean")(_truth(text)),
    "int": lambda text: jpype.JInt(_whole(text, 32)),
    "java.lang.Integer": lambda text: jpype.JClass("java.lang.Integer")(_whole(text, 32)),
    "long": lambda text: jpype.JLong(_whole(text, 64)),
    "java.lang.Long": lambda text: jpype.JClass("java.lang.Long")(_whole(text, 64)),
    "short": lambda text: jpype.JShort(_whole(text, 16)),
    "double": lambda text: jpype.JDouble(float(text)),
    "float": lambda text: jpype.JFloat(float(text)),
    "java.lang.String": lambda text: jpype.JClass("java.lang.String")(text),
}
"""What makes a Java value of a text, for each type of a setter; ValueError if it cannot."""


def set_properties(bean: Any, properties: Iterable[tuple[str, str]]) -> None:
    """Set each property to its value, converted to the type of its setter. `a.b` is property b of what getA returns.

    Raises ValueError for a name that the object has not, with those that it has, and for a value of another type, which
    is not quoted: it may be a password.
    """
    for name, text in properties:
        *within, last = name.split(".")
        target = bean
        for part in within:
            getter = getattr(target, f"get{_capital(part)}", None)
            target = None if getter is None else getter()
            if target is None:
                raise ValueError(f"option properties: {_class_name(bean)} has no property {part!r} with settings")
        _set(target, name, last, text)


def _set(bean: Any, name: str, last: str, text: str) -> None:
    setters = _setters(bean)
    types = setters.get(f"set{_capital(last)}", ())
    if not types:
        known = ", ".join(sorted(_small(setter.removeprefix("set")) for setter in setters))
        raise ValueError(f"option properties: {_class_name(bean)} has no {name!r}; it has {known}")
    for type_name in types:
        try:
            value = _CONVERTERS[type_name](text)
        except ValueError:
            continue
        getattr(bean, f"set{_capital(last)}")(value)
        return
    raise ValueError(f"option properties: the value of {name!r} is no {' or '.join(types)}")


def _setters(bean: Any) -> dict[str, list[str]]:
    """Return the types that each setter takes, the narrowest first."""
    found: dict[str, list[str]] = {}
    for method in bean.getClass().getMethods():
        types = [str(each.getName()) for each in method.getParameterTypes()]
        name = str(method.getName())
        if len(types) == 1 and types[0] in _CONVERTERS and name.startswith("set") and len(name) > 3:
            found.setdefault(name, []).append(types[0])
    return {name: sorted(types, key=list(_CONVERTERS).index) for name, types in found.items()}


def _class_name(bean: Any) -> str:
    return str(bean.getClass().getSimpleName())


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _small(name: str) -> str:
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
