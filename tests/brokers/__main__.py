"""Starts, stops and shows brokers: `python -m tests.brokers start|stop|status [artemis] [activemq] ...`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.brokers import LOCAL_BROKERS, LocalBroker, UnavailableError
from tests.brokers.software import HOME


def main() -> int:
    """Run the command line; brokers keep running afterwards, with their data in the folder."""
    parser = argparse.ArgumentParser(prog="python -m tests.brokers", description="Real brokers without containers.")
    parser.add_argument("action", choices=["start", "stop", "status"])
    parser.add_argument("names", nargs="*", metavar="name", help=f"{', '.join(LOCAL_BROKERS)} (default: all)")
    parser.add_argument("--folder", type=Path, default=HOME, help="where they keep their data (default: .brokers)")
    options = parser.parse_args()
    unknown = set(options.names) - set(LOCAL_BROKERS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(LOCAL_BROKERS)}")
    failed = False
    for name in options.names or LOCAL_BROKERS:
        broker = LOCAL_BROKERS[name](options.folder.absolute() / name)
        try:
            if options.action == "start" and not broker.running:
                broker.start()
            elif options.action == "stop":
                broker.stop()
        except (UnavailableError, RuntimeError, OSError) as error:
            failed = True
            print(f"{name}: {error}", file=sys.stderr)
        else:
            show(broker)
    return int(failed)


def show(broker: LocalBroker) -> None:
    """Print where the broker listens."""
    print(f"{broker.name}: {'  '.join(broker.urls.values()) if broker.running else 'not running'}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
