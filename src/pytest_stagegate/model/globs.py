"""Path patterns as policies write them: ``**`` crosses folders, ``*`` and ``?`` do not."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKENS: Final = re.compile(r"\*\*/|\*\*|\*|\?|[^*?]+")
_MEANING: Final = {"**/": r"(?:[^/]+/)*", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}


@lru_cache(maxsize=256)
def matches(pattern: str) -> Callable[[str], bool]:
    """Return a test for paths relative to the root with ``/``.

    Args:
        pattern: A file, a folder (which stands for everything below it) or a glob.
    """
    pattern = pattern.removeprefix("./").rstrip("/")
    meaning = "".join(_MEANING.get(token) or re.escape(token) for token in _TOKENS.findall(pattern))
    compiled = re.compile(rf"{meaning}(?:/.*)?" if pattern not in ("", ".") else ".*", re.DOTALL)
    return lambda path: compiled.fullmatch(path) is not None
