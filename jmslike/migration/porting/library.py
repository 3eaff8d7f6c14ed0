"""What JMS programs use of Java's own library, and what Python has instead.

In the templates `o` is the object. A parameter `t` is a text that is made of any value, `m` a time in milliseconds that
becomes seconds, `n, u` a time and its unit that become seconds `n`, and `r` a task that becomes a callable.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_TABLE: Final = """
System.out.println() -> print()
System.out.println(t) -> print(t)
System.out.print(t) -> print(t, end="")
System.out.flush() -> sys.stdout.flush()
System.err.println(t) -> print(t, file=sys.stderr)
System.err.print(t) -> print(t, end="", file=sys.stderr)
System.in.read() -> sys.stdin.read(1)
System.exit(a) -> sys.exit(a)
System.getenv(a) -> os.environ.get(a)
System.getenv().get(a) -> os.environ.get(a)
System.getenv().getOrDefault(a, b) -> os.environ.get(a, b)
System.getenv().containsKey(a) -> a in os.environ
TimeUnit.SECONDS.toMillis(a) -> a * 1000
TimeUnit.MINUTES.toMillis(a) -> a * 60000
TimeUnit.HOURS.toMillis(a) -> a * 3600000
TimeUnit.DAYS.toMillis(a) -> a * 86400000
System.getProperty(a) -> os.environ.get(a)
System.getProperty(a, b) -> os.environ.get(a, b)
System.currentTimeMillis() -> round(time.time() * 1000)
System.nanoTime() -> time.monotonic_ns()
System.lineSeparator() -> os.linesep
Thread.sleep(m) -> time.sleep(m)
TimeUnit.SECONDS.sleep(a) -> time.sleep(a)
TimeUnit.MILLISECONDS.sleep(m) -> time.sleep(m)
Thread.currentThread() -> threading.current_thread()
Thread.currentThread().getName() -> threading.current_thread().name
Integer.parseInt(a) -> int(a)
Integer.valueOf(a) -> int(a)
Integer.toString(a) -> str(a)
Integer.getInteger(a, b) -> int(os.environ.get(a, b))
Long.parseLong(a) -> int(a)
Long.valueOf(a) -> int(a)
Long.toString(a) -> str(a)
Double.parseDouble(a) -> float(a)
Double.valueOf(a) -> float(a)
Boolean.parseBoolean(a) -> str(a).lower() == "true"
Boolean.valueOf(a) -> str(a).lower() == "true"
Boolean.getBoolean(a) -> os.environ.get(a, "").lower() == "true"
String.valueOf(t) -> str(t)
String.join(a, b) -> a.join(b)
Math.max(a, b) -> max(a, b)
Math.min(a, b) -> min(a, b)
Math.abs(a) -> abs(a)
Math.random() -> random.random()
UUID.randomUUID() -> uuid.uuid4()
Objects.equals(a, b) -> a == b
Objects.hash(*a) -> hash(tuple([*a]))
Objects.hashCode(a) -> hash(a)
Objects.requireNonNull(a) -> a
Arrays.asList(*a) -> [*a]
Arrays.toString(a) -> str(a)
List.of(*a) -> [*a]
Collections.emptyList() -> []
Collections.emptyMap() -> {}
Collections.singletonList(a) -> [a]
Collections.list(a) -> list(a)
Collections.synchronizedList(a) -> a
Collections.sort(a) -> a.sort()
Map.of() -> {}
Map.of(a, b) -> {a: b}
Map.of(a, b, c, d) -> {a: b, c: d}
Map.of(a, b, c, d, e, f) -> {a: b, c: d, e: f}
Executors.newFixedThreadPool(a) -> concurrent.futures.ThreadPoolExecutor(a)
Executors.newCachedThreadPool() -> concurrent.futures.ThreadPoolExecutor()
Executors.newSingleThreadExecutor() -> concurrent.futures.ThreadPoolExecutor(1)
Object.equals(a) -> o == a
Object.toString() -> str(o)
Object.hashCode() -> hash_code(o)
Object.getClass() -> type(o)
Class.getName() -> o.__name__
Class.getSimpleName() -> o.__name__
Throwable.getMessage() -> str(o)
Throwable.getCause() -> o.__cause__
Throwable.printStackTrace() -> traceback.print_exception(o)
String.length() -> len(o)
String.isEmpty() -> o == ""
String.isBlank() -> not o.strip()
String.trim() -> o.strip()
String.strip() -> o.strip()
String.toUpperCase() -> o.upper()
String.toLowerCase() -> o.lower()
String.startsWith(a) -> o.startswith(a)
String.endsWith(a) -> o.endswith(a)
String.contains(a) -> a in o
String.indexOf(a) -> o.find(a)
String.lastIndexOf(a) -> o.rfind(a)
String.substring(a) -> o[a:]
String.substring(a, b) -> o[a:b]
String.charAt(a) -> o[a]
String.concat(a) -> o + a
String.replace(a, b) -> o.replace(a, b)
String.repeat(a) -> o * a
String.getBytes() -> o.encode()
String.getBytes(a) -> o.encode()
String.equalsIgnoreCase(a) -> o.lower() == a.lower()
String.intern() -> o
Number.intValue() -> int(o)
Number.longValue() -> int(o)
Number.doubleValue() -> float(o)
Number.booleanValue() -> o
StringBuilder.append(t) -> o.append(str(t))
StringBuilder.toString() -> "".join(o)
List.add(a) -> o.append(a)
List.get(a) -> o[a]
List.set(a, b) -> o.__setitem__(a, b)
List.size() -> len(o)
List.isEmpty() -> not o
List.contains(a) -> a in o
List.addAll(a) -> o.extend(a)
List.clear() -> o.clear()
List.indexOf(a) -> o.index(a)
Set.add(a) -> o.add(a)
Set.remove(a) -> o.discard(a)
Set.size() -> len(o)
Set.isEmpty() -> not o
Set.contains(a) -> a in o
Set.clear() -> o.clear()
Map.put(a, b) -> o.__setitem__(a, b)
Map.setProperty(a, b) -> o.__setitem__(a, b)
Map.get(a) -> o.get(a)
Map.getProperty(a) -> o.get(a)
Map.getProperty(a, b) -> o.get(a, b)
Map.getOrDefault(a, b) -> o.get(a, b)
Map.remove(a) -> o.pop(a, None)
Map.containsKey(a) -> a in o
Map.size() -> len(o)
Map.isEmpty() -> not o
Map.keySet() -> o.keys()
Map.values() -> o.values()
Map.entrySet() -> o.items()
Map.putAll(a) -> o.update(a)
Map.clear() -> o.clear()
Map.Entry.getKey() -> o[0]
Map.Entry.getValue() -> o[1]
Enumeration.nextElement() -> next(o)
CountDownLatch.countDown() -> o.count_down()
CountDownLatch.getCount() -> o.count
CountDownLatch.await() -> o.wait()
CountDownLatch.await(n, u) -> o.wait(n)
Semaphore.release() -> o.release()
Semaphore.acquire() -> o.acquire()
Semaphore.tryAcquire(n, u) -> o.acquire(timeout=n)
AtomicInteger.get() -> o.get()
AtomicInteger.intValue() -> o.get()
AtomicInteger.longValue() -> o.get()
AtomicInteger.set(a) -> o.set(a)
AtomicInteger.incrementAndGet() -> o.add(1)
AtomicInteger.decrementAndGet() -> o.add(-1)
AtomicInteger.getAndIncrement() -> o.add(1) - 1
AtomicInteger.addAndGet(a) -> o.add(a)
AtomicBoolean.get() -> o.is_set()
AtomicBoolean.set(a) -> o.set() if a else o.clear()
BlockingQueue.put(a) -> o.put(a)
BlockingQueue.add(a) -> o.put(a)
BlockingQueue.offer(a) -> o.put(a)
BlockingQueue.take() -> o.get()
BlockingQueue.poll() -> o.poll(0)
BlockingQueue.poll(n, u) -> o.poll(n)
BlockingQueue.size() -> o.qsize()
BlockingQueue.isEmpty() -> o.empty()
Thread.start() -> o.start()
Thread.join() -> o.join()
Thread.join(m) -> o.join(m)
Thread.getName() -> o.name
Thread.setName(a) -> setattr(o, "name", a)
Thread.setDaemon(a) -> setattr(o, "daemon", a)
Thread.isAlive() -> o.is_alive()
ExecutorService.submit(r) -> o.submit(r)
ExecutorService.execute(r) -> o.submit(r)
ExecutorService.shutdown() -> o.shutdown(wait=False)
Runnable.run() -> o()
Callable.call() -> o()
Random.nextInt(a) -> random.randrange(a)
Random.nextDouble() -> random.random()
new.ArrayList() -> []
new.ArrayList(a) -> list(a)
new.LinkedList() -> []
new.Vector() -> []
new.CopyOnWriteArrayList() -> []
new.HashMap() -> {}
new.HashMap(a) -> dict(a)
new.LinkedHashMap() -> {}
new.ConcurrentHashMap() -> {}
new.Hashtable() -> {}
new.Properties() -> {}
new.HashSet() -> set()
new.StringBuilder() -> []
new.StringBuilder(t) -> [t]
new.StringBuffer() -> []
new.String(a) -> a.decode()
new.String(a, b) -> a.decode()
new.Object() -> object()
new.Scanner(a) -> a
new.InputStreamReader(a) -> a
new.BufferedReader(a) -> a
Scanner.nextLine() -> read_line(o)
BufferedReader.readLine() -> read_line(o)
new.Random() -> random.Random()
new.CountDownLatch(a) -> CountDownLatch(a)
new.Semaphore(a) -> threading.Semaphore(a)
new.AtomicInteger() -> AtomicNumber(0)
new.AtomicInteger(a) -> AtomicNumber(a)
new.AtomicLong() -> AtomicNumber(0)
new.AtomicLong(a) -> AtomicNumber(a)
new.AtomicBoolean() -> threading.Event()
new.AtomicBoolean(false) -> threading.Event()
new.LinkedBlockingQueue() -> BlockingQueue()
new.ArrayBlockingQueue(a) -> BlockingQueue(a)
new.LinkedBlockingQueue(a) -> BlockingQueue(a)
new.Thread(r) -> threading.Thread(target=r)
new.Thread(r, a) -> threading.Thread(target=r, name=a)
"""

_KINDS: Final = {
    "List": "ArrayList Collection CopyOnWriteArrayList Iterable LinkedList Vector",
    "Map": "ConcurrentHashMap ConcurrentMap HashMap Hashtable LinkedHashMap Properties TreeMap",
    "Set": "HashSet LinkedHashSet",
    "StringBuilder": "StringBuffer",
    "Number": "Boolean Byte Double Float Integer Long Short boolean byte double float int long short",
    "AtomicInteger": "AtomicLong",
    "BlockingQueue": "ArrayBlockingQueue LinkedBlockingQueue",
    "ExecutorService": "Executor ScheduledExecutorService ThreadPoolExecutor",
}
_KIND_OF: Final = {name: kind for kind, names in _KINDS.items() for name in names.split()}

BUILTIN_TYPES: Final = {
    "Boolean": "bool",
    "Byte": "int",
    "Double": "float",
    "Float": "float",
    "HashMap": "dict",
    "Integer": "int",
    "List": "list",
    "Long": "int",
    "Map": "dict",
    "Number": "(int, float)",
    "Object": "object",
    "Serializable": "object",
    "Short": "int",
    "String": "str",
    "Thread": "threading.Thread",
    "byte[]": "bytes",
}
"""What takes the place of Java's types, for `isinstance` and as bases."""

EXCEPTIONS: Final = {
    "ArrayIndexOutOfBoundsException": "IndexError",
    "ArithmeticException": "ArithmeticError",
    "AssertionError": "AssertionError",
    "ClassCastException": "TypeError",
    "Error": "Exception",
    "Exception": "Exception",
    "ExecutionException": "Exception",
    "FileNotFoundException": "FileNotFoundError",
    "IOException": "OSError",
    "IllegalArgumentException": "ValueError",
    "IllegalStateException": "RuntimeError",
    "IndexOutOfBoundsException": "IndexError",
    "InterruptedException": "InterruptedError",
    "NoSuchElementException": "IndexError",
    "NullPointerException": "ValueError",
    "NumberFormatException": "ValueError",
    "RuntimeException": "RuntimeError",
    "Throwable": "BaseException",
    "TimeoutException": "TimeoutError",
    "UncheckedIOException": "OSError",
    "UnsupportedOperationException": "NotImplementedError",
}
CAUGHT_WIDER: Final = {"RuntimeException": "Exception", "Throwable": "Exception"}
"""What a handler of these catches: Python has no unchecked exceptions of their own."""


class Replacement(NamedTuple):
    """What Python has for a method."""

    parameters: tuple[str, ...]
    template: str


def _parsed() -> dict[tuple[str, str, int | None], Replacement]:
    found = {}
    for row in _TABLE.strip().splitlines():
        match = re.fullmatch(r"(\S+)\.(\w+)\(([^)]*)\) -> (.+)", row)
        assert match is not None, row
        parameters = tuple(filter(None, match[3].split(", ")))
        size = None if match[3].startswith("*") else len(parameters)
        found[match[1], match[2], size] = Replacement(parameters, match[4])
    return found


_REPLACEMENTS: Final = _parsed()


def replacement(kind: str, member: str, size: int, *, is_static: bool = False) -> Replacement | None:
    """Return what Python has for a member of a type of Java with so many arguments; `new` is the type of creations.

    A static member is one of `System.out` and the like, too.
    """
    kinds = [kind]
    if kind != "new" and not is_static:
        is_error = kind.endswith(("Exception", "Error"))
        kinds.extend([_KIND_OF.get(kind, ""), "Throwable" if is_error else "", "Object"])
    found = (_REPLACEMENTS.get((each, member, arity)) for each in kinds for arity in (size, None))
    return next((each for each in found if each is not None), None)
