"""What ``stagegate inspect`` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.wording import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.inspected import Inspected

_NAMED: Final = 10


def told(found: Inspected) -> Iterator[str]:
    """Yield the lines about one file."""
    if found.format is not None:
        made = [found.producer, found.created or "", f"commit {found.commit[:12]}" if found.commit else ""]
        by = ", ".join(_line(part) for part in made if part)
        yield f"{_line(found.source)}: {found.kind}, format {found.format}" + (f" ({by})" if by else "")
    else:
        yield f"{_line(found.source)}: can't be told"
    if found.figures:
        yield "  " + ", ".join(_figure(name, figure) for name, figure in found.figures.items())
    for name in found.names[:_NAMED]:
        yield f"    {_line(name)}"
    if len(found.names) > _NAMED:
        yield f"    and {len(found.names) - _NAMED} more names; --json shows all"
    for warning in found.warnings:
        yield f"  warning: {_line(warning)}"
    if found.error is not None:
        yield f"  error: {_line(found.error)}"


def _line(text: str) -> str:
    """Return a text in one line: what begins one may be a command to whatever reads the log of a CI."""
    return clean(text).replace("\n", " ")


def _figure(name: str, figure: int | dict[str, int]) -> str:
    if isinstance(figure, int):
        return f"{name.replace('_', ' ')} {figure}"
    return ", ".join(f"{part} {count}" for part, count in figure.items())
