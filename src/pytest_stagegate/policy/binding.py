"""Binding: a policy's gate tables meet the gates that exist."""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec.structs import replace

from pytest_stagegate.errors import Mistake, MistakesError, nearest
from pytest_stagegate.model.numbers import CellName, Duration, EnvironmentName, Number, Percentage, Share, StageName
from pytest_stagegate.model.verdicts import Enforcement, Level, OnMissing
from pytest_stagegate.policy.features import unfit_gates, unknown_rings
from pytest_stagegate.policy.model import COMMON_KEYS
from pytest_stagegate.policy.reading import Reader
from pytest_stagegate.policy.rings import unknown_gates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stagegate.hooks import Gate, GateOptions
    from pytest_stagegate.policy.model import GateTable, Policy


_PARSED: Final = (Share, Percentage, Number, Duration)
"""Types of options that read what a policy writes by themselves."""


class BoundGate(msgspec.Struct, frozen=True):
    """A gate with its options, wherever it may apply.

    Attributes:
        table: The policy's table, or None for a gate that is active without one.
        gate: The definition.
        options: Its options, or None when it takes none.
    """

    table: GateTable | None
    gate: Gate
    options: GateOptions | None

    @property
    def id(self) -> str:
        """Unique name in the policy."""
        return self.table.id if self.table is not None else self.gate.name

    @property
    def enforcement(self) -> Enforcement:
        """The policy's word, or the gate's; a limit declared for a gate that only observes makes it block."""
        if self.table is not None:
            if self.table.enforcement is not None:
                return self.table.enforcement
            observes = self.gate.enforcement.level is Level.OBSERVE
            if observes and self.options is not None and self.options.declares_a_limit():
                return Enforcement(Level.BLOCK)
        return self.gate.enforcement

    @property
    def on_missing(self) -> OnMissing:
        """What missing evidence does."""
        return self.table.on_missing if self.table is not None else OnMissing.HOLD

    @property
    def max_age(self) -> Duration | None:
        """Age from which on evidence is stale: the policy's word, or the gate's; None for the limit of each piece."""
        written = self.table.max_age if self.table is not None and self.table.max_age is not None else self.gate.max_age
        return Duration(written) if written is not None else None

    def applies(self, stage: str, environment: str | None) -> bool:
        """Return whether the gate is judged at a stage and environment."""
        stages = self.gate.stages if self.table is None or self.table.stages is None else self.table.stages
        environments = None if self.table is None else self.table.environments
        return (not stages or stage in stages) and (environments is None or environment in environments)


def bind(policy: Policy, gates: Mapping[str, Gate], local: frozenset[str]) -> tuple[BoundGate, ...]:
    """Return every gate that may apply, in the order in which it is listed in documents.

    Args:
        policy: The policy.
        gates: All definitions by name.
        local: Names of the project's own gates, which are active without a table.

    Raises:
        MistakesError: With the policy's own mistakes, unknown gates and options and impossible limits, all at once.
    """
    bound, mistakes = bound_of(policy, gates, local)
    if policy.mistakes or mistakes:
        raise MistakesError("the policy", [*policy.mistakes, *mistakes], code="policy")
    return bound


def bound_of(
    policy: Policy, gates: Mapping[str, Gate], local: frozenset[str]
) -> tuple[tuple[BoundGate, ...], list[Mistake]]:
    """Return the gates as `bind` does, as far as they can be bound, and the mistakes of the others."""
    reader = Reader(policy.layers)
    gates = {name: _at_home(gate, policy) for name, gate in gates.items()}
    bound = [each for table in policy.gates if (each := _bind(reader, table, gates, policy)) is not None]
    taken = {each.id for each in bound}
    for gate in gates.values():
        if gate.name in local:
            reader.in_vocabulary(gate.stages, ("stages",), f"stage of gate {gate.name!r}", policy.stages)
        if (gate.always or gate.name in local) and gate.name not in taken:
            bound.append(BoundGate(None, gate, gate.options() if gate.options is not None else None))
    ids = {each.id for each in bound}
    unknown = [
        Mistake(each.place, f"unknown gate {each.gate!r}; {nearest(each.gate, ids)}")
        for each in policy.waivers
        if each.gate and each.gate not in ids
    ]
    unfit = unfit_gates(policy.features, ((each.id, each.gate) for each in bound))
    of_rings = (*unknown_gates(policy.rings, ids), *unknown_rings(policy.features, policy.rings))
    return tuple(bound), [*reader.mistakes, *unknown, *unfit, *of_rings]


def applying(bound: tuple[BoundGate, ...], stage: str, environment: str | None) -> list[BoundGate]:
    """Return the gates of one decision.

    A gate that is always active and whose tables all speak of other stages is judged with its defaults: a limit for
    one stage doesn't loosen another.
    """
    found = [each for each in bound if each.applies(stage, environment)]
    present = {each.gate.name for each in found}
    for each in bound:
        default = BoundGate(None, each.gate, each.gate.options() if each.gate.options is not None else None)
        if each.gate.always and each.gate.name not in present and default.applies(stage, environment):
            present.add(each.gate.name)
            found.append(default)
    return sorted(found, key=lambda each: (not each.gate.always, each.gate.name != "results"))


def _at_home(gate: Gate, policy: Policy) -> Gate:
    """Return a gate that is always active with a stage that this policy has: its own, or else the default one."""
    if not gate.always or not gate.stages or set(gate.stages) & set(policy.stages):
        return gate
    return replace(gate, stages=(policy.default_stage,))


def _bind(reader: Reader, table: GateTable, gates: Mapping[str, Gate], policy: Policy) -> BoundGate | None:
    path = ("gate", table.id)
    gate = gates.get(table.uses)
    if table.id in gates and table.id != table.uses:
        text = f"{table.id!r} is a gate of its own; give a table that uses {table.uses!r} another name"
        reader.mistake(path, text)
        return None
    if gate is None:
        where = (*path, "uses") if table.uses != table.id else path
        reader.mistake(where, f"unknown gate {table.uses!r}; {nearest(table.uses, gates)}")
        return None
    if table.stages is None and gate.stages and not set(gate.stages) & set(policy.stages):
        text = f"the gate {gate.name!r} is for {', '.join(gate.stages)}, none of which is a stage here; give it a stage"
        reader.mistake(path, text)
    if gate.options is None:
        for key in table.options:
            reader.mistake((*path, key), f"unknown key {key!r}; the gate {gate.name!r} takes no options")
        return BoundGate(table, gate, None)
    before = len(reader.mistakes)
    options = gate.options(**_convert(reader, path, table.options, gate.options, policy))
    if len(reader.mistakes) == before:
        for keys, text in options.contradictions():
            reader.mistake((*path, *keys), text)
    return BoundGate(table, gate, options)


def _convert(
    reader: Reader, path: tuple[str, ...], written: dict[str, Any], options: type[GateOptions], policy: Policy
) -> dict[str, Any]:
    known = typing.get_type_hints(options, include_extras=True)
    known = {name: known[name] for name in options.__struct_fields__}
    values: dict[str, Any] = {}
    for key, value in written.items():
        if key not in known:
            reader.mistake((*path, key), f"unknown key {key!r}; {nearest(key, (*known, *COMMON_KEYS))}")
            continue
        try:
            values[key] = msgspec.convert(value, known[key], dec_hook=_written)
        except msgspec.ValidationError as error:
            reader.mistake((*path, key), _told(error, known[key]))
        _in_vocabulary(reader, (*path, key), values.get(key), known[key], policy)
    return values


def _told(error: msgspec.ValidationError, kind: Any) -> str:
    """Return what is wrong, and which words are right where only some are."""
    text = str(error).replace("`", "").split(" - at ")[0]
    words = [word for part in (kind, *typing.get_args(kind)) for word in typing.get_args(part) if isinstance(word, str)]
    return f"{text}; {nearest(text.split(chr(39))[1], words)}" if words and "'" in text else text


def _in_vocabulary(reader: Reader, path: tuple[str, ...], value: object, asked: Any, policy: Policy) -> None:
    """Note each stage and environment that is not declared: a name alone, a key of a table, or cells in a list."""
    for cell in value if isinstance(value, list) else ():
        if isinstance(cell, CellName):
            reader.in_vocabulary([cell.stage], path, "stage", policy.stages)
            reader.in_vocabulary(
                [cell.environment] if cell.environment is not None else [], path, "environment", policy.environments
            )
        elif isinstance(cell, EnvironmentName):
            reader.in_vocabulary([cell], path, "environment", policy.environments)
    kind = typing.get_args(asked)[0] if isinstance(value, dict) else type(value)
    for name in value if isinstance(value, dict) else (str(value),):
        where = (*path, name) if isinstance(value, dict) else path
        if kind is StageName:
            reader.in_vocabulary([name], where, "stage", policy.stages)
        elif kind is EnvironmentName:
            reader.in_vocabulary([name], where, "environment", policy.environments)


def _written(kind: type, value: Any) -> Any:
    if kind in _PARSED:
        return kind.parse(value)
    if kind in (CellName, StageName, EnvironmentName) and isinstance(value, str):
        return kind(value)
    raise ValueError(f"{value!r} can't be read as {kind.__name__}")
