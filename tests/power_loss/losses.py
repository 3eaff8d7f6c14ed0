"""What is left of a disk after a power loss."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from tests.power_loss.disk import SECTOR, Disk, File

__all__ = ["after_power_loss"]

Keeps: TypeAlias = Callable[[int, int], bool]
"""Whether a sector of a write, both by their numbers, has reached the disk."""


def after_power_loss(disk: Disk, chance: random.Random) -> Disk:
    """Return a disk on which everything is safe: what was safe before, and any part of the rest."""
    keeps = chance.choice(MANNERS)
    left = Disk()
    survivors: dict[File, File] = {}
    for name, file in _names(disk, chance).items():
        if file not in survivors:
            survivors[file] = File(_content(file, keeps(chance, file), chance) if file.unsafe else file.safe)
        left.names[name] = survivors[file]
    left.safe = dict(left.names)
    return left


def _names(disk: Disk, chance: random.Random) -> dict[str, File]:
    """Return the names that are left. The changes of one name come one after the other, those of two in any order."""
    keep = chance.choice((0.0, 0.5, 1.0))
    versions: dict[str, list[File | None]] = {name: [file] for name, file in disk.safe.items()}
    for name, changed in disk.unsafe:
        versions.setdefault(name, [None]).append(changed)
    left = {}
    for name, files in versions.items():
        last = len(files) - 1
        file = files[last if chance.random() < keep else chance.randrange(last + 1) if keep else 0]
        if file is not None:
            left[name] = file
    return left


def _content(file: File, keeps: Keeps, chance: random.Random) -> bytearray:
    """Return the bytes that are left. A sector is written out as it was in memory at that moment."""
    left, memory = bytearray(file.safe), bytearray(file.safe)
    for number, (offset, data) in enumerate(file.unsafe):
        end = offset + len(data)
        if end > len(memory):
            memory.extend(bytes(end - len(memory)))
        memory[offset:end] = data
        for start in range(offset - offset % SECTOR, end, SECTOR):
            if keeps(number, start // SECTOR):
                if start > len(left):
                    left.extend(bytes(start - len(left)))
                left[start : start + SECTOR] = memory[start : start + SECTOR]
    if len(left) < len(memory) and chance.random() < 0.5:  # the size is written apart from the data
        left.extend(bytes(len(memory) - len(left)))
    return left


# ---- in which manner a disk loses what was not synced ----------------------------------------------------------------


def nothing_is_left(chance: random.Random, file: File) -> Keeps:
    return lambda write, sector: False


def everything_is_left(chance: random.Random, file: File) -> Keeps:
    return lambda write, sector: True


def writes_are_left(chance: random.Random, file: File) -> Keeps:
    kept = [chance.random() < 0.5 for _ in file.unsafe]
    return lambda write, sector: kept[write]


def sectors_are_left(chance: random.Random, file: File) -> Keeps:
    share = chance.choice((0.2, 0.5, 0.8))
    return lambda write, sector: chance.random() < share


def the_first_writes_are_left(chance: random.Random, file: File) -> Keeps:
    torn = chance.randrange(len(file.unsafe) + 1)
    return lambda write, sector: write < torn or (write == torn and chance.random() < 0.5)


def all_but_one_sector_are_left(chance: random.Random, file: File) -> Keeps:
    offset, data = chance.choice(file.unsafe)
    lost = (offset + chance.randrange(len(data) or 1)) // SECTOR
    return lambda write, sector: sector != lost


MANNERS: Final[Sequence[Callable[[random.Random, File], Keeps]]] = (
    nothing_is_left,
    everything_is_left,
    writes_are_left,
    sectors_are_left,
    the_first_writes_are_left,
    all_but_one_sector_are_left,
)
