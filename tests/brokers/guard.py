"""Waits until the process that started it closes its standard input or dies; then removes a broker and its folder."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.brokers import LOCAL_BROKERS


def main(name: str, folder: str) -> None:
    """Outlive the process that uses the broker, and clean up after it."""
    sys.stdin.buffer.read()
    LOCAL_BROKERS[name](Path(folder)).kill()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
