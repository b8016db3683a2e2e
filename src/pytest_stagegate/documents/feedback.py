"""The feedback list as words: for a terminal, as Markdown and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from pytest_stagegate.documents.schemas import schema_of
from pytest_stagegate.documents.templating import markdown_cell_code, markdown_text
from pytest_stagegate.documents.terminal import Text
from pytest_stagegate.documents.wording import clean, plural, wrapped
from pytest_stagegate.model.feedback import BACK, DROPPED, NEW, PLANNED, SCHEMA, Feedback
from pytest_stagegate.model.plan import PRIORITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.feedback import FeedbackItem, FeedbackSource

_STATES: Final = {
    NEW: "new",
    PLANNED: "in the plan",
    BACK: "the plan says done",
    DROPPED: "dropped",
}
_STYLES: Final = {"must": "no-go", "should": "conditional", "could": "quiet"}


def feedback_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the list, as it is published."""
    return schema_of(Feedback, SCHEMA)


def feedback_json(feedback: Feedback) -> bytes:
    """Return the list as JSON; the same list always gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(feedback), indent=2) + b"\n"


def feedback_lines(feedback: Feedback, columns: int) -> Iterator[Text]:
    """Yield the lines for a terminal.

    Args:
        feedback: The list.
        columns: Width of the terminal.
    """
    yield from (Text(line) for line in wrapped("", _head(feedback), columns))
    for source in feedback.sources:
        yield from (Text(line) for line in wrapped("  from ", _source(source), columns))
    for priority in PRIORITIES:
        items = [each for each in feedback.items if each.priority == priority]
        if items:
            yield Text("")
            yield Text(f"{priority} ({len(items)})", _STYLES[priority])
        for item in items:
            yield from (Text(line) for line in wrapped(f"  {item.id}  ", item.title, columns))
            yield from (Text(line) for line in wrapped("                 ", _told(item), columns))


def feedback_markdown(feedback: Feedback) -> bytes:
    """Return the list as Markdown."""
    lines = ["# What there is to plan for", "", markdown_text(_head(feedback))]
    if feedback.sources:
        lines += ["", *(f"- from {markdown_text(_source(each))}" for each in feedback.sources)]
    if feedback.items:
        lines += ["", "| id | priority | what | why | owner | plan |", "|---|---|---|---|---|---|"]
        lines += map(_row, feedback.items)
    return ("\n".join(lines) + "\n").encode()


def _row(item: FeedbackItem) -> str:
    cells = (item.priority, clean(item.title), clean(item.why), clean(item.owner), _STATES[item.state])
    return f"| {markdown_cell_code(clean(item.id))} | {' | '.join(map(markdown_text, cells))} |"


def _head(feedback: Feedback) -> str:
    new = sum(each.state == NEW for each in feedback.items)
    about = f" about {clean(feedback.project)}" if feedback.project else ""
    return f"{plural(len(feedback.items), 'thing')} to plan for{about}, {new} of them new"


def _source(source: FeedbackSource) -> str:
    where = f" against {source.environment}" if source.environment else ""
    return clean(f"{source.stage}{where}: {source.decision.replace('_', ' ')}, {source.as_of}")


def _told(item: FeedbackItem) -> str:
    owner = f"; owner: {item.owner}" if item.owner else ""
    return f"{item.why}{owner}; {_STATES[item.state]}"
