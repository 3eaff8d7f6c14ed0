"""A part of a report: tables, with words above and below them, without how it looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jmslike.compare.report.grid import Grid


@dataclass(frozen=True, slots=True)
class Section:
    """A title, lines above grids, the grids, and lines below them."""

    title: str
    grids: Sequence[Grid]
    above: Sequence[str] = ()
    below: Sequence[str] = ()
