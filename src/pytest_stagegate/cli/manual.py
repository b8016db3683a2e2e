"""``stagegate manual``: let people do the manual tests, and take in what they found."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pytest_stagegate.by_hand import tests_in
from pytest_stagegate.cli.asking import Answer, Stopped, ask
from pytest_stagegate.cli.parts import DEFAULT_RECORD, FILE, FOLDER, LACKING, known, short
from pytest_stagegate.cli.results_files import new_file, write_results
from pytest_stagegate.documents.rendering import ignore_folder
from pytest_stagegate.documents.wording import plural
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.finding import MANUAL_RESULTS
from pytest_stagegate.evidence.git import GitError, git
from pytest_stagegate.evidence.manual.importing import COLUMNS, Stated, results_in
from pytest_stagegate.evidence.manual.listing import Listed, found_already, listed
from pytest_stagegate.evidence.provenance import subject_of
from pytest_stagegate.evidence.readers.manual import LONGEST_NAME, is_person
from pytest_stagegate.model.globs import selects
from pytest_stagegate.model.manual import ManualData, ManualResult, ManualRow, manual_rows
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.times import rfc3339
from pytest_stagegate.project import load_project
from pytest_stagegate.summing import strictest_age
from pytest_stagegate.tagging import stages_of

if TYPE_CHECKING:
    from pytest_stagegate.project import Project

_TO_DO: Final = ("pending", "stale", "failed", "blocked")


@click.group(
    "manual",
    epilog="\b\nExamples:\n  stagegate manual run --env staging\n  stagegate manual import results.csv",
)
def command() -> None:
    """Let people do the manual tests of a build, and keep what they found as evidence.

    `pytest --stage-gate` lists the manual tests, and `stagegate check` judges their results.
    """


_root = click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root.")
_policy = click.option("--policy", type=FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")
_record = click.option(
    "--record",
    type=click.Path(path_type=Path),
    default=Path(DEFAULT_RECORD),
    show_default=True,
    help="The record that lists the tests, or a folder with records of shards; where none is there, those in the "
    "policy's folder are done.",
)
_out = click.option("--out", type=FOLDER, default=Path(MANUAL_RESULTS), show_default=True, help="Folder to write into.")


@command.command(
    "run", epilog="\b\nExamples:\n  stagegate manual run --env staging\n  stagegate manual run tests/manual/payments.md"
)
@click.argument("tests", nargs=-1)
@click.option("--by", metavar="PERSON", help="Who does them [default: git's user.name]")
@click.option("--env", metavar="ENV", help="Where they are done [default: the record's own]")
@click.option("--at", metavar="STAGE", help="Those that this stage is decided by [default: of all stages]")
@_record
@_out
@_root
@_policy
def run_command(
    tests: tuple[str, ...],
    by: str | None,
    env: str | None,
    at: str | None,
    record: Path,
    out: Path,
    root: Path,
    policy: Path | None,
) -> int:
    """Walk through the manual tests of the build that is checked out, and write down what you find.

    Asks for every test that is pending, failed, blocked or stale, or for the TESTS that you name: node ids, files,
    folders or globs. Each answer is written at once, so that Ctrl-C loses none.
    """
    project = load_project(root.resolve(), policy)
    known("--env", env, project.policy.environments)
    known("--at", at, project.policy.stages)
    person = _person(by, root)
    build = _build(project, record)
    rows = _rows(project, build, out, env or build.environment, at)
    named = [selects(each) for each in tests]
    asked = [row for row in rows if any(each(row.id) for each in named) or (not named and row.outcome in _TO_DO)]
    if not asked:
        click.echo(_nothing(rows, tests))
        return 0
    keep = _Keeper(out, person, build)
    try:
        for number, row in enumerate(asked, start=1):
            _done(keep, build, row, f"{number} of {len(asked)}")
    except Stopped:
        click.echo("")
    left = len(asked) - len(keep.answered)
    click.echo(keep.told())
    if left:
        click.echo(f"{plural(left, 'manual test')} of {len(asked)} not done")
    return LACKING if left else 0


def _build(project: Project, record: Path) -> Listed:
    """Return the manual tests of the build that is checked out; without a record those that stand in Markdown."""
    subject, _ = subject_of(project.rootdir, os.environ)
    policy = project.policy
    if record == Path(DEFAULT_RECORD) and not record.exists() and policy.manual_folder is not None:
        tests = tests_in(project.rootdir, policy.manual_folder, project.vocabulary).tests
        return Listed(tests, subject.commit, bool(subject.dirty), policy.default_environment)
    return listed(record, subject.commit)


def _done(keep: _Keeper, build: Listed, row: ManualRow, count: str) -> None:
    test = next(each for each in build.tests if each.id == row.id)
    answer = ask(test, row, count)
    if answer is not None:
        keep.add(row, test.digest, answer)


class _Keeper:
    """Writes the answers down, all of them anew with each one."""

    def __init__(self, out: Path, person: str, build: Listed) -> None:
        self._out = out
        self._person = person
        self._build = build
        self._path: Path | None = None
        self.answered: list[ManualResult] = []

    def add(self, row: ManualRow, digest: str, answer: Answer) -> None:
        """Take in one answer."""
        now = dt.datetime.now(dt.timezone.utc)
        result = ManualResult(
            id=row.id,
            digest=digest,
            outcome=answer.outcome,
            who=self._person,
            when=rfc3339(now),
            commit=self._build.commit,
            dirty=self._build.dirty,
            environment=row.environment,
            note=answer.note,
        )
        self.answered.append(result)
        try:
            if self._out == Path(MANUAL_RESULTS):
                ignore_folder(self._out.parent)
            self._path = self._path or new_file(self._out, now, self._person)
            self.answered[-1] = write_results(self._path, self.answered, answer.attachments)
        except OSError as error:
            raise UsageError(f"{short(self._out)}: can't be written: {error.strerror}: {error.filename}") from error

    def told(self) -> str:
        """Return what was written."""
        return f"wrote {short(self._path)}" if self._path is not None else "nothing was answered, nothing is written"


def _person(by: str | None, root: Path) -> str:
    person = by if by is not None else _from_git(root)
    if not person:
        raise UsageError("--by: git has no user.name here; say who you are")
    if not is_person(person):
        raise UsageError(f"--by: has to be one line of at most {LONGEST_NAME} visible characters, not {person[:40]!r}")
    return person


def _from_git(root: Path) -> str:
    try:
        return git(root, "config", "--get", "user.name").decode("utf-8", "replace").strip()
    except GitError:
        return ""


def _rows(project: Project, build: Listed, out: Path, env: str | None, at: str | None) -> tuple[ManualRow, ...]:
    policy = project.policy
    stage = at or policy.default_stage
    stages = stages_of(project.vocabulary, at) if at is not None else frozenset(policy.stages)
    results = found_already(out, project.rootdir, policy.evidence)
    place = Place(stage, env, dt.datetime.now(dt.timezone.utc))
    data = ManualData(build.tests, results, stages, build.commit)
    limit = strictest_age(project.gates(stage, env))
    return tuple(row for row in manual_rows(data, place, limit) if row.stage)


def _nothing(rows: tuple[ManualRow, ...], tests: tuple[str, ...]) -> str:
    if tests:
        return f"no manual test is meant by {', '.join(tests)}"
    passed = plural(len(rows), "manual test")
    return f"nothing to do: {passed} passed" if rows else "nothing to do: the record lists no manual test"


@command.command(
    "import",
    epilog="\b\nExamples:\n  stagegate manual import results.csv"
    "\n  stagegate manual import qa.csv --column outcome=Status --column who=Tester --commit 4473828df832",
)
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--column", "columns", multiple=True, metavar="NAME=THEIRS", help="What their table calls a column.")
@click.option("--by", metavar="PERSON", help="Who did those that name nobody.")
@click.option("--commit", metavar="ID", help="The commit of those that state none.")
@click.option("--env", metavar="ENV", help="The environment of those that state none.")
@_record
@_out
@_root
@_policy
def import_command(
    files: tuple[Path, ...],
    columns: tuple[str, ...],
    by: str | None,
    commit: str | None,
    env: str | None,
    record: Path,
    out: Path,
    root: Path,
    policy: Path | None,
) -> int:
    """Take in results from tables: CSV with a head, or a JSON list of objects.

    Columns are id, outcome (passed, failed, blocked), who, when, commit, environment and note. Either every row is in
    order and all are written, or none is, and every mistake is told.
    """
    project = load_project(root.resolve(), policy)
    environments = project.policy.environments
    known("--env", env, environments)
    build = _build(project, record)
    stated = Stated(by, commit, env)
    theirs = dict(_column(each) for each in columns)
    results = [result for path in files for result in _taken(path, build, environments, theirs, stated)]
    try:
        if out == Path(MANUAL_RESULTS):
            ignore_folder(out.parent)
        path = new_file(out, dt.datetime.now(dt.timezone.utc), "import")
        write_results(path, results, ())
    except OSError as error:
        raise UsageError(f"{short(out)}: can't be written: {error.strerror}: {error.filename}") from error
    click.echo(f"wrote {short(path)}: {plural(len(results), 'result')}")
    return 0


def _column(written: str) -> tuple[str, str]:
    ours, _, theirs = written.partition("=")
    known("--column", ours, COLUMNS)
    if not theirs:
        raise UsageError(f"--column: {written!r} names no column of the table; write for example outcome=Status")
    return ours, theirs


def _taken(
    path: Path, build: Listed, environments: tuple[str, ...], columns: dict[str, str], stated: Stated
) -> tuple[ManualResult, ...]:
    try:
        return results_in(path, build, environments, columns, stated)
    except EvidenceError as error:
        raise UsageError(str(error)) from error
