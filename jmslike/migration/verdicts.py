"""What becomes of a call on one provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from jmslike.capabilities import Capabilities, Feature, Level
from jmslike.migration import beans, spring
from jmslike.migration.absent import absence
from jmslike.migration.arguments import Arguments
from jmslike.migration.calls import Call
from jmslike.migration.demands import Demand, demands
from jmslike.migration.java_types import facade
from jmslike.migration.libraries import of_library
from jmslike.migration.members import OF_EVERY_OBJECT, class_with, is_of_jms_alone
from jmslike.migration.pages import NOT_THERE, OBJECTS, OF_CALLS, OF_FEATURES, RESOURCES
from jmslike.migration.refusals import of_arguments
from jmslike.migration.replacement import Replacement, in_part, missing

_RANKS: Final = {Level.NATIVE: 0, Level.EMULATED: 1, Level.PARTIAL: 2, Level.UNSUPPORTED: 3}

_JAVA_OBJECTS: Final = in_part(
    "objects travel as JSON, or with a serializer of your own: Java's serialised objects are neither written nor read",
    OBJECTS,
)
_BY_JMSLIKE: Final = "jmslike does this itself"
_BODIES: Final = frozenset({"String.class", "byte[].class", "Map.class", "java.util.Map.class"})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a call does not work natively, or what takes its place."""

    text: str
    page: str
    """The section of the documentation that helps: its file, with an anchor."""
    condition: str = ""
    """When it applies, if the source of the call does not say whether."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a call works."""

    level: Level
    reasons: tuple[Reason, ...] = ()
    page: str = ""
    """The section of the documentation on the call."""
    features: tuple[Feature, ...] = ()
    """What the call asks the provider for."""


class Judge:
    """Says what becomes of the calls of programs in one language on one provider."""

    def __init__(self, capabilities: Capabilities) -> None:
        self._capabilities = capabilities

    def verdict(self, call: Call, annotations: Sequence[Call] = ()) -> Verdict | None:
        """Return what becomes of a call in a program with those annotations; None for one of unknown meaning."""
        if call.member in OF_EVERY_OBJECT:
            return None
        if call.member.startswith("@"):
            found = spring.of_annotation(call, annotations) or beans.of_annotation(call, annotations)
            return None if found is None else self._replaced(found)
        if call.owner is None and not is_of_jms_alone(call.member):
            return None
        found = (
            spring.of_type(call)
            or beans.of_type(call)
            or of_library(call)
            or self._difference(call)
            or _gap(call)
            or of_arguments(call)
        )
        return self._asked(demands(call), OF_CALLS.get(call.member, "")) if found is None else self._replaced(found)

    def _difference(self, call: Call) -> Replacement | None:
        """Return what differs from Java in a call that works; the programs of Python mean what it does here."""
        return None

    def _replaced(self, found: Replacement) -> Verdict:
        asked = self._asked(found.demands, found.page)
        level = max(found.level, asked.level, key=_RANKS.__getitem__)
        return Verdict(level, (Reason(found.reason, found.page), *asked.reasons), found.page, asked.features)

    def _asked(self, asked: tuple[Demand, ...], page: str) -> Verdict:
        """Return the lowest of the levels of what is asked for."""
        supports = [(demand, self._capabilities[demand.feature]) for demand in asked]
        level = max((support.level for _, support in supports), key=_RANKS.__getitem__, default=Level.NATIVE)
        reasons = tuple(
            Reason(
                f"{demand.feature.value}: {support.why or _BY_JMSLIKE}", OF_FEATURES[demand.feature], demand.condition
            )
            for demand, support in supports
            if support.level is not Level.NATIVE
        )
        pages = [OF_FEATURES[demand.feature] for demand, support in supports if support.level is level]
        return Verdict(level, reasons, pages[0] if pages else page, tuple(demand.feature for demand in asked))


class JavaJudge(Judge):
    """The judge of programs in Java."""

    def _difference(self, call: Call) -> Replacement | None:
        if call.member in ("createObjectMessage", "getObject", "setObject"):
            return None if (call.owner or "").endswith("MapMessage") else _JAVA_OBJECTS
        body = Arguments(call).text(0)
        is_object = call.member in ("getBody", "receiveBody", "receiveBodyNoWait") and body not in _BODIES
        return _JAVA_OBJECTS if is_object and body is not None and body.endswith(".class") else None


def _gap(call: Call) -> Replacement | None:
    """Return why `jmslike` has no such member; None if it has one."""
    if call.owner is None:
        reason = absence("XASession" if call.member.startswith("createXA") else "", call.member)
        return None if reason is None else missing(reason)
    if call.owner.startswith("listening."):
        return None
    reason = absence(call.owner, call.member)
    if reason is not None:
        page = RESOURCES if call.owner.startswith("XA") else NOT_THERE
        return missing(f"{call.owner} {reason}" if reason.startswith("is ") else reason, page)
    cls = facade(call.owner)
    if cls is None:
        return missing(f"{call.owner} is a type of a client library or a framework, which jmslike has not")
    if call.member == "new" or class_with(call.owner, call.member) is not None:
        return None
    return missing(f"{call.member} is no member of {call.owner} in JMS")
