"""Two decisions compared, in each format."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.compare import compare_view
from pytest_stagegate.documents.schemas import schema_of
from pytest_stagegate.documents.standup_markdown import section_items, with_room
from pytest_stagegate.documents.standup_terminal import section_lines
from pytest_stagegate.documents.templating import markdown_text, render, with_content_policy
from pytest_stagegate.documents.terminal import Text
from pytest_stagegate.documents.wording import wrapped
from pytest_stagegate.model.canonical import json_of
from pytest_stagegate.model.comparison import SCHEMA, Comparison

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_stagegate.documents.compare import CompareView

FORMATS: Final = ("md", "html", "json")


def compare_file(found: Comparison, format: str, templates: Path | None = None) -> bytes:
    """Return a comparison in one format.

    Args:
        found: The comparison.
        format: Of `FORMATS`; Markdown has as many items of each section as a comment takes.
        templates: A folder of the project's own templates, or None.

    Raises:
        StageGateError: When a template of the project's own is broken.
    """
    if format == "json":
        return json_of(found)
    view = compare_view(found)
    if format == "html":
        return with_content_policy(render("compare.html.j2", view, templates)).encode()
    return with_room(partial(_markdown, view), [section for group in view.groups for section in group.sections])


def comparison_schema() -> dict[str, object]:
    """Return the JSON Schema (2020-12) of a comparison, made from the types it is written from."""
    return schema_of(Comparison, SCHEMA)


def compare_lines(found: Comparison, columns: int, *, every: bool) -> Iterator[Text]:
    """Yield a comparison's lines for a terminal.

    Args:
        found: The comparison.
        columns: Width of the terminal.
        every: Whether every item is shown, however many there are.
    """
    view = compare_view(found)
    yield from (Text(line, view.style) for line in wrapped("", f"{view.sign} {view.title}: {view.word}", columns))
    for sentence in view.lines:
        yield from (Text(line) for line in wrapped("", sentence, columns))
    for group in view.groups:
        yield Text("")
        yield Text(group.title, group.style)
        for section in group.sections:
            yield from section_lines(section, columns, every=every)


def _markdown(view: CompareView, most: int) -> Iterator[str]:
    yield f"# {view.sign} {markdown_text(view.title)}: {view.word}"
    for sentence in view.lines:
        yield ""
        yield markdown_text(sentence)
    yield ""
    yield f"| {' | '.join(view.head)} |"
    yield "|---|---|---|"
    for row in view.facts:
        yield f"| {' | '.join(map(markdown_text, row))} |"
    for group in view.groups:
        yield ""
        yield f"## {group.title}"
        for section in group.sections:
            yield ""
            yield f"### {markdown_text(section.sentence)}"
            yield ""
            yield from section_items(section, most)
