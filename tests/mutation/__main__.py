"""Mutation testing by hand: change the code in small ways, and see whether the tests that reach the change notice.

    make mutation ARGS="--sample 100 --seed 7 jmslike/session.py native_engine"

The tests run once to learn which lines each of them reaches; then each mutant of the sample meets only the tests that
reach its line, the quickest first, in copies of the tree. Prints the survivors as diffs, and the score.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.reach import OUTPUT

ROOT = Path(__file__).parent.parent.parent
CODE = [
    "jmslike/session.py",
    "jmslike/consumer.py",
    "jmslike/producer.py",
    "jmslike/core",
    "jmslike/selector",
    "jmslike/message",
    "native_engine",
]
TESTS = ["tests/unit", "tests/contract/test_native.py", "tests/conformance/test_native.py"]
SLOWEST = 5.0
"""Seconds: tests that take longer (stress, soak) are not run for each mutant."""

LOG = "pytest.log"


def main() -> None:
    options = parsed()
    with tempfile.TemporaryDirectory() as folder:
        trees = [Path(folder, str(number)) for number in range(options.workers)]
        shutil.copytree(ROOT, trees[0], ignore=shutil.ignore_patterns(".*", "*.egg-info"))
        print("Learning which lines each test reaches ...", flush=True)
        reach = learn(trees[0], options.tests)
        print(f"{len(reach)} tests pass.", flush=True)
        for tree in trees[1:]:
            shutil.copytree(trees[0], tree)
        sample = drawn(trees[0], options)
        survivors = meet(sample, trees, reach)
        for mutant in survivors:
            print(f"\nSURVIVED {mutant.diff(trees[0])}")
    killed = len(sample) - len(survivors)
    print(f"\n{killed} of {len(sample)} mutants killed: {killed / max(len(sample), 1):.1%}")


def parsed() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("code", nargs="*", default=CODE, help="files and folders to change")
    parser.add_argument("--sample", type=int, default=200, help="how many mutants to try (default 200)")
    parser.add_argument("--seed", type=int, default=0, help="which mutants are drawn")
    parser.add_argument("--workers", type=int, default=2, help="how many mutants to try at once")
    parser.add_argument("--tests", nargs="*", default=TESTS, help="the tests that are to notice")
    return parser.parse_args()


def learn(tree: Path, tests: list[str]) -> dict[str, Any]:
    """Run the tests once; return the seconds and the reached lines of each that passes and is quick enough."""
    report = tree / "reach.json"
    run_pytest(tree, ["-p", "tests.mutation.reach", *tests], None, {OUTPUT: str(report)})
    if not report.exists():
        sys.exit(f"The tests do not run:\n{(tree / LOG).read_text()}")
    reach = json.loads(report.read_text(encoding="utf-8"))
    return {test: facts for test, facts in reach.items() if facts["seconds"] <= SLOWEST}


def drawn(tree: Path, options: argparse.Namespace) -> list[Mutant]:
    """Draw the sample."""
    chance = random.Random(options.seed)
    paths = sorted(
        file
        for name in options.code
        for file in ((tree / name).rglob("*.py") if (tree / name).is_dir() else [tree / name])
    )
    mutants = [mutant for path in paths for mutant in mutants_of(tree, path.relative_to(tree), chance)]
    chance.shuffle(mutants)
    sample: list[Mutant] = []
    for mutant in mutants:
        if len(sample) == options.sample:
            break
        if mutant.code(tree) is not None:
            sample.append(mutant)
    print(f"{len(sample)} of {len(mutants)} mutants are tried.", flush=True)
    return sample


def meet(sample: list[Mutant], trees: list[Path], reach: dict[str, Any]) -> list[Mutant]:
    """Let each mutant meet its tests, one mutant per tree at a time; return the survivors."""
    free: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for tree in trees:
        free.put(tree)

    def survives(mutant: Mutant) -> bool:
        tree = free.get()
        try:
            return survives_in(tree, mutant, tests_of(mutant, reach), reach)
        finally:
            free.put(tree)

    survivors = []
    with ThreadPoolExecutor(len(trees)) as pool:
        trials = {pool.submit(survives, mutant): mutant for mutant in sample}
        for number, trial in enumerate(as_completed(trials), 1):
            mutant = trials[trial]
            if trial.result():
                survivors.append(mutant)
            outcome = "survived" if trial.result() else "killed"
            print(f"{number}/{len(sample)} {outcome} {mutant.path}:{mutant.line} {mutant.operator}", flush=True)
    return sorted(survivors, key=lambda mutant: (mutant.path, mutant.line))


def tests_of(mutant: Mutant, reach: dict[str, Any]) -> list[str]:
    """Return the tests that reach the mutant's line (its file, if the line runs only at import), the quickest first."""
    path = str(mutant.path)
    tests = [test for test, facts in reach.items() if mutant.line in facts["lines"].get(path, ())]
    tests = tests or [test for test, facts in reach.items() if path in facts["lines"]]
    return sorted(tests, key=lambda test: float(reach[test]["seconds"]))


def survives_in(tree: Path, mutant: Mutant, tests: list[str], reach: dict[str, Any]) -> bool:
    """Put the mutant into the tree, run the tests, and put the original back."""
    if not tests:
        return True
    code = mutant.code(tree)
    assert code is not None
    file = tree / mutant.path
    original = file.with_suffix(".original")
    names = tree / "tests.args"
    names.write_text("\n".join(tests), encoding="utf-8")
    file.rename(original)
    try:
        file.write_text(code, encoding="utf-8")
        patience = 20 + 5 * sum(reach[test]["seconds"] for test in tests)
        return run_pytest(tree, ["-x", f"@{names.name}"], patience, {"PYTHONDONTWRITEBYTECODE": "1"}) == 0
    finally:
        original.replace(file)


def run_pytest(tree: Path, arguments: list[str], patience: float | None, environment: dict[str, str]) -> int:
    """Run pytest in the tree, at most for `patience` seconds; return its exit code, or that of a failure after that."""
    with (tree / LOG).open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
            cwd=tree,
            env={**os.environ, **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        return process.wait(patience)
    except subprocess.TimeoutExpired:
        return 1
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


if __name__ == "__main__":
    main()
