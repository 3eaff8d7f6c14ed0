"""The report of a comparison: one outline, written for a terminal or as Markdown, and its numbers as CSV.

The page, with its plots, is `page.render`: it needs the libraries of the extra `report`.
"""

from __future__ import annotations

from jmslike.compare.report.markdown import markdown
from jmslike.compare.report.table_csv import table
from jmslike.compare.report.terminal import show

__all__ = ["markdown", "show", "table"]
