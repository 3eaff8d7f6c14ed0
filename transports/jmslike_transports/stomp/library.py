"""Connections of stomp.py, with the parts of it that jmslike replaces.

stomp.py by itself does not say why it cannot connect, and retries without end when a file is missing. Over TLS it
takes the end of a connection for silence. After a missed heartbeat it waits without bound for the peer's TLS closure.

All of this rests on names that stomp.py does not document, as of version 9.0. Only this module and wire.py use them;
tests/unit/stomp/test_library_names.py lists them.
"""

from __future__ import annotations

import selectors
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import stomp
from stomp.utils import PollableQueue

from jmslike_transports.stomp.address import Address
from jmslike_transports.stomp.reader import Handler, Reader

_LARGEST_READ: Final = 2**16
"""Bytes that one call reads at most."""


def make_connection(
    host: tuple[str, int],
    address: Address,
    handlers: Mapping[bytes, Handler],
    on_silence: Callable[[], None],
    on_failure: Callable[[OSError], None],
) -> Any:
    """Make a stomp.py connection to one host. Its `connect` raises what the socket raised.

    Frames go to the handler of their command, or else to stomp.py. When the broker misses a heartbeat, `on_silence`
    is called and has to end the connection. If there is a reason why it ended, `on_failure` gets it.
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

    def connect() -> None:
        link = socket.create_connection(host, address.connect_timeout)
        try:
            if address.tls is not None:
                link = address.tls.wrap_socket(link, server_hostname=host[0])
        except BaseException:
            link.close()
            raise
        transport.socket, transport.current_host_and_port = link, host
        if address.tls is not None:
            _write_by_reader(transport)
        link.setblocking(transport.blocking)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _limit_writes(link if transport.blocking else transport.send_queue._putsocket, address.request_timeout)

    transport.attempt_connection = connect
    transport.receive = Reader(_receiver(transport, on_failure), handlers).receive
    transport.disconnect_socket = on_silence
    transport.override_threading(lambda loop: _start(loop, transport))
    return connection


def _start(loop: Callable[[], None], transport: Any) -> threading.Thread:
    """Start stomp.py's thread. It closes the socket, also where stomp.py leaves that open: ended before it began."""

    def run() -> None:
        loop()
        _close_socket(transport)

    thread = threading.Thread(target=run, name="jmslike-stomp", daemon=True)
    try:
        thread.start()
    except RuntimeError:  # too many threads
        _close_socket(transport)
        raise
    return thread


def _close_socket(transport: Any) -> None:
    if transport.socket is not None:
        transport.cleanup()


def _receiver(transport: Any, on_failure: Callable[[OSError], None]) -> Callable[[], bytes]:
    def receive() -> bytes:
        try:
            octets: bytes = transport.socket.recv(_LARGEST_READ)
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


def disconnect(connection: Any) -> None:
    """End the connection without DISCONNECT. stomp.py's thread sees that and closes the socket."""
    transport = connection.transport
    transport.running = False
    with suppress(AttributeError, OSError):  # it has ended already
        transport.socket.shutdown(socket.SHUT_RDWR)


def expect_heartbeat(connection: Any) -> None:
    """Let the first heartbeat come no later than the others; stomp.py would wait twice as long for it."""
    if connection.received_heartbeat is not None:
        connection.received_heartbeat = time.monotonic()


def gather(transport: Any, *, gathers: bool) -> None:
    """Let the network gather small writes from now on, or else send each at once, with what was gathered."""
    transport.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0 if gathers else 1)


def _write_by_reader(transport: Any) -> None:
    # two threads must not use one TLS socket: what is written goes to the thread that reads
    transport.send_queue = PollableQueue()
    transport.sel = selectors.DefaultSelector()
    transport.sel.register(transport.send_queue, selectors.EVENT_READ)
    transport.sel.register(transport.socket, selectors.EVENT_READ)
    transport.blocking = False


def _limit_writes(link: socket.socket, seconds: float) -> None:
    # a broker that no longer reads would block a write, and the heartbeats behind it, forever
    if sys.platform != "win32":
        with suppress(OSError):  # the connection has ended already; the next write raises
            link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", max(1, round(seconds)), 0))
