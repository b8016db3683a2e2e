"""CycloneDX in JSON: bills of materials, vulnerabilities of what they list, and what became of those (VEX).

Specification: https://cyclonedx.org/docs/1.6/json/ (versions 1.2 to 1.7 say what is read here in the same way). What an
unknown key says is passed over.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import msgspec

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.evidence.readers.scans import day, scan_of, words
from pytest_stagegate.evidence.readers.tool_times import instant, rfc3339
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.sbom import SbomData, SbomSubject, sha256_in
from pytest_stagegate.model.vulnerabilities import SEVERITIES, UNKNOWN, Vulnerability, severity_of, worst

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_stagegate.model.vulnerabilities import ScanData

_XML: Final = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<")
_NO_FIX: Final = frozenset({"can_not_fix", "will_not_fix"})
_PURL: Final = re.compile(r"pkg:[^/]+/(?:[^@?#]*/)?([^/@?#]+)(?:@([^?#]+))?")
_SCORES: Final = ("CVSSv3", "CVSSv31", "CVSSv4")


class _Object(msgspec.Struct, rename="camel"):
    """Any object; properties that are not named here are passed over."""


class _Hash(_Object):
    alg: str = ""
    content: str = ""


class _Component(_Object):
    name: str
    version: str | None = None
    bom_ref: str | None = msgspec.field(default=None, name="bom-ref")
    purl: str | None = None
    hashes: list[_Hash] | None = None
    components: list[_Component] | None = None


class _Metadata(_Object):
    timestamp: str | None = None
    component: _Component | None = None
    tools: Any = None


class _Rating(_Object):
    score: float | int | None = None
    severity: str | None = None
    method: str | None = None


class _Affected(_Object):
    ref: str = ""


class _Reference(_Object):
    id: str = ""


class _Analysis(_Object):
    state: str | None = None
    justification: str | None = None
    response: list[str] | None = None
    detail: str | None = None


class _Vulnerability(_Object):
    id: str = ""
    references: list[_Reference] | None = None
    ratings: list[_Rating] | None = None
    recommendation: str | None = None
    published: str | None = None
    analysis: _Analysis | None = None
    affects: list[_Affected] | None = None


class _Bom(_Object):
    bom_format: str
    spec_version: str
    metadata: _Metadata | None = None
    components: list[_Component] | None = None
    vulnerabilities: list[_Vulnerability] | None = None


def read(path: Path, root: Path) -> Contents:
    """Read a bill of materials, and the vulnerabilities in it.

    An empty list of vulnerabilities is no scan: tools write one where they have not looked for any.

    Args:
        path: The file.
        root: The project's root; not needed.

    Raises:
        EvidenceError: With file and place, when the file is no CycloneDX in JSON or not whole.
    """
    _refuse_xml(path)
    bom = document(path, _Bom, "CycloneDX")
    if bom.bom_format != "CycloneDX":
        raise EvidenceError(f"{path.name}: this is no CycloneDX, but {bom.bom_format[:40]!r}")
    metadata = bom.metadata or _Metadata()
    tools = _tools(metadata.tools)
    producer = ", ".join(f"{name} {version}".strip() for name, version in tools)
    components = list(_all(bom.components))
    scan = _scan(path, bom, components, tools) if bom.vulnerabilities else None
    lists = bool(components) or scan is None
    return Contents(
        sbom=SbomData(
            file=path.name,
            producer=producer,
            subjects=_subjects(metadata.component),
            components=len(components),
            listed=tuple((words(each.name), words(each.version or "")) for each in components),
        )
        if lists
        else None,
        scan=scan,
        producer=producer,
        created=rfc3339(instant(metadata.timestamp)) if metadata.timestamp else None,
    )


def _refuse_xml(path: Path) -> None:
    try:
        with path.open("rb") as file:
            xml = _XML.match(file.read(64)) is not None
    except OSError:
        return  # Told where it is read.
    if xml:
        text = "this is CycloneDX in XML; it is read as JSON, which every tool for it can write"
        raise EvidenceError(f"{path.name}: {text}")


def _tools(stated: Any) -> list[tuple[str, str]]:
    """Return name and version of each tool; up to 1.4 they are a list, from 1.5 on components and services."""
    if isinstance(stated, dict):
        stated = stated.get("components")
    listed = [each for each in stated if isinstance(each, dict)] if isinstance(stated, list) else []
    said = [(words(str(each.get("name") or "")), words(str(each.get("version") or ""))) for each in listed]
    return [each for each in said if each[0]]


def _all(components: list[_Component] | None) -> Iterator[_Component]:
    """Yield components, and those that they hold."""
    waiting = list(components or ())[::-1]
    while waiting:
        each = waiting.pop()
        yield each
        waiting.extend((each.components or ())[::-1])


def _subjects(component: _Component | None) -> tuple[SbomSubject, ...]:
    if component is None:
        return ()
    digests = [sha256_in(each.content) for each in component.hashes or () if each.alg.upper() == "SHA-256"]
    # A scanner of a file may give the file's digest as its version.
    of_file = sha256_in(component.version or "") if (component.version or "").startswith("sha256:") else ""
    version = "" if of_file else words(component.version or "")
    return (SbomSubject(name=words(component.name), version=version, sha256=next(filter(None, digests), of_file)),)


def _scan(path: Path, bom: _Bom, components: list[_Component], tools: list[tuple[str, str]]) -> ScanData:
    known = {each.bom_ref: (each.name, each.version or "") for each in components if each.bom_ref}
    subject = bom.metadata.component if bom.metadata is not None else None
    if subject is not None and subject.bom_ref:
        known.setdefault(subject.bom_ref, (subject.name, subject.version or ""))
    found = [each for stated in bom.vulnerabilities or () for each in _vulnerabilities(stated, known)]
    # A file in which somebody has judged every vulnerability says nothing of what else was looked for.
    statements = all(each.state for each in found)
    packages = None if statements else len(components)
    return scan_of(path, tools[0] if tools else ("cyclonedx", ""), found, packages=packages, statements=statements)


def _vulnerabilities(stated: _Vulnerability, known: dict[str, tuple[str, str]]) -> Iterator[Vulnerability]:
    """Yield a vulnerability for each package that it affects; for none that is named where it does not say."""
    analysis = stated.analysis or _Analysis()
    aliases = sorted({words(each.id) for each in stated.references or () if each.id} - {stated.id})
    places = list(dict.fromkeys(_package(each.ref, known) for each in stated.affects or ())) or [("", "")]
    for package, version in places:
        yield Vulnerability(
            id=words(stated.id) or "a vulnerability without an id",
            aliases=tuple(aliases),
            package=words(package),
            version=words(version),
            severity=worst(_severity(each) for each in stated.ratings or ()),
            fix=_fix(stated, analysis),
            published=day(stated.published),
            state=words(analysis.state or ""),
            reason=words(": ".join(part for part in (analysis.justification, analysis.detail) if part)),
        )


def _package(ref: str, known: dict[str, tuple[str, str]]) -> tuple[str, str]:
    """Return name and version of what a reference is to: in this file, in another by BOM-Link, or by package URL."""
    inner = unquote(ref.partition("#")[2]) if ref.startswith("urn:cdx:") else ref
    if inner in known:
        return known[inner]
    purl = _PURL.match(inner)
    return (unquote(purl[1]), unquote(purl[2] or "")) if purl is not None else ("", "")


def _severity(rating: _Rating) -> str:
    if rating.severity in SEVERITIES:
        return rating.severity
    if rating.severity == "info":
        return "none"
    if rating.score is not None and rating.method in _SCORES:
        return severity_of(str(rating.score))
    return UNKNOWN


def _fix(stated: _Vulnerability, analysis: _Analysis) -> str:
    """Return whether there is a fix: the format has no word for it but what is recommended, and what is answered."""
    if stated.recommendation and stated.recommendation.strip():
        return "available"
    return "none" if _NO_FIX & set(analysis.response or ()) else UNKNOWN
