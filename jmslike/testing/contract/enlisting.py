"""C16: transactions that take their sends at once."""

from __future__ import annotations

import pytest

from jmslike.capabilities import Feature
from jmslike.constants import SessionMode
from jmslike.errors import TransactionRolledBackError
from jmslike.spi import ACCEPT, EnlistingLink
from jmslike.testing.contract.border import Border, message


def test_what_was_enlisted_is_seen_after_the_commit(border: Border) -> None:
    """C16: and not before; its id and its timestamp stay those that it got when it was enlisted."""
    link, queue = _enlisting(border), border.queue()
    sender = link.sender(queue)
    sent = [message(queue, body) for body in ("1", "2")]
    for envelope in sent:
        link.enlist(sender, envelope)
    shown = [(envelope.id, envelope.timestamp) for envelope in sent]
    subscription = border.subscribe(border.session(), queue)
    assert subscription.take(border.silence) is None
    link.commit([], [])
    received = border.receive_all(subscription, 2)
    assert [(envelope.id, envelope.timestamp) for envelope, _, _ in received] == shown


def test_what_was_enlisted_is_gone_when_it_is_discarded(border: Border) -> None:
    """C16: and the next transaction begins without it; a discard of nothing does nothing."""
    link, queue = _enlisting(border), border.queue()
    sender = link.sender(queue)
    link.enlist(sender, message(queue, "no"))
    link.discard()
    link.discard()
    link.enlist(sender, message(queue, "yes"))
    link.commit([], [])
    assert border.remaining(queue) == ["yes"]


def test_what_was_enlisted_is_gone_when_the_link_closes(border: Border) -> None:
    """C16, C9: as with what is unsettled."""
    link, queue = _enlisting(border), border.queue()
    link.enlist(link.sender(queue), message(queue, "no"))
    link.close()
    assert border.remaining(queue) == []


@pytest.mark.parametrize("outcome", [ACCEPT, 1])
def test_no_settlement_ends_the_transaction_of_what_was_enlisted(border: Border, outcome: int | None) -> None:
    """C16, C15: neither one that accepts all, nor one that releases all; a discard undoes it, too."""
    link, source, target = _enlisting(border), border.queue(), border.queue()
    subscription = border.subscribe(link, source)
    border.send(border.session(), source, ["received"])
    link.enlist(link.sender(target), message(target, "no"))
    subscription.settle([border.receive(subscription)[1]], outcome)
    assert border.subscribe(border.session(), target).take(border.silence) is None
    link.discard()
    envelope, again, attempts = border.receive(subscription)
    assert envelope.body == "received"
    assert attempts > 0
    link.commit([], [(subscription, [again], ACCEPT)])
    link.close()
    assert (border.remaining(source), border.remaining(target)) == ([], [])


def test_a_commit_ends_all_of_it(border: Border) -> None:
    """C16, C6: what was received, what was enlisted, and what the commit brings."""
    link, source, target = _enlisting(border), border.queue(), border.queue()
    subscription, sender = border.subscribe(link, source), link.sender(target)
    border.send(border.session(), source, ["received"])
    link.enlist(sender, message(target, "1"))
    receipt = border.receive(subscription)[1]
    link.commit([(sender, message(target, "2"))], [(subscription, [receipt], ACCEPT)])
    link.close()
    assert (border.remaining(source), border.remaining(target)) == ([], ["1", "2"])


def test_a_commit_that_is_rolled_back_discards(border: Border) -> None:
    """C16, C15: it leaves out what is unsettled; the next transaction is new."""
    link, source, target = _enlisting(border), border.queue(), border.queue()
    subscription, sender = border.subscribe(link, source), link.sender(target)
    border.send(border.session(), source, ["received"])
    border.receive(subscription)
    link.enlist(sender, message(target, "no"))
    with pytest.raises(TransactionRolledBackError):
        link.commit([], [])
    link.enlist(sender, message(target, "yes"))
    link.commit([], [(subscription, [border.receive(subscription)[1]], ACCEPT)])
    link.close()
    assert (border.remaining(source), border.remaining(target)) == ([], ["yes"])


def test_a_dead_letter_waits_for_what_was_enlisted(border: Border) -> None:
    """C16, C15: its move is a part of the open transaction."""
    link, source, target, dead = _enlisting(border), border.queue(), border.queue(), border.queue()
    subscription = border.subscribe(link, source)
    border.send(border.session(), source, ["bad"])
    receipt = border.receive(subscription)[1]
    link.enlist(link.sender(target), message(target, "good"))
    link.commit([(link.sender(dead), message(dead, "bad"))], [(subscription, [receipt], ACCEPT)], dead_letters=True)
    waiting = border.subscribe(border.session(), dead)
    assert waiting.take(border.silence) is None
    link.commit([], [])
    assert border.receive(waiting)[0].body == "bad"
    link.close()
    assert (border.remaining(source), border.remaining(target)) == ([], ["good"])


def _enlisting(border: Border) -> EnlistingLink:
    """Open a transacted session. Skips the test if it takes sends with the commit only."""
    if not border.declares(Feature.TRANSACTION):
        pytest.skip("no transactions")
    link = border.session(SessionMode.SESSION_TRANSACTED)
    if not isinstance(link, EnlistingLink):
        pytest.skip("a transaction is sent with its commit")
    return link
