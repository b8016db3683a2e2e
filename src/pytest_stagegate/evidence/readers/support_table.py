"""A project's own table of support end dates: TOML with ``made`` and an entry of ``[[product]]`` for each line."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.errors import EvidenceError, nearest
from pytest_stagegate.evidence.readers.json_documents import text_of
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.support import Cycle, SupportData, product_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from pathlib import Path

_WHAT: Final = "table of support end dates"
_KEYS: Final = ("name", "cycle", "end")


def read(path: Path, _root: Path) -> Contents:
    """Read a table.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and entry, when it is none.
    """
    try:
        whole = tomllib.loads(text_of(path, _WHAT).replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise EvidenceError(f"{path.name}: this is no TOML: {error}") from error
    made, products = whole.get("made"), whole.get("product")
    if type(made) is not dt.date:
        raise EvidenceError(f"{path.name}: made has to be the day on which it was made, for example 2026-11-01")
    if not isinstance(products, list) or not all(isinstance(each, dict) for each in products):
        raise EvidenceError(f"{path.name}: [[product]] has to be a list of tables")
    odd = next((key for key in whole if key not in ("made", "product")), None)
    if odd is not None:
        raise EvidenceError(f"{path.name}: unknown key {odd[:40]!r}; {nearest(odd, ('made', 'product'))}")
    cycles = tuple(_cycle(each, f"{path.name}: product {number}") for number, each in enumerate(products, start=1))
    return Contents(support=SupportData(cycles=cycles, made=made))


def _cycle(entry: dict[str, Any], place: str) -> Cycle:
    odd = next((key for key in entry if key not in _KEYS), None)
    if odd is not None:
        raise EvidenceError(f"{place}: unknown key {odd[:40]!r}; {nearest(odd, _KEYS)}")
    for key in ("name", "cycle"):
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise EvidenceError(f"{place}: {key} has to be a text")
    name, cycle, end = product_name(entry["name"]), entry["cycle"].strip(), entry.get("end")
    if isinstance(end, bool):
        return Cycle(name, cycle, ended=end)
    if type(end) is not dt.date:
        raise EvidenceError(f"{place}: end has to be a day, true (it has ended) or false (there is none)")
    return Cycle(name, cycle, end=end)
