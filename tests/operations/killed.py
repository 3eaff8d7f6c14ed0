"""Operations in a process that kills itself when it has called as many functions as the dice say.

So an instant can be looked at again, and kills do not depend on how quick the machine is.
"""

from __future__ import annotations

import random
import subprocess
import sys

from tests.brokers.software import ROOT

PROGRAM = """
import itertools, os, signal, sys
from jmslike import operating

calls, last = itertools.count(1), int(sys.argv[1])

def count(frame, event, argument):
    if event in ("call", "c_call") and next(calls) == last:
        os.kill(os.getpid(), signal.SIGKILL)

sys.setprofile(count)
operating.{call}
sys.setprofile(None)
print(next(calls))
"""


def ran(call: str, last: int = 0) -> int | None:
    """Run it in a process that is killed at its last call of a function; return how many it made, None if killed."""
    command = [sys.executable, "-c", PROGRAM.format(call=call), str(last)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode in (0, -9), result.stderr
    return int(result.stdout) if result.returncode == 0 else None


def instants(call: str, dice: random.Random, kills: int) -> list[int]:
    """Return calls of functions at which to kill the process: one in each part of its life."""
    calls = ran(call)
    assert calls is not None
    return [dice.randrange(calls * part // kills + 1, calls * (part + 1) // kills) for part in range(kills)]
