"""The users of an engine: `ConnectionFactory("native://NAME", users={"name": "password"})`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import jmslike
from jmslike import ConnectionFactory, JMSError, JMSSecurityError

URL = "native://users"
USERS = {"anna": "s3cret", "bert": "hush"}


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    jmslike.forget(URL)


@pytest.mark.parametrize(
    "login", [(None, None), ("anna", None), ("anna", "hush"), ("carl", "s3cret"), ("", ""), (None, "s3cret")]
)
def test_others_are_refused_without_a_secret_in_the_error(login: tuple[str | None, str | None]) -> None:
    """CONN-22, ERR-04"""
    factory = ConnectionFactory(URL, users=USERS)
    with pytest.raises(JMSSecurityError, match="native://users refused") as refusal:
        factory.create_connection(*login)
    assert not any(secret in str(refusal.value) + repr(factory) for secret in USERS.values())


@pytest.mark.parametrize("user", USERS)
def test_a_user_connects_in_every_way_to_log_in(user: str) -> None:
    """CONN-22"""
    ConnectionFactory(URL, users=USERS).create_context(user, USERS[user]).close()
    ConnectionFactory(URL, users=USERS, user_name=user, password=USERS[user]).create_connection().close()
    jmslike.connect(f"native://{user}:{USERS[user]}@users").close()


def test_the_engine_keeps_its_users_for_factories_that_name_none() -> None:
    """CONN-22"""
    ConnectionFactory(URL, users=USERS).create_connection("anna", "s3cret").close()
    with pytest.raises(JMSSecurityError):
        jmslike.connect(URL)


@pytest.mark.parametrize("first", [None, {"anna": "another"}])
def test_an_engine_is_not_given_other_users(first: dict[str, str] | None) -> None:
    ConnectionFactory(URL, users=first).create_connection("anna", "another").close()
    with pytest.raises(JMSError, match="exists with another users") as refusal:
        ConnectionFactory(URL, users=USERS).create_connection("anna", "s3cret")
    assert "another:" not in str(refusal.value)
    assert "s3cret" not in str(refusal.value)


def test_later_changes_of_the_mapping_have_no_effect() -> None:
    users = dict(USERS)
    ConnectionFactory(URL, users=users).create_connection("anna", "s3cret").close()
    users["carl"] = "new"
    with pytest.raises(JMSSecurityError):
        jmslike.connect(URL, user_name="carl", password="new")


@pytest.mark.parametrize("users", [{}, "anna", {"anna": None}, {1: "s3cret"}, ["anna"]])
def test_what_is_no_mapping_of_users_is_refused_without_showing_it(users: Any) -> None:
    with pytest.raises(JMSError, match="mapping of user names to passwords") as refusal:
        ConnectionFactory(URL, users=users).create_connection()
    assert "s3cret" not in str(refusal.value)


def test_users_in_a_url_are_refused() -> None:
    with pytest.raises(JMSError, match="give it as a keyword") as refusal:
        ConnectionFactory(f"{URL}?users=anna%3As3cret")
    assert "s3cret" not in str(refusal.value)
