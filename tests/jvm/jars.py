"""The jars of Java clients from Maven: a folder for each class path, fetched the first time.

Each function raises UnavailableError if this machine cannot fetch them.
"""

from __future__ import annotations

from pathlib import Path

from tests.brokers import openmq
from tests.brokers.java import built

_POMS = Path(__file__).parent / "poms"


def jakarta() -> Path:
    """Return the clients of Artemis, ActiveMQ Classic, AMQP 1.0 (Qpid JMS) and RabbitMQ, for `jakarta.jms`."""
    return _fetched("jakarta")


def artemis_javax() -> Path:
    """Return the client of Artemis for `javax.jms` 2.0."""
    return _fetched("artemis-javax")


def activemq_javax() -> Path:
    """Return the client of ActiveMQ Classic for `javax.jms` 1.1, which has no JMSContext and no shared consumers."""
    return _fetched("activemq-javax")


def ibmmq() -> Path:
    """Return the client of IBM MQ for `jakarta.jms`."""
    return _fetched("ibmmq")


def openmq_client() -> Path:
    """Return the client of OpenMQ for `jakarta.jms`."""
    return openmq.client()


def _fetched(name: str) -> Path:
    return built(f"jars-{name}", _POMS / f"{name}.xml")
