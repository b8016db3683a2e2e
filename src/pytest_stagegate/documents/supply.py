"""The supply chain as finished strings: what is shipped, what it is made of, who made it, and what scanners found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.shipped import SHIPPED_HEAD, shipped_table
from pytest_stagegate.documents.tables import TableView, table
from pytest_stagegate.documents.wording import clean, plural
from pytest_stagegate.model.commits import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.supply import SbomRow, ScanRow, Severities, StatementRow, Supply
    from pytest_stagegate.model.verdicts import GateResult

_SBOM_HEAD: Final = ("SBOM", "tool", "made", "is of", "components")
_STATEMENT_HEAD: Final = ("statement", "claims", "built by", "from", "is of", "signature")
_SCAN_HEAD: Final = ("scan", "tool", "made", "looked at", "found", "said to do no harm")
_LEFT_OUT_HEAD: Final = ("gate", "left out", "how many", "which")
_LEFT_OUT: Final = {
    "in-leeway": "known for too short a time",
    "unfixable": "no fix is known",
    "set-apart": "said to do no harm here (VEX, or told to the scanner)",
}
"""Check of the gate to why what it counts was left out of the limits."""
_SEVERITY: Final = {"none": "without weight", "unknown": "of unknown severity"}
_PLACES: Final = 5


class SupplyView(msgspec.Struct, frozen=True):
    """The supply chain.

    Attributes:
        tables: Those that have rows.
        none: A sentence for each matter of which nothing is known.
        more: A sentence where the evidence has more than is listed; empty otherwise.
    """

    tables: tuple[TableView, ...]
    none: tuple[str, ...]
    more: str


def supply_view(decision: Decision) -> SupplyView | None:
    """Return what a decision says of the supply chain; None where it says nothing of it."""
    supply = decision.supply
    if supply is None and not decision.subject.artifacts:
        return None
    tables = tuple(_tables(decision, supply))
    there = {each.id for each in tables}
    none = {
        "shipped": "No artifact is known.",
        "sboms": "No SBOM is among the evidence.",
        "statements": "No statement of provenance is among the evidence.",
        "scans": "No scan for vulnerabilities is among the evidence.",
    }
    return SupplyView(
        tables=tables,
        none=tuple(text for id, text in none.items() if id not in there) if supply is not None else (),
        more=f"{plural(supply.omitted, 'more entry')}." if supply is not None and supply.omitted else "",
    )


def _tables(decision: Decision, supply: Supply | None) -> Iterator[TableView]:
    if decision.subject.artifacts:
        told = "What each artifact is, and what the evidence says of it. No signature of a statement is verified here."
        yield table(("shipped", "What is shipped", told), SHIPPED_HEAD, shipped_table(decision))
    if supply is not None:
        yield from _known(supply)
    if left_out := [row for gate in decision.gates for row in _left_out(gate)]:
        told = "Vulnerabilities that the limits do not count, and why."
        yield table(("left-out", "Left out of the limits", told), _LEFT_OUT_HEAD, left_out)


def _known(supply: Supply) -> Iterator[TableView]:
    if supply.sboms:
        told = "What each bill of materials says that it is of, and how much it lists."
        yield table(("sboms", "SBOMs", told), _SBOM_HEAD, [_sbom(each) for each in supply.sboms])
    if supply.statements:
        told = "What each says of where things come from. No signature is verified here."
        rows = [_statement(each) for each in supply.statements]
        yield table(("statements", "Statements of provenance", told), _STATEMENT_HEAD, rows)
    if supply.scans:
        told = "What each found; a vulnerability counts with the worst severity that any report states of it."
        yield table(("scans", "Scans for vulnerabilities", told), _SCAN_HEAD, [_scan(each) for each in supply.scans])


def _sbom(row: SbomRow) -> tuple[str, ...]:
    return row.source, row.producer or "not stated", _made(row.created), _of(row.of), str(row.components)


def _statement(row: StatementRow) -> tuple[str, ...]:
    sources = " at ".join(filter(None, (row.repository, short(row.commit))))
    signed = "signed, not verified" if row.signed else "not signed"
    return row.source, row.predicate_type, row.builder or "not stated", sources or "not stated", _of(row.of), signed


def _scan(row: ScanRow) -> tuple[str, ...]:
    looked = "it does not say" if row.packages is None else plural(row.packages, "package")
    skipped = f", {row.skipped} skipped" if row.skipped else ""
    what = "no scan: it says what became of some" if row.statements else f"{looked}{skipped}"
    return row.source, row.producer or "not stated", _made(row.created), what, _found(row.found), str(row.set_apart)


def _found(found: Severities) -> str:
    counts = ((_SEVERITY.get(name, name), getattr(found, name)) for name in found.__struct_fields__)
    told = [f"{count} {name}" for name, count in counts if count]
    return ", ".join(told) or "none"


def _left_out(gate: GateResult) -> Iterator[tuple[str, ...]]:
    for check in gate.checks if gate.uses == "vulnerabilities" else ():
        if check.name in _LEFT_OUT and check.where:
            omitted = len(check.where) + check.where_omitted - _PLACES
            more = (f"{omitted} more, see the gate",) if omitted > 0 else ()
            yield gate.gate, _LEFT_OUT[check.name], check.shown, "; ".join((*check.where[:_PLACES], *more))


def _made(created: str | None) -> str:
    return created or "at a time not stated"


def _of(names: tuple[str, ...]) -> str:
    return clean(", ".join(names)) or "not stated"
