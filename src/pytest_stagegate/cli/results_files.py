"""Writing results of manual tests, with copies of what people attached."""

from __future__ import annotations

import os
import re
import shutil
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.evidence.finding import sha256_of
from pytest_stagegate.evidence.readers.manual import SUFFIX
from pytest_stagegate.model.canonical import json_of
from pytest_stagegate.model.manual import SCHEMA, Attachment, ManualResult, ManualResults

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence
    from pathlib import Path

ATTACHMENTS: Final = "attachments"
"""The folder with attachments, beside the results."""

_NOT_IN_NAMES: Final = re.compile(r"[^\w.+-]+", re.ASCII)
_LONGEST: Final = 80


def new_file(folder: Path, now: dt.datetime, who: str) -> Path:
    """Make an empty file for results, and return it: its name is the instant and the person, and nobody else has it.

    Raises:
        OSError: When it can't be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{now:%Y%m%dT%H%M%SZ}-{_plain(who)}"
    names = (f"{stem}{f'-{number}' if number else ''}{SUFFIX}" for number in range(1_000_000))
    return next(path for name in names if _is_made(path := folder / name))


def _is_made(path: Path) -> bool:
    try:
        path.open("xb").close()
    except FileExistsError:
        return False
    return True


def write_results(path: Path, results: Sequence[ManualResult], attachments: Iterable[Path]) -> ManualResult:
    """Write results, the last of them with copies of what is attached to it; return that one.

    Raises:
        OSError: When a file can't be read or written; the file is gone then, if it held nothing yet.
    """
    try:
        kept = tuple(_kept(each, path.with_name(ATTACHMENTS)) for each in attachments)
        last = msgspec.structs.replace(results[-1], attachments=kept)
        producer = f"pytest-stagegate {version('pytest-stagegate')}"
        write_whole(path, json_of(ManualResults(schema=SCHEMA, producer=producer, results=(*results[:-1], last))))
    finally:
        if path.is_file() and not path.stat().st_size:
            path.unlink()
    return last


def _kept(path: Path, folder: Path) -> Attachment:
    """Copy a file into the folder under a name that tells its bytes apart from others'."""
    folder.mkdir(parents=True, exist_ok=True)
    unnamed = folder / f".{_plain(path.name)}.{os.getpid()}.tmp"
    shutil.copyfile(path, unnamed)
    digest = sha256_of(unnamed) or ""
    name = f"{digest[:12]}-{_plain(path.name)}"
    unnamed.replace(folder / name)
    return Attachment(name=name, sha256=digest)


def _plain(name: str) -> str:
    return _NOT_IN_NAMES.sub("_", name)[-_LONGEST:].lstrip(".-") or "_"
