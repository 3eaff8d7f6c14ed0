"""Threads that wait for the disk share a sync. When one of them fails or is interrupted, the others go on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from itertools import count
from queue import SimpleQueue
from typing import Any

import pytest

from native_engine.journal.group_commit import GroupCommit
from tests.unit.engine.stepping import Scene, explore
from tests.unit.journal.interruption import interrupted

PATIENCE = 10.0


class Disk:
    """A sync that makes safe what was appended, in the way that a test wants."""

    def __init__(self) -> None:
        self.appended = 0
        self.syncs = 0
        self.commits = GroupCommit(self.sync)

    def sync(self) -> int:
        self.syncs += 1
        return self.appended

    def send(self) -> None:
        self.appended += 1
        self.commits.wait(self.appended)


class SlowDisk(Disk):
    """Each sync says that it began, and ends as it is told: None, or what it raises."""

    def __init__(self) -> None:
        super().__init__()
        self.began: SimpleQueue[int] = SimpleQueue()
        self.ends: SimpleQueue[type[BaseException] | None] = SimpleQueue()

    def sync(self) -> int:
        position = super().sync()
        self.began.put(position)
        error = self.ends.get(timeout=PATIENCE)
        if error is not None:
            raise error
        return position


@pytest.fixture
def slow() -> SlowDisk:
    return SlowDisk()


def with_followers(disk: SlowDisk, background: Callable[..., Future[None]], followers: int) -> list[Future[None]]:
    """A leader that syncs, and followers that wait for what it does not cover."""
    futures = [background(disk.send)]
    assert disk.began.get(timeout=PATIENCE) == 1
    futures += [background(disk.send) for _ in range(followers)]
    while len(disk.commits._followers) < followers:
        pass
    return futures


def test_a_single_thread_syncs_for_itself_and_only_for_what_is_not_safe() -> None:
    disk = Disk()
    for _ in range(3):
        disk.send()
        disk.commits.wait(disk.appended)
    assert disk.syncs == 3


def test_those_that_come_during_a_sync_share_the_next(slow: SlowDisk, background: Callable[..., Future[None]]) -> None:
    futures = with_followers(slow, background, 5)
    slow.ends.put(None)
    futures[0].result(PATIENCE)
    assert slow.began.get(timeout=PATIENCE) == 6
    slow.ends.put(None)
    for future in futures:
        future.result(PATIENCE)
    assert slow.syncs == 2


def test_a_leader_that_fails_hands_over_and_each_gets_the_error(
    slow: SlowDisk, background: Callable[..., Future[None]]
) -> None:
    futures = with_followers(slow, background, 3)
    for _ in range(4):
        slow.ends.put(OSError)
    for future in futures:
        assert isinstance(future.exception(PATIENCE), OSError)


def test_an_interrupted_leader_hands_over(slow: SlowDisk, background: Callable[..., Future[None]]) -> None:
    futures = with_followers(slow, background, 3)
    slow.ends.put(KeyboardInterrupt)
    slow.ends.put(None)
    assert isinstance(futures[0].exception(PATIENCE), KeyboardInterrupt)
    for future in futures[1:]:
        future.result(PATIENCE)
    assert slow.syncs == 2


def test_a_leader_interrupted_at_any_instant_leaves_nobody_behind(background: Callable[..., Future[None]]) -> None:
    for instant in count(1):
        disk = Disk()
        was_interrupted = interrupted(disk.send, instant)
        background(disk.send).result(PATIENCE)
        assert disk.commits._leader is None
        if not was_interrupted:
            break
    assert instant > 10


def test_a_leader_interrupted_when_it_hands_over_leaves_nobody_behind(background: Callable[..., Future[None]]) -> None:
    for instant in count(1):
        disk = Disk()
        disk.appended = 1
        futures: list[Future[None]] = []

        def sync(disk: Disk = disk, futures: list[Future[None]] = futures) -> int:
            if not futures:
                futures += [background(disk.send) for _ in range(3)]
                while len(disk.commits._followers) < 3:
                    pass
                return 2  # one is safe, two are not
            return disk.appended

        disk.commits._sync = sync
        was_interrupted = interrupted(partial(disk.commits.wait, 1), instant)
        disk.send()
        for future in futures:
            future.result(PATIENCE)
        assert disk.commits._leader is None
        if not was_interrupted:
            break
    assert instant > 10


def test_a_follower_interrupted_at_any_instant_leaves_nobody_behind(background: Callable[..., Future[None]]) -> None:
    for instant in count(1):
        disk = SlowDisk()
        leader = background(disk.send)
        assert disk.began.get(timeout=PATIENCE) == 1

        def follow(disk: SlowDisk = disk, instant: int = instant) -> bool:
            disk.appended += 1
            return interrupted(partial(disk.commits.wait, disk.appended), instant)

        following = background(follow)
        while not (disk.commits._followers or following.done()):
            pass
        other = background(disk.send)
        for _ in range(3):
            disk.ends.put(None)
        leader.result(PATIENCE)
        other.result(PATIENCE)
        assert disk.commits._leader is None
        if not following.result(PATIENCE):
            break
    assert instant > 10


def test_nobody_waits_for_ever_wherever_a_thread_is_stopped() -> None:
    def scene() -> Scene:
        disk = Disk()

        def check(*sends: Future[Any]) -> None:
            for send in sends:
                send.result(PATIENCE)
            assert disk.commits.safe == disk.appended
            assert disk.commits._leader is None

        return Scene([disk.send] * 3, check, lambda: None)

    assert explore(scene, (0, 1, 2)) > 20
