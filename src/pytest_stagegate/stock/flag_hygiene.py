"""``flag-hygiene``: does every flag have an owner and an end, and was each of its variants tried?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.features_face import Features, day_of
from pytest_stagegate.model.numbers import Count
from pytest_stagegate.model.place import Place
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check


class FlagHygieneOptions(GateOptions, frozen=True):
    """Options of the gate ``flag-hygiene``.

    Attributes:
        owner_key: Key of the metadata that names who answers for a flag; empty where nobody has to.
        expires_key: Key of the metadata with the flag's last day; empty where no flag has to end.
        warn_days: Days before its last day from which on a flag is warned of.
        variants: Whether each variant has to be tried by a test that passed.
    """

    lower_limits: ClassVar[tuple[str, ...]] = ("warn_days",)

    owner_key: str = "owner"
    expires_key: str = "expires"
    warn_days: Count = 14
    variants: bool = True

    def declares_a_limit(self) -> bool:
        """Return whether anything is asked of flags."""
        return bool(self.owner_key or self.expires_key or self.variants)


@gate(
    name="flag-hygiene",
    title="Every flag has an owner and an end, and each of its variants was tried",
    stage="manage",
    options=FlagHygieneOptions,
    remedy="Take flags out that have done their work, and give the others an owner, a last day and tests.",
)
def flag_hygiene(found: Features, place: Place, options: FlagHygieneOptions) -> Iterator[Check]:
    """Checks owner, last day and tests of each flag, as far as the options ask for them."""
    if found.problem or not found.looked_at["flags"]:
        yield no_evidence("flags", "no-flag-file", found.problem or "no flag file holds a flag", unit="flags")
        return
    if options.owner_key:
        nobody = [flag.name for flag in found.flags if not found.owner(flag, options.owner_key)]
        yield _named(check("no-owner", found.measure(nobody), at_most=0), "flag-no-owner")
    if options.expires_key:
        yield from _ends(found, place.day, options)
    if options.variants:
        yield _variants(found)


def _ends(found: Features, day: dt.date, options: FlagHygieneOptions) -> Iterator[Check]:
    stated = [(flag.name, flag.metadata.get(options.expires_key, "")) for flag in found.flags]
    endless = [f"{name}: {text[:40]!r} is no day" if text else name for name, text in stated if day_of(text) is None]
    yield _named(check("no-expiry", found.measure(endless), at_most=0), "flag-no-expiry")
    ends = [(name, last) for name, text in stated if (last := day_of(text)) is not None]
    past = [f"{name} ended on {last.isoformat()}" for name, last in ends if last < day]
    yield _named(check("expired", found.measure(past), at_most=0), "flag-expired")
    soon = [f"{name} ends on {last.isoformat()}" for name, last in ends if 0 <= (last - day).days <= options.warn_days]
    if soon:
        made = check("expires-soon", found.measure(soon), at_most=len(soon), warn_above=0)
        yield _named(made, "flag-expires-soon")


def _variants(found: Features) -> Check:
    untested = [f"{flag.name}={each}" for flag in found.flags for each in found.untested(flag)]
    if untested and not found.tried:
        text = "no test with the mark of a feature was executed"
        return no_evidence("untested", "nothing-executed", text, unit="variants")
    return _named(check("untested", found.measure(untested, "variants"), at_most=0), "variant-untested")


def _named(made: Check, reason: str) -> Check:
    """Return a check with its own reason where it falls short."""
    if not made.where:
        return made
    more = f", and {len(made.where) + made.where_omitted - 1} more" if len(made.where) > 1 else ""
    return msgspec.structs.replace(made, reason=reason, text=f"{made.where[0]}{more}")
