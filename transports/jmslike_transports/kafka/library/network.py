"""The network below each client of kafka-python, with the faults of version 3.0 mended."""

from __future__ import annotations

import random
import socket
import ssl
import time
from typing import Any, Final

from kafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError
from kafka.net.compat import KafkaNetClient
from kafka.net.inet import KafkaNetSocket
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector
from kafka.net.transport import KafkaSSLTransport, KafkaTCPTransport

_STARTING: Final = 0.1
"""Seconds between two questions to a broker that is starting."""


class Network(KafkaNetClient):  # type: ignore[misc]
    """The `kafka_client` of a producer, consumer or administrator."""

    def __init__(self, **settings: Any) -> None:
        selector = NetworkSelector(**settings)
        super().__init__(selector, _Connections(selector, **settings), **settings)

    def close(self, node_id: object = None) -> None:
        """Close one connection, or all and the loop; the library leaves sockets with unwritten data open."""
        opened = [connection.transport for connection in list(self._manager._conns.values())]
        super().close(node_id)
        if node_id is None:
            for transport in opened:
                if transport is not None and transport._sock is not None:
                    transport._sock.close()

    def await_ready(self, node_id: object, timeout_ms: float = 30_000) -> bool:
        """Return False for a node that is not ready, rather than raise.

        After an error a producer would drop its transaction's pending requests to the coordinator. It would then commit
        nothing as if that were all, or wait forever.
        """
        try:
            return bool(super().await_ready(node_id, timeout_ms))
        except KafkaError:
            return False


class _Connections(KafkaConnectionManager):  # type: ignore[misc]
    """Tries each broker once and raises the reason; the library retries until a timeout, and reports only that."""

    def bootstrap(self, timeout_ms: float | None = None, refresh: bool = True) -> None:
        """Connect for the first time; leave no thread and no socket behind a failure."""
        try:
            super().bootstrap(timeout_ms, refresh)
        except BaseException:
            self.close()
            self._net.close()
            raise

    async def _do_bootstrap(self, deadline: float | None) -> bool:
        assert deadline is not None
        reason: KafkaError | None = None
        brokers = self.cluster.bootstrap_brokers()
        for number, broker in enumerate(random.sample(brokers, len(brokers))):
            share = (deadline - time.monotonic()) / (len(brokers) - number)
            try:
                await self._try(broker.node_id, time.monotonic() + share)
            except KafkaError as error:
                reason = error
            else:
                self.cluster.start_refresh_loop()
                return True
        raise reason or KafkaConnectionError("no broker to connect to")

    async def _try(self, node_id: str, deadline: float) -> None:
        left = max(1.0, (deadline - time.monotonic()) * 1000)
        connection = self.get_connection(
            node_id,
            timeout_ms=left,
            pop_on_close=False,
            refresh_metadata_on_err=False,
            reset_backoff_on_connect=False,
        )
        try:
            await self.wait_for(connection.init_future, left)
            await self._learn_of_brokers(node_id, deadline)
        finally:
            self._conns.pop(node_id, connection).close()

    async def _learn_of_brokers(self, node_id: str, deadline: float) -> None:
        """Ask for the brokers until there is one: a broker that has just started knows of none, not even of itself.

        A client that began without any would never find one.
        """
        while True:
            left = max(1.0, (deadline - time.monotonic()) * 1000)
            await self.wait_for(self.call_soon(self.cluster.refresh_metadata, node_id), left)
            if self.cluster.brokers():
                return
            if time.monotonic() > deadline:
                raise KafkaConnectionError("the broker is starting: it knows of no brokers yet")
            await self._net.sleep(_STARTING)

    async def _build_transport(self, node: Any, timeout_at: float | None = None) -> Any:
        opened = await self._connected(node.host, node.port, timeout_at)
        if not self.ssl_enabled:
            return _Transport(self._net, opened, host=node.host)
        transport = _TlsTransport(self._net, opened, host=node.host, ssl_context=self.config["ssl_context"])
        try:
            await transport.shake_hands(timeout_at)
        except BaseException as error:
            transport.abort()
            if not isinstance(error, (OSError, KafkaTimeoutError)):
                raise
            raise KafkaConnectionError(f"TLS: {error}") from error
        return transport

    async def _connected(self, host: str, port: int, deadline: float | None) -> socket.socket:
        """Return a connected socket; the library would leave open those that fail to connect."""
        network = KafkaNetSocket()
        reason: KafkaError | None = None
        for family, kind, protocol, _, address in network.dns_lookup(host, port, raise_error=True):
            attempt = network.socket(family, kind, protocol)
            attempt.setblocking(False)
            for option in self.config["socket_options"]:
                attempt.setsockopt(*option)
            try:
                return await network.sock_connect(self._net, attempt, address, timeout_at=deadline)  # type: ignore[no-any-return]
            except BaseException as error:  # also that of a loop which ends
                attempt.close()
                if not isinstance(error, KafkaError):
                    raise
                reason = KafkaConnectionError(f"{host}:{port}: {error.args[0] if error.args else error}")
        raise reason or KafkaConnectionError(f"{host}:{port} has no address")


class _ReadsToTheEnd:
    """Reads what came before the end of a connection, such as why a password is refused; the library drops it."""

    def _sock_recv(self) -> tuple[bytes, Exception | None]:
        octets, error = super()._sock_recv()  # type: ignore[misc]
        return octets, None if octets else error


class _Transport(_ReadsToTheEnd, KafkaTCPTransport):  # type: ignore[misc]
    pass


class _TlsTransport(_ReadsToTheEnd, KafkaSSLTransport):  # type: ignore[misc]
    async def shake_hands(self, deadline: float | None) -> None:
        """Begin TLS; the library would wait forever for a server that stays silent."""
        while True:
            try:
                return self._sock.do_handshake()  # type: ignore[no-any-return]
            except ssl.SSLWantReadError:
                await self._net.wait_read(self._sock, timeout_at=deadline)
            except ssl.SSLWantWriteError:
                await self._net.wait_write(self._sock, timeout_at=deadline)
