"""Gathering: from the paths that a user gave to `Source` values; a file that can't be read hides no other."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_stagegate.errors import EvidenceError, UsageError, nearest
from pytest_stagegate.evidence.attaching import Attachment, read_attachment
from pytest_stagegate.evidence.folding import read_record
from pytest_stagegate.evidence.formats import detect, read_file
from pytest_stagegate.model.decision import Note
from pytest_stagegate.model.globs import matches
from pytest_stagegate.model.numbers import Duration
from pytest_stagegate.model.sources import FORMATS, EvidenceRule, Source, State
from pytest_stagegate.model.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_stagegate.evidence.lines import Attached
    from pytest_stagegate.model.contents import Contents

DEFAULT_MAX_AGE: Final = Duration.parse("24 h").microseconds
RECORD: Final = "evidence.jsonl"
_FACT: Final = re.compile(r",(format|stage|environment)=([^,=]*)\Z")


class Given(NamedTuple):
    """An evidence file as it was asked for: ``PATH[,format=…][,stage=…][,environment=…]``.

    Attributes:
        path: The file or folder.
        format: Format name, or empty.
        stage: Stage of its test results, or empty.
        environment: Environment it was made in, or None.
        recorded: What the record of a run says of it, or None.
        ran_in: The environment of the run that was given it, where nothing else says where it was made.
    """

    path: Path
    format: str = ""
    stage: str = ""
    environment: str | None = None
    recorded: Attached | None = None
    ran_in: str | None = None


@dataclass(frozen=True)
class Defaults:
    """What holds for evidence that says nothing else.

    Attributes:
        root: The project's root.
        rules: The policy's rules about evidence files.
        stage: Stage of test results.
        environment: Environment, or None.
    """

    root: Path
    rules: tuple[EvidenceRule, ...]
    stage: str
    environment: str | None


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
            raise UsageError(f"{option}: unknown {key} {facts[key]!r}; {nearest(facts[key], known)}")
    return Given(base / path, facts.get("format", ""), facts.get("stage", ""), facts.get("environment"))


def expand(asked: Iterable[Given]) -> Iterator[Given]:
    """Replace each folder by the records below it; a folder without one stays, and will be named as missing."""
    for each in asked:
        records = sorted(each.path.rglob(RECORD)) if each.path.is_dir() else []
        yield from [each._replace(path=record) for record in records] or [each]


def gather(asked: Iterable[Given], defaults: Defaults) -> list[Source]:
    """Read everything that was asked for, and what the records among it were given themselves.

    Returns:
        One source for each file; one that is missing or can't be read says so in its state.
    """
    files = list({each.path.resolve(): each for each in expand(asked)}.values())
    sources: list[Source] = []
    others: list[Given] = []
    recorded: list[Given] = []
    for each in files:
        format_, base = _told(each, defaults)
        if format_ != "stagegate":
            others.append(each)
            continue
        source, attached = _record(base, each.path)
        sources.append(source)
        recorded += [_found(line, each.path, source.environment, defaults.root) for line in attached]
    sources += [_foreign(each, defaults) for each in _united(others, recorded)]
    return sources


def _found(line: Attached, record: Path, ran_in: str | None, root: Path) -> Given:
    """Look for a file that a run was given: at its place below the root, else beside the record."""
    path, beside = root / line.path, record.parent / Path(line.path).name
    there = path if path.exists() or not beside.exists() else beside
    return Given(there, line.format, line.stage, line.environment, line, ran_in)


def _united(others: list[Given], recorded: list[Given]) -> list[Given]:
    """Put together what the user named and what the records name: one file is one piece of evidence."""
    digests = {each.path.resolve(): sha256_of(each.path) for each in others}
    found: dict[Path, Given] = {each.path.resolve(): each for each in others}
    for each in recorded:
        line = each.recorded
        same = [path for path, digest in digests.items() if line is not None and digest == line.sha256 is not None]
        path = each.path.resolve()
        place = path if path in found or not same else same[0]
        mine = found.get(place)
        found[place] = each if mine is None else mine._replace(recorded=line, ran_in=each.ran_in)
    return list(found.values())


def _told(asked: Given, defaults: Defaults) -> tuple[str, Source]:
    """Return the format of a file and a source that knows no more yet; without a format, it says why."""
    path = asked.path
    name = shown(path, defaults.root)
    base = Source(name=name, max_age=DEFAULT_MAX_AGE, sha256=sha256_of(path))
    try:
        if path.is_dir():
            raise EvidenceError(f"there is no {RECORD} in this folder", code="missing")  # noqa: TRY301
        format_ = asked.format or _rule(name, defaults).format or detect(path)
    except EvidenceError as error:
        return "", _unusable(base, path, error)
    return format_, replace(base, kind=FORMATS[format_], format=format_)


def _unusable(base: Source, path: Path, error: Exception) -> Source:
    state = State.UNREADABLE
    if isinstance(error, EvidenceError):
        state = State.MISSING if error.code == "missing" else state
        text = error.message.removeprefix(f"{path.name}: ")
        # A message that begins with the place in the file names the file already.
        told = base.name.removesuffix(path.name) + text if text.startswith(path.name) else f"{base.name}: {text}"
    else:
        told = f"{base.name}: a fault of stagegate itself while reading it: {type(error).__name__}: {error}"
    return replace(base, state=state, note=Note(reason=state.value, text=f"{told}."))


def _record(base: Source, path: Path) -> tuple[Source, tuple[Attached, ...]]:
    try:
        evidence, attached = read_record(path)
    except Exception as error:
        return _unusable(base, path, error), ()
    (origin,) = evidence.origins
    return replace(
        base,
        producer=origin.producer,
        created=evidence.finished or evidence.started,
        commit=evidence.subject.commit,
        environment=origin.environment,
        shard=origin.shard,
        evidence=evidence,
        state=State.INCOMPLETE if evidence.incomplete else State.WHOLE,
    ), attached


def _foreign(asked: Given, defaults: Defaults) -> Source:
    format_, base = _told(asked, defaults)
    if not format_:
        return base
    try:
        attachment = read_attachment(asked.path)
        contents = read_file(asked.path, defaults.root, format_)
    except Exception as error:
        # A fault of a reader's own must hide no other file either.
        return _unusable(base, asked.path, error)
    rule = _rule(base.name, defaults)
    stated = attachment or Attachment(sha256="")
    said = asked.environment or stated.environment or rule.environment or contents.environment
    ran_in = said or asked.ran_in or defaults.environment
    if contents.tests is not None:
        stage = asked.stage or stated.stage or rule.stage or defaults.stage
        contents.tests.tags = [Tag(stage, (), True, ran_in, stated.shard)]
    return replace(
        base,
        producer=contents.producer or stated.producer,
        created=contents.created or stated.created or _modified(asked),
        commit=contents.commit or stated.commit,
        environment=ran_in,
        shard=stated.shard,
        max_age=rule.max_age if rule.max_age is not None else DEFAULT_MAX_AGE,
        commit_required=rule.commit_required,
        contents=contents,
        **_outdated(base, asked, attachment, contents),
    )


def _outdated(base: Source, asked: Given, attachment: Attachment | None, contents: Contents) -> dict[str, Any]:
    """Return state and note of a file that is not, or not any more, what somebody stated of it."""
    recorded = asked.recorded
    note = recorded.stale if recorded is not None else None
    if note is None and recorded is not None and recorded.sha256 != base.sha256:
        note = Note(reason="changed", text=f"{base.name}: its content has changed since the run recorded it.")
    if note is None and attachment is not None and attachment.sha256 != base.sha256:
        note = Note(reason="changed", text=f"{base.name}: its content has changed since its attachment was written.")
    if note is None and attachment is not None and contents.commit and attachment.commit not in (None, contents.commit):
        text = f"{base.name}: it says commit {contents.commit[:12]}, and its attachment {attachment.commit}."
        note = Note(reason="other-commit", text=text)
    return {} if note is None else {"state": State.STALE, "note": note}


def _rule(name: str, defaults: Defaults) -> EvidenceRule:
    """Return the last rule that matches, or one that says nothing."""
    found = [rule for rule in defaults.rules if matches(rule.path)(name)]
    return found[-1] if found else EvidenceRule("", "", "", None, None, False)


def _modified(asked: Given) -> str | None:
    if asked.recorded is not None:
        return asked.recorded.modified
    return modified(asked.path)


def modified(path: Path) -> str | None:
    """Return when a file was last changed, RFC 3339, UTC; None where there is none."""
    try:
        instant = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.timezone.utc)
    except OSError:
        return None
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")


def shown(path: Path, root: Path) -> str:
    """Return a path for people: relative to the root, or its last two parts where it lies elsewhere."""
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return "/".join(path.resolve().parts[-2:])


def sha256_of(path: Path) -> str | None:
    """Return the SHA-256 of a file, hexadecimal, read in blocks; None where it can't be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()
