"""URLs and options of STOMP connections."""

from __future__ import annotations

import re
import ssl

import pytest

from jmslike.errors import JMSSecurityError
from jmslike_transports.amqp.address import parse_address as parse_amqp_address
from jmslike_transports.shared.credentials import require_sendable
from jmslike_transports.stomp.address import Address, parse_address
from tests.unit.stomp.server import CERTIFICATE


def parse(url: str, **options: str) -> Address:
    return parse_address(url, options, None, None)


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("stomp://broker", (("broker", 61613),)),
        ("stomps://broker", (("broker", 61614),)),
        ("stomp://a:1,b:2,c", (("a", 1), ("b", 2), ("c", 61613))),
        ("stomp://[::1]:7", (("::1", 7),)),
        ("stomp://[::1]", (("::1", 61613),)),
    ],
)
def test_hosts(url: str, hosts: tuple[tuple[str, int], ...]) -> None:
    assert parse(url).hosts == hosts


@pytest.mark.parametrize("url", ["stomp://", "stomp://a:b", "stomp://a:0", "stomp://a:65536", "stomp://a,,b"])
def test_what_is_no_host_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        parse(url)


def test_the_virtual_host_is_the_path_or_an_option() -> None:
    assert parse("stomp://a/my%2Fhost").virtual_host == "my/host"
    assert parse("stomp://a", vhost="v").virtual_host == "v"


def test_the_virtual_host_is_not_both() -> None:
    with pytest.raises(ValueError, match="both name the virtual host: v and w"):
        parse("stomp://a/v", vhost="w")
    with pytest.raises(ValueError, match="both name the virtual host: v and w"):
        parse_amqp_address("amqp://a/v", {"vhost": "w"}, None, None, {"jms": None})


def test_tls() -> None:
    assert parse("stomp://a").tls is None
    trusting = parse("stomps://a").tls
    assert trusting is not None
    assert (trusting.check_hostname, trusting.verify_mode) == (True, ssl.CERT_REQUIRED)
    blind = parse("stomps://a", tls_ca=CERTIFICATE, tls_cert=CERTIFICATE, tls_key=CERTIFICATE, tls_verify="False").tls
    assert blind is not None
    assert (blind.check_hostname, blind.verify_mode) == (False, ssl.CERT_NONE)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tls_ca": __file__}, f"tls_ca: '{__file__}' holds no certificate"),
        ({"tls_key": CERTIFICATE}, "tls_key needs tls_cert"),
        ({"tls_cert": __file__}, f"tls_cert and tls_key: no certificate in '{__file__}'"),
        ({"tls_cert": CERTIFICATE, "tls_key": __file__}, f"or no key in '{__file__}'"),
    ],
)
def test_a_file_that_does_not_fit_is_named(options: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        parse("stomps://a", **options)


@pytest.mark.parametrize(("user", "password", "path"), [("u\n", "p", ""), ("u", "p\0", ""), ("u", "p", "a%0Ab")])
def test_nothing_can_be_added_to_the_frame_that_connects(user: str, password: str, path: str) -> None:
    with pytest.raises((ValueError, JMSSecurityError), match="cannot send"):
        parse_address(f"stomp://a/{path}", {}, user, password)


@pytest.mark.parametrize(("user", "password"), [("u\ud800", "p"), ("u", "p\0secret"), ("u", "\ud800secret")])
@pytest.mark.parametrize("protocol", ["AMQP", "Kafka"])
def test_credentials_that_a_protocol_cannot_carry_are_refused(protocol: str, user: str, password: str) -> None:
    """CONN-22: before anything is sent, and without quoting them."""
    with pytest.raises(JMSSecurityError, match=f"characters that {protocol} cannot send when it logs in") as caught:
        require_sendable(user, password, protocol)
    assert "secret" not in str(caught.value)


def test_credentials_are_escaped_for_brokers_that_unescape_them() -> None:
    address = parse_address("stomp://a/v%5Ch", {}, "u\\n", "p")
    assert address.has_backslash
    escaped = address.escaped()
    assert (escaped.user, escaped.password, escaped.virtual_host) == ("u\\\\n", "p", "v\\\\h")
    assert not parse_address("stomp://a", {}, "u", None).has_backslash


@pytest.mark.parametrize(
    ("name", "value"), [("tls_verify", "maybe"), ("heartbeat", "-1"), ("heartbeat", "often"), ("tls_ca", "/no/such")]
)
def test_a_bad_option_is_named(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        parse("stomps://a", **{name: value})
