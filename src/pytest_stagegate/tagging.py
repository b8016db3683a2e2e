"""Tags: from marks and path rules to one stage and some environments for each test, and which tests a run selects.

The nearest mark wins: parameter, function, class (a subclass before its bases), outer class, module, package, path
rule (the last that matches). A nearer one replaces the stage and, separately, the environments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec

from pytest_stagegate.errors import UsageError, nearest
from pytest_stagegate.model.globs import matches
from pytest_stagegate.model.links import (
    DRILL,
    FEATURE,
    KINDS,
    NAME_LIMIT,
    REQUIREMENT,
    Link,
    feature_name,
    feature_of,
    is_link_name,
)
from pytest_stagegate.model.tags import Tag, TagRule
from pytest_stagegate.model.texts import shortened

STAGE_MARK: Final = "stage"
ENVIRONMENT_MARK: Final = "environment"


class MarkUse(NamedTuple):
    """A mark as it was written: its name and arguments."""

    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class TagLevel(NamedTuple):
    """Marks that stand on one thing: a parameter, a function, a class, a module."""

    kind: str
    marks: Sequence[MarkUse]


class Said(NamedTuple):
    """What one level says: a stage, environments, or nothing (None); and the links that it adds."""

    stage: str | None
    environments: tuple[str, ...] | None
    links: tuple[Link, ...] = ()


class TagMistake(Exception):  # noqa: N818 - it is a mistake in a test, not a fault of the program
    """What is wrong with the marks at one level; one sentence."""


class Vocabulary(msgspec.Struct, frozen=True):
    """The closed vocabulary of tags and the project's path rules.

    Attributes:
        stages: Names of stages, in order of the flow.
        environments: Names of environments.
        default_stage: Stage of tests that nothing tags.
        rules: Path rules, in order; the last that matches wins.
        linking: Marks of other plugins that link tests to requirements, too.
    """

    stages: tuple[str, ...]
    environments: tuple[str, ...]
    default_stage: str
    rules: tuple[TagRule, ...] = ()
    linking: tuple[str, ...] = ()

    @property
    def marks(self) -> tuple[str, ...]:
        """Names of all marks that say something of a test."""
        return (STAGE_MARK, ENVIRONMENT_MARK, *KINDS, *self.linking)

    def read(self, level: TagLevel) -> Said:
        """Return what the marks of one level say.

        Raises:
            TagMistake: For an unknown name, two stages at one level, a mark without a name, or what nothing can be
                linked to.
        """
        stages = [self._stage(mark) for mark in level.marks if mark.name == STAGE_MARK]
        if len(set(stages)) > 1:
            named = " and ".join(repr(stage) for stage in dict.fromkeys(stages))
            raise TagMistake(f"two stages on the same {level.kind}: {named}; keep one of them")
        places = [name for mark in level.marks if mark.name == ENVIRONMENT_MARK for name in self._places(mark)]
        linked = [Link(mark.name, name) for mark in level.marks if mark.name in KINDS for name in _linked(mark)]
        linked += [
            Link(REQUIREMENT, name) for mark in level.marks if mark.name in self.linking for name in _verified(mark)
        ]
        stage = stages[0] if stages else None
        return Said(stage, tuple(dict.fromkeys(places)) if places else None, tuple(dict.fromkeys(linked)))

    def from_path(self, path: str) -> Said:
        """Return what the path rules say of a file (relative to the root, with ``/``)."""
        stage: str | None = None
        places: tuple[str, ...] | None = None
        for rule in self.rules:
            if matches(rule.path)(path):
                stage = rule.stage or stage
                places = rule.environments or places
        return Said(stage, places)

    def tag(self, said: Iterable[Said]) -> Tag:
        """Return the tag of a test from what its levels say, nearest first."""
        stage: str | None = None
        places: tuple[str, ...] | None = None
        for each in said:
            stage = each.stage if stage is None else stage
            places = each.environments if places is None else places
        return Tag(stage or self.default_stage, places or (), stage is not None)

    def _stage(self, mark: MarkUse) -> str:
        names = _names(mark, example='@pytest.mark.stage("deploy")')
        if len(names) != 1:
            raise TagMistake(f"a stage mark names one stage, not {len(names)}; write one name")
        return self._known(names[0], "stage", self.stages)

    def _places(self, mark: MarkUse) -> list[str]:
        names = _names(mark, example='@pytest.mark.environment("staging")')
        return [self._known(name, "environment", self.environments) for name in names]

    def _known(self, name: str, kind: str, known: tuple[str, ...]) -> str:
        if name in known:
            return name
        raise TagMistake(f"unknown {kind} {name!r}; {nearest(name, known)}")


def _names(mark: MarkUse, *, example: str) -> list[Any]:
    names = [*mark.args, *mark.kwargs.values()]
    if not names or not all(isinstance(name, str) for name in names) or set(mark.kwargs) - {"name"}:
        raise TagMistake(f"the mark {mark.name!r} takes names as texts; write for example {example}")
    return names


_EXAMPLES: Final = {
    REQUIREMENT: '@pytest.mark.requirement("PAY-7")',
    FEATURE: '@pytest.mark.feature("checkout", variant="on")',
    DRILL: '@pytest.mark.drill("restore")',
}
_TAKES: Final = {REQUIREMENT: "ids", FEATURE: "names", DRILL: "names"}
_CALLED: Final = {
    REQUIREMENT: "the id of a requirement",
    FEATURE: "the name of a feature",
    DRILL: "the kind of a drill",
}


def _linked(mark: MarkUse) -> tuple[str, ...]:
    """Return the names that a mark of one of `KINDS` gives."""
    variant = mark.kwargs.get("variant") if mark.name == FEATURE else None
    known = {"variant"} if mark.name == FEATURE else set()
    if not mark.args or set(mark.kwargs) - known:
        takes, example = _TAKES[mark.name], _EXAMPLES[mark.name]
        raise TagMistake(f"the mark {mark.name!r} takes {takes} as texts; write for example {example}")
    names = [_name(each, mark.name) for each in mark.args]
    return tuple(names if variant is None else (_variant(name, variant) for name in names))


def _name(each: object, kind: str) -> str:
    rule = f"one line of 1 to {NAME_LIMIT} characters, with no blanks around it"
    if isinstance(each, str) and is_link_name(each):
        if kind != FEATURE or feature_of(each)[1] is None:
            return each
        rule = f"{rule}, and without ="
    raise TagMistake(f"{_CALLED[kind]} is {rule}; {shortened(repr(each), 100)} is none")


def _variant(feature: str, variant: object) -> str:
    if isinstance(variant, str) and variant and is_link_name(name := feature_name(feature, variant)):
        return name
    raise TagMistake(f"the variant of a feature is a short text, not {shortened(repr(variant), 100)}")


_ID_KEYS: Final = ("verifies", "req_ids", "req_id", "requirement_ids")


def _verified(mark: MarkUse) -> Iterator[str]:
    """Yield the ids of another plugin's mark: texts and lists of them, by position or as one of `_ID_KEYS`.

    ``verifies`` of pytest-verifies takes ids one after another, ``requirements`` of pytest-gxp a list of them; what
    else stands in such a mark is that plugin's own.
    """
    left = [*mark.args, *(mark.kwargs[key] for key in _ID_KEYS if mark.kwargs.get(key) is not None)]
    while left:
        each = left.pop(0)
        if isinstance(each, (list, tuple, set, frozenset)):
            left[:0] = sorted(each, key=repr) if isinstance(each, (set, frozenset)) else each
        else:
            yield _name(each.strip() if isinstance(each, str) else each, REQUIREMENT)


class Selection(msgspec.Struct, frozen=True):
    """Which tests a run wants.

    Attributes:
        at: The stage that is decided.
        stages: Stages whose tests run.
        environment: The environment the run is against, or None.
        mode: ``only``, ``upto``, ``all``, or ``default`` as described at `selection`.
    """

    at: str
    stages: frozenset[str]
    environment: str | None
    mode: str

    def keeps(self, tag: Tag) -> bool:
        """Return whether a test with this tag runs."""
        if tag.stage not in self.stages:
            return False
        return not tag.environments or self.environment in tag.environments


def selection(
    vocabulary: Vocabulary,
    *,
    at: str | None,
    select: str | None,
    environment: str | None,
    default_environment: str | None,
    allowed: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Selection:
    """Return which tests run.

    Args:
        vocabulary: The closed vocabulary.
        at: The stage to decide, or None for the default stage.
        select: ``only``, ``upto``, ``all`` or None: with no stage named, everything; up to the default stage, every
            test up to it (these stages judge the whole run's evidence); at the next stage, ``upto``; later, ``only``.
        environment: The environment the run is against, or None.
        default_environment: The one to take then.
        allowed: For environments that are not for every stage, those whose tests may run there.

    Raises:
        UsageError: For a stage or environment that is not declared.
    """
    stages = vocabulary.stages
    if at is not None and at not in stages:
        raise UsageError(f"--stage-gate-at: unknown stage {at!r}; {nearest(at, stages)}")
    if environment is not None and environment not in vocabulary.environments:
        hint = nearest(environment, vocabulary.environments)
        raise UsageError(f"--stage-gate-env: unknown environment {environment!r}; {hint}")
    decided = at or vocabulary.default_stage
    mode = select or ("all" if at is None else "default")
    against = environment or default_environment
    wanted = _stages(vocabulary, decided, mode)
    return Selection(decided, wanted.intersection(allowed.get(against or "") or stages), against, mode)


def stages_of(vocabulary: Vocabulary, at: str) -> frozenset[str]:
    """Return the stages whose tests a decision about a stage judges."""
    return _stages(vocabulary, at, "default")


def _stages(vocabulary: Vocabulary, decided: str, mode: str) -> frozenset[str]:
    stages = vocabulary.stages
    here, default = stages.index(decided), stages.index(vocabulary.default_stage)
    if mode == "all":
        return frozenset(stages)
    if mode == "default" and here <= default:
        return frozenset(stages[: default + 1])
    if mode == "upto" or (mode == "default" and here == default + 1):
        return frozenset(stages[: here + 1])
    return frozenset({decided})
