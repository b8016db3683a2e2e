"""Texts as TOML writes them, so that they are read as they were, and nothing in them is read as TOML."""

from __future__ import annotations

import json
import re
from typing import Final

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_DELETE: Final = "\x7f"


def toml_string(text: str) -> str:
    """Return a text as a basic string on one line; half of a surrogate pair, which no file can hold, is replaced."""
    # JSON escapes what TOML does, but for one control character.
    whole = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    return json.dumps(whole, ensure_ascii=False).replace(_DELETE, "\\u007f")
