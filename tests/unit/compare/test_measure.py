from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from jmslike.compare.measure import Arrivals, Journal, Sent, Tally, fingerprint, shared_keys, tally, total

TEXTS = ("a", "b", "c", "d", "e")


def sent() -> Sent:
    noted = Sent()
    assert [noted.note(text) for text in TEXTS] == [1, 2, 3, 4, 5]
    return noted


def journal(*keys: int, again: tuple[int, ...] = (), damaged: tuple[int, ...] = ()) -> Journal:
    """A journal with these keys in this order; those in `again` are marked as redelivered."""
    result = Journal("receiver")
    for key in keys:
        text = "?" if key in damaged or not 0 < key <= len(TEXTS) else TEXTS[key - 1]
        result.note(key, fingerprint(text), 2 if key in again else 1, key in again)
    return result


def test_all_as_it_should_be() -> None:
    assert tally(sent(), [journal(1, 2, 3, 4, 5)]) == Tally(received=5)
    assert tally(sent(), [journal(1, 4), journal(), journal(2, 3, 5)]) == Tally(received=5)


def test_lost() -> None:
    assert tally(sent(), [journal(1, 5)]) == Tally(received=2, lost=3)
    assert tally(sent(), []) == Tally(lost=5)


def test_duplicated_at_one_receiver_and_across_receivers() -> None:
    assert tally(sent(), [journal(1, 2, 2, 3, 4, 5)]) == Tally(received=6, duplicated=1)
    assert tally(sent(), [journal(1, 2, 3, 4, 5), journal(4, 5)]) == Tally(received=7, duplicated=2)


def test_redelivered_is_neither_duplicated_nor_reordered() -> None:
    assert tally(sent(), [journal(1, 2, 3), journal(4, 2, 3, 5, again=(2, 3))]) == Tally(received=7, redelivered=2)


def test_reordered() -> None:
    assert tally(sent(), [journal(1, 4, 2, 3, 5)]) == Tally(received=5, reordered=2)
    assert tally(sent(), [journal(5, 4), journal(1, 2, 3)]) == Tally(received=5, reordered=1)


def test_damaged_is_not_received() -> None:
    assert tally(sent(), [journal(1, 2, 3, 4, 5, damaged=(3,))]) == Tally(received=5, lost=1, damaged=1)
    assert tally(sent(), [journal(1, 2, 3, 4, 5, 6, -1)]) == Tally(received=7, damaged=2)


def test_no_text_is_damaged() -> None:
    strange = journal(2, 3, 4, 5)
    strange.note(1, fingerprint(None), 1, False)
    assert tally(sent(), [strange]).damaged == 1


def test_total_adds_every_field() -> None:
    assert total([Tally(1, 2, 3, 4, 5, 6), Tally(10, 20, 30, 40, 50, 60)]) == Tally(11, 22, 33, 44, 55, 66)


def test_shared_keys_are_those_of_several_receivers() -> None:
    assert shared_keys([journal(1, 2, 2), journal(2, 3), journal(3, 4)]) == {2, 3}


def test_within() -> None:
    assert journal(1, 2, 2, 5).within(range(2, 5)) == 2


def test_waiting_for_arrivals_ends_with_the_last() -> None:
    arrivals = Arrivals()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(arrivals.wait_for, 1000, 10)
        for _ in range(1000):
            arrivals.add()
        assert waiting.result(10)


def test_waiting_for_arrivals_gives_up_when_none_comes() -> None:
    arrivals = Arrivals()
    arrivals.add()
    assert arrivals.wait_for(1, 10)
    assert not arrivals.wait_for(2, 0.01)
