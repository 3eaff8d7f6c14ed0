"""What an operator does to queues: count, move, copy and remove messages, and return dead letters.

Each function takes the URL of a provider, connects, and closes. A queue is a name or a `Queue`. Nothing here loses a
message, whatever ends it: what is moved leaves its queue in the transaction that sends it on, or after the other
provider has confirmed it. What arrives meanwhile is left alone, so that each function ends.

With `interruption`, an event, a function stops between two transactions and raises KeyboardInterrupt. An error that
ends it has a note with what was done before.
"""

from __future__ import annotations

from jmslike.operating.copying import copy
from jmslike.operating.counting import count
from jmslike.operating.moving import move, purge
from jmslike.operating.returning import Returned, retry

__all__ = ["Returned", "copy", "count", "move", "purge", "retry"]
