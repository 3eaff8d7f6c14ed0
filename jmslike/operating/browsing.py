"""Browsing for an operator, who has to know what a browser does not show."""

from __future__ import annotations

import logging

from jmslike.browser import QueueBrowser
from jmslike.capabilities import Feature
from jmslike.context import JMSContext
from jmslike.destinations import Queue

_log = logging.getLogger("jmslike.operating")


def browse(context: JMSContext, queue: Queue, selector: str | None) -> QueueBrowser:
    """Make a browser, and log in which way the provider's browsers fall short. Raises as `Session.create_browser`."""
    browser = context.create_browser(queue, selector)
    shortcoming = context.capabilities[Feature.BROWSE].why
    if shortcoming:
        _log.warning("%s is browsed, and %s", queue, shortcoming)
    return browser
