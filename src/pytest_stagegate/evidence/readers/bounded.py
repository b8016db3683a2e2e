"""Reading a file whole, up to a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.errors import EvidenceError

if TYPE_CHECKING:
    from pathlib import Path


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
