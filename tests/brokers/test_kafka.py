from __future__ import annotations

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic

from tests.brokers import Broker, LocalBroker

KEPT = [str(number).encode() for number in range(20)]


@pytest.mark.parametrize("end", [LocalBroker.kill, LocalBroker.stop])
def test_it_comes_back_with_its_address_and_its_messages(kafka: Broker, end: object) -> None:
    assert callable(end)
    if not isinstance(kafka, LocalBroker):
        pytest.skip("kafka is given, and not ours to stop")
    address = kafka.url("kafka").removeprefix("kafka://")
    topic = f"kept-{end.__name__}"
    with KafkaAdminClient(bootstrap_servers=address) as admin:
        admin.create_topics([NewTopic(topic, 1, 1)])
    with KafkaProducer(bootstrap_servers=address) as producer:
        for body in KEPT:
            producer.send(topic, body).get(30)
    end(kafka)
    assert not kafka.running
    kafka.restart()
    assert kafka.url("kafka").removeprefix("kafka://") == address
    with KafkaConsumer(topic, bootstrap_servers=address, auto_offset_reset="earliest") as consumer:
        found: list[bytes] = []
        while len(found) < len(KEPT):
            batches = consumer.poll(30_000)
            assert batches, f"only {found} came back"
            found += [record.value for records in batches.values() for record in records]
    assert found == KEPT
