"""What each test must do on a transport, from the ids in its docstring and what the live connection declares.

- A test that requires an unsupported feature must end in UnsupportedFeatureError.
- A test of a behaviour that the transport declares as an exception must fail: an unexpected success is an error too, so
  that no declaration outlives its reason.
- Every other test must pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

from jmslike.capabilities import Capabilities, Feature
from jmslike.errors import UnsupportedFeatureError

_ID = r"[A-Z]{2,4}-I?\d{2}"
_IDS = re.compile(rf"{_ID}(?:\.\.{_ID})?(?:, {_ID}(?:\.\.{_ID})?)*")


def requires(*features: Feature) -> pytest.MarkDecorator:
    """Mark a test that needs these features."""
    return pytest.mark.requires(*features)


def ids_in(docstring: str | None) -> list[str]:
    """Return the ids that a docstring begins with: `CONN-01, CONN-04: ...`, also as a range `SC-01..SC-92`."""
    start = _IDS.match(docstring or "")
    if start is None:
        return []
    return [name for part in start.group().split(", ") for name in _expanded(part)]


def _expanded(part: str) -> list[str]:
    first, _, last = part.partition("..")
    if not last:
        return [first]
    stem = first.rstrip("0123456789")
    return [f"{stem}{number:02}" for number in range(int(first[len(stem) :]), int(last[len(stem) :]) + 1)]


@contextmanager
def expectation(ids: Iterable[str], features: Iterable[Feature], capabilities: Capabilities) -> Iterator[None]:
    """Check that a test with these ids and required features ends as the capabilities say."""
    missing = [feature.name for feature in features if not capabilities.supports(feature)]
    declared = [f"{name}: {capabilities.exceptions[name]}" for name in ids if name in capabilities.exceptions]
    if missing:
        try:
            yield
        except UnsupportedFeatureError:
            return
        pytest.fail(f"{', '.join(missing)} is declared unsupported, but was not refused with UnsupportedFeatureError")
    elif declared:
        try:
            yield
        except (Exception, pytest.fail.Exception):
            pytest.xfail("; ".join(declared))
        pytest.fail(f"declared as an exception, but holds: {'; '.join(declared)}")
    else:
        yield
