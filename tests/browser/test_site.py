"""The documentation as a site, opened as files: nothing is asked of a server, and a page is as wide as its screen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

SITE = Path(__file__).parent.parent.parent / "build" / "site"
IS_DARK = """dark => dark === (getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).slice(0, 3)
    .every(each => Number(each) < 80))"""


@pytest.fixture(scope="module")
def site() -> Path:
    """Return the folder of the site; where it was not built, the tests are skipped, which on CI is a failure."""
    if not (SITE / "index.html").exists():
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up("the site was not built: make site")
    return SITE


def test_every_page_fits_the_screen_and_asks_no_server(browser: Any, site: Path) -> None:
    page = browser.new_page()
    said: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    page.on("request", lambda request: requests.append(request.url))
    too_wide = []
    for file in sorted(set(site.rglob("*.html")) - {site / "404.html"}):  # which only a server shows
        page.goto(file.as_uri())
        for width, scheme in [(400, "light"), (1400, "dark")]:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(IS_DARK, arg=scheme == "dark")
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                too_wide.append((file.name, width))
    assert too_wide == []
    assert said == []
    assert [url for url in requests if not url.startswith(site.as_uri())] == []
    page.close()


def test_a_wide_table_is_moved_by_itself(browser: Any, site: Path) -> None:
    page = browser.new_page(viewport={"width": 400, "height": 900})
    page.goto((site / "compatibility.html").as_uri())
    box = page.locator(".md-typeset__scrollwrap").first
    first = box.locator("td").first
    before = first.bounding_box()["x"]
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    box.evaluate("box => box.scrollTo(box.scrollWidth, 0)")
    assert box.evaluate("box => box.scrollLeft") > 0
    assert before - first.bounding_box()["x"] < 30, "the names of the features stay in sight"
    page.close()


def test_search_finds_a_word_and_leads_to_its_page(browser: Any, site: Path) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto((site / "reference" / "sessions.html").as_uri())
    page.get_by_role("button", name="Search").first.click()
    page.keyboard.type("selector")
    page.locator("a[href*='messages-and-selectors.html?h=selector']").first.click()
    page.wait_for_url("**/messages-and-selectors.html?h=selector*")
    page.close()
