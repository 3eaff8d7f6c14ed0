"""The rounds of a comparison: whose turn it is, and what the rounds give together."""

from __future__ import annotations

import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

import jmslike
from jmslike import JMSError, UnsupportedFeatureError
from jmslike.compare import (
    Baseline,
    Better,
    Check,
    Figure,
    Outcome,
    Plan,
    Reading,
    Route,
    Scenario,
    Series,
    Setting,
    Stage,
    compare,
    exactly,
    runner,
    unpromised,
)
from jmslike.compare.orders import Orders
from jmslike.compare.results import Comparison, Measure, Side
from jmslike.compare.runner import Step
from jmslike.compare.scenarios.scenario import against_first

Play = Callable[[Setting], Outcome]


@pytest.fixture
def other() -> Iterator[str]:
    url = f"native://compare-{uuid.uuid4().hex}"
    yield url
    jmslike.forget(url)


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Comparison]:
    """Play one scenario, and no other."""

    def run(scenario: Scenario, urls: list[str], repeats: int = 4, steps: list[Step] | None = None) -> Comparison:
        monkeypatch.setattr(runner, "known", lambda names: {"made up": scenario})

        def note(step: Step, sent: int) -> None:
            if steps is not None:
                steps.append(step)

        return compare(urls, Orders(3), plan=Plan(repeats=repeats, samples=4), progress=note)

    return run


def scenario(*plays: Play, baselines: tuple[Play, ...] = (), repeats: int = 10) -> Scenario:
    def route(title: str, play: Play) -> Route:
        return Route(title, lambda stage: play(stage.setting))

    titles = ["queue", "topic", "topic, durable"]
    routes = [route(title, each) for title, each in zip(titles, plays, strict=False)]
    return Scenario(
        "made up",
        "Made up",
        "{receivers} listen.",
        (),
        routes,
        "sent",
        baselines=[Baseline(f"baseline {number}", each, "nowhere") for number, each in enumerate(baselines, 1)],
        repeats=repeats,
        figures=[Figure("bars", "rate", "The rate")],
    )


def nothing(setting: Setting) -> Outcome:
    return Outcome([])


def rated(*values: float | None) -> Play:
    """A play that reads these values, one in each round; the round of None has no reading."""

    def play(setting: Setting) -> Outcome:
        value = values[setting.round - 1]
        if value is None:
            return Outcome([])
        at = [Series("backlog", [0.0], [value])]
        return Outcome([], [Reading("rate", "messages/s", Better.MORE, value, series=at, histogram=(f"h{value}", 1))])

    return play


def test_columns_take_turns(url: str, other: str, play: Callable[..., Comparison]) -> None:
    steps: list[Step] = []
    play(scenario(nothing, nothing, baselines=(nothing,)), [url, other], 10, steps)
    turns = {number: [(step.provider, step.column) for step in steps if step.round == number] for number in range(11)}
    seats = [(url, "queue"), (url, "topic"), (other, "queue"), (other, "topic"), ("no broker", "baseline 1")]
    assert turns[0] == turns[1] == seats, "a warm-up, then the first round"
    assert turns[2] == [*seats[1:], seats[0]]
    assert turns[6] == seats[::-1], "the other way round"
    assert turns[7] == [seats[0], *seats[:0:-1]]
    assert Counter(turn[0] for number, turn in turns.items() if number) == dict.fromkeys(seats, 2), (
        "each begins as often"
    )
    assert [step.number for step in steps] == list(range(1, 56))
    assert {step.of for step in steps} == {55}
    assert str(steps[0]) == f"{url}: made up, queue, warm-up"
    assert str(steps[-1]) == "no broker: made up, baseline 1, round 10 of 10"


def test_what_is_exact_is_played_once_without_a_warm_up(url: str, play: Callable[..., Comparison]) -> None:
    steps: list[Step] = []
    play(scenario(nothing, nothing, repeats=1), [url], 10, steps)
    assert [(step.round, str(step)) for step in steps] == [(1, "made up, queue"), (1, "made up, topic")]


def test_a_scenario_is_repeated_as_often_as_it_needs_and_no_oftener_than_asked(
    url: str, play: Callable[..., Comparison]
) -> None:
    for needed, asked, played in [(6, 10, 6), (10, 2, 2), (2, 1, 1)]:
        steps: list[Step] = []
        play(scenario(nothing, repeats=needed), [url], asked, steps)
        assert [step.round for step in steps] == list(range(played + 1))


def test_every_run_has_destinations_of_its_own_and_a_memory_of_its_column(
    url: str, play: Callable[..., Comparison]
) -> None:
    names: list[str] = []
    memories: list[dict[str, float]] = []

    def on_queue(stage: Stage) -> Outcome:
        names.append(stage.name)
        memories.append(dict(stage.setting.memory))
        stage.setting.memory["round"] = stage.setting.round
        return Outcome([])

    play(Scenario("made up", "", "", (), [Route("queue", on_queue)], "", repeats=10), [url], 2)
    assert len(set(names)) == 3
    assert memories == [{}, {"round": 0}, {"round": 1}]


def test_checks_of_all_rounds_are_added_up(url: str, play: Callable[..., Comparison]) -> None:
    def count(setting: Setting) -> Outcome:
        at_second = setting.round == 2
        return Outcome(
            [
                exactly("sent", 10, 10),
                exactly("lost", int(at_second), 0),
                Check("received by receiver 1", 7, "only its own", ok=True),
                unpromised("out of order", setting.round),
                *([exactly("found at last", 1, 1)] if at_second else []),
            ]
        )

    (column,) = play(scenario(count), [url], 3).reports[0].scenarios[0].columns
    assert column.checks == (
        Check("sent", 30, 30, ok=True),
        Check("lost", 1, 0, ok=False),
        Check("received by receiver 1", 21, "only its own", ok=True),
        Check("out of order", 6, None, ok=True),
        Check("found at last", 1, 1, ok=True),
    )


def test_a_loss_in_one_round_is_not_made_good_by_another(url: str, play: Callable[..., Comparison]) -> None:
    found = play(scenario(lambda setting: Outcome([exactly("sent", (9, 11)[setting.round % 2], 10)])), [url], 2)
    assert found.reports[0].scenarios[0].columns[0].checks == (Check("sent", 20, 20, ok=False),)
    assert not found.passed


def test_readings_become_measures_with_a_value_for_each_round(url: str, play: Callable[..., Comparison]) -> None:
    (column,) = play(scenario(rated(30.0, None, 10.0, 20.0)), [url]).reports[0].scenarios[0].columns
    assert column.measures == (
        Measure(
            "rate",
            "messages/s",
            Better.MORE,
            [30.0, None, 10.0, 20.0],
            histograms=["h30.0", None, "h10.0", "h20.0"],
            beyond=[1, 0, 1, 1],
            series=[Series("backlog", [0.0], [20.0])],
        ),
    )
    assert column.kept == "in memory"


def test_refusal_in_any_round_makes_the_column_not_available(url: str, play: Callable[..., Comparison]) -> None:
    played: list[int] = []

    def refuse(setting: Setting) -> Outcome:
        played.append(setting.round)
        if setting.round == 2:
            raise UnsupportedFeatureError("no second time")
        return Outcome([exactly("sent", 1, 1)])

    queue, topic = play(scenario(refuse, nothing), [url]).reports[0].scenarios[0].columns
    assert (queue.checks, queue.measures, queue.refused) == ((), (), "no second time")
    assert topic.refused is None
    assert played == [0, 1, 2]


def test_columns_without_a_provider_are_in_a_report_of_their_own(
    url: str, other: str, play: Callable[..., Comparison]
) -> None:
    found = play(scenario(nothing, baselines=(rated(1.0, 2.0), nothing)), [url, other], 2)
    assert [(report.url, report.product) for report in found.reports] == [
        (url, "native engine"),
        (other, "native engine"),
        ("", "no broker"),
    ]
    columns = [[column.title for column in report.scenarios[0].columns] for report in found.reports]
    assert columns == [["queue"], ["queue"], ["baseline 1", "baseline 2"]]
    assert found.reports[2].scenarios[0].columns[0].measures[0].values == [1.0, 2.0]
    assert not found.durability_differs
    assert found.reports[2].scenarios[0].figures == [Figure("bars", "rate", "The rate")]


def test_columns_are_judged(url: str, play: Callable[..., Comparison]) -> None:
    slow, fast = rated(10.0, 10.2, 9.9, 10.0, 10.1, 9.8), rated(15.0, 15.2, 14.8, 15.1, 15.0, 14.9)
    comparison = play(scenario(slow, fast, baselines=(slow,)), [url], 6)
    assert comparison.overhead is not None
    assert min(comparison.overhead.per_message_ns) > 0
    (found,) = comparison.judgements
    queue, topic, baseline = Side(0, "queue"), Side(0, "topic"), Side(1, "baseline 1")
    assert (found.scenario, found.measure) == ("made up", "rate")
    assert [(verdict.first, verdict.second, verdict.says, verdict.unlike) for verdict in found.verdicts] == [
        (baseline, queue, "no difference shown", "in memory against nowhere"),
        (queue, topic, "better", ""),
        (baseline, topic, "better", "in memory against nowhere"),
    ]


def test_a_timed_scenario_without_the_library_of_verdicts_is_refused_before_it_is_played(
    url: str, play: Callable[..., Comparison], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "jmslike.compare.judgement.verdicts", raising=False)
    monkeypatch.delitem(sys.modules, "jmslike.compare.judgement.bootstrap", raising=False)
    monkeypatch.setitem(sys.modules, "numpy", None)
    steps: list[Step] = []
    with pytest.raises(ValueError, match="timed scenarios need numpy, which is not installed; install the"):
        play(scenario(nothing), [url], 5, steps)
    assert steps == []
    found = play(scenario(nothing, repeats=1), [url])
    assert (found.judgements, found.overhead) == ([], None)


def test_error_names_the_provider(url: str, play: Callable[..., Comparison]) -> None:
    def fail(setting: Setting) -> Outcome:
        raise JMSError("broken")

    with pytest.raises(JMSError, match="broken") as error:
        play(scenario(fail), [url])
    assert error.value.__notes__ == [f" ({url})"]


def test_error_in_the_middle_says_where_it_was_and_what_is_lost(url: str, play: Callable[..., Comparison]) -> None:
    def fail(setting: Setting) -> Outcome:
        if setting.round == 3:
            raise JMSError("broken")
        return Outcome([])

    with pytest.raises(JMSError, match="broken") as error:
        play(scenario(nothing, fail), [url])
    where = "made up, topic, round 3 of 4"
    assert error.value.__notes__[1:] == [f"; that was in {where}, and what was measured before is lost"]


def test_what_a_run_was_asked_for_is_kept(url: str) -> None:
    found = compare([url], Orders(1), plan=Plan(seed=9), scenarios=["delivery"], command="jmslike compare x")
    assert (found.run.command, found.run.plan.seed, found.run.acknowledgement) == ("jmslike compare x", 9, "auto")
    assert found.run.machine.cores >= 1
    assert found.run.seconds > 0


def test_a_scenario_without_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="the scenario 'made up' needs a column with a provider"):
        scenario(baselines=(nothing,))


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"receivers": 0}, "at least one of its receivers, not 0"),
        ({"repeats": 0}, "at least one of its repeats"),
        ({"window": 0}, "at least one of its window"),
        ({"rate": 0.0}, "rate must be more than 0, not 0"),
        ({"run": float("nan")}, "run must be more than 0, not nan"),
        ({"patience": float("inf")}, "patience must be more than 0"),
        ({"warm_up": -0.1}, "warm_up must be 0 or more"),
    ],
)
def test_plans_that_cannot_be_kept(settings: dict[str, float], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Plan(**settings)  # type: ignore[arg-type]


def test_columns_are_compared_with_the_first_ones() -> None:
    queue, topic, far_queue, far_topic = (Side(report, title) for report in (0, 1) for title in ("queue", "topic"))
    call, table = Side(2, "direct call"), Side(2, "table")
    assert against_first([queue, topic], []) == [(queue, topic)]
    assert against_first([queue, topic, far_queue, far_topic], [call, table]) == [
        (call, queue),
        (queue, topic),
        (call, topic),
        (queue, far_queue),
        (call, far_queue),
        (far_queue, far_topic),
        (topic, far_topic),
        (call, far_topic),
        (call, table),
    ]
