"""The objects of SARIF 2.1.0, as far as they are read; names are those of the specification in snake case."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Level = Literal["none", "note", "warning", "error"]


class _Object(msgspec.Struct, rename="camel"):
    """Any object; properties that are not named here are passed over."""


class Message(_Object):
    """3.11: a text, or the id of one that a rule holds."""

    text: str | None = None
    id: str | None = None
    arguments: list[str] | None = None


class ArtifactLocation(_Object):
    """3.4: where a file lies, as a URI, relative to a base, or among the run's artifacts."""

    uri: str | None = None
    uri_base_id: str | None = None
    index: int = -1


class Region(_Object):
    """3.30: a part of a file."""

    start_line: int | None = None


class PhysicalLocation(_Object):
    """3.29: a part of a file, and the file."""

    artifact_location: ArtifactLocation | None = None
    region: Region | None = None


class Location(_Object):
    """3.28: where something was found."""

    physical_location: PhysicalLocation | None = None


class ComponentReference(_Object):
    """3.54: the part of a tool that a rule belongs to."""

    name: str | None = None
    index: int = -1
    guid: str | None = None


class RuleReference(_Object):
    """3.52: a rule."""

    id: str | None = None
    index: int = -1
    guid: str | None = None
    tool_component: ComponentReference | None = None


class Suppression(_Object):
    """3.35: that a result was accepted, or that somebody asks for it."""

    status: Literal["accepted", "underReview", "rejected"] | None = None


class Provenance(_Object):
    """3.48: which invocation found a result."""

    invocation_index: int = -1


class Result(_Object):
    """3.27: one result."""

    message: Message = msgspec.field(default_factory=Message)
    rule_id: str | None = None
    rule_index: int = -1
    rule: RuleReference | None = None
    kind: Literal["notApplicable", "pass", "fail", "review", "open", "informational"] | None = None
    level: Level | None = None
    locations: list[Location] | None = None
    analysis_target: ArtifactLocation | None = None
    fingerprints: dict[str, str] | None = None
    partial_fingerprints: dict[str, str] | None = None
    suppressions: list[Suppression] | None = None
    baseline_state: Literal["new", "unchanged", "updated", "absent"] | None = None
    provenance: Provenance | None = None


class Configuration(_Object):
    """3.50: how a rule is set."""

    level: Level | None = None


class Rule(_Object):
    """3.49: a rule."""

    id: str = ""
    guid: str | None = None
    default_configuration: Configuration | None = None
    message_strings: dict[str, Message] | None = None


class Component(_Object):
    """3.19: a tool, or an extension of one."""

    name: str
    version: str | None = None
    semantic_version: str | None = None
    guid: str | None = None
    rules: list[Rule] | None = None
    global_message_strings: dict[str, Message] | None = None


class Tool(_Object):
    """3.18: a tool with its extensions."""

    driver: Component
    extensions: list[Component] | None = None


class Override(_Object):
    """3.51: that an invocation set a rule otherwise."""

    descriptor: RuleReference
    configuration: Configuration


class Notification(_Object):
    """3.58: what a tool says of its own run; a warning where it states no level."""

    message: Message | None = None
    level: Level | None = None
    locations: list[Location] | None = None


class Invocation(_Object):
    """3.20: one call of a tool."""

    execution_successful: bool | None = None
    end_time_utc: str | None = None
    tool_execution_notifications: list[Notification] | None = None
    tool_configuration_notifications: list[Notification] | None = None
    rule_configuration_overrides: list[Override] | None = None


class VersionControl(_Object):
    """3.23: a commit."""

    revision_id: str | None = None


class Artifact(_Object):
    """3.24: a file."""

    location: ArtifactLocation | None = None


class ExternalFiles(_Object):
    """3.15.2: parts of a run that stand in other files."""

    results: list[Any] | None = None


class Run(_Object):
    """3.14: one run of one tool."""

    tool: Tool
    results: list[Result] | None = None
    invocations: list[Invocation] | None = None
    artifacts: list[Artifact] | None = None
    original_uri_base_ids: dict[str, ArtifactLocation] | None = None
    version_control_provenance: list[VersionControl] | None = None
    external_property_file_references: ExternalFiles | None = None


class Log(_Object):
    """3.13: a file."""

    version: str
    runs: list[Run] | None
