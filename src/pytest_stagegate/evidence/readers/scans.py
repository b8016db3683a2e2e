"""What readers of scanners' reports share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from pytest_stagegate.evidence.readers.tool_times import instant
from pytest_stagegate.model.texts import first_line, shortened
from pytest_stagegate.model.vulnerabilities import ScanData

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pytest_stagegate.model.vulnerabilities import Vulnerability

_LONGEST: Final = 200


def words(text: str) -> str:
    """Return a name or version from a report in one line that is not too long."""
    return shortened(first_line(text), _LONGEST)


def day(written: str | None) -> str | None:
    """Return the day of an instant, ``YYYY-MM-DD``; None where none is stated."""
    found = instant(written) if written else None
    return found.date().isoformat() if found is not None else None


def scan_of(path: Path, tool: tuple[str, str], found: Iterable[Vulnerability], **more: Any) -> ScanData:
    """Return what a scan found.

    Args:
        path: The file.
        tool: Its name and its version; the version may be empty.
        found: In any order.
        more: Further fields.
    """
    name = tool[0].lower()
    marked = {msgspec.structs.replace(each, tool=name) for each in found}
    ordered = sorted(marked, key=msgspec.json.encode)
    ordered.sort(key=lambda each: (each.package, each.version, each.id))
    producer = f"{tool[0]} {tool[1]}".strip()
    return ScanData(file=path.name, tool=name, producer=producer, vulnerabilities=tuple(ordered), **more)
