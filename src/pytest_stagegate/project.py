"""A project: its policy and its gates, read and found to be in order."""

from __future__ import annotations

import datetime as dt
import os
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from pytest_stagegate.errors import Mistake, MistakesError, nearest
from pytest_stagegate.evidence.plans import refuse_circles
from pytest_stagegate.evidence.provenance import declared_name
from pytest_stagegate.evidence.releases import last_release, read_at
from pytest_stagegate.evidence.repository import repository_of
from pytest_stagegate.evidence.trailers import trailers_of
from pytest_stagegate.judging import ActiveGate
from pytest_stagegate.model.decision import Drift
from pytest_stagegate.model.globs import matches
from pytest_stagegate.model.goals_face import Goals
from pytest_stagegate.model.numbers import Duration
from pytest_stagegate.model.released import ReleasedPolicy
from pytest_stagegate.model.repository import Repository
from pytest_stagegate.model.rings import gates_of
from pytest_stagegate.model.service_levels import KIND as SERVICE_LEVELS
from pytest_stagegate.model.service_levels import SLO, TELEMETRY, ServiceLevels, ToMeasure
from pytest_stagegate.model.sign_offs import SignOffs
from pytest_stagegate.model.verdicts import Enforcement, Level, OnMissing
from pytest_stagegate.policy.binding import BoundGate, applying, bind
from pytest_stagegate.policy.drifting import drift_since
from pytest_stagegate.policy.loading import load
from pytest_stagegate.policy.model import BUILT_IN
from pytest_stagegate.registry import Registry
from pytest_stagegate.tagging import Vocabulary, stages_of
from pytest_stagegate.waiving import Waivers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_stagegate.model.absent import Absent
    from pytest_stagegate.model.expected import Expected
    from pytest_stagegate.model.repository import RepositoryData
    from pytest_stagegate.model.reviews import TrailersData
    from pytest_stagegate.model.service_levels import Objective
    from pytest_stagegate.model.sources import EvidenceRule
    from pytest_stagegate.policy.model import Policy

_RESULTS: Final = "results"
_ROLLOUT: Final = "rollout"


class Project(msgspec.Struct, frozen=True):
    """A project's policy and gates, read and found to be in order.

    Attributes:
        rootdir: The project's root.
        policy: Its policy.
        bound: Every gate that may apply.
        vocabulary: Stages, environments and path rules for tagging.
        registry: Everything that plugins bring.
        policy_file: The policy file that was named, or None.
        name: The name that it declares, or None.
        opens: The ring that is to open, ``complete``, or empty where no step of a rollout is decided.
        filed: Objectives that stand in files.
    """

    rootdir: Path
    policy: Policy
    bound: tuple[BoundGate, ...]
    vocabulary: Vocabulary
    registry: Registry
    policy_file: Path | None
    name: str | None
    filed: tuple[Objective, ...] = ()
    opens: str = ""

    def opening(self, ring: str) -> Project:
        """Return the project as it decides about a step of its rollout; as it is where no ring is to open."""
        return replace(self, opens=ring) if ring else self

    def gates(self, stage: str, environment: str | None) -> list[ActiveGate]:
        """Return the gates of one decision: of a step of the rollout those that its rings name, none softened."""
        if self.opens:
            block = Enforcement(Level.BLOCK)
            hold = OnMissing.HOLD
            asked = self._of_step(stage, environment)
            return [replace(_active(each), enforcement=block, on_missing=hold) for each in asked]
        return [_active(each) for each in applying(self.bound, stage, environment)]

    def _of_step(self, stage: str, environment: str | None) -> Iterator[BoundGate]:
        named = gates_of(self.policy.rings, self.opens)
        results = [each for each in applying(self.bound, stage, environment) if each.gate.name == _RESULTS]
        yield from (each for each in results if each.id not in named)
        known = {each.id: each for each in self.bound}
        yield from (known[name] for name in named)
        own = self.registry.gates[_ROLLOUT]
        if _ROLLOUT not in named:
            yield known.get(_ROLLOUT) or BoundGate(None, own, own.options() if own.options is not None else None)

    def asks_for(self, face: type, stage: str) -> bool:
        """Return whether a gate that may be judged at a stage, in whatever environment, asks for a kind of evidence."""
        places = (None, *self.policy.environments)
        return any(
            _active(each).needs(face) and any(each.applies(stage, place) for place in places) for each in self.bound
        )

    def expected(self, stage: str, environment: str | None) -> tuple[Expected, ...]:
        """Return the cells that must have evidence when a stage is decided: of the stages whose tests it judges."""
        judged = stages_of(self.vocabulary, stage)
        return tuple(
            cell
            for cell in self.policy.expected
            if cell.stage in judged and (environment is None or cell.environment in (None, environment))
        )

    def repository(
        self, environ: Mapping[str, str], gates: Iterable[ActiveGate] | None = None
    ) -> RepositoryData | None:
        """Return what git says of the project's sources as they are now; None when no gate asks.

        Who made the commit is said for later decisions on the same record, too, which people sign.

        Args:
            environ: Environment variables, in which a CI names the branch that the work goes into.
            gates: The gates of the decision; every gate of the policy where it is not known yet.
        """
        if not (self.reads((Repository,), gates) or self.reads((SignOffs,))):
            return None
        return repository_of(self.rootdir, self.policy.base, self.policy.release_tag, environ)

    def trailers(self, environ: Mapping[str, str]) -> TrailersData | Absent:
        """Return who made and who reviewed what is checked out; asks git."""
        return trailers_of(self.rootdir, self.policy.base, environ)

    def reads(self, faces: tuple[type, ...], gates: Iterable[ActiveGate] | None = None) -> bool:
        """Return whether a gate asks for any of these kinds of evidence.

        Args:
            faces: The kinds.
            gates: The gates of the decision; every gate of the policy where it is not known yet.
        """
        asking = gates if gates is not None else map(_active, self.bound)
        return any(gate.needs(face) for gate in asking for face in faces)

    def producers(
        self, stage: str | None, environment: str | None, decided: str | None = None
    ) -> tuple[EvidenceRule, ...]:
        """Return the producers that a decision needs: those of no other stage than those whose tests it judges.

        Those of a protected environment are needed only where it is named, or known to be what is decided.

        Args:
            stage: The stage; None for every one.
            environment: The environment that somebody named; None for every one that is not protected.
            decided: The environment that the evidence is of, or None.
        """
        closed = self.policy.protected - {environment, decided}
        judged = stages_of(self.vocabulary, stage) if stage is not None else self.policy.stages
        return tuple(
            rule
            for rule in self.policy.producers
            if (rule.format != SERVICE_LEVELS or self._asks_for_levels(judged if stage is None else (stage,)))
            and (not rule.stage or rule.stage in judged)
            and (environment is None or rule.environment in (None, environment))
            and rule.environment not in closed
        )

    def _asks_for_levels(self, stages: Iterable[str]) -> bool:
        return any(self.asks_for(ServiceLevels, stage) for stage in stages)

    @property
    def to_measure(self) -> ToMeasure | None:
        """What Prometheus is asked; None where the policy names no server."""
        if self.policy.prometheus is None:
            return None
        windows = self._windows()
        promised = (*(each for each in self.policy.objectives if not each.by_metric), *self.filed)
        objectives = tuple(each.also_over(windows) for each in promised)
        expected: dict[str, dict[str, None]] = {}
        for bound in self.bound:
            for name, labels in getattr(bound.options, "expect", {}).items() if bound.gate.name == TELEMETRY else ():
                expected.setdefault(name, {}).update(dict.fromkeys(labels))
        metrics = {name: tuple(sorted(labels)) for name, labels in expected.items()}
        return ToMeasure(self.policy.prometheus, objectives, metrics)

    def _windows(self) -> set[int]:
        """Return the lengths of the windows, in microseconds, whose burn rate gates limit."""
        limited = (getattr(each.options, "max_burn", None) or {} for each in self.bound if each.gate.name == SLO)
        return {Duration.parse(window).microseconds for limits in limited for window in limits}

    @property
    def waivers(self) -> Waivers:
        """The policy's waivers."""
        return Waivers(self.policy.waivers, self.policy.waiver_max_days)

    @property
    def templates(self) -> Path | None:
        """Folder with templates of the project's own."""
        return self.rootdir / self.policy.templates if self.policy.templates is not None else None


def load_project(rootdir: Path, policy_file: Path | None = None) -> Project:
    """Read policy and gates.

    Raises:
        MistakesError: With all mistakes in the policy, or all in the gate modules, or circles in the plan.
    """
    policy = load(rootdir, policy_file)
    registry = Registry(rootdir)
    bound = bind(policy, registry.gates, registry.local)
    if policy.templates is not None and not (rootdir / policy.templates).is_dir():
        text = f"there is no folder {policy.templates!r} below the root"
        raise MistakesError("the policy", [Mistake(f"{policy.source} templates", text)], code="policy")
    if policy.manual_folder is not None and not (rootdir / policy.manual_folder).is_dir():
        text = f"there is no folder {policy.manual_folder!r} below the root"
        raise MistakesError("the policy", [Mistake(f"{policy.source} manual.folder", text)], code="policy")
    idle = [rule for rule in policy.tags if not matches_a_file(rule.path, rootdir)]
    if idle:
        mistakes = [Mistake(rule.place, _no_file(rule.path, rootdir)) for rule in idle]
        raise MistakesError("the policy", mistakes, code="policy")
    if any(Goals in each.gate.needs.values() for each in bound):
        refuse_circles(rootdir, policy.plan)
    vocabulary = vocabulary_of(policy)
    filed = _filed(rootdir, policy) if any(ServiceLevels in each.gate.needs.values() for each in bound) else ()
    return Project(rootdir, policy, bound, vocabulary, registry, policy_file, declared_name(rootdir), filed)


def _filed(rootdir: Path, policy: Policy) -> tuple[Objective, ...]:
    """Return the objectives that stand in files.

    Raises:
        MistakesError: With all that is wrong with the files.
    """
    if not policy.slo_files:
        return ()
    from pytest_stagegate.evidence.openslo import objectives_in

    found, mistakes = objectives_in(rootdir, policy.slo_files)
    twice = {each.name for each in policy.objectives}
    again = [
        Mistake(each.source, f"the policy has an objective {each.name!r} too") for each in found if each.name in twice
    ]
    if mistakes or again:
        raise MistakesError("the service level objectives", [*mistakes, *again], code="policy")
    return found


def vocabulary_of(policy: Policy) -> Vocabulary:
    """Return how a policy's tests are tagged and linked."""
    markers = policy.plan.requirement_markers
    return Vocabulary(policy.stages, policy.environments, policy.default_stage, policy.tags, markers)


def matches_a_file(pattern: str, rootdir: Path) -> bool:
    """Return whether a glob matches any file below the root; folders of tools (``.git``, ``.tox``) are not searched."""
    return any(map(matches(pattern), _files(rootdir, pattern)))


def _files(rootdir: Path, pattern: str) -> Iterator[str]:
    literal = "/".join(takewhile(lambda part: not set(part) & set("*?"), pattern.split("/")))
    start = rootdir / literal
    if start.is_file():
        yield literal
    for folder, inner, names in os.walk(start):
        inner[:] = [name for name in inner if not name.startswith(".") and name != "__pycache__"]
        for name in names:
            yield Path(folder, name).relative_to(rootdir).as_posix()


def _no_file(pattern: str, rootdir: Path) -> str:
    folders = {Path(path).parent.as_posix() for path in _files(rootdir, "") if path.endswith(".py")}
    patterns = {f"{folder}/**" for folder in folders} - {"./**"}
    return f"{pattern!r} matches no file below the root; {nearest(pattern, patterns)}"


def _active(bound: BoundGate) -> ActiveGate:
    table = bound.table
    if table is None:
        return ActiveGate(
            bound.id,
            bound.gate,
            bound.options,
            bound.enforcement,
            remedy=bound.gate.remedy,
            max_age=bound.gate.max_age,
        )
    return ActiveGate(
        bound.id,
        bound.gate,
        bound.options,
        bound.enforcement,
        on_missing=table.on_missing,
        owner=table.owner,
        remedy=table.remedy or bound.gate.remedy,
        max_age=bound.max_age.microseconds if bound.max_age is not None else None,
        declared_in=table.place,
    )


def drift_of(project: Project, released: ReleasedPolicy | None, day: dt.date) -> tuple[Drift, ...]:
    """Return what the policy demands less of than it did at the last release."""
    if released is None:
        return ()
    less = drift_since(released.content, project.policy, project.bound, project.registry.gates, day)
    return tuple(Drift(**each._asdict(), since=released.tag) for each in less)


def released_policy(project: Project) -> ReleasedPolicy | None:
    """Return the project's policy as it was at the last release; asks git.

    None without a repository, a tag or a policy today, and where the policy of then can't be read.
    """
    if project.policy.source == BUILT_IN:
        return None
    tag = last_release(project.rootdir, project.policy.release_tag)
    if tag is None:
        return None
    try:
        policy = load(project.rootdir, project.policy_file, partial(read_at, project.rootdir, tag))
    except MistakesError:
        return None
    return ReleasedPolicy(tag=tag, source=policy.source, content=policy.content)
