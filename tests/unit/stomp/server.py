"""A server for tests: answers what it is told to, and is silent after that."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Mapping
from pathlib import Path

from jmslike import Connection
from jmslike_transports.stomp.transport import StompTransport
from jmslike_transports.stomp.wire import Wire

CERTIFICATE = str(Path(__file__).with_name("localhost.pem"))
"""Of 127.0.0.1, with its key, signed by itself; for tests only."""
CONNECTED = b"CONNECTED\nversion:1.2\nserver:ActiveMQ-Artemis/2.44.0\nheart-beat:%b\n\n\0"


class Server:
    """Answers the first frame of a link if it knows the command."""

    def __init__(self, answers: Mapping[bytes, bytes], *, secure: bool = False) -> None:
        self._answers = answers
        self._context = None
        if secure:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(CERTIFICATE)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._links: list[socket.socket] = []
        self.url = f"stomp{'s' * secure}://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._listening.accept()
            except OSError:
                return
            self._links.append(link)
            try:
                if self._context is not None:
                    self._links[-1] = link = self._context.wrap_socket(link, server_side=True)
                self._answer(link)
            except OSError:
                continue  # the client did not like it

    def _answer(self, link: socket.socket) -> None:
        received = link.recv(65536)
        for command, answer in self._answers.items():
            if received.startswith(command):
                link.sendall(answer)

    def demand_certificate(self) -> None:
        """Refuse clients from now on that do not show the certificate."""
        assert self._context is not None
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._context.load_verify_locations(CERTIFICATE)

    def end_links(self) -> None:
        """Let all clients find the end of their links."""
        for link in self._links:
            link.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End all links, and listen no longer."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(10)
        for link in self._links:
            link.close()


class Obliging(Server):
    """Answers CONNECT, and gives every frame the receipt that it asks for."""

    def __init__(self) -> None:
        super().__init__({})

    def answer_to(self, frame: bytes) -> bytes:
        """Return what is sent back for a frame."""
        if frame.startswith(b"CONNECT\n"):
            return CONNECTED % b"0,0"
        receipt = re.search(rb"^receipt:(.*)$", frame, re.MULTILINE)
        return b"" if receipt is None else b"RECEIPT\nreceipt-id:%b\n\n\0" % receipt[1]

    def _answer(self, link: socket.socket) -> None:
        threading.Thread(target=self._oblige, args=(link,), daemon=True).start()

    def _oblige(self, link: socket.socket) -> None:
        rest = b""
        try:
            while octets := link.recv(65536):
                *frames, rest = (rest + octets).split(b"\0")
                for frame in frames:
                    link.sendall(self.answer_to(frame.lstrip()))
        except OSError:
            return


def wire_of(connection: Connection) -> Wire:
    """Return the wire under a connection over STOMP."""
    transport = connection._state.transport
    assert isinstance(transport, StompTransport)
    return transport.connection.wire
