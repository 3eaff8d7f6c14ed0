"""A process that is suspended for a while: it keeps its connections, and answers nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def suspended(process: int) -> Iterator[None]:
    """Suspend that child of this process, with all its threads, until the block ends.

    SIGSTOP takes effect after `kill` has returned: until then a broker goes on to answer. The system reports a child as
    stopped when the last of its threads is.
    """
    os.kill(process, signal.SIGSTOP)
    _, status = os.waitpid(process, os.WUNTRACED)
    assert os.WIFSTOPPED(status), "the process has ended"
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)
