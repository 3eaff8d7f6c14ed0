"""The sample report of the documentation: `python -m tests.browser.sample RUN.json FOLDER` writes it and its picture.

The names of the machine and of its kernel are left out: they say nothing to a reader.
"""

from __future__ import annotations

import platform
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from jmslike.compare.document import loads
from jmslike.compare.report.page import render
from jmslike.compare.results import Comparison
from tests.browser.chromium import chromium

MOST: Final = 2_000_000
"""The bytes that a page may have."""
SCREEN: Final = {"width": 1200, "height": 900}


def without_names(comparison: Comparison) -> Comparison:
    """Return a comparison of which a reader cannot tell where it was made."""
    system = f"{platform.system()} {platform.machine()}"
    return replace(comparison, host="localhost", versions={**comparison.versions, "platform": system})


def write(browser: Any, run: Path, folder: Path) -> None:
    """Write the page of a run, and a picture of its first screen. Raises ValueError for a page that is too large."""
    page = render(without_names(loads(run.read_text(encoding="utf-8"))))
    if len(page.encode()) > MOST:
        raise ValueError(f"the page of {run} has more than {MOST:,} bytes")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "report.html"
    file.write_text(page, encoding="utf-8")
    screen = browser.new_page(viewport=SCREEN, color_scheme="light")
    screen.goto(file.absolute().as_uri())
    screen.screenshot(path=folder / "report.png")
    screen.close()


if __name__ == "__main__":
    with chromium() as browser:
        write(browser, *map(Path, sys.argv[1:]))
