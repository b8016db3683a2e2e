"""pip-audit's JSON, ``pip-audit -f json``.

Format: https://github.com/pypa/pip-audit#usage. It states no severity, and not since when a vulnerability is known.
Packages that it could not look at, it lists with a reason, and still ends with success.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.evidence.readers.scans import scan_of, words
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.vulnerabilities import Vulnerability

if TYPE_CHECKING:
    from pathlib import Path


class _Vulnerability(msgspec.Struct):
    id: str
    fix_versions: list[str]
    aliases: list[str] = []


class _Dependency(msgspec.Struct):
    name: str
    version: str | None = None
    vulns: list[_Vulnerability] | None = None
    skip_reason: str | None = None


class _Report(msgspec.Struct):
    dependencies: list[_Dependency]


def read(path: Path, root: Path) -> Contents:
    """Read what pip-audit found.

    Args:
        path: The file.
        root: The project's root; not needed.

    Raises:
        EvidenceError: With file and place, when the file is no such report or not whole.
    """
    report = document(path, _Report, "JSON report of pip-audit")
    audited = [each for each in report.dependencies if each.vulns is not None]
    skipped = [each for each in report.dependencies if each.vulns is None]
    found = [_vulnerability(of, each) for of in audited for each in of.vulns or ()]
    scan = scan_of(
        path,
        ("pip-audit", ""),
        found,
        packages=len(audited),
        skipped=tuple((words(each.name), words(each.skip_reason or "no reason is given")) for each in skipped),
    )
    return Contents(scan=scan, producer="pip-audit")


def _vulnerability(of: _Dependency, each: _Vulnerability) -> Vulnerability:
    return Vulnerability(
        id=words(each.id),
        aliases=tuple(sorted({words(name) for name in each.aliases} - {each.id})),
        package=words(of.name),
        version=words(of.version or ""),
        fix="available" if each.fix_versions else "none",
        fixed_in=tuple(words(version) for version in each.fix_versions),
    )
