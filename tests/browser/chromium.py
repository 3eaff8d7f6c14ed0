"""A Chromium without a screen, from Debian's package chromium-headless-shell; playwright drives it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from tests.brokers.software import UnavailableError, run

PACKAGE: Final = "chromium-headless-shell"
NAMES: Final = (PACKAGE, "chromium", "chromium-browser", "google-chrome")
"""The programs that will do."""


@contextmanager
def chromium() -> Iterator[Any]:
    """Run the browser. Raises UnavailableError where there is none and none can be installed."""
    path = program()
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError as error:
        raise UnavailableError("playwright is not installed: make test-browser") from error
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def program() -> str:
    """Return the path of a Chromium; install the package if there is none, which only root can."""
    found = _found()
    if found is None:
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            raise UnavailableError(f"{PACKAGE} is not installed")
        os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
        run("apt-get", "update", "-q")
        run("apt-get", "install", "-q", "-y", "--no-install-recommends", PACKAGE)
        found = _found()
        if found is None:
            raise UnavailableError(f"{PACKAGE} was installed, and there is no such program")
    return found


def _found() -> str | None:
    return next((path for path in map(shutil.which, NAMES) if path), None)
