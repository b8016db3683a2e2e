"""What the options of a gate ask for: which of them are limits, in which direction, and how they are written."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_stagegate.model.numbers import Duration, Number, Percentage, Share
from pytest_stagegate.thresholds import as_written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.hooks import GateOptions

_AT_MOST: Final = ("max_", "at_most", "warn_above")
_AT_LEAST: Final = ("min_", "at_least", "warn_below")
_REQUIRED: Final = ("require", "critical", "tools", "documents", "expect")
_EXCEPTED: Final = ("allow", "exclude", "ignore", "except")


class OptionLimit(NamedTuple):
    """A number that an option demands.

    Attributes:
        option: The option, for one of several in a table with its key: ``paths "src/pay/**"``.
        op: ``at_least`` or ``at_most``.
        value: The number; microseconds for durations.
        shown: The number as people write it.
        bounded: Whether what is measured can't be below 0, nor a share above all.
    """

    option: str
    op: str
    value: Fraction
    shown: str
    bounded: bool

    @property
    def always_met(self) -> bool:
        """Whether nothing that is measured can miss it: at least 0, or at most all."""
        return self.bounded and (self.value <= 0 if self.op == "at_least" else self.shown == "100 %")

    def loosened(self, now: OptionLimit) -> bool:
        """Return whether another limit for the same demands less."""
        return now.value < self.value if self.op == "at_least" else now.value > self.value


def limits_of(options: GateOptions | None) -> dict[str, OptionLimit]:
    """Return the numbers that options demand, by option; those that are not set are left out.

    An option is an upper limit when its name says so (``max_…``, ``at_most…``), a lower one when its name says so
    (``min_…``, ``at_least…``) or it is a share, unless the options say otherwise; with other numbers it can't be told.
    """
    found = {}
    for option, name, value in _values(options):
        number = _number(value)
        op = _op(options, name, value)
        if number is not None and op:
            bounded = isinstance(value, (int, Share, Duration)) and not _is_leeway(options, name)
            found[option] = OptionLimit(option, op, number, shown(value), bounded)
    return found


def _values(options: GateOptions | None) -> Iterator[tuple[str, str, Any]]:
    for name in options.__struct_fields__ if options is not None else ():
        value = _said(options, name)
        if isinstance(value, dict):
            yield from ((f'{name} "{key}"', name, each) for key, each in sorted(value.items()))
        else:
            yield name, name, value


def _said(options: GateOptions | None, name: str) -> Any:
    value = getattr(options, name)
    return options.when_absent.get(name) if value is None and options is not None else value


def _is_leeway(options: GateOptions | None, name: str) -> bool:
    return options is not None and name in options.leeway


def _op(options: GateOptions | None, name: str, value: object) -> str:
    upper, lower = (options.upper_limits, options.lower_limits) if options is not None else ((), ())
    if name in upper or _is_leeway(options, name):
        return "at_most"
    if name in lower:
        return "at_least"
    if name.startswith(_AT_MOST):
        return "at_most"
    return "at_least" if name.startswith(_AT_LEAST) or isinstance(value, Share) else ""


def _number(value: object) -> Fraction | None:
    if isinstance(value, (Share, Percentage, Number)):
        return value.value
    if isinstance(value, Duration):
        return Fraction(value.microseconds)
    return Fraction(value) if isinstance(value, int) and not isinstance(value, bool) else None


def demanded(options: GateOptions | None) -> dict[str, frozenset[str]]:
    """Return what options require beyond numbers, by option: ``{"require_reason": {"true"}}``."""
    return {name: words for name, words in _words(options) if name.startswith(_REQUIRED)}


def excepted(options: GateOptions | None) -> dict[str, frozenset[str]]:
    """Return what options leave out of a gate's sight, by option: ``{"exclude": {"src/old/**"}}``."""
    return {name: words for name, words in _words(options) if name.startswith(_EXCEPTED)}


def named_alone(options: GateOptions | None) -> dict[str, frozenset[str]]:
    """Return what options name that alone is judged, by option; of one that names nothing everything is."""
    found = {name: getattr(options, name) for name in (options.narrowing if options is not None else ())}
    return {name: frozenset([value] if isinstance(value, str) else value) for name, value in found.items() if value}


def _words(options: GateOptions | None) -> Iterator[tuple[str, frozenset[str]]]:
    for name in options.__struct_fields__ if options is not None else ():
        value = getattr(options, name)
        if isinstance(value, bool):
            yield name, frozenset({"true"} if value else ())
        elif isinstance(value, (list, dict)):
            further = value.items() if isinstance(value, dict) else ()
            inner = {f"{key}: {word}" for key, words in further if isinstance(words, list) for word in words}
            yield name, frozenset(map(str, value)) | inner


def shown(value: object) -> str:
    """Return an option's value for people."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (Share, Percentage)):
        return as_written(value.value, "share")
    if isinstance(value, Number):
        return as_written(value.value, "count")
    if isinstance(value, Duration):
        return as_written(Fraction(value.microseconds), "duration")
    if isinstance(value, dict):
        return ", ".join(f"{key}: {shown(each)}" for key, each in sorted(value.items())) or "none"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(shown, value)) or "none"
    return str(value)
