"""The scenarios by name: those of this package, and those that others add by an entry point."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from typing import Final

from jmslike.compare.provenance import requirements
from jmslike.compare.scenarios.scenario import Scenario
from jmslike.registry import how_to_install

GROUP: Final = "jmslike.scenarios"
"""The entry points that add scenarios: each is a Scenario, under its name."""

BUILT_IN: Final[dict[str, tuple[str, ...]]] = {
    "delivery": (),
    "sharing": (),
    "offline": (),
    "closing": (),
    "death": (),
    "peak": ("report",),
    "crash": (),
    "selection": ("report",),
    "order": (),
    "throughput": ("report",),
    "latency": ("report",),
    "format_losses": ("formats",),
    "formats": ("formats", "report"),
}
"""The modules of the built-in scenarios, in the order in which they are played, each with the extras that it needs."""


def known(
    names: Iterable[str | Scenario] | None = None, complain: Callable[[str], None] = warnings.warn
) -> dict[str, Scenario]:
    """Return the scenarios of these names, or those that are given; without any, all that can be played here.

    A scenario that needs an extra which is not installed, or that cannot be loaded, is left out with a complaint. If it
    was asked for by its name, that is a ValueError, as an unknown name is.
    """
    added = {entry.name: entry for entry in entry_points(group=GROUP) if entry.name not in BUILT_IN}
    if names is not None:
        chosen = (name if isinstance(name, Scenario) else _load(name, added) for name in names)
        return {scenario.name: scenario for scenario in chosen}
    found = {}
    reasons = []
    for name in (*BUILT_IN, *added):
        try:
            found[name] = _load(name, added)
        except ValueError as error:
            reasons.append(str(error))
    for reason in dict.fromkeys(reasons):
        complain(f"left out: {reason}")
    return found


def _load(name: str, added: dict[str, EntryPoint]) -> Scenario:
    if name in added:
        return _added(added[name])
    if name not in BUILT_IN:
        raise ValueError(f"no scenario {name!r}; there are {', '.join((*BUILT_IN, *added))}")
    for extra in BUILT_IN[name]:
        missing = [needed for of, needed in requirements("jmslike") if of == extra and not _is_installed(needed)]
        if missing:
            waiting = [other for other, extras in BUILT_IN.items() if extra in extras]
            raise ValueError(f"{', '.join(waiting)}: {', '.join(missing)} not installed; {how_to_install(extra)}")
    scenario: Scenario = import_module(f"jmslike.compare.scenarios.{name}").SCENARIO
    return scenario


def _added(entry: EntryPoint) -> Scenario:
    """Load a scenario of another package, of which nothing is certain."""
    try:
        found = entry.load()
    except Exception as error:
        raise ValueError(f"the scenario {entry.name!r} of {entry.value} cannot be loaded: {error}") from error
    if not isinstance(found, Scenario):
        raise ValueError(f"the scenario {entry.name!r} of {entry.value} is a {type(found).__name__}, not a Scenario")
    if found.name != entry.name:
        raise ValueError(f"the scenario {entry.name!r} of {entry.value} has another name: {found.name!r}")
    return found


def _is_installed(distribution: str) -> bool:
    try:
        version(distribution)
    except PackageNotFoundError:
        return False
    return True
