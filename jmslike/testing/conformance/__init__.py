"""Every test of the suite, gathered from the modules of this package, one for each area of behaviour.

`from jmslike.testing.conformance import *` puts them into a transport's test module. Each test takes the fixture `jms`
and begins its docstring with the ids of the behaviours that it proves.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules


def _gathered() -> dict[str, object]:
    tests: dict[str, object] = {}
    for area in iter_modules(__path__, f"{__name__}."):
        for name, value in vars(import_module(area.name)).items():
            if name.startswith("test_"):
                if name in tests:
                    raise ImportError(f"{area.name}.{name} would hide a test of the same name in another area")
                tests[name] = value
    return tests


_tests = _gathered()
globals().update(_tests)
__all__ = list(_tests)
