"""Measuring two sides in one run: each sample in a fresh process, the sides interleaved, medians, ratios.

A side does its work and gives one number: messages per second, bytes, seconds. It is a function of a module without
arguments, or a `functools.partial` of one with arguments that JSON can hold.
"""

from __future__ import annotations

import gc
import importlib
import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

Side = Callable[[], float]
MISSED = "MISSED"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is measured, against what (None: the figure itself is the result), and the target for the ratio, if any.

    A target is the least that will do, and the aim; where the aim is the smaller of the two, small is good.
    """

    name: str
    side: Side
    peer: Side | None
    unit: str
    target: tuple[float, float] | None = None

    def verdict(self, result: float) -> str:
        """Return which of the two targets the result meets."""
        if self.target is None:
            return ""
        least, aim = self.target
        sign = 1 if aim >= least else -1
        if sign * result >= sign * aim:
            return "aim met"
        return "met" if sign * result >= sign * least else MISSED


def run(comparisons: Iterable[Comparison], rounds: int) -> list[Comparison]:
    """Measure and print each comparison; return those that miss their target."""
    print(f"{'what':50} {'ours':>12} {'peer':>12} {'':13} {'result':>8} {'least':>6} {'aim':>6}")
    missed = []
    for comparison in comparisons:
        ours, theirs = medians(comparison, rounds)
        result = ours / theirs if theirs is not None else ours
        if comparison.verdict(result) == MISSED:
            missed.append(comparison)
        peer = "" if theirs is None else figure(theirs)
        least, aim = comparison.target or ("", "")
        print(
            f"{comparison.name:50} {figure(ours):>12} {peer:>12} {comparison.unit:13} "
            f"{result:8.2f} {least:>6} {aim:>6}  {comparison.verdict(result)}",
            flush=True,
        )
    return missed


def figure(number: float) -> str:
    """Spell a number with the digits that mean something."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def medians(comparison: Comparison, rounds: int) -> tuple[float, float | None]:
    """Measure both sides in turn. The first of each only warms what outlives them: the broker, the file cache."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(1 + rounds):
        ours.append(in_fresh_process(comparison.side))
        if comparison.peer is not None:
            theirs.append(in_fresh_process(comparison.peer))
    return statistics.median(ours[1:]), statistics.median(theirs[1:]) if theirs else None


def in_fresh_process(side: Side) -> float:
    """Run one side in a process of its own."""
    return float(json.loads(subprocess.run(command(side), stdout=subprocess.PIPE, check=True, timeout=600).stdout))


def command(side: Side) -> list[str]:
    """Return the command that runs a side, and prints its number."""
    function: Any = side
    arguments: tuple[Any, ...] = ()
    if isinstance(side, partial):
        function, arguments = side.func, side.args
    return [sys.executable, "-m", "benchmarks.harness", function.__module__, function.__name__, json.dumps(arguments)]


if __name__ == "__main__":
    measured = getattr(importlib.import_module(sys.argv[1]), sys.argv[2])
    gc.collect()
    print(json.dumps(measured(*json.loads(sys.argv[3]))))
