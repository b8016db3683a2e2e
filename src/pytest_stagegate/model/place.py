"""Where and when a decision is taken, as a value that gates may ask for."""

from __future__ import annotations

import datetime as dt

import msgspec


class Place(msgspec.Struct, frozen=True):
    """Where and when a decision is taken; a gate knows stage, environment and time from nowhere else.

    Attributes:
        stage: The stage that is decided.
        environment: The environment, or None.
        instant: The instant at which ages and dates are judged.
    """

    stage: str
    environment: str | None
    instant: dt.datetime

    @property
    def day(self) -> dt.date:
        """The day of the instant, UTC."""
        return self.instant.astimezone(dt.timezone.utc).date()
