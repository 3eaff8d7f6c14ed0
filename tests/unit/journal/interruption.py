"""Ctrl-C at a chosen instant: an exception out of the engine's own code, where a signal's handler may raise one."""

from __future__ import annotations

import dis
import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

from tests.unit.engine.amplifier import under_test

__all__ = ["Once", "interrupted"]

_LOOKS = ("CALL", "JUMP_BACKWARD", "POP_JUMP_BACKWARD", "RESUME")
"""How the instructions begin after which Python looks for signals."""


def interrupted(step: Callable[[], object], instant: int) -> bool:
    """Take the step; raise KeyboardInterrupt at this one of the instants at which the engine may be interrupted in it.

    Returns whether the step has so many.
    """
    left = instant
    last: dict[FrameType, int] = {}

    def on_instruction(frame: FrameType, offset: int) -> None:
        nonlocal left
        if left:
            before, last[frame] = last.get(frame), offset
            if before is not None and _may_raise(frame.f_code, before, offset):
                left -= 1
                if not left:
                    raise KeyboardInterrupt

    gc.disable()  # what is raised in a `__del__` goes nowhere
    try:
        with _followed(on_instruction):
            step()
    except KeyboardInterrupt:
        assert not left, "raised by something else"
    finally:
        gc.enable()
    return not left


if sys.version_info >= (3, 12):  # where a trace function is told of the instructions from the second call on only

    @contextmanager
    def _followed(on_instruction: Callable[[FrameType, int], None]) -> Iterator[None]:
        """Call the function before each instruction of the engine in this thread."""
        monitoring, thread = sys.monitoring, threading.get_ident()
        tool, event = monitoring.PROFILER_ID, monitoring.events.INSTRUCTION

        def call(code: CodeType, offset: int) -> object:
            if not under_test(code):
                return monitoring.DISABLE
            if threading.get_ident() == thread:
                on_instruction(sys._getframe(1), offset)
            return None

        monitoring.use_tool_id(tool, __name__)
        try:
            monitoring.register_callback(tool, event, call)
            monitoring.restart_events()
            monitoring.set_events(tool, event)
            yield
        finally:
            monitoring.set_events(tool, 0)
            monitoring.free_tool_id(tool)

else:

    @contextmanager
    def _followed(on_instruction: Callable[[FrameType, int], None]) -> Iterator[None]:
        """Call the function before each instruction of the engine in this thread."""

        def on_call(frame: FrameType, event: str, _: Any) -> Any:
            if not under_test(frame.f_code):
                return None
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
            return on_opcode

        def on_opcode(frame: FrameType, event: str, _: Any) -> Any:
            if event == "opcode":
                on_instruction(frame, frame.f_lasti)
            return on_opcode

        tracing = sys.gettrace()
        sys.settrace(on_call)
        try:
            yield
        finally:
            sys.settrace(tracing)


@lru_cache(None)
def _may_raise(code: CodeType, before: int, now: int) -> bool:
    """Whether a handler may raise behind the first instruction, and what is raised by the second is handled alike."""
    looks = dis.opname[code.co_code[before]].startswith(_LOOKS)
    return looks and _handler(code, before) == _handler(code, now)


def _handler(code: CodeType, offset: int) -> int | None:
    for entry in dis.Bytecode(code).exception_entries:  # type: ignore[attr-defined]
        if entry.start <= offset < entry.end:
            return int(entry.target)
    return None


class Once:
    """A fault that is raised by the first call only."""

    def __init__(self, error: type[BaseException]) -> None:
        self._errors = [error]

    def __call__(self, *arguments: object) -> None:
        if self._errors:
            raise self._errors.pop()
