"""`jmslike run`: the listeners of a module, until a signal."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import signal
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from jmslike.cli.terminal import NATIVE_NOTE, factory_for
from jmslike.compare.phrases import naming
from jmslike.listening import listen


def run(
    module: Annotated[
        str, typer.Argument(metavar="MODULE", help="A module, named as for python -m, or a path such as worker.py.")
    ],
    url: Annotated[str, typer.Option(metavar="URL", help=f"Provider. {NATIVE_NOTE}.")],
) -> None:
    """Run the listeners of a module: the functions that it marks by @jms_listener.

    SIGTERM and SIGINT (Ctrl-C) stop it: listeners that run end their work, and other messages stay with the provider. A
    second signal ends at once. Where the module does not set up logging, this logs to the standard error output.
    """
    factory = factory_for(url)
    listeners = listen(factory, _load(module))
    if not logging.getLogger().handlers:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        with naming(url):
            listeners.run()
    except KeyboardInterrupt:
        logging.shutdown()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.raise_signal(signal.SIGINT)  # at once: an orderly end would wait for a provider that does not answer


def _load(name: str) -> ModuleType:
    """Import the module of that name, or the file. Raises ValueError that says why it cannot be imported."""
    try:
        return _load_file(Path(name)) if name.endswith(".py") else _load_module(name)
    except (Exception, SystemExit) as error:
        if isinstance(error, _NoModuleError):
            raise
        raise ValueError(f"{name} cannot be imported: {_what_happened(error)}") from error


class _NoModuleError(ValueError):
    """A module or file that does not exist."""


def _load_module(name: str) -> ModuleType:
    sys.path.insert(0, os.getcwd())  # as python -m does
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):
            raise _NoModuleError(f"there is no module {name}: run this where python -m {name} would find it") from error
        raise


def _load_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise _NoModuleError(f"there is no file {path}")
    sys.path.insert(0, str(path.parent.absolute()))  # as python FILE.py does
    name = path.stem if path.stem not in sys.modules else f"{path.stem}_listeners"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _what_happened(error: BaseException) -> str:
    """Return the error with the line where it was raised; that of a SyntaxError is in its text."""
    text = traceback.format_exception_only(error)[-1].strip()
    frames = traceback.extract_tb(error.__traceback__)
    return (
        text if isinstance(error, SyntaxError) or not frames else f"{text} ({frames[-1].filename}:{frames[-1].lineno})"
    )
