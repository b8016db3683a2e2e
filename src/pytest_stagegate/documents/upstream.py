"""The decisions of earlier stages, and what is shipped, as finished strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.wording import clean
from pytest_stagegate.model.artifacts import PACKAGES

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Artifact, UpstreamRow

UPSTREAM_HEAD: Final = ("stage", "decision", "used", "commit", "decided as of", "policy sha256", "file and sha256")
"""Column heads."""


def upstream_row(row: UpstreamRow) -> tuple[str, ...]:
    """Return an earlier decision's cells, in the order of `UPSTREAM_HEAD`."""
    about = f"{row.stage} against {row.environment}" if row.environment else row.stage
    word = row.decision.value.replace("_", " ") + (" (provisional)" if row.provisional else "")
    used = f"no, {row.state}: {row.text}" if row.text else "yes"
    cells = (about, word, used, row.commit or "unknown", row.as_of, row.policy_sha256, f"{row.source}, {row.sha256}")
    return tuple(clean(each) for each in cells)


def artifact_pair(artifact: Artifact) -> tuple[str, str]:
    """Return label and value of one artifact: what it is, its digest, and what a second build made of it."""
    stated = " ".join(part for part in (artifact.project, artifact.version) if part)
    kind = artifact.kind if artifact.kind in PACKAGES else ""
    what = f"{kind} of {stated}" if kind and stated else kind
    parts = (artifact.name, what, artifact.problem, f"sha256 {artifact.sha256}", _again(artifact))
    return "artifact", ", ".join(part for part in parts if part)


def _again(artifact: Artifact) -> str:
    again = artifact.rebuilt
    if again is None:
        return ""
    return (
        "built again with the same bytes"
        if not again.differs
        else f"built again with other bytes, sha256 {again.sha256}"
    )
