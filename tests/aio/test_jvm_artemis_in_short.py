"""The part of `test_jvm_artemis` that is quick enough for every run: what waits, listens and commits."""

from __future__ import annotations

from jmslike.testing.conformance.consumers import *  # noqa: F403
from jmslike.testing.conformance.listeners import *  # noqa: F403
from jmslike.testing.conformance.transactions import *  # noqa: F403
from tests.aio.test_jvm_artemis import harness as harness
