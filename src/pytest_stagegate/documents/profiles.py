"""What a document leaves out: nothing in the profile ``full``; folders, output and environment in ``public``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec.structs import replace

if TYPE_CHECKING:
    from pytest_stagegate.documents.covered import CoverageView
    from pytest_stagegate.documents.view import View

PROFILES: Final = ("full", "public")

PUBLIC: Final = ("terminal", "html", "md", "release", "comment", "summary", "check", "text")
"""Formats that can be made in the profile ``public``."""

_LEFT_OUT: Final = (
    "This is its public form: it leaves out folders, what tests have written, and facts about the run "
    "and its environments."
)
_ADDRESS: Final = re.compile(r"https?://", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\s,;()“”'\"`]+")
_FOLDERS: Final = re.compile(r"^(?:[A-Za-z]:)?(?:[^/\\]*[/\\])+(?=[^/\\])")
_PATH: Final = re.compile(r"^(?:[A-Za-z]:)?[/\\]|[.*]|[/\\].*[/\\]")
"""What tells a path from words between which there is a stroke."""
_FIGURES: Final = re.compile(r"\d[\d./]*")
_TEST: Final = re.compile(r"(?P<file>[^:\[]*[./\\][^:\[]*::)(?P<outer>[^\[]*::)?(?P<name>.+)", re.DOTALL)
_WARNING: Final = re.compile(r"(?P<place>.+:\d+: \w+ \(\d+\)): .*", re.DOTALL)
"""A warning as the gate of that name tells it: its place, its category, how often, and what the test made of it."""


def in_profile(view: View, profile: str) -> View:
    """Return a decision's strings as a profile shows them; what was decided is the same in each.

    Args:
        view: The decision.
        profile: Of `PROFILES`.
    """
    return view if profile == "full" else _public(view)


def _public(view: View) -> View:
    # Why a failure is expected is what somebody has written for others to read.
    tests = tuple(
        replace(each, reason=each.reason if each.known else "", message="", subtests=()) for each in view.tests
    )
    environments = tuple(replace(each, lines=()) for each in view.environments)
    errors = tuple((path, "") for path, _ in view.collection_errors)
    coverage = _without_names_of_folders(view.coverage)
    shown = replace(view, tests=tests, environments=environments, collection_errors=errors, run=(), coverage=coverage)
    made: View = replace(_without_folders(shown), left_out=_LEFT_OUT)
    return made


def _without_names_of_folders(coverage: CoverageView) -> CoverageView:
    """Return coverage in which each file has its own name alone, whatever signs the names of folders have."""
    return replace(
        coverage,
        folder="",
        heads=tuple(replace(each, name="") for each in coverage.heads),
        tiles=tuple(replace(each, path=each.name) for each in coverage.tiles),
        files=tuple(replace(each, path=each.name) for each in coverage.files),
    )


def _without_folders(value: Any) -> Any:
    """Return a value in which no string names a folder."""
    if isinstance(value, str):
        return _WORD.sub(lambda match: _last(match[0]), value)
    if isinstance(value, tuple):
        return tuple(map(_without_folders, value))
    if isinstance(value, msgspec.Struct):
        return replace(value, **{name: _field(name, getattr(value, name)) for name in value.__struct_fields__})
    return value


def _field(name: str, value: Any) -> Any:
    if name == "where":
        return tuple(map(_place, value))
    return _place(value) if name == "id" else _without_folders(value)


def _place(text: str) -> str:
    """Return the name of a test, in which there may be blanks and strokes, or a place without folders."""
    test = _TEST.fullmatch(text)
    return test["name"] if test else str(_without_folders(_WARNING.sub(r"\g<place>", text)))


def _last(word: str) -> str:
    """Return a file without its folders, and a test without its file; an address stays."""
    if _ADDRESS.match(word) or _FIGURES.fullmatch(word):
        return word
    test = _TEST.fullmatch(word)
    if test:
        return test["name"]
    return _FOLDERS.sub("", word) if _PATH.search(word) else word
