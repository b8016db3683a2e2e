"""From the flags as the team wants them to a flag file in which what is not ready, or not to be seen here, is off."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.model.globs import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_stagegate.model.flags import FeatureRow, FeatureRule, FeatureRules, Flag


class Audience(NamedTuple):
    """Whom a flag file is for.

    Attributes:
        environment: The environment, or None for none in particular.
        ring: The ring of a rollout, or None for everybody.
    """

    environment: str | None
    ring: str | None = None

    def __str__(self) -> str:
        """Return its name in the policy."""
        return f"{self.environment}/{self.ring}" if self.ring else self.environment or "no environment"


class Planned(NamedTuple):
    """What becomes of a feature.

    Attributes:
        row: The feature.
        flag: Its flag as the team wants it, or None where the file lacks it.
        off: The variant that conceals it, or None where nobody can tell.
        why: Why it is concealed; empty where it stays as the team wants it.
    """

    row: FeatureRow
    flag: Flag | None
    off: str | None
    why: str

    @property
    def revealed(self) -> bool:
        """Whether some user may see it."""
        return not self.why and self.flag is not None and self.flag.shows != (self.off,)


def planned(
    rules: FeatureRules, rows: Iterable[FeatureRow], flags: Sequence[Flag], audience: Audience
) -> tuple[Planned, ...]:
    """Return what becomes of each feature of the policy.

    Args:
        rules: What the policy says of features.
        rows: What the decision says of them.
        flags: The flags as the team wants them.
        audience: Whom the file is for.
    """
    said = {row.name: row for row in rows if row.declared}
    known = {flag.name: flag for flag in flags}
    return tuple(_planned(rule, said[rule.name], known.get(rule.name), audience) for rule in rules.features)


def _planned(rule: FeatureRule, row: FeatureRow, flag: Flag | None, audience: Audience) -> Planned:
    why = "" if row.ready else "it is not ready"
    if not why and not rule.allowed(*audience):
        why = f"it may be seen in {', '.join(rule.reveal)} alone"
    return Planned(row, flag, flag.off(rule.off) if flag is not None else None, why)


def hindrances(rules: FeatureRules, plan: Iterable[Planned], flags: Iterable[Flag]) -> tuple[str, ...]:
    """Return why no file can be written in which everything is concealed that has to be; sentences."""
    found = []
    for each in plan:
        if each.flag is None:
            found.append(f"{each.row.name}: the flag file lacks its flag")
        elif each.off is None:
            text = 'nobody can tell which of its variants conceals it; name it in the policy: off = "VARIANT"'
            found.append(f"{each.row.name}: {text}")
    known = {rule.name for rule in rules.features}
    others = (flag.name for flag in flags if flag.name not in known)
    unknown = (name for name in others if not any(matches(glob)(name) for glob in rules.others))
    return (*found, *(f"{name}: the policy neither declares this flag nor lists it under others" for name in unknown))


def written(document: dict[str, Any], plan: Iterable[Planned], name: str) -> bytes:
    """Return a flag file in which those features are off for everybody that have to be; all else stays as it is.

    Args:
        document: The decoded file of the team; it is changed.
        plan: What becomes of each feature.
        name: Name of the file, for messages.

    Raises:
        EvidenceError: When the file holds a number that JSON can't, or is nested without end.
    """
    for each in plan:
        if each.why and each.off is not None:
            flag = document["flags"][each.row.name]
            # A flag that is disabled would leave it to the application what it shows.
            flag |= {"state": "ENABLED", "defaultVariant": each.off}
            flag.pop("targeting", None)
    try:
        return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
    except ValueError as error:
        raise EvidenceError(f"{name}: a number in it is too large to be written") from error
    except RecursionError as error:
        raise EvidenceError(f"{name}: its values are nested too deeply to be written") from error
