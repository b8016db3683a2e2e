"""From a TOML file to a `Policy`, with all mistakes at once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from pytest_stagegate.model.tags import TagRule
from pytest_stagegate.model.verdicts import Enforcement, Level, OnMissing
from pytest_stagegate.policy.artifacts import artifact_globs
from pytest_stagegate.policy.baseline import baseline_folder, baseline_tolerance
from pytest_stagegate.policy.environments import environment_rules
from pytest_stagegate.policy.expecting import evidence_rules, expected_cells, max_age
from pytest_stagegate.policy.extending import resolved, stacked
from pytest_stagegate.policy.features import feature_rules
from pytest_stagegate.policy.finding import NO_FILE, Read, canonical, digest, find, from_disk
from pytest_stagegate.policy.manual import manual_folder
from pytest_stagegate.policy.model import COMMON_KEYS, DEFAULT_STAGES, RELEASE_TAGS, GateTable, Layer, Policy
from pytest_stagegate.policy.noting import notes_rules
from pytest_stagegate.policy.operations import operations_of
from pytest_stagegate.policy.planning import plan_rules, shaping
from pytest_stagegate.policy.profiles import profiles_of
from pytest_stagegate.policy.reading import Reader
from pytest_stagegate.policy.rings import rings_of
from pytest_stagegate.policy.service_levels import measuring_rule, objectives_of, prometheus_rule, slo_files
from pytest_stagegate.policy.signing import allowed_signers, override_rule
from pytest_stagegate.policy.since import since_rule
from pytest_stagegate.policy.waiving import max_days, waivers_of

if TYPE_CHECKING:
    from pathlib import Path

_KEYS: Final = (
    "extends",
    "stages",
    "environments",
    "default_stage",
    "default_environment",
    "untagged",
    "templates",
    "base",
    "release_tag",
    "tag",
    "gate",
    "expect",
    "evidence",
    "waiver",
    "waivers",
    "baseline",
    "baseline_tolerance",
    "hypothesis",
    "allowed_signers",
    "override",
    "artifacts",
    "rebuilt_artifacts",
    "operations",
    "manual",
    "notes",
    "plan",
    "environment",
    "ring",
    "prometheus",
    "slo",
    "slos",
    "features",
    "feature",
    "since",
)
_SHAPE: Final = ("stages", "environments", "default_stage", "default_environment", "untagged", "tag", "expect")
"""What shapes a record: a run under another policy with the same of these can be judged by this one."""
_UNTAGGED: Final = ("default", "error")


def load(rootdir: Path, file: Path | None = None, read: Read = from_disk) -> Policy:
    """Read the policy of a project.

    Args:
        rootdir: The project's root.
        file: A policy file; when None ``[tool.stagegate]`` in ``pyproject.toml``, else ``stagegate.toml``, else the
            built-in policy.
        read: Reads a file.

    Returns:
        The policy; its mistakes are in it, so that `bind` can report them together with its own.

    Raises:
        MistakesError: When a file can't be read, or when there are two policies.
    """
    found = find(rootdir, file, read)
    if found is None:
        return policy_of((NO_FILE,), {})
    path, own = found
    layers, mistakes = stacked(own, path, rootdir, read)
    policy = policy_of(layers, resolved(layers))
    return replace(policy, mistakes=(*mistakes, *policy.mistakes))


def policy_of(layers: tuple[Layer, ...], table: dict[str, Any]) -> Policy:
    """Return the policy that a resolved table makes.

    Args:
        layers: The files that it was resolved from, the nearest first, for places.
        table: The keys of all of them.
    """
    reader = Reader(layers)
    policy = _policy(reader, table, layers)
    return replace(policy, mistakes=tuple(reader.mistakes))


def _policy(reader: Reader, table: dict[str, Any], layers: tuple[Layer, ...]) -> Policy:
    if not isinstance(table, dict):
        reader.mistake((), "has to be a table")
        table = {}
    reader.no_other(table, (), _KEYS)
    stages = reader.names(table, ("stages",)) or DEFAULT_STAGES
    environments = reader.names(table, ("environments",)) or ()
    default_stage = reader.text_of(table, ("default_stage",), "test" if "test" in stages else stages[0])
    reader.in_vocabulary([default_stage], ("default_stage",), "stage", stages)
    default_environment = reader.text_of(table, ("default_environment",)) or None
    if default_environment is not None:
        reader.in_vocabulary([default_environment], ("default_environment",), "environment", environments)
    prometheus = prometheus_rule(reader, table)
    evidence = evidence_rules(reader, table, stages, environments)
    return Policy(
        layers=layers,
        content=canonical(table),
        sha256=digest(canonical(table)),
        shape_sha256=digest(canonical({key: table[key] for key in _SHAPE if key in table} | shaping(table))),
        stages=stages,
        environments=environments,
        default_stage=default_stage,
        default_environment=default_environment,
        untagged=reader.one_of(table, ("untagged",), _UNTAGGED, "default"),
        templates=reader.text_of(table, ("templates",)) or None,
        base=_base(reader, table),
        release_tag=reader.names(table, ("release_tag",), single=True) or RELEASE_TAGS,
        tags=_tags(reader, table, stages, environments),
        gates=_gates(reader, table, stages, environments),
        expected=expected_cells(reader, table, stages, environments),
        evidence=(*evidence, *measuring_rule(reader, prometheus, evidence)),
        waivers=waivers_of(reader, table, stages, environments),
        waiver_max_days=max_days(reader, table),
        baseline=baseline_folder(reader, table),
        baseline_tolerance=baseline_tolerance(reader, table),
        profiles=profiles_of(reader, table, stages),
        allowed_signers=allowed_signers(reader, table),
        override=override_rule(reader, table),
        artifacts=artifact_globs(reader, table),
        operations=operations_of(reader, table),
        manual_folder=manual_folder(reader, table),
        notes=notes_rules(reader, table),
        rings=rings_of(reader, table, environments),
        since=since_rule(reader, table),
        plan=plan_rules(reader, table),
        features=feature_rules(reader, table, environments),
        environment_rules=environment_rules(reader, table, stages, environments, default_environment),
        prometheus=prometheus,
        objectives=objectives_of(reader, table),
        slo_files=slo_files(reader, table),
    )


def _base(reader: Reader, table: dict[str, Any]) -> str | None:
    base = reader.text_of(table, ("base",)) or None
    if base is not None and base.startswith("-"):
        reader.mistake(("base",), f'{base!r} is no name of a branch; write for example "origin/main"')
    return base


def _tags(
    reader: Reader, table: dict[str, Any], stages: tuple[str, ...], environments: tuple[str, ...]
) -> tuple[TagRule, ...]:
    rules = []
    for index, entry in enumerate(reader.tables(table, ("tag",))):
        path = ("tag", str(index))
        reader.no_other(entry, path, ("path", "stage", "environment"))
        stage = reader.text_of(entry, (*path, "stage")) or None
        named = reader.names(entry, (*path, "environment"), single=True) or ()
        if stage is not None:
            reader.in_vocabulary([stage], (*path, "stage"), "stage", stages)
        reader.in_vocabulary(named, (*path, "environment"), "environment", environments)
        if stage is None and not named:
            reader.mistake(path, "says neither a stage nor an environment")
        glob = reader.text_of(entry, (*path, "path"))
        if not glob:
            reader.mistake(path, "has no path")
            continue
        rules.append(TagRule(path=glob, stage=stage, environments=named, place=reader.place((*path, "path"))))
    return tuple(rules)


def _gates(
    reader: Reader, table: dict[str, Any], stages: tuple[str, ...], environments: tuple[str, ...]
) -> tuple[GateTable, ...]:
    tables = []
    for name, entry in reader.table(table, ("gate",)).items():
        path = ("gate", name)
        if not isinstance(entry, dict):
            reader.mistake(path, f"has to be a table: [{'.'.join((*reader.prefix, *path))}]")
            continue
        named_stages = reader.names(entry, (*path, "stage"), single=True)
        named_environments = reader.names(entry, (*path, "environment"), single=True)
        reader.in_vocabulary(named_stages or (), (*path, "stage"), "stage", stages)
        reader.in_vocabulary(named_environments or (), (*path, "environment"), "environment", environments)
        tables.append(
            GateTable(
                id=name,
                uses=reader.text_of(entry, (*path, "uses"), name),
                stages=named_stages,
                environments=named_environments,
                enforcement=_enforcement(reader, entry, (*path, "enforcement")),
                on_missing=OnMissing(
                    reader.one_of(entry, (*path, "on_missing"), [each.value for each in OnMissing], "hold")
                ),
                owner=reader.text_of(entry, (*path, "owner")),
                remedy=reader.text_of(entry, (*path, "remedy")),
                max_age=max_age(reader, entry, (*path, "max_age")),
                options={key: value for key, value in entry.items() if key not in COMMON_KEYS},
                place=reader.place(path),
            )
        )
    return tuple(tables)


def _enforcement(reader: Reader, entry: dict[str, Any], path: tuple[str, ...]) -> Enforcement | None:
    if path[-1] not in entry:
        return None
    value = entry[path[-1]]
    if isinstance(value, str) and value in [level.value for level in Level]:
        return Enforcement(Level(value))
    if isinstance(value, dict) and set(value) == {"block_from"} and type(value["block_from"]) is dt.date:
        return Enforcement(Level.BLOCK, value["block_from"])
    allowed = '"block", "warn", "observe" or { block_from = 2027-01-31 }'
    reader.mistake(path, f"has to be {allowed}, not {value!r}")
    return None
