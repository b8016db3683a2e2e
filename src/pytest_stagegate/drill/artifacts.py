"""Faults in what is shipped: it stands in records and in the work tree, and in no file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from pytest_stagegate.drill.records import in_every_record
from pytest_stagegate.evidence import lines
from pytest_stagegate.model.artifacts import PACKAGES
from pytest_stagegate.model.decision import Artifact, Rebuilt, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

_PLANTED: Final = "planted by the drill"


class ArtifactFault(NamedTuple):
    """One fault.

    Attributes:
        name: What is wrong then, for people.
        change: Takes the artifacts, and returns worse ones; the same where there is nothing to spoil.
    """

    name: str
    change: Callable[[tuple[Artifact, ...]], tuple[Artifact, ...]]

    def in_subject(self, subject: Subject) -> Subject:
        """Return what is decided with the fault."""
        return msgspec.structs.replace(subject, artifacts=self.change(subject.artifacts))

    def in_records(self, files: Sequence[Path]) -> bool:
        """Plant the fault into copies of records; return whether any of them had something to spoil."""
        return in_every_record(self._edit)(files)

    def _edit(self, record: list[lines.Line]) -> Iterator[lines.Line]:
        for line in record:
            if isinstance(line, lines.Run):
                line = msgspec.structs.replace(line, subject=self.in_subject(line.subject))
            yield line


def _first(artifacts: tuple[Artifact, ...], kinds: Sequence[str], **worse: object) -> tuple[Artifact, ...]:
    found = next((each for each in artifacts if each.kind in kinds), None)
    return tuple(msgspec.structs.replace(each, **worse) if each is found else each for each in artifacts)


def _other_bytes(artifacts: tuple[Artifact, ...]) -> tuple[Artifact, ...]:
    other = Rebuilt(sha256="d" * 64, differs=(_PLANTED,))
    return tuple(each if each.rebuilt is None else msgspec.structs.replace(each, rebuilt=other) for each in artifacts)


FAULTS: Final = (
    ArtifactFault("every artifact is gone", lambda artifacts: ()),
    ArtifactFault("an artifact is damaged", lambda artifacts: _first(artifacts, PACKAGES, problem=_PLANTED)),
    ArtifactFault(
        "an artifact is of another version", lambda artifacts: _first(artifacts, PACKAGES, version="0+drill")
    ),
    ArtifactFault("a second build made other bytes", _other_bytes),
)
