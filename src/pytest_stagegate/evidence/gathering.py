"""Gathering: from files to `Source` values; a file that can't be read hides no other."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec.structs import replace

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.attaching import Attachment, attachment_path, read_attachment
from pytest_stagegate.evidence.finding import RECORD, Given, Recorded, expand, modified, sha256_of, shown, united
from pytest_stagegate.evidence.folding import read_record
from pytest_stagegate.evidence.formats import detect, read_file
from pytest_stagegate.model.commits import short
from pytest_stagegate.model.decision import Note
from pytest_stagegate.model.globs import matches
from pytest_stagegate.model.numbers import Duration
from pytest_stagegate.model.sources import FORMATS, EvidenceRule, Source, State
from pytest_stagegate.model.tags import Tag
from pytest_stagegate.model.times import parsed
from pytest_stagegate.stepping import step

if TYPE_CHECKING:
    from pytest_stagegate.evidence.lines import Attached
    from pytest_stagegate.model.contents import Contents

DEFAULT_MAX_AGE: Final = Duration.parse("24 h").microseconds
_NOTHING: Final = Attachment(sha256="")
"""What is stated of a file without an attachment."""
_ZONES: Final = dt.timedelta(hours=14, minutes=5)
"""How far a local time may lie from UTC, and clocks from each other."""


class Defaults(msgspec.Struct, frozen=True):
    """What holds for evidence that says nothing else.

    Attributes:
        root: The project's root.
        rules: The policy's rules about evidence files.
        stage: Stage of test results.
        environment: Environment, or None.
        sources: Where the sources are that files speak of; the root when None.
    """

    root: Path
    rules: tuple[EvidenceRule, ...]
    stage: str
    environment: str | None
    sources: Path | None = None


def gather(asked: Iterable[Given], defaults: Defaults) -> list[Source]:
    """Read everything that was asked for, and what the records among it were given themselves.

    Returns:
        One source for each file; one that is missing or can't be read says so in its state.
    """
    records, others = _told_apart(asked, defaults)
    read = [_record(each, defaults) for each in records]
    sources = [source for source, _ in read]
    sources += [_foreign(each, defaults) for each in united(others, _named_in(records, read), defaults.root)]
    return sources


def located(asked: Iterable[Given], defaults: Defaults) -> list[Given]:
    """Return every file that `gather` would read, with the facts that the policy and the records state of it.

    Raises:
        EvidenceError: When one is missing, or its format can't be told.
    """
    records, others = _told_apart(asked, defaults)
    read = [_record(each, defaults) for each in records]
    found = [each._replace(format="stagegate") for each in records]
    for each in united(others, _named_in(records, read), defaults.root):
        stated = read_attachment(each.path) or _NOTHING
        rule = _rule(each, defaults, stated)
        stage, environment = each.stage or rule.stage, each.environment or rule.environment
        found.append(each._replace(format=_format(each, defaults, stated), stage=stage, environment=environment))
    return found


def _told_apart(asked: Iterable[Given], defaults: Defaults) -> tuple[list[Given], list[Given]]:
    records: list[Given] = []
    others: list[Given] = []
    for each in {each.path.resolve(): each for each in expand(asked)}.values():
        (records if _is_record(each, defaults) else others).append(each)
    return records, others


def _named_in(records: Iterable[Given], read: Iterable[tuple[Source, tuple[Attached, ...]]]) -> list[Recorded]:
    """Return the files that runs were given, with the records that name them."""
    return [
        Recorded(line, record.path, source.environment)
        for record, (source, attached) in zip(records, read, strict=True)
        for line in attached
    ]


def undelivered(rules: Iterable[EvidenceRule], sources: Iterable[Source]) -> list[Source]:
    """Return one missing source for each producer of the policy of which no file is among the sources."""
    delivered = {each.made_by for each in sources}
    return [
        Source(
            name=rule.producer.name,
            kind=FORMATS.get(rule.format, ""),
            format=rule.format,
            environment=rule.environment,
            max_age=DEFAULT_MAX_AGE,
            made_by=rule.producer.name,
            state=State.MISSING,
            note=Note(
                reason="tool-missing",
                text=f"Nothing that the producer {rule.producer.name} makes is among the evidence; "
                "run stagegate collect, and hand over its folder.",
            ),
        )
        for rule in rules
        if rule.producer is not None and rule.producer.name not in delivered
    ]


def _base(asked: Given, defaults: Defaults) -> Source:
    """Return a source that knows no more than its bytes."""
    return Source(
        name=shown(asked.path, defaults.root),
        max_age=DEFAULT_MAX_AGE,
        sha256=sha256_of(asked.path),
        attachment=sha256_of(attachment_path(asked.path)),
    )


def _is_record(asked: Given, defaults: Defaults) -> bool:
    try:
        return _format(asked, defaults, _NOTHING) == "stagegate"
    except EvidenceError:
        return False


def _format(asked: Given, defaults: Defaults, stated: Attachment) -> str:
    """Return the format of a file: as it was asked for, as the policy says, as is stated, or as the content tells.

    Raises:
        EvidenceError: When it can't be told.
    """
    if os.path.isdir(asked.path):
        _refuse_folder(asked.path)
    if asked.path.exists() and not asked.path.is_file():
        raise EvidenceError("this is neither a file nor a folder")
    return asked.format or _rule(asked, defaults, stated).format or stated.format or detect(asked.path)


def _refuse_folder(path: Path) -> None:
    try:
        os.listdir(path)
    except OSError as error:
        raise EvidenceError(f"this folder can't be opened: {error.strerror}") from error
    raise EvidenceError(f"there is no {RECORD} in this folder", code="missing")


def _unusable(base: Source, path: Path, error: Exception, stated: Attachment = _NOTHING) -> Source:
    state = State.UNREADABLE
    if isinstance(error, EvidenceError):
        state = State.MISSING if error.code == "missing" else state
        text = error.message.removeprefix(f"{path.name}: ")
        # A message that begins with the place in the file names the file already.
        told = base.name.removesuffix(path.name) + text if text.startswith(path.name) else f"{base.name}: {text}"
    else:
        told = f"{base.name}: a fault of stagegate itself while reading it: {type(error).__name__}: {error}"
    if stated.failed:
        text = f"{told}; the producer {stated.name} failed: {stated.failed}."
        return replace(base, state=state, note=Note(reason="producer-failed", text=text))
    return replace(base, state=state, note=Note(reason=state.value, text=f"{told}."))


def _record(asked: Given, defaults: Defaults) -> tuple[Source, tuple[Attached, ...]]:
    step(f"reading {asked.path.name}")
    base = replace(_base(asked, defaults), kind="run", format="stagegate")
    try:
        evidence, attached = read_record(asked.path)
    except Exception as error:
        return _unusable(base, asked.path, error), ()
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
    step(f"reading {asked.path.name}")
    base = replace(_base(asked, defaults), recorded=_as_recorded(asked))
    stated = _NOTHING
    try:
        attachment = read_attachment(asked.path)
        stated = attachment or _NOTHING
        rule = _rule(asked, defaults, stated)
        said_format = asked.format or rule.format or stated.format
        base = replace(base, kind=FORMATS.get(said_format, ""), format=said_format, made_by=stated.name)
        format_ = _format(asked, defaults, stated)
        base = replace(base, kind=FORMATS[format_], format=format_)
        if format_ == "stagegate":
            raise EvidenceError("a record is no evidence of another run; hand it to stagegate check")  # noqa: TRY301
        if not asked.path.exists():
            raise EvidenceError("there is no such file", code="missing")  # noqa: TRY301
        contents = read_file(asked.path, defaults.sources or defaults.root, format_)
    except Exception as error:
        # A fault of a reader's own must hide no other file either.
        return _unusable(base, asked.path, error, stated)
    said = asked.environment or stated.environment or rule.environment or contents.environment
    ran_in = said or asked.ran_in or defaults.environment
    if contents.decision is not None:
        # A decision says itself what it is about, and none is no less a word than one.
        ran_in = contents.decision.environment
    if contents.goals is not None or contents.reviews is not None:
        ran_in = None
    if contents.tests is not None:
        stage = asked.stage or stated.stage or rule.stage or defaults.stage
        contents.tests.tags = [Tag(stage, (), True, ran_in, stated.shard)]
    return replace(
        base,
        producer=(stated.producer if stated.name else "") or contents.producer or stated.producer,
        created=_created(contents, stated, asked),
        commit=contents.commit or stated.commit,
        dirty=stated.dirty or contents.dirty,
        environment=ran_in,
        shard=stated.shard,
        max_age=rule.max_age if rule.max_age is not None else DEFAULT_MAX_AGE,
        commit_required=rule.commit_required,
        contents=contents,
        **(_outdated(base, asked, attachment, contents, rule) or _broke_off(base, stated)),
    )


def _as_recorded(asked: Given) -> bool:
    said = (asked.format, asked.stage, asked.environment)
    return any((line.format, line.stage, line.environment) == said for line in asked.recorded)


def _created(contents: Contents, stated: Attachment, asked: Given) -> str | None:
    """Return when a file was made.

    Many tools write a local time without its zone. Where the time of the file's last change fits to one, it is taken;
    elsewhere the local time is taken as UTC.
    """
    recorded = asked.recorded[0].modified if asked.recorded else modified(asked.path)
    written = stated.created or recorded
    said = contents.created
    if said is None or said.endswith("Z"):
        return said or written
    local = parsed(said).replace(tzinfo=dt.timezone.utc)
    if written is not None and abs(parsed(written) - local) <= _ZONES:
        return written
    return f"{said}Z"


def _broke_off(base: Source, stated: Attachment) -> dict[str, Any]:
    """Return state and note of a file that its producer may not have written to the end; what it says still counts."""
    if not stated.failed:
        return {}
    text = f"{base.name}: the producer {stated.name} failed: {stated.failed}."
    return {"state": State.FAILED, "note": Note(reason="producer-failed", text=text)}


def _outdated(
    base: Source, asked: Given, attachment: Attachment | None, contents: Contents, rule: EvidenceRule
) -> dict[str, Any]:
    """Return state and note of a file that is not, or not any more, what somebody stated of it."""
    notes = [line.stale for line in asked.recorded if line.stale is not None]
    if any(line.sha256 != base.sha256 for line in asked.recorded):
        notes.append(Note(reason="changed", text=f"{base.name}: its content has changed since a run recorded it."))
    for line in asked.recorded:
        for recorded, now in ((line.stage, asked.stage), (line.environment, asked.environment)):
            if recorded and recorded != now:
                text = f"{base.name}: a run recorded it as evidence of {recorded}, and now it is said to be of {now}."
                notes.append(Note(reason="changed", text=text))
    if attachment is not None and attachment.sha256 != base.sha256:
        text = f"{base.name}: its content has changed since its attachment was written."
        notes.append(Note(reason="changed", text=text))
    if attachment is not None and contents.commit and attachment.commit not in (None, contents.commit):
        text = f"{base.name}: it says commit {short(contents.commit)}, and its attachment {attachment.commit}."
        notes.append(Note(reason="other-commit", text=text))
    if attachment is not None and rule.producer is not None and attachment.command != rule.producer.command:
        text = f"{base.name}: it was made with another command than the policy has for {rule.producer.name} now."
        notes.append(Note(reason="other-policy", text=text))
    return {"state": State.STALE, "note": notes[0]} if notes else {}


def _rule(asked: Given, defaults: Defaults, stated: Attachment) -> EvidenceRule:
    """Return what the policy says of a file, wherever it lies now: by its maker, its name here and those in records.

    For each name the last rule that matches counts; of several the first word on format, stage and environment, and
    the stricter word on age and commit.
    """
    names = [line.path for line in asked.recorded]
    names += [shown(asked.path, defaults.root), Path(os.path.relpath(asked.path, defaults.root)).as_posix()]
    makers = [rule for rule in defaults.rules if rule.producer is not None and rule.producer.name == stated.name]
    found = [*makers, *(rule for name in names if (rule := _last(name, defaults.rules)) is not None)]
    ages = [rule.max_age for rule in found if rule.max_age is not None]
    return EvidenceRule(
        path="",
        format=next((rule.format for rule in found if rule.format), ""),
        stage=next((rule.stage for rule in found if rule.stage), ""),
        environment=next((rule.environment for rule in found if rule.environment), None),
        max_age=min(ages, default=None),
        commit_required=any(rule.commit_required for rule in found),
        producer=next((rule.producer for rule in makers), None),
    )


def _last(name: str, rules: Sequence[EvidenceRule]) -> EvidenceRule | None:
    return next((rule for rule in reversed(rules) if rule.path and matches(rule.path)(name)), None)
