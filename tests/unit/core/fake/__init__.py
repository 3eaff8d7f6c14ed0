"""A transport for tests of the core. It notes every call; a test can make a call fail, or act during it.

Its broker lives in memory, and its clock stands still until a test moves it. The contract suite runs on it
(`tests/contract/test_fake.py`). It declares every feature, so that the core refuses none; priority, delay, time to live
and groups are written into envelopes by the core, and the fake does not act on them.
"""

from __future__ import annotations

from tests.unit.core.fake.broker import OTHER, QUEUE, TOPIC, FakeBroker, connection_of, text, texts
from tests.unit.core.fake.clock import NOW, FakeClock
from tests.unit.core.fake.factory import factory
from tests.unit.core.fake.returning import ReturningBroker
from tests.unit.core.fake.task import PATIENCE, SILENCE, Task
from tests.unit.core.fake.transport import FakeTransport

__all__ = [
    "NOW",
    "OTHER",
    "PATIENCE",
    "QUEUE",
    "SILENCE",
    "TOPIC",
    "FakeBroker",
    "FakeClock",
    "FakeTransport",
    "ReturningBroker",
    "Task",
    "connection_of",
    "factory",
    "text",
    "texts",
]
