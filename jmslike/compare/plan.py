"""What a run of a comparison is asked for, and what each of its columns gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields

from jmslike.compare.source import Source


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings of a run. Raises ValueError for one that cannot be kept. Times are in seconds.

    `receivers` listen in each scenario. `patience` is how long to wait for a message that must arrive.

    Timed scenarios are repeated up to `repeats` times, and take their dice from `seed`. A measured part lasts `run`,
    after `warm_up`. At most `window` messages are on their way where the sender waits for receivers. Where it does not,
    it sends `rate` messages a second, `samples` of them. `processes`: receivers are processes of their own.
    """

    receivers: int = 3
    repeats: int = 10
    seed: int = 1
    rate: float = 200.0
    samples: int = 200
    run: float = 0.25
    warm_up: float = 0.05
    window: int = 500
    patience: float = 10.0
    processes: bool = False

    def __post_init__(self) -> None:
        for setting in fields(self):
            value = getattr(self, setting.name)
            if setting.name in ("receivers", "repeats", "samples", "window") and value < 1:
                raise ValueError(f"a comparison needs at least one of its {setting.name}, not {value}")
            if setting.name in ("rate", "run", "patience") and not 0 < value < float("inf"):
                raise ValueError(f"{setting.name} must be more than 0, not {value:g}")
            if setting.name == "warm_up" and not 0 <= value < float("inf"):
                raise ValueError(f"{setting.name} must be 0 or more, not {value:g}")


def unheard(sent: int) -> None:
    """Report progress to no one."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a column gets for one round: `round` is 0 for a warm-up, whose outcome is thrown away, then 1, 2, 3 ...

    `progress` is called with how many messages were sent since its last call. `memory` is of the column on its URL: it
    holds in each round what the rounds before it left there, such as the rate at which a search begins.
    """

    source: Source
    plan: Plan = field(default_factory=Plan)
    progress: Callable[[int], None] = unheard
    round: int = 1
    memory: dict[str, float] = field(default_factory=dict)
