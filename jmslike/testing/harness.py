"""Harness: what a transport supplies to run the suites."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jmslike


@dataclass(frozen=True)
class Harness:
    """A provider to test, by its URL, and the faults that a test can cause.

    `options` go to every ConnectionFactory. `patience` is the longest wait, in seconds, for something that must come;
    `silence` the wait after which a test believes that nothing comes; `resolution` is how far apart, in seconds, two
    delivery times must be for the provider to tell them apart. A hook that is None skips the tests that need it:
    `cut` breaks every open connection as a failing network would; `restart` stops the provider without warning and
    starts it again; `refused_user` is a user name and password that the provider refuses. `factory` makes connection
    factories of a URL and options.
    """

    name: str
    url: str
    options: Mapping[str, Any] = field(default_factory=dict)
    patience: float = 10.0
    silence: float = 0.05
    resolution: float = 0.03
    cut: Callable[[], None] | None = None
    restart: Callable[[], None] | None = None
    refused_user: tuple[str, str] | None = None
    factory: Callable[..., jmslike.ConnectionFactory] = jmslike.ConnectionFactory
