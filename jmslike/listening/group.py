"""ContainerGroup: the containers of several listeners, which start and stop together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from jmslike.durations import Duration
from jmslike.listening.container import ListenerContainer, run, start_all, stop_all


class ContainerGroup:
    """Several containers as one; iterating it yields them. As a context manager it starts and stops."""

    def __init__(self, containers: Iterable[ListenerContainer]) -> None:
        self._containers = tuple(containers)

    def __len__(self) -> int:
        return len(self._containers)

    def __getitem__(self, index: int) -> ListenerContainer:
        return self._containers[index]

    def __iter__(self) -> Iterator[ListenerContainer]:
        return iter(self._containers)

    @property
    def is_running(self) -> bool:
        """Whether any of them runs."""
        return any(container.is_running for container in self)

    @property
    def is_healthy(self) -> bool:
        """Whether all of them are."""
        return all(container.is_healthy for container in self)

    def start(self) -> None:
        """Start all; if one cannot start, none stays running. Raises as `ListenerContainer.start`."""
        start_all(self._containers)

    def stop(self, timeout: Duration | None = None) -> bool:
        """Stop all at the same time, as `ListenerContainer.stop` does, within one timeout."""
        return stop_all(self._containers, timeout)

    def run(self) -> None:
        """As `ListenerContainer.run`: all stop when one is stopped."""
        run(self._containers)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()
