"""The scenario `crash` on the embedded engine: what each column loses, and that the counts see what goes wrong."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator

import pytest

import jmslike
from jmslike.compare.flows.service import Worker
from jmslike.compare.orders import Orders
from jmslike.compare.plan import Plan, Setting
from jmslike.compare.scenarios.crash import SCENARIO
from jmslike.compare.stage import Stage
from tests.unit.compare.flow_outcomes import numbers, play

ORDERS = 45
PLAN = Plan(samples=ORDERS)
KEPT = ["table, polled", "queue", "topic, durable"]


@pytest.fixture(params=["memory", "folder"])
def url(request: pytest.FixtureRequest, url: str) -> Iterator[str]:
    if request.param == "memory":
        yield url
        return
    folder = tempfile.mkdtemp()
    yield f"native://{folder}"
    jmslike.forget(f"native://{folder}")
    shutil.rmtree(folder)


@pytest.mark.parametrize("title", ["queue", "topic, durable"])
def test_a_provider_keeps_the_orders(url: str, title: str) -> None:
    found = numbers(play(SCENARIO, title, url, PLAN))
    assert (found["lost"], found["calls that failed"], found["served twice"]) == (0, 0, 0)
    assert found["served when it is back"] == ORDERS // 3
    assert found["work that begins again"] == found["in work at the crash"]


def test_a_topic_loses_what_it_has_not_served_and_what_comes_meanwhile(url: str) -> None:
    found = numbers(play(SCENARIO, "topic", url, PLAN))
    unserved = found["waiting at the crash"] + found["in work at the crash"]
    assert found["lost, as a topic must"] == unserved + ORDERS // 3
    assert found["served when it is back"] == 0


def test_a_table_keeps_the_orders() -> None:
    found = numbers(play(SCENARIO, "table, polled", "", PLAN))
    assert (found["lost"], found["served twice"], found["served when it is back"]) == (0, 0, ORDERS // 3)


def test_direct_calls_fail() -> None:
    found = numbers(play(SCENARIO, "direct call", "", PLAN))
    assert found["calls that failed"] == found["lost, unless callers try again"] >= ORDERS // 3
    assert found["sent after it is back, and served"] == ORDERS // 3


@pytest.mark.parametrize("title", [route.title for route in SCENARIO.columns])
@pytest.mark.parametrize("orders", [1, 2, 3, 4])
def test_few_orders(title: str, orders: int) -> None:
    url = "native://compare-crash-few"
    play(SCENARIO, title, url, Plan(samples=orders), messages=1)
    jmslike.forget(url)


def test_what_is_finished_and_not_served_is_seen(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that acknowledges an order which it has not served loses it."""
    serve = Worker.serve
    monkeypatch.setattr(Worker, "serve", lambda worker, key: key == 40 or serve(worker, key))
    with Stage(url, Setting(Orders(10), Plan(samples=ORDERS, patience=0.2))) as stage:
        (queue,) = (route for route in SCENARIO.columns if route.title == "queue")
        wrong = {check.label: check.value for check in queue.play(stage).checks if not check.ok}
    assert wrong == {"sent after it is back, and served": ORDERS // 3 - 1, "lost": 1}
