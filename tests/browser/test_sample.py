"""The sample report of the documentation is a page and a picture of it, and names no machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.sample import write
from tests.unit.compare.report.golden import FILE, golden

pytestmark = pytest.mark.browser


def test_a_sample_is_a_page_and_its_picture(browser: Any, tmp_path: Path) -> None:
    write(browser, FILE, tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "on localhost (" in page
    assert golden().host not in page
    assert golden().versions["platform"] not in page
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")
