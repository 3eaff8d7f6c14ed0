"""The made-up comparison of `tests/unit/compare/golden`, and how it looks on a terminal."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from rich.console import Console

from jmslike.compare.document import loads
from jmslike.compare.report import show
from jmslike.compare.results import Comparison

FILE: Final = Path(__file__).parents[1] / "golden" / "comparison-2.json"


def golden() -> Comparison:
    """Read the comparison."""
    return loads(FILE.read_text(encoding="utf-8"))


def shown(comparison: Comparison, width: int) -> str:
    """Return what a terminal of this width shows."""
    file = io.StringIO()
    show(comparison, Console(file=file, width=width))
    return file.getvalue()
