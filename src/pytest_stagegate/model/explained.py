"""A policy as people ask about it: what is demanded, how strictly, and where that is written."""

from __future__ import annotations

import msgspec


class ExplainedOption(msgspec.Struct, frozen=True, kw_only=True):
    """One option of a gate.

    Attributes:
        name: The key in the gate's table.
        value: Its value for people.
        set_in: ``file:line``; empty where it is the gate's own default.
        text: What it means, as the gate's author says it; may be empty.
    """

    name: str
    value: str
    set_in: str
    text: str


class ExplainedGate(msgspec.Struct, frozen=True, kw_only=True):
    """One gate of a policy, or one that a policy could have.

    Attributes:
        gate: Its id in the policy.
        uses: Name of its definition.
        title: The gate in plain words.
        text: What its author says of it.
        evidence: What it reads, for people.
        declared_in: ``file:line`` of its table; empty without one.
        active: Whether it is judged anywhere.
        stages: Where it is judged; empty for every stage.
        environments: Likewise; empty for every environment and runs without one.
        enforcement: How strictly it is taken.
        enforcement_set_in: ``file:line``; empty where the policy doesn't say.
        on_missing: ``hold``, ``warn`` or ``skip``.
        missing: What missing evidence does, in one sentence.
        max_age: Age from which on its evidence is stale; empty for the limit of each file.
        owner: Who answers for it; may be empty.
        remedy: What to do when it doesn't pass.
        options: Its options.
    """

    gate: str
    uses: str
    title: str
    text: str
    evidence: str
    declared_in: str
    active: bool
    stages: tuple[str, ...]
    environments: tuple[str, ...]
    enforcement: str
    enforcement_set_in: str
    on_missing: str
    missing: str
    max_age: str
    owner: str
    remedy: str
    options: tuple[ExplainedOption, ...]


class ExplainedEnvironment(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy declares of one environment.

    Attributes:
        name: Its name.
        protected: Whether it has to be asked for by name.
        stages: Stages that may be decided there; empty for every stage.
        require: Variables that have to be set.
        run_by: Who may run; empty for everybody.
        probe: How it is asked whether it is ready; empty for not at all.
        data: Names of the checks of its test data.
        settings: Names of the settings that tests are given.
        declared_in: ``file:line``.
    """

    name: str
    protected: bool
    stages: tuple[str, ...]
    require: tuple[str, ...]
    run_by: tuple[str, ...]
    probe: str
    data: tuple[str, ...]
    settings: tuple[str, ...]
    declared_in: str


class ExplainedPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """A whole policy.

    Attributes:
        source: File name, or ``built-in``.
        sha256: Digest of its resolved content.
        extends: What it extends, lowest first, each with its digest.
        stages: All stages in order.
        environments: All environments.
        declared: Those of which something is declared.
        default_stage: Stage of untagged tests, decided when none is named.
        gates: The gates.
    """

    source: str
    sha256: str
    extends: tuple[tuple[str, str], ...]
    stages: tuple[str, ...]
    environments: tuple[str, ...]
    default_stage: str
    gates: tuple[ExplainedGate, ...]
    declared: tuple[ExplainedEnvironment, ...] = ()
