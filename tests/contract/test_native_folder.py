"""The clauses of the SPI on the embedded engine, in a folder."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from jmslike.testing import Harness
from jmslike.testing.contract.suite import *  # noqa: F403
from jmslike_transports.native import factory


@pytest.fixture(scope="session")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Harness:
    url = f"native://{quote(str(tmp_path_factory.mktemp('contract')))}"
    return Harness("native, in a folder", url, cut=lambda: factory.forget(url))
