"""Exact numbers: what is measured and what limits are written in.

A number is an integer or a ratio of two integers, of one of three kinds:

* ``count``: how many; an integer.
* ``share``: a part of a whole, written ``"90 %"``; kept as the two integers it was counted from.
* ``duration``: integer microseconds, written ``"2 s"``, ``"300 ms"``, ``"5 min"``, ``"24 h"`` or ``"30 d"``.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final, Literal, cast

import msgspec

Kind = Literal["count", "share", "duration"]

_WRITTEN: Final = re.compile(r"\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>%|us|µs|ms|s|min|h|d)\s*")
_MICROSECONDS: Final = {
    "us": 1,
    "µs": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
}


def singular(unit: str) -> str:
    """Return the unit of one thing: ``test`` for ``tests``, ``entry`` for ``entries``; ``ms``, ``celsius`` stay."""
    if unit.endswith("ies"):
        return f"{unit[:-3]}y"
    return unit if len(unit) <= len("ms") or unit.endswith(("us", "ss")) else unit.removesuffix("s")


class NothingMeasured(Exception):  # noqa: N818 - a state of the evidence, not an error of the program
    """Raised when a gate compares a measure for which nothing was inspected."""


class NotANumber(ValueError):  # noqa: N818 - told to the user as a verdict
    """Raised for NaN and infinity, which compare with nothing.

    Attributes:
        reason: The reason code of a check that could not be made for it.
    """

    reason = "not-finite"


class UnitsDiffer(NotANumber):
    """Raised for numbers that compare with nothing as their units are different ones."""

    reason = "units-differ"


class Ratio(msgspec.Struct, frozen=True):
    """A part of a whole as the two integers it was counted from; the whole may be 0."""

    numerator: int
    denominator: int


class Quantity(msgspec.Struct, frozen=True):
    """A number as it is written in a limit: an exact value and its kind."""

    value: Fraction
    kind: Kind


def parse_quantity(written: object) -> Quantity:
    """Read a limit as people write it.

    Args:
        written: A number (a count), or text such as ``"90 %"`` or ``"2 s"``.

    Raises:
        ValueError: With a sentence that says what would be right.
    """
    if isinstance(written, bool) or not isinstance(written, (int, float, Fraction, Decimal, str)):
        raise ValueError(f'{written!r} is not a limit; write a number, "90 %" or "2 s"')
    if isinstance(written, str):
        return _parse_text(written)
    if isinstance(written, (float, Decimal)) and not math.isfinite(written):
        raise NotANumber(f"{written!r} is not a number that can be compared")
    # A float stands for the decimal that was written, not for its binary neighbour.
    return Quantity(Fraction(str(written)), "count")


def _parse_text(written: str) -> Quantity:
    match = _WRITTEN.fullmatch(written)
    if match is None:
        raise ValueError(f'{written!r} is not a limit; write a number, "90 %" or "2 s"')
    number = Fraction(match["number"])
    if match["unit"] == "%":
        if number > 100:
            raise ValueError(f'"{written}" can never be reached; a share is between 0 % and 100 %')
        return Quantity(number / 100, "share")
    return Quantity(number * _MICROSECONDS[match["unit"]], "duration")


class _Written:
    """A value that a policy writes as text; equal by value."""

    __slots__ = ("_key",)

    def __init__(self, key: object) -> None:
        self._key = key

    def __eq__(self, other: object) -> bool:
        """Return whether both are of one type and value."""
        return type(other) is type(self) and other._key == self._key

    def __hash__(self) -> int:
        """Return a hash of the value."""
        return hash(self._key)

    def __repr__(self) -> str:
        """Return type and value."""
        return f"{type(self).__name__}({self._key})"


class Share(_Written):
    """A limit on a part of a whole, exact, between 0 and 1; written ``"90 %"`` in a policy."""

    @property
    def value(self) -> Fraction:
        """The exact share."""
        return cast("Fraction", self._key)

    @classmethod
    def parse(cls, written: object) -> Share:
        """Read ``"90 %"``; raises ValueError with a sentence otherwise."""
        if isinstance(written, (int, float)) and not isinstance(written, bool):
            raise ValueError(f'{written} is not a share; write "{written} %"')
        if not isinstance(written, str) or not written.strip().endswith("%"):
            raise ValueError(f'{written!r} is not a share; write for example "90 %"')
        return cls(parse_quantity(written).value)


class Percentage(_Written):
    """A change relative to something else, exact, 0 or more; written ``"10 %"`` or ``"150 %"`` in a policy."""

    @property
    def value(self) -> Fraction:
        """The exact ratio; 1 is ``"100 %"``."""
        return cast("Fraction", self._key)

    @classmethod
    def parse(cls, written: object) -> Percentage:
        """Read ``"150 %"``; raises ValueError with a sentence otherwise."""
        match = _WRITTEN.fullmatch(written) if isinstance(written, str) else None
        if match is not None and match["unit"] == "%":
            return cls(Fraction(match["number"]) / 100)
        raise ValueError(f'{written!r} is not a percentage; write for example "10 %"')


class Number(_Written):
    """A limit on a number of any size and sign; written ``250`` or ``0.5`` in a policy.

    Integers are exact, and so are decimals of up to 15 digits: TOML reads a decimal as a double.
    """

    @property
    def value(self) -> Fraction:
        """The exact number."""
        return cast("Fraction", self._key)

    @classmethod
    def parse(cls, written: object) -> Number:
        """Read an integer or a decimal; raises ValueError with a sentence otherwise."""
        if isinstance(written, bool) or not isinstance(written, (int, float)):
            raise ValueError(f"{written!r} is not a number; write for example 250 or 0.5")
        if not math.isfinite(written):
            raise ValueError(f"{written} is no limit: nothing compares with it; write for example 250 or 0.5")
        return cls(parse_quantity(written).value)


class Duration(_Written):
    """A length of time in integer microseconds; written ``"2 s"`` in a policy."""

    @property
    def microseconds(self) -> int:
        """The exact length."""
        return cast("int", self._key)

    @classmethod
    def parse(cls, written: object) -> Duration:
        """Read ``"2 s"``, ``"300 ms"``, ``"24 h"``; raises ValueError with a sentence otherwise."""
        match = _WRITTEN.fullmatch(written) if isinstance(written, str) else None
        if match is not None and match["unit"] != "%":
            microseconds = Fraction(match["number"]) * _MICROSECONDS[match["unit"]]
            if microseconds.denominator == 1:
                return cls(microseconds.numerator)
        raise ValueError(f'{written!r} is not a length of time; write for example "2 s", "5 min" or "24 h"')


class StageName(str):
    """The name of a stage in a gate's options; checked against the policy's stages."""

    __slots__ = ()


class EnvironmentName(str):
    """The name of an environment in a gate's options; checked against the policy's environments."""

    __slots__ = ()


class CellName(str):
    """A stage in a gate's options, alone or with an environment (``deploy@staging``); both are checked."""

    __slots__ = ()

    @property
    def stage(self) -> str:
        """The part before the ``@``, or all of it."""
        return self.partition("@")[0]

    @property
    def environment(self) -> str | None:
        """The part behind the ``@``; None where there is none."""
        _, at, environment = self.partition("@")
        return environment if at else None


Count = Annotated[int, msgspec.Meta(ge=0)]
"""A number of things, not below 0."""


class Measure:
    """A named number taken from evidence, with how much was looked at to get it.

    Comparing a measure with a number or with text such as ``"98 %"`` is exact. Comparing one for which
    nothing was inspected raises `NothingMeasured`: no evidence is not zero, and not one hundred percent.

    Attributes:
        value: Exact value, or None where nothing was inspected.
        kind: ``count``, ``share`` or ``duration`` (microseconds).
        unit: What is counted, for people: ``tests``, ``lines``.
        inspected: How many things were looked at; 0 means that this is no evidence.
        where: Places that fall short, for example node ids or ``file:lines``.
    """

    __slots__ = ("inspected", "kind", "ratio", "unit", "value", "where")

    def __init__(
        self,
        value: int | Fraction | Ratio | None,
        *,
        kind: Kind = "count",
        unit: str = "",
        inspected: int,
        where: tuple[str, ...] = (),
    ) -> None:
        self.ratio = value if isinstance(value, Ratio) else None
        if isinstance(value, Ratio):
            self.value = Fraction(value.numerator, value.denominator) if value.denominator else None
        else:
            self.value = None if value is None else Fraction(value)
        self.kind: Kind = "share" if self.ratio is not None else kind
        self.unit = unit
        self.inspected = inspected
        self.where = where

    def exact(self) -> int | Ratio | None:
        """Return the value as it is written into a decision: an integer, or two integers."""
        if self.ratio is not None:
            return self.ratio
        if self.value is None:
            return None
        if self.value.denominator == 1:
            return self.value.numerator
        return Ratio(self.value.numerator, self.value.denominator)

    def __repr__(self) -> str:
        """Return the exact value with its unit, as an assertion shows it."""
        if self.value is None:
            return f"<nothing measured: 0 {self.unit}>"
        if self.ratio is not None:
            return f"<{self.ratio.numerator} of {self.ratio.denominator} {self.unit}>"
        return f"<{self.value} {singular(self.unit) if self.value == 1 else self.unit}>"

    def _against(self, other: object) -> tuple[Fraction, Fraction]:
        if self.value is None:
            raise NothingMeasured(f"nothing was measured: 0 {self.unit}".strip())
        if isinstance(other, Measure):
            if other.value is None:
                raise NothingMeasured(f"nothing was measured: 0 {other.unit}".strip())
            return self.value, other.value
        quantity = parse_quantity(other)
        if quantity.kind != self.kind:
            example = {"count": "3", "share": '"90 %"', "duration": '"2 s"'}[self.kind]
            raise ValueError(f"a {self.kind} can't be compared with {other!r}; write for example {example}")
        return self.value, quantity.value

    def __eq__(self, other: object) -> bool:
        """Compare exactly; see `__ge__`."""
        left, right = self._against(other)
        return left == right

    def __ge__(self, other: object) -> bool:
        """Compare exactly with a number, text such as ``"98 %"``, or another measure."""
        left, right = self._against(other)
        return left >= right

    def __le__(self, other: object) -> bool:
        """Compare exactly; see `__ge__`."""
        left, right = self._against(other)
        return left <= right

    def __gt__(self, other: object) -> bool:
        """Compare exactly; see `__ge__`."""
        left, right = self._against(other)
        return left > right

    def __lt__(self, other: object) -> bool:
        """Compare exactly; see `__ge__`."""
        left, right = self._against(other)
        return left < right

    def __bool__(self) -> bool:
        """Return whether the value differs from 0."""
        left, _ = self._against(self)
        return left != 0

    __hash__ = None  # type: ignore[assignment]
