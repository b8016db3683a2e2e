"""What a dossier is made of, and what it holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.project import Project

Part = dict[str, "bytes | Path"]
"""Content, or where it lies, by the name in the dossier."""

BODY: Final = "release-body.md"
"""The release notes as short as the text of a release has to be; only there when ``notes.md`` is too long."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What a dossier is made of.

    Attributes:
        decision: The ``decision.json``.
        project: The project.
        evidence: Further files, and folders with files, among which evidence is found by its digest.
        notes: Whether release notes are wanted.
        range: Of which changes: ``FROM..TO``; None for what is checked out since the last release.
        environ: Environment variables, of which ``SOURCE_DATE_EPOCH`` dates the notes.
        draft: Whether a dossier that nothing may rest on is wanted.
    """

    decision: Path
    project: Project
    evidence: tuple[Path, ...] = ()
    notes: bool = True
    range: str | None = None
    environ: Mapping[str, str] = msgspec.field(default_factory=dict)
    draft: bool = False


class Dossier(msgspec.Struct, frozen=True):
    """Everything that belongs into a dossier, found and in order; nothing is written yet.

    Attributes:
        decision: The decision.
        stem: First part of the zip's name: ``NAME-VERSION``, of a draft with ``-DRAFT``.
        files: What it holds, but for the list of digests.
        digests: Of evidence, by the name in the dossier: what the decision says.
        left_out: What it can't have, and why: a sentence each.
    """

    decision: Decision
    stem: str
    files: Part
    digests: dict[str, str]
    left_out: tuple[str, ...]
