"""Faults in exports of reviews."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from pytest_stagegate.drill.files import in_files
from pytest_stagegate.drill.records import in_records
from pytest_stagegate.evidence import lines
from pytest_stagegate.hooks import Fault
from pytest_stagegate.model.reviews import TrailersData

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path


def _all(*plants: Callable[[Sequence[Path]], bool]) -> Callable[[Sequence[Path]], bool]:
    """Return what plants several edits at once: exports and trailers stand for each other."""

    def plant(files: Sequence[Path]) -> bool:
        planted = [each(files) for each in plants]
        return True in planted

    return plant


def _said(whole: Any) -> Iterator[dict[str, Any]]:
    """Yield every review of an export of GitHub's."""
    listed = whole if isinstance(whole, list) else [*whole.get("reviews", []), *whole.get("latestReviews", [])]
    for each in listed:
        if isinstance(each, list):
            yield from each
        else:
            yield each


def _taken_back(text: str) -> str:
    whole = json.loads(text)
    for each in _said(whole):
        each["state"] = "DISMISSED"
    return json.dumps(whole)


def _of_another(text: str) -> str:
    whole = json.loads(text)
    for each in _said(whole):
        each |= {"commit_id": "0" * 40, "commit": {"oid": "0" * 40}}
    return json.dumps(whole)


def _changed(**values: Any) -> Callable[[str], str]:
    """Return what sets keys of GitLab's, where they are there."""

    def edit(text: str) -> str:
        whole = json.loads(text)
        return json.dumps(whole | {key: value for key, value in values.items() if key in whole})

    return edit


def _own_reviewers(record: Iterable[lines.Line]) -> Iterator[lines.Line]:
    """Let every commit be reviewed by those who made it, and by nobody else."""
    for line in record:
        if isinstance(line, lines.Reviewed) and isinstance(line.trailers, TrailersData):
            own = tuple(
                msgspec.structs.replace(each, reviewers=each.authors[:1]) if each.reviewers else each
                for each in line.trailers.commits
            )
            yield lines.Reviewed(trailers=msgspec.structs.replace(line.trailers, commits=own, merge=None))
        else:
            yield line


def faults(formats: Callable[[Path], str]) -> tuple[Fault, ...]:
    """Return the faults in exports of reviews.

    Args:
        formats: Tells the format of a copy.
    """
    taken_back = {"github-reviews": _taken_back, "gitlab-approvals": _changed(approved_by=[])}
    by_authors = in_records(_own_reviewers)
    of_another = {"github-reviews": _of_another, "gitlab-approvals": _changed(sha="0" * 40)}
    return (
        Fault("every approval is taken back, or its author's own", _all(in_files(taken_back, formats), by_authors)),
        Fault("every approval is of another commit", in_files(of_another, formats)),
    )
