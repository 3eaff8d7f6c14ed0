"""Opening the journal of a folder: what was there is read, its torn end is cleared, and the log goes on behind it."""

from __future__ import annotations

from native_engine.journal.contents import Contents, read
from native_engine.journal.files import Files
from native_engine.journal.log import SMALLEST, Log
from native_engine.journal.segment import Segment, create

__all__ = ["open_log"]


def open_log(files: Files, largest: int) -> tuple[Contents, Log]:
    """Return what the folder holds, and the log that goes on with it. Raises FolderError and OSError."""
    contents = read(files)
    for name in contents.useless:
        files.unlink(name)
    for segment, broken in contents.unfinished:
        files.pwrite(segment.file, bytes(broken.length), broken.offset)
    segments, empty = contents.segments, contents.empty
    last = max((segment.number for segment in (*segments, *empty)), default=0)
    if contents.highest > last:  # a file that cannot be read comes after them
        active = create(files, contents.highest + 1, min(SMALLEST, largest))
        segments, empty = [*segments, *empty], []
    else:
        active = _active(files, segments, empty, largest)
    for segment in empty[1:]:  # of what was in the one before, a power loss left nothing; the names are needed again
        files.unlink(segment.name)
        files.close_file(segment.file)
    files.sync_folder()  # a process that was killed may have made a segment, and not its name, safe
    for segment in (*segments, active, *empty[:1]):
        files.fdatasync(segment.file)  # it may have been written by a process that was killed before it was safe
    log = Log(files, active, empty[0] if empty else None, largest, contents.torn is not active)
    log.closed += segments
    return contents, log


def _active(files: Files, segments: list[Segment], empty: list[Segment], largest: int) -> Segment:
    if segments:
        return segments.pop()
    return empty.pop(0) if empty else create(files, 1, min(SMALLEST, largest))
