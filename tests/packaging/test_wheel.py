"""What a user installs: its files, its entry points, and that it works whatever else has its folders' names."""

from __future__ import annotations

import shutil
import subprocess
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

from tests.packaging.conftest import ROOT

PACKAGES = (
    ROOT / "jmslike",
    ROOT / "transports" / "jmslike_transports",
    ROOT / "native_engine",
)
METADATA = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE", "top_level.txt"}
EXTRAS = {"all", "amqp", "cli", "formats", "jvm", "kafka", "migration", "otel", "report", "stomp", "testing"}
SCHEMES = {"amqp", "amqps", "failover", "jvm", "kafka", "kafkas", "native", "stomp", "stomps"}


def test_files_are_those_of_three_packages_and_the_plugin_of_pytest(wheel: Path) -> None:
    modules = {"pytest_jmslike.py"} | {
        str(path.relative_to(package.parent))
        for package in PACKAGES
        for pattern in ("*.py", "*.pyi", "py.typed", "*.html", "*.jar")
        for path in package.rglob(pattern)
    }
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    metadata = {name.partition(".dist-info/")[2] for name in names - modules}
    assert modules - names == set()
    assert metadata == METADATA


def test_metadata_names_what_is_installed_by_choice(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = message_from_bytes(archive.read(name))
    assert set(metadata.get_all("Provides-Extra", [])) == EXTRAS
    assert [needed for needed in metadata.get_all("Requires-Dist", []) if "extra ==" not in needed] == []


def test_entry_points_are_the_schemes_the_command_and_the_plugin_of_pytest(python: Path, tmp_path: Path) -> None:
    script = (
        "from importlib.metadata import entry_points as all\n"
        "print(*(e.name for e in all(group='jmslike.transports')))\n"
        "print(*(e.value for group in ('console_scripts', 'pytest11') for e in all(group=group)))"
    )
    found = output(python, "-c", script, folder=tmp_path)  # a checkout has metadata of its own
    assert set(found.split()) == {*SCHEMES, "jmslike.cli:main", "pytest_jmslike"}


def test_an_example_runs_beside_a_package_called_transports(python: Path, tmp_path: Path) -> None:
    package = tmp_path / "transports"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('the transports of somebody else')", encoding="utf-8")
    example = Path(shutil.copy(ROOT / "examples" / "jms20_tutorial.py", tmp_path))
    assert output(python, str(example), folder=tmp_path).splitlines()[-1] == "shop: closed"


def test_a_missing_client_library_is_named_with_its_extra(python: Path) -> None:
    script = (
        "import jmslike\n"
        "try:\n"
        "    jmslike.connect('stomp://localhost')\n"
        "except jmslike.JMSError as error:\n"
        "    print(error)"
    )
    assert "pip install 'jmslike[stomp]'" in output(python, "-c", script)


def output(python: Path, *arguments: str, folder: Path | None = None) -> str:
    """Run that Python by itself, and return what it prints."""
    command = [str(python), *arguments]
    return subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, timeout=60, check=True).stdout
