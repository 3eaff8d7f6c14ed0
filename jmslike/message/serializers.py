"""The encodings of an ObjectMessage's object: JSON, or pickle where the application chooses it."""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Iterable
from typing import Any, NoReturn, Protocol


class ObjectSerializer(Protocol):
    """Turns objects into bytes and back. Its errors reach the application as MessageFormatError.

    `encode` must refuse what `decode` would not return equal: nothing else checks the object. Both may be called by
    several threads at once.
    """

    def encode(self, value: Any) -> bytes:
        """Encode any object but None."""

    def decode(self, body: bytes) -> Any:
        """Decode what `encode` returned, into a new object."""


class JSONSerializer:
    """JSON in UTF-8: None, bool, int, float, str, list, and dict with keys of str.

    What would not come back equal, such as tuples, keys that are no str, or NaN, is refused.
    """

    def encode(self, value: Any) -> bytes:
        """Encode. Raises TypeError or ValueError for what JSON cannot hold or would change."""
        body = json.dumps(value, separators=(",", ":")).encode()
        if self.decode(body) != value:
            raise ValueError("the object would not come back equal from JSON (a tuple, or a key that is no str?)")
        return body

    def decode(self, body: bytes) -> Any:
        """Decode. Raises ValueError for what is not JSON, which NaN and Infinity are not."""
        return json.loads(body, parse_constant=_refuse_constant)


class PickleSerializer:
    """Pickle, restricted to the classes that are named.

    The built-in numbers, strings and containers need no naming. Any sender can make instances of the named classes with
    any arguments and any state: name only classes for which that is harmless.
    """

    def __init__(self, classes: Iterable[type]) -> None:
        named = tuple(classes)
        for each in named:
            if not isinstance(each, type):
                raise ValueError(f"the allow-list holds classes, not {each!r}")
        self._classes = {(each.__module__, each.__qualname__): each for each in named}

    def encode(self, value: Any) -> bytes:
        """Encode. Raises pickle.PicklingError and others for what pickle cannot hold or `decode` would refuse."""
        body = pickle.dumps(value, protocol=4)
        self.decode(body)
        return body

    def decode(self, body: bytes) -> Any:
        """Decode. Raises pickle.UnpicklingError for a class that is not named; a damaged body may raise anything."""
        return _Unpickler(body, self._classes).load()


class _Unpickler(pickle.Unpickler):
    """An unpickler that knows a few classes only, and never imports anything."""

    def __init__(self, body: bytes, classes: dict[tuple[str, str], type]) -> None:
        super().__init__(io.BytesIO(body))
        self._classes = classes

    def find_class(self, module_name: str, global_name: str, /) -> type:
        try:
            return self._classes[module_name, global_name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module_name}.{global_name} is not in the allow-list") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
