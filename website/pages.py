"""Collects what the site is built of, in build/: the pages, whose links hold there, and the configuration.

Pages stand where readers of the repository look for them. Some of them are outside of docs/, and in these a page is
named by its path, as they are read elsewhere, too.
"""

from __future__ import annotations

import json
import posixpath
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent
CONFIGURATION: Final = ROOT / "website" / "zensical.toml"
BUILD: Final = ROOT / "build"
ELSEWHERE: Final = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "tests/semantics.txt": "semantics.txt",
}
"""Files outside of docs/, each with its place on the site."""
EXAMPLES: Final = ROOT / "examples" / "moving"
LANGUAGES: Final = {".java": "java", ".py": "python", ".properties": "properties", ".txt": "text"}
FENCED: Final = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
LINK: Final = re.compile(r"(?<=\]\()(?![\w+.-]+:|#)([^)#\s]+)")
NAME: Final = re.compile(r"`([\w/.-]+\.md)`")
HEADING: Final = re.compile(r"^# (.+)$", re.MULTILINE)


def places() -> dict[str, str]:
    """Return the files of the site, each with its place there."""
    files = {
        path.relative_to(ROOT).as_posix(): path.relative_to(ROOT / folder).as_posix()
        for folder in ("docs", "website")
        for path in (ROOT / folder).rglob("*.*")
        if path.suffix not in (".py", ".pyc", ".toml")
    }
    return files | ELSEWHERE


def programs() -> dict[str, str]:
    """Return the files of the programs in Java and in Python, each with the page that shows it."""
    return {
        path.relative_to(ROOT).as_posix(): f"moving/{folder.name}.md"
        for folder in examples()
        for path in folder.iterdir()
    }


def examples() -> list[Path]:
    """Return the folders of programs in Java and in Python, each of which is a page."""
    return sorted(path for path in EXAMPLES.iterdir() if path.is_dir())


def example(folder: Path) -> str:
    """Return the page of such a folder: its files, the program in Java first."""
    lines = [f"# {folder.name.replace('_', ' ').capitalize()}"]
    for path in sorted(
        folder.iterdir(), key=lambda path: (list(LANGUAGES).index(path.suffix), "_java" not in path.stem)
    ):
        text = path.read_text(encoding="utf-8").rstrip()
        lines += [f"## {path.name}", f"```{LANGUAGES[path.suffix]}\n{text}\n```"]
    return "\n\n".join([*lines, ""])


def linked(source: str, text: str, site: dict[str, str]) -> str:
    """Return a page whose links lead to places of the site, and in which the names of pages are links.

    Raises LookupError for a link to what is not on the site.
    """

    def place(path: str) -> str:
        return posixpath.relpath(site[path], posixpath.dirname(site[source]) or ".")

    def link(found: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), found[1]))
        if path not in site:
            raise LookupError(f"{source}: there is no {path} on the site")
        return place(path)

    def name(found: re.Match[str]) -> str:
        path = found[1]
        return f"[{title(path)}]({place(path)})" if path in site and path != source else found[0]

    parts = FENCED.split(text)
    parts[::2] = [NAME.sub(name, LINK.sub(link, part)) for part in parts[::2]]
    return "".join(parts)


def title(path: str) -> str:
    """Return the heading of a page."""
    heading = HEADING.search((ROOT / path).read_text(encoding="utf-8"))
    if heading is None:
        raise LookupError(f"{path} has no heading")
    return heading[1]


def navigated(entry: Any) -> Iterator[str]:
    """Yield the places that a part of the navigation names, in its order."""
    match entry:
        case str():
            yield entry
        case dict():
            yield from navigated(list(entry.values()))
        case _:
            for each in entry:
                yield from navigated(each)


def sections(configuration: str) -> str:
    """Return the sections of llms.txt: those of the navigation."""
    navigation = tomllib.loads(configuration)["project"]["nav"]
    pages = {name: list(navigated(entries)) for section in navigation for name, entries in section.items()}
    lines = (f"{json.dumps(name)} = {json.dumps([p for p in of if p.endswith('.md')])}" for name, of in pages.items())
    return "\n".join(["[project.plugins.llmstxt.sections]", *lines, ""])


def collect() -> None:
    """Write the pages and the configuration."""
    pages = BUILD / "pages"
    shutil.rmtree(pages, ignore_errors=True)
    site = places()
    for folder in examples():
        target = pages / "moving" / f"{folder.name}.md"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(example(folder), encoding="utf-8")
    for source, place in site.items():
        target = pages / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.endswith(".md"):
            text = (ROOT / source).read_text(encoding="utf-8")
            target.write_text(linked(source, text, site | programs()), encoding="utf-8")
        else:
            shutil.copyfile(ROOT / source, target)
    configuration = CONFIGURATION.read_text(encoding="utf-8")
    (BUILD / CONFIGURATION.name).write_text(f"{configuration}\n{sections(configuration)}", encoding="utf-8")


if __name__ == "__main__":
    collect()
