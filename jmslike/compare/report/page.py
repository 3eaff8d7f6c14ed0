"""The report as one HTML page that needs nothing else: no script, no network; its plots are images in it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from statistics import median
from typing import Final

from jinja2 import Environment, StrictUndefined

from jmslike.compare.report.figures import svg
from jmslike.compare.report.grid import Mark
from jmslike.compare.report.names import names
from jmslike.compare.report.outline import outline
from jmslike.compare.report.played import played
from jmslike.compare.report.plots import Plot, plots
from jmslike.compare.report.quantities import quantity
from jmslike.compare.report.section import Section
from jmslike.compare.results import Comparison
from jmslike.compare.timing.histogram import Distribution

SIGNS: Final = {Mark.RIGHT: "✓", Mark.WRONG: "✗", Mark.FREE: "", Mark.MEASURED: "", Mark.ABSENT: ""}
COLUMNS: Final = 8
"""The columns of a table that fit on a sheet of paper."""


@dataclass(frozen=True, slots=True)
class _Image:
    """A plot with its picture."""

    plot: Plot
    source: str


@dataclass(frozen=True, slots=True)
class _Chapter:
    """A scenario on the page."""

    anchor: str
    section: Section
    images: Sequence[_Image]


def render(comparison: Comparison) -> str:
    """Return the page: the same text for the same comparison, at any time and on any machine."""
    found = outline(comparison)
    chapters = [
        _Chapter(f"scenario-{number}", section, [_image(plot) for plot in plots(comparison, scenario)])
        for number, (section, scenario) in enumerate(zip(found.scenarios, played(comparison), strict=True), 1)
    ]
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))
    return template.render(
        comparison=comparison,
        found=found,
        facts=[*found.facts, *_further_facts(comparison)],
        chapters=chapters,
        matrix=_matrix(comparison),
        reasons=_reasons(comparison),
        overhead=_overhead(comparison),
        sign=SIGNS,
        columns=COLUMNS,
    )


def _image(plot: Plot) -> _Image:
    return _Image(plot, f"data:image/svg+xml;base64,{b64encode(svg(plot)).decode('ascii')}")


def _further_facts(comparison: Comparison) -> list[tuple[str, str]]:
    """Return what a reader needs to make the run again, and to know what it can be compared with."""
    run, machine, plan = comparison.run, comparison.run.machine, comparison.run.plan
    memory = f", {machine.memory / 2**30:.0f} GiB of memory" if machine.memory else ""
    load = "" if machine.load is None else f", load {machine.load:.2g} before the run"
    others = [f"{name} {version}" for name, version in comparison.versions.items() if name not in _KNOWN]
    processes = "processes of their own" if plan.processes else "threads of one process"
    return [
        *([("Libraries", ", ".join(others))] if others else []),
        ("Machine", f"{machine.processor}, {machine.cores} cores{memory}{load}"),
        ("Disk", machine.disk),
        ("Command", run.command or "called from Python"),
        *([("Commit", run.git)] if run.git else []),
        (
            "Settings",
            (
                f"seed {plan.seed}; at most {plan.repeats} repeats; a measured run of {quantity(plan.run, 's')} after"
                f" {quantity(plan.warm_up, 's')} of warm-up; {plan.rate:g} messages a second where a rate is kept;"
                f" window of {plan.window} messages where the sender waits; {plan.receivers} receivers, in {processes};"
                f" acknowledgement mode {run.acknowledgement}"
            ),
        ),
        ("Took", quantity(run.seconds, "s")),
    ]


_KNOWN: Final = frozenset({"jmslike", "python", "platform"})


def _matrix(comparison: Comparison) -> tuple[Sequence[str], Sequence[tuple[str, Sequence[str]]]]:
    """Return the names of the providers, and for each feature what each of them declares."""
    providers = [report for report in comparison.reports if report.url]
    features = dict.fromkeys(feature for report in providers for feature in report.capabilities)
    rows = [(feature, [report.capabilities.get(feature, "") for report in providers]) for feature in features]
    return names(providers), rows


def _reasons(comparison: Comparison) -> list[tuple[str, str, str]]:
    providers = [report for report in comparison.reports if report.url]
    return [
        (name, feature, reason)
        for name, report in zip(names(providers), providers, strict=True)
        for feature, reason in report.reasons.items()
    ]


def _overhead(comparison: Comparison) -> str:
    """Return in words what the measuring itself cost, if it was measured."""
    if comparison.overhead is None:
        return ""
    late = Distribution([comparison.overhead.late])
    cost = quantity(median(comparison.overhead.per_message_ns), "ns")
    return (
        f"Measuring itself took {cost} for each message. The sender began {quantity(late.percentile(50), 'ns')} late in"
        f" the median, {quantity(late.percentile(99), 'ns')} at p99 and {quantity(late.maximum, 'ns')} at most, with"
        " nothing to send to: times that are not much longer than that are times of the measuring."
    )
