"""Inspecting what is shipped: figures of bills of materials, of scans for vulnerabilities, and of statements."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pytest_stagegate.model.vulnerabilities import SEVERITIES, UNKNOWN

if TYPE_CHECKING:
    from pytest_stagegate.model.contents import Contents
    from pytest_stagegate.model.provenance import StatementData


def supplied(contents: Contents) -> dict[str, int | dict[str, int]]:
    """Return the figures of a file that holds statements, an SBOM, a scan, or both of these."""
    if contents.statements is not None:
        return {
            "statements": len(contents.statements),
            "subjects": sum(len(each.subjects) for each in contents.statements),
            "signed": sum(each.signed for each in contents.statements),
        }
    listed, scan = contents.sbom, contents.scan
    figures: dict[str, int | dict[str, int]] = {}
    if listed is not None:
        figures |= {"components": listed.components, "vulnerabilities": 0}
    if scan is None:
        return figures
    counts = Counter(each.severity for each in scan.vulnerabilities if not each.set_apart)
    figures["vulnerabilities"] = sum(counts.values())
    figures["by_severity"] = {severity: counts[severity] for severity in (*SEVERITIES, UNKNOWN)}
    figures["set_apart"] = sum(each.set_apart for each in scan.vulnerabilities)
    if listed is None and scan.packages is not None:
        figures |= {"packages": scan.packages, "skipped": len(scan.skipped)}
    return figures


def said(statements: tuple[StatementData, ...]) -> tuple[str, ...]:
    """Return what each statement claims, of what, and of what origin, a line each."""
    return tuple(dict.fromkeys(_in_words(each) for each in statements))


def _in_words(each: StatementData) -> str:
    of = ", ".join(subject.name or subject.sha256 for subject in each.subjects) or "nothing"
    origin = (("builder", each.builder), ("repository", each.repository), ("commit", each.commit))
    more = "".join(f", {key} {value}" for key, value in origin if value)
    return f"{each.predicate_type} of {of}{more}"
