"""What stomp.py says when nobody has set up logging: nothing."""

from __future__ import annotations

import subprocess
import sys

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
