"""Sign-offs and an override as finished strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.wording import clean
from pytest_stagegate.model.sign_offs import CURRENT

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.sign_offs import OverrideUse, SignOffRow

_HEAD: Final = ("role", "person", "answer", "at", "state", "comment")


class SignOffsView(msgspec.Struct, frozen=True):
    """What people said of a decision.

    Attributes:
        override: A sentence on who went over a NO GO; empty when nobody did.
        head: Column heads.
        rows: One row for each sign-off.
        notes: A sentence for each sign-off that is not about this decision, or not what it says it is.
    """

    override: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def sign_offs_view(decision: Decision) -> SignOffsView:
    """Return what people said of a decision, as finished strings."""
    return SignOffsView(
        override=_override(decision.override) if decision.override is not None else "",
        head=_HEAD,
        rows=tuple(_row(row) for row in decision.sign_offs),
        notes=tuple(
            clean(f"sign-off of {row.person} as {row.role}: {row.why}")
            for row in decision.sign_offs
            if row.state != CURRENT
        ),
    )


def _override(use: OverrideUse) -> str:
    who = f"{use.person} as {use.role}, key {use.key}"
    return clean(f"The NO GO is overridden by {who}, until {use.expires}: {use.reason}")


def _row(row: SignOffRow) -> tuple[str, ...]:
    trusted = f"authenticated, key {row.key}" if row.authenticated else "recorded, not authenticated"
    state = trusted if row.state == CURRENT else f"{row.state}; {trusted}"
    state += f". {row.why}" if row.why else ""
    answer = f"{row.answer}, override until {row.override.expires}" if row.override is not None else row.answer
    comment = " ".join(part for part in (row.override.reason if row.override else "", row.comment) if part)
    return tuple(clean(each) for each in (row.role, row.person, answer, row.at, state, comment or "–"))
