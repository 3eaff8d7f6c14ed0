"""A look at a connection and its sessions, by any thread while others are at work.

No lock is taken, and nothing is counted for it when messages pass: it reads the lengths of what is there anyway. So the
numbers of one look may differ by what happened meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from jmslike.core.connection_state import ConnectionState
from jmslike.core.intake import Intake
from jmslike.core.session_state import SessionState
from jmslike.spi import Embedding
from jmslike.statistics import ConnectionStatistics, ConsumerStatistics, ProducerStatistics, SessionStatistics


def connection_statistics(
    connection: ConnectionState, sessions: Iterable[SessionStatistics], *, started: bool
) -> ConnectionStatistics:
    """Return the numbers of a connection."""
    transport = connection.transport
    return ConnectionStatistics(
        name=connection.name,
        provider=connection.capabilities.product,
        version=connection.capabilities.version,
        client_id=connection.client_id,
        started=started,
        link_state=connection.link_state,
        temporary_destinations=tuple(sorted(map(str, list(connection.temporaries)))),
        sessions=tuple(sessions),
        engine=transport.engine_statistics() if isinstance(transport, Embedding) else None,
    )


def session_statistics(
    session: SessionState, parts: Sequence[ProducerStatistics | ConsumerStatistics | None]
) -> SessionStatistics:
    """Return the numbers of a session with those of its parts."""
    consumers = tuple(part for part in parts if isinstance(part, ConsumerStatistics))
    return SessionStatistics(
        name=session.name,
        mode=session.mode.name,
        listeners=sum(consumer.has_listener for consumer in consumers),
        unsettled=len(session.ledger),
        pending=session.outbox.pending,
        unanswered=session.outbox.completions.unanswered,
        producers=tuple(part for part in parts if isinstance(part, ProducerStatistics)),
        consumers=consumers,
    )


def consumer_statistics(intake: Intake) -> ConsumerStatistics:
    """Return the numbers of a consumer."""
    spec = intake.spec
    return ConsumerStatistics(
        destination=str(spec.destination),
        selector=None if spec.selector is None else spec.selector.text,
        subscription=spec.name,
        durable=spec.durable,
        shared=spec.shared,
        no_local=spec.excluded_origin is not None,
        has_listener=intake.listener is not None,
        redeliveries=intake.redeliveries,
    )
