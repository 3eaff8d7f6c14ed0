"""Kills a process again and again that works with a folder, and looks after each kill at what the folder has.

All kills are on one folder, which grows. The process is killed at random instants: while it opens the folder, while its
threads send, receive, commit, subscribe and unsubscribe, and while it closes. For example:

python -m tests.durable.kills --kills 500 --seed 7
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from pprint import pformat
from typing import Final

from tests.brokers.software import ROOT
from tests.durable.diary import read
from tests.durable.model import Existence, Model, State
from tests.durable.observation import PATIENCE, Observation, Observer
from tests.durable.replay import Replay
from tests.durable.verdict import Verdict
from tests.durable.world import ARCHIVE, LASTING, QUEUES

LONGEST_LIFE: Final = 0.5
"""Seconds after the folder was opened within which a process is killed."""
MOST_WAITING: Final = 150
"""Messages in one place beyond which the checker takes some out."""
KEPT: Final = 30
"""Lives of which the diary is kept, and what was seen after them."""
MIB: Final = 2**20
ROOM: Final = 96 * MIB
"""What the files of a folder may take beyond twice the messages in it; and all that an empty folder may take."""


class Worker:
    """One process that works with the folder until it is killed."""

    def __init__(self, url: str, diary: Path, seed: str) -> None:
        self._errors = diary.with_suffix(".errors")
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.durable.worker", url, str(diary), seed],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self.hears("opening")

    def hears(self, line: str) -> None:
        """Wait until the process says that; returns also when it has ended."""
        assert self._process.stdout is not None
        while self._process.stdout.readline() not in (f"{line}\n", ""):
            pass

    def close(self) -> None:
        """Let it end by itself."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def kill(self) -> str:
        """Kill it with SIGKILL, and return what it printed before, with its exit code if it had ended by itself."""
        self._process.kill()
        self._process.communicate()
        ended = f"exit code {self._process.returncode}" if self._process.returncode > 0 else ""
        return self._errors.read_text() + ended


class Run:
    """One folder, through all kills."""

    def __init__(self, folder: Path, seed: object, report: Callable[[str], None] = lambda line: None) -> None:
        self.model: Final = Model()
        self.kills = 0
        self.looks = 0
        self.lines = 0
        self.largest = 0
        """Bytes of the files of the folder, at most."""
        self._folder = folder / "messages"
        self._diaries = folder
        self._url = f"native://{self._folder}"
        self._seed = seed
        self._random = random.Random(f"{seed} kills")
        self._report = report
        self._observer = Observer(self._url)
        for name in LASTING:
            self.model.existence[name] = Existence.MAKING
        self._look(Replay(self.model))

    def kill(self) -> None:
        """Let a process work with the folder, kill it, and look, if it had opened the folder."""
        self.kills += 1
        diary = self._diaries / f"{self.kills}.diary"
        printed = self._live(diary)
        if "Traceback" in printed or "exit code" in printed:
            self.model.violate(f"the process failed: {printed}")
        lines = read(diary)
        self.lines += len(lines)
        replay = Replay(self.model)
        replay.read(lines)
        if replay.opened:
            self._look(replay)
        for kind in ("diary", "errors", "look"):
            (self._diaries / f"{self.kills - KEPT}.{kind}").unlink(missing_ok=True)
        self._report(
            f"kill {self.kills}: {len(lines):,} steps, {sum(map(len, self.model.places.values())):,} messages, "
            f"{self._size() / MIB:.0f} MiB, {len(self.model.violations)} violations"
        )

    def _live(self, diary: Path) -> str:
        worker = Worker(self._url, diary, f"{self._seed}.{self.kills}")
        moment = self._random.random()
        if moment < 0.2:  # while it opens the folder, perhaps
            time.sleep(self._random.uniform(0, 0.02))
            return worker.kill()
        worker.hears("open")
        time.sleep(self._random.uniform(0, LONGEST_LIFE))
        if moment > 0.9:  # while it closes
            worker.close()
            time.sleep(self._random.uniform(0, 0.1))
        return worker.kill()

    def _look(self, replay: Replay) -> Observation:
        self.looks += 1
        with self._observer.opened():
            seen = self._observer.look(self.model.existence, self._due())
            (self._diaries / f"{self.kills}.look").write_text(pformat(seen, width=200, compact=True))
            Verdict(self.model, replay, seen).give()
            self._make_room()
        self._measure()
        return seen

    def _due(self) -> dict[str, set[str]]:
        """Return the delayed messages that must come by now, in each place: those are waited for."""
        now = int(time.time() * 1000)
        due: dict[str, set[str]] = {}
        for copy in self.model.copies():
            if (
                copy.due_by is not None
                and 0 < copy.due_by <= now
                and copy.state is State.WAITING
                and copy.sending is None
                and copy.sent.persistent
                and not (copy.doubts or copy.is_exhausted or copy.is_expired(now + int(PATIENCE * 1000)))
            ):
                due.setdefault(copy.place, set()).add(copy.sent.key)
        return due

    # ---- what it takes ----------------------------------------------------------------------------------------------

    def _make_room(self) -> None:
        """Take messages out, so that not all that nothing receives stays; the archive grows."""
        for place, copies in self.model.places.items():
            if place != ARCHIVE and len(copies) > MOST_WAITING:
                self._take(place, len(copies) - MOST_WAITING // 2)
        for queue, dead in self.model.dead.items():
            if dead.total() > MOST_WAITING:
                self._take_dead(queue, dead.total() - MOST_WAITING // 2)

    def _take(self, place: str, most: int) -> int:
        taken = self._observer.take(place, most)
        for seen in taken:
            copy = self.model.places[place].pop(seen.key, None)
            if copy is None:
                self.model.violate(f"{seen.key} came from {place} a second time")
            elif seen.count != copy.handed + 1:
                self.model.violate(f"{copy} came with delivery count {seen.count}")
        return len(taken)

    def _take_dead(self, queue: str, most: int) -> int:
        taken = self._observer.take(queue, most)
        for seen in taken:
            self.model.dead[queue][seen.key] -= 1
            if self.model.dead[queue][seen.key] < 0:
                self.model.violate(f"{seen.key} came from {queue} a second time")
        self.model.dead[queue] = +self.model.dead[queue]
        return len(taken)

    def _size(self) -> int:
        return sum(file.stat().st_blocks * 512 for file in self._folder.iterdir())

    def _measure(self) -> None:
        size = self._size()
        self.largest = max(self.largest, size)
        live = sum(copy.sent.length + 500 for copy in self.model.copies())
        if size > 2 * live + ROOM:
            self.model.violate(f"the files of {live / MIB:.0f} MiB of messages take {size / MIB:.0f} MiB")

    def drain(self) -> None:
        """Take everything out, and look whether the folder is empty, and small."""
        with self._observer.opened():
            for name, exists in self.model.existence.items():
                if exists is not Existence.NO:
                    self._take_all(name)
            for name in (*QUEUES, ARCHIVE):
                self._take_all(name)
            for queue in self.model.dead:
                while self._take_dead(queue, 1000):
                    pass
        self._look(Replay(self.model))
        if self._size() > ROOM:
            self.model.violate(f"the files of the emptied folder take {self._size() / MIB:.0f} MiB")

    def _take_all(self, place: str) -> None:
        while self._take(place, 1000):
            pass


def run(folder: Path, kills: int, seed: object, report: Callable[[str], None] = lambda line: None) -> Run:
    """Kill that often, or until something is wrong, then empty the folder."""
    it = Run(folder, seed, report)
    while it.kills < kills and not it.model.violations:
        it.kill()
    if not it.model.violations:
        it.drain()
    return it


def main() -> int:
    """Run it on a new folder, which is kept if something was wrong; the exit code is 1 then."""
    parser = argparse.ArgumentParser(prog="python -m tests.durable.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", default=str(random.randrange(10**6)))
    parser.add_argument("--folder", type=Path, help="where the folder and the diaries are made")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="jmslike-kills-"))
    began = time.monotonic()
    print(f"seed {options.seed}, in {folder}", flush=True)
    it = run(folder, options.kills, options.seed, lambda line: print(line, flush=True))
    for violation in it.model.violations:
        print(violation)
    print(
        f"{it.kills} kills, {it.looks} looks, {it.lines:,} steps, at most {it.largest / MIB:.0f} MiB, "
        f"{time.monotonic() - began:.0f} s: {len(it.model.violations)} violations"
    )
    return int(bool(it.model.violations))


if __name__ == "__main__":
    raise SystemExit(main())
