"""How a session acknowledges (section 6.2.10): what each mode needs of a transport."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jmslike.constants import SessionMode
from jmslike.spi import SessionSpec

SESSION_SPECS: Final[Mapping[SessionMode, SessionSpec]] = {
    SessionMode.SESSION_TRANSACTED: SessionSpec(transacted=True),
    SessionMode.AUTO_ACKNOWLEDGE: SessionSpec(),
    SessionMode.CLIENT_ACKNOWLEDGE: SessionSpec(awaits_settlement=True),
    SessionMode.DUPS_OK_ACKNOWLEDGE: SessionSpec(),
    SessionMode.INDIVIDUAL_ACKNOWLEDGE: SessionSpec(awaits_settlement=True, settles_one_by_one=True),
}
"""What each session mode needs of its session link."""
