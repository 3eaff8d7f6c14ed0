"""The network below each client of kafka-python, with what version 3.0 does wrong there put right."""

from __future__ import annotations

import random
import socket
import ssl
import time
from typing import Any

from kafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError
from kafka.net.compat import KafkaNetClient
from kafka.net.inet import KafkaNetSocket
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector
from kafka.net.transport import KafkaSSLTransport, KafkaTCPTransport


class Network(KafkaNetClient):  # type: ignore[misc]
    """To be given to a client as its `kafka_client`."""

    def __init__(self, **settings: Any) -> None:
        selector = NetworkSelector(**settings)
        super().__init__(selector, _Connections(selector, **settings), **settings)

    def close(self, node_id: object = None) -> None:
        """Close one connection, or all and the loop; the library leaves open a socket with something left to write."""
        opened = [connection.transport for connection in list(self._manager._conns.values())]
        super().close(node_id)
        if node_id is None:
            for transport in opened:
                if transport is not None and transport._sock is not None:
                    transport._sock.close()

    def await_ready(self, node_id: object, timeout_ms: float = 30_000) -> bool:
        """Say that a node is not ready, rather than raise.

        Over an error a producer would forget what its transaction has to tell the coordinator, and then commit nothing
        as if that were all, or wait for ever.
        """
        try:
            return bool(super().await_ready(node_id, timeout_ms))
        except KafkaError:
            return False


class _Connections(KafkaConnectionManager):  # type: ignore[misc]
    """Asks each broker once and says why in vain; the library asks until a timeout, and tells no more than that."""

    def bootstrap(self, timeout_ms: float | None = None, refresh: bool = True) -> None:
        """Connect for the first time; leave no thread and no socket if that does not come about."""
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
                await self._ask(broker.node_id, time.monotonic() + share)
            except KafkaError as error:
                reason = error
            else:
                self.cluster.start_refresh_loop()
                return True
        raise reason or KafkaConnectionError("there is no broker to be asked")

    async def _ask(self, node_id: str, deadline: float) -> None:
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
            await self.wait_for(self.call_soon(self.cluster.refresh_metadata, node_id), left)
        finally:
            self._conns.pop(node_id, connection).close()

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
        """Give a socket; the library would leave open those that do not come to be one."""
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


class _LastWords:
    """Reads what came before the end of a connection: the library drops it, such as why a password is refused."""

    def _sock_recv(self) -> tuple[bytes, Exception | None]:
        octets, error = super()._sock_recv()  # type: ignore[misc]
        return octets, None if octets else error


class _Transport(_LastWords, KafkaTCPTransport):  # type: ignore[misc]
    pass


class _TlsTransport(_LastWords, KafkaSSLTransport):  # type: ignore[misc]
    async def shake_hands(self, deadline: float | None) -> None:
        """Begin TLS; the library would wait for ever for a server that says nothing."""
        while True:
            try:
                return self._sock.do_handshake()  # type: ignore[no-any-return]
            except ssl.SSLWantReadError:
                await self._net.wait_read(self._sock, timeout_at=deadline)
            except ssl.SSLWantWriteError:
                await self._net.wait_write(self._sock, timeout_at=deadline)
