"""The play of one column, with or without a provider, and what it counted."""

from __future__ import annotations

from jmslike.compare.orders import Orders
from jmslike.compare.plan import Plan, Setting
from jmslike.compare.scenarios.scenario import Outcome, Scenario
from jmslike.compare.stage import Stage


def play(scenario: Scenario, title: str, url: str, plan: Plan, messages: int = 10) -> Outcome:
    """Play a column, whose numbers are all as expected."""
    setting = Setting(Orders(messages), plan)
    baselines = {baseline.title: baseline for baseline in scenario.baselines}
    routes = {route.title: route for route in scenario.columns}
    if title in baselines:
        outcome = baselines[title].play(setting)
    else:
        with Stage(url, setting) as stage:
            outcome = routes[title].play(stage)
    assert [check for check in outcome.checks if not check.ok] == []
    return outcome


def numbers(outcome: Outcome) -> dict[str, int]:
    """The numbers by their labels."""
    return {check.label.strip(): check.value for check in outcome.checks}
