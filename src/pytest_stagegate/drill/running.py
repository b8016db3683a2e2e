"""Running the drill: copy the evidence, plant a fault, read it again, and see which gates trip."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from pytest_stagegate import stepping
from pytest_stagegate.drill import (
    artifacts,
    deployments,
    environments,
    files,
    flags,
    manual,
    operating,
    operations,
    plans,
    records,
    reviews,
    rings,
    service_levels,
    sign_offs,
    supply,
)
from pytest_stagegate.evidence.attaching import attachment_json, attachment_path, read_attachment
from pytest_stagegate.evidence.finding import RECORD, Given, sha256_of
from pytest_stagegate.evidence.gathering import Defaults, located
from pytest_stagegate.evidence.readers.sign_off import signature_path
from pytest_stagegate.model.times import parsed, rfc3339
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.run import decision_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pytest_stagegate.assembling import Question
    from pytest_stagegate.drill.artifacts import ArtifactFault
    from pytest_stagegate.hooks import Fault
    from pytest_stagegate.model.flags import FeatureRules
    from pytest_stagegate.model.operations import OperationsPlan
    from pytest_stagegate.model.verdicts import GateResult
    from pytest_stagegate.policy.model import Policy
    from pytest_stagegate.project import Project

_Found = tuple[str, "tuple[GateResult, ...] | None"]
"""A fault, and what the gates say once it is planted; None where the evidence holds nothing of its kind."""

STOPS: Final = (Verdict.FAIL, Verdict.NO_EVIDENCE, Verdict.STALE, Verdict.ERROR)
"""Verdicts with which a gate has tripped."""

_OF_FILES: Final = (
    files,
    sign_offs,
    manual,
    plans,
    supply,
    reviews,
    environments,
    deployments,
    operating,
    service_levels,
    flags,
)

_NOTHING_LEFT: Final = frozenset(
    {
        "nothing-measured",
        "nothing-executed",
        "nothing-collected",
        "not-measured",
        "not-reported",
        "nothing-covered",
        "files-missing",
        "metric-missing",
        "missing",
    }
)
"""Reasons with which any gate stops that finds nothing to look at: they show nothing of its limit."""


class Planted(msgspec.Struct, frozen=True):
    """What one fault did.

    Attributes:
        fault: What was planted.
        tripped: Ids of the gates that met their limits before and tripped with the fault.
    """

    fault: str
    tripped: frozenset[str]


class Drilled(msgspec.Struct, frozen=True):
    """What the drill showed.

    Attributes:
        before: The gates as the real evidence has them.
        planted: The faults that the evidence could take, in order.
        idle: Faults that it could not take: it holds nothing of their kind.
        missing: Ids of the gates that trip when an evidence file is missing.
    """

    before: tuple[GateResult, ...]
    planted: tuple[Planted, ...]
    idle: tuple[str, ...]
    missing: frozenset[str]

    def tripped_by(self, gate: str) -> tuple[str, ...]:
        """Return the faults with which a gate trips."""
        return tuple(each.fault for each in self.planted if gate in each.tripped)

    @property
    def defects(self) -> tuple[str, ...]:
        """Ids of gates that meet their limits whatever is planted: they can't fail."""
        return tuple(
            result.gate
            for result in self.before
            if result.verdict not in (*STOPS, Verdict.NOT_APPLICABLE) and not self.tripped_by(result.gate)
        )


def drill(project: Project, question: Question, out: Path, more: Iterable[Fault], now: dt.datetime) -> Drilled:
    """Plant each fault by itself into copies of the evidence, and judge what is read back.

    Args:
        project: Policy and gates.
        question: What is decided, from which files; they are only read.
        out: Folder below the root in which the copies are made, and removed again.
        more: Faults that plugins bring.
        now: When the next step of a rollout would be taken.

    Raises:
        UsageError: When the files leave open what is asked.
        EvidenceError: When there is no evidence to spoil.
    """
    defaults = Defaults(project.rootdir, project.policy.evidence, project.policy.default_stage, None)
    originals = located(question.given, defaults)
    folder = Path(tempfile.mkdtemp(prefix="drill-", dir=out))
    # Of waivers nothing is wanted here: the question is whether the gates themselves can fail.
    bare = replace(project, policy=replace(project.policy, waivers=()))
    # The copies are other files than those that were signed.
    signed = replace(question, basis=decision_of(project, question)[0].basis)
    try:
        trial = _Trial(bare, signed, originals, folder, now)
        before = trial.decide(trial.copies())
        step = trial.step(trial.copies())
        before = (*(each for each in before if not step or each.gate != rings.GATE), *step)
        planted: list[Planted] = []
        idle: list[str] = []
        for name, after in trial.spoiled(more):
            stepping.step(f"planting faults: {len(planted) + len(idle) + 1}, {name}")
            if after is None:
                idle.append(name)
            else:
                planted.append(Planted(name, _tripped(before, after)))
        missing = frozenset(
            result.gate for copies in trial.one_less() for result in _stopped(before, trial.decide(copies))
        )
        return Drilled(before, tuple(planted), tuple(idle), missing)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stopped(before: Sequence[GateResult], after: Sequence[GateResult]) -> Iterator[GateResult]:
    well = {result.gate for result in before if result.verdict not in STOPS}
    return (result for result in after if result.gate in well and result.verdict in STOPS)


def _tripped(before: Sequence[GateResult], after: Sequence[GateResult]) -> frozenset[str]:
    return frozenset(result.gate for result in _stopped(before, after) if result.reason not in _NOTHING_LEFT)


class _Trial:
    """Copies of the evidence, and what is decided from them."""

    def __init__(
        self, project: Project, question: Question, originals: Sequence[Given], folder: Path, now: dt.datetime
    ) -> None:
        self._project = project
        self._question = question
        self._originals = originals
        self._folder = folder
        self._formats = {self._copy_path(number, each): each.format for number, each in enumerate(originals)}
        logs = [each.path for each in originals if each.format == rings.GATE]
        self._now = now
        self._opens = rings.next_ring(project.policy.rings, logs, question.checkout[0])

    def format_of(self, path: Path) -> str:
        """Return the format of a copy."""
        return self._formats[path]

    def copies(self) -> list[Given]:
        """Return fresh copies of all files."""
        return [self._copy(number, each) for number, each in enumerate(self._originals)]

    def one_less(self) -> Iterator[list[Given]]:
        """Yield the files as often as there are some, each time with another one gone."""
        for number in range(len(self._originals)):
            copies = self.copies()
            copies[number].path.unlink()
            yield copies

    def spoiled(self, more: Iterable[Fault]) -> Iterator[_Found]:
        """Yield each fault with what the gates say once it is planted.

        Args:
            more: Faults that plugins bring.
        """
        of_files = [fault for kind in _OF_FILES for fault in kind.faults(self.format_of)]
        for fault in (*records.FAULTS, *of_files, *more):
            yield self._in_files(fault, self.decide)
        for spoiled in artifacts.FAULTS:
            copies = self.copies()
            yield spoiled.name, self.decide(copies, spoiled) if self._spoil(spoiled, copies) else None
        policy = self._project.policy
        yield operations.NAME, self._under(operations=operations.left_open(policy.operations))
        yield flags.NAME, self._under(features=policy.features._replace(file=None))
        if self._opens:
            for fault in rings.faults(self.format_of, rfc3339(self._now)):
                yield self._in_files(fault, self.step)
            yield rings.NAME, self.step(self.copies(), rings.out_of_turn(policy.rings, self._opens))

    def _in_files(self, fault: Fault, judge: Callable[[list[Given]], tuple[GateResult, ...]]) -> _Found:
        copies = self.copies()
        if not fault.plant([each.path for each in copies]):
            return fault.name, None
        self._seal(copies)
        return fault.name, judge(copies)

    def _under(self, **worse: OperationsPlan | FeatureRules) -> tuple[GateResult, ...] | None:
        """Return what the gates say with something else in the policy; None where nothing is worse in it."""
        own = self._project
        changed: Policy = replace(own.policy, **worse)
        if changed == own.policy:
            return None
        self._project = replace(own, policy=changed)
        try:
            return self.decide(self.copies())
        finally:
            self._project = own

    def _seal(self, copies: Sequence[Given]) -> None:
        """Let what is stated of the copies hold again: that a file was changed is not what the fault is about."""
        for each in copies:
            attachment = read_attachment(each.path)
            if attachment is not None:
                sealed = msgspec.structs.replace(attachment, sha256=sha256_of(each.path) or "")
                attachment_path(each.path).write_bytes(attachment_json(sealed))

    def _spoil(self, fault: ArtifactFault, copies: Sequence[Given]) -> bool:
        """Plant a fault in what is shipped; return whether there is anything to spoil, in records or here."""
        here, _ = self._question.checkout
        return fault.in_records([each.path for each in copies]) or fault.in_subject(here) != here

    def decide(self, copies: Sequence[Given], fault: ArtifactFault | None = None) -> tuple[GateResult, ...]:
        """Return what the gates say of the copies, and of artifacts with a fault."""
        here, notes = self._question.checkout
        checkout = (here if fault is None else fault.in_subject(here), notes)
        asked = replace(self._question, given=tuple(copies), checkout=checkout)
        decision, _ = decision_of(self._project, asked)
        # Without its record a run has no start, so the instant of the first decision is held on to.
        self._question = replace(self._question, as_of=parsed(decision.as_of))
        return decision.gates

    def step(self, copies: Sequence[Given], opens: str = "") -> tuple[GateResult, ...]:
        """Return what the gate says that only a step of a rollout asks, where there is one to be taken.

        Args:
            copies: The evidence.
            opens: The ring that is to open; the next one when empty.
        """
        if not self._opens:
            return ()
        # Whatever else is among the evidence may be too old by now, and says nothing of the order of rings.
        logs = tuple(each for each in copies if each.format == rings.GATE)
        asked = replace(self._question, given=logs, as_of=self._now, opens=opens or self._opens)
        decision, _ = decision_of(self._project, asked)
        return tuple(each for each in decision.gates if each.gate == rings.GATE)

    def _copy_path(self, number: int, original: Given) -> Path:
        return self._folder / str(number) / original.path.name

    def _copy(self, number: int, original: Given) -> Given:
        path = self._copy_path(number, original)
        path.parent.mkdir(exist_ok=True)
        shutil.copy2(original.path, path)
        beside = attachment_path(original.path)
        if beside.is_file():
            shutil.copy2(beside, attachment_path(path))
        if signature_path(original.path).is_file():
            shutil.copy2(signature_path(original.path), signature_path(path))
        if path.name == RECORD:
            _detach(path)
        return original._replace(path=path, recorded=())


def _detach(path: Path) -> None:
    """Take out of a record's copy the files that its run was given: their copies are named by themselves."""
    kept = []
    for line in path.read_bytes().splitlines():
        read = msgspec.json.decode(line)
        if read.get("record") != "attached":
            kept.append(read)
    for number, read in enumerate(kept, start=1):
        if read.get("record") == "end":
            read["lines"] = number
    path.write_bytes(b"".join(msgspec.json.encode(read) + b"\n" for read in kept))
