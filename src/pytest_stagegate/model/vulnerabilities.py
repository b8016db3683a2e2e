"""Known vulnerabilities of what is shipped, as scanners report them, and the face that gates read them through.

Several tools know one vulnerability by several names. Reports of one package and version that share a name are one
vulnerability. Of what the reports state the worst counts; what one of them leaves out, another may state.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal

import msgspec
from msgspec.structs import replace
from packaging.utils import canonicalize_name

from pytest_stagegate.model.numbers import Measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pytest_stagegate.model.decision import Subject
    from pytest_stagegate.model.tally import Tally

Severity = Literal["critical", "high", "medium", "low", "none"]

SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "high", "medium", "low", "none")
"""From the heaviest; the bands of CVSS 3.0 and later. Beside them a report may say ``unknown``."""

UNKNOWN: Final = "unknown"

_BANDS: Final = ((Fraction(9), "critical"), (Fraction(7), "high"), (Fraction(4), "medium"), (Fraction(0), "low"))
_FIXES: Final = ("available", "none", "unknown")
_SET_APART: Final = frozenset({"not_affected", "false_positive", "resolved", "resolved_with_pedigree", "ignored"})


class Vulnerability(msgspec.Struct, frozen=True, kw_only=True):
    """One vulnerability of one package.

    Attributes:
        id: As the tool names it, for example ``CVE-2019-11324``.
        aliases: Other names of the same.
        package: Name of the package; empty where the report does not say.
        version: The version that is affected; empty likewise.
        severity: One of `SEVERITIES`, or ``unknown``.
        fix: ``available``, ``none``, or ``unknown`` where the report does not say.
        fixed_in: Versions that have the fix, as far as they are stated.
        published: The day on which it became known, ``YYYY-MM-DD``, or None.
        state: What somebody has found out of it, in the words of CycloneDX (``not_affected``, ``false_positive``,
            ``resolved``, ``exploitable``, ``in_triage`` …), or ``ignored`` where the scanner was told to; empty where
            nobody says.
        reason: Why it is said to be so; may be empty.
        tool: Who reports it.
    """

    id: str
    aliases: tuple[str, ...] = ()
    package: str = ""
    version: str = ""
    severity: str = UNKNOWN
    fix: str = UNKNOWN
    fixed_in: tuple[str, ...] = ()
    published: str | None = None
    state: str = ""
    reason: str = ""
    tool: str = ""

    @property
    def set_apart(self) -> bool:
        """Whether somebody says that it does no harm here."""
        return self.state in _SET_APART

    @property
    def names(self) -> tuple[str, ...]:
        """What a waiver may name it by: its names, its package, and its package with its version."""
        package = (self.package, f"{self.package}@{self.version}") if self.package else ()
        return (self.id, *self.aliases, *package)

    @property
    def place(self) -> str:
        """The vulnerability in one line."""
        of = " ".join(part for part in (self.package, self.version) if part) or "a package that is not named"
        also = f" ({', '.join(self.aliases)})" if self.aliases else ""
        fix = {"available": "fixed", "none": "no fix", UNKNOWN: "fix not stated"}[self.fix]
        fix = f"fixed in {', '.join(self.fixed_in)}" if self.fixed_in else fix
        since = f", known since {self.published}" if self.published else ""
        said = f", {self.state}{f': {self.reason}' if self.reason else ''}" if self.state else ""
        return f"{of}: {self.id}{also}, {self.severity}, {fix}{since}{said}"


class ScanData(msgspec.Struct, frozen=True, kw_only=True):
    """What one scan found; it may have found nothing.

    Attributes:
        file: Name of the file, for messages.
        tool: Name of the tool, in lower case.
        producer: Tool and version, as far as they are stated.
        packages: How many packages it looked at; None where the format does not say.
        vulnerabilities: In the order of package, version, id.
        skipped: Packages that it could not look at, by name, with why.
        statements: Whether it is no scan, but says what others found out of vulnerabilities (VEX).
        excused: How many more vulnerabilities it found, which are left out while a waiver is tried.
    """

    file: str
    tool: str
    producer: str
    packages: int | None
    vulnerabilities: tuple[Vulnerability, ...]
    skipped: tuple[tuple[str, str], ...] = ()
    statements: bool = False
    excused: int = 0

    @property
    def found_nothing(self) -> bool:
        """Whether there is no vulnerability in it, whatever is waived."""
        return not self.vulnerabilities and not self.excused


def severity_of(score: str) -> str:
    """Return the severity of a CVSS base score.

    Bands: https://www.first.org/cvss/v3.1/specification-document (section 5), the same in CVSS 4.0.

    Args:
        score: A decimal from 0 to 10; anything else is ``unknown``.
    """
    try:
        value = Fraction(score)
    except (ValueError, ZeroDivisionError):
        return UNKNOWN
    if not 0 <= value <= 10:
        return UNKNOWN
    return "none" if value == 0 else next(band for least, band in _BANDS if value >= least)


def worst(severities: Iterable[str]) -> str:
    """Return the heaviest severity that is stated; ``unknown`` where none is."""
    stated = [each for each in severities if each in SEVERITIES]
    return min(stated, key=lambda each: SEVERITIES.index(each), default=UNKNOWN)


def named_once(scans: Sequence[ScanData]) -> list[list[Vulnerability]]:
    """Return the vulnerabilities of all scans, those together that are one."""
    by_package: dict[tuple[str, str], list[Vulnerability]] = defaultdict(list)
    for scan in scans:
        for each in scan.vulnerabilities:
            by_package[canonicalize_name(each.package), each.version].append(each)
    return [same for found in by_package.values() for same in _same(found)]


def without_named(scans: tuple[ScanData, ...], named: Callable[..., bool]) -> tuple[ScanData, ...]:
    """Return the scans without what is named, whichever of its names each of them uses; skipped packages too."""
    gone = {id(each) for same in named_once(scans) if any(named(*each.names) for each in same) for each in same}
    return tuple(
        replace(
            scan,
            vulnerabilities=tuple(each for each in scan.vulnerabilities if id(each) not in gone),
            excused=sum(id(each) in gone for each in scan.vulnerabilities),
            skipped=tuple(each for each in scan.skipped if not named(each[0])),
        )
        for scan in scans
    )


def _same(found: list[Vulnerability]) -> list[list[Vulnerability]]:
    """Return groups of vulnerabilities that share a name, directly or through others."""
    above: dict[str, str] = {}

    def top(name: str) -> str:
        while (higher := above.setdefault(name, name)) != name:
            above[name] = name = above[higher]
        return name

    for each in found:
        for alias in each.aliases:
            above[top(alias)] = top(each.id)
    groups: dict[str, list[Vulnerability]] = defaultdict(list)
    for each in found:
        groups[top(each.id)].append(each)
    return list(groups.values())


def _merged(same: list[Vulnerability]) -> Vulnerability:
    """Return one vulnerability of which several reports were made."""
    first = min(same, key=lambda each: (not each.id.startswith("CVE-"), each.id, each.package))
    names = {name for each in same for name in (each.id, *each.aliases)} - {first.id}
    judged = sorted((each for each in same if each.state), key=lambda each: (each.set_apart, each.state, each.reason))
    said = judged[0] if judged else first
    return msgspec.structs.replace(
        first,
        aliases=tuple(sorted(names)),
        severity=worst(each.severity for each in same),
        fix=min((each.fix for each in same), key=_FIXES.index),
        fixed_in=tuple(sorted({version for each in same for version in each.fixed_in})),
        published=min((each.published for each in same if each.published), default=None),
        state=said.state,
        reason=said.reason,
        tool=", ".join(sorted({each.tool for each in same})),
    )


class Vulnerabilities:
    """Vulnerabilities as a gate reads them, each once; narrow with `where` and `at_least`."""

    def __init__(self, scans: tuple[ScanData, ...], project: Subject, tally: Tally) -> None:
        self._scans = scans
        self._project = project
        self._tally = tally
        self._found: tuple[Vulnerability, ...] | None = None

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return f"<vulnerabilities of {', '.join(self.tools) or 'no tool'}>"

    def __iter__(self) -> Iterator[Vulnerability]:
        """Yield each vulnerability once, in the order of severity, package and id."""
        if self._found is None:
            order = (*SEVERITIES, UNKNOWN)
            self._found = tuple(
                sorted(
                    (_merged(same) for same in named_once(self._scans)),
                    key=lambda each: (order.index(each.severity), each.package, each.version, each.id),
                )
            )
        self._tally.note(self._inspected(len(self._found)))
        return iter(self._found)

    @property
    def scans(self) -> tuple[ScanData, ...]:
        """The scans that were made, without files that only say what became of vulnerabilities."""
        return tuple(each for each in self._scans if not each.statements)

    @property
    def tools(self) -> tuple[str, ...]:
        """Names of the tools that scanned."""
        return tuple(sorted({each.tool for each in self.scans}))

    @property
    def packages(self) -> Measure:
        """Packages of the scan that looked at the fewest, of those that say so; unit: packages."""
        self._tally.note(sum(each.packages or 0 for each in self.scans))
        return fewest_packages(self.scans)

    @property
    def skipped(self) -> Measure:
        """Packages that a scan could not look at, without the project itself; unit: packages."""
        own = canonicalize_name(self._project.name)
        where = sorted({f"{n}: {why}" for scan in self.scans for n, why in scan.skipped if canonicalize_name(n) != own})
        return Measure(len(where), unit="packages", inspected=self._inspected(len(where)), where=tuple(where))

    def where(self, wanted: Callable[[Vulnerability], bool]) -> Measure:
        """Return how many there are for which a function says yes; unit: vulnerabilities; `where` names each."""
        found = tuple(each.place for each in self if wanted(each))
        return Measure(len(found), unit="vulnerabilities", inspected=self._inspected(len(found)), where=found)

    def at_least(self, severity: Severity, *, unknown: Severity = "critical") -> Measure:
        """Return how many weigh that much or more and were not set apart.

        Args:
            severity: The least that counts.
            unknown: What one weighs of which no report states a severity.
        """
        heavy = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return self.where(
            lambda each: not each.set_apart and (unknown if each.severity == UNKNOWN else each.severity) in heavy
        )

    def _inspected(self, found: int) -> int:
        """Return how many packages were looked at; where no scan says, one that reported is one."""
        looked_at = sum(1 if each.packages is None else each.packages for each in self.scans)
        return max(looked_at, found + sum(each.excused for each in self.scans))


def fewest_packages(scans: Iterable[ScanData]) -> Measure:
    """Return how many packages the scan looked at that looked at the fewest, of those that say so."""
    stated = [(each.packages, each.file) for each in scans if each.packages is not None]
    if not stated:
        return Measure(None, unit="packages", inspected=0)
    fewest, file = min(stated)
    return Measure(fewest, unit="packages", inspected=fewest, where=(f"{file}: {fewest}",))


def days_known(each: Vulnerability, day: dt.date) -> int | None:
    """Return for how many days a vulnerability has been known; None where no report says since when.

    A day that lies ahead says nothing either.
    """
    try:
        days = (day - dt.date.fromisoformat(each.published or "")).days
    except ValueError:
        return None
    return days if days >= 0 else None
