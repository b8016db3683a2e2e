"""What linters, type checkers and scanners found, and the face that gates read it through."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.model.globs import matches
from pytest_stagegate.model.numbers import Measure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_stagegate.model.tally import Tally

LEVELS: Final = ("error", "warning", "note")
"""How much a finding weighs, from the heaviest; the words of SARIF 2.1.0."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding.

    Attributes:
        rule: The tool's name of the rule, for example ``F401``.
        level: One of `LEVELS`.
        path: Relative to the root, with ``/``; empty when it is about no file.
        line: 1-based; 0 when unknown.
        message: First line of the tool's text.
        fingerprint: The same as long as the finding is the same, also when lines above it come and go; see
            `fingerprint`.
        suppressed: Whether the tool itself says that it was accepted (SARIF ``suppressions``).
    """

    rule: str
    level: str
    path: str
    line: int
    message: str
    fingerprint: str
    suppressed: bool = False

    @property
    def place(self) -> str:
        """The finding in one line: ``path:line: rule message``."""
        where = f"{self.path}:{self.line}" if self.path and self.line else self.path
        return ": ".join(part for part in (where, f"{self.rule} {self.message}".strip()) if part)


def fingerprint(digest: str, level: str) -> str:
    """Return what a finding is known by: a digest of what it is, and how much it weighs."""
    return f"{digest}.{level}"


def _accepted_by(finding: Finding) -> list[str]:
    """Return the fingerprints that accept a finding: its own, then those of the same at higher levels."""
    digest = finding.fingerprint.removesuffix(f".{finding.level}")
    heavier = LEVELS[: LEVELS.index(finding.level)][::-1]
    return [finding.fingerprint, *(fingerprint(digest, level) for level in heavier)]


class FindingsData(msgspec.Struct, frozen=True, kw_only=True):
    """What one run of one tool found; it may have found nothing.

    Attributes:
        tool: Name of the tool, in lower case, for example ``ruff``.
        producer: Tool and version, as far as they are stated.
        findings: In the order of path, line, rule.
        unfinished: Why the tool did not come to its end, one sentence; empty when it did or does not say.
    """

    tool: str
    producer: str
    findings: tuple[Finding, ...]
    unfinished: str = ""


class Findings:
    """Findings as a gate reads them; narrow with `of_tool`, `under` and `beyond`.

    Each count is a `Measure`; `inspected` is the number of tool runs that were read, so that "ran and found nothing"
    differs from "did not run". What a tool says was suppressed in it is counted apart.
    """

    def __init__(self, reports: tuple[FindingsData, ...], tally: Tally) -> None:
        self._reports = reports
        self._tally = tally

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return f"<findings of {', '.join(self.tools) or 'no tool'}>"

    @property
    def tools(self) -> tuple[str, ...]:
        """Names of the tools that ran."""
        return tuple(sorted({report.tool for report in self._reports}))

    @property
    def unfinished(self) -> tuple[str, ...]:
        """Why tools did not come to their end, a sentence each."""
        return tuple(f"{report.tool}: {report.unfinished}" for report in self._reports if report.unfinished)

    def of_tool(self, name: str) -> Findings:
        """Return the findings of one tool."""
        return Findings(tuple(report for report in self._reports if report.tool == name.lower()), self._tally)

    def under(self, pattern: str) -> Findings:
        """Return the findings in a file, in everything under a folder, or in what a glob matches."""
        inside = matches(pattern)
        return self._kept(lambda finding: inside(finding.path))

    def beyond(self, accepted: Mapping[str, int]) -> Findings:
        """Return the findings that a baseline does not have.

        What was accepted at one level is accepted at a lower one too, and not at a higher one.

        Args:
            accepted: For each fingerprint how often it may be found; further ones are new.
        """
        left = Counter(accepted)
        everything = [finding for report in self._reports for finding in report.findings]
        # The heaviest first: they have the least choice of what accepts them.
        order = sorted(range(len(everything)), key=lambda index: LEVELS.index(everything[index].level))
        new = [True] * len(everything)
        for index in order:
            finding = everything[index]
            by = next((each for each in _accepted_by(finding) if left[each] > 0), None)
            if by is not None and not finding.suppressed:
                left[by] -= 1
                new[index] = False
        answers = iter(new)
        return self._kept(lambda _: next(answers))

    def at_level(self, level: str) -> Measure:
        """Findings of one level that no tool suppressed; unit: findings; `where` has each one's place."""
        return self._measure([finding for finding in self._open() if finding.level == level])

    def at_least(self, level: str) -> Measure:
        """Findings of one level and of those above it that no tool suppressed; unit: findings; `where` likewise."""
        levels = LEVELS[: LEVELS.index(level) + 1]
        return self._measure([finding for finding in self._open() if finding.level in levels])

    @property
    def total(self) -> Measure:
        """All findings that no tool suppressed; unit: findings; `where` has each one's place."""
        return self._measure(self._open())

    @property
    def count(self) -> int:
        """How many findings no tool suppressed, as a plain number."""
        return len(self._open())

    @property
    def suppressed(self) -> Measure:
        """Findings that the tools themselves say were accepted; unit: findings."""
        return self._measure([each for report in self._reports for each in report.findings if each.suppressed])

    def fingerprints(self) -> dict[str, int]:
        """Return for each fingerprint how often it was found, without what was suppressed."""
        return dict(sorted(Counter(finding.fingerprint for finding in self._open()).items()))

    def _open(self) -> list[Finding]:
        return [each for report in self._reports for each in report.findings if not each.suppressed]

    def _kept(self, wanted: Callable[[Finding], bool]) -> Findings:
        kept = (tuple(filter(wanted, report.findings)) for report in self._reports)
        return Findings(
            tuple(
                FindingsData(tool=each.tool, producer=each.producer, findings=rest, unfinished=each.unfinished)
                for each, rest in zip(self._reports, kept, strict=True)
            ),
            self._tally,
        )

    def _measure(self, chosen: list[Finding]) -> Measure:
        self._tally.note(len(self._reports))
        where = tuple(finding.place for finding in chosen)
        return Measure(len(chosen), unit="findings", inspected=len(self._reports), where=where)
