"""What becomes of a message whose listener has returned or raised, on whichever thread or event loop it ran."""

from __future__ import annotations

import logging

from jmslike.core.intake import Intake
from jmslike.core.listener_calls import is_exit, log_raised
from jmslike.core.session_state import SessionState
from jmslike.errors import ConnectionLostError, JMSError

_log = logging.getLogger("jmslike.listener")


def listener_raised(session: SessionState, error: BaseException, who: str, message_id: str | None, number: int) -> None:
    """Log what a listener raised at the delivery of that number; what is no Exception is reported, too."""
    if is_exit(error):
        session.ending = f"is closed, because {who} raised {type(error).__name__}"
        fate = "its session is closed, and what it has not acknowledged goes to others"
    elif number in session.ledger:
        fate = session.acknowledgement.after_failure
    else:
        fate = "the listener itself has settled or recovered the message"
    log_raised(_log, error, "%s raised an exception at %s; %s", who, message_id, fate)
    if not isinstance(error, Exception):
        session.connection.report(JMSError(f"{who} raised {error!r} at {message_id}; {fate}", linked_exception=error))


def listener_returned(session: SessionState, intake: Intake, number: int, failure: BaseException | None) -> None:
    """Settle or redeliver the delivery, as the session's mode demands. May wait for the broker."""
    try:
        session.acknowledgement.listener_returned(number, failure)
    except JMSError as error:
        _log.error(
            "a message that a listener of %s handled could not be acknowledged; it may be redelivered: %s",
            intake.destination,
            error,
        )


def delivery_failed(session: SessionState, who: str, error: JMSError) -> None:
    """Log that `who` delivers to listeners no more, and report it; a loss is reported by the transport."""
    _log.error("%s stopped delivering to its listeners: %s", who, error)
    if not isinstance(error, ConnectionLostError):
        session.connection.report(error)
