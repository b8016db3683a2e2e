"""Signing off: which sign-offs are about a decision and can be trusted, and what an override does."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from msgspec.structs import replace

from pytest_stagegate.evidence.signatures import allowed_signers, proof_of
from pytest_stagegate.model.decision import Blocker, EvidenceItem, Note
from pytest_stagegate.model.sign_offs import (
    BAD,
    CURRENT,
    KIND,
    NO_EFFECT,
    STALE,
    OverrideUse,
    Overriding,
    Proof,
    Signed,
    SignOffRow,
    SignOffsData,
    day_of,
    same_person,
)
from pytest_stagegate.model.sources import State
from pytest_stagegate.model.texts import shortened
from pytest_stagegate.model.times import utc_time
from pytest_stagegate.model.word import Word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.sign_offs import OverrideRule, SignOffRecord
    from pytest_stagegate.model.sources import Source

_TOLERANCE: Final = dt.timedelta(minutes=5)
"""How far clocks of two machines may differ."""

LONGEST: Final = 2000
"""Characters kept of what a person says."""


class Terms(msgspec.Struct, frozen=True):
    """What sign-offs are held against beside the decision itself.

    Attributes:
        rootdir: The project's root.
        allowed: The allowed-signers file, relative to it.
        rule: Who may go over a NO_GO, or None when nobody may.
        authors: Who made the commit; None when that is not known.
        not_author: Whether none of them may go over a NO_GO.
    """

    rootdir: Path
    allowed: str
    rule: OverrideRule | None
    authors: tuple[str, ...] | None
    not_author: bool


class Said(msgspec.Struct, frozen=True):
    """What people say of a decision.

    Attributes:
        data: The sign-offs, as gates read them.
        sources: All sources, those of sign-offs that don't count with why.
        allowed: The allowed-signers file as evidence; nothing where there is no sign-off.
    """

    data: SignOffsData
    sources: tuple[Source, ...]
    allowed: tuple[EvidenceItem, ...]


def said_of(decided: Decision, sources: Sequence[Source], terms: Terms, basis: str) -> Said:
    """Return the sign-offs among the sources, each with whether it is about what is decided now.

    Args:
        decided: What is decided now, as it is before anybody's word on it.
        sources: In any order.
        terms: What else they are held against.
        basis: What a sign-off has to be bound to.
    """
    if not any(_is_claim(each) for each in sources):
        return Said(SignOffsData(authors=terms.authors), tuple(sources), ())
    signers = allowed_signers(terms.rootdir / terms.allowed)
    rows: list[SignOffRow] = []
    kept = []
    for source in sources:
        signed = source.contents.sign_off if source.contents is not None else None
        if signed is not None and source.usable:
            claim = Claim(source.name, signed, proof_of(signed, signers, terms.allowed))
            rows.append(row_of(claim, decided, basis, terms))
            source = _marked(source, rows[-1])
        kept.append(source)
    rows.sort(key=lambda row: (row.role, same_person(row.person), row.at, row.source, row.sha256))
    return Said(SignOffsData(tuple(rows), terms.authors), tuple(kept), (_item(terms.allowed, signers),))


def _is_claim(source: Source) -> bool:
    return source.usable and source.contents is not None and source.contents.sign_off is not None


def _marked(source: Source, row: SignOffRow) -> Source:
    state = {STALE: State.STALE, BAD: State.UNREADABLE}.get(row.state)
    note = Note(reason=row.reason, text=f"{source.name}: {row.why}")
    return source if state is None else replace(source, state=state, note=note)


def _item(name: str, signers: bytes | None) -> EvidenceItem:
    return EvidenceItem(
        id="allowed-signers",
        kind=KIND,
        format="allowed-signers",
        source=name,
        sha256=None if signers is None else hashlib.sha256(signers).hexdigest(),
        producer="",
        created=None,
        state=(State.MISSING if signers is None else State.WHOLE).value,
    )


class Claim(NamedTuple):
    """One sign-off with what its signature proves.

    Attributes:
        source: The file, for people.
        signed: What was read.
        proof: What its signature proves.
    """

    source: str
    signed: Signed
    proof: Proof


def row_of(claim: Claim, decided: Decision, basis: str, terms: Terms) -> SignOffRow:
    """Return one sign-off as a decision has it."""
    record, proof = claim.signed.record, claim.proof
    state, reason, why = _state(claim, decided, basis, terms)
    signature, override = claim.signed.signature, record.override
    if override is not None:
        override = Overriding(reason=shortened(override.reason, LONGEST), expires=override.expires)
    return SignOffRow(
        role=record.role,
        person=record.person,
        at=record.at,
        answer=record.answer,
        comment=shortened(record.comment, LONGEST),
        authenticated=proof.authenticated,
        state=state,
        reason=reason or proof.reason,
        why=f"{(why or proof.text)[:1].upper()}{(why or proof.text)[1:]}." if why or proof.text else "",
        key=proof.key,
        override=override,
        source=claim.source,
        sha256=hashlib.sha256(claim.signed.content).hexdigest(),
        signature_sha256=hashlib.sha256(signature).hexdigest() if signature is not None else None,
    )


def _state(claim: Claim, decided: Decision, basis: str, terms: Terms) -> tuple[str, str, str]:
    """Return a sign-off's state, with a reason and a part of a sentence where it is not current."""
    record, proof = claim.signed.record, claim.proof
    if proof.reason == "bad-signature":
        return BAD, proof.reason, proof.text
    changed = _changed(record, decided, basis)
    if changed:
        return STALE, "other-decision", f"it is of another decision: {changed}"
    instant = utc_time(decided.as_of)
    if utc_time(record.at) > instant + _TOLERANCE:
        return STALE, "from-the-future", f"it was given at {record.at}, after the instant of the decision"
    refused = _refused(claim, terms, instant) if record.override is not None else ""
    if refused:
        return NO_EFFECT, "override-refused", f"the override has no effect: {refused}"
    return CURRENT, "", ""


def _changed(record: SignOffRecord, decided: Decision, basis: str) -> str:
    """Return what is different from what was signed, as a part of a sentence; empty when nothing is."""
    subject = decided.subject
    pairs = {
        "project": (record.project, subject.name),
        "version": (record.version, subject.version),
        "commit": (record.commit, subject.commit),
        "stage": (record.stage, decided.stage),
        "environment": (record.environment, decided.environment),
    }
    other = [f"{name} {_short(then)}, now {_short(now)}" for name, (then, now) in pairs.items() if then != now]
    if other:
        return ", ".join(other)
    if record.basis != basis:
        return "the evidence, the policy or what a gate found has changed since"
    return ""


def _short(value: str | None) -> str:
    return "none" if value is None else shortened(value, 60)


def _refused(claim: Claim, terms: Terms, instant: dt.datetime) -> str:
    """Return why an override does not hold, as a part of a sentence; empty when it does."""
    record, proof, rule = claim.signed.record, claim.proof, terms.rule
    assert record.override is not None
    last, given = day_of(record.override.expires), utc_time(record.at).date()
    if rule is None:
        return "the policy allows none"
    if record.role not in rule.roles:
        return f"the policy allows it to {', '.join(rule.roles)} alone"
    if not proof.authenticated:
        return f"it is not authenticated, {proof.text}"
    if last is None or last < instant.date():
        return f"its last day was {record.override.expires}"
    if (last - given).days > rule.max_days:
        return f"it reaches to {record.override.expires}, further than the {rule.max_days} days that the policy allows"
    return _own_work(record.person, terms)


def _own_work(person: str, terms: Terms) -> str:
    if not terms.not_author:
        return ""
    if terms.authors is None:
        return "nobody knows who made the commit"
    if "@" not in person:
        return f"{person} is no e-mail address, which could be told apart from the authors'"
    mine = same_person(person) in {same_person(each) for each in terms.authors}
    return f"{person} is one of those who made the commit" if mine else ""


def overridden(
    blockers: Sequence[Blocker], rows: Sequence[SignOffRow]
) -> tuple[tuple[Blocker, ...], OverrideUse | None]:
    """Return the reasons against a GO as an override leaves them, and who gave it.

    What is NO_GO becomes CONDITIONAL. What is HOLD stays: no word of a person's stands for evidence that is missing.
    """
    holding = [row for row in rows if row.override is not None and row.state == CURRENT]
    if not holding or not any(each.effect is Word.NO_GO for each in blockers):
        return tuple(blockers), None
    row = max(holding, key=lambda each: (each.override.expires if each.override else "", each.at, each.source))
    assert row.override is not None
    use = OverrideUse(
        person=row.person, role=row.role, reason=row.override.reason, expires=row.override.expires, key=row.key
    )
    told = f"NO GO, overridden by {use.person} as {use.role} until {use.expires}"
    softened = [
        msgspec.structs.replace(each, effect=Word.CONDITIONAL, text=f"{each.text.rstrip('.')} ({told})")
        if each.effect is Word.NO_GO
        else each
        for each in blockers
    ]
    rank = list(Word).index
    return tuple(sorted(softened, key=lambda each: rank(each.effect))), use
