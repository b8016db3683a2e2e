"""The rollout of what is decided, as a gate reads it."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.deployments import running
from pytest_stagegate.model.numbers import Measure
from pytest_stagegate.model.progress import progress
from pytest_stagegate.model.times import parsed

if TYPE_CHECKING:
    from pytest_stagegate.model.evidence import Evidence
    from pytest_stagegate.model.place import Place
    from pytest_stagegate.model.tally import Tally

_MICROSECOND: Final = dt.timedelta(microseconds=1)
_OF_A_RING: Final = ("metrics", "service-levels", "incidents")
"""Kinds of evidence, beside tests, that say something of what runs at a time."""


class Rollout:
    """How far the rollout is, and which ring is to open.

    Attributes:
        opens: The ring that is to open, ``complete``, or empty where no step is decided.
        progress: How far it is.
    """

    def __init__(self, evidence: Evidence, place: Place, tally: Tally) -> None:
        self.opens = evidence.opens
        self.progress = progress(evidence.rings, evidence.steps, evidence.subject)
        self._evidence = evidence
        self._place = place
        self._tally = tally

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return f"<a rollout of {len(self.progress.rows)} rings>"

    @property
    def opened(self) -> str | None:
        """When the ring was opened that is to be left; None where there is none, or it is not open."""
        left = self.progress.left
        return next((row.opened for row in self.progress.rows if left is not None and row.ring == left.name), None)

    @property
    def soaked(self) -> Measure:
        """For how long the ring is open that is to be left; a duration."""
        if self.opened is None:
            return Measure(None, kind="duration", inspected=0)
        self._tally.note(1)
        microseconds = (self._place.instant - parsed(self.opened)) // _MICROSECOND
        return Measure(Fraction(microseconds), kind="duration", inspected=1)

    @property
    def before_opening(self) -> Measure:
        """How many pieces of evidence were made before that ring was opened; `inspected` counts all; unit: pieces."""
        if self.opened is None:
            return Measure(None, unit="pieces", inspected=0)
        since, here = parsed(self.opened), self._place.environment
        began = [when for place, when in self._evidence.began if here in (None, place)]
        early = ["tests" for when in began if when is None or parsed(when) < since]
        pieces = [age for age in self._evidence.ages if age.kind in _OF_A_RING]
        early += [age.name for age in pieces if self._place.instant - age.microseconds * _MICROSECOND < since]
        deployed = running(self._evidence.deployments, here)
        early += [row.source for row in deployed if parsed(row.at) < since]
        inspected = len(began) + len(pieces) + len(deployed)
        self._tally.note(inspected)
        return Measure(len(early), unit="pieces", inspected=inspected, where=tuple(early))
