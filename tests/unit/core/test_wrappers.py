"""URLs around other URLs, and URLs that name a provider: what their factories receive, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from jmslike import registry
from jmslike.errors import JMSError
from jmslike.factory import ConnectionFactory, forget
from jmslike.spi import ObjectOption, Target, Transport
from jmslike.url import without_secrets
from tests.unit.core.conftest import shut
from tests.unit.core.fake import FakeBroker, FakeTransport

Call = tuple[str, dict[str, Any], str | None, str | None]


class PlaceFactory:
    """The entry point of the schemes `a` and `b`."""

    def __init__(self) -> None:
        self.options: Mapping[str, str] = {"colour": "of the bikeshed", "keys": ObjectOption("to the bikeshed")}
        self.made: list[Call] = []
        self.forgotten: list[str] = []
        self.broker = FakeBroker()

    def make(self, url: str, options: Mapping[str, Any], user: str | None, password: str | None) -> Transport:
        if options.get("colour") == "none":
            raise ValueError("option colour is 'none'")
        self.made.append((url, dict(options), user, password))
        return FakeTransport(self.broker)

    def forget(self, url: str) -> None:
        self.forgotten.append(url)


class JVMFactory(PlaceFactory):
    """The entry point of the scheme `jvm`."""

    providers = ("artemis", "ibmmq")


class FailoverFactory:
    """The entry point of the scheme `failover`: takes the last target."""

    def __init__(self) -> None:
        self.options: Mapping[str, str] = {"max_delay": "seconds", "on_retry": ObjectOption("a callable")}
        self.wrapped: list[tuple[list[str], dict[str, Any], str | None, str | None]] = []

    def wrap(
        self, targets: Sequence[Target], options: Mapping[str, Any], user: str | None, password: str | None
    ) -> Transport:
        self.wrapped.append(([target.url for target in targets], dict(options), user, password))
        return [target.transport(user, password) for target in targets][-1]


class Installed:
    """The transports that seem to be installed."""

    def __init__(self) -> None:
        self.place, self.jvm, self.failover = PlaceFactory(), JVMFactory(), FailoverFactory()

    def load(self, entry: EntryPoint) -> object:
        return getattr(self, entry.value)

    def connect(self, url: str, user: tuple[str, str] | None = None, **options: Any) -> list[Call]:
        """Connect; return what the factories made."""
        ConnectionFactory(url, **options).create_connection(*(user or ())).close()
        return self.place.made + self.jvm.made


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Installed]:
    transports = Installed()
    schemes = {"a": "place", "b": "place", "jvm": "jvm", "failover": "failover"}
    entries = [EntryPoint(scheme, which, registry.GROUP) for scheme, which in schemes.items()]
    monkeypatch.setattr(registry, "entry_points", lambda group: entries)
    monkeypatch.setattr(registry, "load", transports.load)
    yield transports
    shut(transports.place.broker)
    shut(transports.jvm.broker)


# ---- failover: ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "targets", "options"),
    [
        ("failover:(a://x,b://y)", ["a://x", "b://y"], {}),
        ("failover:(a://x:1,y:2,b://z)?max_delay=3", ["a://x:1,y:2", "b://z"], {"max_delay": "3"}),
        ("failover:(a://x?colour=red,blue,b://y?colour=sky)?max_delay=3", ["a://x", "b://y"], {"max_delay": "3"}),
        ("failover:(a://me:secret@x,y/v%2Fhost,b://you@z)", ["a://x,y/v%2Fhost", "b://z"], {}),
        ("failover:(a://x)?", ["a://x"], {}),
        ("failover:a://x,y?colour=red", ["a://x,y"], {}),
        ("FAILOVER:(A://x)", ["a://x"], {}),
        ("failover:(jvm:artemis://x,y,jvm:ibmmq://z,jvm:///f)", ["jvm:artemis://x,y", "jvm:ibmmq://z", "jvm:///f"], {}),
        ("failover:(a://(x),b://y)", ["a://(x)", "b://y"], {}),
        (" failover:\n( a://x, b://y,\n\tb://z\n)?max_delay=1\n", ["a://x", "b://y", "b://z"], {"max_delay": "1"}),
        ("failover: a://x\n", ["a://x"], {}),
    ],
)
def test_the_factory_gets_the_inner_urls(
    installed: Installed, url: str, targets: list[str], options: dict[str, str]
) -> None:
    made = installed.connect(url)
    assert installed.failover.wrapped == [(targets, options, None, None)]
    assert sorted(call[0] for call in made) == sorted(targets)
    assert repr(ConnectionFactory(url)) == f"ConnectionFactory('failover:({','.join(targets)})')"


def test_wrappers_nest(installed: Installed) -> None:
    url = "failover:(failover:(a://x,b://y)?max_delay=1,a://z)?max_delay=2"
    installed.connect(url)
    assert installed.failover.wrapped == [
        (["failover:(a://x,b://y)", "a://z"], {"max_delay": "2"}, None, None),
        (["a://x", "b://y"], {"max_delay": "1"}, None, None),
    ]


def test_each_inner_url_has_its_own_user_and_options(installed: Installed) -> None:
    assert installed.connect("failover:(a://me:s%2Cb%29@x?colour=red,b://y?user_name=you&password=t,a://z)") == [
        ("a://x", {"colour": "red"}, "me", "s,b)"),
        ("b://y", {}, "you", "t"),
        ("a://z", {}, None, None),
    ]


@pytest.mark.parametrize(
    ("url", "user"),
    [
        ("failover:(a://x,b://me:secret@y)", ("boss", "key")),
        ("failover:(a://x,b://me:secret@y)?user_name=boss&password=key", None),
    ],
)
def test_the_user_of_the_connection_goes_before_those_inside(
    installed: Installed, url: str, user: tuple[str, str] | None
) -> None:
    assert [call[2:] for call in installed.connect(url, user)] == [("boss", "key"), ("boss", "key")]
    assert installed.failover.wrapped[0][2:] == ("boss", "key")


def test_the_timeouts_of_the_connection_reach_the_inner_transports(installed: Installed) -> None:
    made = installed.connect("failover:(a://x,b://y)?connect_timeout=3&window=7", request_timeout=4)
    assert [call[1] for call in made] == [{"window": "7", "connect_timeout": "3", "request_timeout": "4"}] * 2
    assert ConnectionFactory("failover:(a://x)?window=7")._provider.settings.window == 7


@pytest.mark.parametrize("option", ["client_id", "window", "connect_timeout", "request_timeout", "dead_letter"])
@pytest.mark.parametrize(
    "form", ["failover:(b://y,a://x?{}=5)", "failover:a://x?{}=5", "failover:(failover:(a://x)?{}=5)"]
)
def test_options_of_the_connection_are_refused_inside(installed: Installed, option: str, form: str) -> None:
    with pytest.raises(
        JMSError, match=f"option '{option}' is one of the whole connection: write it behind the parenth"
    ):
        ConnectionFactory(form.format(option))


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("failover:(a://x", "a parenthesis is not closed"),
        ("failover:(a://x,b://me:s(ecret@y)", "a parenthesis is not closed; one in a user or password is written %28"),
        ("failover:(a://x,b://me:s)ecret@y)", r"only \?name=value may follow the parentheses"),
        ("failover:(a://x)?max_delay", "must look like name=value&name=value, not 'max_delay'"),
        ("failover:(a://x)#f", r"only \?name=value may follow"),
        ("failover:(a://x)?max_delay=1#f", "no fragment"),
        ("failover:(a://x)?shape=red", "unknown option 'shape' for failover:; known are client_id, "),
        ("failover:(a://x)?colour=red", "option 'colour' is one of a://: write it in the inner URL, not behind"),
        ("failover:(a://x?max_delay=1)", "option 'max_delay' is one of the whole connection: write it behind"),
        ("failover:a://x?max_delay=1", "option 'max_delay' is one of the whole connection: write it behind"),
        ("failover:()?max_delay=://", "not a URL: ''"),
        (
            "failover://x",
            r"not a URL: 'failover://...': the inner URLs stand in parentheses, without //: failover:\(URL,",
        ),
        ("failover://(a://me:secret@x)", "not a URL: 'failover://...': the inner URLs stand in parentheses"),
        ("failover:(nothing,a://x)", r"not a URL: 'nothing,a://x'|not a URL: 'nothing'"),
        ("failover:(a://x,)", r"not a URL: 'failover:\(a://x,\)': a comma stands only between two"),
        ("failover:(a://me:secret@x,\n)", r"not a URL: 'failover:\(a://x,\)': a comma stands only between two URLs"),
        ("failover:(a://x,,b://y)", "a comma stands only between two URLs"),
        ("failover:(x:1)", r"not a URL: 'failover:\(x:1\)'; .* so does each URL in failover:"),
        ("failover:(x:1,a://x)", r"not a URL: 'x:1'; it looks like native://NAME or stomp://HOST:PORT"),
        ("failover:x:1", r"not a URL: 'failover:x:1'; it looks like native://NAME or stomp://HOST:PORT"),
        ("failover:(c://x)", "no transport for c://"),
        ("failover:(a:b://x)", "a: has no provider 'b'; write a://"),
    ],
)
def test_bad_wrappers_are_refused(installed: Installed, url: str, error: str) -> None:
    with pytest.raises(JMSError, match=error):
        ConnectionFactory(url)


def test_a_bad_value_inside_is_refused_with_its_url(installed: Installed) -> None:
    with pytest.raises(JMSError, match=r"^a://x: option colour is 'none'"):
        ConnectionFactory("failover:(a://me:secret@x?colour=none)").create_connection()


def test_forgetting_forgets_what_is_inside(installed: Installed) -> None:
    forget("failover:(a://me@x?colour=red,jvm:artemis://y)?max_delay=1")
    assert installed.place.forgotten == ["a://x"]
    assert installed.jvm.forgotten == ["jvm:artemis://y"]


# ---- jvm: -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("jvm:artemis://x:1,y:2?colour=red", ("jvm:artemis://x:1,y:2", {"colour": "red"}, None, None)),
        ("jvm:ibmmq://me:s%40@x/QM1", ("jvm:ibmmq://x/QM1", {}, "me", "s@")),
        (
            "jvm:///path/to/jndi.properties?colour=red",
            ("jvm:///path/to/jndi.properties", {"colour": "red"}, None, None),
        ),
    ],
)
def test_a_provider_stays_in_the_url(installed: Installed, url: str, expected: Call) -> None:
    assert installed.connect(url) == [expected]


def test_unknown_providers_are_refused(installed: Installed) -> None:
    with pytest.raises(JMSError, match=r"jvm: has no provider 'tibco'; known are artemis, ibmmq$"):
        ConnectionFactory("jvm:tibco://x")
    with pytest.raises(JMSError, match=r"a: has no provider 'artemis'; write a://$"):
        ConnectionFactory("a:artemis://x")


# ---- options that are objects ---------------------------------------------------------------------------------------


def test_objects_arrive_as_they_are(installed: Installed) -> None:
    keys: dict[str, str] = {"front": "1"}
    made = installed.connect("a://x", keys=keys, colour=5)
    assert made == [("a://x", {"keys": keys, "colour": "5"}, None, None)]
    assert made[0][1]["keys"] is keys
    installed.connect("failover:(a://x)", on_retry=print)
    assert installed.failover.wrapped[0][1] == {"on_retry": print}


@pytest.mark.parametrize("url", ["a://x?keys=1", "failover:(a://x?keys=1)", "failover:(a://x)?on_retry=print"])
def test_objects_are_refused_in_the_url(installed: Installed, url: str) -> None:
    with pytest.raises(JMSError, match=r"option '(keys|on_retry)' is an object: give it as a keyword, not in the URL"):
        ConnectionFactory(url)


# ---- what is shown --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("failover:(a://me:secret@x,b://me:secret@y?colour=red)?max_delay=3", "failover:(a://x,b://y)"),
        ("failover:(a://me:secret@x?password=secret,b://y)?password=secret", "failover:(a://x,b://y)"),
        ("failover:a://me:secret@x?password=secret", "failover:a://x"),
        ("failover:(failover:(a://me:secret@x),b://y)", "failover:(failover:(a://x),b://y)"),
        ("failover:(a://me:sec(ret)@x)", "failover:(a://x)"),
        ("failover:(a://me:secret@x", "failover:(...)"),
        ("failover:(a://me:sec)ret@x)", "failover:(...)"),
        ("failover:(a://me:sec)?ret@x)", "failover:(...)"),
        ("failover:(a://me:sec?ret@x)", "failover:(a://x)"),
        ("failover:(a://me:sec)?ret@x)?max_delay=1", "failover:(...)"),
        ("failover:(a://me:sec/ret@x)", "failover:(a://x)"),
        ("failover:(a://me:sec://ret@x)", "failover:(a://x)"),
        ("jvm:artemis://me:secret@x:1?password=secret", "jvm:artemis://x:1"),
        ("jvm:///f?password=secret", "jvm:///f"),
        ("a://me:x?secret=y@x", "a://x"),
        ("a://me:x?window=secret@x", "a://x"),
        ("a://me:se?cret@x", "a://x"),
        ("a://x,me:secret@y", "a://y"),
    ],
)
def test_no_secret_is_shown(installed: Installed, url: str, shown: str) -> None:
    assert without_secrets(url) == shown
    try:
        text = repr(ConnectionFactory(url)._provider)
    except JMSError as error:
        text = str(error)
    assert "sec" not in text.replace("password", "")
    assert "ret" not in text


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("a://me:x?secret=y@x", "an @ in the options of the URL: percent-encode"),
        ("a://me:x?window=secret@x", "an @ in the options of the URL: percent-encode"),
        ("a://me:se?cret@x", "percent-encode what is special in its user or password"),
        ("a://x,me:secret@y", "serve all hosts, and a comma in them is written %2C: a://...@y"),
        ("a:me:secret://x", "'a:...'; // is missing after the scheme"),
    ],
)
def test_a_password_that_ends_the_url_early_is_a_hint_to_encode_it(installed: Installed, url: str, hint: str) -> None:
    with pytest.raises(JMSError) as caught:
        ConnectionFactory(url)
    assert hint in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "cret" not in str(caught.value)


def test_options_that_name_a_person_may_have_an_at(installed: Installed) -> None:
    factory = ConnectionFactory("a://x?user_name=me@home&password=p@ss&client_id=c@d")
    assert (factory._provider.settings.user_name, factory._provider.settings.client_id) == ("me@home", "c@d")
