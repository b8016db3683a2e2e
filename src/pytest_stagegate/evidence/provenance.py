"""Where the software under decision comes from: commit and work tree, asked of the ``git`` program."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from pytest_stagegate.evidence.artifacts import artifacts_of
from pytest_stagegate.evidence.git import GitError, git
from pytest_stagegate.model.decision import Note, Subject

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pytest_stagegate.model.artifacts import ArtifactGlobs

COMMIT_VARIABLES: Final = (
    "STAGEGATE_COMMIT",
    "GITHUB_SHA",
    "CI_COMMIT_SHA",
    "BUILD_SOURCEVERSION",
    "GIT_COMMIT",
)


class _Commit(NamedTuple):
    id: str | None
    source: str | None
    dirty: bool | None


def subject_of(
    rootdir: Path, environ: Mapping[str, str], artifacts: ArtifactGlobs | None = None
) -> tuple[Subject, tuple[Note, ...]]:
    """Return what is being decided, and why a decision on it would be provisional.

    Args:
        rootdir: The project's root; name and version come from its ``pyproject.toml`` where they are static.
        environ: Environment variables; the first of `COMMIT_VARIABLES` names the commit where there is no repository.
        artifacts: Where what is shipped lies; None where nobody asks.
    """
    name, version = _declared(rootdir)
    asked = _from_git(rootdir)
    commit = asked if asked is not None and asked.id is not None else _from_variables(environ)
    notes = []
    if asked is not None and asked.id is None:
        text = "There is a repository, and git could not say whether its work tree has changes."
        notes.append(Note(reason="tree-unknown", text=text))
    if commit.dirty:
        notes.append(Note(reason="dirty-tree", text="The work tree has changes that are in no commit."))
    if commit.id is None:
        text = f"The commit is unknown: no repository, and none of {', '.join(COMMIT_VARIABLES)} is set."
        notes.append(Note(reason="commit-unknown", text=text))
    shipped, unclear = artifacts_of(rootdir, artifacts, name) if artifacts is not None else ((), ())
    subject = Subject(
        name=name or rootdir.name or "project",
        version=version,
        commit=commit.id,
        commit_source=commit.source,
        dirty=commit.dirty,
        artifacts=shipped,
    )
    return subject, (*notes, *unclear)


def declared_name(rootdir: Path) -> str | None:
    """Return the project's name where its ``pyproject.toml`` declares one."""
    return _declared(rootdir)[0]


def _declared(rootdir: Path) -> tuple[str | None, str | None]:
    try:
        project: Any = tomllib.loads((rootdir / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    except (OSError, ValueError, RecursionError):
        project = {}
    name = project.get("name") if isinstance(project, dict) else None
    version = project.get("version") if isinstance(project, dict) else None
    return name if isinstance(name, str) and name else None, version if isinstance(version, str) else None


def _from_git(rootdir: Path) -> _Commit | None:
    """Ask git once for commit and changes.

    None where there is no repository, or no commit yet; without an id where there is one and git can't say.
    """
    try:
        answer = git(rootdir, "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal")
    except GitError:
        there = any((folder / ".git").exists() for folder in (rootdir, *rootdir.absolute().parents))
        return _Commit(None, None, None) if there else None
    entries = [entry for entry in answer.decode("utf-8", "surrogateescape").split("\0") if entry]
    headers = dict(entry[2:].split(" ", 1) for entry in entries if entry.startswith("# ") and " " in entry[2:])
    oid = headers.get("branch.oid", "(initial)")
    if oid == "(initial)":
        return None
    return _Commit(oid, "git", any(not entry.startswith("# ") for entry in entries))


def _from_variables(environ: Mapping[str, str]) -> _Commit:
    for variable in COMMIT_VARIABLES:
        if environ.get(variable):
            return _Commit(environ[variable], variable, None)
    return _Commit(None, None, None)
