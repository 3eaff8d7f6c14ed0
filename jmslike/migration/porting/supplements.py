"""What a draft defines itself, if it uses it: classes of Java's library that Python lacks."""

from __future__ import annotations

from typing import Final

SUPPLEMENTS: Final = {
    "todo": '''\
def todo(java):
    """Stand for Java that is not translated yet."""
    raise NotImplementedError(java)
''',
    "read_line": '''\
def read_line(stream):
    """Return the next line, None at the end."""
    line = stream.readline()
    return line.rstrip("\\n") if line else None
''',
    "hash_code": '''\
def hash_code(value):
    """Return Java's hash code of a text, in each process the same; of another object Python's hash."""
    if not isinstance(value, str):
        return hash(value)
    units, code = value.encode("utf-16-be", "surrogatepass"), 0
    for high, low in zip(units[::2], units[1::2]):
        code = (31 * code + 256 * high + low) % 2**32
    return code - 2**32 if code >= 2**31 else code
''',
    "CountDownLatch": '''\
class CountDownLatch:
    """Lets threads wait until others have counted down to 0."""

    def __init__(self, count):
        self.count = count
        self._changed = threading.Condition()

    def count_down(self):
        with self._changed:
            self.count = max(0, self.count - 1)
            self._changed.notify_all()

    def wait(self, seconds=None):
        with self._changed:
            return self._changed.wait_for(lambda: self.count == 0, seconds)
''',
    "BlockingQueue": '''\
class BlockingQueue(queue.Queue):
    """A queue between threads."""

    def poll(self, seconds):
        try:
            return self.get(timeout=seconds) if seconds else self.get_nowait()
        except queue.Empty:
            return None
''',
    "AtomicNumber": '''\
class AtomicNumber:
    """A number that several threads change."""

    def __init__(self, value):
        self._value = value
        self._lock = threading.Lock()

    def get(self):
        return self._value

    def __str__(self):
        return str(self._value)

    def set(self, value):
        with self._lock:
            self._value = value

    def add(self, more):
        with self._lock:
            self._value += more
            return self._value
''',
}
"""By their names."""
