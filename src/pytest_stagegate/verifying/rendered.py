"""Rendering the documents of a decision once more, and comparing them with those that lie beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pytest_stagegate import __version__
from pytest_stagegate.documents.rendering import FILES, Wanted, documents_of
from pytest_stagegate.model.verification import Answer, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.decision import Decision

_TEMPLATED = ("html", "md")


def documents(recorded: Decision, folder: Path, templates: Path | None) -> Iterator[Finding]:
    """Yield a finding for each document that lies beside a decision.

    Args:
        recorded: The decision as it was read.
        folder: Where the documents lie.
        templates: The folder with the project's own templates, where its code may be run; else None.
    """
    for format_, name in FILES.items():
        path = folder / name
        if format_ == "json" or not path.is_file():
            continue
        own = recorded.policy.content.get("templates") is not None and format_ in _TEMPLATED
        if own and (templates is None or not templates.is_dir()):
            yield _found(
                name, Answer.UNTOLD, "the project has templates of its own; --with-gates takes them from --root"
            )
            continue
        yield _compared(recorded, format_, path, templates if own else None)


def _compared(recorded: Decision, format_: str, path: Path, templates: Path | None) -> Finding:
    try:
        _, files = documents_of(recorded, (Wanted(format_, Path(path.name)),), path.parent, templates)
        same = files[Path(path.name)] == path.read_bytes()
    except Exception as error:
        # A made-up decision or a template of the project's own may break anything.
        return _found(path.name, Answer.UNTOLD, f"it can't be rendered: {type(error).__name__}: {error}")
    if same:
        return _found(path.name, Answer.IDENTICAL, "")
    asked = recorded.question
    if asked is None or asked.version != __version__:
        return _found(path.name, Answer.UNTOLD, "another version of stagegate rendered it")
    return _found(path.name, Answer.DIFFERENT, "it is not what this decision is rendered as")


def _found(name: str, answer: Answer, text: str) -> Finding:
    return Finding(part="documents", name=name, answer=answer, text=text)
