"""Yields the processor at random lines of the files under test, where plain stress hardly ever switches threads."""

from __future__ import annotations

import random
import sys
import threading
import time
from types import CodeType, FrameType, TracebackType
from typing import Any, Self

PACKAGE = "native_engine"


def under_test(code: CodeType) -> bool:
    """Whether the code belongs to the engine."""
    return f"/{PACKAGE}/" in code.co_filename.replace("\\", "/")


class Amplifier:
    """While it is entered, every new thread may stop at any line of the engine.

    `rate` is the share of the lines at which a thread gives way, most often for one turn, sometimes for longer.
    """

    def __init__(self, seed: int, rate: float = 0.1) -> None:
        self._random = random.Random(seed)
        self._rate = rate

    def __enter__(self) -> Self:
        self._interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        threading.settrace(self._on_call)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        threading.settrace(None)
        sys.setswitchinterval(self._interval)

    def _on_call(self, frame: FrameType, event: str, _: Any) -> Any:
        return self._on_line if under_test(frame.f_code) else None

    def _on_line(self, frame: FrameType, event: str, _: Any) -> Any:
        if self._random.random() < self._rate:
            time.sleep(0 if self._random.random() < 0.9 else 0.0002)
        return self._on_line
