"""What stomp.py says, also when everything is logged: nothing."""

from __future__ import annotations

import subprocess
import sys

from tests.unit.stomp.server import CONNECTED, Server

SCRIPT = """
import socket
from jmslike import ConnectionFactory, ConnectionLostError
with socket.socket() as unused:
    unused.bind(("127.0.0.1", 0))
    try:
        ConnectionFactory(f"stomp://127.0.0.1:{unused.getsockname()[1]}").create_connection()
    except ConnectionLostError:
        print("refused")
"""


def test_nothing_is_printed_where_no_broker_listens() -> None:
    result = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60)
    assert (result.stdout, result.stderr) == ("refused\n", "")


LOGGING_ALL = """
import logging, sys
logging.basicConfig(level=logging.DEBUG, format="%(name)s: %(message)s")
from jmslike import ConnectionFactory, JMSError
factory = ConnectionFactory(sys.argv[1], request_timeout=0.1)
with factory.create_connection() as connection:
    session = connection.create_session()
    try:
        session.create_producer(session.create_queue("q")).send(session.create_text_message("x"))
    except JMSError:
        pass
"""


def test_only_our_own_loggers_are_heard_of_and_never_the_password() -> None:
    server = Server({b"CONNECT": CONNECTED % b"0,0"})
    try:
        url = server.url.replace("://", "://me:s3cret@")
        command = [sys.executable, "-c", LOGGING_ALL, url]
        result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    finally:
        server.close()
    lines = result.stderr.splitlines()
    assert lines
    assert [line for line in lines if not line.startswith("jmslike.")] == []
    assert "s3cret" not in result.stderr
