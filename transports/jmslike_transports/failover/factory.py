"""The entry point of the scheme `failover`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from jmslike.spi import Target, WrapperFactory
from jmslike_transports.failover.hosts import Hosts
from jmslike_transports.failover.policy import OPTIONS, parse_policy
from jmslike_transports.failover.reconnection import Reconnection
from jmslike_transports.failover.transport import FailoverTransport


class FailoverFactory:
    """See WrapperFactory."""

    options: Mapping[str, str] = OPTIONS

    def wrap(
        self, targets: Sequence[Target], options: Mapping[str, Any], user: str | None, password: str | None
    ) -> FailoverTransport:
        """See WrapperFactory.wrap. Raises JMSError for an option value that an inner transport refuses."""
        policy = parse_policy(options)
        for target in targets:
            target.transport(user, password)  # checks its options; nothing is connected
        return FailoverTransport(Reconnection(Hosts(targets, user, password), policy))


factory: Final[WrapperFactory] = FailoverFactory()
