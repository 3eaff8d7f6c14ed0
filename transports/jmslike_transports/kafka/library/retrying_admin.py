"""Asking brokers for as long as is patient: the library gives up at once while it is connected to none."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from kafka import errors

from jmslike.errors import ConnectionLostError

_PAUSE: Final = 0.1


class Asking:
    """Has the methods of an administrator, which repeat what another broker, or the same one later, may answer."""

    def __init__(self, admin: Any, patience: float, is_lost: Callable[[], bool]) -> None:
        self._admin = admin
        self._patience = patience
        self._is_lost = is_lost

    def __getattr__(self, name: str) -> Any:
        return partial(self._ask, getattr(self._admin, name))

    def _ask(self, question: Callable[..., Any], *about: Any, **further: Any) -> Any:
        deadline = time.monotonic() + self._patience
        while True:
            if self._is_lost():
                raise ConnectionLostError("the connection is lost")
            self._forget_who_coordinates()
            try:
                return question(*about, **further)
            except errors.KafkaError as error:
                may_pass = error.retriable and not isinstance(error, errors.UnknownTopicOrPartitionError)
                if not may_pass or time.monotonic() > deadline:
                    raise
            time.sleep(_PAUSE)

    def _forget_who_coordinates(self) -> None:
        """Ask for it anew: the library remembers a broker that is gone for ever."""
        self._admin._controller_id = None
        self._admin._manager.cluster._coordinators.clear()
