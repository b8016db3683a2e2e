"""The policy's word on service levels: ``[tool.stagegate.prometheus]`` and ``[[tool.stagegate.slo]]``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.model.numbers import Duration, Ratio, Share
from pytest_stagegate.model.promql import WINDOW, other_range
from pytest_stagegate.model.service_levels import (
    COMMAND,
    KIND,
    PRODUCER,
    Objective,
    PrometheusRule,
    promql_duration,
)
from pytest_stagegate.model.sources import EvidenceRule, Producer
from pytest_stagegate.policy.artifacts import below_root
from pytest_stagegate.policy.environments import fault_of_url
from pytest_stagegate.policy.making import time_limit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_stagegate.policy.reading import Reader

KEY: Final = "prometheus"
OBJECTIVES: Final = "slo"
FILES: Final = "slos"
_KEYS: Final = ("url", "timeout", "headers")
_LIMIT: Final = Duration.parse("10 s").microseconds
_SAMPLE_AGE: Final = Duration.parse("1 h").microseconds
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VARIABLE: Final = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")
_QUERIES: Final = ("good", "bad", "total")
_METRICS: Final = ("good_metric", "bad_metric", "total_metric")


def prometheus_rule(reader: Reader, table: dict[str, Any]) -> PrometheusRule | None:
    """Return the server that is asked; None where there is none, or its address is not in order."""
    if KEY not in table:
        return None
    entry = reader.table(table, (KEY,))
    reader.no_other(entry, (KEY,), _KEYS)
    url = reader.text_of(entry, (KEY, "url"))
    if "url" not in entry:
        reader.mistake((KEY,), 'has no url; write for example "http://127.0.0.1:9090"')
    elif url and (fault := fault_of_url(url) or ("has a question in it" if "?" in url else "")):
        reader.mistake((KEY, "url"), fault)
    limit = time_limit(reader, entry, (KEY, "timeout"), _LIMIT)
    return PrometheusRule(url, limit, tuple(_headers(reader, reader.table(entry, (KEY, "headers"))))) if url else None


def _headers(reader: Reader, written: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in written.items():
        variable = _VARIABLE.fullmatch(value) if isinstance(value, str) else None
        if not _HEADER.fullmatch(name):
            reader.mistake((KEY, "headers", name), f"{name!r} is no name of a header")
        elif variable is None:
            # The value itself is not told: it may be the secret.
            text = 'has to name the variable that holds the value: "env:PROMETHEUS_TOKEN"'
            reader.mistake((KEY, "headers", name), text)
        else:
            yield name, variable[1]


def measuring_rule(
    reader: Reader, rule: PrometheusRule | None, others: Iterable[EvidenceRule]
) -> tuple[EvidenceRule, ...]:
    """Return how measured service levels become evidence: by a producer of our own."""
    if rule is None:
        return ()
    if any(each.producer is not None and each.producer.name.casefold() == PRODUCER for each in others):
        text = f"makes evidence of the name {PRODUCER!r}, and so does a command of [[tool.stagegate.evidence]]"
        reader.mistake((KEY,), text)
    producer = Producer(PRODUCER, COMMAND, rule.limit, frozenset({0}))
    return (EvidenceRule("", KIND, "", None, _SAMPLE_AGE, False, producer),)


def objectives_of(reader: Reader, table: dict[str, Any]) -> tuple[Objective, ...]:
    """Return the objectives of ``[[tool.stagegate.slo]]``; what is not in order is noted."""
    found: list[Objective] = []
    for index, entry in enumerate(reader.tables(table, (OBJECTIVES,))):
        path = (OBJECTIVES, str(index))
        made = _objective(reader, entry, path)
        if made is None:
            continue
        if made.name in [each.name for each in found]:
            reader.mistake((*path, "name"), f"two objectives have the name {made.name!r}")
        if not made.by_metric and KEY not in table:
            reader.mistake(path, "has queries, and there is no [tool.stagegate.prometheus] with an address to ask")
        found.append(made)
    return tuple(found)


def slo_files(reader: Reader, table: dict[str, Any]) -> tuple[str, ...]:
    """Return the globs of files with objectives, from ``[tool.stagegate.slos]``."""
    if FILES not in table:
        return ()
    entry = reader.table(table, (FILES,))
    reader.no_other(entry, (FILES,), ("files",))
    globs = reader.names(entry, (FILES, "files")) or ()
    if "files" not in entry:
        reader.mistake((FILES,), "names no files")
    if KEY not in table:
        reader.mistake((FILES,), "has queries, and there is no [tool.stagegate.prometheus] with an address to ask")
    return tuple(below_root(reader, glob, (FILES, "files")) for glob in globs)


def _objective(reader: Reader, entry: dict[str, Any], path: tuple[str, ...]) -> Objective | None:
    reader.no_other(entry, path, ("name", "objective", "window", "burn", *_QUERIES, *_METRICS))
    before = len(reader.mistakes)
    name = reader.text_of(entry, (*path, "name"))
    for key in ("name", "objective", "window"):
        if key not in entry:
            reader.mistake(path, f"has no {key}")
    if name and not name.isprintable():
        reader.mistake((*path, "name"), "holds a character that can't be shown")
    objective = _share(reader, entry, (*path, "objective"))
    window = _length(reader, entry.get("window", "1 s"), (*path, "window"))
    by_metric = any(key in entry for key in _METRICS)
    counted = _counted(reader, entry, path, by_metric=by_metric)
    burn = _burn(reader, entry, path, counted, by_metric=by_metric)
    for key, query in zip(_QUERIES, counted, strict=True):
        if not by_metric and (found := other_range(query, window)):
            text = f"counts over [{found}], and the window is {promql_duration(window)}; write [{WINDOW}]"
            reader.mistake((*path, key), text)
    if len(reader.mistakes) > before:
        return None
    good, bad, total = counted
    return Objective(
        name=name,
        objective=Ratio(objective.numerator, objective.denominator),
        window=window,
        good=good,
        bad=bad,
        total=total,
        burn=burn,
        by_metric=by_metric,
    )


def _share(reader: Reader, entry: dict[str, Any], path: tuple[str, ...]) -> Any:
    try:
        share = Share.parse(entry.get(path[-1], "100 %")).value
    except ValueError as error:
        reader.mistake(path, str(error))
        return Share.parse("100 %").value
    if share == 0:
        reader.mistake(path, "has to be more than 0 %")
    return share


def _length(reader: Reader, written: object, path: tuple[str, ...]) -> int:
    try:
        length = Duration.parse(written).microseconds
    except ValueError as error:
        reader.mistake(path, str(error))
        return 1
    if length <= 0 or length % 1000:
        reader.mistake(path, "has to be a whole number of milliseconds above 0")
    return length


def _counted(reader: Reader, entry: dict[str, Any], path: tuple[str, ...], *, by_metric: bool) -> tuple[str, str, str]:
    """Return what counts good, bad and all events."""
    keys, others = (_METRICS, _QUERIES) if by_metric else (_QUERIES, _METRICS)
    for key in others:
        if key in entry:
            reader.mistake((*path, key), "is a query, and the others are names of metrics")
    good, bad, total = keys
    if (good in entry) is (bad in entry):
        reader.mistake(path, f"has to have one of {good} and {bad}{', and not both' if good in entry else ''}")
    if total not in entry:
        reader.mistake(path, f"has no {total}")
    texts = [reader.text_of(entry, (*path, key)) if key in entry else "" for key in keys]
    return texts[0], texts[1], texts[2]


def _burn(
    reader: Reader, entry: dict[str, Any], path: tuple[str, ...], counted: tuple[str, ...], *, by_metric: bool
) -> tuple[int, ...]:
    here = (*path, "burn")
    windows = tuple(_length(reader, each, here) for each in reader.names(entry, here) or ())
    if windows and by_metric:
        reader.mistake(here, "can't be measured of metrics among the evidence, which have no windows")
    elif windows and any(each and "{window}" not in each for each in counted):
        reader.mistake(here, "needs queries with the placeholder {window} where their window stands: [{window}]")
    return windows
