"""Measure the engine, or the modules that are named, and print ratios.

Absolute figures differ from run to run and from machine to machine; only the ratios of one run are worth quoting.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from contextlib import ExitStack

from benchmarks.harness import run
from tests.brokers import UnavailableError

MODULES = ("native_memory", "backlog", "selector_backlog", "selectors")
OF_BROKERS = ("stomp_artemis", "amqp_rabbitmq", "kafka_broker")


def main() -> int:
    """Run the benchmarks; exit code 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "modules", nargs="*", default=MODULES, metavar="MODULE", help=", ".join((*MODULES, *OF_BROKERS))
    )
    parser.add_argument("--rounds", type=int, default=5, help="samples of each side (default 5)")
    options = parser.parse_args()
    modules = [importlib.import_module(f"benchmarks.{name}") for name in options.modules]
    with ExitStack() as brokers:
        try:
            for module in modules:
                if hasattr(module, "BROKER"):
                    brokers.enter_context(module.BROKER.running())
        except UnavailableError as missing:
            sys.exit(f"the broker cannot be had: {missing}")
        comparisons = [comparison for module in modules for comparison in module.COMPARISONS]
        return 1 if run(comparisons, options.rounds) else 0


if __name__ == "__main__":
    raise SystemExit(main())
