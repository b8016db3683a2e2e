"""The basis of a decision: the digest of what was decided upon, which a sign-off is bound to. A pure function."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

from pytest_stagegate.model.sign_offs import KIND

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.verdicts import GateResult


def basis_of(decision: Decision) -> str:
    """Return the basis of a decision, SHA-256, hexadecimal.

    Two decisions have the same one exactly when nothing but their sign-offs and their instant differs: subject, stage,
    environment, policy, why it is provisional or not whole, evidence by kind and digest, and what each gate found that
    reads no sign-offs. All that comes from sign-offs stays out, so that a decision with them has the basis of the
    one that was signed.
    """
    return hashlib.sha256(msgspec.json.encode(_content(decision), order="sorted")).hexdigest()


def _content(decision: Decision) -> dict[str, Any]:
    subject = decision.subject
    evidence = [{"kind": each.kind, "sha256": each.sha256} for each in decision.evidence if each.kind != KIND]
    said_of_sign_offs = {item.text for item in decision.evidence if item.kind == KIND and item.text}
    return {
        "subject": {
            "name": subject.name,
            "version": subject.version,
            "commit": subject.commit,
            "dirty": subject.dirty,
            "artifacts": subject.artifacts,
        },
        "stage": decision.stage,
        "environment": decision.environment,
        "policy": decision.policy.sha256,
        "provisional": decision.provisional,
        "incomplete": [note for note in decision.incomplete if note.text not in said_of_sign_offs],
        "evidence": _sorted(evidence),
        "gates": _sorted(_gate(each) for each in decision.gates if not each.reads_sign_offs),
    }


def _gate(result: GateResult) -> dict[str, Any]:
    return {
        "gate": result.gate,
        "environment": result.environment,
        "verdict": result.verdict,
        "reason": result.reason,
        "checks": [
            {"name": each.name, "measured": each.measured, "limit": each.limit, "verdict": each.verdict}
            for each in result.checks
        ],
    }


def _sorted(rows: Any) -> list[Any]:
    return sorted(rows, key=lambda row: msgspec.json.encode(row, order="sorted"))
