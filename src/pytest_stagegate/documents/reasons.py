"""Why a decision is not GO, as finished strings: in one line, and each reason with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.judged import first_places
from pytest_stagegate.documents.signs import WORDS
from pytest_stagegate.documents.wording import clean, plural
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.model.word import Word

if TYPE_CHECKING:
    from pytest_stagegate.documents.judged import GateView
    from pytest_stagegate.model.decision import Blocker, Decision

_REASONS: Final = {
    Word.NO_GO: ("blockers", "What stops it", "Each of these alone stops the build.", "Nothing stops it."),
    Word.HOLD: ("missing", "What is missing", "Each of these alone holds the build back.", "Nothing is missing."),
    Word.CONDITIONAL: (
        "accepted",
        "What was accepted",
        "The build may go on with these.",
        "No shortfall was accepted.",
    ),
}
"""What a reason does to the decision: names the heading, the heading, what that means, and what is said without any."""

_BECAUSE: Final = {Word.NO_GO: "Stopped by", Word.HOLD: "Held back by", Word.CONDITIONAL: "May go on in spite of"}
_RUN_ITSELF: Final = "the run itself"
_NAMED: Final = 3
"""Gates that are named in the headline."""


class BlockerView(msgspec.Struct, frozen=True):
    """One reason why the decision is not GO; `anchor` names the gate's row, or is empty."""

    word: str
    sign: str
    style: str
    name: str
    anchor: str
    text: str
    remedy: str
    owner: str
    where: tuple[str, ...]


class ReasonsView(msgspec.Struct, frozen=True):
    """The reasons of one kind.

    Attributes:
        id: Names the heading.
        title: What they have in common.
        meaning: What each of them does to the build.
        style: Style class.
        none: What is said where there are none.
        blockers: The reasons, worst first.
    """

    id: str
    title: str
    meaning: str
    style: str
    none: str
    blockers: tuple[BlockerView, ...]


def sentence_of(decision: Decision) -> str:
    """Return the decision in one sentence, with the text of its first reason."""
    met = sum(1 for result in decision.gates if result.verdict is Verdict.PASS)
    executed = plural(decision.tests.executed, "test")
    if decision.decision is Word.GO:
        return f"{plural(met, 'gate')} met on {executed} executed."
    first = decision.blockers[0]
    others = len(decision.blockers) - 1
    more = f" And {plural(others, 'more reason')}." if others else ""
    name = f"{first.gate}: " if first.gate else ""
    return f"{clean(name + first.text).rstrip('.')}.{more}"


def headline_of(decision: Decision) -> str:
    """Return what the decision comes from, by the names under which the reasons stand."""
    weighing = [each for each in decision.blockers if each.effect is decision.decision]
    if decision.decision is Word.GO or not weighing:
        return sentence_of(decision)
    names = list(dict.fromkeys(clean(each.gate or _RUN_ITSELF) for each in weighing))
    more = len(names) - _NAMED
    told = [*names[:_NAMED], *([f"{more} more"] if more > 0 else [])]
    listed = " and ".join(filter(None, (", ".join(told[:-1]), told[-1])))
    others = len(decision.blockers) - len(weighing)
    below = f"; {plural(others, 'more reason')} below" if others else ""
    return f"{_BECAUSE[decision.decision]} {listed}{below}."


def reasons_views(blockers: tuple[BlockerView, ...]) -> tuple[ReasonsView, ...]:
    """Return the reasons in groups, the heaviest first; a group without any says so."""
    return tuple(_group(effect, blockers) for effect in _REASONS)


def _group(effect: Word, blockers: tuple[BlockerView, ...]) -> ReasonsView:
    word, _, style = WORDS[effect]
    id, title, meaning, none = _REASONS[effect]
    return ReasonsView(id, title, meaning, style, none, tuple(each for each in blockers if each.word == word))


def blocker_view(blocker: Blocker, gates: tuple[GateView, ...]) -> BlockerView:
    """Return one reason, with what its gate says of places and people."""
    word, sign, style = WORDS[blocker.effect]
    gate = next((each for each in gates if blocker.gate is not None and each.id == clean(blocker.gate)), None)
    text = clean(blocker.text)
    places = first_places(gate) if gate is not None else ()
    where = tuple(place for place in places if place not in text)
    return BlockerView(
        word=word,
        sign=sign,
        style=style,
        name=gate.id if gate is not None else blocker.reason,
        anchor=gate.anchor if gate is not None else "",
        text=text,
        remedy=clean(blocker.remedy),
        owner=", ".join(dict.fromkeys(filter(None, (clean(blocker.owner), *(gate.asked if gate is not None else ()))))),
        where=where,
    )
