"""The JMS behaviours on the embedded engine with telemetry, which must change none of them."""

from __future__ import annotations

import pytest

import jmslike
from jmslike.telemetry import OpenTelemetry
from jmslike.testing import Harness
from jmslike.testing.conformance import *  # noqa: F403

URL = "native://conformance with telemetry"


class Telemetry(OpenTelemetry):
    """Telemetry without providers, so that no message carries a context: the suite looks at all of its properties."""

    def __repr__(self) -> str:
        return "__import__('jmslike.telemetry').telemetry.OpenTelemetry()"  # in programs that a test writes


@pytest.fixture(scope="session")
def harness() -> Harness:
    return Harness("native", URL, {"telemetry": Telemetry()}, cut=lambda: jmslike.forget(URL))
