"""Until when what is in use is supported by those who make it, and the face that gates read it through."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from packaging.utils import canonicalize_name

from pytest_stagegate.model.numbers import Measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_stagegate.model.tally import Tally

KIND: Final = "support"
"""Kind of evidence that tables of support end dates bring."""

PYTHON: Final = "python"
"""The product that runs of pytest state by themselves."""

SUPPORTED: Final = "supported"
ENDED: Final = "ended"
UNKNOWN: Final = "unknown"


class Cycle(NamedTuple):
    """A line of releases of a product.

    Attributes:
        product: Its name, as it is compared: lower case, with hyphens.
        cycle: What its versions begin with, for example ``3.11``.
        end: Its last day of support; None where that is not known.
        ended: Whether its support has ended on a day that is not known.
    """

    product: str
    cycle: str
    end: dt.date | None = None
    ended: bool = False


class SupportData(msgspec.Struct, frozen=True, kw_only=True):
    """One table.

    Attributes:
        cycles: Everything that it lists.
        made: The day on which it was made, or None where it does not say.
        file: Name of the file in the list of evidence; known once it was gathered.
    """

    cycles: tuple[Cycle, ...]
    made: dt.date | None = None
    file: str = ""


class SupportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One version that is in use of a product that a table lists.

    Attributes:
        product: The product.
        version: The version.
        cycle: Its line of releases; None where no table has it.
        end: Its last day of support; None where there is none, or it is not known.
        days_left: Days until then on the day of the decision, negative afterwards; None likewise.
        state: ``supported``, ``ended`` or ``unknown``.
    """

    product: str
    version: str
    cycle: str | None
    end: str | None
    days_left: int | None
    state: str


def product_name(name: str) -> str:
    """Return the name of a product in the form in which two are compared."""
    return canonicalize_name(name.strip())


def in_use(pythons: Iterable[str], listed: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return each product with a version that is in use.

    Args:
        pythons: The versions of Python of runs.
        listed: Name and version of what bills of materials list.
    """
    named = {(product_name(name), version) for name, version in listed if version}
    return tuple(sorted({*((PYTHON, version) for version in pythons), *named}))


def support_rows(
    tables: Iterable[SupportData], used: Iterable[tuple[str, str]], day: dt.date
) -> tuple[SupportRow, ...]:
    """Return a row for each version in use of a product that a table lists, those first that end first."""
    cycles = [cycle for table in tables for cycle in table.cycles]
    known = {cycle.product for cycle in cycles}
    rows = [_row(name, version, cycles, day) for name, version in used if name in known]
    return tuple(sorted(rows, key=lambda row: (row.end is None, row.end or "", row.product, row.version)))


def _row(product: str, version: str, cycles: Sequence[Cycle], day: dt.date) -> SupportRow:
    of = [each for each in cycles if each.product == product and _begins(version, each.cycle)]
    longest = max((len(each.cycle) for each in of), default=0)
    # Where tables differ, the earlier end counts.
    said = [each for each in of if len(each.cycle) == longest]
    end = min((each.end for each in said if each.end is not None), default=None)
    ended = any(each.ended for each in said) or (end is not None and end < day)
    return SupportRow(
        product=product,
        version=version,
        cycle=said[0].cycle if said else None,
        end=None if end is None else end.isoformat(),
        days_left=None if end is None else (end - day).days,
        state=(ENDED if ended else SUPPORTED) if said else UNKNOWN,
    )


def _begins(version: str, cycle: str) -> bool:
    return version == cycle or version.startswith((f"{cycle}.", f"{cycle}-", f"{cycle}+"))


class Support:
    """The support of what is in use, as a gate reads it.

    Attributes:
        rows: Each version in use of a product that a table lists.
        tables: The tables.
    """

    def __init__(
        self, tables: Iterable[SupportData], used: Iterable[tuple[str, str]], day: dt.date, tally: Tally
    ) -> None:
        self.tables = tuple(tables)
        self._used = tuple(used)
        self.rows = support_rows(self.tables, self._used, day)
        self._day = day
        self._tally = tally

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return f"<the support of {len(self.rows)} products>"

    @property
    def age(self) -> Measure:
        """How many days old the oldest table is of those that say it; unit: days."""
        dated = [(each.made, each.file) for each in self.tables if each.made is not None and not self._is_to_come(each)]
        days = [(max((self._day - made).days, 0), file) for made, file in dated]
        self._tally.note(len(days))
        if not days:
            return Measure(None, unit="days", inspected=0)
        oldest, file = max(days)
        return Measure(oldest, unit="days", inspected=len(days), where=(f"{file}: {oldest}",))

    @property
    def undated(self) -> tuple[str, ...]:
        """The tables that do not say when they were made, or name a day to come; a few words each."""
        return tuple(
            f"{each.file} does not say when it was made"
            if each.made is None
            else f"{each.file} says that it was made on {each.made}, a day to come"
            for each in self.tables
            if each.made is None or self._is_to_come(each)
        )

    @property
    def ended(self) -> Measure:
        """How many versions are in use whose support has ended; unit: products; `inspected` counts all."""
        return self._count(row for row in self.rows if row.state == ENDED)

    def ending(self, days: int) -> Measure:
        """How many versions are in use whose support ends within some days; unit: products."""
        soon = (row for row in self.rows if row.state == SUPPORTED and row.days_left is not None)
        return self._count(row for row in soon if (row.days_left or 0) < days)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The versions in use that no table has, of products that one lists."""
        return tuple(f"{row.product} {row.version}" for row in self.rows if row.state == UNKNOWN)

    def lacking(self, required: Iterable[str]) -> Iterator[str]:
        """Yield which of some products no table lists, or nothing says that it is in use, in a few words."""
        listed = {cycle.product for table in self.tables for cycle in table.cycles}
        used = {name for name, _ in self._used}
        for name in map(product_name, required):
            if name not in listed:
                yield f"{name} is in no table"
            elif name not in used:
                yield f"nothing says which {name} is in use"

    def _is_to_come(self, table: SupportData) -> bool:
        # East of Greenwich it may be tomorrow already.
        return table.made is not None and table.made > self._day + dt.timedelta(days=1)

    def _count(self, rows: Iterable[SupportRow]) -> Measure:
        self._tally.note(len(self.rows))
        where = tuple(f"{row.product} {row.version}: {row.end or 'no date'}" for row in rows)
        return Measure(len(where), unit="products", inspected=len(self.rows), where=where)
