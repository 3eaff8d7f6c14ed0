from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.brokers import UnavailableError
from tests.browser.chromium import chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Run a browser; where none can run, the tests are skipped, which on CI is a failure."""
    try:
        with chromium() as it:
            yield it
    except UnavailableError as missing:
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up(f"chromium: {missing}")
