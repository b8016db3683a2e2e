"""Collecting release notes: from a repository and its policy to `Notes`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.errors import EvidenceError, StageGateError, UsageError
from pytest_stagegate.evidence.changes.corrections import corrections_of
from pytest_stagegate.evidence.changes.drafted import Reading
from pytest_stagegate.evidence.changes.history import (
    authors_before,
    commits_of,
    remote_of,
    time_of,
    touching,
    touching_only,
)
from pytest_stagegate.evidence.changes.sources import pulls_of, sources_of
from pytest_stagegate.evidence.changes.spans import span_of, version_of
from pytest_stagegate.evidence.git import GitError
from pytest_stagegate.evidence.provenance import declared_name
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.notes import Notes
from pytest_stagegate.model.proof import linked
from pytest_stagegate.model.told import ToldData, told_data
from pytest_stagegate.model.versions import final_of
from pytest_stagegate.stepping import step
from pytest_stagegate.telling.accounting import Asked, account
from pytest_stagegate.telling.correcting import corrected, refated
from pytest_stagegate.telling.folding import contributors_of, implied_by, placed, sections_of
from pytest_stagegate.telling.known import known_issues_of
from pytest_stagegate.telling.references import addresses_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pytest_stagegate.model.changes import Commit, Span, Told
    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.note_rules import NotesRules
    from pytest_stagegate.project import Project

UNRELEASED = "Unreleased"


class NotesQuestion(msgspec.Struct, frozen=True):
    """Which notes are asked for.

    Attributes:
        range: ``FROM..TO``, ``FROM..``, ``..TO``, a tag for that release, or None for what is checked out since the
            last release.
        version: The version that is described; None for that of the tag at the end of the range.
        paths: Files, folders and globs, relative to the root; only what touches one of them is told. Empty for all.
        environ: Environment variables, of which ``SOURCE_DATE_EPOCH`` is read.
        decision: The decision whose evidence says what is known not to work, or None.
        decision_sha256: Digest of its file.
    """

    range: str | None
    version: str | None
    paths: tuple[str, ...]
    environ: Mapping[str, str]
    decision: Decision | None = None
    decision_sha256: str | None = None


def notes_of(project: Project, asked: NotesQuestion) -> Notes:
    """Return the notes of one release; without any configuration, from whatever the repository has.

    Raises:
        EvidenceError: Without a repository or a commit, when a shallow clone lacks a part of the range, or when a
            source can't be read.
        UsageError: When the range names what git doesn't know.
        MistakesError: With all mistakes in the file of corrections.
    """
    try:
        return _notes(project, asked)
    except GitError as error:
        raise EvidenceError(f"git can't say what changed: {error}.", code="unreadable") from error


def proven_notes(project: Project, asked: NotesQuestion) -> Notes:
    """Return the notes of one release with what the decision's tests say of them; raises as `notes_of` does.

    Where the decision is about another commit than that at which the notes end, a warning says so.
    """
    notes = notes_of(project, asked)
    if asked.decision is None:
        return notes
    commit = asked.decision.subject.commit
    if commit is not None and commit != notes.last_commit:
        text = f"The decision is about commit {commit}, and these notes end at {notes.last_commit}."
        notes = msgspec.structs.replace(notes, warnings=(*notes.warnings, text))
    return linked(notes, asked.decision.requirements)


def told_of(project: Project, version: str | None) -> ToldData | Absent:
    """Return what gates judge of the notes since the last release, or why it is not known.

    A pre-release is judged by all that its final will tell: by that its version has to have grown.

    Args:
        project: Policy and gates.
        version: The version that is declared.
    """
    try:
        notes = notes_of(project, NotesQuestion(None, final_of(version), (), {}))
    except StageGateError as error:
        reason = error.code if isinstance(error, EvidenceError) else "unreadable"
        return Absent(reason, error.message.rstrip("."), error.remedy)
    return told_data(notes, version_of(notes.since))


def _notes(project: Project, asked: NotesQuestion) -> Notes:
    root, rules = project.rootdir, project.policy.notes
    step("reading the history")
    span = span_of(root, asked.range, asked.version, project.policy.release_tag)
    commits = commits_of(root, span)
    known = _known(root, span, rules, asked.paths)
    version = asked.version or span.version
    reading = Reading(root, span, version, rules, known.addresses, pulls_of(commits))
    sources = sources_of(reading, commits)
    account_ = account(commits, sources, known)
    told = corrected([(draft, placed(draft, rules)) for draft in account_.drafts], corrections_of(root, rules), rules)
    fates = refated(account_.fates, told.dropped)
    entries = [entry for _, entry in told.entries]
    stated = [text for source in sources for text in source.issues]
    before = authors_before(root, span.first) if span.first and not span.shallow else None
    return Notes(
        project=declared_name(root) or root.resolve().name or "project",
        version=version or UNRELEASED,
        date=_date(commits, root, span, asked.environ),
        since=span.since,
        until=span.until,
        first_commit=span.first,
        last_commit=span.last,
        sections=sections_of(entries, rules),
        known_issues=known_issues_of(rules, entries, asked.decision, stated, known.addresses),
        contributors=contributors_of(commits, fates, before),
        fates=fates,
        implied=implied_by(told.entries, version_of(span.since)),
        folded=span.folded,
        prelude="\n\n".join(source.prelude for source in sources if source.prelude),
        sources=_names(sources, rules),
        warnings=(*span.warnings, *account_.warnings, *told.warnings),
        decision_sha256=asked.decision_sha256,
    )


def _names(sources: Sequence[Told], rules: NotesRules) -> tuple[str, ...]:
    commits = ("commits",) if rules.sources is None or "commits" in rules.sources else ()
    return (*(source.source for source in sources), *commits)


def _known(root: Path, span: Span, rules: NotesRules, paths: Sequence[str]) -> Asked:
    """Ask git for what commits touch, as far as policy and question need it."""
    return Asked(
        last=span.last,
        rules=rules,
        addresses=addresses_of(remote_of(root), rules),
        within=touching(root, span, paths) if paths else None,
        only={rule.place: touching_only(root, span, rule.paths) for rule in rules.leave_out if rule.paths},
        packages={name: touching(root, span, globs) for name, globs in rules.packages.items()},
    )


def _date(commits: Sequence[Commit], root: Path, span: Span, environ: Mapping[str, str]) -> str:
    """Return the day of the release, in UTC."""
    written = environ.get("SOURCE_DATE_EPOCH", "").strip()
    if not written:
        seconds = commits[0].time if commits else time_of(root, span.last)
    elif written.isascii() and written.isdigit():
        seconds = int(written)
    else:
        raise UsageError(f"SOURCE_DATE_EPOCH has to be a number of seconds since 1970, not {written!r}")
    try:
        return dt.datetime.fromtimestamp(seconds, dt.timezone.utc).date().isoformat()
    except (OverflowError, ValueError, OSError) as error:
        raise UsageError(f"SOURCE_DATE_EPOCH is no day that could be written: {seconds}") from error
