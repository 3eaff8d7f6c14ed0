"""The scenarios by name, those of other packages among them."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from jmslike.compare import Outcome, Route, Scenario, Stage, compare
from jmslike.compare.orders import Orders
from jmslike.compare.scenarios import known as module
from jmslike.compare.scenarios.known import BUILT_IN, known

Install = Callable[..., None]


def play(stage: Stage) -> Outcome:
    return Outcome([])


MINE = Scenario("mine", "Mine", "{receivers}", (), [Route("queue", play)], "sent")
NO_SCENARIO = "mine"


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Add scenarios as other packages do."""

    def add(**values: str) -> None:
        entries = EntryPoints([EntryPoint(name, value, "jmslike.scenarios") for name, value in values.items()])
        monkeypatch.setattr(module, "entry_points", lambda group: entries.select(group=group))

    add()
    return add


def found_and_said(names: list[str] | None = None) -> tuple[list[str], list[str]]:
    said: list[str] = []
    return list(known(names, said.append)), said


def test_all_that_is_built_in(install: Install) -> None:
    assert found_and_said() == (list(BUILT_IN), [])
    assert {name: scenario.name for name, scenario in known().items()} == {name: name for name in BUILT_IN}


def test_the_order_is_that_of_the_names(install: Install) -> None:
    assert found_and_said(["offline", "delivery"]) == (["offline", "delivery"], [])


def test_another_package_adds_one(install: Install, url: str) -> None:
    install(mine=f"{__name__}:MINE")
    assert found_and_said() == ([*BUILT_IN, "mine"], [])
    assert known(["mine"]) == {"mine": MINE}
    assert [scenario.title for scenario in compare([url], Orders(1), scenarios=["mine"]).reports[0].scenarios] == [
        "Mine"
    ]


def test_one_need_not_be_part_of_a_package(install: Install) -> None:
    assert known([MINE, "delivery"]) == {"mine": MINE, **known(["delivery"])}


def test_a_built_in_name_wins(install: Install) -> None:
    install(delivery=f"{__name__}:MINE")
    assert known()["delivery"].title == "Delivery: who gets what"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        (
            "mine",
            "jmslike.nowhere:MINE",
            "the scenario 'mine' of jmslike.nowhere:MINE cannot be loaded: No module named",
        ),
        ("mine", f"{__name__}:NOT_THERE", f"the scenario 'mine' of {__name__}:NOT_THERE cannot be loaded"),
        ("mine", f"{__name__}:NO_SCENARIO", f"the scenario 'mine' of {__name__}:NO_SCENARIO is a str, not a Scenario"),
        ("yours", f"{__name__}:MINE", f"the scenario 'yours' of {__name__}:MINE has another name: 'mine'"),
    ],
)
def test_a_broken_one_is_named_and_left_out(install: Install, name: str, value: str, reason: str) -> None:
    install(**{name: value})
    found, (said,) = found_and_said()
    assert found == list(BUILT_IN)
    assert said.startswith(f"left out: {reason}")
    with pytest.raises(ValueError, match=name) as error:
        known([name])
    assert str(error.value).startswith(reason)


def test_what_needs_an_extra_is_left_out_with_what_to_install(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "requirements", lambda distribution: [("cli", "typer"), ("report", "no-such-thing")])
    monkeypatch.setattr(module, "BUILT_IN", {"delivery": (), "sharing": ("cli", "report"), "offline": ("report",)})
    reason = (
        "sharing, offline: no-such-thing not installed; install the extra report: pip install 'jmslike[report]', or "
        "'.[report]' in a checkout"
    )
    assert found_and_said() == (["delivery"], [f"left out: {reason}"])
    with pytest.raises(ValueError, match="no-such-thing not installed"):
        known(["offline"])


def test_unknown_name(install: Install) -> None:
    install(mine=f"{__name__}:MINE")
    with pytest.raises(ValueError, match=r"^no scenario 'magic'; there are delivery, .*, mine$"):
        known(["delivery", "magic"])
