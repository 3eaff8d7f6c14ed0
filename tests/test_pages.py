"""What pages say of the repository is true: the files and commands that they name exist, and none is left out."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import jmslike
from tests.test_architecture import FOLDERS
from tests.test_imports import BOUNDARY
from website.pages import CONFIGURATION, linked, navigated, places, programs

ROOT = Path(__file__).parent.parent
DOCS = sorted((ROOT / "docs").rglob("*.md"))
TOP = sorted(ROOT.glob("*.md"))
ROOTS = (ROOT, ROOT / "transports" / "jmslike_transports", ROOT / "jmslike")
"""Where a path on a page may begin: `kafka/feed.py` and `core/gate.py` are short for longer ones."""
PATH = re.compile(r"`((?:[\w.-]+/)*[\w-]+\.(?:py|md|txt|csv|toml)|(?:[\w.-]+/){2,})`")
LIBRARIES = {"stomp.py"}
SOURCES = [path for path in ROOT.rglob("*.py") if ".venv" not in path.parts]
NAMES = {path.name for path in SOURCES}
"""What a page may call without its folder, as it is in several."""
PARTS = (
    "aio",
    "converters",
    "errors",
    "java",
    "listening",
    "locating",
    "naming",
    "operating",
    "spi",
    "telemetry",
    "testing",
)
MODULES = {"native_engine", *(f"jmslike.{name}" for name in PARTS)}
"""Those that a page of the reference has as a whole."""
COMMAND = re.compile(r"`make ([\w-]+)")


@pytest.mark.parametrize("page", [*TOP, *DOCS], ids=lambda page: page.name)
def test_files_that_a_page_names_exist(page: Path) -> None:
    named = set(PATH.findall(page.read_text(encoding="utf-8"))) - LIBRARIES - NAMES
    assert [path for path in named if not any((root / path).exists() for root in ROOTS)] == []


@pytest.mark.parametrize("folder", ["jmslike/core", "transports/jmslike_transports/shared"])
def test_the_map_names_every_file_that_all_transports_have_in_common(folder: str) -> None:
    named = set(PATH.findall((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")))
    files = {f"{Path(folder).name}/{path.name}" for path in (ROOT / folder).glob("[!_]*.py")}
    assert files - named == set()


def test_the_map_names_what_a_transport_may_import() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rule = re.search(r"a transport imports only the boundary: ([^.]*)\.", page)
    assert rule is not None
    assert {f"jmslike.{name}" for name in re.findall(r"`(\w+)`", rule[1])} == BOUNDARY


def test_readme_names_every_page() -> None:
    named = set(PATH.findall((ROOT / "README.md").read_text(encoding="utf-8")))
    pages = {str(page.relative_to(ROOT)) for page in [*TOP, *DOCS]}
    assert pages - named == {"README.md"}


def test_the_site_leads_to_every_page() -> None:
    """A new page of docs/ has a line in the navigation: `nav` of website/zensical.toml."""
    navigation = tomllib.loads(CONFIGURATION.read_text(encoding="utf-8"))["project"]["nav"]
    found = {**places(), **programs()}.values()
    assert {place for place in found if place.endswith(".md")} <= set(navigated(navigation)) <= set(found)


@pytest.mark.parametrize("page", [*TOP, *DOCS], ids=lambda page: page.name)
def test_links_lead_to_places_of_the_site(page: Path) -> None:
    linked(page.relative_to(ROOT).as_posix(), page.read_text(encoding="utf-8"), places() | programs())


REFERENCE = re.compile(r"^::: (\S+)$", re.MULTILINE)


def test_the_reference_has_every_name() -> None:
    """The pages in website/reference name each public name of `jmslike`, and the other modules as a whole."""
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "website" / "reference").iterdir())
    named = REFERENCE.findall(pages)
    assert {name for name in named if not name.startswith("jmslike.") or name[8:] not in jmslike.__all__} == MODULES
    assert sorted(set(named) - MODULES) == [f"jmslike.{name}" for name in sorted(jmslike.__all__)]


@pytest.mark.parametrize("page", TOP, ids=lambda page: page.name)
def test_page_that_is_read_outside_of_a_checkout_has_no_relative_link(page: Path) -> None:
    """But for the sample report: where its picture cannot be shown, its words stand."""
    targets = re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    relative = [target for target in targets if "://" not in target]
    assert [target for target in relative if not target.startswith("docs/sample/")] == []
    assert [target for target in relative if not (ROOT / target).exists()] == []


def test_contributing_names_every_command() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = {name for line in re.findall(r"^\.PHONY:(.*)", makefile, re.MULTILINE) for name in line.split()}
    named = set(COMMAND.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")))
    assert named == commands


LEVELS = {"exception": "ERROR", "error": "ERROR", "warning": "WARNING", "info": "INFO", "debug": "DEBUG"}


def test_every_logger_is_named_with_its_levels() -> None:
    page = (ROOT / "docs" / "observability.md").read_text(encoding="utf-8")
    table = page.partition("\n## Logging\n")[2].partition("\n## ")[0]
    header, _, *rows = ([cell.strip() for cell in row.split("|")[1:-1]] for row in re.findall(r"^\|.*\|$", table, re.M))
    named = {(row[0].strip("`"), level) for row in rows for level, text in zip(header, row, strict=True) if text}
    assert named - {(logger, "logger") for logger, _ in named} == {
        use for folder in FOLDERS for path in (ROOT / folder).rglob("*.py") for use in logged(path)
    }


def logged(path: Path) -> Iterator[tuple[str, str]]:
    """Find the logger that a module uses, with each of its levels."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    made = re.search(r'^(\w+)(?:: Final)? = logging\.getLogger\("([\w.]+)"\)$', path.read_text(encoding="utf-8"), re.M)
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if made and name == made[1]:
                yield made[2], LEVELS[method]
