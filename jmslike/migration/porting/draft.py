"""A whole draft: what it imports, the classes of the program, and its start."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Final, Literal

from tree_sitter import Node

from jmslike.java.vendors import FACTORIES
from jmslike.migration.java_declarations import fields
from jmslike.migration.java_program import JavaProgram
from jmslike.migration.java_syntax import CLASSES, children, line, members, modifiers, part, text
from jmslike.migration.porting import (
    creations,
    functions,
    invocations,
    literals,
    loops,
    operators,
    statements,
    switches,
)
from jmslike.migration.porting.body import Body, Draft
from jmslike.migration.porting.classes import is_simple, supertypes, value_of, write_class
from jmslike.migration.porting.python_style import PythonStyle
from jmslike.migration.porting.styles import JavaStyle, Style
from jmslike.migration.porting.supplements import SUPPLEMENTS
from jmslike.migration.porting.words import MODULES
from jmslike.migration.porting.writer import Writer

TRANSLATORS: Final = (creations, functions, invocations, literals, loops, operators, statements, switches)
"""The modules that say by `dispatch` what they translate."""

StyleName = Literal["java", "python"]


def draft_of(program: JavaProgram, style: StyleName = "java") -> str:
    """Return a first draft in Python of a Java program, in the names of `jmslike.java` or of `jmslike`.

    Each line names the line of Java that it comes from. What is not translated is a comment that begins with TODO, and
    a call that raises NotImplementedError.
    """
    draft = Draft(program, _style(program, style))
    declared = list(_member_classes(program.root))
    for each in _bases_first(declared):
        draft.writer.gap(2)
        write_class(Body(draft, {}), each)
    for each in declared:
        _write_statics(Body(draft, {}), each)
    _write_main(draft.writer, declared, draft.style)
    classes = str(draft.writer)
    made = "\n\n\n".join(filter(None, [_head(draft, classes), classes]))
    ast.parse(made)
    return made


def open_lines(draft: str) -> int:
    """Return how many places of a draft are not translated."""
    return len(re.findall(r"^\s*# TODO", draft, re.MULTILINE))


def _style(program: JavaProgram, name: StyleName) -> Style:
    if name == "java":
        return JavaStyle()
    names = {each.rpartition(".")[2] for each in FACTORIES}
    return PythonStyle(
        sets_factories=any(call.owner in names and re.match("set|use", call.member) for call in program.calls())
    )


def _member_classes(node: Node) -> Iterator[Node]:
    """Return the classes that are not in a method, those inside others after them."""
    for each in children(node) if node.type == "program" else members(node):
        if each.type in CLASSES:
            yield each
            yield from _member_classes(each)


def _bases_first(classes: list[Node]) -> list[Node]:
    by_name = {text(part(each, "name")): each for each in classes}
    order: TopologicalSorter[str] = TopologicalSorter()
    for name, each in by_name.items():
        above = [text(found).partition("<")[0] for found in supertypes(each)]
        order.add(name, *(found for found in above if found in by_name and found != name))
    try:
        return [by_name[name] for name in order.static_order()]
    except CycleError:
        return list(by_name.values())


def _write_statics(body: Body, kind: Node) -> None:
    """Write what is set when a class is loaded, and needs that it is there."""
    name = text(part(kind, "name"))
    late = [
        (field, found)
        for field, found in fields(kind)
        if found.is_static and found.node.type == "variable_declarator" and not is_simple(body, found)
    ]
    blocks = [children(each)[0] for each in members(kind) if each.type == "static_initializer"]
    if late or blocks:
        body.writer.gap(2)
    for field, found in late:
        body.put(f"{name}.{body.field(kind, field)} = {value_of(body, found)}", found.node)
    for each in blocks:
        body.flat(each)


def _write_main(writer: Writer, classes: list[Node], style: Style) -> None:
    for kind in classes:
        for each in members(kind):
            is_main = each.type == "method_declaration" and text(part(each, "name")) == "main"
            if is_main and "static" in modifiers(each):
                [*parameters] = children(part(each, "parameters"))
                star = "*" if parameters and parameters[0].type == "spread_parameter" else ""
                arguments = f"{star}sys.argv[1:]" if parameters else ""
                writer.gap(2)
                writer.put('if __name__ == "__main__":')
                with writer.block():
                    if "logging.getLogger(" in str(writer):
                        writer.put("logging.basicConfig(level=logging.INFO)")
                    writer.put(f"{text(part(kind, 'name'))}.{style.member('main')}({arguments})", line(each))
                return


def _head(draft: Draft, body: str) -> str:
    """Return the imports that a draft needs, and what it defines itself."""
    used = {each.id for each in ast.walk(ast.parse(body)) if isinstance(each, ast.Name)}
    defined = [source for name, source in SUPPLEMENTS.items() if name in used]
    needed = used & MODULES | {each for each in ("queue", "threading") if f"{each}." in "".join(defined)}
    modules = [f"import {'concurrent.futures' if each == 'concurrent' else each}" for each in sorted(needed)]
    names: dict[str, list[str]] = {}
    for module, name in sorted(draft.imports):
        names.setdefault(module, []).append(name)
    ours = [f"from {module} import {', '.join(found)}" for module, found in names.items()]
    imports = "\n\n".join(filter(None, ["\n".join(modules), "\n".join(ours)]))
    return "\n\n\n".join(filter(None, [imports, *(each.rstrip() for each in defined)]))
