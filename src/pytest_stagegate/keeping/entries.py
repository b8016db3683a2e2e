"""One kept decision: a compressed file with the decision and the ids of all its tests (``stagegate/kept/1``).

Lines of JSON in gzip: first the schema and the decision, then ids by what became of them, a part a line.
"""

from __future__ import annotations

import gzip
import io
import zlib
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.decision import decision_in
from pytest_stagegate.evidence.readers.json_documents import LARGEST, decoded
from pytest_stagegate.model.roll import Roll
from pytest_stagegate.model.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_stagegate.model.decision import Decision

SCHEMA: Final = "stagegate/kept/1"
_WHAT: Final = "kept decision"
_IDS_PER_LINE: Final = 5000
_LEVEL: Final = 1
"""Of compression: ids of tests are much alike, and more effort saves little."""

_MOST: Final = 1 << 30
"""Bytes that an entry may have, uncompressed."""


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line; of the decision as it is read see `decision_in`."""

    schema: str
    decision: Any
    unlisted: Annotated[tuple[Standing, ...], msgspec.Meta(min_length=1)]
    closed: tuple[str, ...]


class _Ids(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tests that all came to the same."""

    standing: Standing
    ids: tuple[str, ...]


def packed(decision: Decision, roll: Roll) -> bytes:
    """Return a decision and what became of its tests as the bytes of an entry."""
    made = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=made, mode="wb", compresslevel=_LEVEL, mtime=0) as file:
        for line in _lines(decision, roll):
            file.write(msgspec.json.encode(line, order="sorted") + b"\n")
    return made.getvalue()


def _lines(decision: Decision, roll: Roll) -> Iterator[object]:
    yield _Head(SCHEMA, decision, tuple(sorted(roll.unlisted)), tuple(sorted(roll.closed)))
    by_standing: dict[Standing, list[str]] = {}
    for test, standing in roll.known.items():
        by_standing.setdefault(standing, []).append(test)
    for standing, tests in sorted(by_standing.items()):
        rest = iter(tests)
        while part := tuple(islice(rest, _IDS_PER_LINE)):
            yield _Ids(standing, part)


def unpacked(path: Path) -> tuple[Decision, Roll]:
    """Return the decision of an entry and what became of its tests.

    Raises:
        EvidenceError: When it is no entry, is damaged, too large, or of a version that is not known.
    """
    if path.exists() and not path.is_file():
        raise EvidenceError(f"{path.name}: this is no file")
    try:
        with gzip.open(path) as file:
            rows = _rows(file, path.name)
            head = decoded(_text(next(rows, b""), path), _Head, _WHAT, path.name)
            if head.schema != SCHEMA:
                raise EvidenceError(f"{path.name}: this is no {_WHAT} that this version of stagegate reads")
            decision = decision_in(msgspec.convert(head.decision, dict[str, Any]), path.name)
            parts = (msgspec.json.decode(row, type=_Ids) for row in rows)
            known = {test: part.standing for part in parts for test in part.ids}
            return decision, Roll(known, frozenset(head.unlisted), frozenset(head.closed))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise EvidenceError(f"{path.name}: this is no {_WHAT}: {error}") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise EvidenceError(f"{path.name}: this {_WHAT} is damaged: {error}") from error
    except OSError as error:
        raise EvidenceError(f"{path.name}: can't be read: {error.strerror}") from error


def _text(row: bytes, path: Path) -> str:
    if not row:
        raise EvidenceError(f"{path.name}: the file is empty", code="empty")
    return row.decode()


def _rows(file: gzip.GzipFile, name: str) -> Iterator[bytes]:
    size = 0
    while row := file.readline(LARGEST + 1):
        size += len(row)
        if len(row) > LARGEST or size > _MOST:
            raise EvidenceError(f"{name}: this {_WHAT} is too large to be read")
        yield row
