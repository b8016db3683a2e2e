"""Verifying: an auditor's use case. Digests, then the decision made once more, then its documents, then anchors."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.rendering import decision_json
from pytest_stagegate.errors import EvidenceError, StageGateError, UsageError
from pytest_stagegate.evidence.packing import from_zip, safe_name
from pytest_stagegate.evidence.readers.bounded import read_bounded
from pytest_stagegate.model.decision import SCHEMA, Decision
from pytest_stagegate.model.manifest import SIGNERS
from pytest_stagegate.model.since import KIND as SINCE
from pytest_stagegate.model.verification import Answer, Finding, Verification, worst
from pytest_stagegate.policy.finding import canonical, digest
from pytest_stagegate.stepping import step
from pytest_stagegate.verifying.anchoring import anchors, notes, signatures
from pytest_stagegate.verifying.comparing import compared, unreplayed
from pytest_stagegate.verifying.locating import located
from pytest_stagegate.verifying.opening import opened
from pytest_stagegate.verifying.rendered import documents
from pytest_stagegate.verifying.replaying import replayed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.verifying.locating import Located
    from pytest_stagegate.verifying.opening import Opened

_LARGEST: Final = 256 << 20
_Anchors = tuple[tuple[Finding, ...], tuple[str, ...]]
"""What anchors come to, and which of them hold the decision."""

_TOO_OLD: Final = "the decision does not say what was asked: an earlier version of stagegate made it"


class Audit(msgspec.Struct, frozen=True):
    """What an auditor brings along.

    Attributes:
        root: The project's root, where evidence may lie and sources are looked for.
        evidence: Further files and folders in which evidence may be.
        sha256: A digest that was kept elsewhere, or None.
        allowed_signers: A file of the auditor's own with the keys of those who may sign, or None.
        with_gates: Whether code of the project and of installed packages may be loaded.
    """

    root: Path
    evidence: tuple[Path, ...] = ()
    sha256: str | None = None
    allowed_signers: Path | None = None
    with_gates: bool = False


def verify(path: Path, audit: Audit) -> Verification:
    """Verify a decision offline; nothing is written beside it.

    Args:
        path: A ``decision.json``, an output folder, a dossier as a folder or as a zip.
        audit: What the auditor brings along.

    Raises:
        UsageError: When there is nothing to verify.
    """
    with tempfile.TemporaryDirectory(prefix="stagegate-") as name:
        scratch = Path(name)
        there = opened(path, scratch)
        findings = list(there.findings)
        try:
            recorded = _recorded(there.decision)
        except EvidenceError as error:
            findings.append(_found("digests", there.decision.name, Answer.DIFFERENT, error.message))
            return _told(None, findings, there, anchors(there, audit.sha256))
        findings += _form(there.decision, recorded)
        step("comparing digests")
        whole = located(
            recorded, there.folder, audit.root, (*audit.evidence, *_unpacked(recorded, audit.root, scratch))
        )
        findings += whole.findings
        findings += _again(recorded, whole, audit, scratch)
        templates = recorded.policy.content.get("templates")
        own = audit.root / templates if audit.with_gates and isinstance(templates, str) else None
        step("making the documents once more")
        findings += documents(recorded, there.folder, own)
        return _told(recorded, findings, there, _anchors(recorded, whole, there, audit))


def _unpacked(recorded: Decision, root: Path, scratch: Path) -> Iterator[Path]:
    """Yield the files of the last release's decision that lie in a zip below the root, each unpacked."""
    for number, item in enumerate(each for each in recorded.evidence if each.kind == SINCE):
        try:
            safe_name(item.source)
            content = from_zip(root, item.source)
        except EvidenceError:
            continue
        if content is not None:
            path = scratch / f"since-{number}"
            path.write_bytes(content)
            yield path


def _anchors(recorded: Decision, whole: Located, there: Opened, audit: Audit) -> _Anchors:
    """Return what the anchors that the auditor brought along come to."""
    held = anchors(there, audit.sha256)
    if audit.allowed_signers is None:
        return held
    if audit.allowed_signers.resolve() == (there.folder / SIGNERS).resolve():
        raise UsageError("--allowed-signers: this file lies beside what it would anchor; take one of your own")
    signed = signatures(recorded, whole, audit.allowed_signers)
    return (*held[0], *signed[0]), (*held[1], *signed[1])


def _recorded(path: Path) -> Decision:
    """Read a decision.

    Raises:
        EvidenceError: When it is none, or one that this version can't read.
    """
    content = read_bounded(path, _LARGEST, f"it is larger than {_LARGEST >> 20} MiB")
    try:
        recorded = msgspec.json.decode(content, type=Decision)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise EvidenceError(f"it is no decision that this version can read: {error}") from error
    if recorded.schema != SCHEMA:
        raise EvidenceError(f"its schema is {recorded.schema!r}; this version reads {SCHEMA!r}")
    return recorded


def _form(path: Path, recorded: Decision) -> Iterator[Finding]:
    """Compare a decision's bytes with the form in which they are written, and its policy with the policy's digest."""
    content = path.read_bytes()
    if decision_json(recorded) == content:
        yield _found("digests", path.name, Answer.IDENTICAL, "its bytes are in the form in which they are written")
    else:
        text = "it has other keys than this version writes, or is not in the form in which it is written"
        answer = Answer.DIFFERENT if _same_keys(content, recorded) else Answer.UNTOLD
        yield _found("digests", path.name, answer, text)
    same = digest(canonical(recorded.policy.content)) == recorded.policy.sha256
    text = "its content has the digest that the decision states" if same else "its content has another digest"
    yield _found("digests", "policy", Answer.IDENTICAL if same else Answer.DIFFERENT, text)


def _same_keys(content: bytes, recorded: Decision) -> bool:
    """Return whether nothing but spelling and order can tell a decision from the form in which it is written."""
    try:
        return bool(json.loads(content) == json.loads(decision_json(recorded)))
    except ValueError:
        return False


def _again(recorded: Decision, whole: Located, audit: Audit, scratch: Path) -> Iterator[Finding]:
    if recorded.question is None:
        yield from unreplayed(recorded, _TOO_OLD)
        return
    try:
        again = replayed(recorded, whole, audit.root, scratch, with_gates=audit.with_gates)
    except StageGateError as error:
        yield from unreplayed(recorded, f"it can't be made once more: {' '.join(str(error).split())}")
        return
    except Exception as error:
        # A made-up decision can ask for anything; whatever that breaks is no fault of ours.
        yield from unreplayed(recorded, f"it can't be made once more: {type(error).__name__}: {error}")
        return
    for name in again.undated:
        text = "when it was made is stated by the decision alone: neither it nor a record says so with its zone"
        yield _found("evidence", name, Answer.UNTOLD, text)
    yield from compared(recorded, again)


def _told(recorded: Decision | None, findings: list[Finding], there: Opened, anchored: _Anchors) -> Verification:
    anchor, held = anchored
    whole = (*findings, *anchor)
    return Verification(
        answer=worst(whole),
        decision=recorded.decision.value if recorded is not None else "",
        stage=recorded.stage if recorded is not None else "",
        as_of=recorded.as_of if recorded is not None else "",
        environment=recorded.environment if recorded is not None else None,
        findings=whole,
        anchors=held,
        notes=tuple(notes(there)),
    )


def _found(part: str, name: str, answer: Answer, text: str) -> Finding:
    return Finding(part=part, name=name, answer=answer, text=text)
