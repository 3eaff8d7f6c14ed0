"""A disk of a few megabytes, for a process that runs in its own namespaces: no right of an administrator is needed.

The disk is a tmpfs, and goes with the process.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.brokers.software import ROOT

_WAYS: Final = (("unshare", "--user", "--map-root-user", "--mount"), ("unshare", "--mount"))
"""As any user, where the system lets users have namespaces; as root, elsewhere."""
_TRIAL: Final = ("mount", "-t", "tmpfs", "tmpfs", "/tmp")
"""Nothing else sees it, and it goes with the process."""
_MOUNT: Final = 'mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 && exec "$@"'


@cache
def _way() -> tuple[str, ...]:
    """Return the command that runs another one in its own namespaces. Skips the test if there is none."""
    reasons = []
    for way in _WAYS:
        try:
            tried = subprocess.run([*way, *_TRIAL], capture_output=True, text=True, check=False)
        except FileNotFoundError:
            pytest.skip("no small disk can be mounted: this system has no command `unshare`")
        if tried.returncode == 0:
            return way
        reasons.append(f"{' '.join(way)}: {tried.stderr.strip()}")
    pytest.skip(f"no small disk can be mounted: {'; '.join(reasons)}")


def run_on_small_disk(module: str, name: str, folder: Path, size: str) -> None:
    """Run `python -m module name folder/disk` with a disk of that size there; fail with what it printed."""
    disk = folder / "disk"
    disk.mkdir()
    ended = subprocess.run(
        [*_way(), "sh", "-c", _MOUNT, "sh", size, str(disk), sys.executable, "-m", module, name, str(disk)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
