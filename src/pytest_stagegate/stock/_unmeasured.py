"""Files that coverage should have measured and has never seen: said in the same words by every gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.thresholds import no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.model.coverage import Coverage
    from pytest_stagegate.model.verdicts import Check

_NAMED: Final = 3
"""How many files the sentence itself names; the places have them all."""


def unmatched_source(measured: Coverage, source: Sequence[str]) -> Iterator[Check]:
    """Yield a check that names the folders or packages of which no file was measured; none where there are none."""
    empty = [name for name in source if not measured.of_source([name]).files]
    if empty:
        text = f"no file of the source {', '.join(map(repr, empty))} was measured"
        yield no_evidence("source", "source-matches-nothing", text)


def never_measured(paths: Sequence[str], kind: str) -> Iterator[Check]:
    """Yield a check that names the files; none where there are none.

    Args:
        paths: The files, sorted.
        kind: What they are, in front of ``source files``; empty for all that git lists.
    """
    if not paths:
        return
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    files = f"{len(paths)} {kind} source file".replace("  ", " ") + ("s were" if len(paths) > 1 else " was")
    text = f"{files} never measured: {', '.join(paths[:_NAMED])}{more}"
    yield no_evidence("files", "files-missing", text, unit="files", where=tuple(paths))
