"""The URLs of `jvm:`, as far as no JVM is needed."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from jmslike_transports.jvm.address import parse_address
from jmslike_transports.jvm.classpath import parse_class_path

PEM = Path(__file__).parent.parent / "unit" / "stomp" / "localhost.pem"


def test_a_provider_has_its_ports() -> None:
    address = parse_address("jvm:artemis://one,[::1]:5", {}, "me", "secret")
    assert address.hosts == (("one", 61616), ("::1", 5))
    assert [each.shown for each in address.for_each_host()] == ["one:61616", "[::1]:5"]
    assert (address.provider, address.user, address.password, address.window) == ("artemis", "me", "secret", 100)
    assert "secret" not in repr(address)
    assert parse_address("jvm:qpid://one", {"tls": "true", "tls_ca": str(PEM)}, None, None).port == 5671


def test_the_path_names_what_the_provider_divides_itself_into() -> None:
    assert parse_address("jvm:rabbitmq://one/%2Fhost", {}, None, None).own == {"vhost": "/host"}
    own = parse_address("jvm:ibmmq://one/QM1", {"channel": "DEV.APP.SVRCONN"}, None, None).own
    assert own == {"queue_manager": "QM1", "channel": "DEV.APP.SVRCONN"}


def test_jndi_has_a_file_and_a_name(tmp_path: Path) -> None:
    file = tmp_path / "jndi.properties"
    file.write_text("")
    address = parse_address(f"jvm://{file}", {"factory": "ConnectionFactory"}, None, None)
    assert (address.hosts, address.path, list(address.for_each_host())) == ((), str(file), [address])


@pytest.mark.parametrize(
    ("url", "options", "what"),
    [
        ("jvm:artemis://one/path", {}, "takes no path"),
        ("jvm:artemis://one:port", {}, "is not host:port"),
        ("jvm:artemis://one", {"channel": "A"}, "option channel is one of jvm:ibmmq://"),
        ("jvm:artemis://one", {"factory": "A"}, "option factory is one of jvm:///jndi.properties"),
        ("jvm:rabbitmq://one/a", {"vhost": "b"}, "both name it: a and b"),
        ("jvm:artemis://one", {"tls": "yes"}, "option tls is 'yes', but it takes true or false"),
        ("jvm:artemis://one", {"tls_verify": "false"}, "option tls_verify needs tls=true"),
        ("jvm:artemis://one", {"tls": "true", "tls_ca": "/no/such"}, "option tls_ca is '/no/such'"),
        ("jvm:artemis://one", {"properties": "secret"}, "part 1 is not name=value; parts are separated by ;"),
        ("jvm:artemis://one", {"properties": "a=1;a=2"}, "each name once"),
        ("jvm://one:5", {"factory": "A"}, "no provider is named: write jvm:PROVIDER://one:5"),
        ("jvm:///no/such/file", {"factory": "A"}, "there is no file '/no/such/file'"),
    ],
)
def test_what_is_wrong_is_named(url: str, options: dict[str, str], what: str) -> None:
    with pytest.raises(ValueError, match=re.escape(what)):
        parse_address(url, options, None, None)


def test_jndi_needs_the_name_of_the_factory(tmp_path: Path) -> None:
    file = tmp_path / "jndi.properties"
    file.write_text("")
    with pytest.raises(ValueError, match="option factory is missing"):
        parse_address(f"jvm://{file}", {}, None, None)


@pytest.mark.parametrize("tls", ["true", "false"])
def test_jndi_leaves_tls_to_the_factory(tls: str, tmp_path: Path) -> None:
    """A connection that is not protected, though the URL says so, would be worse than an error."""
    file = tmp_path / "jndi.properties"
    file.write_text("")
    with pytest.raises(ValueError, match="option tls: the connection factory that JNDI finds says"):
        parse_address(f"jvm://{file}", {"factory": "A", "tls": tls}, None, None)


def test_properties_are_pairs() -> None:
    address = parse_address("jvm:artemis://one", {"properties": "callTimeout = 5000; password=a=b;"}, None, None)
    assert address.properties == (("callTimeout", "5000"), ("password", "a=b"))


# ---- class path -----------------------------------------------------------------------------------------------------


def test_a_class_path_has_jars_and_folders_of_jars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "client"
    folder.mkdir()
    jars = [folder / "b.jar", folder / "a.jar", tmp_path / "own.jar"]
    for jar in jars:
        jar.write_bytes(b"")
    (folder / "notes.txt").write_text("")
    expected = (str(jars[2]), str(jars[1]), str(jars[0]))
    assert parse_class_path({"classpath": f"{jars[2]}{os.pathsep}{folder}"}) == expected
    assert parse_class_path({"classpath": f"{jars[2]}, {folder}/*,{jars[0]}"}) == expected
    monkeypatch.setenv("JMSLIKE_JVM_CLASSPATH", str(jars[2]))
    assert parse_class_path({}) == expected[:1]
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(folder)
    assert parse_class_path({"classpath": "~/own.jar,a.jar"}) == expected[:2]


def test_a_class_path_names_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"option classpath: there is no jar and no folder '/no/such.jar'"):
        parse_class_path({"classpath": "/no/such.jar"})
    monkeypatch.setenv("JMSLIKE_JVM_CLASSPATH", str(tmp_path))
    with pytest.raises(ValueError, match=r"JMSLIKE_JVM_CLASSPATH: the folder .* holds no jar"):
        parse_class_path({})
