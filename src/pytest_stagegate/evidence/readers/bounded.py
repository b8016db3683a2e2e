"""Reading a file whole, up to a limit."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError

if TYPE_CHECKING:
    from pathlib import Path


_ENCODINGS: Final = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def encoding_of(content: bytes) -> str:
    """Return the encoding that a byte order mark states; UTF-8 without one."""
    return next((name for mark, name in _ENCODINGS.items() if content.startswith(mark)), "utf-8")


def read_bounded(path: Path, limit: int, too_large: str) -> bytes:
    """Return the bytes of a file.

    Args:
        path: The file.
        limit: How many bytes it may have.
        too_large: What to say of one that has more.

    Raises:
        EvidenceError: When the file can't be read, is empty or too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise EvidenceError(f"{path.name}: can't be read: {error.strerror}") from error
    if not content:
        raise EvidenceError(f"{path.name}: the file is empty", code="empty")
    if len(content) > limit:
        raise EvidenceError(f"{path.name}: {too_large}")
    return content
