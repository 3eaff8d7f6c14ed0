"""Compares what is in a folder with what the model says, and lets the model know it from there on."""

from __future__ import annotations

from collections import Counter

from tests.durable.model import Copy, Doubt, Existence, Model, State, Transaction
from tests.durable.observation import Observation, Seen, expected_probes
from tests.durable.replay import Replay
from tests.durable.world import SUBSCRIPTIONS


class Verdict:
    """The comparison after one kill. What it finds are the model's violations."""

    def __init__(self, model: Model, replay: Replay, seen: Observation) -> None:
        self._model = model
        self._replay = replay
        self._seen = seen
        self._unseen_sends: list[Copy] = []
        self._takers = {place: _Takers(replay, place) for place in model.places}

    def give(self) -> None:
        """Compare everything."""
        for name in SUBSCRIPTIONS:
            self._judge_existence(name)
        for place, seen in self._seen.places.items():
            self._judge_place(place, seen)
        transactions = {copy.sending for copy in self._model.copies() if copy.sending is not None}
        for transaction in {*transactions, *self._replay.transactions}:
            self._judge_transaction(transaction)
        for queue, dead in self._seen.dead.items():
            self._judge_dead_letters(queue, dead)

    # ---- subscriptions ----------------------------------------------------------------------------------------------

    def _judge_existence(self, name: str) -> None:
        exists = self._model.existence[name]
        if exists is Existence.NO:
            if name not in self._seen.refused:
                self._model.violate(f"subscription {name} was unsubscribed, and is there")
            return
        if self._seen.had(name):
            if self._seen.probes[name] != expected_probes(name):
                self._model.violate(f"subscription {name} has another selector: it got {self._seen.probes[name]}")
        elif exists is Existence.YES:
            self._model.violate(f"subscription {name} is not there any more")
        else:
            self._model.end(name)
        self._model.existence[name] = Existence.YES  # the look has made it, if it was not there

    # ---- places -----------------------------------------------------------------------------------------------------

    def _judge_place(self, place: str, all_seen: list[Seen]) -> None:
        copies = dict(self._model.places[place])
        self._judge_order(place, all_seen)
        for seen in all_seen:
            copy = copies.pop(seen.key, None)
            if copy is None:
                self._model.violate(f"{seen.key} came from {place}, where it must not be")
            else:
                self._judge_seen(copy, seen)
        for copy in copies.values():
            self._judge_absent(copy)

    def _judge_order(self, place: str, all_seen: list[Seen]) -> None:
        last: dict[tuple[str, int, bool], Seen] = {}
        for seen in all_seen:
            copy = self._model.places[place].get(seen.key)
            if copy is None or copy.sent.delay:
                continue
            kind = seen.producer, seen.priority, seen.count in (None, 1)
            if kind in last and last[kind].number > seen.number:
                self._model.violate(f"{seen.key} came from {place} after {last[kind].key}, which was sent later")
            last[kind] = seen

    def _judge_seen(self, copy: Copy, seen: Seen) -> None:
        violate = self._model.violate
        if not copy.sent.persistent:
            violate(f"{copy} is not persistent, and is there")
        if copy.is_expired(self._seen.began):
            violate(f"{copy} is there, though it has expired")
        if copy.due > self._seen.ended:
            violate(f"{copy} is there, though it is not due")
        if seen.count is not None:
            if seen.count != copy.handed + 1 and not (
                seen.count == copy.handed + 2 and self._takers[copy.place].explain_count()
            ):
                violate(f"{copy} came with delivery count {seen.count}")
            copy.handed = seen.count
        if copy.settling is not None:
            copy.settling.undone.append(f"{copy} is there")
        if copy.sending is not None:
            copy.sending.done.append(f"{copy} is there")
        copy.state, copy.holder = State.WAITING, None
        copy.sending = copy.settling = None
        copy.doubts.clear()
        copy.expiration = seen.expiration
        copy.due = copy.due_by = 0

    def _judge_absent(self, copy: Copy) -> None:
        if copy.sent.persistent and not copy.is_expired(self._seen.ended):
            if copy.due_by is None:
                copy.due_by = self._seen.began + int(copy.sent.delay * 1000)
            if copy.due_by > self._seen.began:
                return
            if copy.sending is not None and not copy.doubts:
                self._unseen_sends.append(copy)
                return
            self._judge_missing(copy)
            self._model.remove(copy)
        else:
            self._model.drop(copy)

    def _judge_missing(self, copy: Copy) -> None:
        if copy.settling is not None:
            copy.settling.done.append(f"{copy} is not there")
        elif copy.doubts or copy.state is State.SETTLING:
            return
        elif copy.is_exhausted:
            self._model.bury(copy)
        elif not self._takers[copy.place].explain_absence():
            self._model.violate(f"{copy} is lost")

    # ---- transactions and dead letters ------------------------------------------------------------------------------

    def _judge_transaction(self, transaction: Transaction) -> None:
        done, undone = transaction.done, transaction.undone
        if done and undone:
            self._model.violate(f"a commit of {transaction.session} was half done: {done[0]}; {undone[0]}")
        for copy in list(self._model.copies()):
            if copy.sending is not transaction:
                continue
            if copy in self._unseen_sends:
                if done and not self._takers[copy.place].explain_absence():
                    self._model.violate(f"a commit of {transaction.session} was half done: {done[0]}; {copy} is lost")
                self._model.remove(copy)
            elif undone:  # it is not due yet
                self._model.remove(copy)
            else:
                copy.sending = None
                if not done:
                    copy.doubts.add(Doubt.SEND)

    def _judge_dead_letters(self, queue: str, dead: Counter[str]) -> None:
        expected = self._model.dead.get(queue, Counter())
        for key in expected - dead:
            self._model.violate(f"{key} was delivered too often, and is neither in its place nor in {queue}")
        for key in dead - expected - self._model.perhaps_dead.pop(queue, Counter()):
            self._model.violate(f"{key} is in {queue} {dead[key]} times, and should be {expected[key]} times")
        self._model.dead[queue] = dead


class _Takers:
    """The sessions that were receiving from a place when the process was killed: each may have had one message."""

    def __init__(self, replay: Replay, place: str) -> None:
        sessions = [session for session in replay.sessions.values() if session.taking and session.place == place]
        self._all = len(sessions)
        self._settling = sum(session.is_automatic and not session.listening for session in sessions)

    def explain_count(self) -> bool:
        """Whether one of them may have been handed a message."""
        self._all -= 1
        return self._all >= 0

    def explain_absence(self) -> bool:
        """Whether one of them may have been handed a message and have acknowledged it at once."""
        self._all -= 1
        self._settling -= 1
        return self._all >= 0 and self._settling >= 0
