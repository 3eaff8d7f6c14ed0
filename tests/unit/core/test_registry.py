"""From a URL to a transport (section 6.1.1)."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path
from typing import Any

import pytest

from jmslike import registry
from jmslike.constants import SessionMode
from jmslike.errors import InvalidClientIDError, JMSError
from jmslike.factory import ConnectionFactory, connect, forget
from jmslike.message.serializers import PickleSerializer
from tests.unit.core.conftest import shut
from tests.unit.core.fake import QUEUE, FakeBroker, factory


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The schemes `fake` and `f+x`, as if they were installed, besides one whose library is missing."""
    entries = [
        EntryPoint("fake", f"{factory.__module__}:factory", registry.GROUP),
        EntryPoint("f+x", f"{factory.__module__}:factory", registry.GROUP),
        EntryPoint("lost", "a_module_that_nobody_has:factory", registry.GROUP),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: entries if group == "jmslike.transports" else [])
    factory.serve(FakeBroker())
    yield
    shut(factory.broker)


def made(url: str, **options: Any) -> tuple[Any, ...]:
    ConnectionFactory(url, **options).create_connection().close()
    return factory.made[-1]


@pytest.mark.parametrize(
    ("url", "address", "user", "password"),
    [
        ("fake://", "fake://", None, None),
        ("fake://name", "fake://name", None, None),
        ("fake://host:1234/v%2Fhost", "fake://host:1234/v%2Fhost", None, None),
        ("fake:///absolute/folder", "fake:///absolute/folder", None, None),
        ("fake://a:1,b:2", "fake://a:1,b:2", None, None),
        ("fake://me@host", "fake://host", "me", None),
        ("fake://me:secret@host:1", "fake://host:1", "me", "secret"),
        ("fake://m%40e:s%3A%2F%25@host", "fake://host", "m@e", "s:/%"),
        ("fake://:secret@host", "fake://host", "", "secret"),
        ("fake://me:@host", "fake://host", "me", ""),
        ("fake://host?user_name=me&password=s%26", "fake://host", "me", "s&"),
        ("fake://host/?", "fake://host/", None, None),
        ("f+x://host", "f+x://host", None, None),
    ],
)
def test_the_user_is_taken_out_of_the_url(url: str, address: str, user: str | None, password: str | None) -> None:
    assert made(url) == (address, {}, user, password)
    assert repr(ConnectionFactory(url)) == f"ConnectionFactory('{address}')"


def test_options_go_where_they_belong() -> None:
    url = "fake://host?colour=bl%75e+sky&window=7&connect_timeout=3&client_id=me"
    assert made(url, request_timeout=4, dead_letter="") == (
        "fake://host",
        {"colour": "blue sky", "window": "7", "connect_timeout": "3", "request_timeout": "4"},
        None,
        None,
    )
    settings = ConnectionFactory(url, dead_letter="")._provider.settings
    assert (settings.window, settings.connect_timeout, settings.client_id, settings.dead_letter) == (7, 3.0, "me", "")


def test_a_keyword_that_is_none_counts_as_absent() -> None:
    assert made("fake://?colour=red", colour=None, user_name=None) == ("fake://", {"colour": "red"}, None, None)


def test_an_empty_value_is_a_value() -> None:
    settings = ConnectionFactory("fake://?dead_letter=")._provider.settings
    assert settings.dead_letter == ""


@pytest.mark.parametrize(
    ("url", "keywords", "name"),
    [
        ("fake://?window=1&window=2", {}, "window"),
        ("fake://?window=1", {"window": 2}, "window"),
        ("fake://me@host?user_name=you", {}, "user_name"),
        ("fake://me@host", {"user_name": "you"}, "user_name"),
        ("fake://me:x@host", {"password": "y"}, "password"),
    ],
)
def test_an_option_is_given_once(url: str, keywords: dict[str, Any], name: str) -> None:
    with pytest.raises(JMSError, match=f"option '{name}' is given twice"):
        ConnectionFactory(url, **keywords)


def test_an_unknown_option_is_refused_and_the_known_are_named() -> None:
    keyword: dict[str, Any] = {"shape": "round"}
    for url, keywords in (("fake://?shape=round", {}), ("fake://", keyword)):
        with pytest.raises(
            JMSError, match=r"unknown option 'shape' for fake://; known are client_id, colour, connect_"
        ):
            ConnectionFactory(url, **keywords)


@pytest.mark.parametrize("query", ["window", "window=1&x", "&", "=1"])
def test_options_have_a_name_and_a_value(query: str) -> None:
    with pytest.raises(JMSError, match=r"must look like name=value|unknown option ''"):
        ConnectionFactory(f"fake://?{query}")


def test_bad_values_are_refused_by_name() -> None:
    with pytest.raises(JMSError, match="option window is 'x'"):
        ConnectionFactory("fake://?window=x")
    with pytest.raises(JMSError, match="fake://: option colour is 'no colour'") as caught:
        ConnectionFactory("fake://", colour="no colour").create_connection()  # type: ignore[call-arg]
    assert isinstance(caught.value.linked_exception, ValueError)


def test_a_serializer_is_no_text() -> None:
    with pytest.raises(JMSError, match="option 'object_serializer' is an object: give it as a keyword"):
        ConnectionFactory("fake://?object_serializer=pickle")
    serializer = PickleSerializer({dict})
    connection = ConnectionFactory("fake://", object_serializer=serializer).create_connection()
    assert connection.object_serializer is serializer
    connection.close()


@pytest.mark.parametrize("wrong", [None, 5, "", "fake", "fake:host", "fake:/host"])
def test_what_is_no_url_is_refused(wrong: Any) -> None:
    with pytest.raises(JMSError, match=r"not a URL: .* known schemes: f\+x, fake, lost$"):
        ConnectionFactory(wrong)


@pytest.mark.parametrize("control", ["\n", "\r", "\t", "\0", "\x7f"])
def test_a_control_character_is_refused(control: str) -> None:
    """Left out, as some parsers do, it would lead to another place."""
    with pytest.raises(JMSError, match="control character; write a line feed as %0A"):
        ConnectionFactory(f"fake://host/a{control}b")


def test_transports_that_cannot_be_read_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(group: str) -> Any:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(registry, "entry_points", fail)
    with pytest.raises(JMSError, match=r"the installed transports cannot be read: .*Too many open files"):
        connect("fake://host")


def test_bad_addresses_are_refused() -> None:
    with pytest.raises(JMSError, match="not a URL") as caught:
        ConnectionFactory("fake://[::1")
    assert isinstance(caught.value.linked_exception, ValueError)
    with pytest.raises(JMSError, match="no fragment; write # as %23"):
        ConnectionFactory("fake://host#x")


@pytest.mark.parametrize(
    "url",
    [
        "fake:/me:secret@host",
        "fake:me:secret@host",
        "fake://me:secret@host#x",
        "fake://me:secret#@host",
        "fake://me:se#cret@host",
        "fake://me:se/cret@host",
        "fake://me:se@/cret@host",
        "fake://me:secret@[::1",
        "fake://me:secret@one,me:secret@two",
        "fake://me:secret\u2100@host",
        "fake://host?password=secret&window",
        "fake://host?window=x&password=secret",
        "fake://host?shape=x&password=secret",
    ],
)
def test_no_password_is_quoted(url: str) -> None:
    with pytest.raises(JMSError) as caught:
        ConnectionFactory(url)
    error: BaseException | None = caught.value
    while error is not None:
        assert not re.search("me:|secret|cret", str(error))
        error = error.__cause__


def test_an_unknown_scheme_names_the_known() -> None:
    with pytest.raises(JMSError, match=r"no transport for other://; known are f\+x, fake, lost$"):
        ConnectionFactory("other://host")


@pytest.mark.parametrize(
    ("url", "instead"),
    [
        ("tcp://host:61616", "stomp://HOST:61613 .*jvm:artemis://HOST:61616 .*jvm:activemq://HOST:61616 for Classic"),
        ("ssl://host:61617", r"stomps://HOST:61614 .*jvm:artemis://HOST:61617\?tls=true"),
        ("t3://host:7001", r"jvm:///path/to/jndi.properties\?factory=NAME"),
    ],
)
def test_a_scheme_of_a_java_client_names_the_url_to_use(url: str, instead: str) -> None:
    with pytest.raises(JMSError, match=f"a URL of a Java client, and the one to use is {instead}.*; known are "):
        ConnectionFactory(url)


def test_a_missing_library_is_named_with_what_to_install() -> None:
    with pytest.raises(JMSError) as caught:
        ConnectionFactory("lost://host")
    assert str(caught.value) == (
        "lost:// needs the module a_module_that_nobody_has, which is not installed; a_module_that_nobody_has needs it"
    )


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        (
            "a_transport:factory [client]",
            "a_client, which is not installed; install the extra client: pip install 'a-package[client]'",
        ),
        (
            "a_transport:factory [unheard_of]",
            "a_client, which is not installed; a_transport of a-package needs it",
        ),
        ("a_transport:factory", "a_client, which is not installed; a_transport of a-package needs it"),
        (
            "a_transport.missing:factory [client]",
            (
                "a_transport.missing, which is part of a-package; a-package is not completely installed, or another "
                "module a_transport hides it"
            ),
        ),
    ],
)
def test_an_extra_is_named_only_where_it_helps(
    entry: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a_transport.py").write_text("" if "missing" in entry else "import a_client")
    about = tmp_path / "a_package-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.4\nName: a-package\nVersion: 1\nProvides-Extra: client\n")
    (about / "entry_points.txt").write_text(f"[{registry.GROUP}]\nlost = {entry}\n")
    (found,) = Distribution.at(about).entry_points
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "a_transport", raising=False)
    with pytest.raises(JMSError) as caught:
        registry.load(found)
    assert str(caught.value) == f"lost:// needs the module {what}"


def test_an_installed_transport_is_loaded() -> None:
    loaded: object = registry.load(EntryPoint("x", "jmslike.registry:known_schemes", registry.GROUP))
    assert loaded is registry.known_schemes
    assert registry.known_schemes() == ["f+x", "fake", "lost"]


# ---- what a factory makes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), ("me", "secret")),
        (("you", "other"), ("you", "other")),
        (("you",), ("you", None)),
        ((None, "other"), ("me", "secret")),
        (("", ""), ("", "")),
    ],
)
def test_a_user_given_to_create_goes_before_the_urls(arguments: tuple[Any, ...], expected: tuple[str, str]) -> None:
    source = ConnectionFactory("fake://me:secret@host")
    source.create_connection(*arguments).close()
    source.create_context(*arguments).close()
    assert [call[2:] for call in factory.made] == [expected, expected]


def test_connections_are_stopped_and_have_the_settings_of_the_factory() -> None:
    connection = ConnectionFactory("fake://", client_id="me", window=5).create_connection()
    assert not connection._started
    assert connection.client_id == "me"
    assert connection._state.settings.window == 5
    with pytest.raises(InvalidClientIDError):
        ConnectionFactory("fake://", client_id="me").create_connection()
    connection.close()


def test_contexts_have_their_mode() -> None:
    with ConnectionFactory("fake://").create_context() as context:
        assert context.session_mode is SessionMode.AUTO_ACKNOWLEDGE
    with ConnectionFactory("fake://").create_context(session_mode=0) as context:
        assert context.transacted
    before = len(factory.made)
    with pytest.raises(JMSError, match="no session mode"):
        ConnectionFactory("fake://").create_context(session_mode=9)
    assert len(factory.made) == before


def test_connect_returns_a_started_context() -> None:
    with connect("fake://me@host", colour="red") as context:  # type: ignore[call-arg]
        assert context._connection._started
        assert context.session_mode is SessionMode.AUTO_ACKNOWLEDGE
        context.create_producer().send(QUEUE, "a")
    assert factory.made == [("fake://host", {"colour": "red"}, "me", None)]


def test_forget_drops_what_the_process_keeps() -> None:
    forget("fake://me@name?colour=red")
    assert factory.forgotten == ["fake://name"]
    with pytest.raises(JMSError, match="no transport"):
        forget("other://name")
