"""URLs and options of AMQP connections."""

from __future__ import annotations

import ssl

import pytest

from jmslike_transports.amqp.address import Address, parse_address
from jmslike_transports.amqp.profiles import PROFILES


def parse(url: str, **options: str) -> Address:
    return parse_address(url, options, None, None, PROFILES)


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("amqp://broker", (("broker", 5672),)),
        ("amqps://broker", (("broker", 5671),)),
        ("amqp://a:1,b:2,c", (("a", 1), ("b", 2), ("c", 5672))),
        ("amqp://[::1]:7", (("::1", 7),)),
        ("amqp://[::1]", (("::1", 5672),)),
    ],
)
def test_hosts(url: str, hosts: tuple[tuple[str, int], ...]) -> None:
    assert parse(url).hosts == hosts


@pytest.mark.parametrize("url", ["amqp://", "amqp://a:b", "amqp://a:0", "amqp://a:65536", "amqp://a,,b"])
def test_what_is_no_host_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        parse(url)


@pytest.mark.parametrize(
    ("url", "options", "virtual_host"),
    [
        ("amqp://a", {}, "/"),
        ("amqp://a/", {}, "/"),
        ("amqp://a/%2F", {}, "/"),
        ("amqp://a/my%2Fhost", {}, "my/host"),
        ("amqp://a", {"vhost": "v"}, "v"),
    ],
)
def test_the_virtual_host_is_the_path_or_an_option(url: str, options: dict[str, str], virtual_host: str) -> None:
    assert parse(url, **options).virtual_host == virtual_host


def test_who_gives_no_name_is_guest() -> None:
    assert (parse("amqp://a").user, parse("amqp://a").password) == ("guest", "guest")
    address = parse_address("amqp://a", {}, "me", "", PROFILES)
    assert (address.user, address.password) == ("me", "")
    assert "secret" not in repr(parse_address("amqp://a", {}, "me", "secret", PROFILES))


def test_tls() -> None:
    assert parse("amqp://a").tls is None
    default, careless = parse("amqps://a").tls, parse("amqps://a", tls_verify="False").tls
    assert default is not None
    assert careless is not None
    assert (default.verify_mode, careless.verify_mode) == (ssl.CERT_REQUIRED, ssl.CERT_NONE)


def test_what_options_mean_when_they_are_left_out_and_when_not() -> None:
    address = parse("amqp://a")
    assert (address.profile, address.queue_type, address.max_priority) == ("jms", "classic", 0)
    assert (address.connect_timeout, address.request_timeout, address.heartbeat) == (10, 30, 10)
    address = parse("amqp://a", profile="Plain", max_priority="9", request_timeout="2.5", heartbeat="0")
    assert (address.profile, address.max_priority, address.request_timeout, address.heartbeat) == ("plain", 9, 2.5, 0)
    assert parse("amqp://a", queue_type="QUORUM").queue_type == "quorum"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("profile", "java"),
        ("queue_type", "stream"),
        ("max_priority", "256"),
        ("max_priority", "-1"),
        ("max_priority", "high"),
        ("heartbeat", "-1"),
        ("heartbeat", "often"),
        ("heartbeat", "nan"),
        ("tls_verify", "maybe"),
        ("tls_ca", "/no/such"),
    ],
)
def test_a_bad_option_is_named(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        parse("amqps://a", **{name: value})


def test_quorum_queues_have_no_priorities() -> None:
    with pytest.raises(ValueError, match="max_priority"):
        parse("amqp://a", queue_type="quorum", max_priority="9")
