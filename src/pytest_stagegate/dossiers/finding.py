"""Finding the evidence of a decision by its digest."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.finding import PRODUCED, sha256_of
from pytest_stagegate.evidence.packing import from_zip
from pytest_stagegate.model.manifest import KEPT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pytest_stagegate.dossiers.contents import Request


class Finder:
    """Finds evidence by its digest: beside the decision, below the root, among what was handed over."""

    def __init__(self, request: Request) -> None:
        self._root = request.project.rootdir.resolve()
        self._beside = request.decision.parent
        kept = self._beside / KEPT
        self._more = tuple(sorted(_all_files((*request.evidence, *([kept] if kept.is_dir() else [])))))
        self._digest = lru_cache(maxsize=None)(sha256_of)

    def find(self, source: str, digest: str) -> Path | bytes:
        """Return the file; its content where it lies in a zip.

        Args:
            source: As the decision lists it.
            digest: Of its bytes.

        Raises:
            EvidenceError: When it is missing or has changed.
        """
        name = PurePosixPath(source).name
        usual = [self._beside / name, self._beside / PRODUCED / name, self._root / source]
        usual = [path for path in usual if path.resolve().is_relative_to(self._root) or path.parent == self._beside]
        for path in (*usual, *self._more):
            if self._digest(path) == digest:
                return path
        packed = from_zip(self._root, source)
        if packed is not None and hashlib.sha256(packed).hexdigest() == digest:
            return packed
        there = [path for path in usual if path.is_file()]
        what = "has changed since the decision" if there else "is missing"
        raise EvidenceError(f"{source} (sha256 {digest}) {what}.")


def _all_files(given: Iterable[Path]) -> Iterator[Path]:
    for path in given:
        if not path.exists():
            raise UsageError(f"--evidence: there is no {path.as_posix()!r}")
        yield from (each for each in path.rglob("*") if each.is_file()) if path.is_dir() else (path,)
