"""Plants a bug: puts a copy of a function in its place that lacks a line, made from the function's own source."""

from __future__ import annotations

import ast
import inspect
import textwrap
from types import FunctionType, ModuleType

import pytest


def plant(monkeypatch: pytest.MonkeyPatch, owner: type | ModuleType, method: str, healthy: str, sick: str) -> None:
    """Replace `healthy` by `sick` in the source of `owner.method`; fails if the source does not hold it exactly once.

    The copy keeps its file and line numbers, so that a trace function sees it as the original.
    """
    original: FunctionType = vars(owner)[method]
    lines, first = inspect.getsourcelines(original)
    source = textwrap.dedent("".join(lines))
    assert source.count(healthy) == 1, f"{owner.__name__}.{method} has {source.count(healthy)} times {healthy!r}"
    tree = ast.parse(source.replace(healthy, sick))
    ast.increment_lineno(tree, first - 1)
    found: dict[str, FunctionType] = {}
    exec(compile(tree, original.__code__.co_filename, "exec"), original.__globals__, found)
    monkeypatch.setattr(owner, method, found[method])
