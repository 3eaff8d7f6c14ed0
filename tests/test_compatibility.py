"""docs/compatibility.md says what live connections declare; a broker that cannot run here is not compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from jmslike.capabilities import NATIVE, Capabilities, Expecting, Feature, partial, unsupported
from jmslike.errors import JMSError
from jmslike.registry import resolve
from tests.compatibility import BROKERS, PAGE, UNKNOWN, Declared, JavaClient, Wire, ask, declared, read, render


@pytest.mark.parametrize(
    "title",
    [
        pytest.param(title, marks=[] if isinstance(behind, str) else [pytest.mark.broker(behind.broker)])
        for title, behind in BROKERS.items()
    ],
)
def test_the_page_is_not_stale(title: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    behind = BROKERS[title]
    if isinstance(behind, str):
        url = behind.format(folder=tmp_path)
    else:
        url = behind.url(request.getfixturevalue(behind.broker))
    now, then = ask(url), read(PAGE.read_text(encoding="utf-8"))[title]
    assert then.levels == now.levels, "make docs"
    assert then.details.splitlines() == now.details.splitlines(), "make docs"


@pytest.mark.parametrize("title", [title for title, behind in BROKERS.items() if not isinstance(behind, JavaClient)])
def test_a_url_leads_to_expect_what_a_connection_declares(title: str, tmp_path: Path) -> None:
    behind = BROKERS[title]
    if isinstance(behind, str):
        url = behind.format(folder=tmp_path / "new")
    else:
        assert isinstance(behind, Wire)
        dialect = f"?dialect={behind.broker}" if behind.protocol == "stomp" else ""
        url = f"{behind.protocol}://nowhere:1{behind.options or dialect}"
    then, expected = read(PAGE.read_text(encoding="utf-8"))[title], expected_of(url)
    assert expected is not None
    assert (expected.levels, expected.details.splitlines()) == (then.levels, then.details.splitlines())
    assert expected_of(f"failover:({url})") == expected
    assert not (tmp_path / "new").exists()


def test_only_a_connection_tells_which_broker_speaks_stomp() -> None:
    assert expected_of("stomp://nowhere:1") is None
    assert expected_of("failover:(stomp://nowhere:1,native://)") is None


def test_what_is_taken_for_granted_is_said() -> None:
    assert assumption_of("stomp://nowhere:1?dialect=activemq") == "the broker runs with schedulerSupport"
    assert assumption_of("failover:(amqp://one,amqp://two)") == ""
    assert assumption_of("failover:(amqp://one,kafka://two)") == "amqp://one is the first that answers"


def test_options_that_a_connection_would_refuse() -> None:
    with pytest.raises(JMSError, match="ActiveMQ Artemis has no transformations"):
        expected_of("stomp://nowhere:1?dialect=artemis&transformations=true")
    with pytest.raises(JMSError, match=r"no dialect 'mine' .* add \?dialect=artemis"):
        expected_of("stomp://nowhere:1?dialect=mine")


def expected_of(url: str) -> Declared | None:
    transport = resolve(url, {}).transport(None, None)
    assert isinstance(transport, Expecting)
    expected = transport.expected()
    return None if expected is None else declared(expected.capabilities)


def assumption_of(url: str) -> str:
    transport = resolve(url, {}).transport(None, None)
    assert isinstance(transport, Expecting)
    expected = transport.expected()
    assert expected is not None
    return expected.assumption


def test_the_page_has_these_transports_in_this_order() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert list(read(page)) == list(BROKERS)
    assert render(read(page)) == page, "make docs"


def test_what_is_partial_and_what_is_missing_is_reported() -> None:
    features = {
        **dict.fromkeys(Feature, NATIVE),
        Feature.CLIENT_ID: partial(CID_06="shared", CID_01="shared", CID_02="other"),
        Feature.BROWSE: unsupported("take a topic | or nothing"),
    }
    found = declared(Capabilities("product", "1.0", features))
    assert found.levels[Feature.CLIENT_ID.value] == "partial"
    assert found.levels[Feature.BROWSE.value] == "no"
    assert found.details == (
        "Partial:\n\n- exclusive client identifiers\n    - CID-01, CID-06: shared\n    - CID-02: other\n\n"
        "No:\n\n- queue browsers: take a topic | or nothing"
    )


def test_a_page_is_read_as_it_was_written() -> None:
    everything = declared(Capabilities("product", "1.0", dict.fromkeys(Feature, NATIVE)))
    assert everything.details == "Everything is supported."
    two = everything._replace(version="2.0", details="No:\n\n- all")
    transports = {"one": everything, "two": two, "three, jvm": two._replace(version="3.0")}
    assert read(render(transports)) == transports


def test_what_was_never_asked_is_marked() -> None:
    page = render({"one": UNKNOWN})
    assert page.count("| ? |") == 1 + len(Feature)
