"""The type stub of `jmslike.java` is what its program makes."""

from __future__ import annotations

from tests.java.stubs import STUB, stub


def test_the_stub_is_current() -> None:
    assert STUB.read_text(encoding="utf-8") == stub(), "run `make docs`"
