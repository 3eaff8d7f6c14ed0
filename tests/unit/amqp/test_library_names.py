"""Names of pika that it does not document: each one that is used, and that no other is."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pika
import pytest
from pika.adapters.utils import io_services_utils
from pika.channel import Channel

import jmslike_transports.amqp
from jmslike_transports.amqp import library

ADVICE = f"read {library.__file__} against this version of pika, then raise the ceiling in pyproject.toml"
PATCHES = (
    "read pika_patches.py and number_types.py against this version of pika, then raise the ceiling in pyproject.toml"
)

METHODS = {"_adapter_emit_data", "_on_data_available", "_process_frame"}
ATTRIBUTES = {"_frame_buffer", "_transport", "bytes_received"}
OF_STREAMS = {"_on_socket_writable", "abort", "write"}
OF_CHANNELS = {"_cancelled"}
FUNCTIONS = {"decode_short_string", "decode_table", "decode_value", "encode_table", "encode_value"}


def test_the_version_is_one_that_the_names_were_seen_with() -> None:
    assert version("pika").startswith("1.4."), ADVICE


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_connection_has_the_method(name: str) -> None:
    assert hasattr(pika.SelectConnection, name), ADVICE


@pytest.mark.parametrize("name", sorted(ATTRIBUTES))
def test_a_connection_sets_the_attribute(name: str) -> None:
    assert name in set_by(pika.SelectConnection), ADVICE


@pytest.mark.parametrize("name", sorted(OF_STREAMS))
@pytest.mark.parametrize("stream", ["_AsyncPlaintextTransport", "_AsyncSSLTransport"])
def test_a_stream_has_the_method(stream: str, name: str) -> None:
    assert hasattr(getattr(io_services_utils, stream), name), ADVICE


@pytest.mark.parametrize("name", sorted(OF_CHANNELS))
def test_a_channel_sets_the_attribute(name: str) -> None:
    assert name in set_by(Channel), ADVICE


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_module_of_values_has_the_function(name: str) -> None:
    assert hasattr(pika.data, name), PATCHES


def set_by(kind: type) -> set[str]:
    """Return the attributes of `self` that are set in the modules of a class and its bases."""
    return {
        node.attr
        for module in {base.__module__ for base in kind.__mro__ if base.__module__.startswith("pika.")}
        for node in ast.walk(ast.parse(inspect.getsource(sys.modules[module])))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self"
    }


def test_no_other_name_is_used() -> None:
    known = METHODS | ATTRIBUTES | OF_STREAMS | OF_CHANNELS
    for path in Path(jmslike_transports.amqp.__file__ or "").parent.glob("*.py"):
        used = set(private_names_of_others(path))
        assert used <= (known if path.name == "library.py" else {"_replace"}), f"{path.name} uses private names of pika"
    inherited = set(vars(library.GatheringConnection)) & {*dir(pika.SelectConnection), *set_by(pika.SelectConnection)}
    assert {name for name in inherited if not name.startswith(("__", "_abc_"))} <= known, ADVICE


def private_names_of_others(path: Path) -> Iterator[str]:
    """Yield the underscore names that a module reads of another object than `self`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            owner = ast.unparse(node.value)
            if owner != "self" and not (owner == "super()" and path.name != "library.py"):
                yield node.attr
