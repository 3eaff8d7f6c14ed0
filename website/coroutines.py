"""For mkdocstrings: the coroutines that `jmslike.aio` makes of synchronous methods are methods, not attributes."""

from __future__ import annotations

from typing import Any

import griffe


class Coroutines(griffe.Extension):  # type: ignore[misc] # mypy looks at no library of the site
    """Puts in what the running class has, for each member that a call makes."""

    def on_class_members(self, *, cls: griffe.Class, **kwargs: Any) -> None:
        """Replace such members of a class of `jmslike.aio`."""
        if not cls.path.startswith("jmslike.aio."):
            return
        made = [
            name
            for name, member in cls.members.items()
            if isinstance(member, griffe.Attribute) and isinstance(member.value, griffe.ExprCall)
        ]
        if made:
            running = griffe.inspect(cls.module.path, filepath=cls.module.filepath)[cls.name]
            for name in made:
                method = running.members[name]
                method.labels.add("async")
                cls[name] = method
