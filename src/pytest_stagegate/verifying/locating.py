"""Finding the evidence of a recorded decision again: by digest, wherever it lies now."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.attaching import SUFFIX
from pytest_stagegate.evidence.finding import sha256_of
from pytest_stagegate.evidence.packing import safe_name
from pytest_stagegate.model.sign_offs import SIGNATURE
from pytest_stagegate.model.since import KIND as SINCE
from pytest_stagegate.model.verification import Answer, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_stagegate.model.decision import Decision

_FOLDERS: Final = (".", "evidence", "baseline", "chain", "sign-offs", "since")
_NUMBER: Final = re.compile(r"\d+-")


class Located(msgspec.Struct):
    """Where the evidence of a decision lies now.

    Attributes:
        by_digest: Every file that was found, by its SHA-256.
        names: Names of all files that were looked at.
        findings: What became of each piece of evidence.
    """

    by_digest: dict[str, Path] = msgspec.field(default_factory=dict)
    names: set[str] = msgspec.field(default_factory=set)
    findings: list[Finding] = msgspec.field(default_factory=list)

    def path(self, digest: str | None) -> Path | None:
        """Return the file with a digest; None where there is none."""
        return self.by_digest.get(digest) if digest is not None else None


def located(recorded: Decision, folder: Path, root: Path, given: Iterable[Path]) -> Located:
    """Look for the files of a decision's list of evidence, and the signatures beside its sign-offs.

    Args:
        recorded: The decision.
        folder: The folder of the decision.
        root: The project's root, below which each is looked for at its own place.
        given: Further files and folders in which they may be.

    Raises:
        UsageError: When one of the further files does not exist.
    """
    stated = tuple(stated_in(recorded))
    whole = Located()
    for path in (*_beside(folder), *_given(given), *_places((name for name, _ in stated), root)):
        whole.names.add(path.name)
        if (digest := sha256_of(path)) is not None:
            whole.by_digest.setdefault(digest, path)
    last = {each.sha256 for each in recorded.evidence if each.kind == SINCE}
    whole.findings += (_finding(name, digest, whole, named=digest not in last) for name, digest in stated)
    return whole


def stated_in(recorded: Decision) -> Iterator[tuple[str, str]]:
    """Yield each file with the digest that the decision states."""
    listed = [
        pair
        for each in recorded.evidence
        for pair in ((each.source, each.sha256), (each.source + SUFFIX, each.attachment))
    ]
    signed = [(row.source + SIGNATURE, row.signature_sha256) for row in recorded.sign_offs]
    yield from ((name, digest) for name, digest in (*listed, *signed) if digest is not None)


def _finding(name: str, digest: str, whole: Located, *, named: bool) -> Finding:
    """Return what became of a file.

    Args:
        name: Its name.
        digest: The digest that the decision states.
        whole: What was found.
        named: Whether a file of its name has to be it: that of a last release has the name of each decision.
    """
    if digest in whole.by_digest:
        answer, text = Answer.IDENTICAL, ""
    elif named and _known(Path(name).name, whole.names):
        answer, text = Answer.DIFFERENT, "the file of this name has another digest than the decision states"
    else:
        answer, text = Answer.UNTOLD, "it is not here; name it with --evidence"
    return Finding(part="evidence", name=name, answer=answer, text=text)


def _known(name: str, names: set[str]) -> bool:
    """Return whether a file has a name; in a dossier one that was taken twice is numbered."""
    return name in names or any(_NUMBER.sub("", each, count=1) == name for each in names)


def _beside(folder: Path) -> Iterator[Path]:
    for inner in _FOLDERS:
        place = folder / inner
        # A link could lead to anywhere; an evidence file is a file.
        names = sorted(os.listdir(place)) if place.is_dir() and not place.is_symlink() else []
        yield from (place / name for name in names if (place / name).is_file() and not (place / name).is_symlink())


def _given(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.exists():
            raise UsageError(f"--evidence: there is no {path}")
        if path.is_file():
            yield path
        for place, _, names in os.walk(path):
            yield from (Path(place, name) for name in sorted(names) if Path(place, name).is_file())


def _places(names: Iterable[str], root: Path) -> Iterator[Path]:
    for name in names:
        try:
            safe_name(name)
        except EvidenceError:
            continue
        if (root / name).is_file():
            yield root / name
