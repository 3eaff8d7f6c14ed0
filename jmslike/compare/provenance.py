"""Where the numbers of a comparison come from: date, machine, and the versions of what was used."""

from __future__ import annotations

import os
import platform
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from importlib.metadata import PackageNotFoundError, entry_points, requires, version
from pathlib import Path

from jmslike.compare.results import Machine
from jmslike.metadata import library_version
from jmslike.registry import GROUP
from jmslike.url import without_secrets

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_EXTRA = re.compile(r"""extra\s*==\s*["']([\w-]+)["']""")


def now() -> str:
    """Return the date and time of this place, to the second, in the form of ISO 8601."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def host() -> str:
    """Return the name of this machine."""
    return platform.node() or "unknown"


def versions() -> dict[str, str]:
    """Return the versions of this library, of Python and of the operating system."""
    return {
        "jmslike": library_version(),
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
    }


def command(words: Iterable[str]) -> str:
    """Return a command line of `jmslike` as it may be shown: no word with a URL keeps its user, password or options."""
    return shlex.join(["jmslike", *(without_secrets(word) if "://" in word else word for word in words)])


def git() -> str | None:
    """Return the commit of the checkout that this library runs from, marked if files were changed; None for none."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return None
    command = ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]
    with suppress(OSError, subprocess.SubprocessError):
        result = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", timeout=10, check=True)
        return result.stdout.strip()
    return None


def machine() -> Machine:
    """Return what is known of this machine, as it is now."""
    return Machine(
        processor=_processor() or platform.processor() or platform.machine() or "unknown",
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory=_memory(),
        disk=_disk(Path(tempfile.gettempdir())),
        load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    )


def _processor() -> str | None:
    with suppress(OSError):
        model = re.search(r"^model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
        return model[1].strip() if model else None
    return None


def _memory() -> int | None:
    with suppress(AttributeError, ValueError, OSError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return None


def _disk(folder: Path) -> str:
    """Return the file system of a folder, if the operating system tells, and its size."""
    size = f"{shutil.disk_usage(folder).total / 1e9:,.0f} GB"
    with suppress(OSError):
        mounts = [line.split() for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
        kinds = {Path(place): kind for _, place, kind, *_ in mounts}
        above = next(place for place in (folder, *folder.parents) if place in kinds)
        return f"{kinds[above]}, {size}"
    return size


def clients(url: str) -> list[str]:
    """Return the libraries that a URL's transport, and those of the URLs in it, need; each with its version."""
    schemes = dict.fromkeys(scheme.lower() for scheme in _SCHEME.findall(url))
    found = [library for scheme in schemes for library in _libraries(scheme)]
    return list(dict.fromkeys(found))


def requirements(distribution: str) -> Iterator[tuple[str, str]]:
    """Yield each extra of a distribution with each distribution that it needs."""
    for requirement in requires(distribution) or []:
        name = re.match(r"[\w.-]+", requirement)
        extra = _EXTRA.search(requirement)
        if name and extra:
            yield extra[1], name[0]


def _libraries(scheme: str) -> Iterator[str]:
    for entry in entry_points(group=GROUP, name=scheme):
        if entry.dist is None:
            continue
        if entry.dist.name != "jmslike":
            yield f"{entry.dist.name} {entry.dist.version}"
        for extra, name in requirements(entry.dist.name):
            if extra in entry.extras:
                try:
                    yield f"{name} {version(name)}"
                except PackageNotFoundError:  # the transport works without it
                    continue
