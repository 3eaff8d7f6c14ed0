from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jmslike.compare.processes.counters import Counters


def test_another_process_sees_what_is_counted_and_counts_itself() -> None:
    counters = Counters.of(3)
    counters.numbers[0] = 7
    script = (
        "import sys; from pathlib import Path; from jmslike.compare.processes.counters import Counters\n"
        "there = Counters(Path(sys.argv[1])); there.numbers[2] = there.numbers[0] + 2**40; there.close()"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", script, counters.path], check=True, timeout=60)
    assert list(counters.numbers) == [7, 0, 7 + 2**40]
    counters.delete()
    assert not Path(counters.path).exists()


def test_closed_counters_count_no_more() -> None:
    counters = Counters.of(1)
    counters.delete()
    with pytest.raises(ValueError, match="released"):
        counters.numbers[0] = 1
