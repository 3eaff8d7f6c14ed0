"""A broker behind TLS: clients and servers without a valid certificate are refused, and a cut link is a loss."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest

from jmslike import ConnectionFactory, ConnectionLostError, JMSError
from tests.brokers.certificates import Authority, Credentials
from tests.faults.conftest import target_of
from tests.faults.steps import PATIENCE, Connect, loss_of, put, take, within_bounds
from tests.faults.targets import WIRES, Target, each

T = TypeVar("T")
CHUNK = 65536
SERVER_NAME = "localhost"
LONG_TEXT = "é" * 1_000_000
"""Many records of TLS."""


class Gate:
    """Forwards what comes over TLS to the broker, and back."""

    def __init__(self, broker_url: str, shown: Credentials, client_authority: str | None) -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=client_authority)
        context.load_cert_chain(*shown)
        if client_authority is not None:
            context.verify_mode = ssl.CERT_REQUIRED
        address = urlsplit(broker_url)
        self._broker = (address.hostname, address.port)
        self._ends: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._link, "127.0.0.1", 0, ssl=context))
        self.port = self._server.sockets[0].getsockname()[1]
        self._address = address

    def url(self, host: str = SERVER_NAME, *, over_tls: bool = True) -> str:
        user = self._address.netloc.rpartition("@")[0]
        scheme = f"{self._address.scheme}s" if over_tls else self._address.scheme
        return self._address._replace(scheme=scheme, netloc=f"{user}@{host}:{self.port}").geturl()

    def cut(self) -> None:
        """Break every link, without the closing alert of TLS."""
        self._loop.call_soon_threadsafe(self._cut)

    def close(self) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    async def _close(self) -> None:
        self._server.close()
        self._cut()
        links = asyncio.all_tasks() - {asyncio.current_task()}
        if links:
            await asyncio.wait(links)

    async def _link(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        from_broker, to_broker = await asyncio.open_connection(*self._broker)
        self._ends |= {to_client, to_broker}
        await asyncio.gather(forward(from_client, to_broker), forward(from_broker, to_client))

    def _cut(self) -> None:
        for end in self._ends:
            end.transport.abort()


async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while octets := await reader.read(CHUNK):
            writer.write(octets)
            await writer.drain()
    writer.close()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Authority]:
    """Founds authorities."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no command openssl, which makes the certificates")
    return lambda name: Authority(tmp_path_factory.mktemp(name))


@pytest.fixture(scope="module")
def authority(found: Callable[[str], Authority]) -> Authority:
    """Return the authority that client and server should trust."""
    return found("authority")


@pytest.fixture(scope="module")
def stranger(found: Callable[[str], Authority]) -> Authority:
    """Return an authority that signed nothing for the server."""
    return found("stranger")


@pytest.fixture(scope="module")
def server(authority: Authority) -> Credentials:
    """Return the certificate of the server."""
    return authority.certify("server", f"subjectAltName = DNS:{SERVER_NAME}")


@pytest.fixture(params=each(WIRES))
def target(request: pytest.FixtureRequest) -> Target:
    """Return each target whose TLS is Python's."""
    return target_of(request)


@pytest.fixture
def gate(target: Target, server: Credentials) -> Iterator[Gate]:
    """Return a gate to the broker over TLS."""
    it = Gate(target.url, server, None)
    yield it
    it.close()


@pytest.fixture
def guarded(target: Target, server: Credentials, authority: Authority) -> Iterator[Gate]:
    """Return a gate over TLS that requires a certificate of the authority from clients."""
    it = Gate(target.url, server, authority.file)
    yield it
    it.close()


def check_that_messages_pass(connect: Connect, name: str, url: str, **options: Any) -> None:
    session = connect(url, **options).create_session()
    consumer = session.create_consumer(session.create_queue(name))
    put(session, name, ["short", LONG_TEXT])
    assert [take(consumer), take(consumer)] == ["short", LONG_TEXT]


def refusal_of(url: str, **options: Any) -> str:
    """Return the error of a connection that is refused, which must come in time."""
    factory = ConnectionFactory(url, connect_timeout=2, **options)
    with pytest.raises(JMSError) as refused:
        within_bounds(factory.create_connection)
    return str(refused.value)


def test_the_authority_of_the_server_is_trusted(gate: Gate, authority: Authority, connect: Connect, name: str) -> None:
    check_that_messages_pass(connect, name, gate.url(), tls_ca=authority.file)


def test_the_options_may_stand_in_the_url(gate: Gate, authority: Authority, connect: Connect, name: str) -> None:
    check_that_messages_pass(connect, name, f"{gate.url()}?tls_ca={authority.file}")


def test_another_authority_is_not_enough(gate: Gate, stranger: Authority) -> None:
    refusal_of(gate.url(), tls_ca=stranger.file)


def test_the_authorities_of_the_system_do_not_know_a_private_one(gate: Gate) -> None:
    refusal_of(gate.url())


def test_a_certificate_for_another_host_is_refused(gate: Gate, authority: Authority) -> None:
    refusal_of(gate.url("127.0.0.1"), tls_ca=authority.file)


def test_the_error_says_what_is_wrong_with_the_server(gate: Gate, authority: Authority, stranger: Authority) -> None:
    assert "certificate verify failed: unable to get local issuer" in refusal_of(gate.url(), tls_ca=stranger.file)
    assert "not valid for '127.0.0.1'" in refusal_of(gate.url("127.0.0.1"), tls_ca=authority.file)


def test_an_untrusted_server_is_an_error_that_says_what_to_do(gate: Gate) -> None:
    assert "tls_ca" in refusal_of(gate.url())


@pytest.mark.parametrize("host", [SERVER_NAME, "127.0.0.1"])
def test_no_certificate_is_needed_without_verification(gate: Gate, host: str, connect: Connect, name: str) -> None:
    check_that_messages_pass(connect, name, gate.url(host), tls_verify=False)


def test_a_client_that_must_show_a_certificate_does(
    guarded: Gate, authority: Authority, connect: Connect, name: str
) -> None:
    shown = authority.certify("client", "extendedKeyUsage = clientAuth")
    check_that_messages_pass(
        connect, name, guarded.url(), tls_ca=authority.file, tls_cert=shown.certificate, tls_key=shown.key
    )


def test_a_client_without_the_certificate_that_it_needs_is_refused(guarded: Gate, authority: Authority) -> None:
    refusal_of(guarded.url(), tls_ca=authority.file)


def test_a_client_with_a_certificate_of_another_authority_is_refused(
    guarded: Gate, authority: Authority, stranger: Authority
) -> None:
    shown = stranger.certify("client", "extendedKeyUsage = clientAuth")
    assert "tls_cert" in refusal_of(guarded.url(), tls_ca=authority.file, tls_cert=shown.certificate, tls_key=shown.key)


def test_a_key_of_another_certificate_is_refused_by_name(target: Target, authority: Authority) -> None:
    mine, other = authority.certify("mine", ""), authority.certify("other", "")
    url = target.url.replace("://", "s://", 1)
    assert f"the key in '{other.key}' is not that" in refusal_of(url, tls_cert=mine.certificate, tls_key=other.key)


def test_a_client_without_tls_is_refused(gate: Gate) -> None:
    refusal_of(gate.url(over_tls=False))


def test_a_server_without_tls_is_refused(target: Target) -> None:
    assert "port for TLS?" in refusal_of(target.url.replace("://", "s://", 1), tls_verify=False)


def test_a_cut_link_is_a_loss_without_heartbeats(gate: Gate, authority: Authority, connect: Connect, name: str) -> None:
    connection = connect(gate.url(), tls_ca=authority.file, heartbeat=0)
    session = connection.create_session()
    consumer = session.create_consumer(session.create_queue(name))
    with ThreadPoolExecutor(1) as pool, loss_of(connection):
        waiting = pool.submit(consumer.receive)
        gate.cut()
        with pytest.raises(ConnectionLostError):
            waiting.result(PATIENCE)
