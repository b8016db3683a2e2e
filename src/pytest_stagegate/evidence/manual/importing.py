"""Reading results of manual tests from a table: CSV with a head, or a JSON list of objects."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from pytest_stagegate.errors import EvidenceError, Mistake, MistakesError, nearest
from pytest_stagegate.evidence.readers.json_documents import decoded, text_of
from pytest_stagegate.evidence.readers.manual import fault_of
from pytest_stagegate.model.commits import differ
from pytest_stagegate.model.manual import OUTCOMES, ManualResult
from pytest_stagegate.model.times import rfc3339, utc_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pytest_stagegate.evidence.manual.listing import Listed

COLUMNS: Final = ("id", "outcome", "who", "when", "commit", "environment", "note")
_WHAT: Final = "table of results"
_WORDS: Final = {"pass": "passed", "fail": "failed", "block": "blocked"} | {each: each for each in OUTCOMES}


class Stated(NamedTuple):
    """What holds for rows that don't say otherwise.

    Attributes:
        who: Who did it, or None.
        commit: The commit, or None.
        environment: The environment, or None.
    """

    who: str | None = None
    commit: str | None = None
    environment: str | None = None


class _Table(NamedTuple):
    name: str
    listed: Listed
    environments: tuple[str, ...]
    stated: Stated


def results_in(
    path: Path, listed: Listed, environments: tuple[str, ...], columns: Mapping[str, str], stated: Stated
) -> tuple[ManualResult, ...]:
    """Return the results that a table holds.

    Args:
        path: A file of CSV, or of JSON where its name ends in ``.json``.
        listed: The manual tests of the build.
        environments: Environments of the policy.
        columns: For one of `COLUMNS` the name that the table has for it.
        stated: What holds for rows that don't say otherwise.

    Raises:
        EvidenceError: When the file can't be read as a table at all.
        MistakesError: With everything that is wrong with its rows, each with file and line.
    """
    text = text_of(path, _WHAT)
    rows = _of_json(text, path.name) if path.suffix.lower() == ".json" else _of_csv(text, path.name, columns)
    table = _Table(path.name, listed, environments, stated)
    found: list[ManualResult] = []
    mistakes: list[Mistake] = []
    for place, row in rows:
        if row is None:
            mistakes.append(Mistake(place, "this row has another number of columns than the head"))
            continue
        said = {column: str(row.get(columns.get(column, column)) or "").strip() for column in COLUMNS}
        wrong = list(_wrong(said, table))
        mistakes += [Mistake(place, each) for each in wrong]
        if not wrong:
            result = _result(said, table)
            fault = fault_of(result)
            mistakes += [Mistake(place, fault)] if fault else []
            found.append(result)
    if not found and not mistakes:
        mistakes.append(Mistake(path.name, "it holds no result"))
    if mistakes:
        raise MistakesError(f"the results in {path.name}", mistakes, code="manual")
    return tuple(found)


def _of_csv(text: str, name: str, columns: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        head = [each.strip() for each in reader.fieldnames or ()]
        reader.fieldnames = head
        for wanted in (columns.get(each, each) for each in COLUMNS):
            if head.count(wanted) > 1:
                raise EvidenceError(f"{name}:1: there are {head.count(wanted)} columns {wanted!r}; keep one of them")
        for needed in ("id", "outcome", "when"):
            wanted = columns.get(needed, needed)
            if wanted not in head:
                raise EvidenceError(f"{name}:1: there is no column {wanted!r}; {nearest(wanted, head)}")
        line = reader.line_num
        for row in reader:
            # A quoted note may hold line breaks: a row begins behind the end of the one before.
            place, line = f"{name}:{line + 1}", reader.line_num
            if None in row or None in row.values():
                yield place, None
            else:
                yield place, row
    except csv.Error as error:
        raise EvidenceError(f"{name}:{reader.line_num}: this is no CSV: {error}") from error


def _of_json(text: str, name: str) -> Iterable[tuple[str, Mapping[str, Any] | None]]:
    rows = decoded(text, list[dict[str, str | None]], _WHAT, name)
    # Where each object begins is found by reading on from one to the next.
    decoder, at, places = json.JSONDecoder(), 0, []
    for row in rows:
        at = text.index("{", at)
        places.append((f"{name}:{text.count(chr(10), 0, at) + 1}", row))
        at = decoder.raw_decode(text, at)[1]
    return places


def _wrong(said: Mapping[str, str], table: _Table) -> Iterator[str]:
    ids = [test.id for test in table.listed.tests]
    if said["id"] not in ids:
        yield f"id: there is no manual test {said['id'][:100]!r}; {nearest(said['id'], ids)}"
    if said["outcome"].lower() not in _WORDS:
        yield f"outcome: has to be one of {', '.join(OUTCOMES)}, not {said['outcome'][:40]!r}"
    if not (said["who"] or table.stated.who):
        yield "who: nobody is named; fill the column in, or name the person with --by"
    if not (said["commit"] or table.stated.commit):
        yield "commit: none is stated; fill the column in, or name it with --commit"
    environment = said["environment"] or table.stated.environment
    if environment and environment not in table.environments:
        yield f"environment: unknown environment {environment[:40]!r}; {nearest(environment, table.environments)}"
    try:
        utc_time(said["when"])
    except ValueError:
        yield f"when: has to be a time with its zone, like 2026-11-24T09:00:00Z, not {said['when'][:40]!r}"


def _result(said: Mapping[str, str], table: _Table) -> ManualResult:
    test = next(each for each in table.listed.tests if each.id == said["id"])
    commit = said["commit"] or table.stated.commit
    # Of another commit nobody here knows the steps.
    digest = "" if differ(commit, table.listed.commit) else test.digest
    return msgspec.convert(
        {
            "id": test.id,
            "digest": digest,
            "outcome": _WORDS[said["outcome"].lower()],
            "who": said["who"] or table.stated.who,
            "when": rfc3339(utc_time(said["when"])),
            "commit": commit,
            "environment": said["environment"] or table.stated.environment or None,
            "note": said["note"],
        },
        ManualResult,
    )
