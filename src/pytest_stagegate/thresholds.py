"""Comparing a measure with a limit, exactly, and showing both so that they never contradict the verdict."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.numbers import Measure, Number, Percentage, Ratio, Share, parse_quantity, singular
from pytest_stagegate.model.verdicts import Check, Limit, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.numbers import Kind

WHERE_LIMIT: Final = 50
"""How many places a check lists; the rest is counted."""

_SMALL: Final = -6
_LARGE: Final = 21
"""Powers of ten between which a number is written without an exponent."""

_UNITS: Final = ((3_600_000_000, "h"), (60_000_000, "min"), (1_000_000, "s"), (1_000, "ms"), (1, "µs"))


def check(
    name: str,
    measured: Measure | int,
    *,
    at_least: object = None,
    at_most: object = None,
    warn_below: object = None,
    warn_above: object = None,
    inspected: int | None = None,
    where: tuple[str, ...] | None = None,
    unit: str | None = None,
) -> Check:
    """Compare one measured value with one limit.

    Args:
        name: What is checked, for example ``"line"``.
        measured: A measure from evidence, or a plain number with `inspected`.
        at_least: Lower limit: a number, ``"90 %"``, ``"2 s"``.
        at_most: Upper limit. With neither limit the figure is only shown: NOT_APPLICABLE ``not-declared``.
        warn_below: With `at_least`: WARN where the value meets the limit but not this.
        warn_above: With `at_most`: likewise.
        inspected: How many things were looked at; from the measure when absent.
        where: Places that fall short; from the measure when absent.
        unit: What is counted; from the measure when absent.

    Returns:
        The check with its verdict. Nothing inspected is NO_EVIDENCE, never PASS.

    Raises:
        ValueError: For a value or limit that is not a finite number of the measure's kind.
    """
    if not isinstance(measured, Measure):
        measured = Measure(parse_quantity(measured).value, inspected=inspected or 0)
    if at_least is not None and at_most is not None:
        raise ValueError(f"check {name!r}: give at_least or at_most, not both")
    looked_at = measured.inspected if inspected is None else inspected
    limit = _limit(name, measured, at_least, at_most, warn_below, warn_above)
    verdict, reason = _compare(measured, looked_at, limit)
    places = measured.where if where is None else where
    shown_places = places if verdict is not Verdict.PASS else ()
    shown_unit = unit if unit is not None else measured.unit or ("microseconds" if measured.kind == "duration" else "")
    return Check(
        name=name,
        measured=measured.exact() if measured.value is not None else None,
        limit=limit,
        unit=shown_unit,
        verdict=verdict,
        reason=reason,
        inspected=looked_at,
        where=shown_places[:WHERE_LIMIT],
        where_omitted=max(0, len(shown_places) - WHERE_LIMIT),
        shown=_shown(measured, limit, shown_unit),
        limit_shown=_limit_shown(limit, measured.kind),
    )


def no_evidence(
    name: str, reason: str, text: str, *, unit: str = "", limit_shown: str = "", where: tuple[str, ...] = ()
) -> Check:
    """Return a check that could not be made, with the reason why and the places that it is about."""
    return Check(
        name=name,
        measured=None,
        limit=None,
        unit=unit,
        verdict=Verdict.NO_EVIDENCE,
        reason=reason,
        inspected=0,
        where=where[:WHERE_LIMIT],
        where_omitted=max(0, len(where) - WHERE_LIMIT),
        shown="no evidence",
        limit_shown=limit_shown,
        text=text,
    )


def _limit(
    name: str, measured: Measure, at_least: object, at_most: object, below: object, above: object
) -> Limit | None:
    written = at_least if at_least is not None else at_most
    if written is None:
        return None
    warn = below if at_least is not None else above
    return Limit(
        op="at_least" if at_least is not None else "at_most",
        value=_exact(_value(name, written, measured.kind)),
        warn=None if warn is None else _exact(_value(name, warn, measured.kind)),
    )


def _value(name: str, written: object, kind: str) -> Fraction:
    if isinstance(written, (Share, Percentage)):
        return written.value
    if isinstance(written, Number):
        written = written.value
    quantity = parse_quantity(written)
    if quantity.kind != kind:
        example = {"count": "3", "share": '"90 %"', "duration": '"2 s"'}[kind]
        raise ValueError(f"check {name!r}: the limit of a {kind} is written like {example}, not {written!r}")
    return quantity.value


def _exact(value: Fraction) -> int | Ratio:
    return value.numerator if value.denominator == 1 else Ratio(value.numerator, value.denominator)


def as_fraction(value: int | Ratio) -> Fraction:
    """Return an exact number of a check or limit for comparing."""
    return Fraction(value.numerator, value.denominator)


def _compare(measured: Measure, inspected: int, limit: Limit | None) -> tuple[Verdict, str]:
    if limit is None:
        return Verdict.NOT_APPLICABLE, "not-declared"
    if inspected <= 0 or measured.value is None:
        return Verdict.NO_EVIDENCE, "nothing-measured"
    sign = 1 if limit.op == "at_least" else -1
    if sign * (measured.value - as_fraction(limit.value)) < 0:
        return Verdict.FAIL, "limit-not-met"
    if limit.warn is not None and sign * (measured.value - as_fraction(limit.warn)) < 0:
        return Verdict.WARN, "warning-limit"
    return Verdict.PASS, ""


def _shown(measured: Measure, limit: Limit | None, unit: str) -> str:
    if measured.value is None:
        return "no evidence"
    written = [] if limit is None else [limit.value, *([limit.warn] if limit.warn is not None else [])]
    bounds = [as_fraction(each) for each in written]
    upward = limit is not None and limit.op == "at_most"
    if measured.kind == "share":
        share = show_share(measured.value, *bounds, upward=upward)
        if measured.ratio is None:
            return share
        return f"{share} ({measured.ratio.numerator} of {measured.ratio.denominator} {unit})".replace(" )", ")")
    if measured.kind == "duration":
        return show_duration(measured.value, *bounds, upward=upward or limit is None)
    number = show_number(measured.value, *bounds, upward=upward)
    return f"{number} {singular(unit) if measured.value == 1 else unit}".strip()


def _limit_shown(limit: Limit | None, kind: Kind) -> str:
    if limit is None:
        return ""
    sign, warns = ("≥", "below") if limit.op == "at_least" else ("≤", "above")
    shown = f"{sign} {as_written(as_fraction(limit.value), kind)}"
    return shown if limit.warn is None else f"{shown}, warns {warns} {as_written(as_fraction(limit.warn), kind)}"


def as_written(value: Fraction, kind: Kind) -> str:
    """Return a limit in full: nothing is cut off what somebody asked for."""
    if kind == "share":
        return f"{_in_full(value * 100)} %"
    if kind == "duration":
        size, unit = _unit_of_limit(value)
        return f"{_in_full(value / size)} {unit}"
    if value and not _SMALL <= (exponent := _exponent(value)) < _LARGE:
        return f"{_in_full(value / Fraction(10) ** exponent)}e{exponent}"
    return _in_full(value)


def _unit_of_limit(value: Fraction) -> tuple[int, str]:
    """Return the largest unit in which a limit is a short decimal."""
    short = [(size, unit) for size, unit in _UNITS if value >= size and (value * 1000 / size).denominator == 1]
    return short[0] if short else (_UNITS[-1] if value == 0 else (1_000_000, "s"))


def _in_full(value: Fraction) -> str:
    for digits in range(30):
        if (value * 10**digits).denominator == 1:
            return _trim(value, digits)
    return str(value)


def show_number(value: Fraction, *bounds: Fraction, upward: bool) -> str:
    """Return a number with at least three digits that count, and as many as the bounds need.

    From 1e21 on and below 1e-6 it is written with an exponent.
    """
    if value == 0:
        return "0"
    exponent = _exponent(value)
    if not _SMALL <= exponent < _LARGE:
        size = Fraction(10) ** exponent
        return f"{_truthful(value / size, [bound / size for bound in bounds], 2, upward=upward)}e{exponent}"
    return _truthful(value, bounds, max(3, 2 - exponent), upward=upward)


def _exponent(value: Fraction) -> int:
    """Return the power of ten of the first digit of a number other than 0."""
    found = len(str(abs(value.numerator))) - len(str(value.denominator))
    return found if abs(value) >= Fraction(10) ** found else found - 1


def show_share(value: Fraction, *bounds: Fraction, upward: bool = False) -> str:
    """Return a share as a percentage that never looks better than it is.

    Digits are cut off towards "not reached" (down, or up with `upward`); more digits are added until the shown
    number stands on the same side of every bound as the true one, and 0 % and 100 % are shown only when true.
    """
    edges = [Fraction(0), Fraction(100), *(bound * 100 for bound in bounds)]
    return f"{_truthful(value * 100, edges, 1, upward=upward)} %"


def show_duration(microseconds: Fraction, *bounds: Fraction, upward: bool) -> str:
    """Return a duration with the largest unit that fits and as many digits as the bounds need.

    One that equals a bound has the bound's unit: 62.05301 s can't be written in minutes.
    """
    size, unit = _unit_of_limit(microseconds) if microseconds in bounds else _unit_of(microseconds)
    return f"{_truthful(microseconds / size, [bound / size for bound in bounds], 2, upward=upward)} {unit}"


def _unit_of(microseconds: Fraction) -> tuple[int, str]:
    return next(((size, unit) for size, unit in _UNITS if microseconds >= size), (1, "µs"))


def _truthful(value: Fraction, bounds: Sequence[Fraction], digits: int, *, upward: bool) -> str:
    """Return a decimal with at least so many digits that it stands to every bound as the value does."""
    for more in range(digits, 60):
        shown = _cut(value, more, upward=upward)
        if all(_side(shown, bound) == _side(value, bound) for bound in bounds):
            return _trim(shown, more)
    return str(value)


def _side(value: Fraction, bound: Fraction) -> int:
    return (value > bound) - (value < bound)


def _cut(value: Fraction, digits: int, *, upward: bool) -> Fraction:
    scaled = value * 10**digits
    return Fraction(math.ceil(scaled) if upward else math.floor(scaled), 10**digits)


def _trim(value: Fraction, digits: int) -> str:
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value) * 10**digits, 10**digits)
    decimals = f"{int(rest):0{digits}d}".rstrip("0") if digits else ""
    return f"{sign}{int(whole)}.{decimals}" if decimals else f"{sign}{int(whole)}"
