"""Making room on a disk that is full."""

from __future__ import annotations

from errno import ENOSPC

import pytest

from native_engine.journal.contents import Contents
from native_engine.journal.holdings import Holdings
from native_engine.services import NoRoomError
from tests.unit.journal.faulty_files import FaultyFiles
from tests.unit.journal.logs import SIZE, drop_oldest, fill_active, new_log


def test_room_that_another_thread_makes_meanwhile_is_used(files: FaultyFiles) -> None:
    """The upkeep's own thread drops a segment between the refusal of the disk and the sender's turn to drop some."""
    log = new_log(files)
    fill_active(log)  # the disk has to make the next segment

    def relieve() -> None:
        drop_oldest(log, files)
        log.dropped += 1
        files.mend()

    files.fail("create", ENOSPC)
    Holdings(Contents(), log, lambda: None, relieve).make_room(SIZE // 2)
    with log.lock:
        assert log.has_room(SIZE // 2)


def test_a_disk_from_which_nothing_can_be_dropped_refuses(files: FaultyFiles) -> None:
    log = new_log(files)
    fill_active(log)
    files.fail("create", ENOSPC)
    with pytest.raises(NoRoomError, match="receive messages or make room"):
        Holdings(Contents(), log, lambda: None, lambda: None).make_room(SIZE // 2)
