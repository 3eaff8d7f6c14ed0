from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.suspension import suspended

TRIES = 30
BUSY = """
import sys
import threading

def work():
    while True:
        pass

for _ in range(8):
    threading.Thread(target=work, daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="this system does not show the states of threads")
def test_no_thread_of_it_runs_any_more() -> None:
    with subprocess.Popen([sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            for _ in range(TRIES):
                with suspended(process.pid):
                    assert states_of_threads(process.pid) == {"T"}
        finally:
            process.kill()


def states_of_threads(process: int) -> set[str]:
    shown = (thread.read_text() for thread in Path(f"/proc/{process}/task").glob("*/stat"))
    return {text.rpartition(")")[2].split()[0] for text in shown}
