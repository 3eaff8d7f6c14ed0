"""Measure everything, or the modules that are named, and print ratios.

Absolute figures differ from run to run and from machine to machine; only the ratios of one run are worth quoting.
"""

from __future__ import annotations

import argparse
import importlib

from benchmarks.harness import run

MODULES = ("native_memory", "backlog", "selector_backlog", "selectors")


def main() -> int:
    """Run the benchmarks; exit code 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("modules", nargs="*", default=MODULES, metavar="MODULE", help=", ".join(MODULES))
    parser.add_argument("--rounds", type=int, default=5, help="samples of each side (default 5)")
    options = parser.parse_args()
    comparisons = [
        comparison
        for name in options.modules
        for comparison in importlib.import_module(f"benchmarks.{name}").COMPARISONS
    ]
    return 1 if run(comparisons, options.rounds) else 0


if __name__ == "__main__":
    raise SystemExit(main())
