r"""OpenMetrics text 1.0 and Prometheus text 0.0.4: what a service's ``/metrics`` answers.

Formats: https://prometheus.io/docs/specs/om/open_metrics_spec/ and
https://prometheus.io/docs/instrumenting/exposition_formats/, with names in quotes as Prometheus 3 writes them.

A sample is named as it is written, its labels in the order of their names: ``requests_total{code="200",verb="get"}``.
In a label's value only ``\\``, ``\"`` and ``\n`` are escapes; several samples of one name differ in their timestamps.
What shows that a file is OpenMetrics (units, exemplars, its own types, a counter whose samples end in ``_total``) makes
``# EOF`` necessary at its end. Prometheus text has no such mark: that it breaks off between two lines can't be noticed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.line_hits import text_lines
from pytest_stagegate.evidence.readers.metric_rows import MOST, contents
from pytest_stagegate.evidence.readers.source_paths import Damage
from pytest_stagegate.evidence.readers.tool_times import rfc3339, since_epoch
from pytest_stagegate.model.metrics import Metric

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from pytest_stagegate.model.contents import Contents

LARGEST: Final = 128 << 20
"""Characters that a file may have."""

_STRING: Final = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_BLANK: Final = re.compile(r"[ \t]*")
_BRACE: Final = re.compile(r"[ \t]*\{")
_NAME: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_QUOTED: Final = re.compile(_STRING)
_LABEL: Final = re.compile(rf"([a-zA-Z_][a-zA-Z0-9_]*|{_STRING})[ \t]*=[ \t]*({_STRING})")
_REST: Final = re.compile(r"[ \t]+(?P<value>[^ \t{}#]+)(?:[ \t]+(?P<time>[^ \t{}#]+))?(?P<exemplar>[ \t]+#[ \t].*)?")
_DECIMAL: Final = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_SPECIAL: Final = re.compile(r"(?P<sign>[-+])?(?:(?P<infinity>inf(?:inity)?)|nan)", re.IGNORECASE)
_TOLD: Final = re.compile(r"#[ \t]+(TYPE|UNIT)[ \t]+(\S+)(?:[ \t]+(\S+))?")
_END: Final = re.compile(r"#[ \t]EOF[ \t]*")
_ESCAPE: Final = re.compile(r'\\([\\"n])')
_OWN_TYPES: Final = ("unknown", "info", "stateset", "gaugehistogram")
_WITH_UNIT: Final = ("_total", "_sum", "_gsum")


class _Scrape(msgspec.Struct):
    """What was read so far.

    Attributes:
        metrics: The samples.
        seen: Names and timestamps of the samples.
        units: Unit of each family that states one.
        counters: Families of the type counter.
        times: Timestamps as they are written; in seconds in OpenMetrics, else in milliseconds.
        own: Why this is OpenMetrics, not Prometheus text; empty when nothing shows it.
        ended: Whether ``# EOF`` was read.
    """

    metrics: list[Metric] = msgspec.field(default_factory=list)
    seen: set[tuple[str, str]] = msgspec.field(default_factory=set)
    units: dict[str, str] = msgspec.field(default_factory=dict)
    counters: set[str] = msgspec.field(default_factory=set)
    times: set[str] = msgspec.field(default_factory=set)
    own: str = ""
    ended: bool = False

    def take(self, text: str) -> None:
        """Take a line, without the blanks around it.

        Raises:
            Damage: When it is none of a scrape.
        """
        if self.ended and text:
            raise Damage("something stands behind # EOF")
        if text.startswith("#"):
            self._comment(text)
        elif text:
            self._sample(text)

    def _comment(self, text: str) -> None:
        told = _TOLD.match(text)
        if _END.fullmatch(text):
            self.ended = True
        elif told is not None and told[1] == "UNIT":
            self.own = self.own or "it has a UNIT"
            self.units[_plain(told[2])] = told[3] or ""
        elif told is not None and told[3] in _OWN_TYPES:
            self.own = self.own or f"it has the type {told[3]}"
        elif told is not None and told[3] == "counter":
            self.counters.add(_plain(told[2]))

    def _sample(self, text: str) -> None:
        family, labels, position = _head(text)
        rest = _REST.fullmatch(text, position)
        if rest is None:
            raise Damage("this is no sample: behind its name stand a number, and a timestamp if there is one")
        if len(self.metrics) == MOST:
            raise Damage(f"it holds more than {MOST:,} numbers")
        name, time = _written(family, labels), rest["time"] or ""
        if (name, time) in self.seen:
            raise Damage(f"{name[:200]} stands here for the second time")
        self.seen.add((name, time))
        if time:
            _number(time)
            self.times.add(time)
        if rest["exemplar"]:
            self.own = self.own or "it has an exemplar"
        if family not in self.counters and family.removesuffix("_total") in self.counters:
            self.own = self.own or "the samples of a counter end in _total"
        self.metrics.append(Metric(name=name, value=_number(rest["value"]), unit=self._unit(family)))

    def _unit(self, family: str) -> str:
        if family in self.units:
            return self.units[family]
        return next((self.units.get(family.removesuffix(end), "") for end in _WITH_UNIT if family.endswith(end)), "")


def read(path: Path, _root: Path) -> Contents:
    """Read the samples of a scrape.

    Args:
        path: The file, UTF-8; lines of up to 1 MiB.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and line, when it is no such text, is not whole, or says something twice.
    """
    scrape = _Scrape()
    number, size, whole = 0, 0, True
    for number, line, whole in text_lines(path):  # noqa: B007 - how the last one ends is looked at below
        size += len(line) + 1
        if size > LARGEST:
            raise EvidenceError(f"{path.name}: the file is larger than {LARGEST >> 20} MiB")
        try:
            scrape.take(line.strip(" \t"))
        except Damage as error:
            raise EvidenceError(f"{path.name}:{number}: {error}") from error
    if not scrape.ended and scrape.own:
        text = f"it is OpenMetrics ({scrape.own}) and does not end with # EOF"
        raise EvidenceError(f"{path.name}:{number}: {text}: it was cut short")
    if not scrape.ended and not whole:
        raise EvidenceError(f"{path.name}:{number}: the last line has no end: it may have been cut short")
    open_end = "Prometheus text has no mark at its end: whether this is the whole of it, it does not tell"
    return contents(
        path,
        scrape.metrics,
        created=rfc3339(_oldest(scrape)),
        warnings=() if scrape.ended else (open_end,),
    )


def _oldest(scrape: _Scrape) -> dt.datetime | None:
    per_second = 1 if scrape.ended else 1000
    return min((found for each in scrape.times if (found := since_epoch(each, per_second=per_second))), default=None)


def _head(text: str) -> tuple[str, dict[str, str], int]:
    """Return name and labels of a sample, and where they end."""
    match = _NAME.match(text)
    name, position = (match[0], match.end()) if match is not None else ("", 0)
    brace = _BRACE.match(text, position)
    labels: dict[str, str] = {}
    if brace is not None:
        name, position = _labels(text, brace.end(), name, labels)
    if not name:
        raise Damage("this is no sample: it does not begin with a name")
    return name, labels, position


def _labels(text: str, position: int, name: str, labels: dict[str, str]) -> tuple[str, int]:
    """Fill in the labels that begin there; return the name, which may stand among them, and where they end."""
    while True:
        position = _past_blanks(text, position)
        if text.startswith("}", position):
            return name, position + 1
        label, alone = _LABEL.match(text, position), _QUOTED.match(text, position)
        if label is not None:
            key = _plain(label[1])
            if key in labels:
                raise Damage(f"the label {key[:100]!r} stands twice in one sample")
            labels[key], position = _plain(label[2]), label.end()
        elif alone is not None and not name:
            name, position = _plain(alone[0]), alone.end()
        else:
            raise Damage("this is no sample: its labels are not written as name=\"value\" up to a '}'")
        position = _past_blanks(text, position)
        if text.startswith(",", position):
            position += 1
        elif not text.startswith("}", position):
            raise Damage("this is no sample: between two labels stands a comma")


def _past_blanks(text: str, position: int) -> int:
    blanks = _BLANK.match(text, position)
    return position if blanks is None else blanks.end()


def _plain(written: str) -> str:
    """Return what a name or value says, without quotes and escapes."""
    if not written.startswith('"'):
        return written
    return _ESCAPE.sub(lambda escape: "\n" if escape[1] == "n" else escape[1], written[1:-1])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _written(name: str, labels: dict[str, str]) -> str:
    """Return the one way in which a sample is named here."""
    plain = _NAME.fullmatch(name) is not None
    parts = [] if plain else [_quoted(name)]
    for key, value in sorted(labels.items()):
        shown = key if _NAME.fullmatch(key) and ":" not in key else _quoted(key)
        parts.append(f"{shown}={_quoted(value)}")
    return (name if plain else "") + (f"{{{','.join(parts)}}}" if parts else "")


def _number(text: str) -> str:
    """Return a number as it was written; NaN and infinity in one spelling."""
    if _DECIMAL.fullmatch(text):
        return text
    special = _SPECIAL.fullmatch(text)
    if special is None:
        raise Damage(f"{text[:60]!r} is no number")
    if special["infinity"]:
        return "-Inf" if special["sign"] == "-" else "+Inf"
    return "NaN"
