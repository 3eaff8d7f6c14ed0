"""What `async with` opens and closes."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from typing import TYPE_CHECKING, Any, Final, Generic, NoReturn, Self, TypeVar, cast

from jmslike.errors import IllegalStateError


class Closing:
    """What `async with` closes. `with`, which cannot wait, is refused."""

    __slots__ = ()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await cast("Any", self).close()

    def __enter__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} of jmslike.aio is closed by `async with`, not by `with`")

    def __exit__(self, *exc_info: object) -> None:
        """See __enter__."""


_Closing = TypeVar("_Closing", bound=Closing)


_TO_OPEN: Final = "write `async with aio.connect(url) as context`, or `context = await aio.connect(url)`"


class Opening(Generic[_Closing]):
    """What takes time to make: `await` makes it, and `async with` also closes it. It is made once."""

    __slots__ = ("_is_used", "_made", "_make", "_name")

    def __init__(self, name: str, make: Callable[[], Coroutine[Any, Any, _Closing]]) -> None:
        self._name = name
        self._make = make
        self._is_used = False

    def __await__(self) -> Generator[Any, None, _Closing]:
        if self._is_used:
            raise IllegalStateError(
                f"this {self._name} was awaited or entered already, and makes one object: "
                f"keep what that has returned, or call {self._name} again"
            )
        self._is_used = True
        return self._make().__await__()

    async def __aenter__(self) -> _Closing:
        self._made = await self
        return self._made

    async def __aexit__(self, *exc_info: object) -> None:
        await cast("Any", self._made).close()

    def __enter__(self) -> NoReturn:
        raise TypeError(f"what connects has to wait, which `with` cannot: {_TO_OPEN}")

    def __exit__(self, *exc_info: object) -> None:
        """See __enter__."""

    if not TYPE_CHECKING:  # a type checker finds the missing await by itself

        def __getattr__(self, name: str) -> NoReturn:
            raise AttributeError(f"{name!r} belongs to a context, and nothing is connected yet: {_TO_OPEN}")
