"""Real brokers for tests and for trying things out, without containers: `with broker("artemis") as artemis: ...`.

Each broker has a module of its own with one class, named in `LOCAL_BROKERS`; all the rest is the same for every broker.
`python -m tests.brokers start` starts them for a person, the fixtures of `tests.brokers.fixtures` for a test run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.brokers.activemq import ActiveMQ
from tests.brokers.artemis import Artemis
from tests.brokers.broker import Broker, LocalBroker
from tests.brokers.kafka import Kafka
from tests.brokers.openmq import OpenMQ
from tests.brokers.qpid import Qpid
from tests.brokers.rabbitmq import RabbitMQ
from tests.brokers.software import ROOT, UnavailableError

__all__ = ["LOCAL_BROKERS", "Broker", "LocalBroker", "UnavailableError", "broker"]

LOCAL_BROKERS: dict[str, type[LocalBroker]] = {
    kind.name: kind for kind in (Artemis, ActiveMQ, RabbitMQ, Kafka, Qpid, OpenMQ)
}


@contextmanager
def broker(name: str) -> Iterator[Broker]:
    """Return the broker of JMSLIKE_TEST_<NAME>_URL, else one that runs until the block or this process ends.

    Raises UnavailableError, with what is missing, if this machine cannot run it.
    """
    given = os.environ.get(f"JMSLIKE_TEST_{name.upper()}_URL")
    if given:
        yield Broker(name, {given.partition("://")[0]: given})
        return
    if os.name != "posix":
        raise UnavailableError("brokers are started on Unix only")
    with _guarded_folder(name) as folder:
        local = LOCAL_BROKERS[name](folder)
        try:
            local.start()
            yield local
        finally:
            local.kill()  # the quickest end; its data is removed anyway


@contextmanager
def _guarded_folder(name: str) -> Iterator[Path]:
    """Make a folder for a broker; a second process removes both when this one releases it, killed or not."""
    folder = tempfile.mkdtemp(prefix=f"jmslike-{name}-")
    guard = subprocess.Popen(
        [sys.executable, "-m", "tests.brokers.guard", name, folder],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield Path(folder)
    finally:
        guard.communicate()
