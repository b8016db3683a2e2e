"""Trivy's JSON, ``trivy fs -f json`` and its like.

Format: https://trivy.dev/latest/docs/configuration/reporting/#json. Only results of packages bear on
vulnerabilities; what Trivy says of secrets and settings is not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.evidence.readers.scans import day, scan_of, words
from pytest_stagegate.evidence.readers.tool_times import instant, rfc3339
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.vulnerabilities import SEVERITIES, UNKNOWN, Vulnerability

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SCHEMA: Final = 2
_OF_PACKAGES: Final = ("os-pkgs", "lang-pkgs")
_STATES: Final = {"fixed": "resolved"}
"""Words of its own for what CycloneDX calls otherwise."""


class _Object(msgspec.Struct, rename="pascal"):
    """Any object; properties that are not named here are passed over."""


class _Vulnerability(_Object):
    vulnerability_id: str = msgspec.field(default="", name="VulnerabilityID")
    vendor_ids: list[str] | None = msgspec.field(default=None, name="VendorIDs")
    pkg_name: str = ""
    installed_version: str = ""
    fixed_version: str = ""
    severity: str = ""
    published_date: str | None = None


class _Modified(_Object):
    type: str = ""
    status: str = ""
    statement: str = ""
    finding: _Vulnerability | None = None


class _Result(_Object):
    class_: str = msgspec.field(default="", name="Class")
    packages: list[Any] | None = None
    vulnerabilities: list[_Vulnerability] | None = None
    experimental_modified_findings: list[_Modified] | None = None


class _Trivy(_Object):
    version: str = ""


class _Report(_Object):
    schema_version: int
    created_at: str | None = None
    trivy: _Trivy | None = None
    results: list[_Result] | None = None


def read(path: Path, root: Path) -> Contents:
    """Read what Trivy found.

    Args:
        path: The file.
        root: The project's root; not needed.

    Raises:
        EvidenceError: With file and place, when the file is no such report or not whole.
    """
    report = document(path, _Report, "JSON report of Trivy")
    if report.schema_version != _SCHEMA:
        raise EvidenceError(f"{path.name}: this is schema {report.schema_version} of Trivy; {_SCHEMA} is read")
    tool = ("trivy", words(report.trivy.version) if report.trivy is not None else "")
    results = report.results or []
    found = [each for result in results for each in _found(result)]
    scan = scan_of(path, tool, found, packages=sum(map(_packages, results)))
    created = rfc3339(instant(report.created_at)) if report.created_at else None
    return Contents(scan=scan, producer=scan.producer, created=created)


def _packages(result: _Result) -> int:
    """Return how many packages a result is about; of older versions, which list none, those that are vulnerable."""
    if result.packages:
        return len(result.packages)
    named = {(each.pkg_name, each.installed_version) for each in result.vulnerabilities or ()}
    return max(len(named), int(result.class_ in _OF_PACKAGES and result.packages is None))


def _found(result: _Result) -> Iterator[Vulnerability]:
    yield from (_vulnerability(each) for each in result.vulnerabilities or ())
    for each in result.experimental_modified_findings or ():
        if each.type == "vulnerability" and each.finding is not None:
            state = _STATES.get(each.status, words(each.status))
            yield _vulnerability(each.finding, state=state, reason=words(each.statement))


def _vulnerability(each: _Vulnerability, **more: Any) -> Vulnerability:
    severity = each.severity.lower()
    return Vulnerability(
        id=words(each.vulnerability_id) or "a vulnerability without an id",
        aliases=tuple(sorted({words(name) for name in each.vendor_ids or ()} - {each.vulnerability_id})),
        package=words(each.pkg_name),
        version=words(each.installed_version),
        severity=severity if severity in SEVERITIES else UNKNOWN,
        fix="available" if each.fixed_version else "none",
        fixed_in=tuple(words(version.strip()) for version in each.fixed_version.split(",") if version.strip()),
        published=day(each.published_date),
        **more,
    )
