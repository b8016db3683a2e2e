"""SPDX 2.2 and 2.3 in JSON.

Specification: https://spdx.github.io/spdx-spec/v2.3/ (clause 7, packages; clause 11, relationships). What a document is
of, is what it describes: by a relationship ``DESCRIBES`` or by ``documentDescribes``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.evidence.readers.scans import words
from pytest_stagegate.evidence.readers.tool_times import instant, rfc3339
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.sbom import SbomData, SbomSubject, sha256_in

if TYPE_CHECKING:
    from pathlib import Path

_READ: Final = ("SPDX-2.2", "SPDX-2.3")


class _Object(msgspec.Struct, rename="camel"):
    """Any object; properties that are not named here are passed over."""


class _Checksum(_Object):
    algorithm: str = ""
    checksum_value: str = ""


class _Package(_Object):
    name: str
    spdx_id: str = msgspec.field(name="SPDXID")
    version_info: str | None = None
    checksums: list[_Checksum] | None = None


class _Relationship(_Object):
    spdx_element_id: str = ""
    relationship_type: str = ""
    related_spdx_element: str = ""


class _Creation(_Object):
    created: str | None = None
    creators: list[str] | None = None


class _Document(_Object):
    spdx_version: str | None = None
    spdx_id: str = msgspec.field(default="", name="SPDXID")
    creation_info: _Creation | None = None
    packages: list[_Package] | None = None
    relationships: list[_Relationship] | None = None
    document_describes: list[str] | None = None


def read(path: Path, root: Path) -> Contents:
    """Read what a document lists, and of what.

    Args:
        path: The file.
        root: The project's root; not needed.

    Raises:
        EvidenceError: With file and place, when the file is no SPDX 2.2 or 2.3 in JSON or not whole.
    """
    found = document(path, _Document, "SPDX")
    if found.spdx_version not in _READ:
        stated = f"{found.spdx_version[:40]!r}" if found.spdx_version else "SPDX 3, or states no version"
        raise EvidenceError(f"{path.name}: this is {stated}; {' and '.join(_READ)} are read")
    creation = found.creation_info or _Creation()
    tools = [each.partition(":")[2].strip() for each in creation.creators or () if each.startswith("Tool:")]
    described = _described(found)
    packages = found.packages or []
    subjects = tuple(_subject(each) for each in packages if each.spdx_id in described)
    producer = ", ".join(words(each) for each in tools)
    return Contents(
        sbom=SbomData(
            file=path.name,
            producer=producer,
            subjects=subjects,
            components=sum(each.spdx_id not in described for each in packages),
            listed=tuple(
                (words(each.name), words(each.version_info or "")) for each in packages if each.spdx_id not in described
            ),
        ),
        producer=producer,
        created=rfc3339(instant(creation.created)) if creation.created else None,
    )


def _described(found: _Document) -> set[str]:
    related = found.relationships or ()
    of = {each.related_spdx_element for each in related if _is(each, "DESCRIBES", each.spdx_element_id, found)}
    by = {each.spdx_element_id for each in related if _is(each, "DESCRIBED_BY", each.related_spdx_element, found)}
    return {*of, *by, *(found.document_describes or ())}


def _is(each: _Relationship, kind: str, document_id: str, found: _Document) -> bool:
    return each.relationship_type == kind and document_id == found.spdx_id


def _subject(package: _Package) -> SbomSubject:
    digests = [sha256_in(each.checksum_value) for each in package.checksums or () if each.algorithm == "SHA256"]
    version = words(package.version_info or "")
    return SbomSubject(name=words(package.name), version=version, sha256=next(filter(None, digests), ""))
