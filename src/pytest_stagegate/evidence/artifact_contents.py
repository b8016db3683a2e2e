"""What a wheel or a source distribution says of itself; nothing is unpacked, and no more is read than is bounded.

Formats: https://packaging.python.org/specifications/binary-distribution-format/,
https://packaging.python.org/specifications/source-distribution-format/ and
https://packaging.python.org/specifications/core-metadata/
"""

from __future__ import annotations

import re
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING, Final, NamedTuple

from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.archives import DAMAGES, MOST, members_of_tar, opened_tar
from pytest_stagegate.evidence.packing import LARGEST
from pytest_stagegate.model.texts import first_line, shortened
from pytest_stagegate.model.versions import version_from

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_WHEEL: Final = ".whl"
_SDIST: Final = ".tar.gz"
_LONGEST: Final = 200
_LARGEST_METADATA: Final = 4 << 20
"""Bytes that the metadata may have; the readme of the project stands in them."""

_BLOCK: Final = 1 << 20
_READ: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What every installer reads; others can ask for any amount of memory."""

_OF_WHEEL: Final = re.compile(r"[^/]+\.dist-info/METADATA")
_OF_SDIST: Final = re.compile(r"[^/]+/PKG-INFO")
_NO_METADATA: Final = "it has no metadata"


class Described(NamedTuple):
    """What an artifact is.

    Attributes:
        kind: ``wheel``, ``sdist`` or ``other``.
        project: Name that its metadata state; may be empty.
        version: Version that they state; likewise.
        problem: Why it can't be read, or what contradicts what; empty where nothing is wrong.
    """

    kind: str
    project: str = ""
    version: str = ""
    problem: str = ""


def described(path: Path, project: str | None) -> Described:
    """Return what an artifact is and what its metadata say.

    A ``.tar.gz`` is a source distribution where it holds ``PKG-INFO``, or where its name is that of the project's own.

    Args:
        path: The file.
        project: The name that the project declares, or None.
    """
    if path.name.endswith(_WHEEL):
        return _described("wheel", path)
    if not path.name.endswith(_SDIST):
        return Described("other")
    found = _described("sdist", path)
    if found.project or (project is not None and _is_named_after(path.name, project)):
        return found
    return Described("other", problem="" if found.problem.startswith(_NO_METADATA) else found.problem)


def _is_named_after(name: str, project: str) -> bool:
    stem = name.removesuffix(_SDIST)
    return any(
        canonicalize_name(stem[: place.start()]) == canonicalize_name(project) for place in re.finditer("-", stem)
    )


def _described(kind: str, path: Path) -> Described:
    try:
        metadata = _metadata_of_wheel(path) if kind == "wheel" else _metadata_of_sdist(path)
        project, version = _stated(metadata)
    except EvidenceError as error:
        return Described(kind, problem=error.message)
    except DAMAGES as error:
        said = shortened(first_line(getattr(error, "strerror", None) or str(error)), _LONGEST)
        return Described(kind, problem=f"it is damaged: {said or type(error).__name__}")
    return Described(kind, project, version, _contradiction(kind, path.name, project, version))


# ---- archives


def _metadata_of_wheel(path: Path) -> bytes:
    """Return the metadata of a wheel, all of whose members have been read once: their checksums hold."""
    with closing(zipfile.ZipFile(path)) as archive:
        members = archive.infolist()
        _refuse([member.filename for member in members], sum(member.file_size for member in members))
        if any(member.compress_type not in _READ for member in members):
            raise EvidenceError("it is compressed in a way that is not read")
        found = _only(_OF_WHEEL, [member.filename for member in members], "*.dist-info/METADATA")
        _refuse_size(archive.getinfo(found).file_size)
        for member in members:
            with archive.open(member) as file:
                while file.read(_BLOCK):
                    pass
        return archive.read(found)


def _metadata_of_sdist(path: Path) -> bytes:
    """Return the metadata of a source distribution, which has been read to its end: its checksum holds."""
    names: list[str] = []
    texts: list[tuple[str, bytes]] = []
    with opened_tar(path) as archive:
        for member in members_of_tar(archive):
            names.append(member.name)
            if _OF_SDIST.fullmatch(member.name) and member.isreg():
                _refuse_size(member.size)
                file = archive.extractfile(member)
                texts.append((member.name, file.read(_LARGEST_METADATA) if file is not None else b""))
    _refuse(names, 0)
    return dict(texts)[_only(_OF_SDIST, [name for name, _ in texts], "*/PKG-INFO")]


def _refuse(names: list[str], size: int) -> None:
    if len(names) > MOST:
        raise EvidenceError(f"it has {len(names)} members, and {MOST} is the most that is looked at")
    if size > LARGEST:
        raise EvidenceError(f"unpacked it is larger than {LARGEST >> 30} GiB, up to which it is looked at")
    outside = next((name for name in names if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name)), None)
    if outside is not None:
        raise EvidenceError(f"its member {shortened(outside, _LONGEST)!r} would lie outside of the folder")


def _refuse_size(size: int) -> None:
    if size > _LARGEST_METADATA:
        raise EvidenceError(f"its metadata are larger than {_LARGEST_METADATA >> 20} MiB")


def _only(pattern: re.Pattern[str], names: Iterable[str], what: str) -> str:
    found = [name for name in names if pattern.fullmatch(name)]
    if not found:
        raise EvidenceError(f"{_NO_METADATA}: no {what}")
    if len(found) > 1:
        raise EvidenceError(f"it has several metadata: {', '.join(shortened(each, _LONGEST) for each in found[:3])}")
    return found[0]


# ---- what is stated


def _stated(metadata: bytes) -> tuple[str, str]:
    """Return name and version of core metadata.

    Raises:
        EvidenceError: When one of them is missing, or stands there twice.
    """
    # Rare, and the package is large.
    from email.parser import BytesHeaderParser

    headers = BytesHeaderParser().parsebytes(metadata)
    said = []
    for key in ("Name", "Version"):
        values = [str(value) for value in headers.get_all(key) or ()]
        if len(values) != 1 or not values[0].strip():
            raise EvidenceError(f"its metadata state {'no' if not values else 'more than one'} {key}")
        said.append(shortened(first_line(values[0]), _LONGEST))
    return said[0], said[1]


def _contradiction(kind: str, name: str, project: str, version: str) -> str:
    """Return what of a file's name is not what its metadata say; empty where they agree."""
    stated = version_from(version)
    if stated is None:
        return f"its metadata state {version!r}, which is no version"
    try:
        named, number = parse_wheel_filename(name)[:2] if kind == "wheel" else parse_sdist_filename(name)
    except ValueError:
        return f"its file name is not that of a {kind}"
    if (named, number) != (canonicalize_name(project), stated):
        return f"its file name says {named} {number}, and its metadata {project} {version}"
    return ""
