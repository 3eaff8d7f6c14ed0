"""The clauses of the SPI on the fake transports, on whose behaviour the tests of the core rely."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jmslike.clock import SystemClock
from jmslike.registry import GROUP
from jmslike.testing import Harness
from jmslike.testing.contract.suite import *  # noqa: F403
from tests.unit.core.fake import FakeBroker, ReturningBroker, factory


@pytest.fixture(scope="module", params=[FakeBroker, ReturningBroker])
def harness(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    """A provider that is installed as any other is, by its entry point."""
    folder = tmp_path_factory.mktemp("installed")
    metadata = folder / "fake-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: fake\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(f"[{GROUP}]\nfake = {factory.__module__}:factory\n")
    broker = request.param(SystemClock())
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setattr(factory, "broker", broker)
        yield Harness("fake", "fake://contract", cut=broker.cut)
