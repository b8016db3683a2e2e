"""Inspecting what is shipped: figures of bills of materials and of scans for vulnerabilities."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pytest_stagegate.model.vulnerabilities import SEVERITIES, UNKNOWN

if TYPE_CHECKING:
    from pytest_stagegate.model.contents import Contents


def supplied(contents: Contents) -> dict[str, int | dict[str, int]]:
    """Return the figures of a file that holds an SBOM, a scan, or both."""
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
