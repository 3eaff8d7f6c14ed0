"""Marks the tests that must fail through asyncio: an unexpected success is an error, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.aio.exceptions import EXCEPTIONS


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them."""
    for item in items:
        if item.path.parent == Path(__file__).parent and isinstance(item, pytest.Function):
            reason = EXCEPTIONS.get(item.originalname)
            if reason is not None:
                item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
