"""One run: lives of an engine on one disk, and a crash after each of them. A seed decides everything."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Final

from native_engine.journal import layout
from tests.power_loss.disk import Disk, SimulatedFiles
from tests.power_loss.flips import difference, flip
from tests.power_loss.life import Life
from tests.power_loss.look import Look, look
from tests.power_loss.losses import after_power_loss
from tests.power_loss.messages import MessageFormat
from tests.power_loss.model import Model
from tests.power_loss.stepping import stepped
from tests.power_loss.verdict import Verdict, adopt
from tests.unit.engine.manual_clock import ManualClock

__all__ = ["BrokenPromiseError", "run"]

LIVES: Final = 4
KIB: Final = 1 << 10
WEIGHTS: Sequence[int] = (14, 3, 2, 2)
CUTS: Final[Sequence[tuple[int, Callable[[str, int], bool]]]] = (
    (200, lambda name, offset: True),
    (8, lambda name, offset: True),  # while it opens, or soon after
    (4, lambda name, offset: name == "unlink"),
    (4, lambda name, offset: name == "pwrite" and offset == layout.FIRST_ENTRY),  # while a segment begins
)
"""Where a crash may come: at one of the first of these changes."""


class BrokenPromiseError(AssertionError):
    """What was promised does not hold."""


def run(seed: int, cut: int | None = None, report: Callable[[str], None] = lambda line: None) -> bool:
    """Let an engine live and crash some times. Raises BrokenPromiseError, or what the engine should not have raised.

    `cut`: at which change of the disk the first crash comes, else the seed decides. Returns whether it came there.
    """
    each = Run(seed, report)
    with stepped(each.chance, each.chance.choice((0, 2_000, 1 << 20))):
        for number in range(each.chance.randint(1, LIVES)):
            each.live(cut if number == 0 else None)
    return each.cuts[0]


class Run:
    """One disk, through all its crashes."""

    def __init__(self, seed: int, report: Callable[[str], None]) -> None:
        self.chance: Final = random.Random(seed)
        self.cuts: list[bool] = []
        self._report = report
        self._disk = Disk()
        self._model = Model()
        self._known = MessageFormat()
        self._clock = ManualClock()
        self._size = self.chance.choice((4 * KIB, 8 * KIB, 16 * KIB))
        self._last: Verdict | None = None
        self._has_flipped = False

    def live(self, cut: int | None) -> None:
        """Open an engine, work with it until it crashes or closes, and look at what is left then."""
        chance = self.chance
        most, counted = chance.choices(CUTS, WEIGHTS)[0]
        chosen = chance.randint(1, most)
        files = (
            SimulatedFiles(self._disk, chosen, chance, counted)
            if cut is None
            else SimulatedFiles(self._disk, cut, chance)
        )
        self._size = chance.choice((self._size, self._size, 4 * KIB, 16 * KIB))
        self._report(f"an engine opens a folder with segments of {self._size // KIB} KiB")
        life = Life(files, self._model, self._known, self._clock, chance, self._size)
        if not files.is_cut:
            if self._last is not None:
                self._last.adopt()
            life.live(chance.randrange(1, 80))
        for step in life.steps:
            self._report(f"    {step}")
        _complain(life.faults)
        self.cuts.append(files.is_cut)
        self._crash(files.image or self._disk)

    def _crash(self, disk: Disk) -> None:
        power_fails = self.chance.random() < 0.7
        self._report("the power fails" if power_fails else "the process is killed")
        self._disk = after_power_loss(disk, self.chance) if power_fails else disk
        found = self._look()
        self._last = Verdict(self._model, found, self._clock.now(), power_fails)
        _complain(self._last.faults)
        if not self._has_flipped:
            _complain([f"a file is lost: {each}" for each in found.damage if each.offset == 0])
        if power_fails:  # all that is left is safe
            self._last.adopt()
            is_whole = not found.damage and found.tail is None  # a second fault may cost more
            if is_whole and self._disk.names and self.chance.random() < 0.5:
                self._flip(found)

    def _flip(self, found: Look) -> None:
        hit = flip(self._disk, self.chance)
        self._has_flipped = True
        self._report(f"{hit}, flips")
        then = self._look()
        _complain(list(difference(found, then, hit)))
        adopt(self._model, then)
        self._last = None

    def _look(self) -> Look:
        return look(self._disk, self._clock.now(), self._known, self._size)


def _complain(faults: Sequence[str]) -> None:
    if faults:
        raise BrokenPromiseError("\n".join(faults))
