"""Opening what is to be verified: a decision.json, an output folder, a dossier as a folder or as a zip."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.rendering import EVIDENCE_FILES, FILES
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.finding import PRODUCED, sha256_of
from pytest_stagegate.evidence.packing import MAGIC, is_canonical, read_zip, safe_name
from pytest_stagegate.evidence.readers.bounded import read_bounded
from pytest_stagegate.model.manifest import SUMS, sums_of
from pytest_stagegate.model.verification import Answer, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

_LARGEST_LIST: Final = 64 << 20
_LINE: Final = re.compile(r"([0-9a-f]{64})  (.+)")


class Opened(msgspec.Struct, frozen=True):
    """What there is to verify.

    Attributes:
        folder: The folder with everything.
        decision: Its decision.
        archive: The zip that it was unpacked from, or None.
        findings: What the list of digests and the form of the zip came to.
    """

    folder: Path
    decision: Path
    archive: Path | None
    findings: tuple[Finding, ...]


def opened(path: Path, scratch: Path) -> Opened:
    """Open what is to be verified, and hold it against its own list of digests.

    Args:
        path: As it was asked for.
        scratch: An empty folder, for what a zip holds.

    Raises:
        UsageError: When there is nothing to verify.
    """
    name = FILES["json"]
    if path.is_dir():
        if not (path / name).is_file() and not (path / SUMS).is_file():
            raise UsageError(f"{path}: there is no {name} in this folder")
        return Opened(path, path / name, None, tuple(_listed(path)))
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file or folder")
    if path.suffix == ".zip" or _begins(path, MAGIC):
        return _unpacked(path, scratch)
    beside = path.name == name and (path.parent / SUMS).is_file()
    return Opened(path.parent, path, None, tuple(_listed(path.parent)) if beside else ())


def _begins(path: Path, magic: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(magic)) == magic
    except OSError as error:
        raise UsageError(f"{path}: it can't be read: {error.strerror}") from error


def _unpacked(path: Path, scratch: Path) -> Opened:
    folder = scratch / "dossier"
    folder.mkdir()
    try:
        names = read_zip(path, folder)
        canonical = is_canonical(path, folder, names, scratch / "packed.zip")
    except EvidenceError as error:
        found: tuple[Finding, ...] = (_different(path.name, error.message.removeprefix(f"{path.name}: ")),)
    else:
        text = "its bytes are not those that packing its own contents gives: it is not in the canonical form"
        told = _identical(path.name, "its bytes are those that packing its contents gives")
        found = (told if canonical else _different(path.name, text), *_listed(folder))
    return Opened(folder, folder / FILES["json"], path, found)


def _listed(folder: Path) -> Iterator[Finding]:
    """Compare every file of a folder with its list of digests."""
    try:
        stated = _stated(read_bounded(folder / SUMS, _LARGEST_LIST, "the list is too large"))
    except EvidenceError as error:
        yield _different(SUMS, error.message.removeprefix(f"{SUMS}: "))
        return
    wrong = [
        _different(name, "it is on the list, and not here" if found is None else "its digest is not that of the list")
        for name, digest in stated.items()
        if (found := _digest(folder, name)) != digest
    ]
    extra = sorted(set(_files(folder)) - set(stated) - {SUMS}) if is_dossier(stated) else []
    wrong += [_different(name, "it is here, and not on the list") for name in extra]
    if not wrong:
        count = "1 file" if len(stated) == 1 else f"{len(stated)} files"
        yield _identical(SUMS, f"{count}, each with the digest of the list")
    yield from wrong


def _stated(content: bytes) -> dict[str, str]:
    """Return the digests of a list by name.

    Raises:
        EvidenceError: When it is not, byte for byte, as it is written.
    """
    try:
        lines = [_LINE.fullmatch(line) for line in content.decode().split("\n")[:-1]]
    except UnicodeDecodeError as error:
        raise EvidenceError("it is no UTF-8") from error
    stated = {match[2]: match[1] for match in lines if match is not None}
    for name in stated:
        safe_name(name)
    if sums_of(stated) != content:
        raise EvidenceError("it is not in the form in which it is written: a line a file, sorted, each file once")
    return stated


def is_dossier(names: dict[str, str]) -> bool:
    """Return whether a list is that of a dossier, which is whole; in an output folder may lie other files.

    The documents of a run lie in its folder itself, whatever they are called; below it lies only what producers made.
    """
    below = [name for name in names if "/" in name]
    produced = all(name.startswith(f"{PRODUCED}/") for name in below)
    return not produced or bool(below and EVIDENCE_FILES[0] not in names)


def _digest(folder: Path, name: str) -> str | None:
    """Return the digest of a plain file; a link is none, wherever it leads."""
    path = folder / name
    return None if path.is_symlink() or not path.is_file() else sha256_of(path)


def _files(folder: Path) -> Iterator[str]:
    for place, inner, names in os.walk(folder):
        links = [name for name in inner if os.path.islink(os.path.join(place, name))]
        yield from (Path(place, name).relative_to(folder).as_posix() for name in (*names, *links))


def _different(name: str, text: str) -> Finding:
    return Finding(part="digests", name=name, answer=Answer.DIFFERENT, text=text)


def _identical(name: str, text: str) -> Finding:
    return Finding(part="digests", name=name, answer=Answer.IDENTICAL, text=text)
