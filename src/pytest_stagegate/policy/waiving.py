"""The policy's waivers: each with a gate, a reason, an owner and a last day, or it is a mistake."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.model.waivers import Waiver

if TYPE_CHECKING:
    from pytest_stagegate.policy.reading import Reader

_KEYS: Final = ("gate", "subject", "reason", "owner", "expires", "stage", "environment")
_REQUIRED: Final = ("gate", "reason", "owner", "expires")


def waivers_of(
    reader: Reader, table: dict[str, Any], stages: tuple[str, ...], environments: tuple[str, ...]
) -> tuple[Waiver, ...]:
    """Return the waivers of ``[[tool.stagegate.waiver]]``, in order; whether their gates exist is not known here."""
    found = []
    for index, entry in enumerate(reader.tables(table, ("waiver",))):
        path = ("waiver", str(index))
        reader.no_other(entry, path, _KEYS)
        lacking = [key for key in _REQUIRED if key not in entry]
        if lacking:
            reader.mistake(path, f"a waiver needs {', '.join(lacking)}")
        named = reader.names(entry, (*path, "stage"), single=True) or ()
        places = reader.names(entry, (*path, "environment"), single=True) or ()
        reader.in_vocabulary(named, (*path, "stage"), "stage", stages)
        reader.in_vocabulary(places, (*path, "environment"), "environment", environments)
        texts = {key: reader.text_of(entry, (*path, key)).strip() for key in ("gate", "subject", "reason", "owner")}
        for key in ("reason", "owner"):
            if key in entry and isinstance(entry[key], str) and entry[key] and not texts[key]:
                reader.mistake((*path, key), "has to be a text that is not empty")
        expires = entry.get("expires")
        if type(expires) is dt.date:
            found.append(Waiver(**texts, expires=expires, stages=named, environments=places, place=reader.place(path)))
        elif expires is not None:
            reader.mistake((*path, "expires"), f"has to be a day, written 2027-01-31 without quotes, not {expires!r}")
    return tuple(found)


def max_days(reader: Reader, table: dict[str, Any]) -> int | None:
    """Return how many days ahead a waiver may reach, from ``[tool.stagegate.waivers]``; None for any."""
    entry = reader.table(table, ("waivers",))
    reader.no_other(entry, ("waivers",), ("max_days",))
    days = entry.get("max_days")
    if days is None or (type(days) is int and days > 0):
        return days
    reader.mistake(("waivers", "max_days"), f"has to be a number of days above 0, not {days!r}")
    return None
