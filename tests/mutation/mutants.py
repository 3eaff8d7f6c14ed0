"""Finding the mutants of a file: one for each place and kind of change that cosmic-ray's operators know."""

from __future__ import annotations

import ast
import difflib
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

SAME_IN_PRACTICE = ("_Is_Eq", "_IsNot_NotEq", "_Eq_Is", "_NotEq_IsNot")
"""Changes that behave as the original where small numbers, enumerations and None are compared."""

Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one file. `path` is relative to the tree."""

    path: Path
    line: int
    operator: str
    occurrence: int

    def code(self, tree: Path) -> str | None:
        """Return the changed text of the file, or None if the program is the same."""
        source = (tree / self.path).read_text(encoding="utf-8")
        changed = mutate_code(source, get_operator(self.operator)(), self.occurrence)
        try:
            same = changed is None or compile(changed, "", "exec") == compile(source, "", "exec")
        except SyntaxError:
            return None
        return None if same else changed

    def diff(self, tree: Path) -> str:
        """Show the change."""
        before = (tree / self.path).read_text(encoding="utf-8").splitlines()
        after = (self.code(tree) or "").splitlines()
        lines = list(difflib.unified_diff(before, after, lineterm="", n=1))[2:]
        return "\n".join([f"{self.path}:{self.line} {self.operator}", *lines])


def mutants_of(tree: Path, path: Path, choice: random.Random) -> list[Mutant]:
    """Yield one mutant, drawn by `choice`, for each place of the file and kind of change."""
    source = (tree / path).read_text(encoding="utf-8")
    nodes = list(ast_nodes(get_ast(source)))
    ignored = list(_declarations(ast.parse(source)))
    places: dict[tuple[tuple[int, int], str], list[Mutant]] = defaultdict(list)
    for operator in sorted(operator_names()):
        if get_operator(operator).arguments() or operator.endswith(SAME_IN_PRACTICE):
            continue
        positions = (position for node in nodes for position in get_operator(operator)().mutation_positions(node))
        for occurrence, (start, _) in enumerate(positions):
            if not any(first <= start <= last for first, last in ignored):
                places[start, operator.split("_")[0]].append(Mutant(path, start[0], operator, occurrence))
    return [choice.choice(alternatives) for alternatives in places.values()]


def _declarations(module: ast.Module) -> Iterator[Range]:
    """Return the ranges that never run or only say how a class is stored: annotations, overloads, dataclasses."""
    for node in ast.walk(module):
        match node:
            case ast.ClassDef(decorator_list=[_, *_] as decorators):
                yield from map(_range, decorators)
            case ast.FunctionDef(decorator_list=[ast.Name(id="overload"), *_]):
                yield (node.decorator_list[0].lineno, 0), _range(node)[1]
        for name in ("annotation", "returns"):
            annotation = getattr(node, name, None)
            if isinstance(annotation, ast.expr):
                yield _range(annotation)


def _range(node: ast.expr | ast.stmt) -> Range:
    return (node.lineno, node.col_offset - 1), (node.end_lineno or node.lineno, node.end_col_offset or 0)
