"""The pytest plugin of the suites: the fixture `jms`, and what each test with it must do (see `behaviour`).

A conftest loads it with `pytest_plugins = ["jmslike.testing.plugin"]`; a test module defines a fixture `harness`, of
the scope "module" or "session".
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

import jmslike
from jmslike.capabilities import Capabilities

pytest.register_assert_rewrite("jmslike.testing.conformance", "jmslike.testing.contract")

from jmslike.testing.behaviour import expectation, ids_in  # noqa: E402 - after the registration
from jmslike.testing.harness import Harness  # noqa: E402
from jmslike.testing.provider import Provider  # noqa: E402


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark behind `requires`."""
    config.addinivalue_line("markers", "requires(*features): the test needs these features of the transport")


@pytest.fixture(scope="module")
def capabilities(harness: Harness) -> Capabilities:
    """Return what a live connection declares."""
    with jmslike.ConnectionFactory(harness.url, **harness.options).create_connection() as connection:
        return connection.capabilities


@pytest.fixture
def jms(harness: Harness, capabilities: Capabilities) -> Iterator[Provider]:
    """Return the provider under test; what the test opens is closed when it ends."""
    provider = Provider(harness, capabilities)
    yield provider
    provider.close()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Check that each test that uses `jms` ends as the transport declares."""
    provider = pyfuncitem.funcargs.get("jms")
    if not isinstance(provider, Provider):
        return (yield)
    features = [feature for mark in pyfuncitem.iter_markers("requires") for feature in mark.args]
    with expectation(_ids(pyfuncitem), features, provider.capabilities):
        yield
    return True


def _ids(test: pytest.Function) -> list[str]:
    """Return the test's ids; a parametrized case that is named by an id has that one only."""
    case = getattr(test, "callspec", None)
    return (ids_in(case.id) if case is not None else []) or ids_in(test.function.__doc__)
