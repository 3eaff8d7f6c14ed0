"""Environment variables in the values of a file: `${NAME}`."""

from __future__ import annotations

import os
import re
from typing import Any, Final

from jmslike.bindings.errors import NamingError

_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")


def with_variables(name: str, value: Any) -> Any:
    """Return the value of the entry with those of environment variables; what is no text comes back as it is.

    Raises NamingError that names the entry and the variable, if that is not set.
    """

    def of_environment(variable: re.Match[str]) -> str:
        found = os.environ.get(variable[1])
        if found is None:
            raise NamingError(f"{name!r} needs the environment variable {variable[1]}, which is not set")
        return found

    return _VARIABLE.sub(of_environment, value) if isinstance(value, str) else value
