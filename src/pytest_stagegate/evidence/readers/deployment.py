"""Records of deployments of our own (schema ``stagegate/deployment/1``), by ``stagegate deployed`` or a script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.json_documents import document, refuse_other_schema
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.deployments import SCHEMA, Deployment, DeploymentFile
from pytest_stagegate.model.times import rfc3339, utc_time

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX: Final = ".deployment.json"
"""What the name of a record ends in, so that it is found in a folder."""

_WHAT: Final = "record of a deployment"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def read(path: Path, _root: Path) -> Contents:
    """Read a record.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With the file, when it is none or says what no record can.
    """
    found = document(path, DeploymentFile, _WHAT)
    refuse_other_schema(path.name, found.schema, SCHEMA)
    if fault := fault_of(found):
        raise EvidenceError(f"{path.name}: this is no {_WHAT}: {fault}")
    ended = utc_time(found.deployed)
    at = rfc3339(ended, "milliseconds" if ended.microsecond else "seconds")
    deployment = Deployment(
        service=found.service,
        environment=found.environment,
        at=at,
        outcome=found.outcome,
        version=found.version,
        commit=found.commit,
        artifacts=found.artifacts,
        ring=found.ring,
    )
    return Contents(deployments=(deployment,), created=at)


def fault_of(found: DeploymentFile) -> str:
    """Return what no record can say, as a part of a sentence; empty when all is in order."""
    for key in ("service", "environment", "version", "commit", "ring"):
        said = getattr(found, key)
        if said is not None and not (said.strip() and said.isprintable()):
            optional = key in ("version", "commit", "ring")
            return (
                f"{key} is one line of text without controls{', and null where it is not stated' if optional else ''}"
            )
    bad = next((each.sha256 for each in found.artifacts if not _DIGEST.fullmatch(each.sha256)), None)
    if bad is not None:
        return f"sha256 is 64 hexadecimal digits in lower case, and {bad[:70]!r} is not"
    try:
        utc_time(found.deployed)
    except ValueError as error:
        return f"deployed: {error}"
    return ""
