"""Rows of CSV with a header, as trackers and spreadsheets export them: RFC 4180, also with semicolons or tabs."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.json_documents import text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

_SEPARATORS: Final = ",;\t"


def rows_of_csv(
    path: Path, ids: tuple[str, ...], read: Collection[str], further: tuple[str, tuple[str, ...]] | None = None
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each row with its place, under the names of its columns in lower case; rows of blanks are left out.

    Args:
        path: The file; UTF-8, or UTF-16 with a byte order mark.
        ids: Names of columns of which one has to be there.
        read: Names of columns that somebody reads: of these each may stand there once. Of others, as Jira writes its
            labels, the last counts.
        further: Names of columns of which one has to be there too, behind the sentence that says it of a header
            which has none.

    Raises:
        EvidenceError: With file and line, when it has no such column, a name that is read stands twice in its header,
            or a row has another number of fields than the header.
    """
    text = text_of(path, "CSV")
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_SEPARATORS, key=head.count), strict=True)
    try:
        names = [name.strip().lower() for name in next(reader)]
        if not set(ids) & set(names):
            raise EvidenceError(f"{path.name}: its header names no column with ids: {' or '.join(ids[:2])}")
        if further is not None and not set(further[1]) & set(names):
            raise EvidenceError(f"{path.name}: {further[0]}")
        twice = next((name for name in names if name in read and names.count(name) > 1), None)
        if twice is not None:
            raise EvidenceError(f"{path.name}: its header names the column {twice[:40]!r} twice")
        for row in reader:
            place = f"line {reader.line_num}"
            if row and len(row) != len(names):
                raise EvidenceError(f"{path.name}: {place} has {len(row)} fields, and the header {len(names)}")
            if any(field.strip() for field in row):
                yield place, dict(zip(names, row, strict=True))
    except (csv.Error, StopIteration) as error:
        raise EvidenceError(f"{path.name}: this is no CSV: {error}") from error
