"""Without logging set up, the library writes nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
NAMED = re.compile(r'getLogger\("(jmslike\.\w+)"\)')


def test_nothing_is_printed_without_a_handler() -> None:
    script = "import logging, jmslike; logging.getLogger('jmslike.connection').error('lost')"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert (result.stdout, result.stderr) == ("", "")


def test_readme_names_every_logger() -> None:
    used = {
        name
        for package in ("jmslike", "transports", "native_engine")
        for source in (ROOT / package).rglob("*.py")
        for name in NAMED.findall(source.read_text(encoding="utf-8"))
    }
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Logging")[2]
    assert set(re.findall(r"^\| `(jmslike\.\w+)`", table, re.MULTILINE)) == used
