"""The report of a comparison: one outline, written for a terminal or as Markdown."""

from __future__ import annotations

from jmslike.compare.report.markdown import markdown
from jmslike.compare.report.terminal import show

__all__ = ["markdown", "show"]
