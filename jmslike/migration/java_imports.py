"""What the names of types mean in a Java file: its imports, its package and the classes it declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tree_sitter import Node

import jmslike.java
from jmslike.migration.absent import ABSENT
from jmslike.migration.java_syntax import children, part, text
from jmslike.migration.java_types import JAVA_LANG, STANDARD, JavaType, has_constant, is_messaging, primitive


@dataclass(frozen=True, slots=True)
class Import:
    """An import: of a type, of a package's types, or of a type's static members."""

    name: str
    """With the package, without `.*`."""
    is_static: bool
    is_wildcard: bool

    @property
    def package(self) -> str:
        """The package that the imported types are in."""
        name = self.name if self.is_wildcard else self.name.rpartition(".")[0]
        return name.rpartition(".")[0] if self.is_static else name

    @property
    def last(self) -> str:
        """The simple name of what is imported; of a wildcard, of what is around it."""
        return self.name.rpartition(".")[2]


class Imports:
    """The imports of a file, and the types that it declares."""

    def __init__(self, root: Node, classes: Mapping[str, Node]) -> None:
        self.all = [_import(each) for each in root.children if each.type == "import_declaration"]
        declared = [each for each in root.children if each.type == "package_declaration"]
        self.package = text(children(declared[0])[-1]) if declared else ""
        self._classes = classes
        self._named = {each.last: each.package for each in self.all if not each.is_static and not each.is_wildcard}

    def package_of(self, name: str) -> str | None:
        """Return the package of a type; None if the file does not say it, or declares the type itself."""
        if name in self._classes:
            return None
        if name in self._named:
            return self._named[name]
        packages = [each.name for each in self.all if each.is_wildcard and not each.is_static]
        standard = [each for each in packages if each in STANDARD]
        if name in JAVA_LANG:  # also IllegalStateException: JMS has one, which must be imported by its name
            return "java.lang"
        if standard and (name in jmslike.java.__all__ or name in ABSENT):
            return standard[0]
        libraries = [each for each in packages if is_messaging(each) and each not in STANDARD]
        if libraries and name.endswith(("ConnectionFactory", "JmsTemplate")):
            return libraries[0]
        java = [each for each in packages if each.startswith("java.")]
        return java[0] if java and name in _OF_JAVA else None

    def owner_of_constant(self, name: str) -> JavaType | None:
        """Return the messaging type whose constant a static import makes known under its simple name."""
        for each in self.all:
            if each.is_static and is_messaging(each.name):
                owner = each.last if each.is_wildcard else each.name.split(".")[-2]
                if has_constant(owner, name) and (each.is_wildcard or each.last == name):
                    return JavaType(each.name.rpartition(f".{owner}")[0], owner)
        return None

    def has_static(self, name: str) -> bool:
        """Whether a static import names a member."""
        return any(each.is_static and not each.is_wildcard and each.last == name for each in self.all)

    def has_foreign_wildcard(self, root: str) -> bool:
        """Whether all types are imported of a package that is neither below `root`, nor of Java, JMS or JNDI."""
        packages = [each.name for each in self.all if each.is_wildcard and not each.is_static]
        known = tuple(f"{each}." for each in (*STANDARD, "java", root) if each)
        return any(not f"{each}.".startswith(known) for each in packages)

    def type_named(self, name: str) -> JavaType:
        """Return the type of a simple or qualified name."""
        package, _, simple = name.rpartition(".")
        if simple == "Entry" and (package or self.package_of(simple)) in ("Map", "java.util.Map"):
            return JavaType("java.util", "Map.Entry")
        if package and not package.split(".")[-1][:1].isupper():
            return JavaType(package, simple)
        return JavaType(self.package_of(simple), simple)

    def type_at(self, node: Node) -> JavaType:
        """Return the type that a node of the syntax tree names."""
        parts = children(node)
        match node.type:
            case "generic_type":
                found = self.type_at(parts[0])
                arguments = tuple(self.type_at(each) for each in children(parts[1]))
                return JavaType(found.package, found.name, arguments)
            case "array_type":
                found = self.type_at(part(node, "element"))
                count = text(part(node, "dimensions")).count("[")
                return JavaType(found.package, found.name, found.arguments, found.dimensions + count)
            case "annotated_type":
                return self.type_at(parts[-1])
            case "wildcard":
                return self.type_at(parts[-1]) if parts else JavaType("java.lang", "Object")
            case "integral_type" | "floating_point_type" | "boolean_type" | "void_type":
                return primitive(text(node))
            case _:
                return self.type_named("".join(text(node).split()))


_OF_JAVA: Final = frozenset(
    (
        *("ArrayList", "Arrays", "Base64", "BitSet", "Calendar", "Collection", "Collections", "Comparator", "Date"),
        *("Deque", "EnumMap", "Enumeration", "HashMap", "HashSet", "Hashtable", "Iterator", "LinkedHashMap"),
        *("LinkedHashSet", "LinkedList", "List", "Locale", "Map", "Objects", "Optional", "PriorityQueue", "Properties"),
        *("Random", "Scanner", "Set", "Stack", "StringJoiner", "StringTokenizer", "Timer", "TimerTask", "TreeMap"),
        *("TreeSet", "UUID", "Vector", "Collectors", "IntStream", "Stream", "Level", "Logger"),
        *("BufferedReader", "File", "IOException", "InputStream", "InputStreamReader", "PrintStream", "Serializable"),
        *("ArrayBlockingQueue", "BlockingQueue", "Callable", "CompletableFuture", "ConcurrentHashMap"),
        *("ConcurrentLinkedQueue", "ConcurrentMap", "CopyOnWriteArrayList", "CountDownLatch", "CyclicBarrier"),
        *("ExecutionException", "ExecutorService", "Executors", "Future", "LinkedBlockingDeque", "LinkedBlockingQueue"),
        *("PriorityBlockingQueue", "ReentrantLock", "ScheduledExecutorService", "Semaphore", "TimeUnit"),
        *("TimeoutException", "AtomicBoolean", "AtomicInteger", "AtomicLong", "AtomicReference"),
    )
)
"""What programs take from a package of Java of which they import all."""


def _import(node: Node) -> Import:
    words = {each.type for each in node.children}
    name = text(next(each for each in children(node) if each.type.endswith("identifier")))
    return Import("".join(name.split()), "static" in words, "asterisk" in words)
