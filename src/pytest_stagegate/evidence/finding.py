"""Finding: from the words on a command line and in records to the files that are evidence, each of them once."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from pytest_stagegate.errors import EvidenceError, UsageError, nearest
from pytest_stagegate.evidence.attaching import SUFFIX, read_attachment
from pytest_stagegate.evidence.readers.deployment import SUFFIX as DEPLOYED
from pytest_stagegate.evidence.readers.environment import SUFFIX as LOOKED_AT
from pytest_stagegate.evidence.readers.manual import SUFFIX as RESULTS
from pytest_stagegate.evidence.readers.sign_off import is_sign_off
from pytest_stagegate.model.decision import Handed
from pytest_stagegate.model.sources import FORMATS, FORMATS_LISTED
from pytest_stagegate.model.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_stagegate.evidence.lines import Attached

RECORD: Final = "evidence.jsonl"
PRODUCED: Final = "evidence"
"""The folder, beside the record of a run, with what the policy's producers made."""
MANUAL_RESULTS: Final = ".stagegate/manual"
"""The folder, relative to the root, into which people's results of manual tests are written."""
CHAIN: Final = "chain"
"""The folder of a dossier with the decisions that were evidence."""
_FACT: Final = re.compile(r",(format|stage|environment)=([^,=]*)\Z")


class Given(NamedTuple):
    """An evidence file as it was asked for: ``PATH[,format=…][,stage=…][,environment=…]``.

    Attributes:
        path: The file or folder.
        format: Format name, or empty.
        stage: Stage of its test results, or empty.
        environment: Environment it was made in, or None.
        recorded: What the records of runs say of it.
        ran_in: The environment of the run that was given it, where nothing else says where it was made.
    """

    path: Path
    format: str = ""
    stage: str = ""
    environment: str | None = None
    recorded: tuple[Attached, ...] = ()
    ran_in: str | None = None


class Recorded(NamedTuple):
    """A file that a run was given.

    Attributes:
        line: What its record says of the file.
        record: Where the record lies.
        ran_in: The environment that the run was against, or None.
    """

    line: Attached
    record: Path
    ran_in: str | None


def given(written: str, base: Path, option: str, stages: Iterable[str], environments: Iterable[str]) -> Given:
    """Return what ``PATH[,format=…][,stage=…][,environment=…]`` asks for.

    Args:
        written: As on the command line.
        base: Folder that a relative path starts from.
        option: For messages: where it was written.
        stages: Known stages.
        environments: Known environments.

    Raises:
        UsageError: For an unknown format, stage or environment.
    """
    facts: dict[str, str] = {}
    path = written
    while found := _FACT.search(path):
        facts[found[1]] = found[2]
        path = path[: found.start()]
    for key, known in (("format", FORMATS), ("stage", stages), ("environment", environments)):
        if key in facts and facts[key] not in known:
            listed = FORMATS_LISTED if key == "format" else ""
            raise UsageError(f"{option}: unknown {key} {facts[key]!r}; {nearest(facts[key], known, listed)}")
    return Given(base / path, facts.get("format", ""), facts.get("stage", ""), facts.get("environment"))


def expand(asked: Iterable[Given]) -> Iterator[Given]:
    """Replace each folder by the evidence below it.

    That are records, what producers made, manual results, reports on environments, records of deployments, sign-offs,
    and a chain.

    The documents of a run lie beside its record: its own decision is no evidence unless somebody names it.

    A folder without any stays, and so does one below it that can't be opened: both will be named as missing evidence.
    """
    for each in asked:
        found = _below(each.path) if os.path.isdir(each.path) else []
        yield from [each._replace(path=path) for path in found] or [each]


def produced_below(folder: Path) -> list[Path]:
    """Return the files in a folder that a producer made, or should have made: an attachment says so beside each."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return sorted(path for name in names if (path := _produced(folder, name)) is not None)


def sign_offs_below(folder: Path) -> list[Path]:
    """Return the sign-offs in a folder."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return sorted(path for name in names if is_sign_off(path := folder / name))


def manual_results_below(folder: Path) -> list[Path]:
    """Return the files with results of manual tests in a folder."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return sorted(folder / name for name in names if name.endswith(RESULTS))


def _produced(folder: str | Path, name: str) -> Path | None:
    """Return the file that an attachment is about, where that is a producer's."""
    if not name.endswith(SUFFIX):
        return None
    path = Path(folder, name.removesuffix(SUFFIX))
    try:
        attachment = read_attachment(path)
    except EvidenceError:
        return None
    return path if attachment is not None and attachment.name else None


def _below(folder: Path) -> list[Path]:
    """Return the evidence below a folder, symbolic links followed once, and the folders that can't be opened."""
    found: list[Path] = []
    seen: set[str] = set()
    closed: list[OSError] = []
    for place, inner, names in os.walk(folder, onerror=closed.append, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:
            inner.clear()
            continue
        seen.add(real)
        found += [Path(place, name) for name in names if name == RECORD]
        found += [path for name in names if (path := _produced(place, name)) is not None]
        found += [Path(place, name) for name in names if name.endswith((RESULTS, LOOKED_AT, DEPLOYED))]
        found += [path for name in names if is_sign_off(path := Path(place, name))]
        if Path(place).name == CHAIN:
            found += [Path(place, name) for name in names if name.endswith(".json") and not name.endswith(SUFFIX)]
    return sorted([*found, *(Path(error.filename) for error in closed)])


def united(others: Iterable[Given], recorded: Iterable[Recorded], root: Path) -> list[Given]:
    """Put together what the user named and what the records name: one file is one piece of evidence.

    A file that a run was given is known by its digest: beside the record, at its place below the root, or among what
    the user named. Where none has the digest, the one at its place stands for it, and will be stale.
    """
    found = {each.path.resolve(): each for each in others}
    named = list(found)
    digest_of = lru_cache(maxsize=None)(sha256_of)
    for each in sorted(recorded, key=lambda each: (each.line.path, str(each.record))):
        line = each.line
        beside = each.record.parent / Path(line.path).name
        places = [root / line.path, beside]
        # Of several runs each has made its own files; where the record went, they went with it.
        own = beside.parent / PRODUCED / beside.name
        same = [path for path in (own, *places, *named) if line.sha256 is not None and digest_of(path) == line.sha256]
        path = next(iter(same), next((path for path in places if path.exists()), places[0]))
        mine = found.get(path.resolve(), Given(path))
        found[path.resolve()] = Given(
            path=mine.path,
            format=mine.format or line.format,
            stage=mine.stage or line.stage,
            environment=mine.environment or line.environment,
            recorded=(*mine.recorded, line),
            ran_in=mine.ran_in or each.ran_in,
        )
    return list(found.values())


def handed(asked: Iterable[Given], root: Path) -> tuple[Handed, ...]:
    """Return the files that were asked for as a decision names them, in the order of their names."""
    found = {
        Handed(source=shown(each.path, root), format=each.format, stage=each.stage, environment=each.environment): None
        for each in expand(asked)
    }
    return tuple(sorted(found, key=lambda each: (each.source, each.format, each.stage, each.environment or "")))


def modified(path: Path) -> str | None:
    """Return when a file was last changed, RFC 3339, UTC; None where there is none."""
    try:
        instant = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.timezone.utc)
    except OSError:
        return None
    return rfc3339(instant)


def shown(path: Path, root: Path) -> str:
    """Return a path for people: relative to the root; where it lies elsewhere its name, a record's with its folder."""
    try:
        name = path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        name = "/".join(path.resolve().parts[-2:]) if path.name == RECORD else path.name
    # Bytes that are no UTF-8 can stand in no document.
    return name.encode("utf-8", "backslashreplace").decode()


def sha256_of(path: Path) -> str | None:
    """Return the SHA-256 of a file, hexadecimal, read in blocks; None where it can't be read, or is no file."""
    digest = hashlib.sha256()
    if not path.is_file():
        # A pipe would be waited for, and a device has no end.
        return None
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()
