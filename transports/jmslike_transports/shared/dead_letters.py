"""The refusal of consumers whose dead letters could have no queue."""

from __future__ import annotations

from collections.abc import Callable

from jmslike.errors import InvalidDestinationError
from jmslike.spi import Destination, SubscriptionSpec


def require_dead_letters(spec: SubscriptionSpec, check: Callable[[Destination], object]) -> None:
    """Raise InvalidDestinationError if `check` raises it for the queue of dead letters, if there is one."""
    if spec.dead_letters is None:
        return
    try:
        check(spec.dead_letters)
    except InvalidDestinationError as error:
        raise InvalidDestinationError(
            f"cannot receive from {spec.destination}, because its dead letters could not be moved: {error}; "
            "use a shorter name, or set the options dead_letter or max_redeliveries"
        ) from error
