"""What in-toto statements say of where artifacts come from, and the face that gates read it through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.model.commits import differ, short
from pytest_stagegate.model.globs import matches
from pytest_stagegate.model.numbers import Measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.decision import Artifact, Subject
    from pytest_stagegate.model.tally import Tally


class StatementSubject(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a statement is of.

    Attributes:
        name: As it is written; mostly a file's name.
        sha256: Digest of its bytes, lower case; empty when none is stated, whatever other digests are.
    """

    name: str
    sha256: str = ""

    @property
    def file(self) -> str:
        """The name without folders."""
        return self.name.replace("\\", "/").rpartition("/")[2]


class StatementData(msgspec.Struct, frozen=True, kw_only=True):
    """One in-toto statement.

    Attributes:
        file: Name of the file, for messages.
        predicate_type: URI that says what is claimed.
        subjects: What it is of.
        builder: URI of who built; empty when it is not stated.
        repository: URI of the sources; likewise.
        commit: The commit that was built; likewise.
        signed: Whether it came with a signature. Nothing here verifies one.
    """

    file: str
    predicate_type: str
    subjects: tuple[StatementSubject, ...]
    builder: str = ""
    repository: str = ""
    commit: str = ""
    signed: bool = False

    @property
    def origin(self) -> str:
        """Where it says that its subjects come from, in a few words; may be empty."""
        parts = (
            f"by {self.builder}" if self.builder else "",
            f"from {self.repository}" if self.repository else "",
            f"at {short(self.commit)}" if self.commit else "",
        )
        return " ".join(part for part in parts if part)

    def __str__(self) -> str:
        """Return the file with what it says."""
        return f"{self.file} ({self.origin})" if self.origin else self.file


class Provenance:
    """The in-toto statements among the evidence as a gate reads them.

    No signature is verified: what a statement says is taken as it is written.

    Attributes:
        project: What is decided: its commit and its artifacts.
    """

    def __init__(
        self,
        statements: tuple[StatementData, ...],
        project: Subject,
        tally: Tally,
        *,
        excused: frozenset[str] = frozenset(),
    ) -> None:
        self._statements = statements
        self._tally = tally
        self._excused = excused
        self.project = project

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return f"<{len(self._statements)} statements>"

    @property
    def predicate_types(self) -> tuple[str, ...]:
        """What the statements claim, each type once."""
        return tuple(sorted({each.predicate_type for each in self._statements}))

    def claiming(self, predicates: Sequence[str]) -> tuple[StatementData, ...]:
        """Return the statements whose predicate type one of the globs matches."""
        found = tuple(each for each in self._statements if _any(predicates, each.predicate_type))
        self._tally.note(len(found))
        return found

    def of_others(self, statements: Sequence[StatementData]) -> Measure:
        """Return how many statements are of something else, or of other bytes of an artifact's name.

        Those without a SHA-256 digest can't be told and are not among the inspected.
        """
        told = [each for each in statements if any(subject.sha256 for subject in each.subjects)]
        where = tuple(text for each in told if (text := self._other(each)))
        return Measure(len(where), unit="statements of something else", inspected=len(told), where=where)

    def without_digest(self, statements: Sequence[StatementData]) -> tuple[str, ...]:
        """Return what is to be said of statements that state no SHA-256 digest of what they are of."""
        return tuple(
            f"{each.file} states no SHA-256 digest of {', '.join(s.name for s in each.subjects[:3]) or 'anything'}"
            for each in statements
            if not any(subject.sha256 for subject in each.subjects)
        )

    def covered(self, statements: Sequence[StatementData]) -> dict[str, tuple[StatementData, ...]]:
        """Return, by the name of each artifact, the statements that are of its bytes."""
        return {each.name: tuple(said for said in statements if _is_of(said, each)) for each in self.project.artifacts}

    def lacking(self, statements: Sequence[StatementData]) -> tuple[str, ...]:
        """Return the names of the artifacts that no statement is of."""
        of = self.covered(statements)
        return tuple(name for name, said in of.items() if not said and name not in self._excused)

    def of_other_commits(self, statements: Sequence[StatementData]) -> Measure:
        """Return how many statements say that another commit was built; those that state none are not inspected."""
        told = [each for each in statements if each.commit]
        commit = self.project.commit
        where = tuple(
            f"{each.file} is of commit {short(each.commit)}; {short(commit)} is decided"
            for each in told
            if differ(each.commit, commit)
        )
        return Measure(len(where), unit="statements of another commit", inspected=len(told), where=where)

    def not_of(self, statements: Sequence[StatementData], key: str, allowed: Sequence[str]) -> Measure:
        """Return how many statements name another ``builder`` or ``repository`` than the globs allow, or none."""
        said = [(each, getattr(each, key)) for each in statements]
        where = tuple(
            f"{each.file}: its {key} is {name or 'not stated'}" for each, name in said if not _any(allowed, name)
        )
        return Measure(len(where), unit="statements", inspected=len(said), where=where)

    def _other(self, statement: StatementData) -> str:
        artifacts = self.project.artifacts
        for subject in statement.subjects:
            same_name = [each for each in artifacts if each.name == subject.file]
            if same_name and subject.sha256 and all(each.sha256 != subject.sha256 for each in same_name):
                return f"{statement.file} is of {subject.file} with other bytes, sha256 {subject.sha256}"
        if any(_is_of(statement, each) for each in artifacts):
            return ""
        names = ", ".join(subject.name for subject in statement.subjects[:3])
        return f"{statement.file} is of {names}, which is none of the artifacts"


def _is_of(statement: StatementData, artifact: Artifact) -> bool:
    # No digest is the same as none.
    return bool(artifact.sha256) and any(subject.sha256 == artifact.sha256 for subject in statement.subjects)


def _any(globs: Sequence[str], text: str) -> bool:
    return bool(text) and any(matches(glob)(text) for glob in globs)
