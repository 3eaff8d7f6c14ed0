"""From the paths of a command to programs that were read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from jmslike.errors import JMSError
from jmslike.migration.calls import Program
from jmslike.migration.python_program import PythonProgram
from jmslike.registry import how_to_install

_BUILT: Final = ("build", "target")
"""Folders that a build makes, where a file of these stands beside them; else they are packages."""
_OF_BUILDS: Final = ("build.gradle", "build.gradle.kts", "pom.xml", "pyproject.toml", "setup.py")


def _read_java(path: Path) -> Program:
    from jmslike.migration.java_program import JavaProgram

    return JavaProgram.read(path)


_READERS: Final[Mapping[str, Callable[[Path], Program]]] = {".java": _read_java, ".py": PythonProgram.read}


def is_java(path: Path) -> bool:
    """Whether a file is a program in Java."""
    return path.suffix == ".java"


def files_of(paths: Iterable[Path]) -> Iterator[Path]:
    """Return the files, and all programs in the folders, each once.

    Raises ValueError for a path that is not there, and for a file or folder without a program in Java or Python.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        files = sorted(_programs_in(path)) if path.is_dir() else [path]
        if not path.exists():
            raise ValueError(f"there is no file or folder {path}")
        if not files:
            raise ValueError(f"{path} has no program: no file that ends in {' or '.join(_READERS)}")
        for file in files:
            if file.suffix not in _READERS:
                raise ValueError(f"{file} is no program that can be read: its name ends in {' or '.join(_READERS)}")
            found.setdefault(file.resolve(), file)
    return iter(found.values())


def read(path: Path) -> Program:
    """Read a program. Raises what `refusals_of` turns into a ValueError."""
    return _READERS[path.suffix](path)


@contextmanager
def refusals_of(path: Path) -> Iterator[None]:
    """Raise ValueError, with the line, for a program that is not in its language, or cannot be read otherwise."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ValueError(f"{path} needs {error.name}, which is not installed; {how_to_install('migration')}") from error
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from error
    except JMSError as error:
        raise ValueError(str(error)) from error
    except RecursionError as error:
        raise ValueError(f"{path} cannot be read: its expressions are nested too deeply") from error


def _programs_in(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            if not path.is_symlink() and not _has_no_source(path):
                yield from _programs_in(path)
        elif path.suffix in _READERS:
            yield path


def _has_no_source(folder: Path) -> bool:
    """Whether a folder holds what tools have made or installed, and nothing of the program."""
    if folder.name.startswith(".") or folder.name == "node_modules" or (folder / "pyvenv.cfg").exists():
        return True
    return folder.name in _BUILT and any((folder.parent / each).exists() for each in _OF_BUILDS)
