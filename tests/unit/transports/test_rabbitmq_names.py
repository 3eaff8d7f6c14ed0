from __future__ import annotations

import pytest

from jmslike_transports.shared.rabbitmq import claim, durable_queue, shared_queue


def test_each_has_a_name_of_its_own() -> None:
    assert durable_queue("c", "s") == "jmslike.durable.c/s"
    assert shared_queue(None, "s") == "jmslike.shared./s"
    assert claim("c") == "jmslike.client.c"


@pytest.mark.parametrize(("one", "other"), [(("a/b", "c"), ("a", "b/c")), (("a~1b", "c"), ("a/b", "c"))])
def test_no_two_clients_share_a_subscription(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert durable_queue(*one) != durable_queue(*other)
    assert shared_queue(*one) != shared_queue(*other)
