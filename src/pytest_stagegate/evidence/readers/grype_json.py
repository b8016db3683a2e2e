"""Grype's JSON, ``grype -o json``.

Format: https://github.com/anchore/grype/tree/main/schema/grype/json. It lists matches alone, so that it does
not say how many packages were looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.evidence.readers.scans import scan_of, words
from pytest_stagegate.evidence.readers.tool_times import instant, rfc3339
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.vulnerabilities import SEVERITIES, UNKNOWN, Vulnerability

if TYPE_CHECKING:
    from pathlib import Path

_FIXES: Final = {"fixed": "available", "not-fixed": "none", "wont-fix": "none"}


class _Fix(msgspec.Struct):
    versions: list[str] | None = None
    state: str = ""


class _Known(msgspec.Struct):
    id: str
    severity: str = ""
    fix: _Fix | None = None


class _Related(msgspec.Struct):
    id: str


class _Artifact(msgspec.Struct):
    name: str
    version: str = ""


class _Match(msgspec.Struct, rename="camel"):
    vulnerability: _Known
    artifact: _Artifact
    related_vulnerabilities: list[_Related] | None = None


class _Descriptor(msgspec.Struct):
    version: str = ""
    timestamp: str | None = None


class _Report(msgspec.Struct, rename="camel"):
    matches: list[_Match]
    descriptor: _Descriptor
    ignored_matches: list[_Match] | None = None


def read(path: Path, root: Path) -> Contents:
    """Read what Grype found.

    Args:
        path: The file.
        root: The project's root; not needed.

    Raises:
        EvidenceError: With file and place, when the file is no such report or not whole.
    """
    report = document(path, _Report, "JSON report of Grype")
    found = [_vulnerability(each) for each in report.matches]
    found += [
        _vulnerability(each, state="ignored", reason="by a rule of Grype's") for each in report.ignored_matches or ()
    ]
    scan = scan_of(path, ("grype", words(report.descriptor.version)), found, packages=None)
    written = report.descriptor.timestamp
    return Contents(scan=scan, producer=scan.producer, created=rfc3339(instant(written)) if written else None)


def _vulnerability(each: _Match, **more: Any) -> Vulnerability:
    known, fix = each.vulnerability, each.vulnerability.fix or _Fix()
    severity = known.severity.lower()
    # A word of its own for what hardly matters.
    severity = "low" if severity == "negligible" else severity
    return Vulnerability(
        id=words(known.id),
        aliases=tuple(sorted({words(other.id) for other in each.related_vulnerabilities or ()} - {known.id})),
        package=words(each.artifact.name),
        version=words(each.artifact.version),
        severity=severity if severity in SEVERITIES else UNKNOWN,
        fix="available" if fix.versions else _FIXES.get(fix.state, UNKNOWN),
        fixed_in=tuple(words(version) for version in fix.versions or ()),
        **more,
    )
