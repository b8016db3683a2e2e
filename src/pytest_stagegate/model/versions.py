"""Versions as Python packages state them, and by how much one has to grow.

Order and spelling: version specifiers of Python packages (PEP 440), compared by ``packaging``.
"""

from __future__ import annotations

from typing import Final

from packaging.version import Version

GROWTH: Final = ("major", "minor", "patch", "none")
"""By how much a version may have to grow, the largest step first; each is a part of the version but the last."""


def version_from(text: str | None) -> Version | None:
    """Return a version; None where there is none, or what is written is none."""
    try:
        return Version(text or "")
    except ValueError:
        return None


def same_version(one: str, other: str) -> bool:
    """Return whether two texts are the same version; texts that are none are compared as they are."""
    parsed = version_from(one), version_from(other)
    return one == other if None in parsed else parsed[0] == parsed[1]


def final_of(text: str | None) -> str | None:
    """Return the final version that a pre-release leads to; any other text as it is."""
    version = version_from(text)
    return text if version is None or not version.is_prerelease else version.base_version


def grown(before: Version, step: str) -> Version:
    """Return the least version after a step of `GROWTH`: 1.3.0 for 1.2.4 and ``minor``."""
    if step == "none":
        return before
    place = GROWTH.index(step)
    parts = [*before.release, 0, 0, 0]
    release = [*parts[:place], parts[place] + 1, *(0 for _ in parts[place + 1 : max(len(before.release), 3)])]
    return Version(f"{before.epoch}!{'.'.join(map(str, release))}")


def reaches(version: Version, least: Version) -> bool:
    """Return whether a version, or the final that it is a pre-release of, is at least another."""
    return max(version, Version(version.base_version)) >= least
