"""The arrows of the house: what imports what, and which private names cross a module's border.

The layers stand in pyproject.toml, for import-linter. Imports for type checking count as any other.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = {
    "jmslike": "jmslike",
    "jmslike_transports": "transports/jmslike_transports",
    "native_engine": "native_engine",
}

BOUNDARY = {
    "jmslike.capabilities",
    "jmslike.clock",
    "jmslike.codec",
    "jmslike.constants",
    "jmslike.destinations",
    "jmslike.ending",
    "jmslike.envelope",
    "jmslike.errors",
    "jmslike.locating",
    "jmslike.options",
    "jmslike.selector",
    "jmslike.spi",
    "jmslike.statistics",
    "jmslike.values",
}
"""The modules and packages of `jmslike` that a transport may import."""

COMMANDS = {
    "jmslike_transports.native.store": {
        "jmslike.cli.terminal",
        "jmslike.compare.phrases",
        "jmslike.compare.redaction",
    }
}
"""The commands of transports, each with what it may import beside: it prints as the other commands do."""

LIBRARIES = {
    "fissix": "jmslike.migration.python_2",
    "google": "jmslike.converters",
    "hdrh": "jmslike.compare.timing.histogram",
    "jinja2": "jmslike.compare.report.page",
    "jpype": "jmslike_transports.jvm",
    "kafka": "jmslike_transports.kafka",
    "native_engine": "jmslike_transports.native",
    "matplotlib": "jmslike.compare.report.figures",
    "numpy": "jmslike.compare.judgement.bootstrap",
    "opentelemetry": "jmslike.telemetry",
    "pika": "jmslike_transports.amqp",
    "stomp": "jmslike_transports.stomp",
    "thrift": "jmslike.converters",
    "tree_sitter": "jmslike.migration",
    "tree_sitter_java": "jmslike.migration",
}
"""The engine and the libraries of the extras, each with the only package or module that may import it."""

LISTENING_USES = {"jmslike.core.listener_calls", "jmslike.core.redelivery"}
"""The modules of the core that `jmslike.listening` may import."""

DRAWN = ("jmslike.compare.judgement", "jmslike.compare.report")
"""They work on results only, so that a run can be drawn and judged again from its file."""
PLAYED = ("flows", "processes", "runner", "scenarios", "stage")
"""The modules and packages of `jmslike.compare` that play a comparison."""


def test_layers_are_kept() -> None:
    linter = (
        "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))"
    )
    result = subprocess.run([sys.executable, "-c", linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_circles_are_pairs_within_a_folder() -> None:
    graph = imports()
    assert [sorted(circle) for circle in circles(graph) if len(circle) > 2 or len(folders(circle, graph)) > 1] == []


def test_a_transport_imports_the_boundary_only() -> None:
    assert [
        f"{importer} imports {imported}"
        for importer, imported in arrows(imports())
        if within(importer, ["jmslike_transports"]) and within(imported, ["jmslike"])
        if not within(imported, BOUNDARY.union(*(COMMANDS[each] for each in COMMANDS if within(importer, [each]))))
    ] == []


def test_listening_uses_little_of_the_core() -> None:
    assert [
        f"{importer} imports {imported}"
        for importer, imported in arrows(imports())
        if within(importer, ["jmslike.listening"]) and within(imported, ["jmslike.core"])
        if imported not in LISTENING_USES
    ] == []


def test_a_library_is_imported_by_its_own_transport_only() -> None:
    assert [
        f"{importer} imports {imported}"
        for importer, imported in arrows(imports())
        for library, owner in LIBRARIES.items()
        if within(imported, [library]) and not within(importer, [library, owner])
    ] == []


def test_what_draws_a_comparison_plays_none() -> None:
    graph = imports()
    played = [f"jmslike.compare.{name}" for name in PLAYED]
    assert [
        f"{module} reaches {reached}"
        for module in sorted(graph)
        if within(module, DRAWN)
        for reached in sorted(reached_from(module, graph))
        if within(reached, played)
    ] == []


@cache
def imports() -> Mapping[str, frozenset[str]]:
    """Read what each module imports. Libraries count as one module each."""
    graph = grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)
    return {module: frozenset(graph.find_modules_directly_imported_by(module)) for module in graph.modules}


def arrows(graph: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str]]:
    """List the imports, each with its importer first."""
    return ((importer, imported) for importer in sorted(graph) for imported in sorted(graph[importer]))


def within(module: str, packages: Iterable[str]) -> bool:
    """Whether the module is one of the packages or in one."""
    return any(f"{module}.".startswith(f"{package}.") for package in packages)


def folders(modules: Collection[str], graph: Iterable[str]) -> set[str]:
    """Return the packages that hold these modules; a package itself is the `__init__` of its own folder."""
    packages = {module.rpartition(".")[0] for module in graph}
    return {module if module in packages else module.rpartition(".")[0] for module in modules}


def circles(graph: Mapping[str, Collection[str]]) -> list[set[str]]:
    """Find the sets of modules that reach each other."""
    reach = {module: reached_from(module, graph) for module in graph}
    found: list[set[str]] = []
    for module in graph:
        circle = {other for other in reach[module] if module in reach.get(other, ())}
        if circle - {module} and circle not in found:
            found.append(circle)
    return found


def reached_from(module: str, graph: Mapping[str, Collection[str]]) -> set[str]:
    """Follow the imports of a module to their ends."""
    reached: set[str] = set()
    ahead = [module]
    while ahead:
        for imported in graph.get(ahead.pop(), ()):
            if imported not in reached:
                reached.add(imported)
                ahead.append(imported)
    return reached


def test_circles_are_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}) == [{"b", "c"}]


def test_folders_are_told_apart() -> None:
    graph = ["p", "p.a", "p.b", "p.q", "p.q.c"]
    assert folders(["p", "p.a", "p.b"], graph) == {"p"}
    assert folders(["p.a", "p.q"], graph) == {"p", "p.q"}


# ---- private names -------------------------------------------------------------------------------------------------

OF_NAMED_TUPLES = {"_asdict", "_replace"}

FRIENDS = {
    "jmslike.aio.connection": "Session",
    "jmslike.aio.context": "Session",
    "jmslike.aio.factory": "Connection",
    "jmslike.aio.session": "QueueBrowser",
    "jmslike.connection": "Session",
    "jmslike.context": "Session",
    "jmslike.context_consumer": "MessageConsumer",
    "jmslike.context_producer": "Message",
    "jmslike.core.outbox": "Message",
    "jmslike.listening.settling": "Message",
    "jmslike.message.foreign": "ObjectMessage",
    "jmslike.requestor": "Session",
    "jmslike_transports.amqp.library": "pika",
    "jmslike_transports.kafka.library.administrator": "kafka-python",
    "jmslike_transports.kafka.library.clients": "kafka-python",
    "jmslike_transports.kafka.library.consumer": "kafka-python",
    "jmslike_transports.kafka.library.group_member": "kafka-python",
    "jmslike_transports.kafka.library.network": "kafka-python",
    "jmslike_transports.kafka.library.producer_sequences": "kafka-python",
    "jmslike_transports.kafka.library.transaction_requests": "kafka-python",
    "jmslike_transports.stomp.library": "stomp.py",
    "native_engine.claim": "Receiver",
    "native_engine.part": "Receiver",
    "native_engine.queue": "Receiver",
    "native_engine.transaction": "Receiver",
}
"""The modules that use private names, and whose: of a class that they complete, or of the library they adapt."""


def test_private_names_stay_at_home() -> None:
    found = {
        ".".join([package, *path.relative_to(ROOT / folder).with_suffix("").parts]): set(foreign_names(path))
        for package, folder in PACKAGES.items()
        for path in (ROOT / folder).rglob("*.py")
        if "testing" not in path.parts
    }
    assert {module: names for module, names in found.items() if names and module not in FRIENDS} == {}
    assert [module for module in FRIENDS if not found.get(module)] == []


def foreign_names(path: Path) -> Iterator[str]:
    """Find the private names that a module takes from another object or module, and does not define itself."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    own = set(defined_names(tree)) | OF_NAMED_TUPLES
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                pass
            case ast.Attribute(attr=name) if is_private(name) and name not in own:
                yield name
            case ast.ImportFrom(names=names):
                yield from (alias.name for alias in names if is_private(alias.name))


def defined_names(tree: ast.Module) -> Iterator[str]:
    """Find the names that a module gives to functions, classes, variables, slots and attributes of `self`."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Constant(value=str(name)):
                yield name
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                yield name


def is_private(name: str) -> bool:
    """Whether a name begins with one underscore."""
    return name.startswith("_") and not name.startswith("__")


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("def f(x): return x._y", ["_y"]),
        ("def f(x): return x.__class__, x._replace()", []),
        ("class C:\n    __slots__ = ('_y',)\n    def f(self, x): return x._y", []),
        ("from m import _y", ["_y"]),
    ],
)
def test_private_names_are_found(code: str, names: list[str], tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(code, encoding="utf-8")
    assert list(foreign_names(module)) == names
