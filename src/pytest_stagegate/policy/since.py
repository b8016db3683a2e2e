"""The policy's word on the last release: the table ``[tool.stagegate.since]``."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.errors import nearest

if TYPE_CHECKING:
    from pytest_stagegate.policy.reading import Reader

_KEY: Final = "since"
_PATH: Final = (_KEY, "decision")
_OUTPUT: Final = ".stagegate"
_PLACES: Final = ("{stage}", "{environment}")
_BRACED: Final = re.compile(r"\{[^{}]*\}?|\}")


def since_rule(reader: Reader, table: dict[str, Any]) -> str | None:
    """Return where the decision of the last release lies; what is not in order is noted."""
    written = reader.table(table, (_KEY,))
    reader.no_other(written, (_KEY,), ("decision",))
    if _KEY in table and isinstance(table[_KEY], dict) and "decision" not in written:
        reader.mistake((_KEY,), 'names no decision: decision = "last-release/decision.json"')
    named = reader.text_of(written, _PATH) or None
    if named is None:
        return None
    path = PurePosixPath(named)
    if path.is_absolute() or ".." in path.parts or not path.parts or "\\" in named or ":" in path.parts[0]:
        reader.mistake(_PATH, f"has to name a file or folder below the root, not {named!r}")
    elif path.parts[0] == _OUTPUT:
        reader.mistake(_PATH, f"each run writes {_OUTPUT} anew; copy the decision to another folder")
    for part in _BRACED.findall(named):
        if part not in _PLACES:
            reader.mistake(_PATH, f"{part!r} stands for nothing; {nearest(part, _PLACES)}")
    return path.as_posix()
