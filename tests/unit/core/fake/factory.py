"""The entry point of the fake transport: what the registry loads for a URL."""

from __future__ import annotations

from collections.abc import Mapping

from tests.unit.core.fake.broker import FakeBroker
from tests.unit.core.fake.transport import FakeTransport


class FakeFactory:
    """Makes transports to one broker, and notes what they were made with."""

    options: Mapping[str, str] = {"colour": "of the bikeshed"}

    def __init__(self) -> None:
        self.serve(FakeBroker())

    def serve(self, broker: FakeBroker) -> None:
        """Connect to this broker from now on, and drop the notes."""
        self.broker = broker
        self.made: list[tuple[object, ...]] = []
        self.forgotten: list[str] = []

    def make(self, url: str, options: Mapping[str, str], user: str | None, password: str | None) -> FakeTransport:
        if options.get("colour") == "no colour":
            raise ValueError("option colour is 'no colour'")
        self.made.append((url, dict(options), user, password))
        return FakeTransport(self.broker)

    def forget(self, url: str) -> None:
        self.forgotten.append(url)


factory = FakeFactory()
