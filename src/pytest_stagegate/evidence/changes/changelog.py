"""A changelog that is kept by hand, as https://keepachangelog.com describes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from pytest_stagegate.evidence.changes.drafted import draft_of
from pytest_stagegate.evidence.changes.headed import Heading, headed
from pytest_stagegate.evidence.changes.tree import text_at, writers_of
from pytest_stagegate.model.changes import Told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.evidence.changes.drafted import Reading
    from pytest_stagegate.model.changes import Draft

_USUAL: Final = ("CHANGELOG.md", "CHANGES.md", "HISTORY.md", "Changelog.md", "changelog.md")
_KEPT: Final = re.compile(r"keepachangelog|^##\s+\[?unreleased\b", re.I | re.M)
_YANKED: Final = re.compile(r"\[yanked\]", re.I)
_VERSION: Final = re.compile(r"\[?(?:v?(?P<version>\d[^\s\]()]*)|unreleased\b).*", re.I)
_LEVEL: Final = 2


def changelog(reading: Reading) -> Told | None:
    """Return what the section of the version tells, else that of what is unreleased; None where there is none.

    A file that the policy does not name is read only where it follows the convention.
    """
    named = reading.rules.changelog
    for path in (named,) if named else _USUAL:
        text = text_at(reading.rootdir, reading.span.last, path)
        if text is None or (not named and not _KEPT.search(text)):
            continue
        drafts = tuple(_section(reading, text, path, reading.version)) if reading.version else ()
        drafts = drafts or tuple(_section(reading, text, path, "unreleased"))
        return Told(
            f"changelog ({path})",
            drafts,
            written=True,
            tells=writers_of(reading.rootdir, reading.span, path) if drafts else frozenset(),
        )
    return None


def _section(reading: Reading, text: str, path: str, version: str) -> Iterator[Draft]:
    inside, category, wanted = False, "", version.lower().removeprefix("v")
    for part in headed(text):
        if isinstance(part, Heading) and part.level <= _LEVEL:
            found = _VERSION.fullmatch(_YANKED.sub("", part.title))
            inside, category = found is not None and (found["version"] or "unreleased") == wanted, ""
        elif isinstance(part, Heading):
            category = part.title.lower()
        elif inside:
            yield replace(draft_of(reading, category, part.text, part.body, "changelog", path), key="")
