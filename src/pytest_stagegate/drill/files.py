"""Faults in files of other tools: each makes the text of one format worse, as the tool itself would have written it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.hooks import Fault
from pytest_stagegate.policy.finding import canonical, digest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_Edit = dict[str, "Callable[[str], str]"]
"""For each format what makes its text worse."""

_RULE: Final = "DRILL001"
_MESSAGE: Final = "planted by the drill"
_PLACE: Final = "planted.py"


def in_files(edits: _Edit, formats: Callable[[Path], str]) -> Callable[[Sequence[Path]], bool]:
    """Return what plants an edit into every file of its formats."""

    def plant(files: Sequence[Path]) -> bool:
        planted = False
        for path in files:
            edit = edits.get(formats(path))
            if edit is not None:
                before = path.read_text(encoding="utf-8")
                after = edit(before)
                path.write_text(after, encoding="utf-8")
                planted = planted or after != before
        return planted

    return plant


# ---- test results and coverage


def _failing_case(text: str) -> str:
    """Let the first test case that has no result element of its own fail."""
    return re.sub(r"<testcase\b([^>]*?)\s*/>", r'<testcase\1><failure message="planted"/></testcase>', text, count=1)


def _failing_ctrf(text: str) -> str:
    whole = json.loads(text)
    tests = whole.get("results", {}).get("tests", [])
    for test in tests[:1]:
        test["status"] = "failed"
    return json.dumps(whole)


def _uncovered_json(text: str) -> str:
    whole = json.loads(text)
    for file in whole.get("files", {}).values():
        file["missing_lines"] = sorted({*file.get("missing_lines", []), *file.get("executed_lines", [])})
        file["executed_lines"] = []
        if "missing_branches" in file:
            file["missing_branches"] += file.get("executed_branches", [])
            file["executed_branches"] = []
    return json.dumps(whole)


def _without_hits(pattern: str, instead: str) -> Callable[[str], str]:
    compiled = re.compile(pattern, re.MULTILINE)
    return lambda text: compiled.sub(instead, text)


def _uncovered_cobertura(text: str) -> str:
    without_lines = re.sub(r'\bhits="\d+"', 'hits="0"', text)
    return re.sub(r'\bcondition-coverage="[\d.]+% \(\d+/(\d+)\)"', r'condition-coverage="0% (0/\1)"', without_lines)


def _uncovered_jacoco(text: str) -> str:
    def missed(found: re.Match[str]) -> str:
        kind, missed, covered = found.groups()
        return f'm{kind}="{int(missed) + int(covered)}" c{kind}="0"'

    return re.sub(r'\bm([ib])="(\d+)" c\1="(\d+)"', missed, text)


_UNCOVERED: Final[_Edit] = {
    "coverage-json": _uncovered_json,
    "cobertura": _uncovered_cobertura,
    "clover": _without_hits(r'\b(count|truecount|falsecount)="\d+"', r'\1="0"'),
    "lcov": _without_hits(r"^(DA:\d+|BRDA:\d+,[^,]+,[^,]+),[^,\s]+", r"\1,0"),
    "go-cover": _without_hits(r" \d+$", " 0"),
    "jacoco": _uncovered_jacoco,
}


# ---- findings


def _sarif(text: str) -> str:
    whole = json.loads(text)
    place = {"physicalLocation": {"artifactLocation": {"uri": _PLACE}, "region": {"startLine": 1}}}
    for run in whole.get("runs", []):
        found = {"ruleId": _RULE, "level": "error", "message": {"text": _MESSAGE}, "locations": [place]}
        run["results"] = [*(run.get("results") or []), found]
    return json.dumps(whole)


def _appended(finding: dict[str, Any]) -> Callable[[str], str]:
    def edit(text: str) -> str:
        whole = json.loads(text or "[]")
        found = whole if isinstance(whole, list) else whole.setdefault("messages", whole.setdefault("results", []))
        found.append(finding)
        return json.dumps(whole)

    return edit


_FOUND: Final[_Edit] = {
    "sarif": _sarif,
    "gitlab-code-quality": _appended(
        {
            "description": _MESSAGE,
            "check_name": _RULE,
            "fingerprint": "d" * 32,
            "severity": "blocker",
            "location": {"path": _PLACE, "lines": {"begin": 1}},
        }
    ),
    "ruff-json": _appended(
        {
            "code": _RULE,
            "message": _MESSAGE,
            "filename": _PLACE,
            "location": {"row": 1, "column": 1},
            "end_location": {"row": 1, "column": 2},
        }
    ),
    "pylint-json": _appended(
        {
            "type": "error",
            "module": "planted",
            "obj": "",
            "line": 1,
            "column": 0,
            "endLine": None,
            "endColumn": None,
            "path": _PLACE,
            "symbol": "planted",
            "message": _MESSAGE,
            "message-id": "E9999",
            "messageId": "E9999",
        }
    ),
    "bandit-json": _appended(
        {
            "filename": _PLACE,
            "issue_severity": "HIGH",
            "issue_confidence": "HIGH",
            "issue_text": _MESSAGE,
            "line_number": 1,
            "test_id": _RULE,
            "test_name": "planted",
        }
    ),
    "mypy-json": lambda text: (
        text
        + json.dumps({"file": _PLACE, "line": 1, "column": 0, "message": _MESSAGE, "code": _RULE, "severity": "error"})
        + "\n"
    ),
}


# ---- metrics

_SAMPLE: Final = re.compile(r"^([^#\s].*?\s)[-+\d.eE]+((?:\s[-\d.]+)?)$", re.MULTILINE)
_HUGE: Final = 1_000_000_000


def _numbers(value: int) -> _Edit:
    def in_json(text: str) -> str:
        return json.dumps(_all_numbers(json.loads(text), value))

    return {
        **dict.fromkeys(("metrics-json", "pytest-benchmark", "allure-perf"), in_json),
        "openmetrics": lambda text: _SAMPLE.sub(rf"\g<1>{value}\g<2>", text),
    }


def _all_numbers(node: Any, value: int) -> Any:
    if isinstance(node, dict):
        return {key: _all_numbers(inner, value) for key, inner in node.items()}
    if isinstance(node, list):
        return [_all_numbers(inner, value) for inner in node]
    return value if isinstance(node, (int, float)) and not isinstance(node, bool) else node


# ---- earlier decisions


def _of_decision(change: Callable[[dict[str, Any]], None]) -> _Edit:
    def edit(text: str) -> str:
        whole = json.loads(text)
        change(whole)
        return json.dumps(whole)

    return {"decision": edit}


def _no_go(decision: dict[str, Any]) -> None:
    decision["decision"] = "NO_GO"


def _provisional(decision: dict[str, Any]) -> None:
    decision["provisional"] = [{"reason": "dirty-tree", "text": _MESSAGE}]


def _rebuilt(decision: dict[str, Any]) -> None:
    for artifact in decision["subject"]["artifacts"]:
        artifact["sha256"] = "d" * 64


def _without_gates(decision: dict[str, Any]) -> None:
    content = {key: value for key, value in decision["policy"]["content"].items() if key != "gate"}
    decision["policy"] |= {"content": content, "sha256": digest(canonical(content))}


def faults(formats: Callable[[Path], str]) -> tuple[Fault, ...]:
    """Return the faults in files of other tools.

    Args:
        formats: Tells the format of a copy.
    """
    failing: _Edit = {"junit": _failing_case, "ctrf": _failing_ctrf}
    return (
        Fault("a test of another tool fails", in_files(failing, formats)),
        Fault("nothing is covered, says another tool", in_files(_UNCOVERED, formats)),
        Fault("a tool finds one more error", in_files(_FOUND, formats)),
        Fault("every metric is far higher", in_files(_numbers(_HUGE), formats)),
        Fault("every metric is far lower", in_files(_numbers(-_HUGE), formats)),
        Fault("an earlier stage says NO GO", in_files(_of_decision(_no_go), formats)),
        Fault("an earlier decision is provisional", in_files(_of_decision(_provisional), formats)),
        Fault("an earlier decision is about other artifacts", in_files(_of_decision(_rebuilt), formats)),
        Fault("an earlier policy demanded nothing", in_files(_of_decision(_without_gates), formats)),
    )
