"""URLs and options of Kafka connections."""

from __future__ import annotations

import math
import ssl

import pytest
from kafka.codec import has_lz4, has_snappy, has_zstd

from jmslike_transports.kafka.address import Address, parse_address

PACKAGES = {"snappy": (has_snappy(), "python-snappy"), "lz4": (has_lz4(), "lz4"), "zstd": (has_zstd(), "zstandard")}


def parse(url: str, user: str | None = None, password: str | None = None, **options: str) -> Address:
    return parse_address(url, options, user, password)


@pytest.mark.parametrize(
    ("url", "hosts", "servers"),
    [
        ("kafka://broker", (("broker", 9092),), ["broker:9092"]),
        ("kafka://broker/", (("broker", 9092),), ["broker:9092"]),
        ("kafkas://broker", (("broker", 9093),), ["broker:9093"]),
        ("kafka://a:1,b:2,c", (("a", 1), ("b", 2), ("c", 9092)), ["a:1", "b:2", "c:9092"]),
        ("kafka://[::1]:7", (("::1", 7),), ["[::1]:7"]),
        ("kafka://[::1]", (("::1", 9092),), ["[::1]:9092"]),
    ],
)
def test_hosts(url: str, hosts: tuple[tuple[str, int], ...], servers: list[str]) -> None:
    assert parse(url).hosts == hosts
    assert parse(url).clients()["bootstrap_servers"] == servers


@pytest.mark.parametrize("url", ["kafka://", "kafka://a:b", "kafka://a:0", "kafka://a:65536", "kafka://a,,b"])
def test_what_is_no_host_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        parse(url)


def test_a_path_is_refused() -> None:
    with pytest.raises(ValueError, match="path 'vhost'"):
        parse("kafka://a/vhost")


@pytest.mark.parametrize(
    ("sasl", "mechanism"),
    [
        ({}, "PLAIN"),
        ({"sasl": "plain"}, "PLAIN"),
        ({"sasl": "SCRAM-SHA-256"}, "SCRAM-SHA-256"),
        ({"sasl": "scram-sha-512"}, "SCRAM-SHA-512"),
    ],
)
def test_a_user_proves_who_it_is(sasl: dict[str, str], mechanism: str) -> None:
    address = parse("kafka://a", "me", "secret", **sasl)
    assert (address.user, address.password, address.mechanism) == ("me", "secret", mechanism)
    assert "secret" not in repr(address)
    settings = address.clients()
    assert settings["security_protocol"] == "SASL_PLAINTEXT"
    assert settings["sasl_mechanism"] == mechanism
    assert (settings["sasl_plain_username"], settings["sasl_plain_password"]) == ("me", "secret")


def test_nobody_in_particular_proves_nothing() -> None:
    address = parse("kafka://a")
    assert (address.user, address.password, address.mechanism) == (None, None, None)
    assert address.clients()["security_protocol"] == "PLAINTEXT"
    assert not [name for name in address.clients() if name.startswith(("sasl", "ssl"))]


@pytest.mark.parametrize(
    ("user", "password", "sasl"),
    [(None, None, {"sasl": "plain"}), (None, "secret", {}), ("me", None, {}), ("me", None, {"sasl": "scram-sha-256"})],
)
def test_a_user_and_its_password_come_together(user: str | None, password: str | None, sasl: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="password") as refused:
        parse("kafka://a", user, password, **sasl)
    assert "secret" not in str(refused.value)


def test_tls() -> None:
    assert parse("kafka://a").tls is None
    default, careless = parse("kafkas://a"), parse("kafkas://a", tls_verify="False")
    assert default.tls is not None
    assert careless.tls is not None
    assert (default.tls.verify_mode, careless.tls.verify_mode) == (ssl.CERT_REQUIRED, ssl.CERT_NONE)
    assert default.clients()["ssl_context"] is default.tls
    assert default.clients()["security_protocol"] == "SSL"
    assert parse("kafkas://a", "me", "secret").clients()["security_protocol"] == "SASL_SSL"


def test_what_options_mean_when_they_are_left_out() -> None:
    address = parse("kafka://a")
    assert (address.connect_timeout, address.request_timeout) == (10, 30)
    assert (address.session_timeout, address.transaction_timeout, address.max_poll_interval) == (10, 10, 300)
    assert (address.partitions, address.replication, address.retention, address.auto_create) == (1, -1, None, True)
    assert (address.compression, address.group) == (None, "jmslike.queue.{name}")


def test_what_options_mean() -> None:
    address = parse("kafka://a", session_timeout="6", transaction_timeout="0.5", max_poll_interval="2.5")
    assert (address.session_timeout, address.transaction_timeout, address.max_poll_interval) == (6, 0.5, 2.5)
    address = parse("kafka://a", partitions="12", replication="3", retention="3600", auto_create="False")
    assert (address.partitions, address.replication, address.retention, address.auto_create) == (12, 3, 3600, False)
    assert parse("kafka://a", retention="Forever").retention == math.inf
    address = parse("kafka://a", compression="GZIP", group="{name}", connect_timeout="2.5", request_timeout="5")
    assert (address.compression, address.group) == ("gzip", "{name}")
    assert (address.connect_timeout, address.request_timeout) == (2.5, 5)
    assert parse("kafka://a", compression="none").compression is None


@pytest.mark.parametrize("compression", PACKAGES)
def test_a_compression_is_taken_if_its_package_is_there(compression: str) -> None:
    is_there, package = PACKAGES[compression]
    if is_there:
        assert parse("kafka://a", compression=compression).compression == compression
    else:
        with pytest.raises(ValueError, match=f"pip install {package}"):
            parse("kafka://a", compression=compression)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("request_timeout", "0.999"),
        ("request_timeout", "540"),
        ("request_timeout", "nan"),
        ("session_timeout", "5"),
        ("session_timeout", "1801"),
        ("session_timeout", "long"),
        ("transaction_timeout", "0"),
        ("transaction_timeout", "901"),
        ("max_poll_interval", "0"),
        ("max_poll_interval", "nan"),
        ("max_poll_interval", "inf"),
        ("partitions", "0"),
        ("partitions", "-1"),
        ("partitions", "many"),
        ("replication", "0"),
        ("replication", "32768"),
        ("retention", "0"),
        ("retention", "-1"),
        ("retention", "never"),
        ("retention", "inf"),
        ("auto_create", "maybe"),
        ("compression", "zip"),
        ("group", "mine"),
        ("group", "{queue}"),
        ("group", "{name}.{number}"),
        ("group", "x" * 40_000 + "{name}"),
        ("group", "\ud800{name}"),
        ("sasl", "kerberos"),
        ("tls_verify", "maybe"),
        ("tls_ca", "/no/such"),
    ],
)
def test_a_bad_option_is_named(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"option {name} is"):
        parse("kafkas://a", "me", "secret", **{name: value})
