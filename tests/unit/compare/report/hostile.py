"""A comparison whose texts would act if what shows them let them."""

from __future__ import annotations

import json
from typing import Any, Final

from jmslike.compare.document import dumps, loads
from jmslike.compare.results import Comparison

HOSTILE: Final = "</script><img onerror=alert(1) src=x>\"'&amp;$x^2$ \x1b[31m\x00\u202e"


def everywhere(found: Comparison, text: str) -> Comparison:
    """The comparison with this text in every field that may hold any: names stay the same wherever they are used."""
    document = json.loads(dumps(found))
    closed = {"histograms", "late", "format", "version", "says", "kept", "kind", "better"}

    def changed(value: Any, name: str = "") -> Any:
        if name in closed:
            return value
        if isinstance(value, dict):
            open_keys = name in {"capabilities", "reasons"}
            return {key + text if open_keys else key: changed(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [changed(item, name) for item in value]
        return value + text if isinstance(value, str) and value not in ("", "delivery") else value

    return loads(json.dumps(changed(document)))
