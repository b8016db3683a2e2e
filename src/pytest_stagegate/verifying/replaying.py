"""Making a recorded decision once more: the same question, policy and instant, over the evidence that was found."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from pytest_stagegate import __version__
from pytest_stagegate.assembling import Question
from pytest_stagegate.errors import EvidenceError, MistakesError
from pytest_stagegate.evidence.attaching import attachment_path
from pytest_stagegate.evidence.finding import Given
from pytest_stagegate.evidence.packing import safe_name
from pytest_stagegate.evidence.readers.sign_off import signature_path
from pytest_stagegate.model.flags import FILE_KIND as FLAG_FILE
from pytest_stagegate.model.flags import FeatureRules
from pytest_stagegate.model.lasting import LASTING
from pytest_stagegate.model.manual import FILE_KIND as MANUAL_TESTS
from pytest_stagegate.model.plan import FILE_KIND as PLAN
from pytest_stagegate.model.repository import Repository
from pytest_stagegate.model.reviews import KIND as REVIEWS
from pytest_stagegate.model.sign_offs import KIND as SIGN_OFFS
from pytest_stagegate.model.sign_offs import SignOffs
from pytest_stagegate.model.since import KIND as SINCE
from pytest_stagegate.model.sources import KINDS
from pytest_stagegate.model.times import rfc3339, utc_time
from pytest_stagegate.model.told import ReleaseNotes
from pytest_stagegate.policy.binding import bound_of
from pytest_stagegate.policy.finding import canonical, revived
from pytest_stagegate.policy.loading import policy_of
from pytest_stagegate.policy.model import Layer
from pytest_stagegate.project import Project, vocabulary_of
from pytest_stagegate.registry import Registry
from pytest_stagegate.run import decision_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_stagegate.model.decision import Asked, Decision, EvidenceItem
    from pytest_stagegate.model.evidence import Evidence
    from pytest_stagegate.verifying.locating import Located

BASELINE: Final = "baseline"
OPERATIONS: Final = "operations"
_NOT_GIVEN: Final = (BASELINE, OPERATIONS, PLAN, MANUAL_TESTS, FLAG_FILE, SINCE)
"""Kinds of evidence that the policy names, so that nobody hands it over; of sign-offs it names the allowed signers."""

_ALLOWED: Final = "allowed-signers"
NO_GIT: Final = "what git said of the sources is in no record"
_NO_TIME: Final = dt.datetime(1980, 1, 1, tzinfo=dt.timezone.utc)
"""Stands for the time of a file's last change, which no digest holds."""

_ZONES: Final = dt.timedelta(hours=15)
"""How far a local time without its zone may lie from the instant that was meant."""


class Doubts(msgspec.Struct):
    """What stands in the way of telling.

    Attributes:
        lacking: Why nothing can be said of a kind of evidence.
        unsure: Why a difference may come from here and not from the evidence.
    """

    lacking: dict[str, str] = msgspec.field(default_factory=dict)
    unsure: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def deciding(self) -> dict[str, str]:
        """All of it by kind, but for the last release, which decides nothing; what is lacking first."""
        return {kind: why for kind, why in {**self.lacking, **self.unsure}.items() if kind != SINCE}

    def lack(self, kinds: Iterable[str], why: str) -> None:
        """Note what is lacking; the first word counts."""
        for kind in kinds:
            self.lacking.setdefault(kind, why)

    def doubt(self, kinds: Iterable[str], why: str) -> None:
        """Note what is not sure; the first word counts."""
        for kind in kinds:
            self.unsure.setdefault(kind, why)


class Replayed(msgspec.Struct, frozen=True):
    """A decision made once more.

    Attributes:
        decision: The decision.
        evidence: What it was made of.
        registry: The gates that were at hand.
        doubts: What stands in the way of telling.
        undated: Files that nothing but the recorded decision dates.
        asking: Ids of the gates that need to know what git says of the sources.
        noting: Ids of the gates that need to know what the release notes tell.
    """

    decision: Decision
    evidence: Evidence
    registry: Registry
    doubts: Doubts
    undated: tuple[str, ...]
    asking: frozenset[str]
    noting: frozenset[str]


def replayed(recorded: Decision, found: Located, root: Path, scratch: Path, *, with_gates: bool) -> Replayed:
    """Make a recorded decision once more.

    Args:
        recorded: The decision.
        found: Its evidence.
        root: The project's root: where sources are looked for, and its own gates if they are wanted.
        scratch: An empty folder, in which the evidence is laid out as it was.
        with_gates: Whether code of the project and of installed packages may be loaded.

    Raises:
        StageGateError: When it can't be made at all.
        ValueError: When its question is damaged.
    """
    assert recorded.question is not None
    registry = Registry(root if with_gates else None)
    project = _project(recorded, recorded.question, scratch / "root", registry)
    layout = _Layout(scratch)
    doubts = Doubts()
    signatures = {row.sha256: row.signature_sha256 for row in recorded.sign_offs}
    for item in recorded.evidence:
        _lay(item, signatures.get(item.sha256 or ""), found, layout, doubts)
    not_loaded = _needed_by_features(project)
    if not_loaded:
        doubts.lack((FLAG_FILE,), f"a feature needs the gate {not_loaded}, which is not loaded")
    if recorded.question.version != __version__:
        text = f"stagegate {recorded.question.version} made it, and this is {__version__}"
        doubts.doubt((*KINDS, *_NOT_GIVEN), text)
    question = Question(
        given=tuple(_given(recorded.question, recorded.evidence, layout)),
        checkout=(recorded.question.checkout, recorded.question.notes),
        at=recorded.question.at,
        environment=recorded.question.environment,
        opens=recorded.question.opens,
        as_of=utc_time(recorded.as_of),
        # Gates that are not loaded are a part of the basis; that it is the recorded gates' is told by itself.
        basis=recorded.basis or None,
        sources=root,
    )
    decision, evidence = decision_of(project, question)
    if evidence.repository is None and any(row.override is not None for row in recorded.sign_offs):
        doubts.doubt((SIGN_OFFS,), NO_GIT)
    if evidence.trailers is None:
        doubts.doubt((REVIEWS,), NO_GIT)
    undated = _date(recorded.evidence, decision.evidence, layout)
    if undated:
        decision, evidence = decision_of(project, question)
    return Replayed(
        _with_names(decision, recorded),
        evidence,
        registry,
        doubts,
        # What grows no older is judged alike whenever it was made.
        tuple(each.source for each in undated if each.kind not in LASTING),
        _asking(project, decision.stage, Repository, SignOffs),
        _asking(project, decision.stage, ReleaseNotes),
    )


def _project(recorded: Decision, asked: Asked, root: Path, registry: Registry) -> Project:
    root.mkdir()
    named = Layer(recorded.policy.source, "", (), {}, "")
    policy = policy_of((named,), revived(json.loads(canonical(recorded.policy.content))))
    # Gates that are not loaded can't be judged, and waivers of them can't be used: both are told apart later.
    # The recorded content is sorted by name; the order of the tables as they were written is that of the results.
    order = {result.gate: number for number, result in reversed(tuple(enumerate(recorded.gates)))}
    loaded = (table for table in policy.gates if table.uses in registry.gates)
    tables = tuple(sorted(loaded, key=lambda table: order.get(table.id, len(order))))
    bound, mistakes = bound_of(
        replace(policy, gates=tables, waivers=(), features=FeatureRules()), registry.gates, registry.local
    )
    if policy.mistakes or mistakes:
        raise MistakesError("the recorded policy", [*policy.mistakes, *mistakes], code="policy")
    vocabulary = vocabulary_of(policy)
    return Project(root, policy, bound, vocabulary, registry, None, asked.project)


def _needed_by_features(project: Project) -> str:
    """Return a gate that a feature needs and that is not at hand; empty where there is none."""
    known = {each.id for each in project.bound}
    needed = (name for rule in project.policy.features.features for name in rule.gates)
    return next((name for name in needed if name not in known), "")


def _asking(project: Project, stage: str, *faces: type) -> frozenset[str]:
    places = (None, *project.policy.environments)
    active = [each for place in places for each in project.gates(stage, place)]
    return frozenset(each.id for each in active if any(each.needs(face) for face in faces))


def _with_names(decision: Decision, recorded: Decision) -> Decision:
    """Return the decision with what only the files of the policy say: their names, and digests of each alone."""
    policy = msgspec.structs.replace(decision.policy, source=recorded.policy.source, extends=recorded.policy.extends)
    return msgspec.structs.replace(decision, policy=policy, question=recorded.question)


class _Layout:
    """The evidence files as they lay, in a folder that stands for the root."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self.paths: dict[str, list[Path]] = {}

    def place(self, source: str, content: Path | None, attachment: Path | None, signature: Path | None) -> None:
        """Copy a file, and what stood beside it, to where it is found under its recorded name."""
        path = self.at(source)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            taken = os.path.lexists(path) or path.parent.is_symlink()
        except OSError:
            taken = True
        if taken:
            # Of two files outside the root only the names are known, and those may be the same.
            path = self._scratch / f"elsewhere-{len(list(self._scratch.iterdir()))}" / path.name
            path.parent.mkdir()
        beside = ((attachment, attachment_path(path)), (signature, signature_path(path)))
        for origin, target in ((content, path), *beside):
            if origin is not None:
                shutil.copyfile(origin, target)
                os.utime(target, (_NO_TIME.timestamp(), _NO_TIME.timestamp()))
        self.paths.setdefault(source, []).append(path)

    def at(self, source: str) -> Path:
        """Return the place of a recorded name; of one that could lie elsewhere its last part's."""
        try:
            safe_name(source)
        except EvidenceError:
            source = Path(source).name or "unnamed"
        return self._scratch / "root" / source


def kinds_of(item: EvidenceItem) -> tuple[str, ...]:
    """Return the kinds of evidence that an item of the list brings."""
    if item.format == "stagegate" or item.kind == "unknown":
        return (*KINDS, *_NOT_GIVEN)
    return (item.kind,)


def _lay(item: EvidenceItem, signature: str | None, found: Located, layout: _Layout, doubts: Doubts) -> None:
    """Lay out one file, or note that it is lacking."""
    kinds = kinds_of(item)
    digests = (item.sha256, item.attachment, signature)
    lost = [digest for digest in digests if digest is not None and found.path(digest) is None]
    if lost:
        doubts.lack(kinds, f"{item.source} is not here as it was")
    elif item.format == "coverage-data":
        doubts.lack(kinds, f"{item.source} says something only with the sources, which are no evidence")
    elif item.sha256 is not None or item.attachment is not None:
        layout.place(item.source, *map(found.path, digests))
        if item.format != "stagegate" and item.kind in ("coverage", "findings"):
            doubts.doubt(kinds, f"what {item.source} says of paths depends on where the sources are")
    if item.sha256 is None and item.id != "coverage" and item.state in ("missing", "unreadable"):
        doubts.doubt(kinds, f"how {item.source} could not be read is not recorded")


def _given(asked: Asked, items: Iterable[EvidenceItem], layout: _Layout) -> Iterable[Given]:
    items = tuple(items)
    named = {each.source for each in asked.given}
    # A file that is lacking is still one of its kind: gates of other kinds have nothing to do with it.
    lacking = {each.source: each.format for each in items if each.sha256 and each.source not in layout.paths}
    for each in asked.given:
        for path in layout.paths.get(each.source, [layout.at(each.source)]):
            yield Given(path, each.format or lacking.get(each.source, ""), each.stage, each.environment)
    for item in items:
        # What only a record names lay where that record leads to, or elsewhere; here it is found by its digest.
        policy_s = item.kind in _NOT_GIVEN or item.format == _ALLOWED
        if item.source not in named and item.format != "stagegate" and not policy_s:
            yield from map(Given, layout.paths.get(item.source, ()))
            if item.source in lacking:
                yield Given(layout.at(item.source), item.format)


def _date(recorded: Iterable[EvidenceItem], again: Iterable[EvidenceItem], layout: _Layout) -> list[EvidenceItem]:
    """Date the files that no evidence dates as the decision says; return them."""
    created = {(each.source, each.sha256): each.created for each in again}
    undated = []
    for item in recorded:
        now = created.get((item.source, item.sha256))
        if item.created is None or item.sha256 is None or now is None or now == item.created:
            continue
        if now == rfc3339(_NO_TIME) or abs(utc_time(now) - utc_time(item.created)) <= _ZONES:
            undated.append(item)
            for path in layout.paths.get(item.source, ()):
                os.utime(path, (utc_time(item.created).timestamp(),) * 2)
    return undated
