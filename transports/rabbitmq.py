"""How queues of RabbitMQ are called that belong to a client: the same for every protocol that reaches them."""

from __future__ import annotations


def durable_queue(client_id: str | None, name: str) -> str:
    """Name the queue of a durable subscription."""
    return f"jmslike.durable.{_owner(client_id)}/{name}"


def shared_queue(client_id: str | None, name: str) -> str:
    """Name the queue of a shared subscription that is not durable."""
    return f"jmslike.shared.{_owner(client_id)}/{name}"


def claim(client_id: str) -> str:
    """Name the exclusive queue of the connection that has the client id."""
    return f"jmslike.client.{client_id}"


def _owner(client_id: str | None) -> str:
    """Give the client id without a slash, so that the first one ends it."""
    return "" if client_id is None else client_id.replace("~", "~0").replace("/", "~1")
