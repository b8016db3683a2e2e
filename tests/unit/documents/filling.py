"""Values of our types in which one text stands wherever a text can stand."""

from __future__ import annotations

import dataclasses
import enum
import types
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from tests.unit.fakes import FINISHED, STARTED

FIXED: Final[dict[str, Any]] = {
    "as_of": STARTED,
    "created": FINISHED,
    "commit": "c" * 40,
    "sha256": "d" * 64,
    "priority": "must",
    "outcome": "failed",
    "GateResult.effect": "NO_GO",
    "GateResult.would": "HOLD",
    "EnvironmentRow.state": "not-ready",
    "FeatureRow.state": "missing",
    "DeploymentRow.state": "runs",
    "WaiverRow.state": "used",
    "ReviewRow.against": ("bot",),
    "FeedbackItem.state": "new",
    "start": "2026-11-01",
    "due": "2026-12-01",
    "forecast": "2026-12-24",
}
"""Fields that hold no text of anybody's: times, commits, and words that we choose ourselves."""


def filled(of: Any, text: str, name: str = "") -> Any:
    """Return a value of a type with the text in all of its texts, and one element in each of its collections."""
    if name.rpartition(".")[2] in FIXED or name in FIXED:
        return FIXED.get(name, FIXED.get(name.rpartition(".")[2]))
    origin, words = get_origin(of), get_args(of)
    if origin in (Union, types.UnionType):
        return filled(next(each for each in words if each is not type(None)), text, name)
    if origin is tuple:
        return tuple(filled(each, text, name) for each in words if each is not ...)
    if origin is list:
        return [filled(words[0], text, name)]
    if origin is dict or getattr(origin, "__name__", "") == "Mapping":
        return {filled(words[0], text): filled(words[1], text)}
    if origin is frozenset:
        return frozenset({filled(words[0], text)})
    if origin is Literal:
        return words[0]
    if isinstance(of, type) and issubclass(of, enum.Enum):
        return next(iter(of))
    if names := _fields_of(of):
        kinds = get_type_hints(of)
        return of(**{key: filled(kinds[key], text, f"{of.__name__}.{key}") for key in names})
    return {str: text, int: 1, bool: True, float: 1.0, Any: text, object: text}[of]


def _fields_of(of: Any) -> tuple[str, ...]:
    if dataclasses.is_dataclass(of):
        return tuple(each.name for each in dataclasses.fields(of))
    return getattr(of, "__struct_fields__", ()) or getattr(of, "_fields", ())
