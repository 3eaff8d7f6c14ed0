"""The conformance suite: the behaviours of JMS, one module for each area.

`from jmslike.testing.conformance import *` puts all tests into a transport's test module. Each test takes the fixture
`jms` and begins its docstring with the ids of the behaviours that it proves.
"""

from __future__ import annotations

from jmslike.testing.collection import collect

_tests = collect(__name__)
globals().update(_tests)
__all__ = list(_tests)
