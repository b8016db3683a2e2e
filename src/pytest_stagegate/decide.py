"""Folding: checks into the verdict of a gate, gates into the decision. Pure functions, no clock, no files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.decision import Blocker, Note
from pytest_stagegate.model.reasons import REMEDIES
from pytest_stagegate.model.verdicts import SEVERITY, Check, GateResult, Level, OnMissing, Verdict
from pytest_stagegate.model.word import Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EXIT_STATUS: Final = {Word.GO: 0, Word.CONDITIONAL: 0, Word.HOLD: 21, Word.NO_GO: 20}
STRICT_CONDITIONAL: Final = 20
STRICT_PROVISIONAL: Final = 21

_RANK: Final = {word: index for index, word in enumerate(Word)}
_SOFT: Final = frozenset({Verdict.WARN, Verdict.TOO_SMALL, Verdict.WAIVED})
_JUDGED: Final = frozenset({Verdict.PASS, Verdict.WARN, Verdict.WAIVED, Verdict.FAIL})


def worst_check(checks: Sequence[Check]) -> Check:
    """Return the check that gives a gate its verdict: the first of the worst that says why."""
    return min(checks, key=lambda check: (SEVERITY[check.verdict], check.reason == "nothing-measured"))


def effect(verdict: Verdict, level: Level, on_missing: OnMissing = OnMissing.HOLD) -> Word | None:
    """Return what a verdict does to the decision at a level of enforcement, or None for nothing."""
    if verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE):
        return None
    if verdict is Verdict.ERROR:
        return Word.CONDITIONAL if level is Level.OBSERVE else Word.HOLD
    if level is Level.OBSERVE:
        return None
    if level is Level.WARN or verdict in _SOFT:
        return Word.CONDITIONAL
    if verdict is Verdict.FAIL:
        return Word.NO_GO
    # Missing evidence that may be skipped never comes here; evidence that is there and too old is not missing.
    return Word.CONDITIONAL if on_missing is OnMissing.WARN else Word.HOLD


def would_do(verdict: Verdict, level: Level, on_missing: OnMissing = OnMissing.HOLD) -> Word | None:
    """Return what a verdict would do at ``block``, where that stops the build and it does less at its own level."""
    now, blocking = effect(verdict, level, on_missing), effect(verdict, Level.BLOCK, on_missing)
    return blocking if blocking in (Word.NO_GO, Word.HOLD) and blocking is not now else None


def judged_anything(results: Iterable[tuple[Verdict, Level]]) -> bool:
    """Return whether a gate that can block or warn came to a verdict."""
    return any(level is not Level.OBSERVE and verdict in _JUDGED for verdict, level in results)


def blockers(results: Sequence[GateResult], incomplete: Sequence[Note], *, judged: bool) -> tuple[Blocker, ...]:
    """Return why the decision is not GO, worst first, causes before what follows from them; empty for GO.

    Args:
        results: The gates with their effects.
        incomplete: Why the run is not whole; nothing softens these.
        judged: Whether a gate that can block or warn came to a verdict.
    """
    found = [
        Blocker(effect=Word.HOLD, reason=note.reason, gate=None, text=note.text, remedy=REMEDIES.get(note.reason, ""))
        for note in incomplete
    ]
    found += [
        Blocker(
            effect=Word(result.effect),
            reason=result.reason,
            gate=result.gate,
            text=result.summary,
            remedy=result.remedy,
            owner=result.owner,
        )
        for result in results
        if result.effect
    ]
    if not judged:
        text = "No gate that can block or warn came to a verdict, so there is nothing to base a GO on."
        found.append(Blocker(effect=Word.HOLD, reason="nothing-judged", gate=None, text=text))
    return tuple(sorted(found, key=lambda blocker: _RANK[blocker.effect]))


def decide(found: Sequence[Blocker]) -> Word:
    """Return the worst effect, or GO."""
    return min((blocker.effect for blocker in found), key=_RANK.__getitem__, default=Word.GO)


def exit_status(word: Word, *, provisional: bool, strict: bool) -> int:
    """Return the exit status that a decision asks for: 0, 20 or 21."""
    if strict and word is Word.CONDITIONAL:
        return STRICT_CONDITIONAL
    if strict and provisional and word is Word.GO:
        return STRICT_PROVISIONAL
    return EXIT_STATUS[word]
