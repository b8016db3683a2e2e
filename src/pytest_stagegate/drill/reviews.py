"""Faults in exports of reviews."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_stagegate.drill.files import in_files
from pytest_stagegate.hooks import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


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


def faults(formats: Callable[[Path], str]) -> tuple[Fault, ...]:
    """Return the faults in exports of reviews.

    Args:
        formats: Tells the format of a copy.
    """
    taken_back = {"github-reviews": _taken_back, "gitlab-approvals": _changed(approved_by=[])}
    of_another = {"github-reviews": _of_another, "gitlab-approvals": _changed(sha="0" * 40)}
    return (
        Fault("every approval was taken back", in_files(taken_back, formats)),
        Fault("every approval is of another commit", in_files(of_another, formats)),
    )
