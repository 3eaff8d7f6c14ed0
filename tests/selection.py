"""Marks tests by what they need, so that `make` can choose: a broker, or the machine to themselves.

A test needs the brokers whose fixtures it asks for. One that chooses its broker by name has the mark `broker(name)`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.brokers import LOCAL_BROKERS

TESTS = Path(__file__).parent
FAULTS = (TESTS / "brokers", TESTS / "faults")
JAVA = TESTS / "interop"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests; where several processes run them, those of one broker stay in one process."""
    in_processes = config.pluginmanager.hasplugin("xdist")
    for item in items:
        if item.path.is_relative_to(JAVA):
            item.add_marker("broker")
        if any(item.path.is_relative_to(folder) for folder in FAULTS):
            item.add_marker("faults")
        for name in sorted(LOCAL_BROKERS.keys() & getattr(item, "fixturenames", [])):
            item.add_marker(pytest.mark.broker(name))
        names = [name for mark in item.iter_markers("broker") for name in mark.args]
        if names and in_processes:
            item.add_marker(pytest.mark.xdist_group(names[0]))
