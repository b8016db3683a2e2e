"""The dossier of a release: a decision, its documents and all its evidence in one folder and one canonical zip."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import unicodedata
import zipfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.operations import operational_documents
from pytest_stagegate.documents.rendering import DEFAULT, decision_json, documents_of
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.attaching import attachment_path, read_attachment
from pytest_stagegate.evidence.finding import PRODUCED, sha256_of
from pytest_stagegate.evidence.operations import text_of
from pytest_stagegate.evidence.packing import write_zip
from pytest_stagegate.model.decision import SCHEMA, Decision
from pytest_stagegate.model.manifest import SUMS, sums_of
from pytest_stagegate.model.operations import OperationsData, OperationsPlan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_stagegate.model.decision import EvidenceItem

Part = dict[str, "bytes | Path"]
"""Content, or where it lies, by the name in the dossier."""

_ELSEWHERE: Final = {"baseline": "baseline", "decisions": "chain", "sign-offs": "sign-offs"}
"""Folder of those kinds of evidence that do not lie in ``evidence/``."""

_LONGEST: Final = 150
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._+-]+")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a dossier is made of.

    Attributes:
        decision: The ``decision.json``.
        root: The project's root.
        evidence: Further files, and folders with files, among which evidence is found by its digest.
        templates: A folder of the project's own templates, or None.
        notes: The release notes by file name: ``notes.md``, ``notes.html`` and ``notes.json``.
        draft: Whether a dossier that nothing may rest on is wanted.
    """

    decision: Path
    root: Path
    evidence: tuple[Path, ...] = ()
    templates: Path | None = None
    notes: Mapping[str, bytes] = field(default_factory=dict)
    draft: bool = False


@dataclass(frozen=True)
class Dossier:
    """Everything that belongs into a dossier, found and in order; nothing is written yet.

    Attributes:
        decision: The decision.
        stem: First part of the zip's name: ``NAME-VERSION``, of a draft with ``-DRAFT``.
        files: What it holds, but for the list of digests.
        digests: Of evidence, by the name in the dossier: what the decision says.
        passed_over: Statements beside the decision that are about another one.
    """

    decision: Decision
    stem: str
    files: Part
    digests: dict[str, str]
    passed_over: tuple[str, ...]


def collected(request: Request) -> Dossier:
    """Find everything that belongs into the dossier.

    Raises:
        EvidenceError: When the decision can't be read or is provisional, and when evidence is missing or has changed:
            all of it is named.
        StageGateError: When a template of the project's own is broken.
    """
    content, decision = _decision(request)
    digest = hashlib.sha256(content).hexdigest()
    evidence, digests = _evidence_part(decision, _Finder(request))
    statements, passed_over = _statements_part(request.decision.parent, digest)
    texts = _texts(decision, evidence, digests)
    written = operational_documents(decision, digest, texts, request.templates, draft=request.draft)
    files: Part = {
        **_documents_part(decision, request.templates),
        **_notes_part(request.notes),
        **{f"operations/{name}": each for name, each in written.items()},
        **statements,
        **evidence,
    }
    return Dossier(decision, _stem(decision, draft=request.draft), files, digests, passed_over)


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


# ---- the parts, a function each


def _documents_part(decision: Decision, templates: Path | None) -> Part:
    """Return the decision and its documents."""
    _, files = documents_of(decision, DEFAULT, Path(), templates)
    return {path.name: content for path, content in files.items()}


def _notes_part(notes: Mapping[str, bytes]) -> Part:
    """Return the release notes."""
    return dict(notes)


def _statements_part(folder: Path, digest: str) -> tuple[Part, tuple[str, ...]]:
    """Return the statements beside the decision that name its digest, and the names of all others."""
    found = sorted((folder / "statements").glob("*.intoto.json"))
    own = {f"statements/{path.name}": path for path in found if digest.encode() in path.read_bytes()}
    return {**own}, tuple(path.name for path in found if f"statements/{path.name}" not in own)


def _evidence_part(decision: Decision, finder: _Finder) -> tuple[Part, dict[str, str]]:
    """Return all evidence that the decision lists with a digest, and these digests, by the name in the dossier."""
    files: Part = {}
    digests: dict[str, str] = {}
    problems = []
    for item in decision.evidence:
        if item.sha256 is None:
            continue
        try:
            found = finder.find(item, item.sha256)
        except EvidenceError as error:
            problems.append(str(error))
            continue
        name = _name_in(item, found, files, digests)
        files[name], digests[name] = found, item.sha256
        files.update(_beside(item, name, found))
    if problems:
        raise EvidenceError(" ".join(dict.fromkeys(problems)), remedy="Hand over the folder with it: --evidence PATH.")
    return files, digests


def _name_in(item: EvidenceItem, found: Path, taken: Part, digests: Mapping[str, str]) -> str:
    folder = _ELSEWHERE.get(item.kind, "evidence")
    name = f"{_chain_name(found)}.json" if item.kind == "decisions" else _plain(PurePosixPath(item.source).name)
    folded = {each.casefold() for each in taken}
    number, numbered = 1, name
    while f"{folder}/{numbered}".casefold() in folded and digests.get(f"{folder}/{numbered}") != item.sha256:
        number += 1
        numbered = f"{number}-{name}"
    return f"{folder}/{numbered}"


def _chain_name(path: Path) -> str:
    """Return ``STAGE`` or ``STAGE-ENVIRONMENT`` of a decision."""
    try:
        told = json.loads(path.read_bytes())
        return _plain("-".join(filter(None, (told["stage"], told["environment"]))))
    except (ValueError, KeyError, TypeError) as error:
        raise EvidenceError(f"{path.name}: this decision can't be read: {error}") from error


def _beside(item: EvidenceItem, name: str, found: Path) -> Iterator[tuple[str, Path]]:
    """Yield what stands beside a piece of evidence and is about its very bytes."""
    signature = found.with_name(f"{found.name}.sig")
    if item.kind == "sign-offs" and signature.is_file():
        yield f"{name}.sig", signature
    attachment = read_attachment(found)
    if attachment is not None and attachment.sha256 == item.sha256 and name.startswith("evidence/"):
        yield attachment_path(PurePosixPath(name)).as_posix(), attachment_path(found)  # type: ignore[arg-type]


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


# ---- finding


class _Finder:
    """Finds evidence by its digest: beside the decision, below the root, among what was handed over."""

    def __init__(self, request: Request) -> None:
        self._root = request.root.resolve()
        self._beside = request.decision.parent
        self._more = tuple(sorted(_all_files(request.evidence)))
        self._digest = lru_cache(maxsize=None)(sha256_of)

    def find(self, item: EvidenceItem, digest: str) -> Path:
        """Return the file.

        Raises:
            EvidenceError: When it is missing or has changed.
        """
        name = PurePosixPath(item.source).name
        usual = [self._beside / name, self._beside / PRODUCED / name, self._root / item.source]
        usual = [path for path in usual if path.resolve().is_relative_to(self._root) or path.parent == self._beside]
        for path in (*usual, *self._more):
            if self._digest(path) == digest:
                return path
        there = [path for path in usual if path.is_file()]
        what = "has changed since the decision" if there else "is missing"
        raise EvidenceError(f"{item.source} (sha256 {digest}) {what}.")


def _all_files(given: Iterable[Path]) -> Iterator[Path]:
    for path in given:
        if not path.exists():
            raise UsageError(f"--evidence: there is no {path.as_posix()!r}")
        yield from (each for each in path.rglob("*") if each.is_file()) if path.is_dir() else (path,)


# ---- names


def _plain(name: str) -> str:
    """Return a file name that every system can have."""
    odd = ("Cc", "Cf", "Cs", "Zl", "Zp")
    kept = "".join("_" if char in '\\/:*?"<>|' or unicodedata.category(char) in odd else char for char in name)
    return kept[:_LONGEST].strip(". ") or "unnamed"


def _stem(decision: Decision, *, draft: bool) -> str:
    subject = decision.subject
    version = subject.version or (subject.commit or "unknown")[:12]
    parts = [_UNSAFE.sub("_", part).strip("._-")[:_LONGEST] or "unnamed" for part in (subject.name, version)]
    return "-".join([*parts, *(["DRAFT"] if draft else [])])


# ---- writing


def write_dossier(dossier: Dossier, out: Path) -> tuple[Path, Path]:
    """Write the folder, the zip beside it and the zip's digest; until all is whole nothing old is touched.

    Returns:
        The zip, and the file with its digest.

    Raises:
        UsageError: When something that is no dossier stands where one is to be written.
        EvidenceError: When evidence has changed in the meantime.
        OSError: When a file can't be written.
    """
    target = out.parent / f"{dossier.stem}.dossier.zip"
    sums = target.with_name(f"{target.name}.sha256")
    _refuse_others(out, target)
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".dossier-", dir=out.parent))
    try:
        names = _fill(staging / "new", dossier)
        write_zip(staging / target.name, {name: staging / "new" / name for name in names})
        line = f"{sha256_of(staging / target.name)}  {target.name}\n"
        (staging / sums.name).write_bytes(line.encode())
        if out.exists():
            os.rename(out, staging / "old")
        os.rename(staging / "new", out)
        os.replace(staging / target.name, target)
        os.replace(staging / sums.name, sums)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return target, sums


def _fill(folder: Path, dossier: Dossier) -> list[str]:
    digests = {}
    for name, content in sorted(dossier.files.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            shutil.copyfile(content, path)
        digests[name] = sha256_of(path) or ""
        if dossier.digests.get(name, digests[name]) != digests[name]:
            raise EvidenceError(f"{name} has changed while it was copied.")
    (folder / SUMS).write_bytes(sums_of(digests))
    return [*digests, SUMS]


def _refuse_others(out: Path, target: Path) -> None:
    """Refuse to replace what is no dossier."""
    if out.exists() and not (out.is_dir() and _is_dossier(out)):
        raise UsageError(f"--out: {out.name!r} is there and is no dossier; name another folder")
    if target.exists():
        names = zipfile.ZipFile(target).namelist() if zipfile.is_zipfile(target) else []
        if not {"decision.json", SUMS} <= set(names):
            raise UsageError(f"{target.name!r} is there and is no dossier; take it away, or name another folder: --out")


def _is_dossier(folder: Path) -> bool:
    """Return whether a folder is empty, or holds a list of digests and nothing that is not on it."""
    files = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    there = {path.relative_to(folder).as_posix() for path in files}
    if not there:
        return not any(folder.iterdir())
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return False
    return "decision.json" in there and there - {SUMS} <= {line.partition("  ")[2] for line in lines}
