"""ConnectionFactory.from_file: a factory by the name that a file gives it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

import jmslike
import jmslike.aio
import jmslike.java
from jmslike.naming import NamingError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "names.toml"
    path.write_text(
        f'[connectionFactory.shop]\nurl = "native://{uuid4().hex}"\nclient_id = "${{TILL}}"\nmax_redeliveries = 3\n'
        '[connectionFactory]\nwrong = "native://shop?colour=red"\nweblogic = "t3://host:7001"\n'
        '[queue]\norders = "shop.orders"\n',
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize("kind", [jmslike.ConnectionFactory, jmslike.java.ConnectionFactory])
def test_a_file_names_the_factory(
    file: Path, kind: type[jmslike.ConnectionFactory], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILL", "till-1")
    factory = kind.from_file(str(file), "shop")
    assert type(factory) is kind
    with factory.create_connection() as connection:
        assert connection.client_id == "till-1"


def test_a_factory_of_an_event_loop_has_a_name_in_a_file_as_well(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILL", "till-1")

    async def client_id() -> str | None:
        async with await jmslike.aio.ConnectionFactory.from_file(file, "shop").create_connection() as connection:
            return connection.client_id

    assert asyncio.run(client_id()) == "till-1"


def test_a_properties_file_has_urls_of_java(tmp_path: Path) -> None:
    path = tmp_path / "jndi.properties"
    path.write_text("connectionFactory.shop = tcp://host:61616\n", encoding="iso-8859-1")
    assert repr(jmslike.ConnectionFactory.from_file(path, "shop")) == "ConnectionFactory('stomp://host:61613')"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("orders", "no connection factory is named 'orders'; known are shop, weblogic, wrong"),
        ("shop", "'shop' needs the environment variable TILL, which is not set"),
        ("wrong", "the connection factory 'wrong' cannot be made: unknown option 'colour'"),
        ("weblogic", "the connection factory 'weblogic' cannot be made: .*jvm:///"),
    ],
)
def test_what_is_wrong_is_a_naming_error(file: Path, name: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TILL", raising=False)
    with pytest.raises(NamingError, match=message):
        jmslike.ConnectionFactory.from_file(file, name)


def test_a_file_that_is_not_there_is_a_naming_error(tmp_path: Path) -> None:
    with pytest.raises(NamingError, match=r"there.toml cannot be read: No such file"):
        jmslike.ConnectionFactory.from_file(tmp_path / "there.toml", "shop")
