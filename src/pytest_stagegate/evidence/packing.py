"""Packing: files as one zip whose bytes follow from their names and contents, and the careful way back.

The canonical form: members sorted by name, stored, dated 1980-01-01, mode 0644; no comment, no extra field, no entry of
a folder. Whoever packs the same files gets the same bytes, so that one digest stands for all of them. Format:
https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import unicodedata
import zipfile
import zlib
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, Final

from pytest_stagegate.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAGIC: Final = b"PK\x03\x04"
LARGEST: Final = 4 << 30
"""Bytes that all members may have together, unpacked."""

MOST: Final = 20_000
"""Members that an archive may have."""

_LONGEST: Final = 1024
_DATE: Final = (1980, 1, 1, 0, 0, 0)
_MODE: Final = (stat.S_IFREG | 0o644) << 16
_UNIX: Final = 3
_BLOCK: Final = 1 << 20
_READ: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def write_zip(path: Path, files: Mapping[str, bytes | Path]) -> None:
    """Pack files into the canonical zip; a reader sees the old file or the new one, never a part.

    Args:
        path: The zip.
        files: Content, or where it lies, by the name in the zip: relative, with ``/``.

    Raises:
        OSError: When a file can't be read or written; the temporary file is gone then.
        EvidenceError: When a name is not one that `read_zip` takes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
            for name in sorted(files):
                safe_name(name)
                _write(archive, name, files[name])
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _write(archive: zipfile.ZipFile, name: str, content: bytes | Path) -> None:
    member = zipfile.ZipInfo(name, _DATE)
    member.create_system = _UNIX
    member.external_attr = _MODE
    if isinstance(content, bytes):
        archive.writestr(member, content)
        return
    with content.open("rb") as source:
        member.file_size = os.fstat(source.fileno()).st_size
        with archive.open(member, "w") as target:
            shutil.copyfileobj(source, target, _BLOCK)


def read_zip(path: Path, into: Path) -> tuple[str, ...]:
    """Unpack a zip, canonical or not, into a folder that is empty.

    Returns:
        The members' names, sorted.

    Raises:
        EvidenceError: When it is no zip, is damaged or too large, or a member could lie outside the folder, is a link,
            or stands twice. What was unpacked until then is of no use.
    """
    try:
        with closing(zipfile.ZipFile(path)) as archive:
            members = archive.infolist()
            _refuse(members)
            left = LARGEST
            for member in members:
                left -= _unpack(archive, member, into, left)
    except EvidenceError as error:
        raise EvidenceError(f"{path.name}: {error.message}") from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError) as error:
        raise EvidenceError(f"{path.name}: this zip is damaged: {error}") from error
    except OSError as error:
        raise EvidenceError(f"{path.name}: it can't be unpacked: {error.strerror or error}") from error
    return tuple(sorted(member.filename for member in members))


def from_zip(root: Path, source: str) -> bytes | None:
    """Return what lies in a zip below a root under a name such as ``last/dossier.zip/decision.json``; None for nothing.

    Args:
        root: The root.
        source: The path of the zip, and behind it the member's name.

    Raises:
        EvidenceError: When it is no zip that can be read.
    """
    for parent in PurePosixPath(source).parents:
        if parent.parts and (path := root / parent).is_file():
            with tempfile.TemporaryDirectory(prefix="stagegate-") as scratch:
                read_zip(path, Path(scratch))
                member = Path(scratch, PurePosixPath(source).relative_to(parent))
                return member.read_bytes() if member.is_file() else None
    return None


def is_canonical(path: Path, folder: Path, names: tuple[str, ...], scratch: Path) -> bool:
    """Return whether a zip is, byte for byte, what `write_zip` makes of what was unpacked from it.

    Args:
        path: The zip.
        folder: Where it was unpacked.
        names: Its members.
        scratch: A file that may be written, and is gone afterwards.
    """
    try:
        write_zip(scratch, {name: folder / name for name in names})
        with path.open("rb") as one, scratch.open("rb") as other:
            return _same(one, other)
    finally:
        scratch.unlink(missing_ok=True)


def _same(one: BinaryIO, other: BinaryIO) -> bool:
    while block := one.read(_BLOCK):
        if block != other.read(_BLOCK):
            return False
    return not other.read(1)


def safe_name(name: str) -> None:
    """Refuse a name that could lie outside the folder that it is relative to, or that not every system can have.

    Raises:
        EvidenceError: With the name.
    """
    parts = PurePosixPath(name).parts
    plain = bool(parts) and "/".join(parts) == name and not name.startswith("/") and not {"..", "."} & set(parts)
    control = any(unicodedata.category(char) in ("Cc", "Cs") for char in name)
    if not plain or control or "\\" in name or ":" in parts[0] or len(name) > _LONGEST:
        raise EvidenceError(f"{name[:100]!r} is no name of a file below the folder")


def _refuse(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST:
        raise EvidenceError(f"it has {len(members)} members, and {MOST} is the most that is read")
    seen: set[str] = set()
    for member in members:
        safe_name(member.orig_filename)
        safe_name(member.filename)
        if member.filename in seen:
            raise EvidenceError(f"{member.filename!r} stands in it twice")
        seen.add(member.filename)
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise EvidenceError(f"{member.filename!r} is a link or no plain file")
        if member.compress_type not in _READ:
            raise EvidenceError(f"{member.filename!r} is compressed in a way that is not read")


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, into: Path, left: int) -> int:
    target = into / member.filename
    target.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with archive.open(member) as source, target.open("xb") as file:
        while block := source.read(_BLOCK):
            size += len(block)
            if size > left:
                raise EvidenceError(f"unpacked it is larger than {LARGEST >> 30} GiB")
            file.write(block)
    return size
