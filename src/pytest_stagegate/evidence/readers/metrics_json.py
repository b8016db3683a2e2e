"""Any JSON document: each number in it is a metric, named by its path.

JSON: https://www.rfc-editor.org/rfc/rfc8259. The path is written with dots, ``pages.0.load_ms``: an object's key, or an
item's index from 0. A key that is empty or holds a dot, a quote or a backslash stands as a JSON string:
``"page.load".p95``. No content tells this format, so it has to be named.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.metric_rows import LONGEST_NAME, Written, contents, document
from pytest_stagegate.model.metrics import Metric

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_stagegate.model.contents import Contents

LARGEST: Final = 8 << 20
"""Bytes that a document may have."""

_QUOTED: Final = frozenset('."\\')


def read(path: Path, _root: Path) -> Contents:
    """Read the numbers of a JSON document; texts, true, false and null are none.

    Args:
        path: The file, at most `LARGEST` bytes; UTF-8, or UTF-16 with a byte order mark.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and place, when it is no JSON, not whole, too large, or a number has no name.
    """
    found = document(path, LARGEST)
    if isinstance(found, Written):
        raise EvidenceError(f"{path.name}: the document is a single number, so that it has no name")
    return contents(path, _numbers(path, found))


def _numbers(path: Path, document: Any) -> Iterator[Metric]:
    """Yield the numbers; without recursion, because a document may be nested deeper than Python calls."""
    left: list[tuple[str, Any]] = [("", document)]
    while left:
        name, value = left.pop()
        if isinstance(value, Written):
            yield Metric(name=name, value=str(value))
        elif isinstance(value, (dict, list)):
            if len(name) > LONGEST_NAME:
                raise EvidenceError(f"{path.name}: {name[:60]}…: this path is longer than {LONGEST_NAME:,} characters")
            items = value.items() if isinstance(value, dict) else enumerate(value)
            left += [(_joined(name, key), item) for key, item in items if isinstance(item, (dict, list, Written))]


def _joined(name: str, key: str | int) -> str:
    step = str(key)
    if not step or not _QUOTED.isdisjoint(step):
        step = json.dumps(step, ensure_ascii=False)
    return f"{name}.{step}" if name else step
