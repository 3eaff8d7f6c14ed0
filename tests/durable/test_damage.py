"""Damaged files: what is damaged costs itself only, is reported with its place, and nothing false is ever delivered."""

from __future__ import annotations

import logging
import random
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import jmslike
from jmslike import ConnectionFactory, JMSContext, JMSError, Message, Session
from tests.durable.world import key_of, text_of

SEEDS = range(20)
MESSAGES = 60
Damage = Callable[[random.Random, bytearray], None]


def connect(folder: Path, mode: int = Session.AUTO_ACKNOWLEDGE) -> JMSContext:
    return ConnectionFactory(f"native://{folder}").create_context(session_mode=mode)


@contextmanager
def subscriber(folder: Path) -> Iterator[jmslike.MessageConsumer]:
    with ConnectionFactory(f"native://{folder}", client_id="me").create_connection() as connection:
        connection.start()
        session = connection.create_session()
        yield session.create_durable_consumer(session.create_topic("t"), "s", "number > 9")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with messages: some acknowledged, some of one transaction, some for a durable subscription."""
    folder = tmp_path_factory.mktemp("whole") / "messages"
    with subscriber(folder):
        pass
    with connect(folder) as context, connect(folder, Session.SESSION_TRANSACTED) as transacted:
        for number in range(MESSAGES):
            send(context, "queue", number)
            send(context, "acknowledged", number)
            send(transacted, "transaction", number)
            context.create_producer().set_property("number", number).send(context.create_topic("t"), f"{number}")
        transacted.commit()
        taken = drain(context, "acknowledged", MESSAGES // 2)
        assert len(taken) == MESSAGES // 2
    return folder


def send(context: JMSContext, queue: str, number: int) -> None:
    key = f"{queue}:{number}"
    message = context.create_text_message(text_of(key, 50 + 37 * number))
    message.set_string_property("key", key)
    context.create_producer().send(context.create_queue(queue), message)


def drain(context: JMSContext, queue: str, most: int = 1000) -> list[Message]:
    came: list[Message] = []
    with context.create_consumer(context.create_queue(queue)) as consumer:
        while len(came) < most and (message := consumer.receive_no_wait()) is not None:
            came.append(message)
    return came


# ---- damage ---------------------------------------------------------------------------------------------------------


def written(data: bytearray) -> int:
    return len(data.rstrip(b"\0"))


def flip_a_bit(chance: random.Random, data: bytearray) -> None:
    data[chance.randrange(written(data))] ^= 1 << chance.randrange(8)


def overwrite_bytes(chance: random.Random, data: bytearray) -> None:
    at, length = chance.randrange(written(data)), chance.choice((1, 4, 20))
    data[at : at + length] = chance.randbytes(len(data[at : at + length]))


def clear_a_sector(chance: random.Random, data: bytearray) -> None:
    at = chance.randrange(written(data) // 512) * 512
    data[at : at + 512] = bytes(512)


def repeat_a_sector(chance: random.Random, data: bytearray) -> None:
    """A write that went to the wrong place."""
    source, target = (chance.randrange(written(data) // 512) * 512 for _ in range(2))
    data[target : target + 512] = data[source : source + 512]


DAMAGES = [flip_a_bit, overwrite_bytes, clear_a_sector, repeat_a_sector]
MOST_ENTRIES: dict[Damage, int] = {flip_a_bit: 1, overwrite_bytes: 2, clear_a_sector: 12, repeat_a_sector: 12}
"""Entries that one damage reaches, at most; those of settlements are 40 to 60 bytes long."""


def numbers(messages: list[Message], queue: str) -> list[int]:
    """Return the numbers of the messages, each of which has to be whole."""
    keys = [key_of(message) for message in messages]
    assert all(key.startswith(f"{queue}:") for key in keys)
    return [int(key.partition(":")[2]) for key in keys]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("seed", SEEDS)
def test_damage_costs_itself_only(
    folder: Path, tmp_path: Path, damage: Damage, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(f"{seed} {damage.__name__}")
    copy = tmp_path / "messages"
    shutil.copytree(folder, copy)
    (segment,) = [
        each for each in copy.iterdir() if each.suffix == ".journal" and written(bytearray(each.read_bytes()))
    ][:1]
    data = bytearray(segment.read_bytes())
    before = bytes(data)
    damage(chance, data)
    segment.write_bytes(data)
    with caplog.at_level(logging.ERROR, "jmslike.engine"), connect(copy) as context:
        plain = numbers(drain(context, "queue"), "queue")
        transaction = numbers(drain(context, "transaction"), "transaction")
        rest = drain(context, "acknowledged")
        with subscriber(copy) as consumer:
            subscribed = list(iter(lambda: consumer.receive_no_wait(), None))
    again = numbers([message for message in rest if message.redelivered], "acknowledged")
    fresh = numbers([message for message in rest if not message.redelivered], "acknowledged")
    texts = [message.get_body(str) for message in subscribed]
    assert transaction in ([], list(range(MESSAGES))), "a transaction is whole"
    for came, expected in (
        (plain, range(MESSAGES)),
        (fresh, range(MESSAGES // 2, MESSAGES)),
        (texts, [f"{number}" for number in range(10, MESSAGES)]),
    ):
        assert [each for each in expected if each in came] == came, "what came was sent, in this order and once"
    assert set(again) <= set(range(MESSAGES // 2)), "a lost acknowledgement is a redelivery"
    assert len(set(again)) == len(again)
    lost = MESSAGES - len(plain) + MESSAGES // 2 - len(fresh) + MESSAGES - 10 - len(texts)
    if texts:  # else the entry of the subscription was damaged
        assert lost + len(again) + (not transaction) <= MOST_ENTRIES[damage]
    if lost or again or not transaction:
        assert bytes(data) != before
        assert any(segment.name in record.getMessage() for record in caplog.records), "it is reported, with its file"
        assert all(re.search(r"\d", record.getMessage()) for record in caplog.records)


def test_a_truncated_file_keeps_what_is_left(folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random("truncated")
    for attempt in range(10):
        copy = tmp_path / str(attempt)
        shutil.copytree(folder, copy)
        first = min(each for each in copy.iterdir() if each.suffix == ".journal")
        with first.open("r+b") as file:
            file.truncate(chance.randrange(2000, written(bytearray(first.read_bytes()))))
        with caplog.at_level(logging.ERROR, "jmslike.engine"), connect(copy) as context:
            came = numbers(drain(context, "queue"), "queue")
            assert came == list(range(len(came)))
            send(context, "queue", 1)
            assert numbers(drain(context, "queue"), "queue") == [1]
    assert caplog.records


def test_an_unknown_version_is_refused_and_left_as_it_is(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "messages"
    shutil.copytree(folder, copy)
    import zlib

    for segment in copy.glob("*.journal"):
        data = bytearray(segment.read_bytes())
        for at in (0, 512):
            data[at + 8] = 99
            data[at + 32 : at + 36] = zlib.crc32(data[at : at + 32]).to_bytes(4, "little")
        segment.write_bytes(data)
    before = {each.name: each.read_bytes() for each in copy.iterdir() if each.name != "lock"}
    with pytest.raises(JMSError, match="version 99"):
        connect(copy)
    assert {each.name: each.read_bytes() for each in copy.iterdir() if each.name != "lock"} == before
