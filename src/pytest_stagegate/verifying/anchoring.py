"""Anchors: what holds a decision from outside. Whoever makes everything anew makes it consistent, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.basis import basis_of
from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.finding import sha256_of
from pytest_stagegate.evidence.signatures import verified
from pytest_stagegate.model.manifest import SUMS
from pytest_stagegate.model.sign_offs import SIGNATURE, STALE
from pytest_stagegate.model.verification import Answer, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.sign_offs import SignOffRow
    from pytest_stagegate.verifying.locating import Located
    from pytest_stagegate.verifying.opening import Opened


def anchors(there: Opened, sha256: str | None) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Return what the digest that was kept elsewhere comes to, and what anchors the decision.

    Args:
        there: What is verified.
        sha256: A digest of the decision, of the list of digests or of the zip, kept elsewhere; None for none.
    """
    if sha256 is None:
        return (), ()
    for name, digest in _digests(there):
        if digest == sha256.lower():
            text = f"--sha256 is the digest of {name}"
            return (Finding(part="anchor", name="--sha256", answer=Answer.IDENTICAL, text=f"of {name}"),), (text,)
    names = ", ".join(name for name, _ in _digests(there))
    text = f"it is the digest of none of {names}"
    return (Finding(part="anchor", name="--sha256", answer=Answer.DIFFERENT, text=text),), ()


def signatures(recorded: Decision, whole: Located, allowed: Path) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Return what the signatures of the sign-offs come to, and which of them anchor the decision.

    A sign-off that the decision itself calls stale was of another decision, and says nothing of this one.

    Args:
        recorded: The decision.
        whole: Its evidence.
        allowed: The auditor's own allowed-signers file.
    """
    basis = basis_of(recorded)
    rows = [row for row in recorded.sign_offs if row.state != STALE]
    told = [_signature(row, basis, whole, allowed) for row in rows]
    if not told:
        text = "no sign-off of this decision is among its evidence"
        return (Finding(part="anchor", name="--allowed-signers", answer=Answer.UNTOLD, text=text),), ()
    return tuple(found for found, _ in told), tuple(anchor for _, anchor in told if anchor)


def _signature(row: SignOffRow, basis: str, whole: Located, allowed: Path) -> tuple[Finding, str]:
    """Return what one signature comes to, and the anchor that it is; empty when it is none."""

    def found(answer: Answer, text: str) -> Finding:
        return Finding(part="anchor", name=row.source, answer=answer, text=text)

    record, signature = whole.path(row.sha256), whole.path(row.signature_sha256)
    if record is None or (signature is None and row.signature_sha256 is not None):
        return found(Answer.UNTOLD, "the sign-off or its signature is not here"), ""
    try:
        said, proof = verified(record, allowed, signature or record.with_name(f"{record.name}{SIGNATURE}"))
    except EvidenceError as error:
        return found(Answer.DIFFERENT, error.message), ""
    if proof.reason == "bad-signature":
        return found(Answer.DIFFERENT, proof.text), ""
    if not proof.authenticated:
        return found(Answer.UNTOLD, proof.text), ""
    if said.basis != basis:
        return found(Answer.DIFFERENT, "what was signed is another decision"), ""
    text = f"the signature of {said.person} ({said.role}), key {proof.key}"
    return found(Answer.IDENTICAL, text), text


def notes(there: Opened) -> Iterator[str]:
    """Yield what lies in a dossier and looks as if it held it, and does not."""
    if any((there.folder / "statements").glob("*.intoto.json")):
        yield "The statements are not signed: they are no anchor."


def _digests(there: Opened) -> Iterator[tuple[str, str]]:
    paths = [there.decision, there.folder / SUMS, *([there.archive] if there.archive is not None else [])]
    yield from ((path.name, digest) for path in paths if (digest := sha256_of(path)) is not None)
