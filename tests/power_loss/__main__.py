"""Lets the power fail again and again while an engine works with a folder, and looks at what is left each time.

Each seed is a run of some lives, which is the same each time. A seed that fails is printed with what it did; to see it
again, name it. For example:

python -m tests.power_loss --seeds 200000
python -m tests.power_loss --seed 4711
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor

from tests.power_loss.run import run

AT_ONCE = 500


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.power_loss")
    parser.add_argument("--seeds", type=int, default=10_000, help="how many runs (10000)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (0)")
    parser.add_argument("--processes", type=int, default=2, help="how many runs at a time (2)")
    parser.add_argument("--seed", type=int, help="only this run, and print what it does")
    parser.add_argument("--cut", type=int, help="the change of the disk at which its first crash comes")
    options = parser.parse_args()
    if options.seed is not None:
        run(options.seed, options.cut, print)
        return 0
    return search(range(options.first, options.first + options.seeds), options.processes)


def search(seeds: range, processes: int) -> int:
    """Run all these; return 1 if one failed."""
    began, failed, done = time.monotonic(), 0, 0
    with ProcessPoolExecutor(processes, initializer=logging.disable) as pool:
        for failures in pool.map(failures_of, [seeds[at : at + AT_ONCE] for at in range(0, len(seeds), AT_ONCE)]):
            done = min(done + AT_ONCE, len(seeds))
            failed += len(failures)
            for seed, what in failures:
                print(f"seed {seed} (again: python -m tests.power_loss --seed {seed}): {what}", flush=True)
            if done % 10_000 == 0 or done == len(seeds):
                print(f"{done:,} seeds in {time.monotonic() - began:,.0f} s, {failed} failed", flush=True)
    return 1 if failed else 0


def failures_of(seeds: range) -> list[tuple[int, str]]:
    failures = []
    for seed in seeds:
        try:
            run(seed)
        except Exception:
            failures.append((seed, traceback.format_exc(limit=-3)))
    return failures


if __name__ == "__main__":
    sys.exit(main())
