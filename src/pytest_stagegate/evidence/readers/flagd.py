"""Flag files of flagd: JSON with the flags, their variants and the rules that choose one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.flags import APPLICATION, DISABLED, Flag, FlagsData, shown_by
from pytest_stagegate.model.links import is_link_name

if TYPE_CHECKING:
    from pathlib import Path

WHAT: Final = "flag file"
_STATES: Final = ("ENABLED", DISABLED)


def read(path: Path, _root: Path) -> Contents:
    """Read a flag file.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With the file and the flag, when it is none or flagd would refuse it.
    """
    return Contents(flags=FlagsData(flags_in(document(path, dict[str, Any], WHAT), path.name)))


def flags_in(found: dict[str, Any], name: str) -> tuple[Flag, ...]:
    """Return the flags of a decoded file.

    Args:
        found: The object.
        name: Name of the file, for messages.

    Raises:
        EvidenceError: As `read`.
    """
    flags = found.get("flags")
    if not isinstance(flags, dict):
        raise EvidenceError(f"{name}: this is no {WHAT}: it has no object of flags by their keys under 'flags'")
    common = _metadata(found, name, "the file")
    evaluators = found.get("$evaluators", {})
    if not isinstance(evaluators, dict):
        raise EvidenceError(f"{name}: this is no {WHAT}: $evaluators has to be an object")
    return tuple(_flag(key, each, evaluators, common, name) for key, each in flags.items())


def _flag(key: str, found: Any, evaluators: dict[str, Any], common: dict[str, str], name: str) -> Flag:
    where = f"the flag {key[:60]!r}"
    if not is_link_name(key):
        raise EvidenceError(f"{name}: {where}: a key is one printable line of 1 to 200 characters, no blanks around it")
    variants = found.get("variants") if isinstance(found, dict) else None
    if not isinstance(variants, dict) or not variants:
        raise EvidenceError(f"{name}: {where} has no variants")
    if len({_type(each) for each in variants.values()}) > 1 or None in variants.values():
        raise EvidenceError(f"{name}: {where}: its variants have to be all of one type, and none of them null")
    state, default, targeting = (found.get(each) for each in ("state", "defaultVariant", "targeting"))
    if state not in _STATES:
        raise EvidenceError(f"{name}: {where}: its state is one of {' and '.join(_STATES)}, not {str(state)[:40]!r}")
    if isinstance(default, bool):
        default = str(default).lower()
    if default not in (None, "", *variants):
        raise EvidenceError(f"{name}: {where}: its defaultVariant {str(default)[:60]!r} is none of its variants")
    if targeting is not None and not isinstance(targeting, dict):
        raise EvidenceError(f"{name}: {where}: its targeting has to be an object")
    names = tuple(variants)
    shows = (APPLICATION,) if state == DISABLED else shown_by(names, default, targeting, evaluators)
    if targeting and len(shows) == 1:
        # An operation that is not known or a value of the wrong type lets a rule fail: no rule conceals for sure.
        shows = tuple(sorted({*shows, APPLICATION}))
    false = tuple(each for each, value in variants.items() if value is False)
    return Flag(key, names, false, shows, {**common, **_metadata(found, name, where)})


def _metadata(found: dict[str, Any], name: str, where: str) -> dict[str, str]:
    metadata = found.get("metadata", {})
    if not isinstance(metadata, dict):
        raise EvidenceError(f"{name}: {where}: its metadata has to be an object")
    for key, value in metadata.items():
        if not isinstance(value, (str, int, float)):
            raise EvidenceError(f"{name}: {where}: {key[:60]!r} in its metadata is no text, number, true or false")
    return {key: value for key, value in metadata.items() if isinstance(value, str)}


def _type(value: Any) -> str:
    """Return what flagd takes a value for; one of another type than was asked for goes to nobody."""
    if isinstance(value, bool):
        return "boolean"
    return "text" if isinstance(value, str) else "number" if isinstance(value, (int, float)) else "object"
