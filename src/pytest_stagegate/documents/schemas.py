"""JSON Schemas of what is written for programs, made from the types that it is written from."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec

from pytest_stagegate.model.deployments import SCHEMA as DEPLOYMENT
from pytest_stagegate.model.deployments import DeploymentFile
from pytest_stagegate.model.drills import SCHEMA as DRILLS
from pytest_stagegate.model.drills import DrillsFile
from pytest_stagegate.model.incidents import SCHEMA as INCIDENTS
from pytest_stagegate.model.incidents import IncidentsFile
from pytest_stagegate.model.rings import SCHEMA as ROLLOUT
from pytest_stagegate.model.rings import RolloutStep


def schema_of(type_: type, title: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a type, the same on every interpreter.

    Args:
        type_: The type.
        title: The name of the schema.
    """
    schema = _cleaned(msgspec.json.schema(type_))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **schema}


def deployment_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a record of a deployment, made from the types it is read by."""
    return schema_of(DeploymentFile, DEPLOYMENT)


def rollout_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a line of the log of a rollout, made from the type it is read by."""
    return schema_of(RolloutStep, ROLLOUT)


def drills_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a log of drills, made from the types it is read by."""
    return schema_of(DrillsFile, DRILLS)


def incidents_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of an export of incidents of our own, made from the types it is read by."""
    return schema_of(IncidentsFile, INCIDENTS)


def _cleaned(value: Any) -> Any:
    """Take the indentation of docstrings out of descriptions: from Python 3.13 on the compiler does."""
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: inspect.cleandoc(each) if key == "description" and isinstance(each, str) else _cleaned(each)
        for key, each in value.items()
    }
