"""Kills each broker of a Kafka cluster in turn while a program works with it, and counts what that costs.

Three brokers run on this machine, in a folder that is removed with them. All three keep each record, which is
confirmed when two have it. To be run by hand, for example:

python -m tests.faults.kafka_cluster --messages 10000
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from jmslike import ConnectionFactory, JMSError, Queue, Session
from tests.brokers.kafka_cluster import SIZE, Node, cluster, url_of, wait_until_in_sync
from tests.faults.kafka_load import (
    Flow,
    program,
    reading_committed,
    receiving,
    sending,
    sending_asynchronously,
    transforming,
)

OPTIONS: Final = f"?replication={SIZE}&partitions=2&session_timeout=6"
FLOWS: Final = 3
SENT, POSTED, SOURCE, TARGET = Queue("sent"), Queue("posted"), Queue("source"), Queue("target")


def run(nodes: Sequence[Node], messages: int, report: Callable[[str], None]) -> tuple[Sequence[Flow], list[JMSError]]:
    """Kill each broker after its share of the messages, continue for as many without it, and start it again."""
    url = url_of(nodes)
    losses: list[JMSError] = []
    rollbacks: Counter[str] = Counter()
    step = messages // (FLOWS * (2 * len(nodes) + 1))
    with ConnectionFactory(f"{url}{OPTIONS}").create_connection() as connection, program() as working:
        connection.exception_listener = losses.append
        connection.start()
        with connection.create_session() as session:
            for queue in (SENT, POSTED, SOURCE, TARGET):
                session.create_consumer(queue).close()
        flows = sent, posted, results = [working.flow() for _ in range(FLOWS)]
        working.start(
            receiving(connection, lambda session: session.create_consumer(SENT), sent),
            receiving(connection, lambda session: session.create_consumer(POSTED), posted, Session.CLIENT_ACKNOWLEDGE),
            transforming(connection, SOURCE, TARGET, rollbacks),
            reading_committed(url, TARGET.queue_name, results),
        )
        end_sending = working.start(
            sending(connection, SENT, sent),
            sending_asynchronously(connection, POSTED, posted),
            sending_asynchronously(connection, SOURCE, results),
        )
        for node in nodes:
            sent.wait_for(step)
            node.kill()
            began = time.monotonic()
            times = []
            for flow in flows:
                flow.wait_for(step)
                times.append(f"{time.monotonic() - began:.0f} s")
            report(f"broker {node.number} was killed: {step} more of each within {', '.join(times)}; {_told(flows)}")
            node.restart()
            wait_until_in_sync(nodes)
        for flow in flows:
            flow.wait_for(step)
        end_sending()
        for flow in flows:
            flow.wait_for_all()
    report(f"transactions rolled back: {dict(rollbacks) or 'none'}")
    return flows, losses


def _told(flows: Sequence[Flow]) -> str:
    return "; ".join(map(str, flows))


def main() -> int:
    """Run it; exit code 1 if the connection was lost, or a transaction done twice. It fails if a message is lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kafka_cluster", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    messages = parser.parse_args().messages
    with cluster() as nodes:
        began = time.monotonic()
        flows, losses = run(nodes, messages, lambda line: print(line, flush=True))
        took = time.monotonic() - began
    print(
        f"{SIZE} kills in a cluster of {SIZE}, {took:.0f} s: none lost, {_told(flows)}; {losses or 'nothing'} reported"
    )
    return int(bool(losses) or flows[-1].duplicates > 0)


if __name__ == "__main__":
    raise SystemExit(main())
