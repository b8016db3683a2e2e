"""Faults in bills of materials, in scans for vulnerabilities, and in statements of provenance."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.drill.files import in_files
from pytest_stagegate.hooks import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_ID: Final = "CVE-1970-0001"
_PACKAGE: Final = "planted-by-the-drill"
_PACKED: Final = "eyJ"
"""How an object of JSON begins in Base64."""

_URL_SAFE: Final = str.maketrans("-_", "+/")
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


def _of_other_bytes(node: Any) -> Any:
    """Return what holds statements with other digests in their subjects; what is packed is unpacked for it."""
    if isinstance(node, dict) and "_type" in node:
        return {**node, "subject": [{**each, "digest": {"sha256": "d" * 64}} for each in node.get("subject", [])]}
    if isinstance(node, dict):
        return {key: _of_other_bytes(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_of_other_bytes(each) for each in node]
    if isinstance(node, str) and node.startswith(_PACKED):
        with suppress(ValueError):
            inner = _of_other_bytes(json.loads(base64.b64decode(node.translate(_URL_SAFE))))
            return base64.b64encode(json.dumps(inner).encode()).decode()
    return node


def _statements(text: str) -> str:
    try:
        return json.dumps(_of_other_bytes(json.loads(text)))
    except json.JSONDecodeError:
        rows = (json.loads(row) for row in text.split("\n") if row.strip())
        return "".join(f"{json.dumps(_of_other_bytes(row))}\n" for row in rows)


def faults(formats: Callable[[Path], str]) -> tuple[Fault, ...]:
    """Return the faults in what is shipped.

    Args:
        formats: Tells the format of a copy.
    """
    return (
        Fault("a scanner finds one more critical vulnerability", in_files(_FOUND, formats)),
        Fault("every SBOM is of another project", in_files(_ELSEWHERE, formats)),
        Fault("no SBOM lists anything", in_files(_EMPTY, formats)),
        Fault("every statement is of other bytes", in_files({"in-toto": _statements}, formats)),
    )
