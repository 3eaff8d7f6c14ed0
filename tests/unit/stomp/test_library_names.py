"""Names of stomp.py that it does not document: each one that is used, and that no other is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import stomp
from stomp.utils import PollableQueue

from jmslike_transports.stomp import library, wire

ADVICE = f"read {library.__file__} against this version of stomp.py, then raise the ceiling in pyproject.toml"

CONNECTION = {"received_heartbeat", "transport"}
TRANSPORT = {
    "attempt_connection",
    "blocking",
    "cleanup",
    "current_host_and_port",
    "disconnect_socket",
    "receive",
    "running",
    "sel",
    "send",
    "send_queue",
    "socket",
}
QUEUE = {"_putsocket", "put"}
DOCUMENTED = {"connect", "override_threading", "set_listener", "remove_listener"}


def test_the_version_is_one_that_the_names_were_seen_with() -> None:
    assert version("stomp.py").startswith("9.0."), ADVICE


@pytest.mark.parametrize("name", sorted(CONNECTION))
def test_a_connection_has_the_name(name: str) -> None:
    assert hasattr(stomp.Connection12(), name), ADVICE


@pytest.mark.parametrize("name", sorted(TRANSPORT))
def test_a_transport_has_the_name(name: str) -> None:
    assert hasattr(stomp.Connection12().transport, name), ADVICE


@pytest.mark.parametrize("name", sorted(QUEUE))
def test_a_queue_has_the_name(name: str) -> None:
    queue: Any = PollableQueue()
    try:
        assert hasattr(queue, name), ADVICE
    finally:
        queue.shutdown()


def test_no_other_name_is_used() -> None:
    used = {name for module in (library, wire) for name in names_used(Path(module.__file__ or ""))}
    assert used == CONNECTION | TRANSPORT | QUEUE | DOCUMENTED


def names_used(source: Path) -> Iterator[str]:
    """Yield the attributes of `connection`, `transport` and `send_queue` in a module."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).rpartition(".")[2] in (
            "connection",
            "_connection",
            "transport",
            "send_queue",
        ):
            yield node.attr
