"""The contract of gates: what a gate is, how it is written, and the one hook through which all gates come in."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple, TypeVar, overload

import msgspec
import pluggy

from pytest_stagegate.model.artifacts import Artifacts
from pytest_stagegate.model.baseline import Baseline
from pytest_stagegate.model.coverage import Coverage
from pytest_stagegate.model.deployments_face import Deployments
from pytest_stagegate.model.drills_face import Drills
from pytest_stagegate.model.evidence import WarningLine
from pytest_stagegate.model.expected import Expected
from pytest_stagegate.model.features_face import Features
from pytest_stagegate.model.findings import Findings
from pytest_stagegate.model.goals_face import Goals
from pytest_stagegate.model.incidents import Incidents
from pytest_stagegate.model.manual import ManualTests
from pytest_stagegate.model.metrics import Metrics
from pytest_stagegate.model.numbers import Duration, Measure
from pytest_stagegate.model.operations import Operations
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.property_tests import PropertyTests
from pytest_stagegate.model.provenance import Provenance
from pytest_stagegate.model.readiness import Environments
from pytest_stagegate.model.repository import Repository
from pytest_stagegate.model.reviews_face import Reviews
from pytest_stagegate.model.rollout_face import Rollout
from pytest_stagegate.model.sbom import Sboms
from pytest_stagegate.model.service_levels import ServiceLevels
from pytest_stagegate.model.sign_offs import SignOffs
from pytest_stagegate.model.support import Support
from pytest_stagegate.model.tally import Tally
from pytest_stagegate.model.tests import TestResults
from pytest_stagegate.model.told import ReleaseNotes
from pytest_stagegate.model.upstream import Decisions
from pytest_stagegate.model.verdicts import Enforcement, Level
from pytest_stagegate.model.vulnerabilities import Vulnerabilities

PROJECT: Final = "stagegate"
"""Name under which pluggy knows the hooks, and entry-point group of third-party gates."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

Judge = Callable[..., Any]
_J = TypeVar("_J", bound=Judge)


class GateOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the options that a gate takes from its table in the policy.

    Derive from it and give every field a default. Field types: ``Share``, ``Percentage``, ``Number``, ``Duration``,
    ``Count``, ``StageName``, ``EnvironmentName``, ``CellName``, ``bool``, ``str`` and lists, dictionaries and
    optionals of these.

    Whether a changed option asks for less is told from its name (``max_…``, ``min_…``) or type; where these don't tell
    it, the options say it themselves.

    Attributes:
        upper_limits: Further options that are upper limits.
        lower_limits: Further options that are lower limits.
        leeway: Options that are no limit and ask for less the higher they are: a tolerance, a size below which
            nothing is judged.
        narrowing: Options that name what alone is judged; one that names nothing leaves all to be judged.
        when_absent: What stands for an option that is None.
    """

    upper_limits: ClassVar[tuple[str, ...]] = ()
    lower_limits: ClassVar[tuple[str, ...]] = ()
    leeway: ClassVar[tuple[str, ...]] = ()
    narrowing: ClassVar[tuple[str, ...]] = ()
    when_absent: ClassVar[dict[str, Any]] = {}

    def declares_a_limit(self) -> bool:
        """Return whether anything is asked of the gate; without, it is NOT_APPLICABLE ``not-declared``."""
        return True

    def contradictions(self) -> Iterable[tuple[tuple[str, ...], str]]:
        """Return what can't stand together in one table: the keys that lead to it, and a sentence; none by default."""
        return ()


class Warnings:
    """The warnings that pytest recorded, as a gate reads them.

    Attributes:
        recorded: Whether pytest recorded warnings at all; it does not with ``-p no:warnings``.
    """

    def __init__(self, lines: tuple[WarningLine, ...], tally: Tally, *, executed: int, recorded: bool = True) -> None:
        self._lines = lines
        self._tally = tally
        self._executed = executed if recorded else 0
        self.recorded = recorded

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return "<warnings>"

    @property
    def total(self) -> Measure:
        """How many warnings were recorded; `inspected` is the number of executed tests; `where` has the places."""
        return self._measure(self._lines)

    def of_category(self, name: str) -> Measure:
        """Return how many warnings of one class were recorded; of the name what stands behind the last dot counts."""
        name = name.rpartition(".")[2]
        return self._measure([line for line in self._lines if line.category == name])

    @property
    def by_file(self) -> dict[str, int]:
        """How often each category was recorded in each file, by ``CATEGORY FILE``."""
        found: Counter[str] = Counter()
        self._tally.note(self._executed)
        for line in self._lines:
            found[f"{line.category} {line.file}"] += line.count
        return dict(sorted(found.items()))

    def _measure(self, lines: Sequence[WarningLine]) -> Measure:
        self._tally.note(self._executed)
        where = tuple(f"{line.place}: {line.category} ({line.count}): {line.message}" for line in lines)
        return Measure(sum(line.count for line in lines), unit="warnings", inspected=self._executed, where=where)


class Matrix(msgspec.Struct, frozen=True):
    """The cells that the policy expects evidence of, as a gate reads them.

    Attributes:
        cells: Each expected cell with the tests that were executed in it.
    """

    cells: tuple[tuple[Expected, int], ...]


EVIDENCE_FACES: Final[tuple[type, ...]] = (
    TestResults,
    Coverage,
    Warnings,
    Findings,
    Metrics,
    PropertyTests,
    Repository,
    Baseline,
    Decisions,
    Goals,
    ManualTests,
    Matrix,
    Operations,
    Place,
    ReleaseNotes,
    Reviews,
    SignOffs,
    Sboms,
    Vulnerabilities,
    Artifacts,
    Provenance,
    Environments,
    Deployments,
    Incidents,
    Drills,
    Rollout,
    Support,
    ServiceLevels,
    Features,
)
"""What a gate's parameters may ask for, beside its own options."""


class Gate(msgspec.Struct, frozen=True, eq=False):
    """A gate's definition.

    Attributes:
        name: Kebab-case name, as in the policy.
        judge: The function; its parameters ask for evidence by annotation; it yields checks or asserts.
        title: The gate in plain words.
        stages: Stages at which it applies when the policy doesn't say; empty for every stage.
        options: Type of the options from the policy, or None.
        enforcement: How strictly it is taken when the policy doesn't say.
        always: Active without a table in the policy.
        remedy: What to do when it doesn't pass.
        max_age: Microseconds after which evidence is stale when the policy doesn't say; None for the limit of each
            piece.
        needs: For each parameter of `judge` the type it asks for.
        place: Where it is defined, for messages.
    """

    name: str
    judge: Judge
    title: str
    stages: tuple[str, ...]
    options: type[GateOptions] | None
    enforcement: Enforcement
    always: bool
    remedy: str
    needs: dict[str, type]
    place: str
    max_age: int | None = None

    @property
    def reads_sign_offs(self) -> bool:
        """Whether it asks for sign-offs, which are bound to what all other gates found."""
        return SignOffs in self.needs.values()

    @property
    def reads_features(self) -> bool:
        """Whether it asks for features, which may need the word of all other gates."""
        return Features in self.needs.values()


class GateDefinitionError(TypeError):
    """A function that can't be a gate; the text says why."""


@overload
def gate(function: _J, /) -> _J: ...


@overload
def gate(
    *,
    name: str = ...,
    title: str = ...,
    stage: str | Iterable[str] = ...,
    options: type[GateOptions] | None = ...,
    enforcement: str = ...,
    always: bool = ...,
    remedy: str = ...,
    max_age: str = ...,
) -> Callable[[_J], _J]: ...


def gate(
    function: Judge | None = None,
    /,
    *,
    name: str = "",
    title: str = "",
    stage: str | Iterable[str] = (),
    options: type[GateOptions] | None = None,
    enforcement: str = "block",
    always: bool = False,
    remedy: str = "",
    max_age: str = "",
) -> Any:
    """Make a function a gate.

    Args:
        function: The function, when the decorator is used without brackets.
        name: Name in the policy; the function's name in kebab-case when absent.
        title: The gate in plain words; the first line of the docstring when absent.
        stage: Stage or stages at which it applies; every stage when absent.
        options: A `GateOptions` type; its fields are keys of the gate's table in the policy.
        enforcement: ``block``, ``warn`` or ``observe``, when the policy doesn't say.
        always: Active without a table in the policy; gates of a project's ``gates/`` always are.
        remedy: What to do when it doesn't pass.
        max_age: Age from which on evidence is stale when the policy doesn't say, for example ``1 h``; the limit of
            each piece when absent.

    Raises:
        GateDefinitionError: When a parameter of the function asks for something that is no evidence.
    """

    def decorate(judge: _J) -> _J:
        stages = (stage,) if isinstance(stage, str) else tuple(stage)
        definition = Gate(
            name=name or judge.__name__.replace("_", "-").strip("-"),
            judge=judge,
            title=title or (inspect.getdoc(judge) or judge.__name__.replace("_", " ")).splitlines()[0].rstrip("."),
            stages=stages,
            options=options,
            enforcement=Enforcement(_level(enforcement, judge)),
            always=always,
            remedy=remedy,
            needs=_needs(judge, options),
            place=f"{judge.__code__.co_filename}:{judge.__code__.co_firstlineno}",
            max_age=Duration.parse(max_age).microseconds if max_age else None,
        )
        judge.__stagegate__ = definition  # type: ignore[attr-defined]
        return judge

    return decorate if function is None else decorate(function)


def _level(enforcement: str, judge: Judge) -> Level:
    try:
        return Level(enforcement)
    except ValueError:
        allowed = ", ".join(level.value for level in Level)
        raise GateDefinitionError(f"{judge.__name__}: enforcement is one of {allowed}, not {enforcement!r}") from None


def _needs(judge: Judge, options: type[GateOptions] | None) -> dict[str, type]:
    allowed = EVIDENCE_FACES if options is None else (*EVIDENCE_FACES, options)
    names = ", ".join(face.__name__ for face in allowed)
    needs: dict[str, type] = {}
    for parameter in inspect.signature(judge).parameters:
        asked = _annotation(judge, parameter)
        if asked not in allowed:
            shown = "nothing" if asked is None else getattr(asked, "__name__", str(asked))
            raise GateDefinitionError(
                f"{judge.__name__}: parameter {parameter!r} asks for {shown}; evidence is {names}"
            )
        needs[parameter] = asked
    return needs


def _annotation(judge: Judge, parameter: str) -> Any:
    """Return what one parameter asks for; a return type that exists only for type checkers is no concern here."""
    asked = judge.__annotations__.get(parameter)
    if not isinstance(asked, str):
        return asked
    try:
        return eval(asked, judge.__globals__)
    except NameError as error:
        text = f"{judge.__name__}: the annotation of {parameter!r} can't be resolved: {error}; import it at run time"
        raise GateDefinitionError(text) from error


def gates_of(namespace: object) -> list[Gate]:
    """Return the gates that a module (or any object) holds, in the order of their definition."""
    found = [getattr(value, "__stagegate__", None) for value in vars(namespace).values()]
    return [definition for definition in dict.fromkeys(found) if isinstance(definition, Gate)]


class Fault(NamedTuple):
    """A fault that ``stagegate drill`` plants into copies of evidence files, to see that gates can fail.

    Attributes:
        name: What is wrong then, for people.
        plant: Takes the copies, makes one of them worse in place, and returns whether it found anything to spoil.
            Records of runs are named ``evidence.jsonl``.
    """

    name: str
    plant: Callable[[Sequence[Path]], bool]


class Hooks:
    """All hooks. A plugin is a module or object with functions marked ``@hookimpl``."""

    @hookspec
    def stagegate_gates(self) -> Iterable[Callable[..., Any]]:  # type: ignore[empty-body]
        """Return functions marked with ``@gate``.

        Called once for each decision, before anything is judged. Stock gates, gates of installed packages (entry
        points of the group ``stagegate``) and the modules of a project's ``gates/`` folder all come in through it.
        """

    @hookspec
    def stagegate_faults(self) -> Iterable[Fault]:  # type: ignore[empty-body]
        """Return faults that ``stagegate drill`` shall plant beside its own, for gates that read other evidence.

        Called by the drill alone.
        """
