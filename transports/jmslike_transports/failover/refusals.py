"""Hosts that refuse the user."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from jmslike.clock import Clock
from jmslike.errors import JMSSecurityError


class _Refusal(NamedTuple):
    until: float
    error: JMSSecurityError


class Refusals:
    """The hosts that have refused the user: each is left alone for a while, because trying often may lock the account.

    Used by the thread that restores the link.
    """

    def __init__(self, clock: Clock, while_in_seconds: Callable[[], float]) -> None:
        self._clock = clock
        self._while = while_in_seconds
        self._refusals: dict[str, _Refusal] = {}

    def add(self, url: str, error: JMSSecurityError) -> None:
        """Leave the host alone from now on."""
        self._refusals[url] = _Refusal(self._clock.monotonic() + self._while(), error)

    def lately(self, url: str) -> JMSSecurityError | None:
        """Return what the host has answered, if it is left alone for that; forget an older answer."""
        refusal = self._refusals.get(url)
        if refusal is None or self._clock.monotonic() < refusal.until:
            return refusal and refusal.error
        del self._refusals[url]
        return None

    def pause(self, hosts: int) -> float | None:
        """Return the seconds until the first may be tried again, if so many hosts refuse the user."""
        if len(self._refusals) < hosts:
            return None
        return max(0.0, min(refusal.until for refusal in self._refusals.values()) - self._clock.monotonic())
