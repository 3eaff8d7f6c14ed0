"""How often each store really syncs the disk for a message: strace counts its system calls.

A store that syncs less than once in a send has not saved it when the send returns. Without strace there are no rows.
"""

from __future__ import annotations

import shutil
import subprocess
from contextlib import closing
from functools import partial
from typing import Final

from benchmarks.disk import new_folder
from benchmarks.durable_stores import STORES
from benchmarks.harness import Comparison, Side, command

CALLS: Final = "fsync,fdatasync,sync_file_range,msync,sync,syncfs"
MESSAGES: Final = 500


def syncs_per_send(name: str) -> float:
    """Return the calls that a send makes; those of opening and closing are the same without any."""
    return (syncs(partial(send, name, MESSAGES)) - syncs(partial(send, name, 0))) / MESSAGES


def syncs_per_cycle(name: str) -> float:
    return (syncs(partial(cycle, name, MESSAGES)) - syncs(partial(cycle, name, 0))) / MESSAGES


def send(name: str, count: int) -> float:
    with new_folder() as folder, closing(STORES[name](folder)) as store:
        work = store.sender()
        for _ in range(count):
            work()
    return count


def cycle(name: str, count: int) -> float:
    with new_folder() as folder, closing(STORES[name](folder)) as store:
        work = store.cycle()
        for _ in range(count):
            work()
    return count


def syncs(side: Side) -> int:
    """Count the calls of a process of its own that sync."""
    with new_folder() as folder:
        trace = folder / "trace"
        tracing = ["strace", "--follow-forks", f"--trace={CALLS}", "--signal=none", f"--output={trace}"]
        subprocess.run([*tracing, *command(side)], stdout=subprocess.DEVNULL, check=True, timeout=600)
        lines = trace.read_text().splitlines()
        return sum("(" in line and "<unfinished" not in line for line in lines)  # a call that goes on has two lines


COMPARISONS: Final = [
    Comparison(f"syncs of a {what}, {name}", partial(count, name), None, "syncs")
    for what, count in (("send", syncs_per_send), ("cycle", syncs_per_cycle))
    for name in STORES
    if shutil.which("strace")
]
