"""A decision of ours, ``decision.json``, as evidence for a later one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from pytest_stagegate import decide
from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.decision import SCHEMA, Decision
from pytest_stagegate.model.times import rfc3339, utc_time
from pytest_stagegate.model.verdicts import Level, OnMissing
from pytest_stagegate.model.word import Word

if TYPE_CHECKING:
    from pathlib import Path

_WHAT: Final = "decision.json"


def read(path: Path, _root: Path) -> Contents:
    """Read a decision; a key that this version does not know is refused, as it might change what is meant.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and place, when it is no decision, one of another schema version, or not whole.
    """
    decision = decision_in(document(path, dict[str, Any], _WHAT), path.name)
    return Contents(
        decision=decision,
        producer="stagegate",
        created=rfc3339(utc_time(decision.as_of)),
        commit=decision.subject.commit,
        dirty=bool(decision.subject.dirty),
        environment=decision.environment or "",
    )


def decision_in(found: dict[str, Any], name: str) -> Decision:
    """Return the decision that an object of JSON says.

    Args:
        found: The object.
        name: Name of the file, for messages.

    Raises:
        EvidenceError: As `read`.
    """
    schema = found.get("schema")
    if schema != SCHEMA:
        shown = repr(schema)[:60] if schema is not None else "none"
        raise EvidenceError(f"{name}: its schema is {shown}; this version of stagegate reads {SCHEMA!r}")
    try:
        decision = msgspec.convert(found, Decision)
        rfc3339(utc_time(decision.as_of))
    except msgspec.ValidationError as error:
        raise EvidenceError(f"{name}: this is no {_WHAT}: {error}") from error
    except (ValueError, OverflowError) as error:
        raise EvidenceError(f"{name}: this is no {_WHAT}: its as_of is no time") from error
    unknown = _unknown(found, msgspec.to_builtins(decision), "$")
    if unknown:
        raise EvidenceError(f"{name}: {unknown[:200]} is a key that this version of stagegate does not know")
    if _has_share_of_nothing(found):
        raise EvidenceError(f"{name}: this is no {_WHAT}: it has a share of nothing")
    if contradiction := _contradiction(decision):
        raise EvidenceError(f"{name}: it contradicts itself: {contradiction}")
    return decision


def _has_share_of_nothing(found: Any) -> bool:
    """Return whether a share anywhere in a file is of a whole that is not above 0: none of ours is, nor compares."""
    if isinstance(found, dict):
        if found.keys() == {"numerator", "denominator"}:
            return bool(found["denominator"] <= 0)
        return any(map(_has_share_of_nothing, found.values()))
    return isinstance(found, list) and any(map(_has_share_of_nothing, found))


def _contradiction(decision: Decision) -> str:
    """Return what a decision says that its own gates don't; empty where it is what they add up to."""
    levels = [_level(each.enforcement) for each in decision.gates]
    for each, level in zip(decision.gates, levels, strict=True):
        possible = {decide.effect(each.verdict, level, on_missing) for on_missing in OnMissing}
        if each.effect not in {word.value if word is not None else "" for word in possible}:
            what = f"the effect {each.effect}" if each.effect else "no effect"
            return f"its gate {each.gate[:60]} is {each.verdict.value} at {each.enforcement[:60]}, with {what}"
    judged = decide.judged_anything(zip((each.verdict for each in decision.gates), levels, strict=True))
    word = decide.decide(decide.blockers(decision.gates, decision.incomplete, judged=judged))
    if decision.override is not None and word is Word.NO_GO:
        word = Word.CONDITIONAL
    return (
        "" if word is decision.decision else f"it says {decision.decision.value}, and its gates add up to {word.value}"
    )


def _level(enforcement: str) -> Level:
    """Return the level of a text such as ``warn, block from 2026-12-01``; what is none of ours blocks."""
    word = enforcement.partition(",")[0]
    return Level(word) if word in set(Level) else Level.BLOCK


def _unknown(found: Any, known: Any, place: str) -> str:
    """Return where a file says something that was not taken over; empty where there is nothing."""
    if isinstance(found, dict) and isinstance(known, dict):
        more = next((key for key in found if key not in known), None)
        if more is not None:
            return f"{place}.{more}"
        return next(filter(None, (_unknown(found[key], known[key], f"{place}.{key}") for key in found)), "")
    if isinstance(found, list) and isinstance(known, (list, tuple)):
        pairs = enumerate(zip(found, known, strict=True))
        return next(filter(None, (_unknown(*pair, f"{place}[{index}]") for index, pair in pairs)), "")
    return ""
