"""The check of programs: what becomes of each of their calls on a provider."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jmslike.capabilities import Capabilities, Expectation, Feature, Level
from jmslike.migration.calls import Call, Program
from jmslike.migration.libraries import NAMING_TYPES
from jmslike.migration.members import is_of_jms_too
from jmslike.migration.reading import is_java, read, refusals_of
from jmslike.migration.verdicts import JavaJudge, Judge, Verdict

WORKS: Final = (Level.NATIVE, Level.EMULATED)
_OF_PROGRAMS: Final = (
    Feature.PERSISTENCE,
    Feature.PROCESSES,
    Feature.FOREIGN_MESSAGES,
    Feature.REDELIVERY_COUNT,
    Feature.ORDER,
    Feature.COMPETING_CONSUMERS,
    Feature.NAMES,
)
"""What a program relies on without a call of its own."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A call, with what becomes of it."""

    call: Call
    verdict: Verdict

    @property
    def is_assumed(self) -> bool:
        """Whether the type of its object is unknown: only JMS has a method of that name."""
        return self.call.owner is None and not self.call.member.startswith("@")

    @property
    def works(self) -> bool:
        """Whether it works as the specification says."""
        return self.verdict.level in WORKS


@dataclass(frozen=True, slots=True)
class Checked:
    """A program that was checked."""

    path: Path
    findings: tuple[Finding, ...]
    unknown: tuple[Call, ...]
    """Calls on objects of unknown type that JMS may have, or others."""


@dataclass(frozen=True, slots=True)
class Check:
    """Programs that were checked for one provider."""

    provider: Expectation
    programs: tuple[Checked, ...]

    @property
    def levels(self) -> Counter[Level]:
        """How many calls there are of each level."""
        return Counter(finding.verdict.level for program in self.programs for finding in program.findings)

    @property
    def unknown(self) -> int:
        """How many calls are of unknown type."""
        return sum(len(program.unknown) for program in self.programs)

    @property
    def works(self) -> bool:
        """Whether all that is known works natively or emulated."""
        return all(finding.works for program in self.programs for finding in program.findings)

    @property
    def besides(self) -> Iterator[tuple[Feature, str]]:
        """What the provider does not wholly do of that on which programs rely without a call, with the reason."""
        capabilities = self.provider.capabilities
        asked = {
            feature for program in self.programs for finding in program.findings for feature in finding.verdict.features
        }
        for feature in _OF_PROGRAMS:
            if feature not in asked and capabilities.level(feature) not in WORKS:
                yield feature, capabilities[feature].why


def check(path: Path, capabilities: Capabilities) -> Checked:
    """Check one program. Raises ValueError for one that cannot be read."""
    with refusals_of(path):
        return _checked(path, read(path), capabilities)


def _checked(path: Path, program: Program, capabilities: Capabilities) -> Checked:
    judge = (JavaJudge if is_java(path) else Judge)(capabilities)
    annotations = tuple(program.annotations())
    findings, unknown = [], []
    for call in sorted((*annotations, *program.calls()), key=lambda call: call.line):
        verdict = judge.verdict(call, annotations)
        if verdict is not None:
            findings.append(Finding(call, verdict))
        elif call.owner is None and is_of_jms_too(call.member):
            unknown.append(call)
    if all(finding.is_assumed or finding.call.owner in NAMING_TYPES for finding in findings):  # no proof of JMS
        findings = [finding for finding in findings if finding.is_assumed]
        unknown = []
    return Checked(path, tuple(findings), tuple(unknown))


def as_dict(found: Check, url: str) -> dict[str, Any]:
    """Return the check as values of JSON."""
    capabilities = found.provider.capabilities
    return {
        "url": url,
        "product": capabilities.product,
        "version": capabilities.version,
        "assumption": found.provider.assumption,
        "works": found.works,
        "levels": {level.value: found.levels[level] for level in Level},
        "unknown": found.unknown,
        "besides": [{"feature": feature.name, "reason": why} for feature, why in found.besides],
        "programs": [
            {
                "file": str(program.path),
                "calls": [_finding_as_dict(finding) for finding in program.findings],
                "unknown": [{"line": call.line, "call": call.text} for call in program.unknown],
            }
            for program in found.programs
        ],
    }


def _finding_as_dict(finding: Finding) -> dict[str, Any]:
    call, verdict = finding.call, finding.verdict
    return {
        "line": call.line,
        "call": call.text,
        "type": call.owner,
        "member": call.member,
        "assumed": finding.is_assumed,
        "level": verdict.level.value,
        "features": [feature.name for feature in verdict.features],
        "reasons": [
            {"text": reason.text, "condition": reason.condition, "page": reason.page} for reason in verdict.reasons
        ],
        "page": verdict.page,
    }
