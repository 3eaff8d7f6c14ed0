"""The refusal of consumers whose dead letters could have no queue."""

from __future__ import annotations

from collections.abc import Callable

from jmslike.errors import InvalidDestinationError
from jmslike.spi import Destination, SubscriptionSpec


def require_dead_letters(spec: SubscriptionSpec, check: Callable[[Destination], object]) -> None:
    """Raise InvalidDestinationError if `check` raises it for the destination, or for the queue of its dead letters.

    A consumer that has no such queue is not checked here.
    """
    if spec.dead_letters is None:
        return
    check(spec.destination)
    try:
        check(spec.dead_letters)
    except InvalidDestinationError as error:
        raise InvalidDestinationError(
            f"cannot receive from {spec.destination!r}, because its dead letters could not be moved: {error}; "
            "use a shorter name, or set the options dead_letter or max_redeliveries"
        ) from error
