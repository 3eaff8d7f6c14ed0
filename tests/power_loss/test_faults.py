"""Calls of the disk that fail: what was confirmed is there, and the engine is closed, or goes on as promised."""

from __future__ import annotations

import errno
import itertools
import random
from collections.abc import Callable, Mapping

import pytest

from native_engine.journal.log import Log
from tests.power_loss.disk import Disk, SimulatedFiles
from tests.power_loss.life import Life
from tests.power_loss.look import look
from tests.power_loss.losses import after_power_loss
from tests.power_loss.messages import MessageFormat
from tests.power_loss.model import Model
from tests.power_loss.stepping import stepped
from tests.power_loss.verdict import Verdict
from tests.unit.engine.manual_clock import ManualClock
from tests.unit.engine.planting import plant

pytestmark = pytest.mark.slow

SIZE = 4096
ERRORS: Mapping[str, Callable[[int, str], int | None]] = {
    "that one fails": lambda calls, name: errno.EIO if calls == 0 else None,
    "the disk is full for a while": lambda calls, name: (
        errno.ENOSPC if name in ("create", "pwrite") and 0 <= calls < 12 else None
    ),
    "no folder is synced from then on": lambda calls, name: errno.EIO if name == "sync_folder" and calls >= 0 else None,
}


class LifeOnABadDisk(Life):
    """A life in which the engine may refuse what finds no room."""

    def _refused(self, error: Exception) -> None:
        pass


def trial(seed: int, call: int, error: Callable[[int, str], int | None], power_fails: bool) -> bool:
    """Live while the calls from this one on fail so, and then on a good disk; return whether there were so many."""
    chance = random.Random(seed)
    disk, model, known, clock = Disk(), Model(), MessageFormat(), ManualClock()
    with stepped(chance):
        files = SimulatedFiles(disk)
        files.fault = lambda number, name: error(number - call, name)
        try:
            life: Life = LifeOnABadDisk(files, model, known, clock, chance, SIZE)
        except OSError:
            pass  # it could not be opened
        else:
            life.live(60)
            assert life.faults == [], "\n".join(life.steps)
        calls = files.calls
        for _ in range(2):
            disk = after_power_loss(disk, chance) if power_fails else disk
            verdict = Verdict(model, look(disk, clock.now(), known, SIZE), clock.now(), power_fails)
            assert verdict.faults == []
            verdict.adopt()
            life = Life(SimulatedFiles(disk), model, known, clock, chance, SIZE)
            life.live(20)
            assert life.faults == [], "\n".join(life.steps)
    return calls >= call


@pytest.mark.parametrize("power_fails", [False, True], ids=["and the process ends", "and the power fails"])
@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
@pytest.mark.parametrize("seed", range(3))
def test_whichever_call_fails_what_was_confirmed_is_there(
    seed: int, error: Callable[[int, str], int | None], power_fails: bool
) -> None:
    for call in itertools.count(1):
        if not trial(seed, call, error, power_fails):
            return


def test_a_sync_that_failed_and_is_tried_again_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system has forgotten what it could not write, so the second sync finds nothing to do, and succeeds."""
    plant(
        monkeypatch, Log, "_sync",
        "except OSError as error:\n            self._note(error)\n            raise",
        "except OSError:\n            [self._files.fdatasync(each.file) for each in segments]",
    )  # fmt: skip
    found = 0
    for call in range(1, 200):
        try:
            trial(1, call, ERRORS["that one fails"], True)
        except AssertionError:
            found += 1
    assert found
