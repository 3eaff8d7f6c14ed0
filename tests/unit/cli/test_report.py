"""`jmslike report`, and the files of `jmslike compare`: the same report from a run and from its file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tests.unit.compare.report.golden import FILE

Run = Callable[..., Result]


def test_a_run_and_its_file_give_the_same_report_byte_for_byte(run: Run, url: str, tmp_path: Path) -> None:
    """So that a report can be made again, and everything in it is in the JSON."""
    forms = ("html", "csv", "markdown")
    first = [part for form in forms for part in (f"--{form}", str(tmp_path / f"first.{form}"))]
    played = run("compare", url, "--scenario", "offline", "--json", str(tmp_path / "run.json"), *first)
    assert played.exit_code == 0, played.output
    again = [part for form in forms for part in (f"--{form}", str(tmp_path / f"again.{form}"))]
    drawn = run("report", str(tmp_path / "run.json"), *again)
    assert drawn.exit_code == 0, drawn.output
    assert drawn.stdout == played.stdout
    for form in forms:
        assert (tmp_path / f"again.{form}").read_bytes() == (tmp_path / f"first.{form}").read_bytes()
    assert f"1 report written to {tmp_path / 'again.html'}" in drawn.stderr


def test_a_comparison_of_which_numbers_are_wrong_is_shown_all_the_same(run: Run) -> None:
    result = run("report", str(FILE))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "3 of 46 checked numbers are not as expected." in result.stdout


def test_what_cannot_be_read_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    missing = run("report", str(file))
    assert (missing.exit_code, missing.stdout) == (2, "")
    assert f"{file}: cannot be read: No such file" in missing.stderr
    file.write_text("id\n1\n", encoding="utf-8")
    wrong = run("report", str(file))
    assert wrong.exit_code == 2
    assert f"jmslike: {file}: this is no JSON" in wrong.stderr
    file.write_bytes(b"\xff")
    assert run("report", str(file)).exit_code == 2


def test_a_histogram_that_is_none_is_an_error_of_the_file(run: Run, tmp_path: Path) -> None:
    document = json.loads(FILE.read_text(encoding="utf-8"))
    document["overhead"]["late"] = "lamp"
    file = tmp_path / "run.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    result = run("report", str(file), "--html", str(tmp_path / "report.html"))
    assert result.exit_code == 2
    assert f"{file}: no histogram of HdrHistogram: 'lamp'" in result.stderr


def test_a_report_never_replaces_what_it_is_made_from(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_bytes(FILE.read_bytes())
    result = run("report", str(file), "--html", str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is the file that is read; name another file for the report" in result.stderr


def test_two_forms_cannot_have_one_file(run: Run, tmp_path: Path) -> None:
    result = run("compare", "--html", str(tmp_path / "a"), "--csv", str(tmp_path / "a"))
    assert result.exit_code == 2
    assert f"--html and --csv cannot both write {tmp_path / 'a'}; name two files" in result.stderr


def test_without_its_libraries_a_page_is_refused_before_anything_is_sent(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "jmslike.compare.report.page", raising=False)
    monkeypatch.setitem(sys.modules, "jinja2", None)
    result = run("compare", "--html", str(tmp_path / "report.html"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--html needs jinja2, which is not installed; install the extra report" in result.stderr
    assert run("compare", "--scenario", "delivery", "--csv", str(tmp_path / "numbers.csv")).exit_code == 0
