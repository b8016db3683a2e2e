"""Corrections of entries, and the flags behind which some are hidden."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from pytest_stagegate.model.note_rules import BREAKING
from pytest_stagegate.telling.drafting import one_line
from pytest_stagegate.telling.folding import unbroken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.changes import Draft
    from pytest_stagegate.model.note_rules import Concealed, Correction, NotesRules, SectionRule
    from pytest_stagegate.model.notes import Entry, Fate

_ID: Final = re.compile(r"[0-9a-f]{7,64}")


class Corrected(NamedTuple):
    """Entries that are told, why commits of the others are not, and what is odd."""

    entries: list[tuple[Draft, Entry]]
    dropped: dict[str, str]
    warnings: list[str]


def corrected(placed: Sequence[tuple[Draft, Entry]], corrections: Sequence[Correction], rules: NotesRules) -> Corrected:
    """Return entries as corrections have them; a breaking change is dropped only where one says that it is none."""
    kept: list[tuple[Draft, Entry]] = []
    dropped: dict[str, str] = {}
    warnings = []
    for draft, entry in placed:
        fitting = [each for each in corrections if _fits(each, draft, entry)]
        for each in fitting:
            entry = _with(entry, each, unbroken(draft, rules))
        reason = next((each.drop for each in fitting if each.drop), "")
        if reason and not entry.breaking:
            dropped |= dict.fromkeys(entry.commits, reason)
            continue
        if reason:
            warnings.append(
                f"“{entry.text}” is a breaking change and is told although a correction drops it; "
                "say breaking = false too where it breaks nothing."
            )
        kept.append((draft, _behind_flag(entry, rules.concealed)))
    told = {id_ for _, entry in kept for id_ in entry.commits}
    return Corrected(kept, {id_: why for id_, why in dropped.items() if id_ not in told}, warnings)


def refated(fates: Sequence[Fate], dropped: dict[str, str]) -> tuple[Fate, ...]:
    """Return fates with those of dropped entries' commits."""
    return tuple(
        msgspec.structs.replace(fate, fate="left-out", why=f"A correction drops it: {dropped[fate.commit]}")
        if fate.commit in dropped and fate.fate in ("entry", "told")
        else fate
        for fate in fates
    )


def _fits(correction: Correction, draft: Draft, entry: Entry) -> bool:
    if correction.commit:
        return any(id_.startswith(correction.commit) for id_ in entry.commits)
    if correction.pull:
        return any(each.kind == "pull" and each.id == correction.pull for each in entry.references)
    return correction.fragment == draft.key


def _with(entry: Entry, correction: Correction, unbroken: SectionRule) -> Entry:
    """Return a corrected entry; one that breaks nothing after all goes to the section of its kind."""
    values: dict[str, object] = {
        name: value
        for name in ("audiences", "breaking", "upgrade", "highlight")
        if (value := getattr(correction, name)) is not None
    }
    if correction.text is not None:
        values["text"] = one_line(correction.text)
    if correction.breaking is True:
        values["section"] = BREAKING
    if correction.breaking is False:
        values["breaks"] = ""
        values["section"] = unbroken.id if entry.section == BREAKING else entry.section
    if correction.section is not None:
        values["section"] = correction.section
    return msgspec.structs.replace(entry, corrected=True, **values)


def _behind_flag(entry: Entry, concealed: Sequence[Concealed]) -> Entry:
    pulls = [each.id for each in entry.references if each.kind == "pull"]
    names = [*pulls, *entry.commits, *([entry.scope] if entry.scope else [])]
    flag = next((each.flag for each in concealed if any(_matches(name, each.match) for name in names)), "")
    return msgspec.structs.replace(entry, concealed_by=flag) if flag else entry


def _matches(name: str, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(name, glob) or (_ID.fullmatch(glob) and _begins(name, glob)) for glob in globs)


def _begins(name: str, beginning: str) -> bool:
    return name.startswith(beginning) and _ID.fullmatch(name) is not None
