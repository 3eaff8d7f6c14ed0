"""A pytest plugin that writes down which tests pass, how long each takes and which lines it reaches."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator
from pathlib import Path

import coverage
import pytest

OUTPUT = "MUTATION_REACH"
"""The environment variable that names the file to write."""

seconds: dict[str, float] = {}
failed: set[str] = set()
measured = coverage.Coverage(
    data_file=None, config_file=False, source=["jmslike", "native_engine", "jmslike_transports"]
)


def pytest_configure() -> None:
    measured.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    measured.switch_context(item.nodeid)
    start = time.perf_counter()
    result = yield
    seconds[item.nodeid] = time.perf_counter() - start
    measured.switch_context("")
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if not report.passed:
        failed.add(report.nodeid)


def pytest_unconfigure() -> None:
    measured.stop()
    data = measured.get_data()
    reach: dict[str, dict[str, list[int]]] = {test: {} for test in seconds if test not in failed}
    for file in data.measured_files():
        path = os.path.relpath(file)
        for line, tests in data.contexts_by_lineno(file).items():
            for test in tests:
                if test in reach:
                    reach[test].setdefault(path, []).append(line)
    report = {test: {"seconds": seconds[test], "lines": lines} for test, lines in reach.items()}
    Path(os.environ[OUTPUT]).write_text(json.dumps(report), encoding="utf-8")
