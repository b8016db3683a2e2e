"""Making evidence: the tools that a policy names are run, and what they say becomes evidence files."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.errors import UsageError
from pytest_stagegate.evidence.attaching import Attachment, attachment_json, attachment_path
from pytest_stagegate.evidence.finding import PRODUCED, produced_below, sha256_of
from pytest_stagegate.evidence.tools import Ended, Tools, environ_of_tools, is_inside
from pytest_stagegate.model.canonical import json_of
from pytest_stagegate.model.numbers import Duration
from pytest_stagegate.model.redaction import redacted, secrets_of
from pytest_stagegate.model.service_levels import COMMAND, PRODUCER
from pytest_stagegate.model.service_levels import KIND as SERVICE_LEVELS
from pytest_stagegate.model.times import rfc3339
from pytest_stagegate.thresholds import show_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.model.decision import Subject
    from pytest_stagegate.model.service_levels import ToMeasure
    from pytest_stagegate.model.sources import EvidenceRule, Producer

_SUFFIXES: Final = {
    "": ".out",
    "sarif": ".sarif",
    "junit": ".xml",
    "cobertura": ".xml",
    "jacoco": ".xml",
    "clover": ".xml",
    "lcov": ".info",
    "go-cover": ".out",
    "coverage-data": ".coverage",
    "openmetrics": ".txt",
}
"""Endings of the files, ``.json`` for all other formats."""

_NOTHING_FOUND_IS_EMPTY: Final = ("mypy-json",)
"""Formats in which a tool that has found nothing writes nothing."""

_VERSION_LIMIT: Final = Duration.parse("1 min").microseconds
_VERSION_BYTES: Final = 1 << 12


class Produced(msgspec.Struct, frozen=True):
    """What became of one producer.

    Attributes:
        name: Its name in the policy.
        path: The file, which is there unless its attachment has no digest.
        attachment: What is stated beside it.
        took: How long it ran, for people.
        lacking: What it could not measure, each with why.
    """

    name: str
    path: Path
    attachment: Attachment
    took: str
    lacking: tuple[str, ...] = ()


class Making(msgspec.Struct, frozen=True):
    """What all producers of one call have in common.

    Attributes:
        root: The project's root, in which they run.
        out: The output folder; their files go into a folder inside.
        subject: The project as its work tree is.
        environment: The environment that they are run against, or None when nobody named one.
        wanted: What Prometheus is asked where service levels are to be measured, or None.
    """

    root: Path
    out: Path
    subject: Subject
    environment: str | None
    wanted: ToMeasure | None = None


def produce(rules: Sequence[EvidenceRule], making: Making) -> Iterator[Produced]:
    """Run producers side by side, and yield what became of each, in the order of the rules.

    A tool that fails is told in its attachment. When the caller gives up, all that are still running are killed.

    Raises:
        OSError: When a file can't be written.
    """
    from concurrent.futures import ThreadPoolExecutor

    folder = making.out / PRODUCED
    remove_produced(making.out)
    folder.mkdir(parents=True, exist_ok=True)
    secrets = secrets_of(os.environ)
    tools = Tools(making.root, environ_of_tools(os.environ, making.root), lambda text: redacted(text, secrets))
    with ThreadPoolExecutor(max_workers=max(1, len(rules))) as pool:
        futures = [pool.submit(_measured if _is_ours(rule) else _made, rule, making, tools) for rule in rules]
        try:
            for future in futures:
                yield future.result()
        except BaseException:
            tools.stop()
            raise


def remove_produced(out: Path) -> None:
    """Take away what producers of an earlier run left in the output folder, so that it can't be taken for this one's.

    Raises:
        OSError: When a file can't be removed.
    """
    for path in produced_below(out / PRODUCED):
        path.unlink(missing_ok=True)
        attachment_path(path).unlink()


def refuse_inside(root: Path) -> None:
    """Refuse to go on inside a producer of the same project: it would run itself without end.

    Raises:
        UsageError: There.
    """
    if is_inside(os.environ, root):
        raise UsageError("a producer of the policy runs stagegate on the same project, which has no end")


def _made(rule: EvidenceRule, making: Making, tools: Tools) -> Produced:
    """Run one producer, and put its file and what is known of it in their place."""
    producer = rule.producer
    assert producer is not None
    made = making.out / PRODUCED / f"{producer.name}{_SUFFIXES.get(rule.format, '.json')}"
    temporary = made.with_name(f".{made.name}.{os.getpid()}.tmp")
    began = time.monotonic_ns()
    try:
        version, unknown = _version(producer, tools)
        ended, lacking = _output(rule, producer, making.root, temporary, tools)
        failed = _failed(producer, ended, lacking, unknown)
        digest = sha256_of(temporary) if not lacking else None
        if digest is not None:
            os.replace(temporary, made)
    finally:
        temporary.unlink(missing_ok=True)
    attachment = Attachment(
        sha256=digest or "",
        created=rfc3339(dt.datetime.now(dt.timezone.utc)),
        commit=making.subject.commit,
        dirty=bool(making.subject.dirty),
        environment=rule.environment or making.environment,
        stage=rule.stage,
        producer=version,
        name=producer.name,
        format=rule.format,
        command=producer.command,
        status=ended.status,
        failed=failed,
    )
    write_whole(attachment_path(made), attachment_json(attachment))
    took = show_duration(Fraction((time.monotonic_ns() - began) // 1000), upward=False)
    return Produced(producer.name, made, attachment, took)


def _is_ours(rule: EvidenceRule) -> bool:
    return rule.format == SERVICE_LEVELS and rule.producer is not None and rule.producer.name == PRODUCER


def _measured(rule: EvidenceRule, making: Making, _tools: Tools) -> Produced:
    """Ask Prometheus, which is no tool that is run."""
    assert making.wanted is not None
    return write_measured(making, making.wanted, making.out / PRODUCED / f"{PRODUCER}.json", rule.environment)


def write_measured(making: Making, wanted: ToMeasure, path: Path, environment: str | None = None) -> Produced:
    """Measure service levels, and write what was found with its attachment.

    Raises:
        OSError: When a file can't be written.
    """
    from pytest_stagegate.evidence.measuring import measure

    began = time.monotonic_ns()
    found = measure(wanted, os.environ)
    content = json_of(found)
    write_whole(path, content)
    attachment = Attachment(
        sha256=hashlib.sha256(content).hexdigest(),
        created=found.when,
        commit=making.subject.commit,
        dirty=bool(making.subject.dirty),
        environment=environment or making.environment,
        producer=found.producer,
        name=PRODUCER,
        format=SERVICE_LEVELS,
        command=COMMAND,
        status=0,
    )
    write_whole(attachment_path(path), attachment_json(attachment))
    took = show_duration(Fraction((time.monotonic_ns() - began) // 1000), upward=False)
    return Produced(PRODUCER, path, attachment, took, found.problems)


def _output(rule: EvidenceRule, producer: Producer, root: Path, temporary: Path, tools: Tools) -> tuple[Ended, str]:
    """Run the tool; its output goes to the temporary file. Return how it ended, and what is wrong with the output."""
    if not rule.path:
        with temporary.open("wb") as output:
            ended = tools.run(producer.command, output, producer.limit)
        nothing = temporary.stat().st_size == 0
        may_be_empty = rule.format in _NOTHING_FOUND_IS_EMPTY and ended.status == 0
        return ended, "wrote nothing" if nothing and not may_be_empty else ""
    written = root / rule.path
    before = _state(written)
    ended = tools.run(producer.command, None, producer.limit)
    after = _state(written)
    if after is None:
        return ended, f"did not write {rule.path}"
    if after == before:
        return ended, f"did not write {rule.path}; the one that is there is older"
    if not written.is_file():
        return ended, f"wrote {rule.path}, which is no file"
    shutil.copyfile(written, temporary)
    return ended, ""


def _state(path: Path) -> tuple[int, ...] | None:
    """Return what changes whenever a file is written, with the same content too."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _version(producer: Producer, tools: Tools) -> tuple[str, str]:
    """Return the tool's version as it prints it, and what is wrong where it can't be told."""
    if not producer.version:
        return "", ""
    with tempfile.TemporaryFile() as output:
        ended = tools.run(producer.version, output, min(producer.limit, _VERSION_LIMIT))
        output.seek(0)
        text = output.read(_VERSION_BYTES).decode("utf-8", "replace").strip()
    line = text.splitlines()[0].strip() if text else ""
    if ended.status != 0 or not line:
        return line, f"did not tell its version: {' '.join(producer.version)}"
    return line if " " in line else f"{producer.name} {line}", ""


def _failed(producer: Producer, ended: Ended, lacking: str, unknown: str) -> str:
    """Return why a producer did not come to its end, in words that follow its name; empty when it did."""
    problems = [ended.problem] if ended.problem else []
    if ended.status is not None and ended.status not in producer.exit_ok:
        problems.append(f"ended with the status {ended.status}")
    if ended.status is not None and lacking:
        problems.append(lacking)
    if unknown:
        problems.append(unknown)
    words = f" ({ended.last_words})" if ended.last_words else ""
    return f"it {' and '.join(problems)}{words}" if problems else ""
