"""Contexts over the fake transport, and the messages that they sent."""

from __future__ import annotations

from typing import Any

from jmslike.connection import check_session_mode
from jmslike.constants import SessionMode
from jmslike.context import JMSContext
from jmslike.spi import Envelope
from tests.unit.core.fake import FakeBroker


def context_of(broker: FakeBroker, mode: int = SessionMode.AUTO_ACKNOWLEDGE, **options: Any) -> JMSContext:
    return JMSContext(broker.connect(start=False, **options), check_session_mode(mode))


def sent(broker: FakeBroker) -> Envelope:
    envelope: Envelope = broker.named("send")[-1][1]
    return envelope
