"""The run of a comparison: scenario by scenario, one column after the other, in the calling thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from jmslike import ConnectionFactory, Feature, Level, UnsupportedFeatureError
from jmslike.compare import provenance
from jmslike.compare.phrases import naming, plural
from jmslike.compare.results import Column, Comparison, Report, ScenarioResult
from jmslike.compare.scenarios import SCENARIOS, Scenario
from jmslike.compare.scenarios.scenario import Play
from jmslike.compare.source import Source
from jmslike.compare.stage import Stage
from jmslike.url import without_secrets


def compare(
    urls: Sequence[str],
    source: Source,
    *,
    receivers: int = 3,
    scenarios: Iterable[str] = SCENARIOS,
    patience: float = 10.0,
    progress: Callable[[str, int], None] = lambda step, sent: None,
) -> Comparison:
    """Play the scenarios, by name, on each URL, and return all numbers.

    `receivers` listen in each scenario. `patience` is how many seconds to wait for a message that must arrive.
    `progress` is called with what is played, and how many messages were sent since the last call.

    Raises ValueError for no URL, an unknown scenario, no receiver or an empty source; JMSError if a provider cannot be
    used.
    """
    names = known(scenarios)
    if not urls:
        raise ValueError("a comparison needs at least one URL")
    if receivers < 1:
        raise ValueError("a comparison needs at least one receiver")
    if not len(source):
        raise ValueError(f"no messages in {source.name}")
    date = provenance.now()
    reports = [_report(url) for url in urls]
    for report, url in zip(reports, urls, strict=True):
        for name in names:
            scenario = SCENARIOS[name]
            result = _describe(scenario, receivers)
            report.scenarios.append(result)
            for title, play in scenario.columns.items():
                step = f"{name}, {title}" if len(reports) == 1 else f"{report.url}: {name}, {title}"

                def on_sent(count: int, step: str = step) -> None:
                    progress(step, count)

                on_sent(0)
                with naming(report.url):
                    result.columns.append(_column(title, play, url, source, receivers, patience, on_sent))
    return Comparison(source.name, len(source), receivers, date, provenance.host(), provenance.versions(), reports)


def known(names: Iterable[str]) -> list[str]:
    """Return the names as a list. Raises ValueError for a name of no scenario."""
    wanted = list(names)
    for name in wanted:
        if name not in SCENARIOS:
            raise ValueError(f"no scenario {name!r}; there are {', '.join(SCENARIOS)}")
    return wanted


def columns(names: Iterable[str]) -> int:
    """Count the columns of these scenarios: each sends all messages of the source once."""
    return sum(len(SCENARIOS[name].columns) for name in names)


def _report(url: str) -> Report:
    """Connect once, so that a provider that does not answer is found before anything is played."""
    with naming(url), ConnectionFactory(url).create_connection() as connection:
        found = connection.capabilities
    features = found.features.items()
    return Report(
        url=without_secrets(url),
        product=found.product,
        version=found.version,
        clients=provenance.clients(url),
        durable=found.supports(Feature.PERSISTENCE),
        capabilities={feature.value: support.level.value for feature, support in features},
        reasons={
            feature.value: support.reason
            for feature, support in features
            if support.level is Level.PARTIAL and support.reason
        },
    )


def _describe(scenario: Scenario, receivers: int) -> ScenarioResult:
    story = scenario.story.format(receivers=plural(receivers, "receiver"))
    features = [feature.value for feature in scenario.features]
    return ScenarioResult(scenario.name, scenario.title, story, scenario.note, features, scenario.headline)


def _column(
    title: str,
    play: Play,
    url: str,
    source: Source,
    receivers: int,
    patience: float,
    progress: Callable[[int], None],
) -> Column:
    try:
        with Stage(url, source, receivers, patience=patience, progress=progress) as stage:
            return Column(title, play(stage))
    except UnsupportedFeatureError as error:
        return Column(title, refused=str(error))
