"""An outage: what ends with the link to a host, and the attempts to restore the link, as the log tells them."""

from __future__ import annotations

import logging
import re
from typing import Final, NamedTuple

from jmslike.clock import Clock
from jmslike.errors import JMSError

_log = logging.getLogger("jmslike.failover")

_NUMBER: Final = re.compile(r"\d+")
"""What differs between two failures for the same reason, such as milliseconds."""
_SILENCE: Final = 60.0
"""Seconds between two lines that say the same."""


class Left(NamedTuple):
    """What ended with the link to a host."""

    errors: list[JMSError]
    """Those that no call raises: the application must hear of them."""
    unsettled: int
    """How many messages are redelivered."""
    temporaries: int
    """How many temporary destinations are gone."""

    def tell(self, host: str) -> None:
        """Log what ended, if anything did."""
        if self.unsettled:
            _log.warning(
                "%s had delivered messages that are not acknowledged, and redelivered: %d", host, self.unsettled
            )
        if self.temporaries:
            _log.warning("temporary destinations ended with the link to %s: %d", host, self.temporaries)


class Outage:
    """The time in which a link is away, from its loss on."""

    def __init__(self, clock: Clock, host: str) -> None:
        self.attempts = 0
        """Those that have failed."""
        self._clock = clock
        self._host = host
        self._began = clock.monotonic()
        self._told = ""
        self._told_at = 0.0

    def tell(self, failure: str, pause: float) -> None:
        """Log the last attempt, if it failed for another reason than told before, or a minute after that was told."""
        now, reason = self._clock.monotonic(), _NUMBER.sub("", failure)
        if reason == self._told and now < self._told_at + _SILENCE:
            return
        self._told, self._told_at = reason, now
        _log.warning(
            "no link to %s for %.1f s; attempt %d to restore it has failed, and the next follows in %.1f s: %s",
            self._host,
            now - self._began,
            self.attempts,
            pause,
            failure,
        )
