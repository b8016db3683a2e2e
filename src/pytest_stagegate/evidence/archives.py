"""Archives of anybody's, looked through without unpacking them: bounded in members, in size and in memory."""

from __future__ import annotations

import gzip
import hashlib
import tarfile
import zipfile
import zlib
from contextlib import closing, contextmanager
from typing import IO, TYPE_CHECKING, Any, Final, cast

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.packing import LARGEST
from pytest_stagegate.model.texts import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST: Final = 100_000
"""Members that an archive may have to be looked at."""

_BLOCK: Final = 1 << 20
_AT_ONCE: Final = 64 << 20
"""Bytes that may be asked for at once: a header can claim any size."""

_SHOWN: Final = 20
_LONGEST: Final = 200


DAMAGES: Final = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    LookupError,
    OverflowError,
)
"""What the standard library raises for an archive that is none, or not whole."""


class _Bounded:
    """A stream of which only so much is read, and never too much at once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _AT_ONCE:
            raise EvidenceError(f"a part of it claims more than {_AT_ONCE >> 20} MiB")
        self._refuse(self._file.tell() + size)
        return self._file.read(size)

    def seek(self, place: int, whence: int = 0) -> int:
        self._refuse(place)
        return self._file.seek(place, whence)

    def tell(self) -> int:
        return self._file.tell()

    def drain(self) -> None:
        """Read to the end, where the checksum stands."""
        while self.read(_BLOCK):
            pass

    @staticmethod
    def _refuse(place: int) -> None:
        _refuse_larger(place)


def _refuse_larger(size: int) -> None:
    if size > LARGEST:
        raise EvidenceError(f"unpacked it is larger than {LARGEST >> 30} GiB, up to which it is looked at")


@contextmanager
def opened_tar(path: Path) -> Iterator[tarfile.TarFile]:
    """Open a ``.tar.gz``, and read it to its end when it is left.

    Raises:
        EvidenceError: When it is too large.
        OSError: When it can't be read, or its checksum does not hold.
        tarfile.TarError: When it is no such archive.
    """
    with gzip.open(path, "rb") as packed:
        stream = _Bounded(cast("IO[bytes]", packed))
        with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r:") as archive:
            yield archive
        stream.drain()


def members_of_tar(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield the members of an archive.

    Raises:
        EvidenceError: When there are too many, or they are too large: one with holes can claim any size.
    """
    size = 0
    for number, member in enumerate(archive):
        if number >= MOST:
            raise EvidenceError(f"it has more than {MOST} members, which is the most that is looked at")
        size += max(member.size, 0)
        _refuse_larger(size)
        yield member


def differences(one: Path, other: Path) -> tuple[str, ...]:
    """Return where two archives of one name differ, member by member; of files that are no archives that they do."""
    try:
        here, there = _members(one), _members(other)
    except (EvidenceError, *DAMAGES):
        here, there = {}, {}
    if not here or not there:
        return ("the bytes differ",)
    found = [
        text
        for name in dict.fromkeys((*here, *there))
        if (text := _difference(shortened(name, _LONGEST), here.get(name), there.get(name)))
    ]
    more = [f"… and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    if list(here) != list(there) and not found:
        return ("the order of the members differs",)
    return (*found[:_SHOWN], *more) or ("the members are the same; the archive around them differs",)


_Member = dict[str, Any]


def _difference(name: str, here: _Member | None, there: _Member | None) -> str:
    if here is None or there is None:
        return f"{name}: only in the {'second' if here is None else 'first'} build"
    keys = [key for key in here if here[key] != there.get(key)]
    return f"{name}: its {' and '.join(keys)} differ{'s' if len(keys) == 1 else ''}" if keys else ""


def _members(path: Path) -> dict[str, _Member]:
    if path.name.endswith(".tar.gz"):
        return _of_tar(path)
    return _of_zip(path) if zipfile.is_zipfile(path) else {}


def _of_zip(path: Path) -> dict[str, _Member]:
    with closing(zipfile.ZipFile(path)) as archive:
        return {
            each.filename: {"content": (each.CRC, each.file_size), "time": each.date_time, "mode": each.external_attr}
            for each in archive.infolist()
        }


def _of_tar(path: Path) -> dict[str, _Member]:
    found: dict[str, _Member] = {}
    with opened_tar(path) as archive:
        for member in members_of_tar(archive):
            digest = hashlib.sha256()
            file = archive.extractfile(member) if member.isreg() else None
            while file is not None and (block := file.read(_BLOCK)):
                digest.update(block)
            found[member.name] = {
                "content": (digest.digest(), member.size, member.linkname),
                "time": member.mtime,
                "mode": (member.mode, member.type),
                "owner": (member.uid, member.gid, member.uname, member.gname),
            }
    return found
