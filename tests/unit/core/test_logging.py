"""Without logging set up, the library writes nothing."""

from __future__ import annotations

import subprocess
import sys


def test_nothing_is_printed_without_a_handler() -> None:
    script = "import logging, jmslike; logging.getLogger('jmslike.connection').error('lost')"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert (result.stdout, result.stderr) == ("", "")
