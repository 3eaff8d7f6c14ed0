"""Opens the socket of a stomp.py connection.

stomp.py by itself does not say why it cannot connect, and begins again and again when a file is missing. Over TLS it
takes the end of a link for silence, and waits without bound for the other side's good-bye when it has missed a
heartbeat.
"""

from __future__ import annotations

import selectors
import socket
import ssl
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import stomp
from stomp.utils import PollableQueue

from jmslike_transports.stomp.address import Address

_AT_ONCE: Final = 2**16
"""Bytes that are read at once, at most."""


def make_connection(
    host: tuple[str, int],
    address: Address,
    on_silence: Callable[[], None],
    on_failure: Callable[[OSError], None],
) -> Any:
    """Give a stomp.py connection whose `connect` raises why there is no socket; `on_silence` has to drop it.

    `on_failure` is told why the link ends, if there is a reason.
    """
    heartbeat = round(address.heartbeat * 1000)
    connection = stomp.Connection12(
        [host],
        heartbeats=(heartbeat, heartbeat),
        heart_beat_receive_scale=2.5,
        vhost=address.virtual_host or "/",
        auto_decode=False,
        auto_content_length=False,
    )
    transport = connection.transport

    def dial() -> None:
        link = socket.create_connection(host, address.connect_timeout)
        try:
            if address.tls is not None:
                link = address.tls.wrap_socket(link, server_hostname=host[0])
        except BaseException:
            link.close()
            raise
        transport.socket, transport.current_host_and_port = link, host
        if address.tls is not None:
            _hand_to_reader(transport)
        link.setblocking(transport.blocking)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _bound_writes(link if transport.blocking else transport.send_queue._putsocket, address.request_timeout)

    transport.attempt_connection = dial
    transport.receive = _receiver(transport, on_failure)
    transport.disconnect_socket = on_silence
    return connection


def _receiver(transport: Any, on_failure: Callable[[OSError], None]) -> Callable[[], bytes]:
    def receive() -> bytes:
        try:
            octets: bytes = transport.socket.recv(_AT_ONCE)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except OSError as error:
            on_failure(error)
            octets = b""
        except AttributeError:  # it was closed here
            octets = b""
        if not octets:
            transport.running = False
        return octets

    return receive


def gather(transport: Any, *, gathers: bool) -> None:
    """Let the network gather what is written from now on while the broker is busy, or else let it go at once, together
    with what was gathered."""
    transport.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0 if gathers else 1)


def _hand_to_reader(transport: Any) -> None:
    # two threads must not use one TLS socket: what is written goes to the thread that reads
    transport.send_queue = PollableQueue()
    transport.sel = selectors.DefaultSelector()
    transport.sel.register(transport.send_queue, selectors.EVENT_READ)
    transport.sel.register(transport.socket, selectors.EVENT_READ)
    transport.blocking = False


def _bound_writes(link: socket.socket, seconds: float) -> None:
    # a broker that no longer reads would block a write, and the heartbeats behind it, for ever
    if sys.platform != "win32":
        with suppress(OSError):  # the link has gone already, which the next write tells
            link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", max(1, round(seconds)), 0))
