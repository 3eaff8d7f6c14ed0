"""The HTML report in a real browser: drawn in full, from one file, without a word on the console."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from jmslike.compare.report.page import render
from tests.unit.compare.report.golden import golden
from tests.unit.compare.report.hostile import HOSTILE, everywhere

pytestmark = pytest.mark.browser

COMPLETE = "images => images.every(image => image.complete && image.naturalWidth > 100 && image.naturalHeight > 100)"
LETTERS = "all => all.map(each => parseFloat(getComputedStyle(each).fontSize))"
SCALES = "images => images.map(image => image.width / image.naturalWidth)"
PAST_THE_EDGE = """() => [...document.querySelectorAll("body *")]
    .filter(element => !element.closest(".scroll") && element.getBoundingClientRect().right > innerWidth + 1)
    .map(element => element.tagName)"""


@dataclass
class Visit:
    """A page that was opened: what it asked for, and what it said."""

    page: Any
    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render(golden()), encoding="utf-8")
    return path


def visit(browser: Any, file: Path, *, width: int = 1400, scheme: str = "light") -> Visit:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    found = Visit(page)
    page.on("request", lambda request: found.requests.append(request.url))
    page.on("console", lambda message: found.said.append(message.text))
    page.on("pageerror", lambda error: found.said.append(str(error)))
    page.on("dialog", lambda dialog: (found.said.append(dialog.message), dialog.dismiss()))
    page.goto(file.as_uri())
    return found


def test_everything_is_drawn_from_one_file(browser: Any, file: Path) -> None:
    found = visit(browser, file)
    assert found.page.locator("figure img").count() == 5
    assert found.page.eval_on_selector_all("figure img", COMPLETE)
    assert found.requests == [file.as_uri()]
    assert found.said == []
    found.page.close()


@pytest.mark.parametrize("width", [400, 1400])
def test_the_page_is_as_wide_as_the_screen(browser: Any, file: Path, width: int) -> None:
    """Wide tables are moved by themselves; nothing else is cut off."""
    found = visit(browser, file, width=width)
    assert found.page.evaluate("document.documentElement.scrollWidth") == width
    assert found.page.evaluate(PAST_THE_EDGE) == []
    if width == 400:
        assert min(found.page.eval_on_selector_all("p, li, td", LETTERS)) >= 14
        assert min(found.page.eval_on_selector_all("figure img", SCALES)) > 0.95, "letters of plots are not smaller"
    found.page.close()


def test_the_numbers_of_a_plot_can_be_opened(browser: Any, file: Path) -> None:
    found = visit(browser, file)
    details = found.page.locator("figure details").first
    assert not details.locator("table").is_visible()
    details.locator("summary").click()
    assert details.locator("table").is_visible()
    assert "p99.9" in details.inner_text()
    found.page.close()


def test_dark_is_dark_and_pictures_stay_readable(browser: Any, file: Path) -> None:
    def brightness(found: Visit, selector: str, name: str) -> float:
        colour = found.page.eval_on_selector(selector, f"each => getComputedStyle(each).{name}")
        return sum(map(float, re.findall(r"[\d.]+", colour)[:3])) / 3

    light, dark = (visit(browser, file, scheme=scheme) for scheme in ("light", "dark"))
    assert brightness(light, "body", "backgroundColor") > 200 > 80 > brightness(light, "body", "color")
    assert brightness(dark, "body", "backgroundColor") < 80 < 200 < brightness(dark, "body", "color")
    assert brightness(dark, "figure img", "backgroundColor") == 255, "the plots have dark letters"
    light.page.close()
    dark.page.close()


def test_print(browser: Any, file: Path, tmp_path: Path) -> None:
    """On paper nothing has to be moved or opened: tables are as wide as they are, on a light ground."""
    found = visit(browser, file, width=720, scheme="dark")
    found.page.emulate_media(media="print", color_scheme="dark")
    assert found.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert found.page.evaluate("document.documentElement.scrollWidth") <= 720
    found.page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "report.pdf").stat().st_size > 20_000
    found.page.close()


def test_no_text_acts(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "hostile.html"
    file.write_text(render(everywhere(golden(), HOSTILE)), encoding="utf-8")
    found = visit(browser, file)
    assert found.said == []
    assert found.requests == [file.as_uri()]
    assert found.page.locator("script, img[onerror], img[src=x]").count() == 0
    assert found.page.eval_on_selector_all("figure img", COMPLETE)
    found.page.close()
