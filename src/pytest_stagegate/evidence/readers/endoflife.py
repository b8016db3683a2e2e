"""Products of endoflife.date, as its API gives them: version 1 (``result.releases``), and the lists of version 0."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.incident_rows import object_of, objects_of, text_of
from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.evidence.readers.tool_times import instant
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.support import Cycle, SupportData, product_name

if TYPE_CHECKING:
    from pathlib import Path

_WHAT: Final = "product of endoflife.date"


def read(path: Path, _root: Path) -> Contents:
    """Read a product; a list of version 0 is named by its file and does not say when it was made.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and place, when it is none.
    """
    whole: Any = document(path, Any, _WHAT)
    name, listed, made = path.stem, whole, None
    if not isinstance(whole, list):
        result = object_of(object_of(whole).get("result"))
        name, listed = text_of(result.get("name")), result.get("releases")
        made = instant(text_of(object_of(whole).get("generated_at") or object_of(whole).get("last_modified")))
    if not name:
        raise EvidenceError(f"{path.name}: this is no {_WHAT}: it names none")
    rows = objects_of(listed, f"{path.name}: releases")
    cycles = tuple(_cycle(product_name(name), each, f"{path.name}: release {n}") for n, each in enumerate(rows, 1))
    table = SupportData(cycles=cycles, made=made.date() if made is not None else None)
    return Contents(support=table, producer="endoflife.date")


def _cycle(product: str, release: dict[str, Any], place: str) -> Cycle:
    cycle = text_of(release.get("name") or release.get("cycle"))
    if not cycle:
        raise EvidenceError(f"{place} names no cycle")
    end = release["eolFrom"] if release.get("eolFrom") is not None else release.get("eol", release.get("isEol"))
    if isinstance(end, bool):
        return Cycle(product, cycle, ended=end)
    try:
        return Cycle(product, cycle, end=dt.date.fromisoformat(text_of(end)))
    except ValueError:
        raise EvidenceError(f"{place}: {text_of(end)[:40]!r} is no day on which its support ends") from None
