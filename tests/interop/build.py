"""The Java peer: its jars and its classes."""

from __future__ import annotations

from pathlib import Path

from tests.brokers.java import built, class_path

PROJECT = Path(__file__).parent / "java"
SOURCES = sorted((PROJECT / "src/main/java/peer").glob("*.java"))


def classpath() -> str:
    """Return the class path of the Java peer. Raises UnavailableError if this machine cannot build it."""
    return class_path(built("java-peer", PROJECT / "pom.xml", SOURCES))
