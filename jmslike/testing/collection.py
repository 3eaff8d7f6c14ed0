"""Collects the tests of a suite, so that no list of their names has to be kept."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules


def collect(package: str) -> dict[str, object]:
    """Return the test functions that the modules of the package define, by name; ImportError where two share a name."""
    tests: dict[str, object] = {}
    for area in iter_modules(import_module(package).__path__, f"{package}."):
        for name, value in vars(import_module(area.name)).items():
            if name.startswith("test_") and getattr(value, "__module__", None) == area.name:
                if name in tests:
                    raise ImportError(f"{area.name}.{name} would hide a test of the same name in another module")
                tests[name] = value
    return tests
