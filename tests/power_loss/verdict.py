"""Compares what was found on a disk with what the model says must be there."""

from __future__ import annotations

from collections.abc import Sequence

from native_engine.journal.layout import Definition
from tests.power_loss.look import Look, Seen
from tests.power_loss.model import Changes, Copy, Model, Place, Status

__all__ = ["Verdict", "adopt"]


class Verdict:
    """The comparison after a crash. What it finds wrong is in `faults`."""

    def __init__(self, model: Model, found: Look, now: float, power_failed: bool) -> None:
        self.faults: list[str] = []
        self._model = model
        self._found = found
        self._now = int(now * 1000)
        self._power_failed = power_failed
        self._seen: dict[Place, dict[str, Seen]] = {}
        self._gone: set[Place] = set()
        self._judge_places()
        for place, seen in self._seen.items():
            self._judge_copies(place, seen)
            self._judge_order(place, [each for each in found.places.get(place.definition, ()) if not each.waited])
        for changes in model.doubtful:
            if changes.is_whole:
                self._judge_whole(changes)
        if found.unknown:
            self.faults.append("there is a destination without a definition")

    def adopt(self) -> None:
        """Have the model go on with what was found."""
        adopt(self._model, self._found)

    # -- places

    def _judge_places(self) -> None:
        model, found = self._model, self._found.places
        made = {place for changes in model.doubtful for place in changes.made}
        ended = {place for changes in model.doubtful for place in changes.ended}
        for place in [
            *model.places.values(),
            *(each for each in ended if model.places.get(each.definition) is not each),
        ]:
            self._seen[place] = {}
            if place.definition in found:
                self._note(place, found[place.definition])
            elif place.definition.topic is not None and not {place} & (made | ended):
                self.faults.append(f"subscription {place} is not there")
        for changes in model.doubtful:
            if (
                changes.made
                and changes.ended
                and not any(each.definition in found for each in (*changes.made, *changes.ended))
            ):
                self.faults.append(f"subscription {changes.made[0]} was to be replaced, and is not there at all")
        for definition in found:
            if definition not in model.places and not any(each.definition == definition for each in ended):
                self._judge_unknown(definition, found[definition])

    def _note(self, place: Place, all_seen: Sequence[Seen]) -> None:
        seen = self._seen[place]
        for each in all_seen:
            key = each.message.key
            if key in seen:
                self.faults.append(f"{each.message} came twice from {place}")
            if key not in place.copies:
                self.faults.append(f"{each.message} came from {place}, where it must not be")
            else:
                seen[key] = each

    def _judge_unknown(self, definition: Definition, seen: Sequence[Seen]) -> None:
        if definition.topic is not None:
            self.faults.append(f"subscription {definition.name} is there, and must not be")
        for each in seen:
            self.faults.append(f"{each.message} came from {definition.name}, where it must not be")

    # -- copies

    def _judge_copies(self, place: Place, seen: dict[str, Seen]) -> None:
        if not seen and any(place in changes.ended for changes in self._model.doubtful):
            self._gone.add(place)
            return
        doubtful = [each for changes in self._model.doubtful if not changes.is_whole for each in changes.changes]
        whole = {copy for changes in self._model.doubtful if changes.is_whole for copy, _ in changes.changes}
        for key, copy in place.copies.items():
            if copy in whole:
                continue
            allowed = self._model.possible(copy, self._power_failed)
            allowed |= {status for other, status in doubtful if other is copy}
            self._judge_copy(copy, seen.get(key), allowed)

    def _judge_copy(self, copy: Copy, seen: Seen | None, allowed: set[Status]) -> None:
        if not self._fits(copy, seen, allowed):
            self.faults.append(f"{copy} is {seen and seen[1:]}; allowed: {allowed}")

    def _fits(self, copy: Copy, seen: Seen | None, allowed: set[Status]) -> bool:
        expiration, due = copy.message.expiration, copy.message.due
        if expiration and expiration <= self._now:
            return seen is None
        if seen is None:
            return None in allowed
        statuses = {status and (status[0], status[1] if status[1] > self._now else 0) for status in allowed}
        return seen.status in statuses and seen.waited == (max(seen.until, due) > self._now)

    def _judge_whole(self, changes: Changes) -> None:
        done, undone = [], []
        for copy, status in changes.changes:
            if copy.place in self._seen and copy.place not in self._gone:  # else it has ended meanwhile
                seen = self._seen[copy.place].get(copy.message.key)
                if not self._fits(copy, seen, {status}):
                    undone.append(f"{copy} is {seen and seen[1:]}, not {status}")
                elif not self._fits(copy, seen, self._model.possible(copy, self._power_failed)):
                    done.append(f"{copy} is {seen and seen[1:]}")
        if done and undone:
            self.faults.append(f"a call was done by halves: {'; '.join(done)}, but {'; '.join(undone)}")

    # -- order

    def _judge_order(self, place: Place, seen: Sequence[Seen]) -> None:
        """Of each priority, what is fresh comes as it was sent, and so does what was handed over, which is not last.

        What had a delay is in no order.
        """
        fresh: dict[int, int] = {}
        again: dict[int, int] = {}
        lowest = 9
        for message, attempts, *_ in seen:
            priority, number = message.priority, message.number
            last = max(fresh.get(priority, 0), again.get(priority, 0) if attempts else 0)
            if priority > lowest or (number < last and not message.due):
                came = [(each.message.number, each.message.priority, each.attempts) for each in seen]
                self.faults.append(f"{message} came from {place} out of order: {came}")
            lowest = priority
            if not message.due:
                (again if attempts else fresh)[priority] = number


def adopt(model: Model, found: Look) -> None:
    """Have the model go on with what was found, which is safe."""
    model.forget_doubts()
    for place in list(model.places.values()):
        if place.definition.topic is not None and place.definition not in found.places:
            model.end(place)
    for definition in found.places.keys() | model.places.keys():
        seen = found.places.get(definition, ())
        model.place(definition).copies = {
            each.message.key: Copy(each.message, model.place(definition), [each.status]) for each in seen
        }
