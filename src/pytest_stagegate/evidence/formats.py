"""Telling a file's format from its content, and reading it."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.findings_formats import format_of_findings, keys_of
from pytest_stagegate.evidence.goals_formats import format_of_goals
from pytest_stagegate.evidence.incidents_formats import format_of_incidents
from pytest_stagegate.evidence.reviews_formats import format_of_reviews
from pytest_stagegate.evidence.supply_formats import format_of_supply
from pytest_stagegate.model.sources import FORMATS, FORMATS_LISTED

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stagegate.model.contents import Contents

_HEAD: Final = 1 << 14
_WORDS: Final = re.compile("[a-z]+")
_SQLITE: Final = b"SQLite format 3\0"
_NO_ELEMENT: Final = re.compile(r"<!--.*?(-->|\Z)|<\?.*?(\?>|\Z)|<!DOCTYPE[^>\[]*(\[.*?(\]\s*>|\Z)|>|\Z)", re.DOTALL)
_ELEMENT: Final = re.compile(r"<([\w.:-]+)([^>]*)")
_JSON: Final = re.compile(r'"(record|results|reportFormat|specVersion|meta)"\s*:')
_JSON_FORMATS: Final = {"record": "stagegate", "meta": "coverage-json"}
_BENCHMARK: Final = re.compile(r'\{\s*"machine_info"\s*:')
_DECISION: Final = re.compile(r'\{\s*"as_of"\s*:\s*"[^"]*"\s*,\s*"(basis|blockers)"\s*:')
"""How our own ``decision.json`` begins: its keys are sorted, so its schema may stand far behind."""
_SCHEMA: Final = re.compile(r'"schema"\s*:\s*"stagegate/decision/')
_FIRST_OBJECT: Final = re.compile(r"\[\s*\{([^{}]*)\}")
_PERFORMANCE: Final = tuple(f'"{key}"' for key in ("id", "key", "value", "start", "stop"))
_OPENMETRICS: Final = re.compile(r"^#[ \t]+(?:(?:HELP|TYPE|UNIT)[ \t]+\S|EOF[ \t]*$)", re.MULTILINE)
_OURS: Final = re.compile(
    r'"schema"\s*:\s*"stagegate/(sign-off|manual|environment|deployment|incidents|drills|rollout|service-levels)/'
)
"""What else of ours says so itself, by the name of the format."""
_EVENT: Final = re.compile(r'"type"\s*:\s*"dev\.cdevents\.')
_PRODUCT: Final = re.compile(r'\A\{.*?"result"\s*:\s*\{.*?"releases"\s*:\s*\[', re.DOTALL)
_CYCLE: Final = re.compile(r'\[\s*\{\s*"cycle"\s*:')
_SUPPORT: Final = re.compile(r"^[ \t]*\[\[[ \t]*product[ \t]*\]\]", re.MULTILINE)
_FLAGS: Final = re.compile(r'\{\s*"flags"\s*:\s*\{|"\$schema"\s*:\s*"https?://flagd\.dev/schema/')
_LCOV: Final = re.compile(r"\s*(#[^\n]*\n\s*)*(TN|SF):")


def read_file(path: Path, root: Path, format_: str) -> Contents:
    """Read a file of another tool.

    Args:
        path: The file.
        root: The project's root.
        format_: A key of `FORMATS` other than ``stagegate``.

    Raises:
        EvidenceError: When the file can't be read.
    """
    contents: Contents = import_module(f"{__package__}.readers.{format_.replace('-', '_')}").read(path, root)
    return contents


def detect(path: Path) -> str:
    """Return the format that the first bytes of a file tell.

    Raises:
        EvidenceError: When they tell none, or the file can't be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError as error:
        raise EvidenceError(f"{path.name}: there is no such file", code="missing") from error
    except OSError as error:
        raise EvidenceError(f"{path.name}: can't be read: {error.strerror}") from error
    if not head:
        raise EvidenceError(f"{path.name}: the file is empty", code="empty")
    found = "coverage-data" if head.startswith(_SQLITE) else _of_text(_decoded(head))
    if not found:
        text = f"{path.name}: its content tells no format that is known; name it: {path.name},format="
        raise EvidenceError(f"{text}{_perhaps(path.stem)} ({FORMATS_LISTED})", code="unknown-format")
    return found


def _perhaps(stem: str) -> str:
    """Return the formats that share a word with the name of a file, at most three; ``NAME`` where none does."""
    words = {*_WORDS.findall(stem.lower())}
    return " or ".join([each for each in FORMATS if words & {*each.split("-")}][:3]) or "NAME"


def _decoded(head: bytes) -> str:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return head.decode("utf-16" if wide else "utf-8-sig", "replace")


def _of_text(text: str) -> str:
    start = text.lstrip()
    if start.startswith("<"):
        return _of_xml(start)
    if start.startswith("{") and (_DECISION.match(start) or _SCHEMA.search(start)):
        return "decision"
    if start.startswith(("{", "[")) and (found := format_of_findings(start)):
        return found
    if start.startswith("{") and (ours := _OURS.search(start)):
        return ours[1]
    if start.startswith("{") and _FLAGS.search(start):
        return "flagd"
    if start.startswith(("{", "[")) and _EVENT.search(start):
        return "cdevents"
    if start.startswith("{") and (found := format_of_supply(start, keys_of(start))):
        return found
    if start.startswith(("{", "[")) and (found := format_of_reviews(start, keys_of(start))):
        return found
    if found := format_of_incidents(start, keys_of(start)):
        return found
    if _PRODUCT.search(start) or (start.startswith("[") and _CYCLE.match(start)):
        return "endoflife"
    if _SUPPORT.search(start):
        return "support-table"
    if found := format_of_goals(start):
        return found
    if start.startswith("[") and _is_performance(start):
        return "allure-perf"
    if _BENCHMARK.match(start):
        return "pytest-benchmark"
    if start.startswith("#") and _OPENMETRICS.search(start):
        return "openmetrics"
    if start.startswith("{"):
        key = _JSON.search(start)
        return _JSON_FORMATS.get(key[1], "ctrf") if key is not None else ""
    if start.startswith("mode:"):
        return "go-cover"
    return "lcov" if _LCOV.match(start) else ""


def _is_performance(text: str) -> bool:
    first = _FIRST_OBJECT.match(text)
    return first is not None and all(key in first[1] for key in _PERFORMANCE)


def _of_xml(text: str) -> str:
    """Return the format of an XML file; one of an unknown root element goes to the reader that says so best."""
    element = _ELEMENT.search(_NO_ELEMENT.sub("", text))
    name, attributes = (element[1], element[2]) if element is not None else ("", "")
    if name == "coverage":
        return "clover" if "clover" in attributes or "generated" in attributes else "cobertura"
    if name.rpartition(":")[2] == "bom" and "cyclonedx.org" in attributes:
        return "cyclonedx"
    return "jacoco" if name == "report" else "junit"
