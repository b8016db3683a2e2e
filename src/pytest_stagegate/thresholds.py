"""Comparing a measure with a limit, exactly, and showing both so that they never contradict the verdict."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from pytest_stagegate.model.numbers import Measure, Ratio, Share, parse_quantity
from pytest_stagegate.model.verdicts import Check, Limit, Verdict

WHERE_LIMIT: Final = 50
"""How many places a check lists; the rest is counted."""

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


def no_evidence(name: str, reason: str, text: str, *, unit: str = "", limit_shown: str = "") -> Check:
    """Return a check that could not be made, with the reason why."""
    return Check(
        name=name,
        measured=None,
        limit=None,
        unit=unit,
        verdict=Verdict.NO_EVIDENCE,
        reason=reason,
        inspected=0,
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
    if isinstance(written, Share):
        return written.value
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
    bound = None if limit is None else as_fraction(limit.value)
    upward = limit is not None and limit.op == "at_most"
    if measured.kind == "share":
        share = show_share(measured.value, bound, upward=upward)
        if measured.ratio is None:
            return share
        return f"{share} ({measured.ratio.numerator} of {measured.ratio.denominator} {unit})".replace(" )", ")")
    if measured.kind == "duration":
        return show_duration(measured.value, bound, upward=True)
    number = str(measured.value) if measured.value.denominator == 1 else _decimal(measured.value, 3, upward=upward)
    return f"{number} {unit.removesuffix('s') if measured.value == 1 else unit}".strip()


def _limit_shown(limit: Limit | None, kind: str) -> str:
    if limit is None:
        return ""
    value = as_fraction(limit.value)
    if kind == "share":
        text = show_share(value, None)
    elif kind == "duration":
        text = show_duration(value, None, upward=False)
    else:
        text = str(value) if value.denominator == 1 else _decimal(value, 3, upward=False)
    return f"{'≥' if limit.op == 'at_least' else '≤'} {text}"


def show_share(value: Fraction, bound: Fraction | None, *, upward: bool = False) -> str:
    """Return a share as a percentage that never looks better than it is.

    Digits are cut off towards "not reached" (down, or up with `upward`); more digits are added until the shown
    number stands on the same side of `bound` as the true one, and 0 % and 100 % are shown only when true.
    """
    percent = value * 100
    for digits in range(1, 60):
        shown = _cut(percent, digits, upward=upward)
        if _tells_the_truth(shown, percent, None if bound is None else bound * 100):
            return f"{_trim(shown, digits)} %"
    return f"{percent} %"


def _tells_the_truth(shown: Fraction, true: Fraction, bound: Fraction | None) -> bool:
    if any(shown == edge and true != edge for edge in (0, 100)):
        return False
    if bound is None:
        return True
    return (shown < bound) == (true < bound) and (shown > bound) == (true > bound)


def show_duration(microseconds: Fraction, bound: Fraction | None, *, upward: bool) -> str:
    """Return a duration with the largest unit that fits and as many digits as the verdict needs."""
    size, unit = next(((size, unit) for size, unit in _UNITS if microseconds >= size), (1, "µs"))
    value = microseconds / size
    for digits in range(2, 40):
        shown = _cut(value, digits, upward=upward)
        if bound is None or ((shown * size > bound) == (microseconds > bound)):
            return f"{_trim(shown, digits)} {unit}"
    return f"{microseconds} µs"


def _cut(value: Fraction, digits: int, *, upward: bool) -> Fraction:
    scale = 10**digits
    scaled = value * scale
    whole = -((-scaled.numerator) // scaled.denominator) if upward else scaled.numerator // scaled.denominator
    return Fraction(whole, scale)


def _decimal(value: Fraction, digits: int, *, upward: bool) -> str:
    return _trim(_cut(value, digits, upward=upward), digits)


def _trim(value: Fraction, digits: int) -> str:
    whole, rest = divmod(value * 10**digits, 10**digits)
    decimals = f"{int(rest):0{digits}d}".rstrip("0")
    return f"{int(whole)}.{decimals}" if decimals else str(int(whole))
