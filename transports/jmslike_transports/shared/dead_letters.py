"""Dead letters: consumers that could have no queue for them are refused; those of a broker say where they came from."""

from __future__ import annotations

from collections.abc import Callable

from jmslike.constants import ORIGINAL_DESTINATION
from jmslike.errors import InvalidDestinationError
from jmslike.spi import Destination, Envelope, SubscriptionSpec
from jmslike.values.spelled import marked_like


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


def came_from(envelope: Envelope, origin: object) -> Envelope:
    """Return the envelope that is being read, with the property of a dead letter that its broker moved from `origin`.

    None is no dead letter. One that jmslike moved before keeps what it says.
    """
    if origin is not None and ORIGINAL_DESTINATION not in envelope.properties:
        properties = {**envelope.properties, ORIGINAL_DESTINATION: str(origin)}
        envelope.properties = marked_like(envelope.properties, properties)
    return envelope
