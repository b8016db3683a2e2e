"""Software bills of materials: what each says that it is of and lists, and the face that gates read them through."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from pytest_stagegate.model.numbers import Measure
from pytest_stagegate.model.versions import same_version

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_stagegate.model.decision import Artifact, Subject
    from pytest_stagegate.model.tally import Tally

_DIGEST: Final = re.compile("(?:sha256:)?([0-9a-fA-F]{64})")


class SbomSubject(msgspec.Struct, frozen=True, kw_only=True):
    """What an SBOM says that it is of.

    Attributes:
        name: Name of a project, or of a file.
        version: As it is written; empty when it is not stated.
        sha256: Digest of the file, lower case; empty when it is not stated.
    """

    name: str
    version: str = ""
    sha256: str = ""

    def __str__(self) -> str:
        """Return it in a few words."""
        digest = f"sha256 {self.sha256[:12]}…" if self.sha256 else ""
        return " ".join(part for part in (self.name, self.version, digest) if part)


class SbomData(msgspec.Struct, frozen=True, kw_only=True):
    """One SBOM.

    Attributes:
        file: Name of the file, for messages.
        producer: Tool and version, as far as they are stated.
        subjects: What it says that it is of; mostly one, and none where it does not say.
        components: How many components it lists, those inside others too, without its subjects.
        listed: Name and version of each of these.
    """

    file: str
    producer: str
    subjects: tuple[SbomSubject, ...]
    components: int
    listed: tuple[tuple[str, str], ...] = ()


class Told(msgspec.Struct, frozen=True):
    """What comes of holding one SBOM against what is decided.

    Attributes:
        sbom: The SBOM.
        verdict: ``same``, ``other``, ``no-artifact`` (it states a digest, and there is no artifact to compare) or
            ``not-stated`` (it does not say what it is of, or not as exactly as is asked).
        text: Why, in a few words.
        exactly: Whether bytes were compared, and not only names.
    """

    sbom: SbomData
    verdict: str
    text: str
    exactly: bool = False


def sha256_in(text: str) -> str:
    """Return the SHA-256 digest that a text is, in lower case; empty where it is none."""
    found = _DIGEST.fullmatch(text.strip())
    return found[1].lower() if found is not None else ""


class Sboms:
    """The SBOMs among the evidence as a gate reads them."""

    def __init__(self, sboms: tuple[SbomData, ...], project: Subject, tally: Tally) -> None:
        self._sboms = sboms
        self._project = project
        self._tally = tally

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return f"<{len(self._sboms)} SBOMs>"

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._sboms)

    @property
    def components(self) -> Measure:
        """Components of the SBOM that lists the fewest; unit: components; `inspected` counts SBOMs."""
        self._tally.note(self.count)
        if not self._sboms:
            return Measure(None, unit="components", inspected=0)
        fewest = min(each.components for each in self._sboms)
        where = tuple(f"{each.file}: {each.components}" for each in self._sboms if each.components == fewest)
        return Measure(fewest, unit="components", inspected=self.count, where=where)

    def compared(self, *, by_digest: bool = False) -> tuple[Told, ...]:
        """Hold each SBOM against the project and the artifacts that are decided.

        Args:
            by_digest: Whether a name and a version are too little.
        """
        self._tally.note(self.count)
        return tuple(_compared(each, self._project, by_digest=by_digest) for each in self._sboms)


def _compared(sbom: SbomData, project: Subject, *, by_digest: bool) -> Told:
    """Return the best of what an SBOM says of its subjects: one of several may be what is decided."""
    told = [_held(sbom, each, project, by_digest=by_digest) for each in sbom.subjects]
    order = ("same", "other", "no-artifact", "not-stated")
    nothing = Told(sbom, "not-stated", f"{sbom.file} does not say what it is of")
    return min(told, key=lambda each: order.index(each.verdict), default=nothing)


def _held(sbom: SbomData, subject: SbomSubject, project: Subject, *, by_digest: bool) -> Told:
    if subject.sha256:
        return _by_digest(sbom, subject, project.artifacts)
    named = next((each for each in project.artifacts if each.name == subject.name.rpartition("/")[2]), None)
    if named is None:
        told = _by_name(sbom, subject, project)
        if told.verdict != "same":
            return told
    if by_digest:
        return Told(sbom, "not-stated", f"{sbom.file} states no SHA-256 digest of {subject}")
    how = "by file name" if named is not None else "by name and version"
    return Told(sbom, "same", f"{sbom.file} is of {subject}, {how} only")


def _by_digest(sbom: SbomData, subject: SbomSubject, artifacts: tuple[Artifact, ...]) -> Told:
    if not artifacts:
        text = f"{sbom.file} is of {subject}, and there is no artifact to hold that against"
        return Told(sbom, "no-artifact", text)
    same = next((each.name for each in artifacts if each.sha256.lower() == subject.sha256), None)
    if same is None:
        return Told(sbom, "other", f"{sbom.file} is of {subject}, which is none of the artifacts")
    return Told(sbom, "same", f"{sbom.file} is of {same}, by its digest", exactly=True)


def _by_name(sbom: SbomData, subject: SbomSubject, project: Subject) -> Told:
    if canonicalize_name(subject.name) != canonicalize_name(project.name):
        return Told(sbom, "other", f"{sbom.file} is of {subject}, and {project.name} is decided")
    if not subject.version:
        return Told(sbom, "not-stated", f"{sbom.file} is of {subject} and states no version of it")
    versions = sorted({project.version} if project.version else _versions(project.artifacts))
    if not versions:
        text = f"{sbom.file} is of {subject}, and the version that is decided is not known"
        return Told(sbom, "not-stated", text)
    if not any(same_version(subject.version, each) for each in versions):
        return Told(sbom, "other", f"{sbom.file} is of {subject}, and {project.name} {versions[0]} is decided")
    return Told(sbom, "same", "")


def _versions(artifacts: tuple[Artifact, ...]) -> set[str]:
    """Return the versions that file names of wheels and source distributions state."""
    found = set()
    for each in artifacts:
        read: Callable[[str], tuple[object, ...]] = (
            parse_wheel_filename if each.name.endswith(".whl") else parse_sdist_filename
        )
        try:
            found.add(str(read(each.name)[1]))
        except ValueError:
            continue
    return found
