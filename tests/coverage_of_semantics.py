"""Counts which behaviours the tests cover: `python -m tests.coverage_of_semantics`.

`semantics.txt` lists the behaviours (section numbers and sources are in the specification), one a line: id, tab, title.
A test covers the ids with which its docstring begins. `uncovered.txt` gives the reason for each id that no test covers.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from jmslike.testing.behaviour import ids_in

TESTS = Path(__file__).parent
PLACES = [TESTS, TESTS.parent / "jmslike" / "testing"]
FEWEST_COVERED = 330


def table(path: Path) -> dict[str, str]:
    """Read a file of ids, each with what follows its tab."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if line)


def covered_ids() -> Iterator[str]:
    """Yield the ids with which the docstrings of tests begin."""
    for place in PLACES:
        for path in place.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                    yield from ids_in(ast.get_docstring(node))


def is_selector_case(name: str) -> bool:
    """Whether the id is that of a selector case, not of a behaviour."""
    return name.startswith("SC-")


def problems(titles: dict[str, str], covered: set[str], reasons: dict[str, str]) -> Iterator[str]:
    """Yield the mistakes of the tables and the tests."""
    behaviours = [name for name in titles if not is_selector_case(name)]
    count = sum(name in covered for name in behaviours)
    if count < FEWEST_COVERED:
        yield f"{count} of {len(behaviours)} behaviours are covered; at least {FEWEST_COVERED} must be"
    for name in titles:
        if name not in covered and name not in reasons:
            yield f"{name} is not covered, and uncovered.txt gives no reason: {titles[name]}"
    for name in sorted(covered - titles.keys()):
        yield f"{name} is covered, but semantics.txt does not know it"
    for name in sorted(reasons.keys() & covered):
        yield f"{name} is covered: take it out of uncovered.txt"


def main() -> int:
    """Print the count and what is not covered; return 1 if there are mistakes."""
    titles, reasons = table(TESTS / "semantics.txt"), table(TESTS / "uncovered.txt")
    covered = set(covered_ids())
    for what, chosen in [
        ("behaviours", [name for name in titles if not is_selector_case(name)]),
        ("selector cases", [name for name in titles if is_selector_case(name)]),
    ]:
        print(f"{sum(name in covered for name in chosen)} of {len(chosen)} {what} are covered by tests")
    for name, reason in reasons.items():
        print(f"  not covered: {name} {titles.get(name, '')}: {reason}")
    wrong = list(problems(titles, covered, reasons))
    for problem in wrong:
        print(problem, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
