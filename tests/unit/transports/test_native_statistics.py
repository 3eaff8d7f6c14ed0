"""What a connection tells of the engine behind it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

import jmslike
from jmslike import ConnectionFactory, EngineQueue, QueueStatistics, Session


def test_the_engine_tells_of_queues_and_subscriptions() -> None:
    factory = ConnectionFactory("native://statistics", client_id="till")
    with factory.create_connection() as connection:
        connection.start()
        session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
        queue, topic = session.create_queue("orders"), session.create_topic("prices")
        session.create_durable_subscriber(topic, "daily").close()
        producer, consumer = session.create_producer(), session.create_consumer(queue)
        for _ in range(3):
            producer.send(queue, session.create_text_message("x"))
        producer.send(topic, session.create_text_message("x"))
        consumer.receive(1)
        seen = connection.statistics()
        assert seen.engine is not None
        assert (seen.engine.url, seen.engine.journal) == ("native://statistics", None)
        assert set(seen.engine.queues) == {
            EngineQueue("queue://orders", None, 0, QueueStatistics(2, 1, 1, 3, 1, 0, 0, 0)),
            EngineQueue("topic://prices", "till:daily", 0, QueueStatistics(1, 0, 0, 1, 0, 0, 0, 0)),
        }
        assert json.loads(json.dumps(asdict(seen)))["engine"]["queues"][0]["counts"]["depth"] == 2
    jmslike.forget("native://statistics")


def test_an_engine_in_a_folder_tells_of_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "engine"
    with jmslike.connect(f"native://{folder}") as context:
        queue = context.create_queue("q")
        context.create_producer().send(queue, "x" * 10_000)
        engine = context.statistics().engine
        assert engine is not None
        assert engine.journal is not None
        files = list(folder.glob("*.journal"))
        assert (engine.journal.files, engine.journal.size) == (len(files), sum(each.stat().st_size for each in files))
        assert 10_000 < engine.journal.live < 11_000
        context.create_consumer(queue).receive(1)
        emptied = context.statistics().engine
        assert emptied is not None
        assert emptied.journal is not None
        assert emptied.journal.live == 0


@pytest.mark.parametrize("folder", [False, True])
def test_an_engine_that_was_forgotten_is_told_of_as_lost(folder: bool, tmp_path: Path) -> None:
    url = f"native://{tmp_path}/engine" if folder else "native://forgotten-statistics"
    with ConnectionFactory(url).create_connection() as connection:
        session = connection.create_session()
        session.create_producer(session.create_queue("q"))
        jmslike.forget(url)
        assert connection.statistics().link_state == "lost"
