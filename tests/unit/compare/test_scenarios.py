"""The scenarios on the embedded engine, with small data: the numbers, and that wrong ones are detected."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

import jmslike
from jmslike import (
    Capabilities,
    Connection,
    ConnectionFactory,
    Feature,
    JMSError,
    Level,
    Message,
    Session,
    UnsupportedFeatureError,
)
from jmslike.compare import Plan, Source, compare, stage
from jmslike.compare.measure import Journal
from jmslike.compare.orders import Orders
from jmslike.compare.results import Check, Column, Comparison
from jmslike.compare.runner import Step
from jmslike.compare.scenarios.known import known
from jmslike.statistics import EngineQueue

SCENARIOS = known(["delivery", "sharing", "offline", "closing", "death"])
IN_ONE_PROCESS = [name for name in SCENARIOS if name != "death"]


def columns(comparison: Comparison) -> dict[str, Column]:
    (report,) = comparison.reports
    (scenario,) = report.scenarios
    return {column.title: column for column in scenario.columns}


def numbers(column: Column) -> dict[str, int]:
    return {check.label.strip(): check.value for check in column.checks}


def play(url: str, scenario: str, source: Source, receivers: int = 3) -> dict[str, dict[str, int]]:
    comparison = compare([url], source, plan=Plan(receivers=receivers), scenarios=[scenario])
    assert wrong(comparison) == []
    return {title: numbers(column) for title, column in columns(comparison).items()}


def lost(found: dict[str, dict[str, int]]) -> list[int]:
    return [column.get("lost", column.get("lost, as a topic must", -1)) for column in found.values()]


def wrong(comparison: Comparison) -> list[tuple[str, Check]]:
    return [
        (column.title, check)
        for report in comparison.reports
        for scenario in report.scenarios
        for column in scenario.columns
        for check in column.checks
        if not check.ok
    ]


def test_delivery(url: str) -> None:
    found = play(url, "delivery", Orders(40))
    shares = [found["queue"][f"received by receiver {number}"] for number in (1, 2, 3)]
    assert sum(shares) == 40
    assert [found["topic"][f"received by receiver {number}"] for number in (1, 2, 3)] == [40, 40, 40]
    assert found["queue"]["received in all"] == 40
    assert found["topic"]["received in all"] == 120
    assert found["topic"]["got by more than one receiver"] == 40


def test_load_sharing(url: str) -> None:
    found = play(url, "sharing", Orders(40))
    for title in ("queue", "topic, shared"):
        shares = [found[title][f"received by receiver {number}"] for number in (1, 2, 3)]
        assert sum(shares) == 40
        assert min(shares) >= 1
        assert found[title]["done by more than one receiver"] == 0
    assert found["topic, plain"]["pieces of work in all"] == 120
    assert {column["receivers at work at the same time"] for column in found.values()} == {3}


def test_offline_receivers(url: str) -> None:
    found = play(url, "offline", Orders(30))
    assert [found[title]["received when it is back"] for title in found] == [10, 0, 10]
    assert lost(found) == [0, 10, 0]
    assert "lost" not in found["topic"], "what a topic must lose has a row of its own"
    assert {found[title]["received of these"] for title in found} == {10}
    assert {found[title]["received of those"] for title in found} == {10}


def test_receiver_closes(url: str) -> None:
    found = play(url, "closing", Orders(40))
    assert {column["taken by receiver 1 before it ends"] for column in found.values()} == {10}
    assert {column["acknowledged"] for column in found.values()} == {5}
    assert [column["delivered again to the others"] for column in found.values()] == [5, 0, 0]
    assert [column["delivered again to receiver 1, back"] for column in found.values()] == [0, 0, 5]
    assert [column["marked as redelivered"] for column in found.values()] == [5, 0, 5]
    assert [column["delivery count is 2"] for column in found.values()] == [5, 0, 5]
    assert lost(found) == [0, 35, 0]
    assert [column["finished in all"] for column in found.values()] == [40, 85, 120]


def test_order_is_not_promised_where_others_take_over(url: str) -> None:
    comparison = compare([url], Orders(40), scenarios=["closing"])
    free = {
        title: [check.label for check in column.checks if check.expected is None]
        for title, column in columns(comparison).items()
    }
    assert free == {"queue": ["out of order"], "topic": [], "topic, durable": []}


@pytest.mark.parametrize("scenario", list(SCENARIOS))
@pytest.mark.parametrize(("messages", "receivers"), [(1, 1), (1, 3), (2, 3), (3, 1), (7, 5)])
def test_few_messages_and_few_receivers(url: str, scenario: str, messages: int, receivers: int) -> None:
    play(url, scenario, Orders(messages), receivers)


def test_all_scenarios_on_several_urls_leave_nothing_behind(url: str) -> None:
    other = f"{url}-other"
    sent: dict[str, int] = {}

    def progress(step: Step, count: int) -> None:
        sent[str(step)] = sent.get(str(step), 0) + count

    comparison = compare([url, other], Orders(150), plan=Plan(receivers=2), scenarios=SCENARIOS, progress=progress)
    assert wrong(comparison) == []
    assert comparison.passed
    assert [report.url for report in comparison.reports] == [url, other]
    assert [scenario.name for scenario in comparison.reports[1].scenarios] == list(SCENARIOS)
    assert {count for step, count in sent.items() if ": death" not in step} == {150}
    assert {step.partition(": ")[0] for step in sent} == {url, other}
    assert left_behind(url) == left_behind(other) == ()
    jmslike.forget(other)


@pytest.mark.parametrize("scenario", ["delivery", "offline", "peak"])
def test_an_interrupted_run_leaves_nothing_behind(url: str, scenario: str) -> None:
    """Ctrl-C, at a moment when messages wait in each column in turn."""
    for column in range(len(known([scenario])[scenario].columns)):

        def interrupt(step: Step, count: int, number: int = column + 1) -> None:
            if count and step.number == number:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt) as end:
            compare([url], Orders(20), scenarios=[scenario], progress=interrupt)
        notes = getattr(end.value, "__notes__", [])
        assert [note.partition(", ")[0] for note in notes] == [f"; that was in {scenario}"] * bool(column)
        assert left_behind(url) == ()


def left_behind(url: str) -> tuple[EngineQueue, ...]:
    with ConnectionFactory(url).create_connection() as connection:
        engine = connection.statistics().engine
        assert engine is not None
        return engine.queues


class Shrinking:
    """A source that changes while it is used: it has fewer messages than it reported."""

    name = "a file that somebody cuts"

    def __len__(self) -> int:
        return 10

    def __iter__(self) -> Iterator[str]:
        return iter(["a message"] * 9)


@pytest.mark.parametrize("scenario", IN_ONE_PROCESS)
def test_wrong_number_is_shown_as_wrong(url: str, scenario: str) -> None:
    comparison = compare([url], Shrinking(), scenarios=[scenario], plan=Plan(patience=0.2))
    assert not comparison.passed
    assert {title for title, _ in wrong(comparison)} == {route.title for route in SCENARIOS[scenario].columns}


def test_no_process_is_killed_where_only_one_reaches_the_provider(url: str) -> None:
    comparison = compare([url], Orders(5), scenarios=["death"])
    reason = (
        "native engine has no connections from several processes: it lives in one process: use a broker to connect "
        "several"
    )
    assert [(column.checks, column.refused) for column in columns(comparison).values()] == [((), reason)] * 3
    assert comparison.passed


def test_lost_message_is_found_out(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the receivers overlooks a message: every scenario counts it as lost."""

    def overlook(message: Message, journal: Journal) -> None:
        if stage.key_of(message) != 4:
            note(message, journal)

    note = stage.note
    monkeypatch.setattr(stage, "note", overlook)
    plan = Plan(receivers=1, patience=0.2)
    comparison = compare([url], Orders(12), plan=plan, scenarios=["delivery", "sharing", "offline"])
    lost = [(check.value, check.expected) for _, check in wrong(comparison) if check.label.startswith("lost")]
    assert lost == [(1, 0)] * 6 + [(5, 4), (1, 0)]


def test_refused_column_says_why(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise UnsupportedFeatureError("no shared subscriptions here; use a queue")

    monkeypatch.setattr("jmslike.session.Session.create_shared_consumer", refuse)
    comparison = compare([url], Orders(5), scenarios=["sharing"])
    assert columns(comparison)["topic, shared"] == Column(
        "topic, shared", kept="in memory", refused="no shared subscriptions here; use a queue"
    )
    assert comparison.passed


def test_receiver_that_gets_no_probe_ends_the_run(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Connection, "start", lambda connection: None)
    with pytest.raises(JMSError, match=r"not every receiver of queue://\S+ got its probe within 0.05 seconds"):
        compare([url], Orders(5), scenarios=["delivery"], plan=Plan(patience=0.05))


def test_connection_without_a_provider_is_an_error() -> None:
    with pytest.raises(JMSError, match="no transport for nowhere://"):
        compare(["nowhere://"], Orders(5))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (
            {"scenarios": ["delivery", "magic"]},
            "no scenario 'magic'; there are delivery, sharing, offline, closing, death",
        ),
        ({"urls": []}, "at least one URL"),
    ],
)
def test_wrong_arguments(url: str, arguments: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        compare(**{"urls": [url], "source": Orders(5), **arguments})  # type: ignore[arg-type]


def test_empty_source(url: str) -> None:
    with pytest.raises(ValueError, match="no messages in 0 generated orders"):
        compare([url], Orders(0))


def test_header_shows_what_matters_to_the_scenario(url: str) -> None:
    comparison = compare([url], Orders(3), scenarios=["sharing"])
    (report,) = comparison.reports
    assert report.product
    assert report.version
    features = (Feature.COMPETING_CONSUMERS, Feature.SHARED_SUBSCRIPTION, Feature.ORDER)
    assert report.scenarios[0].features == [feature.value for feature in features]
    assert set(report.capabilities) == {feature.value for feature in Feature}
    assert not report.durable


@pytest.fixture
def one_takes_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put all messages into one group, which one receiver gets, and declare COMPETING_CONSUMERS partial."""

    def modest(capabilities: Capabilities, feature: Feature) -> Level:
        return Level.PARTIAL if feature is Feature.COMPETING_CONSUMERS else Level.NATIVE

    def grouped(create: Callable[..., Message]) -> Callable[..., Message]:
        def create_in_group(*arguments: object) -> Message:
            message = create(*arguments)
            message.set_string_property("JMSXGroupID", "all")
            return message

        return create_in_group

    monkeypatch.setattr(Capabilities, "level", modest)
    for name in ("create_message", "create_text_message"):
        monkeypatch.setattr(Session, name, grouped(getattr(Session, name)))


@pytest.mark.usefixtures("one_takes_all")
def test_receivers_need_not_share_where_that_is_not_promised(url: str) -> None:
    comparison = compare([url], Orders(24), scenarios=["sharing"], plan=Plan(patience=1))
    assert wrong(comparison) == []
    queue = columns(comparison)["queue"]
    assert sorted(numbers(queue)[f"received by receiver {number}"] for number in (1, 2, 3)) == [0, 0, 24]
    assert Check("receivers at work at the same time", 1, None, ok=True) in queue.checks


@pytest.mark.usefixtures("one_takes_all")
def test_a_receiver_closes_where_sharing_is_not_promised(url: str) -> None:
    found = play(url, "closing", Orders(24))
    assert found["queue"]["taken by receiver 1 before it ends"] == 2
    assert found["queue"]["delivered again to the others"] == 1


@pytest.mark.usefixtures("one_takes_all")
def test_probes_that_do_not_come_end_the_run_also_where_sharing_is_not_promised(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Connection, "start", lambda connection: None)
    with pytest.raises(JMSError, match=r"the receivers of queue://\S+ missed a probe for 0.05 seconds"):
        compare([url], Orders(5), scenarios=["delivery"], plan=Plan(patience=0.05))


def test_mark_of_redelivery_is_checked_only_where_it_is_promised(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(capabilities: Capabilities, feature: Feature) -> Level:
        return Level.PARTIAL if feature is Feature.REDELIVERY_COUNT else Level.NATIVE

    monkeypatch.setattr(Capabilities, "level", forgetful)
    monkeypatch.setattr(Message, "redelivered", False)
    comparison = compare([url], Orders(12), scenarios=["closing"])
    assert wrong(comparison) == []
    queue = columns(comparison)["queue"]
    assert "delivery count is 2" not in numbers(queue)
    assert [check.label for check in queue.checks if check.expected is None] == [
        "marked as redelivered",
        "out of order",
    ]


def test_provider_that_does_not_answer_is_known_before_anything_is_played(url: str) -> None:
    played: list[str] = []
    with pytest.raises(JMSError, match="no transport for nowhere://"):
        compare([url, "nowhere://"], Orders(5), progress=lambda step, sent: played.append(str(step)))
    assert played == []
