"""Incidents as the tools export them that people are called by, and the face that gates read them through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from pytest_stagegate.model.numbers import Measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Set as AbstractSet

    from pytest_stagegate.model.tally import Tally

KIND: Final = "incidents"
"""Kind of evidence that exports of incidents bring."""

SCHEMA: Final = "stagegate/incidents/1"
"""Schema of an export of our own."""

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "high", "medium", "low")
UNKNOWN: Final = "unknown"

_WORDS: Final = {
    **dict.fromkeys(
        ("critical", "highest", "blocker", "disaster", "emergency", "fatal", "page", "p0", "p1", "sev0", "sev1"), 0
    ),
    **dict.fromkeys(("high", "major", "error", "urgent", "p2", "sev2"), 1),
    **dict.fromkeys(("medium", "moderate", "minor", "warning", "warn", "average", "normal", "p3", "sev3"), 2),
    **dict.fromkeys(
        ("low", "lowest", "info", "informational", "notice", "none", "trivial", "p4", "p5", "sev4", "sev5"), 3
    ),
}
"""Words for severities in lower case and without blanks, hyphens and underscores, as places in `SEVERITIES`."""


def severity_of(*words: str) -> str:
    """Return the severity that the first word of several names that names one; ``unknown`` when none does."""
    for word in words:
        place = _WORDS.get(word.lower().translate({ord(each): None for each in " -_"}))
        if place is not None:
            return SEVERITIES[place]
    return UNKNOWN


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """One incident.

    Attributes:
        id: What it is called by in its tool.
        title: What it is about.
        severity: One of `SEVERITIES`, or ``unknown``.
        open: Whether it is not closed yet.
        opened: When it began, RFC 3339, UTC; None where that is not stated.
        service: What it is about, or empty.
        url: Where people see more of it, or empty.
        source: The file.
    """

    id: str
    title: str
    severity: str
    open: bool
    opened: str | None = None
    service: str = ""
    url: str = ""
    source: str = ""


class IncidentEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One incident in an export of our own.

    Attributes:
        id: What it is called by.
        status: ``open`` or ``closed``.
        title: What it is about.
        severity: One of `SEVERITIES`, or ``unknown``.
        opened: When it began, RFC 3339 with its zone; null where that is not stated.
        service: What it is about.
        url: Where people see more of it.
    """

    id: str
    status: Literal["open", "closed"]
    title: str = ""
    severity: Literal["critical", "high", "medium", "low", "unknown"] = "unknown"
    opened: str | None = None
    service: str = ""
    url: str = ""


class IncidentsFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An export of our own.

    Attributes:
        schema: ``stagegate/incidents/1``.
        incidents: Every incident, in any order.
        exported: When it was made, RFC 3339 with its zone; null where that is not stated.
        tool: What it comes from.
    """

    schema: str
    incidents: list[IncidentEntry]
    exported: str | None = None
    tool: str = ""


class IncidentsData(msgspec.Struct, frozen=True, kw_only=True):
    """One export.

    Attributes:
        tool: What exported it.
        incidents: Everything that it lists.
        cut: Why it may not have all; empty where it has.
        file: Name of the file in the list of evidence; known once it was gathered.
    """

    tool: str
    incidents: tuple[Incident, ...]
    cut: str = ""
    file: str = ""


def united(exports: Iterable[IncidentsData]) -> tuple[Incident, ...]:
    """Return every incident once, worst first: one that several exports of a tool list is open where one says so.

    Two that share an id and have different titles are two: a table does not say which tracker its ids are of.
    """
    found: dict[tuple[str, str, str], Incident] = {}
    for export in exports:
        for each in export.incidents:
            key = (export.tool, each.id, each.title)
            known = found.get(key, each)
            found[key] = _worse(known, msgspec.structs.replace(each, source=each.source or export.file))
    return tuple(
        sorted(found.values(), key=lambda each: (not each.open, _rank(each.severity), each.opened or "", each.id))
    )


def _worse(one: Incident, other: Incident) -> Incident:
    """Return an incident of what two exports say of it; where both have it open about different services, of none."""
    severity = min(one.severity, other.severity, key=_rank)
    here = other if other.open and not one.open else one
    differ = one.open and other.open and one.service != other.service
    return msgspec.structs.replace(
        here, severity=severity, service="" if differ else here.service, source=here.source or other.source
    )


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else -1


def without_incidents(exports: Iterable[IncidentsData], named: Callable[..., bool]) -> tuple[IncidentsData, ...]:
    """Return exports without the incidents whose id is named."""
    return tuple(
        IncidentsData(
            tool=export.tool,
            incidents=tuple(each for each in export.incidents if not named(each.id)),
            cut=export.cut,
            file=export.file,
        )
        for export in exports
    )


class Incidents:
    """The incidents as a gate reads them.

    Attributes:
        rows: Every incident once, worst first.
        exports: How many exports there are.
        cut: Why exports may not have all, a sentence each.
    """

    def __init__(self, exports: Iterable[IncidentsData], tally: Tally) -> None:
        exports = tuple(exports)
        self.rows = united(exports)
        self.exports = len(exports)
        self.cut = tuple(f"{each.file}: {each.cut}" for each in exports if each.cut)
        self._tally = tally

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return f"<{len(self.rows)} incidents>"

    def open(
        self, least: Severity = "low", *, services: AbstractSet[str] = frozenset(), unknown: Severity = "critical"
    ) -> Measure:
        """How many are open of a severity or a worse one; `inspected` counts exports and all that they list.

        Args:
            least: The severity.
            services: Only those about one of these, in any case; all when empty. One that names no service counts.
            unknown: What one counts as whose severity nobody states.
        """
        self._tally.note(self.exports + len(self.rows))
        named = {" ".join(each.split()).casefold() for each in services}
        heavy = SEVERITIES[: SEVERITIES.index(least) + 1]
        found = [
            each
            for each in self.rows
            if each.open
            and (each.severity if each.severity != UNKNOWN else unknown) in heavy
            and (not named or not each.service or each.service.casefold() in named)
        ]
        where = tuple(f"{each.id}: {each.title} ({each.severity}{_since(each)})" for each in found)
        inspected = self.exports + len(self.rows) if self.exports else 0
        return Measure(len(found), unit="incidents", inspected=inspected, where=where)


def _since(incident: Incident) -> str:
    return f", since {incident.opened}" if incident.opened else ""
