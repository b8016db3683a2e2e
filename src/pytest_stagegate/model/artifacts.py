"""What is shipped, as gates read it: what each artifact is, and what a second build made of it."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from packaging.utils import canonicalize_name

from pytest_stagegate.model.globs import matches
from pytest_stagegate.model.numbers import Measure, Ratio
from pytest_stagegate.model.versions import same_version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.decision import Artifact, Subject
    from pytest_stagegate.model.tally import Tally

PACKAGES: Final = ("wheel", "sdist")
"""Kinds whose metadata state a project and a version."""

UNREADABLE: Final = "artifact-unreadable"
"""Reason of the note on a file that can't be read at all, and so is in no list."""

_SHA256: Final = re.compile("[0-9a-f]{64}")


class ArtifactGlobs(NamedTuple):
    """Where artifacts lie, relative to the root.

    Attributes:
        shipped: What is shipped.
        rebuilt: What a second build of the same has made; these files are no artifacts, whatever else matches them.
    """

    shipped: tuple[str, ...] = ()
    rebuilt: tuple[str, ...] = ()


class Artifacts:
    """The artifacts that are decided, as a gate reads them.

    Attributes:
        project: What is decided: name and version as the project declares them.
        unreadable: What is known of files that should be in the list and can't be read; sentences.
    """

    def __init__(
        self, project: Subject, tally: Tally, *, unreadable: tuple[str, ...] = (), excused: frozenset[str] = frozenset()
    ) -> None:
        self.project = project
        self.unreadable = unreadable
        self._excused = excused
        self._tally = tally

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return f"<{len(self.project.artifacts)} artifacts>"

    @property
    def all(self) -> tuple[Artifact, ...]:
        """Every artifact, by name."""
        self._tally.note(len(self.project.artifacts))
        return self.project.artifacts

    def like(self, pattern: str) -> tuple[Artifact, ...]:
        """Return the artifacts of a kind (``wheel``, ``sdist``), or whose file names match a glob."""
        if pattern in PACKAGES:
            return tuple(each for each in self.all if each.kind == pattern)
        return tuple(each for each in self.all if matches(pattern)(each.name))

    @property
    def not_looked_into(self) -> tuple[str, ...]:
        """Names of artifacts of which the record does not say what they are, or states no SHA-256 digest."""
        return tuple(each.name for each in self.all if not each.kind or not _SHA256.fullmatch(each.sha256))

    @property
    def damaged(self) -> Measure:
        """Artifacts that can't be read, or contradict themselves; `inspected` counts those that were looked into."""
        looked_into = [each for each in self.all if each.kind in PACKAGES or each.problem]
        return self._measure("damaged artifacts", looked_into, [(each, each.problem) for each in looked_into])

    @property
    def ambiguous(self) -> Measure:
        """Artifacts whose name another one with other bytes has too."""
        digests: dict[str, set[str]] = defaultdict(set)
        for each in self.all:
            digests[each.name].add(each.sha256)
        told = [(each, f"sha256 {each.sha256}" if len(digests[each.name]) > 1 else "") for each in self.all]
        return self._measure("artifacts of one name", self.all, told)

    @property
    def packages(self) -> tuple[Artifact, ...]:
        """The wheels and source distributions whose metadata state a project and a version."""
        return tuple(each for each in self.all if each.kind in PACKAGES and each.project and each.version)

    @property
    def of_another_version(self) -> Measure:
        """Wheels and source distributions of another project or version than is declared."""
        told = [(each, self._other(each)) for each in self.packages]
        return self._measure("artifacts of something else", self.packages, told)

    @property
    def of_several_versions(self) -> Measure:
        """Wheels and source distributions of another project or version than the first of them."""
        first = self.packages[0] if self.packages else None
        told = [
            (each, "" if first is None or _alike(each, first) else f"{_stated(each)}, and {first.name} is not")
            for each in self.packages
        ]
        return self._measure("artifacts of something else", self.packages, told)

    @property
    def without_version_in_name(self) -> Measure:
        """Artifacts that are neither, in whose file names the declared version does not stand."""
        others = [each for each in self.all if each.kind not in PACKAGES]
        version = self.project.version or ""
        told = [
            (each, "" if _names_version(each.name, version) else f"without {version} in its name") for each in others
        ]
        return self._measure("artifacts of something else", others, told)

    @property
    def not_rebuilt(self) -> tuple[str, ...]:
        """Names of artifacts that no second build has made."""
        return tuple(each.name for each in self.all if each.rebuilt is None and each.name not in self._excused)

    @property
    def reproduced(self) -> Measure:
        """Which share of those that a second build has made has the same bytes there; places name what differs."""
        again = [each for each in self.all if each.rebuilt is not None]
        other = {
            each.name: each.rebuilt.differs or ("the bytes differ",)
            for each in again
            if each.rebuilt is not None and each.rebuilt.sha256 != each.sha256 and each.name not in self._excused
        }
        same = sum(1 for each in again if each.name not in other)
        where = tuple(f"{name}: {place}" for name, places in other.items() for place in places)
        return Measure(Ratio(same, len(again)), unit="artifacts", inspected=len(again), where=where)

    def _other(self, each: Artifact) -> str:
        same_name = canonicalize_name(each.project) == canonicalize_name(self.project.name)
        if same_name and same_version(each.version, self.project.version or ""):
            return ""
        return f"{_stated(each)}, and {self.project.name} {self.project.version} is declared"

    def _measure(self, unit: str, looked_at: Sequence[Artifact], told: Sequence[tuple[Artifact, str]]) -> Measure:
        where = tuple(f"{each.name}: {text}" for each, text in told if text and each.name not in self._excused)
        return Measure(len(where), unit=unit, inspected=len(looked_at), where=where)


def _alike(one: Artifact, other: Artifact) -> bool:
    same_name = canonicalize_name(one.project) == canonicalize_name(other.project)
    return same_name and same_version(one.version, other.version)


def _stated(each: Artifact) -> str:
    return f"it is of {each.project} {each.version}"


def _names_version(name: str, version: str) -> bool:
    found = re.search(rf"(?<![0-9A-Za-z])(?<!\d\.)v?{re.escape(version)}(?![0-9A-Za-z]|\.\d)", name)
    return bool(version) and found is not None
