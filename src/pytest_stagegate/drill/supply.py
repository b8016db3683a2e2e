"""Faults in bills of materials and in scans for vulnerabilities."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.drill.files import in_files
from pytest_stagegate.hooks import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_ID: Final = "CVE-1970-0001"
_PACKAGE: Final = "planted-by-the-drill"
_OTHER: Final = {"name": _PACKAGE, "version": "0"}


def _of(change: Callable[[dict[str, Any]], object]) -> Callable[[str], str]:
    def edit(text: str) -> str:
        whole = json.loads(text)
        change(whole)
        return json.dumps(whole)

    return edit


def _of_another(spdx: dict[str, Any]) -> None:
    for package in spdx.get("packages", []):
        package |= {"name": _PACKAGE, "checksums": []}


def _one_more(key: str, row: dict[str, Any]) -> Callable[[dict[str, Any]], object]:
    return lambda whole: whole.update({key: [*(whole.get(key) or ()), row]})


def _in_bom(bom: dict[str, Any]) -> None:
    """Plant a vulnerability where there are any; a bill of materials alone is no scan."""
    if bom.get("vulnerabilities"):
        _one_more("vulnerabilities", {"id": _ID, "ratings": [{"severity": "critical"}]})(bom)


_FOUND: Final = {
    "cyclonedx": _of(_in_bom),
    "pip-audit-json": _of(
        _one_more("dependencies", {**_OTHER, "vulns": [{"id": _ID, "fix_versions": ["1"], "aliases": []}]})
    ),
    "trivy-json": _of(
        _one_more(
            "Results",
            {"Vulnerabilities": [{"VulnerabilityID": _ID, "Severity": "CRITICAL", "FixedVersion": "1"}]},
        )
    ),
    "grype-json": _of(_one_more("matches", {"vulnerability": {"id": _ID, "severity": "Critical"}, "artifact": _OTHER})),
}
_ELSEWHERE: Final = {
    "cyclonedx": _of(lambda bom: bom.setdefault("metadata", {}).update({"component": _OTHER})),
    "spdx-json": _of(_of_another),
}
_EMPTY: Final = {
    "cyclonedx": _of(lambda bom: bom.update({"components": []})),
    "spdx-json": _of(lambda spdx: spdx.update({"packages": []})),
}


def faults(formats: Callable[[Path], str]) -> tuple[Fault, ...]:
    """Return the faults in what is shipped.

    Args:
        formats: Tells the format of a copy.
    """
    return (
        Fault("a scanner finds one more critical vulnerability", in_files(_FOUND, formats)),
        Fault("every SBOM is of another project", in_files(_ELSEWHERE, formats)),
        Fault("no SBOM lists anything", in_files(_EMPTY, formats)),
    )
