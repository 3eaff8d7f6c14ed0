from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner, Result

import jmslike
from jmslike.cli.app import make_app


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Output goes to a file, whose lines are wide; the processes of pytest-xdist have the width of a terminal set."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run the command line in this process, so that what one command sends can be received by the next."""

    def invoke(*arguments: str, typed: str | bytes | None = None) -> Result:
        return CliRunner().invoke(make_app(), list(arguments), input=typed)

    return invoke


@pytest.fixture
def url() -> Iterator[str]:
    url = f"native://cli-{uuid.uuid4().hex}"
    yield url
    jmslike.forget(url)
