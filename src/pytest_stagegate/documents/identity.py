"""What was decided, on what, and how far it can be trusted, as finished strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.shipped import artifact_pair
from pytest_stagegate.documents.wording import clean, plural
from pytest_stagegate.model.sources import State
from pytest_stagegate.model.verdicts import Verdict

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Decision, Subject

_TREE: Final = {True: "with changes that are in no commit", False: "clean", None: "state of the work tree unknown"}
_SHORT: Final = 12
"""Characters of a digest by which people recognize it."""
_NAMED: Final = 3
"""Artifacts that are named where space is short."""


def front(decision: Decision, digest: str) -> tuple[tuple[str, str], ...]:
    """Return label and value of the few facts by which people know what was decided, and how far to trust it.

    Args:
        decision: The decision.
        digest: SHA-256 of ``decision.json``, hexadecimal.
    """
    subject = decision.subject
    names = [each.name for each in subject.artifacts]
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    rows = [
        ("version", subject.version or "not stated"),
        ("environment", decision.environment or "none named"),
        ("commit", _commit(subject, (subject.commit or "")[:_SHORT])),
        *([("artifacts", ", ".join([*names[:_NAMED], *more]))] if names else []),
        ("decided as of", decision.as_of),
        ("gates", _gates(decision)),
        ("rests on", _evidence(decision)),
        *([("signed off", _signed(decision))] if decision.sign_offs else []),
        ("trust", _trust(decision)),
        ("decision.json", f"sha256 {digest[:_SHORT]}…"),
    ]
    return tuple((label, clean(value)) for label, value in rows)


def _gates(decision: Decision) -> str:
    asked = [each.verdict for each in decision.gates if each.verdict is not Verdict.NOT_APPLICABLE]
    return f"{asked.count(Verdict.PASS)} of {len(asked)} passed"


def _evidence(decision: Decision) -> str:
    unused = [each for each in decision.evidence if each.state not in (State.WHOLE.value, State.DUPLICATE.value)]
    count = plural(len(decision.evidence), "piece") + " of evidence"
    return f"{count}, {len(unused)} of them not usable as they are" if unused else count


def _signed(decision: Decision) -> str:
    current = [each for each in decision.sign_offs if each.state == "current" and each.answer == "approve"]
    authenticated = sum(1 for each in current if each.authenticated)
    return f"by {len(current)} of {len(decision.sign_offs)}, {authenticated} authenticated"


def _trust(decision: Decision) -> str:
    if decision.incomplete:
        return "the run is not whole: take nothing from it but what failed"
    if decision.provisional:
        return "provisional: a look, no later stage may rest on it"
    return "the run is whole and its commit is known; this page can be verified"


def _commit(subject: Subject, shown: str) -> str:
    if subject.commit is None:
        return "unknown"
    source = "" if subject.commit_source == "git" else f", from {subject.commit_source}"
    return f"{shown} ({_TREE[subject.dirty]}{source})"


def identity(decision: Decision, digest: str) -> tuple[tuple[str, str], ...]:
    """Return label and value of everything that says what was decided, on what, with every digest in full.

    Args:
        decision: The decision.
        digest: SHA-256 of ``decision.json``, hexadecimal.
    """
    subject = decision.subject
    rows = [
        ("project", subject.name),
        ("version", subject.version or "not stated"),
        ("commit", _commit(subject, subject.commit or "")),
        *(artifact_pair(each) for each in subject.artifacts),
        ("stage", decision.stage),
        ("environment", decision.environment or "none named"),
        ("decided as of", decision.as_of),
        ("policy", f"{decision.policy.source}, sha256 {decision.policy.sha256}"),
        *(("extends", f"{each.source}, sha256 {each.sha256}") for each in decision.policy.extends),
        *(("recorded under", f"sha256 {each}") for each in decision.policy.recorded if each != decision.policy.sha256),
        *([("basis of sign-offs", f"sha256 {decision.basis}")] if decision.basis else []),
        ("decision.json", f"sha256 {digest}"),
    ]
    return tuple((label, clean(value)) for label, value in rows)
