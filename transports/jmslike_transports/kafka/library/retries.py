"""Retries until `request_timeout`: kafka-python gives up at once when a broker closes or resets a connection."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from kafka import errors

Answer = TypeVar("Answer")

_PAUSE: Final = 0.1
"""Seconds between two attempts."""


class Retries:
    """The attempts of one connection, each bounded by `timeout` seconds.

    `check_loss` raises once the connection is lost.
    """

    def __init__(self, timeout: float, check_loss: Callable[[], None]) -> None:
        self._timeout = timeout
        self._check_loss = check_loss

    def until_answered(self, request: Callable[[], Answer]) -> Answer:
        """Return the answer; repeat the request after an error that another broker, or a later attempt, may not have.

        Raises the last of kafka-python's errors, or what `check_loss` raises.
        """
        deadline = time.monotonic() + self._timeout
        while True:
            self._check_loss()
            try:
                return request()
            except errors.KafkaError as error:
                may_pass = error.retriable and not isinstance(error, errors.UnknownTopicOrPartitionError)
                if not may_pass or time.monotonic() > deadline:
                    raise
            time.sleep(_PAUSE)
