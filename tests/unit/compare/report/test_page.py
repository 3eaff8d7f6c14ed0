"""The page: one file that needs nothing else, the same for the same numbers, in which no text acts."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import pytest

import jmslike.compare.report
from jmslike.compare.document import dumps
from jmslike.compare.report import markdown, table
from jmslike.compare.report.page import render
from tests.unit.compare.report.golden import FILE, golden, shown
from tests.unit.compare.report.hostile import HOSTILE, everywhere

FOLDER: Final = Path(jmslike.compare.report.__file__).parent


class Page(HTMLParser):
    """The elements of a page, with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def images(self) -> Iterator[tuple[str, str]]:
        """The alternative text of each image, and its SVG."""
        for tag, attributes in self.elements:
            if tag == "img":
                kind, _, data = (attributes["src"] or "").partition(",")
                assert kind == "data:image/svg+xml;base64"
                yield attributes["alt"] or "", base64.b64decode(data).decode()


@pytest.fixture(scope="module")
def page() -> str:
    return render(golden())


def test_everything_is_in_the_page(page: str) -> None:
    assert len(page.encode()) < 2_000_000
    found = Page(page)
    for tag, attributes in found.elements:
        assert tag not in {"script", "link", "iframe", "object", "svg"}
        assert not [name for name in attributes if name.startswith("on")]
        assert (attributes.get("href") or "#").startswith("#")
    policy = next(attributes["content"] for tag, attributes in found.elements if "http-equiv" in attributes)
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert "http://" not in page
    assert "https://" not in page


def test_the_page_has_where_it_comes_from(page: str) -> None:
    text = Page(page).text
    run = golden().run
    assert run.git is not None
    for part in (run.command, run.git, run.machine.processor, run.machine.disk, "seed 1", "window of 500", "auto"):
        assert part in text
    assert "8 GiB of memory, load 0.4 before the run" in text
    assert "numpy 2.4.6" in text
    assert "Measuring itself took 2.15 µs for each message." in text


def test_every_plot_is_there_with_its_words_and_its_table(page: str) -> None:
    found = Page(page)
    images = list(found.images())
    assert len(images) == sum(len(each.figures) for each in golden().reports[0].scenarios) == 5
    assert all(alt for alt, _ in images)
    assert sum(tag == "details" for tag, _ in found.elements) == 5


@pytest.mark.slow
def test_the_same_numbers_give_the_same_page_in_another_process(page: str) -> None:
    assert render(golden()) == page
    script = (
        "import sys; from pathlib import Path; from jmslike.compare.document import loads\n"
        "from jmslike.compare.report.page import render\n"
        "sys.stdout.buffer.write(render(loads(Path(sys.argv[1]).read_text(encoding='utf-8'))).encode())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LANG": "C"}
    command = [sys.executable, "-W", "error", "-c", script, str(FILE)]
    other = subprocess.run(command, capture_output=True, check=True, env=environment)
    assert other.stdout.decode() == page


def test_no_text_acts() -> None:
    """Neither in the page nor in its pictures, the CSV, the Markdown or the terminal."""
    found = everywhere(golden(), HOSTILE)
    assert dumps(found).count("onerror") > 200
    page = render(found)
    parsed = Page(page)
    before = Page(render(golden()))
    assert [tag for tag, _ in parsed.elements] == [tag for tag, _ in before.elements]
    assert [sorted(attributes) for _, attributes in parsed.elements] == [
        sorted(attributes) for _, attributes in before.elements
    ]
    assert parsed.text.count("</script><img onerror=alert(1)") > 200
    for _, picture in parsed.images():
        tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(picture).iter()}
        assert not tags & {"script", "img", "image", "foreignObject"}
    for text in (page, table(found), markdown(found), shown(found, 200), *(picture for _, picture in parsed.images())):
        assert not re.search("[\x00\x1b\u202e]", text)


def test_a_mathematical_text_is_drawn_as_it_is() -> None:
    texts = [picture for _, picture in Page(render(everywhere(golden(), " $x^2$ \\frac"))).images()]
    assert all("$x^2$ \\frac" in text for text in texts)


@pytest.mark.slow
def test_five_providers_and_many_figures_are_a_small_page() -> None:
    found = golden()
    first = found.reports[0]
    scenario = first.scenarios[1]
    several = [replace(scenario, name=f"peak {number}", figures=[*scenario.figures]) for number in range(7)]
    providers = [replace(first, url=f"native://{number}", scenarios=several) for number in range(5)]
    page = render(replace(found, reports=providers, judgements=[]))
    assert page.count("<img ") == 28
    assert len(page.encode()) < 2_000_000


def test_nothing_is_put_into_the_page_unescaped() -> None:
    template = (FOLDER / "page.html").read_text(encoding="utf-8")
    assert "<script" not in template
    for source in [template, *(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))]:
        assert not re.search(r"\|\s*safe|Markup|autoescape\s+false", source)
