"""``debt``: does every skipped or xfailed test say why, and until when?

A reason says who answers for it and until when: ``waits for #12 owner=dana until=2027-01-31``, anywhere in its text.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.numbers import Count, Measure
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.tests import TestResults
from pytest_stagegate.thresholds import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.answers import Skip
    from pytest_stagegate.model.verdicts import Check

# A value is looked at and not taken, so that none can hide the next tag.
_TAG: Final = re.compile(r"\b(?P<key>owner|until) ?=(?=(?P<value>\S*))", re.IGNORECASE)
_TAG_AND_VALUE: Final = re.compile(r"\b(?:owner|until) ?=\S*", re.IGNORECASE)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AROUND: Final = "\"'`()[]{}<>,;:.!?"


class DebtOptions(GateOptions, frozen=True):
    """Limits of the gate ``debt``.

    Attributes:
        require: What each skip and xfail has to give.
        max_debt: How many of them there may be.
    """

    require: list[Literal["reason", "owner", "until"]] = msgspec.field(default_factory=lambda: ["reason"])
    max_debt: Count | None = None


class _Debt(NamedTuple):
    name: str
    reason: str
    owner: str
    dates: tuple[dt.date, ...]
    no_dates: tuple[str, ...]

    def lacks(self, what: str) -> bool:
        given = {"reason": self.reason, "owner": self.owner, "until": self.dates or self.no_dates}
        return not given[what]


@gate(
    name="debt",
    title="Every skip and expected failure says why, and none is past its date",
    options=DebtOptions,
    remedy="Mend or delete the tests listed under 'where', or agree on a new date and write it into the reason.",
)
def debt(tests: TestResults, place: Place, options: DebtOptions) -> Iterator[Check]:
    """Checks the number of skips and xfails, what they lack to be debts that somebody owns, and their dates."""
    debts = [_read(each) for each in tests.skips]
    inspected = tests.skipped_files.inspected
    named = tuple(each.name for each in debts) if options.max_debt is not None else ()
    yield check("debt", Measure(len(debts), unit="tests", inspected=inspected, where=named), at_most=options.max_debt)
    for what in dict.fromkeys(options.require):
        yield _none_of(
            f"without-{what}", tuple(f"{each.name} (no {what})" for each in debts if each.lacks(what)), inspected
        )
    overdue = [(each, min(each.dates)) for each in debts if each.dates and min(each.dates) < place.day]
    yield _none_of("overdue", tuple(_told(each, f"until {date.isoformat()}") for each, date in overdue), inspected)
    unreadable = [each for each in debts if each.no_dates]
    yield _none_of("not-a-date", tuple(_told(each, f"until={each.no_dates[0]}") for each in unreadable), inspected)


def _none_of(name: str, where: tuple[str, ...], inspected: int) -> Check:
    return check(name, Measure(len(where), unit="tests", inspected=inspected, where=where), at_most=0)


def _told(each: _Debt, until: str) -> str:
    owner = f", owner {each.owner}" if each.owner else ""
    return f"{each.name} ({until}{owner})"


def _read(skip: Skip) -> _Debt:
    written = [(tag["key"].lower(), tag["value"].strip(_AROUND)) for tag in _TAG.finditer(skip.reason)]
    dates = {value: _date(value) for key, value in written if key == "until"}
    return _Debt(
        skip.name,
        _TAG_AND_VALUE.sub("", skip.reason).strip(),
        next((value for key, value in written if key == "owner" and value), ""),
        tuple(date for date in dates.values() if date is not None),
        tuple(value for value, date in dates.items() if date is None),
    )


def _date(written: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(written) if _DATE.fullmatch(written) else None
    except ValueError:
        return None
