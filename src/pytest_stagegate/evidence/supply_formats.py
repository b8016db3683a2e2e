"""Telling the formats of SBOMs, scans for vulnerabilities and in-toto statements from the first keys of a JSON file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_BOM: Final = re.compile(r'"bomFormat"\s*:\s*"CycloneDX"')
_COMPONENTS: Final = re.compile(r'\{\s*"components"\s*:\s*\[\s*\{(?=[^{}]*"(?:bom-ref|type|purl|name)"\s*:)')
"""How the Python tools of CycloneDX begin: their keys are sorted, so its name stands far behind."""


_SPDX_3: Final = re.compile(r'"@context"\s*:\s*"https://spdx\.org/rdf/3')

_TRIVY: Final = frozenset({"Trivy", "ReportID", "CreatedAt", "ArtifactID", "ArtifactName", "ArtifactType", "Results"})
_GRYPE: Final = frozenset({"matches", "ignoredMatches", "alertsByPackage", "source", "distro", "descriptor"})


_STATEMENT: Final = re.compile(r'"_type"\s*:\s*"https://in-toto\.io/Statement/')
_WRAPPED: Final = (
    frozenset({"payload", "payloadType", "signatures"}),
    frozenset({"mediaType", "verificationMaterial", "dsseEnvelope", "messageSignature"}),
    frozenset({"version", "verification_material", "envelope"}),
    frozenset({"version", "attestation_bundles"}),
)
"""Keys of what holds statements: DSSE envelopes, bundles of Sigstore, attestations of package indexes."""


def format_of_supply(text: str, keys: Sequence[str]) -> str:
    """Return the format that the beginning of a JSON file tells; empty where it is none of these.

    Args:
        text: It begins with a brace; it may break off anywhere.
        keys: The keys of its object, as far as they can be read.
    """
    if _STATEMENT.search(text) is not None or _wraps(keys):
        return "in-toto"
    if _BOM.search(text) is not None or _COMPONENTS.match(text) is not None:
        return "cyclonedx"
    known = set(keys)
    if "spdxVersion" in known or "SPDXID" in known or _SPDX_3.search(text) is not None:
        return "spdx-json"
    if "SchemaVersion" in known and known & _TRIVY:
        return "trivy-json"
    if "matches" in known and known <= _GRYPE:
        return "grype-json"
    if keys and keys[0] == "dependencies" and known <= {"dependencies", "fixes"}:
        return "pip-audit-json"
    return ""


def _wraps(keys: Sequence[str]) -> bool:
    """Return whether an object has keys of a wrapper alone, and one that is no word of everybody's."""
    known = set(keys)
    return bool(known - {"version", "mediaType"}) and any(known <= wrapper for wrapper in _WRAPPED)
