"""Long traffic, run by hand, with the memory of the process measured while it flows.

make soak ARGS="--messages 5000000"
"""

from __future__ import annotations

import argparse
import resource
import sys
from collections.abc import Callable

from tests.traffic import Traffic

GROWTH = 1.05
"""The peak of the process may not grow more than this from a tenth of the messages to the end."""


def soak(messages: int, report: Callable[[int, int], None]) -> list[int]:
    """Run the traffic; report the peak memory after each twentieth of the messages, and return all the peaks."""
    peaks = []
    with Traffic() as traffic:
        for part in range(1, 21):
            traffic.flow(messages // 20)
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
            report(part * messages // 20, peaks[-1])
    return peaks


def main() -> int:
    """Soak; exit code 1 if the memory grows."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    unit = "bytes" if sys.platform == "darwin" else "KiB"
    peaks = soak(
        parser.parse_args().messages,
        lambda count, peak: print(f"{count:12,} messages, peak memory {peak:,} {unit}", flush=True),
    )
    growth = peaks[-1] / peaks[1]
    print(f"growth from a tenth of the messages to the end: {growth - 1:.2%}")
    return 0 if growth <= GROWTH else 1


if __name__ == "__main__":
    raise SystemExit(main())
