"""Where a key stands in a TOML file: the standard reader gives values, people need line numbers."""

from __future__ import annotations

import re
from typing import Final

_HEADER: Final = re.compile(r"\s*(?P<open>\[\[?)(?P<name>[^\[\]]+)\]\]?\s*(?:#.*)?")
_KEY: Final = re.compile(r"""\s*(?P<key>(?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")
_PART: Final = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*\.?""")


def line_of(text: str, path: tuple[str, ...]) -> int | None:
    """Return the line (from 1) on which a key stands, or the nearest of its parents.

    Args:
        text: The TOML file.
        path: Keys from the top; an entry of an array of tables is its index as text: ``("tag", "0", "path")``.
    """
    best: tuple[int, int] | None = None
    table: tuple[str, ...] = ()
    seen: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        here: tuple[str, ...]
        if match := _HEADER.fullmatch(line):
            table = _parts(match["name"])
            if match["open"] == "[[":
                seen[table] = seen.get(table, -1) + 1
                table = (*table, str(seen[table]))
            here = table
        elif match := _KEY.match(line):
            here = (*table, *_parts(match["key"]))
        else:
            continue
        if here == path[: len(here)] and (best is None or len(here) > best[0]):
            best = (len(here), number)
    return best[1] if best is not None else None


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(next(group for group in groups if group) for groups in _PART.findall(dotted) if any(groups))
