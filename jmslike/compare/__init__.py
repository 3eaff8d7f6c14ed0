"""The comparison: the same messages through a queue and through a topic, on one or more URLs, side by side."""

from __future__ import annotations

from jmslike.compare.plan import Plan, Setting
from jmslike.compare.results import Better, Check, Figure, Series, exactly, unpromised
from jmslike.compare.runner import compare
from jmslike.compare.scenarios.scenario import Baseline, Outcome, Reading, Route, Scenario
from jmslike.compare.source import BadInputError, FileSource, Format, Source
from jmslike.compare.stage import Stage

__all__ = [
    "BadInputError",
    "Baseline",
    "Better",
    "Check",
    "Figure",
    "FileSource",
    "Format",
    "Outcome",
    "Plan",
    "Reading",
    "Route",
    "Scenario",
    "Series",
    "Setting",
    "Source",
    "Stage",
    "compare",
    "exactly",
    "unpromised",
]
