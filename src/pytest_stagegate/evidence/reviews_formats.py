"""Telling the formats of reviews from the beginning of a JSON file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pytest_stagegate.evidence.findings_formats import keys_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIRST: Final = re.compile(r"\[\s*(?:\[\s*)?(?=\{)")
_BY_GH: Final = re.compile(r'\{\s*"author"\s*:\s*\{[^{}]*"is_bot"\s*:')


def format_of_reviews(text: str, keys: Sequence[str]) -> str:
    """Return the format that the beginning of a JSON file tells; empty where it is none of these.

    Args:
        text: It begins with a bracket or a brace; it may break off anywhere.
        keys: The keys of its object, as far as they can be read; none for a list.
    """
    known = set(keys)
    if first := _FIRST.match(text):
        listed = set(keys_of(text[first.end() :]))
        return "github-reviews" if {"pull_request_url", "state"} <= listed else ""
    if _BY_GH.match(text) is not None or {"diff_url", "patch_url"} <= known or _viewed(known):
        return "github-reviews"
    if "approved_by" in known or ({"iid", "project_id"} <= known and "target_branch" in known):
        return "gitlab-approvals"
    return ""


def _viewed(known: set[str]) -> bool:
    return "author" in known and bool(known & {"reviews", "latestReviews"})
