"""A policy explained, as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.wording import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.advice import Advice
    from pytest_stagegate.model.explained import ExplainedEnvironment, ExplainedGate, ExplainedOption, ExplainedPolicy

_OWN: Final = "the gate's own default"


def policy_lines(policy: ExplainedPolicy, columns: int) -> Iterator[str]:
    """Yield the lines about a whole policy."""
    yield from _row("policy", f"{policy.source}, sha256 {policy.sha256}", columns)
    for source, sha256 in policy.extends:
        yield from _row("extends", f"{source}, sha256 {sha256}", columns)
    yield from _row("stages", ", ".join(policy.stages), columns)
    yield from _row("environments", ", ".join(policy.environments) or "none", columns)
    yield from _row("default stage", policy.default_stage, columns)
    for each in policy.declared:
        yield ""
        yield from _environment(each, columns)
    for gate in policy.gates:
        yield ""
        used = f", uses {gate.uses}" if gate.uses != gate.gate else ""
        owner = f", owner {gate.owner}" if gate.owner else ""
        yield from wrapped(f"{gate.gate}: ", f"{gate.enforcement} {_where(gate)}{used}{owner}", columns)
        if gate.declared_in:
            yield from wrapped("    declared in ", gate.declared_in, columns)
        for option in gate.options:
            yield from _option(option, columns)


def _environment(declared: ExplainedEnvironment, columns: int) -> Iterator[str]:
    protected = "protected: it has to be asked for by name" if declared.protected else "not protected"
    yield from wrapped(f"environment {declared.name}: ", protected, columns)
    yield from wrapped("    declared in ", declared.declared_in, columns)
    for label, named in (
        ("stages", declared.stages),
        ("require", declared.require),
        ("run_by", declared.run_by),
        ("probe", (declared.probe,) if declared.probe else ()),
        ("data", declared.data),
        ("settings", declared.settings),
    ):
        if named:
            yield from wrapped(f"    {label}: ", ", ".join(named), columns)


def gate_lines(gate: ExplainedGate, columns: int) -> Iterator[str]:
    """Yield everything about one gate."""
    yield from wrapped(f"{gate.gate}: ", f"{gate.title}.", columns)
    if gate.text and gate.text.rstrip(".") != gate.title:
        yield from wrapped("  ", gate.text, columns)
    yield ""
    if gate.uses != gate.gate:
        yield from _row("uses", gate.uses, columns)
    yield from _row("evidence", gate.evidence, columns)
    if gate.active:
        declared = gate.declared_in or "nowhere; it is active without a table"
        yield from _row("declared in", declared, columns)
        yield from _row("judged", _where(gate), columns)
    else:
        yield from _row("declared in", f"nowhere; a table [gate.{gate.gate}] of the policy makes it active", columns)
    set_in = gate.enforcement_set_in or "the default"
    yield from _row("enforcement", f"{gate.enforcement} ({set_in})", columns)
    yield from _row("on_missing", f"{gate.on_missing}: without evidence the gate is {gate.missing}", columns)
    age = gate.max_age or 'the limit of each file, "24 h" unless a rule of evidence says otherwise'
    yield from _row("max_age", age, columns)
    yield from _row("owner", gate.owner or "nobody is named", columns)
    yield from _row("remedy", gate.remedy or "none is written", columns)
    if gate.options:
        yield ""
        yield "options"
    for option in gate.options:
        yield from _option(option, columns)
        if option.text:
            yield from wrapped("        ", option.text, columns)


def advice_lines(advice: Advice, columns: int) -> Iterator[str]:
    """Yield what was found wrong, where, and what to do."""
    yield from wrapped("✘ " if advice.defect else "! ", f"{advice.place}: {advice.text}", columns)
    yield from wrapped("    remedy: ", advice.remedy, columns)


def _where(gate: ExplainedGate) -> str:
    stages = f"at {', '.join(gate.stages)}" if gate.stages else "at every stage"
    return f"{stages} against {', '.join(gate.environments)}" if gate.environments else stages


def _option(option: ExplainedOption, columns: int) -> Iterator[str]:
    return wrapped(f"    {option.name}: ", f"{option.value} ({option.set_in or _OWN})", columns)


def _row(label: str, text: str, columns: int) -> Iterator[str]:
    return wrapped(f"{label + ':':<15}", text, columns)
