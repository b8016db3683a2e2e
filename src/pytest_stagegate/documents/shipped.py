"""What is shipped, and what is said of it, as finished strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.wording import clean
from pytest_stagegate.model.artifacts import PACKAGES

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Artifact, Decision

SHIPPED_HEAD: Final = ("artifact", "what it is", "second build", "listed in", "comes from")
"""Column heads."""


def artifact_pair(artifact: Artifact) -> tuple[str, str]:
    """Return label and value of one artifact."""
    return "artifact", f"{artifact.name}, sha256 {artifact.sha256}"


def shipped_table(decision: Decision) -> tuple[tuple[str, ...], ...]:
    """Return a row for each artifact, in the order of `SHIPPED_HEAD`."""
    said = {(row.name, row.sha256): row for row in decision.shipped}
    rows = []
    for artifact in decision.subject.artifacts:
        row = said.get(artifact.identity)
        listed, origin = (row.listed_in, row.comes_from) if row is not None else ((), ())
        cells = (
            artifact.name,
            _what(artifact),
            _again(artifact),
            _all(listed) or "no SBOM",
            _all(origin) or "no statement",
        )
        rows.append(tuple(clean(each) for each in cells))
    return tuple(rows)


def _what(artifact: Artifact) -> str:
    stated = " ".join(part for part in (artifact.project, artifact.version) if part)
    kind = artifact.kind if artifact.kind in PACKAGES else "other file"
    return "; ".join(part for part in (f"{kind} of {stated}" if stated else kind, artifact.problem) if part)


def _again(artifact: Artifact) -> str:
    again = artifact.rebuilt
    if again is None:
        return "none"
    return f"other bytes: {_all(again.differs)}" if again.differs else "the same bytes"


def _all(texts: tuple[str, ...]) -> str:
    return "; ".join(texts)
