"""Path patterns as policies write them: ``**`` crosses folders, ``*`` and ``?`` do not."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKENS: Final = re.compile(r"\*\*/|\*\*|\*|\?|[^*?]+")
_MEANING: Final = {"**/": r"(?:[^/]+/)*", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}

_BELOW_PATH: Final = r"(?:/.*)?"
# Below a node id stand files, classes and tests, parameters, and what tells tests of one id apart.
_BELOW_ID: Final = r"(?:(?:/|::|\[| \().*)?"


def matches(pattern: str) -> Callable[[str], bool]:
    """Return a test for paths relative to the root with ``/``.

    Args:
        pattern: A file, a folder (which stands for everything below it) or a glob.
    """
    return _test(pattern, _BELOW_PATH)


def selects(pattern: str) -> Callable[[str], bool]:
    """Return a test for node ids; brackets stand for themselves.

    Args:
        pattern: A node id (a test without its parameters stands for all of them), a class, a file, a folder or a glob.
    """
    return _test(pattern, _BELOW_ID)


@lru_cache(maxsize=256)
def _test(pattern: str, below: str) -> Callable[[str], bool]:
    pattern = pattern.removeprefix("./").rstrip("/")
    meaning = "".join(_MEANING.get(token) or re.escape(token) for token in _TOKENS.findall(pattern))
    compiled = re.compile(f"{meaning}{below}" if pattern not in ("", ".") else ".*", re.DOTALL)
    return lambda path: compiled.fullmatch(path) is not None


def is_about(subject: str, name: str) -> bool:
    """Return whether a name is the subject, or a glob of files, or a test of such a file."""
    if not name:
        return False
    return subject == name or (selects(subject) if "::" in name else matches(subject))(name)
