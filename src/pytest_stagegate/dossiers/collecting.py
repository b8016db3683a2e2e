"""Finding and making everything that belongs into a dossier, a function a part."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.intoto import statements
from pytest_stagegate.documents.notes_files import FORMATS, notes_file
from pytest_stagegate.documents.operations import operational_documents
from pytest_stagegate.documents.rendering import DEFAULT, decision_json, documents_of
from pytest_stagegate.dossiers.contents import BODY, Dossier, Part, Request
from pytest_stagegate.dossiers.finding import Finder
from pytest_stagegate.dossiers.naming import chain_name, plain, stem_of
from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.attaching import SUFFIX
from pytest_stagegate.evidence.operations import text_of
from pytest_stagegate.model.decision import SCHEMA, Decision
from pytest_stagegate.model.manifest import SIGNERS
from pytest_stagegate.model.operations import OperationsData, OperationsPlan
from pytest_stagegate.model.sign_offs import KIND, SIGNATURE
from pytest_stagegate.model.since import KIND as SINCE
from pytest_stagegate.noting import NotesQuestion, proven_notes
from pytest_stagegate.stepping import step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stagegate.model.decision import EvidenceItem
    from pytest_stagegate.model.sign_offs import SignOffRow

_ELSEWHERE: Final = {"baseline": "baseline", "decisions": "chain", KIND: "sign-offs", SINCE: "since"}
"""Folder of those kinds of evidence that do not lie in ``evidence/``."""

_ALLOWED: Final = "allowed-signers"


def collected(request: Request) -> Dossier:
    """Find everything that belongs into the dossier.

    Raises:
        EvidenceError: When the decision can't be read or is provisional, when evidence is missing or has changed (all
            of it is named), and when the history does not say what the release notes tell.
        UsageError: When git doesn't know what the range of the notes names.
        StageGateError: When a template of the project's own is broken.
    """
    content, decision = _decision(request)
    digest = hashlib.sha256(content).hexdigest()
    step("collecting the evidence")
    evidence, digests = _evidence_part(decision, Finder(request))
    stated, left_out = _statements_part(decision, digest)
    templates = request.project.templates
    written = operational_documents(
        decision, digest, _texts(decision, evidence, digests), templates, draft=request.draft
    )
    step("making the documents")
    files: Part = {
        **_documents_part(decision, templates),
        **(_notes_part(request, decision, digest) if request.notes else {}),
        **{f"operations/{name}": each for name, each in written.items()},
        **stated,
        **evidence,
    }
    return Dossier(decision, stem_of(decision, draft=request.draft), files, digests, left_out)


def _decision(request: Request) -> tuple[bytes, Decision]:
    path = request.decision
    try:
        content = path.read_bytes()
        decision = msgspec.json.decode(content, type=Decision)
    except (OSError, msgspec.DecodeError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise EvidenceError(f"{path.name}: the decision can't be read: {reason}") from error
    if decision.schema != SCHEMA or decision_json(decision) != content:
        text = f"{path.name}: it is not as this version of stagegate writes it: it was changed, or another one wrote it"
        raise EvidenceError(text, remedy="Decide again: stagegate check.")
    if decision.provisional and not request.draft:
        why = " ".join(note.text for note in decision.provisional)
        raise EvidenceError(f"the decision is provisional, and nothing may rest on it. {why}", remedy="See --draft.")
    return content, decision


def _documents_part(decision: Decision, templates: Path | None) -> Part:
    """Return the decision and its documents."""
    _, files = documents_of(decision, DEFAULT, Path(), templates)
    return {path.name: content for path, content in files.items()}


def _notes_part(request: Request, decision: Decision, digest: str) -> Part:
    """Return the release notes, and where they are too long for the text of a release a shorter form for that."""
    version, commit = decision.subject.version, decision.subject.commit
    asked = NotesQuestion(request.range, version, (), request.environ, decision, digest)
    try:
        notes = proven_notes(request.project, asked)
    except EvidenceError as error:
        raise EvidenceError(
            f"release notes: {error.message}", remedy=f"{error.remedy} Or --no-notes.".strip()
        ) from error
    if commit is not None and commit != notes.last_commit:
        text = f"the decision is about commit {commit}, and the release notes would end at {notes.last_commit}."
        raise EvidenceError(text, remedy="Check that commit out, name it, --notes FROM..COMMIT, or --no-notes.")
    templates = request.project.templates
    files: Part = {f"notes.{each}": notes_file(notes, each, templates=templates) for each in FORMATS}
    body = notes_file(notes, "md", sink="release", templates=templates)
    return files if body == files["notes.md"] else {**files, BODY: body}


def _statements_part(decision: Decision, digest: str) -> tuple[Part, tuple[str, ...]]:
    """Return the in-toto statements, or why there are none."""
    try:
        made = statements(decision, digest)
    except EvidenceError as error:
        return {}, (error.message,)
    return {f"statements/{name}": content for name, content in made.items()}, ()


def _evidence_part(decision: Decision, finder: Finder) -> tuple[Part, dict[str, str]]:
    """Return all evidence that the decision lists with a digest, and these digests, by the name in the dossier."""
    files: Part = {}
    digests: dict[str, str] = {}
    problems = []
    for item in decision.evidence:
        if item.sha256 is None:
            continue
        try:
            found = finder.find(item.source, item.sha256)
            name = _name_in(item, found, files, digests)
            files[name], digests[name] = found, item.sha256
            files.update(_attachment(item, name, digests, finder))
        except EvidenceError as error:
            problems.append(str(error))
    for row in decision.sign_offs:
        try:
            files.update(_signature(row, digests, finder))
        except EvidenceError as error:
            problems.append(str(error))
    if problems:
        raise EvidenceError(" ".join(dict.fromkeys(problems)), remedy="Hand over the folder with it: --evidence PATH.")
    return files, digests


def _name_in(item: EvidenceItem, found: Path | bytes, taken: Part, digests: Mapping[str, str]) -> str:
    if item.format == _ALLOWED:
        return SIGNERS
    folder = _ELSEWHERE.get(item.kind, "evidence")
    name = plain(PurePosixPath(item.source).name)
    if item.kind == "decisions" and isinstance(found, Path):
        name = f"{chain_name(found)}.json"
    elif item.kind == SINCE:
        # By its own name a record would be found as one of the run that was decided on.
        name = f"last-{name}"
    folded = {each.casefold() for each in taken}
    number, numbered = 1, name
    while f"{folder}/{numbered}".casefold() in folded and digests.get(f"{folder}/{numbered}") != item.sha256:
        number += 1
        numbered = f"{number}-{name}"
    return f"{folder}/{numbered}"


def _signature(row: SignOffRow, digests: dict[str, str], finder: Finder) -> Part:
    """Return the signature of a sign-off beside each copy of it, and note its digest."""
    if row.signature_sha256 is None:
        return {}
    found = finder.find(row.source + SIGNATURE, row.signature_sha256)
    names = [name + SIGNATURE for name, digest in digests.items() if digest == row.sha256]
    digests.update(dict.fromkeys(names, row.signature_sha256))
    return dict.fromkeys(names, found)


def _attachment(item: EvidenceItem, name: str, digests: dict[str, str], finder: Finder) -> Part:
    """Return what was attached to a piece of evidence when it was decided, and note its digest."""
    if item.attachment is None or not name.startswith("evidence/"):
        return {}
    beside = name + SUFFIX
    digests[beside] = item.attachment
    return {beside: finder.find(item.source + SUFFIX, item.attachment)}


def _texts(decision: Decision, files: Part, digests: Mapping[str, str]) -> OperationsData:
    """Return what people have written: from the decision's policy, and the files whose digests it has."""
    try:
        plan = msgspec.convert(decision.policy.content.get("operations", {}), OperationsPlan)
    except msgspec.ValidationError as error:
        raise EvidenceError(f"the decision's policy, operations: it can't be read: {error}") from error
    content = {digests[name]: path for name, path in files.items() if name in digests and isinstance(path, Path)}
    read = {
        item.source: text_of(item.source, content[item.sha256].read_bytes())
        for item in decision.evidence
        if item.kind == "operations" and item.sha256 is not None
    }
    return OperationsData(plan, read)
