"""What other type checkers know of the installed packages: pyright has to infer no type of a public name.

What transports offer is a factory for each scheme; the rest of them is private.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.conftest import pyright

APART = (
    "jmslike.aio",
    "jmslike.cli",
    "jmslike.compare.report",
    "jmslike.java",
    "jmslike.migration",
    "jmslike.telemetry",
    "jmslike.testing",
)
"""What overrides on purpose, which is ambiguous to pyright; what needs further libraries; tests that pytest calls."""

FACTORIES = [
    f"jmslike_transports.{transport}.{factory}"
    for transport, factories in {
        "amqp": ["factory", "tls_factory"],
        "kafka": ["factory", "tls_factory"],
        "native": ["factory"],
        "stomp": ["factory", "tls_factory"],
    }.items()
    for factory in factories
]


@pytest.mark.parametrize("package", ["jmslike", "native_engine"])
def test_every_public_type_is_known(package: str, python: Path, tmp_path: Path) -> None:
    names = exported(package, python, tmp_path)
    symbols = [symbol for symbol in names if not symbol["name"].startswith(APART)]
    assert len(symbols) > 100
    assert [told(symbol) for symbol in symbols if not is_known(symbol)] == []


def test_the_types_of_the_factories_are_known(python: Path, tmp_path: Path) -> None:
    symbols = {symbol["name"]: symbol for symbol in exported("jmslike_transports", python, tmp_path)}
    assert [told(symbols[name]) for name in FACTORIES if not is_known(symbols[name])] == []


def exported(package: str, python: Path, folder: Path) -> Iterator[dict[str, Any]]:
    """Ask pyright for the public names of a package."""
    report = pyright(python, folder, "--verifytypes", package)["typeCompleteness"]
    assert report["moduleRootDirectory"].startswith(str(python.parents[1]))
    return (symbol for symbol in report["symbols"] if symbol["isExported"])


def is_known(symbol: dict[str, Any]) -> bool:
    """Whether the type is declared, or can be inferred in one way only."""
    return bool(symbol["isTypeKnown"]) and not symbol["isTypeAmbiguous"]


def told(symbol: dict[str, Any]) -> str:
    """Return the name with what pyright says about it."""
    return f"{symbol['name']}: {'; '.join(diagnostic['message'] for diagnostic in symbol['diagnostics'])}"
