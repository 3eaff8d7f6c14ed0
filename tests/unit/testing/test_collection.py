"""How a suite collects its tests: those that its modules define, each name once."""

from __future__ import annotations

from pathlib import Path

import pytest

from jmslike.testing import contract
from jmslike.testing.collection import collect
from jmslike.testing.contract import suite


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """Return a package of tests that can be imported by the name of its folder."""
    package = tmp_path / f"suite_of_{request.node.name}"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "area.py").write_text("def test_one(): ...\ndef helper(): ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    return package


def test_tests_are_collected_and_helpers_are_not(package: Path) -> None:
    assert list(collect(package.name)) == ["test_one"]


def test_an_imported_test_counts_where_it_is_defined(package: Path) -> None:
    (package / "other.py").write_text("from .area import test_one\n")
    assert list(collect(package.name)) == ["test_one"]


def test_two_tests_of_one_name_are_refused(package: Path) -> None:
    (package / "other.py").write_text("def test_one(): ...\n")
    with pytest.raises(ImportError, match=r"other\.test_one would hide a test of the same name"):
        collect(package.name)


def test_the_contract_exports_its_fixture_and_its_tests() -> None:
    assert "border" in suite.__all__
    for name in suite.__all__:
        assert getattr(suite, name) is not None
    tests = collect(contract.__name__)
    assert sorted(tests) == sorted(set(suite.__all__) - {"border"})
    assert [name for name, test in tests.items() if not (test.__doc__ or "").startswith("C")] == []
