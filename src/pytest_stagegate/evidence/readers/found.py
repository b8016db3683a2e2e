"""What readers of linters' reports share: from what a tool states to findings that are the same on every machine."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.source_paths import Damage, is_absolute, place
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.findings import Finding, FindingsData, fingerprint
from pytest_stagegate.model.texts import first_line, shortened, without_folders

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LAST_LINE: Final = 100_000_000
"""Above it a number is no line."""

_NAMES: Final = 200
_FAULTS: Final = 3
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_USER: Final = re.compile(r"(?<=://)[^/@]*@")
_LINE_NUMBERS: Final = re.compile(r"(?i)(?<=\bline )\d+|(?<=\blines )\d+(?:\s*[-–]\s*\d+)?|(?<=:)\d+\b")


class Stated(NamedTuple):
    """One finding as its tool states it.

    Attributes:
        rule: The tool's name of the rule; may be empty.
        level: One of `LEVELS`.
        path: The file, absolute or relative to the root; a URL; or empty.
        line: 1-based; 0 when unknown.
        message: The tool's text.
        fingerprint: What the tool itself knows the finding by; may be empty.
        suppressed: Whether the tool says that it was accepted.
    """

    rule: str
    level: str
    path: str
    line: int
    message: str
    fingerprint: str = ""
    suppressed: bool = False


class ToolRun(msgspec.Struct):
    """One run of one tool.

    Attributes:
        tool: Its name.
        producer: Tool and version, as far as they are stated.
        stated: What it found.
        faults: Why it did not come to its end: for each fault a path or nothing, and a text.
    """

    tool: str
    producer: str = ""
    stated: list[Stated] = msgspec.field(default_factory=list)
    faults: list[tuple[str, str]] = msgspec.field(default_factory=list)


def contents(path: Path, root: Path, runs: Sequence[ToolRun], *, warnings: Sequence[str] = (), **more: Any) -> Contents:
    """Return the findings of a file.

    Args:
        path: The file, for messages.
        root: The project's root.
        runs: What its tools say.
        warnings: What the reader has to say of the file.
        more: Further fields of the contents.

    Raises:
        EvidenceError: When what stands for a path can be none.
    """
    named = {each.path for run in runs for each in run.stated} | {where for run in runs for where, _ in run.faults}
    try:
        paths, outside = _placed({each for each in named if each and not _URL.match(each)}, root)
    except Damage as error:
        raise EvidenceError(f"{path.name}: {error}") from error
    paths |= {each: _USER.sub("", shortened(each, _NAMES)) for each in named if _URL.match(each)} | {"": ""}
    return Contents(
        findings=tuple(_report(run, paths, root) for run in runs),
        producer=", ".join(dict.fromkeys(run.producer for run in runs if run.producer)),
        warnings=(*outside, *warnings),
        **more,
    )


def line_of(number: int | None) -> int:
    """Return a line number, or 0 where it is none."""
    return number if number is not None and 1 <= number <= LAST_LINE else 0


def not_parsed(path: str) -> tuple[str, str]:
    """Return the fault of a file in which a tool could not even tell what there is to check."""
    return path, "it could not be parsed, so it was not checked as a whole"


def _placed(stated: set[str], root: Path) -> tuple[dict[str, str], list[str]]:
    """Return for each stated path the one relative to the root; of a file elsewhere only its name."""
    found = place({each: (each,) for each in sorted(stated)}, root).paths
    paths = {each: f"…/{path.rpartition('/')[2]}" if is_absolute(path) else path for each, path in found.items()}
    outside = sorted(paths[each] for each, path in found.items() if is_absolute(path))
    if not outside:
        return paths, []
    what = "1 file lies" if len(outside) == 1 else f"{len(outside)} files lie"
    return paths, [f"{what} outside the project's root and can be named only without folders: {outside[0]}"]


def _report(run: ToolRun, paths: dict[str, str], root: Path) -> FindingsData:
    tool = shortened(run.tool.strip().lower(), _NAMES)
    found = [_finding(each, tool, paths[each.path], root) for each in run.stated]
    return FindingsData(
        tool=tool,
        producer=shortened(run.producer, _NAMES),
        findings=tuple(sorted(found, key=lambda each: (each.path, each.line, each.rule, each.message))),
        unfinished=_told([(paths[where], first_line(without_folders(text, root))) for where, text in run.faults]),
    )


def _finding(stated: Stated, tool: str, path: str, root: Path) -> Finding:
    message = first_line(without_folders(stated.message, root, root.resolve()))
    rule = shortened(stated.rule, _NAMES)
    known_by = ("tool", stated.fingerprint) if stated.fingerprint else ("text", _LINE_NUMBERS.sub("", message))
    parts = "\0".join((tool, rule, path, *known_by)).encode("utf-8", "replace")
    return Finding(
        rule=rule,
        level=stated.level,
        path=path,
        line=stated.line,
        message=message,
        fingerprint=fingerprint(hashlib.sha256(parts).hexdigest()[:20], stated.level),
        suppressed=stated.suppressed,
    )


def _told(faults: list[tuple[str, str]]) -> str:
    sentences = list(dict.fromkeys(f"{where}: {text}" if where else text for where, text in faults))
    more = len(sentences) - _FAULTS
    return "; ".join(sentences[:_FAULTS]) + (f"; and {more} more" if more > 0 else "")
