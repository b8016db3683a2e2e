"""Writing a dossier: until all of it is whole nothing old is touched."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.finding import sha256_of
from pytest_stagegate.evidence.packing import write_zip
from pytest_stagegate.model.manifest import SUMS, sums_of

if TYPE_CHECKING:
    from pytest_stagegate.dossiers.contents import Dossier


def write_dossier(dossier: Dossier, out: Path) -> tuple[Path, Path]:
    """Write the folder, the zip beside it and the zip's digest; until all is whole nothing old is touched.

    Returns:
        The zip, and the file with its digest.

    Raises:
        UsageError: When something that is no dossier stands where one is to be written.
        EvidenceError: When evidence has changed in the meantime.
        OSError: When a file can't be written.
    """
    target = out.parent / f"{dossier.stem}.dossier.zip"
    sums = target.with_name(f"{target.name}.sha256")
    _refuse_others(out, target)
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".dossier-", dir=out.parent))
    try:
        names = _fill(staging / "new", dossier)
        write_zip(staging / target.name, {name: staging / "new" / name for name in names})
        line = f"{sha256_of(staging / target.name)}  {target.name}\n"
        (staging / sums.name).write_bytes(line.encode())
        if out.exists():
            os.rename(out, staging / "old")
        os.rename(staging / "new", out)
        os.replace(staging / target.name, target)
        os.replace(staging / sums.name, sums)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return target, sums


def _fill(folder: Path, dossier: Dossier) -> list[str]:
    digests = {}
    for name, content in sorted(dossier.files.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            shutil.copyfile(content, path)
        digests[name] = sha256_of(path) or ""
        if dossier.digests.get(name, digests[name]) != digests[name]:
            raise EvidenceError(f"{name} has changed while it was copied.")
    (folder / SUMS).write_bytes(sums_of(digests))
    return [*digests, SUMS]


def _refuse_others(out: Path, target: Path) -> None:
    """Refuse to replace what is no dossier."""
    if out.exists() and not (out.is_dir() and _is_dossier(out)):
        raise UsageError(f"--out: {out.name!r} is there and is no dossier; name another folder")
    if target.exists():
        names = zipfile.ZipFile(target).namelist() if zipfile.is_zipfile(target) else []
        if not {"decision.json", SUMS} <= set(names):
            raise UsageError(f"{target.name!r} is there and is no dossier; take it away, or name another folder: --out")


def _is_dossier(folder: Path) -> bool:
    """Return whether a folder is empty, or holds a list of digests and nothing that is not on it."""
    files = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    there = {path.relative_to(folder).as_posix() for path in files}
    if not there:
        return not any(folder.iterdir())
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return False
    return "decision.json" in there and there - {SUMS} <= {line.partition("  ")[2] for line in lines}
