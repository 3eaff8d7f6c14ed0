"""Destinations: names of queues and topics (sections 2.5 and 4). A destination creates nothing in the broker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final, Self, cast

from jmslike.errors import IllegalStateError, InvalidDestinationError
from jmslike.exact import exact_text, type_name


class Destination:
    """A queue or a topic by its name. Destinations are equal by kind and name, and hashable."""

    __slots__ = ("_name",)
    is_queue: ClassVar[bool]
    is_temporary: ClassVar[bool] = False

    def __init__(self, name: str) -> None:
        if not isinstance(name, str) or not name:
            raise InvalidDestinationError(f"the name of a destination must be a non-empty str, not {name!r}")
        self._name = exact_text(name)

    @property
    def name(self) -> str:
        """The name of this queue or topic."""
        return self._name

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Destination):
            return NotImplemented
        return self.is_queue is other.is_queue and self.name == other.name

    def __hash__(self) -> int:
        return hash((self.is_queue, self.name))

    def __copy__(self) -> Self:
        return self  # it never changes

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def __str__(self) -> str:
        return f"{'queue' if self.is_queue else 'topic'}://{self.name}"


class Queue(Destination):
    """A destination whose every message goes to one receiver (section 4.1)."""

    __slots__ = ()
    is_queue = True

    @property
    def queue_name(self) -> str:
        """The name of this queue."""
        return self.name


class Topic(Destination):
    """A destination whose every message goes to every subscription (section 4.2)."""

    __slots__ = ()
    is_queue = False

    @property
    def topic_name(self) -> str:
        """The name of this topic."""
        return self.name


class _Temporary(Destination):
    """`delete()` of the two temporary kinds; the connection that created them supplies it."""

    __slots__ = ()
    is_temporary = True
    _delete: Callable[[Destination], Any] | None

    def __reduce__(self) -> tuple[Callable[[str], Destination], tuple[str]]:
        return type(self), (self.name,)  # what is read from a pickle cannot delete: that is its connection's part

    def delete(self) -> Any:
        """Delete this destination and its messages (section 6.2.2). One that `jmslike.aio` made returns a coroutine.

        Raises JMSError while it has an open consumer, IllegalStateError if it was not made by this connection.
        """
        if self._delete is None:
            raise IllegalStateError(f"{self} can be deleted only by the connection that created it")
        return self._delete(self)


class TemporaryQueue(_Temporary, Queue):
    """A queue that lives as long as the connection that created it."""

    __slots__ = ("_delete",)

    def __init__(self, name: str, delete: Callable[[Destination], Any] | None = None) -> None:
        super().__init__(name)
        self._delete = delete


class TemporaryTopic(_Temporary, Topic):
    """A topic that lives as long as the connection that created it."""

    __slots__ = ("_delete",)

    def __init__(self, name: str, delete: Callable[[Destination], Any] | None = None) -> None:
        super().__init__(name)
        self._delete = delete


def exact_queue(value: object, does: str) -> Queue:
    """Return it as one of the two kinds of queue. Raises InvalidDestinationError: only a queue `does` that."""
    if not isinstance(value, Queue):
        raise InvalidDestinationError(f"only a queue {does}, not {value!r}")
    return cast("Queue", exact_destination(value, "here"))


_KINDS: Final = (TemporaryQueue, TemporaryTopic, Queue, Topic)


def destination_of(value: Destination | str) -> Destination:
    """Return a destination as it is, or that of a text: `queue://NAME`, `topic://NAME`, or `NAME` for a queue.

    Raises InvalidDestinationError for another text, and for what is neither.
    """
    if not isinstance(value, str):
        return exact_destination(value, "here, or a text such as queue://NAME")
    scheme, separator, name = value.partition("://")
    if not separator:
        scheme, name = "queue", value
    if scheme not in ("queue", "topic") or not name:
        raise InvalidDestinationError(
            f"not a destination: {value!r}; write queue://NAME, topic://NAME, or NAME for a queue"
        )
    return Queue(name) if scheme == "queue" else Topic(name)


def exact_destination(value: object, what: str) -> Destination:
    """Return the same destination as a Queue, Topic, TemporaryQueue or TemporaryTopic, and not of a subclass.

    Raises InvalidDestinationError for what is none of these; `what` says for what one is needed.
    """
    kind = type(value)
    if kind in _KINDS:
        return value  # type: ignore[return-value]
    if isinstance(value, _KINDS):
        plain: Any = next(each for each in _KINDS if isinstance(value, each))
        return plain(value.name, value._delete) if isinstance(value, _Temporary) else plain(value.name)  # type: ignore[no-any-return]
    shown = f"the str {value!r}: name a queue by create_queue(name)" if isinstance(value, str) else type_name(value)
    raise InvalidDestinationError(f"a queue or topic is needed {what}, not {'None' if value is None else shown}")
