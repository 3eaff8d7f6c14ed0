"""An engine without threads of its own: what these do is done when the test says so, so that each run is repeatable."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from unittest.mock import patch

import native_engine.engine
import native_engine.journal.holdings
import native_engine.journal.journal
import native_engine.journal.segment
import native_engine.journal.upkeep
from native_engine.clock import Clock
from native_engine.journal.files import Files
from native_engine.journal.holdings import Holdings
from native_engine.journal.pipeline import Pipeline
from native_engine.journal.upkeep import Upkeep
from native_engine.timers import Timers

__all__ = ["SteppedPipeline", "SteppedTimers", "SteppedUpkeep", "stepped"]


class NoThread:
    """Stands where a thread would."""

    ident = None

    def start(self) -> None:
        pass

    def join(self, timeout: float | None = None) -> None:
        pass


class SteppedUpkeep(Upkeep):
    """Works when `work` is called."""

    def __init__(self, files: Files, largest: int, failed: Callable[[OSError], object]) -> None:
        super().__init__(files, largest, failed)
        self._thread = NoThread()  # type: ignore[assignment]

    def start(self, holdings: Holdings) -> None:
        super().start(holdings)
        self._wakeup.clear()


class SteppedPipeline(Pipeline):
    """Finishes sends when `work` is called, or when it would be waited for."""

    def __init__(self, wait: Callable[[int], None], refusal: Callable[[], Exception]) -> None:
        super().__init__(wait, refusal)
        self._thread = NoThread()  # type: ignore[assignment]

    def pass_by(self) -> None:
        if self._open:
            self.work()

    def close(self) -> None:
        super().close()
        self.work()


class SteppedTimers(Timers):
    """Act when `work` is called."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._thread = NoThread()  # type: ignore[assignment]

    def work(self) -> None:
        due, _ = self._due()
        for timed in due:
            timed.tick()


@contextmanager
def stepped(chance: random.Random, in_memory: int = 0, at_once: int = 500) -> Iterator[None]:
    """Engines that are made meanwhile have no threads. The marks of their segments come from `chance`.

    They keep that many bytes of records in memory, and copy that many bytes at once.
    """
    journal = native_engine.journal.journal
    with (
        patch.object(journal, "Pipeline", SteppedPipeline),
        patch.object(journal, "Upkeep", SteppedUpkeep),
        patch.object(native_engine.engine, "Timers", SteppedTimers),
        patch.object(native_engine.journal.segment, "os", SimpleNamespace(urandom=chance.randbytes)),
        patch.object(native_engine.journal.holdings, "IN_MEMORY", in_memory),
        patch.object(native_engine.journal.upkeep, "_AT_ONCE", at_once),
        patch.object(native_engine.journal.upkeep, "SMALLEST", 0),
    ):
        yield
