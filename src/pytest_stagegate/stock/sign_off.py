"""``sign-off``: have the people who have to said that it may go?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.numbers import Measure
from pytest_stagegate.model.sign_offs import CURRENT, STALE, SignOffRow, SignOffs, same_person
from pytest_stagegate.model.verdicts import Check, Verdict
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

RECORDED_ONLY = ("not-signed", "not-verified")
"""Why a sign-off is not authenticated that counts all the same where the policy wants no signatures."""


class SignOffOptions(GateOptions, frozen=True):
    """Limits of the gate ``sign-off``.

    Attributes:
        roles: How many people have to approve in each role.
        not_author: Whether those who made the commit don't count.
        signed: Whether only what a signature proves counts.
    """

    lower_limits: ClassVar[tuple[str, ...]] = ("roles",)

    roles: dict[str, Annotated[int, msgspec.Meta(ge=1)]] = {}  # noqa: RUF012 - msgspec copies it for each instance
    not_author: bool = True
    signed: bool = True

    def declares_a_limit(self) -> bool:
        """Return whether anybody is asked."""
        return bool(self.roles)


@gate(
    name="sign-off",
    title="The people who have to have said that it may go",
    stage="release",
    options=SignOffOptions,
    remedy="Talk to who said no; a new decision has to be signed anew.",
)
def sign_off(sign_offs: SignOffs, options: SignOffOptions) -> Iterator[Check]:
    """Checks who has approved in each role, and that nobody in one has said no."""
    if sign_offs.bad:
        names = tuple(f"{row.source}: {row.person} as {row.role}" for row in sign_offs.bad)
        text = f"the signature beside {names[0]} is none of its bytes"
        more = f", and {len(names) - 1} more" if len(names) > 1 else ""
        bad = no_evidence("signatures", "bad-signature", f"{text}{more}")
        yield msgspec.structs.replace(bad, verdict=Verdict.ERROR, shown="", where=names[:50])
    if options.not_author and sign_offs.authors is None:
        yield no_evidence("authors", "author-unknown", "nobody knows who made the commit, and those don't count")
    for role, least in sorted(options.roles.items()):
        yield from _role(role, least, sign_offs, options)


def _role(role: str, least: int, sign_offs: SignOffs, options: SignOffOptions) -> Iterator[Check]:
    rows = sign_offs.of(role)
    # A no is heard from whomever it comes: nobody has to prove who they are to be a reason to look again.
    against = [row for row in rows if row.state == CURRENT and row.answer == "reject"]
    if against:
        yield _rejected(role, against)
    not_counted = {row: why for row in rows if (why := _why_not(row, sign_offs, options))}
    approving = [row for row in rows if row not in not_counted]
    count = _distinct(approving)
    places = tuple(f"{row.person}: {why}" for row, why in not_counted.items())
    made = check(role, Measure(count, unit="persons", inspected=len(approving), where=places), at_least=least)
    if count >= least:
        only_recorded = [row.person for row in approving if not row.authenticated]
        told = f"{role} {count} (recorded, not authenticated: {', '.join(only_recorded)})" if only_recorded else ""
        yield msgspec.structs.replace(made, text=told)
        return
    stale = [row for row in rows if row.state == STALE and row.answer == "approve"]
    verdict, reason = (Verdict.STALE, "other-decision") if stale else (Verdict.NO_EVIDENCE, "sign-off-missing")
    more = f"; {places[0]}" if places else ""
    further = f" and {len(places) - 1} more" if len(places) > 1 else ""
    text = f"{count} of {least} {'person has' if least == 1 else 'people have'} signed off{more}{further}"
    yield msgspec.structs.replace(made, verdict=verdict, reason=reason, text=text)


def _rejected(role: str, against: Sequence[SignOffRow]) -> Check:
    told = [f"{row.person}{f': {row.comment}' if row.comment else ''}" for row in against]
    measure = Measure(len(against), unit="rejections", inspected=len(against), where=tuple(told))
    made = check(f"{role}-rejections", measure, at_most=0)
    sure = "" if against[0].authenticated else " (recorded, not authenticated)"
    return msgspec.structs.replace(made, reason="rejected", text=f"rejected by {told[0]}{sure}")


def _why_not(row: SignOffRow, sign_offs: SignOffs, options: SignOffOptions) -> str:
    """Return why a sign-off is no approval that counts; empty when it is one."""
    if row.state != CURRENT:
        return row.why
    if row.answer != "approve":
        return "says no"
    if not row.authenticated and (options.signed or row.reason not in RECORDED_ONLY):
        return row.why
    if not options.not_author:
        return ""
    if "@" not in row.person:
        return "is no e-mail address, which could be told apart from the authors'"
    return "is one of those who made the commit" if same_person(row.person) in (sign_offs.authors or ()) else ""


def _distinct(rows: Sequence[SignOffRow]) -> int:
    """Return how many people approve: nobody is two by another name for the same key, or by another key."""
    people = {same_person(row.person) for row in rows}
    keys = {row.key or same_person(row.person) for row in rows}
    return min(len(people), len(keys))
