"""Features and flags as a gate reads them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pytest_stagegate.model.links import FEATURE, feature_name, feature_of
from pytest_stagegate.model.numbers import Measure
from pytest_stagegate.model.tests import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_stagegate.model.flags import FeatureRow, Flag, FlagsEvidence
    from pytest_stagegate.model.tally import Tally
    from pytest_stagegate.model.tests import TestData


class Features:
    """The features of the policy and the flags of the flag files, as a gate reads them.

    A gate that asks for them is judged after those that don't: a feature may need their word.

    Attributes:
        rows: Each feature of the policy, and each flag that it does not name.
        flags: The flags of all files that are judged, in their order.
        looked_at: How many features, flags and variants there are, those that are left out too.
        excused: Names that are left out of every judgement, while a waiver is tried.
    """

    def __init__(
        self,
        rows: tuple[FeatureRow, ...],
        evidence: FlagsEvidence,
        tests: TestData,
        tally: Tally,
        excused: frozenset[str] = frozenset(),
    ) -> None:
        self._evidence = evidence
        self._tests = tests
        self._tally = tally
        self._links = tests.links.of(FEATURE)
        flags = tuple(flag for data in evidence.judged for flag in data.flags)
        self.rows = tuple(row for row in rows if row.name not in excused)
        self._excused = excused
        self.flags = tuple(flag for flag in flags if flag.name not in excused)
        # What a waiver covers was looked at too: where it covers all, something was.
        self.looked_at = {
            "features": len(rows),
            "flags": len(flags),
            "variants": sum(len(flag.variants) for flag in flags),
        }

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return "<features>"

    @property
    def problem(self) -> str:
        """Why there is no flag file to be judged, as a sentence; empty where there is one."""
        if self._evidence.judged:
            return ""
        checkout = self._evidence.checkout
        if checkout is None:
            return "no flag file was handed over, and the policy names none"
        return f"{checkout.path}: {checkout.problem}"

    def owner(self, flag: Flag, key: str) -> str:
        """Return who answers for a flag: as its metadata say, else as the policy does; empty where nobody does."""
        stated = next((rule.owner for rule in self._evidence.rules.features if rule.name == flag.name), "")
        return flag.metadata.get(key, "").strip() or stated

    def measure(self, places: Iterable[str], unit: str = "flags") -> Measure:
        """Return how many places there are, of all ``flags``, ``features`` or ``variants``."""
        where = tuple(places)
        looked_at = self.looked_at[unit]
        self._tally.note(looked_at)
        return Measure(len(where), unit=unit, inspected=looked_at, where=where)

    @property
    def strangers(self) -> tuple[str, ...]:
        """What marks of tests name and nobody knows: no feature, no flag, or no variant of that flag; sorted."""
        variants: dict[str, set[str]] = {row.name: set() for row in self.rows}
        for flag in self.flags:
            variants.setdefault(flag.name, set()).update(flag.variants)
        return tuple(sorted(name for name in self._links if not self._known(name, variants)))

    def _known(self, name: str, variants: Mapping[str, set[str]]) -> bool:
        feature, variant = feature_of(name)
        if feature in self._excused or variant is None:
            return feature in self._excused or feature in variants
        # Of a feature whose flag the files lack, nobody knows the variants.
        return feature in variants and (not variants[feature] or variant in variants[feature])

    @property
    def tried(self) -> bool:
        """Whether any test with a mark of a feature was executed."""
        return any(self._tests.executed(index) for tests in self._links.values() for index in tests)

    def untested(self, flag: Flag) -> tuple[str, ...]:
        """Return those variants of a flag that no passed test names, or that one names which did not pass."""
        return tuple(each for each in flag.variants if not self._passed(feature_name(flag.name, each)))

    def _passed(self, name: str) -> bool:
        outcomes = [(Outcome(self._tests.outcomes[index]), index) for index in self._links.get(name, ())]
        ran = [(outcome, index) for outcome, index in outcomes if outcome is not Outcome.DESELECTED]
        return bool(ran) and all(word is Outcome.PASSED and self._tests.executed(index) for word, index in ran)


def day_of(text: str) -> dt.date | None:
    """Return the day that a text states, alone or as the beginning of a time; None where it states none."""
    day = text.strip().partition("T")[0]
    try:
        return dt.date.fromisoformat(day) if len(day) == len("2027-01-31") else None
    except ValueError:
        return None
