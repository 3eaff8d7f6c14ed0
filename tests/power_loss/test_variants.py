"""A journal that breaks a promise is found: the runs would not pass if the real one did the same."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.power_loss import life
from tests.power_loss import run as runs
from tests.power_loss.variants import VARIANTS

pytestmark = pytest.mark.slow

MOST_SEEDS: Final = 3_000
BIASES: Final[dict[str, tuple[Any, str, object]]] = {
    "all segments have one mark": (life, "ECHOES", 0.5),
    "definitions that were torn are not written again": (runs, "WEIGHTS", (1, 0, 0, 9)),
}
"""What few seeds would find is made more frequent."""


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_broken_variant_is_found(variant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    VARIANTS[variant](monkeypatch)
    if variant in BIASES:
        monkeypatch.setattr(*BIASES[variant])
    for seed in range(MOST_SEEDS):
        try:
            runs.run(seed)
        except Exception:
            return
    pytest.fail(f"{MOST_SEEDS} seeds have not found it")
