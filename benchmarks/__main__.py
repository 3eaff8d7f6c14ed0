"""Measure the engine, or the modules that are named, and print ratios.

Absolute figures differ from run to run and from machine to machine; only the ratios of one run are worth quoting.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from contextlib import ExitStack
from pathlib import Path

from benchmarks import disk
from benchmarks.harness import run
from tests.brokers import UnavailableError

MODULES = ("native_memory", "backlog", "selector_backlog", "selectors")
ON_DISK = ("native_durable",)
OF_BROKERS = ("stomp_artemis", "jvm_artemis", "amqp_rabbitmq", "kafka_broker")


def main() -> int:
    """Run the benchmarks; exit code 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "modules", nargs="*", default=MODULES, metavar="MODULE", help=", ".join((*MODULES, *ON_DISK, *OF_BROKERS))
    )
    parser.add_argument("--rounds", type=int, default=5, help="samples of each side (default 5)")
    parser.add_argument(
        "--folder", type=Path, default=Path(), help="where native_durable makes its files (default: the working folder)"
    )
    parser.add_argument(
        "--backlog", type=int, default=1_000_000, help="messages in the backlog of native_durable (default a million)"
    )
    options = parser.parse_args()
    disk.set_backlog(options.backlog)
    modules = [importlib.import_module(f"benchmarks.{name}") for name in options.modules]
    with ExitStack() as needed:
        try:
            for module in modules:
                if hasattr(module, "BROKER"):
                    needed.enter_context(module.BROKER.running())
            if not set(ON_DISK).isdisjoint(options.modules):
                needed.enter_context(disk.folder_of_run(options.folder))
        except UnavailableError as missing:
            sys.exit(f"the broker cannot be had: {missing}")
        except disk.NotADiskError as error:
            sys.exit(str(error))
        comparisons = [comparison for module in modules for comparison in module.COMPARISONS]
        return 1 if run(comparisons, options.rounds) else 0


if __name__ == "__main__":
    raise SystemExit(main())
