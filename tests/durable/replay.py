"""Reads the diary of a worker into the model, line by line, and finds what must not happen while it works."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Final

from tests.durable.diary import Line
from tests.durable.model import Copy, Doubt, Existence, Model, SessionNotes, State, Transaction
from tests.durable.world import SUBSCRIPTIONS, WINDOW, Sent

_FIELDS: Final = {each.name for each in fields(Sent)}
_BATCH: Final = WINDOW // 2
"""What a DUPS_OK session holds when it acknowledges."""


class Replay:
    """The life of one worker: from a folder whose contents are known to the kill."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.sessions: Final[dict[str, SessionNotes]] = {}
        self.transactions: Final[list[Transaction]] = []
        """Commits that were under way at the end."""
        self.opened = False
        self._sending: dict[str, tuple[Sent, list[Copy], Transaction | None]] = {}  # by key
        self._steps: Final[Mapping[str, Callable[[Line], None]]] = {
            "has opened the folder": self._folder_opened,
            "sends": self._sends,
            "sent": self._sent,
            "opens": self._opens,
            "wants": self._wants,
            "none": self._none,
            "listens": self._listens,
            "got": self._got,
            "done": self._done,
            "raises": self._raises,
            "acks": self._acks,
            "acked": self._acked,
            "recovers": self._nothing,
            "recovered": self._recovered,
            "commits": self._commits,
            "committed": self._committed,
            "rolls back": self._nothing,
            "rolled back": self._recovered,
            "closes": self._closes,
            "closed": self._closed,
            "subscribes": self._subscribes,
            "subscribed": self._subscribed,
            "unsubscribes": self._unsubscribes,
            "unsubscribed": self._unsubscribed,
            "fails": self._fails,
        }

    def read(self, lines: Iterable[Line]) -> None:
        """Read all lines."""
        for line in lines:
            self._steps[line["what"]](line)

    def _nothing(self, line: Line) -> None:
        pass

    def _folder_opened(self, line: Line) -> None:
        self.opened = True

    def _fails(self, line: Line) -> None:
        self.model.violate(f"{line['actor']} failed: {line['error']}")

    # ---- sending ----------------------------------------------------------------------------------------------------

    def _sends(self, line: Line) -> None:
        sent = _sent_of(line)
        copies = self._targets(sent)
        for copy in copies:
            copy.doubts.add(Doubt.SEND)
            if sent.delay:
                copy.due, copy.due_by = line["at"] + int(sent.delay * 1000), None
        self._sending[sent.key] = (sent, copies, None)

    def _targets(self, sent: Sent) -> list[Copy]:
        """Add the copies of a message that is about to be sent."""
        if not sent.is_to_topic:
            return [self.model.add(sent, sent.target)]
        copies = []
        for name, existence in self.model.existence.items():
            if existence is not Existence.NO and SUBSCRIPTIONS[name].wants(sent.color, sent.size):
                copies.append(self.model.add(sent, name))
                if existence is not Existence.YES:
                    copies[-1].doubts.add(Doubt.SUBSCRIPTION)
        return copies

    def _sent(self, line: Line) -> None:
        _, copies, _ = self._sending.pop(line["key"])
        for copy in copies:
            copy.doubts.discard(Doubt.SEND)
            copy.expiration = line["expiration"]
            copy.due = copy.due_by = line["due"]

    # ---- receiving --------------------------------------------------------------------------------------------------

    def _opens(self, line: Line) -> None:
        self.sessions[line["session"]] = SessionNotes(line["session"], line["mode"], line["place"])

    def _wants(self, line: Line) -> None:
        session = self.sessions[line["session"]]
        session.taking = True
        session.wanted_at = line["at"]
        if session.mode == "DUPS_OK_ACKNOWLEDGE":  # which acknowledges before it waits
            self._may_be_settled(session)

    def _none(self, line: Line) -> None:
        session = self.sessions[line["session"]]
        session.taking = False
        if session.mode == "DUPS_OK_ACKNOWLEDGE":  # it has waited
            self._settle(session)

    def _listens(self, line: Line) -> None:
        session = self.sessions[line["session"]]
        session.listening = session.taking = True

    def _got(self, line: Line) -> None:
        session, key, count = self.sessions[line["session"]], line["key"], line["count"]
        session.taking = False
        self._settle_before_next(session)
        copy = self.model.places[session.place].get(key)
        if copy is None:
            self.model.violate(f"{key} came to {session.name} from {session.place}, where it must not be any more")
            return
        self._check_hand_over(session, copy, line)
        copy.handed, copy.expiration = count, line.get("expiration", 0)
        copy.state, copy.holder = State.HELD, session.name
        if copy.sending is not None:
            copy.sending.done.append(f"{copy} came to {session.name}")
            copy.sending = None
        copy.doubts.clear()  # what was handed over was sent
        session.ledger.append(copy)
        if session.listening:
            return
        if session.mode == "AUTO_ACKNOWLEDGE":
            self._settle(session)
        elif session.mode == "DUPS_OK_ACKNOWLEDGE" and len(session.ledger) >= _BATCH:
            self._may_be_settled(session)
            for each in session.ledger[: 1 - _BATCH]:  # of the others, it is not known when it last acknowledged
                self.model.remove(each)
            session.ledger = session.ledger[1 - _BATCH :]

    def _check_hand_over(self, session: SessionNotes, copy: Copy, line: Line) -> None:
        violate = self.model.violate
        if copy.state is State.SETTLING:
            violate(f"{copy} came to {session.name}, though {copy.holder} has acknowledged it")
        if copy.state is State.HELD and copy.holder != session.name:
            holder = self.sessions.get(copy.holder or "")
            if holder is not None and not holder.closing:
                violate(f"{copy} came to {session.name}, while {copy.holder} held it")
        if line["count"] != copy.handed + 1:
            violate(f"{copy} came to {session.name} with delivery count {line['count']}")
        if copy.is_exhausted:
            violate(f"{copy} came to {session.name}, though it was delivered too often")
        if line["at"] < copy.due:
            violate(f"{copy} came to {session.name} {copy.due - line['at']} ms before it was due")
        if copy.is_expired(session.wanted_at):
            violate(f"{copy} came to {session.name} {session.wanted_at - copy.expiration} ms after it had expired")
        if line["count"] == 1 and not copy.sent.delay:
            kind = copy.sent.producer, copy.sent.priority, copy.sent.persistent  # only within these order is kept
            if session.last.get(kind, -1) > copy.sent.number:
                violate(f"{copy} came to {session.name} after number {session.last[kind]} of its producer")
            session.last[kind] = copy.sent.number

    def _settle_before_next(self, session: SessionNotes) -> None:
        """A listener is called: what it was done with before is settled, as far as the mode says."""
        batch = session.batch
        sure = len(batch) if session.mode == "AUTO_ACKNOWLEDGE" else len(batch) - _BATCH + 1
        for copy in batch[: max(sure, 0)]:
            self.model.remove(copy)
        session.batch = batch[max(sure, 0) :]

    def _done(self, line: Line) -> None:
        session = self.sessions[line["session"]]
        session.taking = True
        if session.is_automatic:
            self._may_be_settled(session)
            session.batch += session.ledger
            session.ledger = []

    def _raises(self, line: Line) -> None:
        session = self.sessions[line["session"]]
        session.taking = True
        session.ledger = []  # it is redelivered, by this session if it goes on

    # ---- settling ---------------------------------------------------------------------------------------------------

    def _settle(self, session: SessionNotes) -> None:
        for copy in session.ledger:
            self.model.remove(copy)
        session.ledger = []

    def _may_be_settled(self, session: SessionNotes) -> None:
        for copy in session.ledger:
            copy.state = State.SETTLING

    def _acks(self, line: Line) -> None:
        session = self.sessions[line["session"]]
        for copy in session.ledger:
            if line.get("key", copy.sent.key) == copy.sent.key:
                copy.state = State.SETTLING

    def _acked(self, line: Line) -> None:
        session = self.sessions[line["session"]]
        for copy in session.ledger:
            if copy.state is State.SETTLING:
                self.model.remove(copy)
        session.ledger = [copy for copy in session.ledger if copy.state is not State.SETTLING]

    def _recovered(self, line: Line) -> None:
        self.sessions[line["session"]].ledger = []  # they are held, and come again

    def _commits(self, line: Line) -> None:
        session = self.sessions[line["session"]]
        session.committing = transaction = Transaction(session.name)
        self.transactions.append(transaction)
        for copy in session.ledger:
            copy.state = State.SETTLING
            copy.settling = transaction
        for each in line["sends"]:
            sent = _sent_of(each)
            copies = self._targets(sent)
            for copy in copies:
                copy.sending = transaction
                copy.expiration = each["expiration"]
                copy.due = copy.due_by = each["due"]
            self._sending[sent.key] = (sent, copies, transaction)

    def _committed(self, line: Line) -> None:
        session = self.sessions[line["session"]]
        transaction, session.committing = session.committing, None
        assert transaction is not None
        self.transactions.remove(transaction)
        self._settle(session)
        for sent, copies, sending in list(self._sending.values()):
            if sending is transaction:
                del self._sending[sent.key]
                for copy in copies:
                    copy.sending = None

    # ---- sessions and subscriptions ---------------------------------------------------------------------------------

    def _closes(self, line: Line) -> None:
        session = self.sessions[line["session"]]
        session.closing = True
        if session.is_automatic:
            self._may_be_settled(session)

    def _closed(self, line: Line) -> None:
        session = self.sessions.pop(line["session"])
        if session.is_automatic:
            for copy in (*session.ledger, *session.batch):
                self.model.remove(copy)
        for copy in self.model.places[session.place].values():
            if copy.holder == session.name:
                copy.state, copy.holder = State.WAITING, None

    def _subscribes(self, line: Line) -> None:
        place = line["place"]
        if self.model.existence[place] is Existence.NO:
            self.model.existence[place] = Existence.MAKING
            for sent, copies, transaction in self._sending.values():
                if sent.is_to_topic and SUBSCRIPTIONS[place].wants(sent.color, sent.size):
                    copy = self.model.add(sent, place)
                    copy.doubts.add(Doubt.SUBSCRIPTION)
                    if transaction is None:
                        copy.doubts.add(Doubt.SEND)
                        copy.due_by = None if sent.delay else 0
                    copy.sending = transaction
                    copies.append(copy)

    def _subscribed(self, line: Line) -> None:
        self.model.existence[line["place"]] = Existence.YES

    def _unsubscribes(self, line: Line) -> None:
        self.model.existence[line["place"]] = Existence.REMOVING

    def _unsubscribed(self, line: Line) -> None:
        self.model.end(line["place"])


def _sent_of(line: Line) -> Sent:
    return Sent(**{name: value for name, value in line.items() if name in _FIELDS})
