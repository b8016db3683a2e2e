"""Release notes in each format, as bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.notes_markdown import notes_md
from pytest_stagegate.documents.notes_view import notes_view
from pytest_stagegate.documents.room import SINKS
from pytest_stagegate.documents.schemas import schema_of
from pytest_stagegate.documents.templating import render, with_content_policy
from pytest_stagegate.model.canonical import json_of
from pytest_stagegate.model.notes import SCHEMA, Notes

if TYPE_CHECKING:
    from pathlib import Path

FORMATS: Final = ("md", "html", "json")


def notes_html(notes: Notes, audience: str | None, templates: Path | None) -> bytes:
    """Return ``notes.html``: one file that holds everything it needs.

    Args:
        notes: The notes, for one audience already.
        audience: That audience, or None for everybody.
        templates: A folder of the project's own templates, or None.

    Raises:
        StageGateError: When a template of the project's own is broken.
    """
    page = render("notes.html.j2", notes_view(notes, audience), templates)
    return with_content_policy(page).encode("utf-8", "replace")


def notes_json(notes: Notes) -> bytes:
    """Return ``notes.json``: keys sorted, two spaces, one line feed at the end."""
    return json_of(notes)


def notes_schema() -> dict[str, object]:
    """Return the JSON Schema (2020-12) of ``notes.json``, made from the types it is written from."""
    return schema_of(Notes, SCHEMA)


def notes_file(
    notes: Notes, format: str, audience: str | None = None, sink: str = "full", templates: Path | None = None
) -> bytes:
    """Return notes in one format.

    Args:
        notes: The notes, for one audience already.
        format: Of `FORMATS`.
        audience: That audience, or None for everybody.
        sink: Of `SINKS`; of concern to Markdown alone.
        templates: A folder of the project's own templates, or None.

    Raises:
        StageGateError: When a template of the project's own is broken.
    """
    if format == "html":
        return notes_html(notes, audience, templates)
    if format == "json":
        return notes_json(notes)
    return notes_md(notes, audience, SINKS[sink], templates)
