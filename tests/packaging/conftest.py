"""The built wheel, and an environment that holds nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = ("jmslike", "transports", "native_engine", "pytest_jmslike.py", "pyproject.toml", "README.md", "LICENSE")
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built from a copy that has nothing left of earlier builds."""
    source = tmp_path_factory.mktemp("source")
    for name in SHIPPED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(ROOT / name, source)
    made = tmp_path_factory.mktemp("wheel")
    run(*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(made), str(source))
    (wheel,) = made.iterdir()
    return wheel


@pytest.fixture(scope="session")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an environment with the wheel, and not even pip."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    run(*PIP, "--python", str(python), "install", "--no-deps", "--no-index", str(wheel))
    return python


def pyright(python: Path, folder: Path, *arguments: str) -> Any:
    """Run pyright in the folder, with that Python's packages, and return what it reports."""
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"  # the option for the interpreter is not for --verifytypes
    result = subprocess.run(
        ["basedpyright", *arguments, "--outputjson"],
        cwd=folder,
        env={**os.environ, "PATH": f"{path}{os.pathsep}{sysconfig.get_path('scripts')}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,  # it fails for what a test filters
    )
    return json.loads(result.stdout)


def run(*command: str) -> None:
    """Run a command to its end; its failure is the test's, with what it printed."""
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
