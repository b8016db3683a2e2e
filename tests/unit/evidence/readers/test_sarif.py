from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.sarif import read
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.findings import Finding, FindingsData


def run_of(*results: dict[str, Any], **more: Any) -> dict[str, Any]:
    rules = [{"id": "R0"}, {"id": "R1", "defaultConfiguration": {"level": "error"}}]
    return {"tool": {"driver": {"name": "Lint", "version": "1.2", "rules": rules}}, "results": list(results), **more}


def contents_of(tmp_path: Path, *runs: dict[str, Any], **more: Any) -> Contents:
    path = tmp_path / "a.sarif"
    path.write_text(json.dumps({"version": "2.1.0", "runs": list(runs), **more}))
    return read(path, tmp_path)


def report_of(tmp_path: Path, run: dict[str, Any]) -> FindingsData:
    (report,) = contents_of(tmp_path, run).findings or ()
    return report


def finding_of(tmp_path: Path, result: dict[str, Any], **more: Any) -> Finding:
    (found,) = report_of(tmp_path, run_of(result, **more)).findings
    return found


def at(uri: str, line: int = 3, **more: Any) -> dict[str, Any]:
    physical = {"artifactLocation": {"uri": uri, **more}, "region": {"startLine": line}}
    return {"message": {"text": "no"}, "locations": [{"physicalLocation": physical}]}


EXTENSION = {"name": "pack", "guid": "g-pack", "rules": [{"id": "X1", "defaultConfiguration": {"level": "note"}}]}


# ---- levels


@pytest.mark.parametrize(
    ("result", "level"),
    [
        ({}, "warning"),
        ({"level": "error"}, "error"),
        ({"level": "none"}, "note"),
        ({"ruleId": "R0"}, "warning"),
        ({"ruleId": "R1"}, "error"),
        ({"ruleId": "R1/sub/case"}, "error"),
        ({"ruleId": "R1", "level": "note"}, "note"),
        ({"ruleIndex": 1}, "error"),
        ({"ruleIndex": 1, "ruleId": "anything"}, "error"),
        ({"ruleIndex": 99, "ruleId": "R1"}, "error"),
        ({"rule": {"id": "R1"}}, "error"),
        ({"rule": {"index": 1}}, "error"),
        ({"ruleId": "X1"}, "note"),
        ({"rule": {"index": 0, "toolComponent": {"index": 0}}}, "note"),
        ({"rule": {"id": "X1", "toolComponent": {"name": "pack"}}}, "note"),
        ({"rule": {"id": "X1", "toolComponent": {"guid": "g-pack"}}}, "note"),
        ({"rule": {"id": "R1", "toolComponent": {"index": 0}}}, "warning"),
        ({"ruleId": "unknown"}, "warning"),
        ({"kind": "open"}, "note"),
        ({"kind": "review", "ruleId": "R1"}, "note"),
        ({"kind": "fail", "ruleId": "R1"}, "error"),
        ({"kind": "pass", "level": "error"}, "error"),
    ],
)
def test_the_level_is_the_one_that_the_specification_leads_to(
    tmp_path: Path, result: dict[str, Any], level: str
) -> None:
    run = run_of({"message": {"text": "no"}, **result})
    run["tool"]["extensions"] = [EXTENSION]
    (found,) = report_of(tmp_path, run).findings
    assert found.level == level


@pytest.mark.parametrize(("call", "level"), [(0, "note"), (1, "error"), (2, "error"), (-1, "error"), (7, "error")])
def test_an_override_counts_for_the_invocation_that_a_result_is_of(tmp_path: Path, call: int, level: str) -> None:
    override = {"descriptor": {"id": "R1"}, "configuration": {"level": "note"}}
    other = {"descriptor": {"index": 0}, "configuration": {"level": "none"}}
    calls = [
        {"executionSuccessful": True, "ruleConfigurationOverrides": each} for each in ([other, override], [other], [])
    ]
    result = {"ruleId": "R1", "message": {"text": "no"}, "provenance": {"invocationIndex": call}}
    assert finding_of(tmp_path, result, invocations=calls).level == level


@pytest.mark.parametrize(
    "result", [{"kind": "pass"}, {"kind": "notApplicable"}, {"kind": "informational"}, {"baselineState": "absent"}]
)
def test_what_says_that_nothing_is_wrong_is_no_finding(tmp_path: Path, result: dict[str, Any]) -> None:
    assert report_of(tmp_path, run_of({"message": {"text": "fine"}, **result})).findings == ()


@pytest.mark.parametrize("state", ["new", "unchanged", "updated"])
def test_a_result_that_is_there_counts_whatever_another_baseline_says(tmp_path: Path, state: str) -> None:
    assert finding_of(tmp_path, {"message": {"text": "no"}, "baselineState": state}).level == "warning"


@pytest.mark.parametrize(
    ("statuses", "suppressed"),
    [
        ([], False),
        ([None], True),
        (["accepted"], True),
        (["underReview"], False),
        (["rejected"], False),
        (["accepted", "rejected"], False),
    ],
)
def test_only_an_accepted_suppression_suppresses(tmp_path: Path, statuses: list[Any], suppressed: bool) -> None:
    found = finding_of(tmp_path, {"message": {"text": "no"}, "suppressions": [{"status": each} for each in statuses]})
    assert found.suppressed is suppressed


# ---- runs


@pytest.mark.parametrize("results", [{}, {"results": None}])
def test_a_run_without_results_did_not_run(tmp_path: Path, results: dict[str, Any]) -> None:
    run = run_of()
    del run["results"]
    assert report_of(tmp_path, run | results).unfinished == "it states no results, so it did not run"


def test_results_in_other_files_are_not_there(tmp_path: Path) -> None:
    run = run_of(externalPropertyFileReferences={"results": [{"location": {"uri": "r.json"}}]})
    assert report_of(tmp_path, run).unfinished == "its results stand in other files, which are not read"


def test_a_run_that_found_nothing_is_a_run(tmp_path: Path) -> None:
    report = report_of(tmp_path, run_of())
    assert (report.tool, report.findings, report.unfinished) == ("lint", (), "")


@pytest.mark.parametrize("runs", [[], None])
def test_without_a_run_nobody_looked(tmp_path: Path, runs: Any) -> None:
    with pytest.raises(EvidenceError, match=r"^a\.sarif: it holds no run, so no tool has looked at anything$"):
        contents_of(tmp_path, runs=runs)


@pytest.mark.parametrize("key", ["toolExecutionNotifications", "toolConfigurationNotifications"])
@pytest.mark.parametrize(("level", "told"), [("error", "src/a.py: crashed"), ("warning", ""), ("note", ""), (None, "")])
def test_an_error_of_the_tool_itself_leaves_the_run_unfinished(
    tmp_path: Path, key: str, level: str | None, told: str
) -> None:
    notification = {"level": level, "message": {"text": "crashed"}, "locations": at("src/a.py")["locations"]}
    calls = [{"executionSuccessful": True, key: [notification]}]
    assert report_of(tmp_path, run_of(invocations=calls)).unfinished == told


def test_an_execution_that_was_not_successful_leaves_the_run_unfinished(tmp_path: Path) -> None:
    report = report_of(tmp_path, run_of(invocations=[{"executionSuccessful": False}]))
    assert report.unfinished == "it says that its execution was not successful"


def test_a_file_that_ruff_could_not_parse_leaves_the_run_unfinished(tmp_path: Path) -> None:
    report = report_of(tmp_path, run_of(at("src/a.py") | {"ruleId": "invalid-syntax"}))
    assert report.unfinished == "src/a.py: it could not be parsed, so it was not checked as a whole"


def test_many_errors_are_counted(tmp_path: Path) -> None:
    notes = [{"level": "error", "message": {"text": f"e{number}"}} for number in range(5)]
    calls = [{"executionSuccessful": True, "toolExecutionNotifications": notes}]
    assert report_of(tmp_path, run_of(invocations=calls)).unfinished == "e0; e1; e2; and 2 more"


def test_the_file_is_as_old_as_the_run_that_ended_first(tmp_path: Path) -> None:
    times = ("2026-11-23T09:00:00.5Z", "2026-11-23T10:00:00+02:00", "soon")
    runs = [run_of(invocations=[{"executionSuccessful": True, "endTimeUtc": each}]) for each in times]
    assert contents_of(tmp_path, *runs, run_of()).created == "2026-11-23T08:00:00Z"


def test_the_commit_is_the_one_that_all_runs_state(tmp_path: Path) -> None:
    run = run_of(versionControlProvenance=[{"revisionId": "abcdef1234"}, {"revisionId": "main"}])
    assert contents_of(tmp_path, run, run_of()).commit == "abcdef1234"


def test_several_commits_are_none(tmp_path: Path) -> None:
    runs = [run_of(versionControlProvenance=[{"revisionId": each}]) for each in ("abcdef1", "abcdef2")]
    contents = contents_of(tmp_path, *runs)
    assert (contents.commit, contents.warnings) == (
        None,
        ("it names several commits, so it states none: abcdef1, abcdef2",),
    )


# ---- texts, places, fingerprints


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ({"text": "one\ntwo"}, "one"),
        ({"id": "m", "arguments": ["x", "y"]}, "x {is} not y {2}"),
        ({"id": "everywhere"}, "of the tool"),
        ({"id": "nowhere"}, "nowhere"),
        ({"markdown": "*no*"}, ""),
    ],
)
def test_a_message_may_stand_in_the_rule(tmp_path: Path, message: dict[str, Any], told: str) -> None:
    run = run_of({"ruleId": "R0", "message": message})
    run["tool"]["driver"]["rules"][0]["messageStrings"] = {"m": {"text": "{0} {{is}} not {1} {2}"}}
    run["tool"]["driver"]["globalMessageStrings"] = {"everywhere": {"text": "of the tool"}}
    (found,) = report_of(tmp_path, run).findings
    assert found.message == told


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("src/a.py", "src/a.py"),
        ("./src/../src/a.py", "src/a.py"),
        ("src/with%20blank%23.py", "src/with blank#.py"),
        ("src\\win.py", "src/win.py"),
        ("C:\\work\\a.py", "…/a.py"),
        ("file:///C:/shop/a.py", "…/a.py"),
        ("file://server/share/a.py", "…/a.py"),
        ("file:///elsewhere/a.py", "…/a.py"),
        ("/elsewhere/a.py", "…/a.py"),
        ("file:src/a.py", "src/a.py"),
        ("../beside/a.py", "../beside/a.py"),
        ("https://user:secret@example.org/login?x=1", "https://example.org/login?x=1"),
        ("", ""),
    ],
)
def test_a_uri_becomes_a_path(tmp_path: Path, uri: str, path: str) -> None:
    assert finding_of(tmp_path, at(uri)).path == path


@pytest.mark.parametrize("prefix", ["file://", "file://localhost", ""])
def test_a_path_below_the_root_is_relative_to_it(tmp_path: Path, prefix: str) -> None:
    assert finding_of(tmp_path, at(f"{prefix}{tmp_path.as_posix()}/src/a.py")).path == "src/a.py"


@pytest.mark.parametrize(
    "bases",
    [
        {"SRC": {"uri": "src/"}},
        {"SRC": {"uri": "src/", "uriBaseId": "ROOT"}, "ROOT": {"uri": "file:///ROOT/"}},
        {"SRC": {"uri": "src", "uriBaseId": "ROOT"}, "ROOT": {"uri": "file:///ROOT"}},
        {"SRC": {"uri": "src/", "uriBaseId": "ROOT"}, "ROOT": {}},
        {"SRC": {"uri": "src/", "uriBaseId": "SRC"}},
        {"SRC": {"uri": "src/", "uriBaseId": "nobody"}},
    ],
)
def test_a_uri_may_be_relative_to_a_base(tmp_path: Path, bases: dict[str, Any]) -> None:
    stated = json.loads(json.dumps(bases).replace("/ROOT", tmp_path.as_posix()))
    assert finding_of(tmp_path, at("a.py", uriBaseId="SRC"), originalUriBaseIds=stated).path == "src/a.py"


def test_a_location_may_name_an_artifact(tmp_path: Path) -> None:
    result = {"message": {"text": "no"}, "locations": [{"physicalLocation": {"artifactLocation": {"index": 1}}}]}
    artifacts = [{"location": {"uri": "src/a.py"}}, {"location": {"uri": "src/b.py"}}]
    assert finding_of(tmp_path, result, artifacts=artifacts).path == "src/b.py"


def test_without_a_location_it_is_about_the_file_that_was_analysed(tmp_path: Path) -> None:
    assert finding_of(tmp_path, {"message": {"text": "no"}, "analysisTarget": {"uri": "src/a.py"}}).path == "src/a.py"


def test_the_first_location_with_a_file_counts(tmp_path: Path) -> None:
    locations = [{"logicalLocations": [{"name": "f"}]}, *at("src/a.py")["locations"]]
    assert finding_of(tmp_path, {"message": {"text": "no"}, "locations": locations}).path == "src/a.py"


def test_a_file_elsewhere_is_told(tmp_path: Path) -> None:
    contents = contents_of(tmp_path, run_of(at("/elsewhere/a.py")))
    assert contents.warnings == (
        "1 file lies outside the project's root and can be named only without folders: …/a.py",
    )


@pytest.mark.parametrize("line", [0, -1, 10**12])
def test_a_line_that_can_be_none_is_unknown(tmp_path: Path, line: int) -> None:
    assert finding_of(tmp_path, at("a.py", line)).line == 0


def fingerprints(tmp_path: Path, *results: dict[str, Any]) -> list[str]:
    return [finding_of(tmp_path, each).fingerprint for each in results]


def test_a_finding_that_only_moves_keeps_its_fingerprint(tmp_path: Path) -> None:
    one = at("a.py", 3) | {"message": {"text": "x is defined on line 3 (a.py:3)"}}
    other = at("a.py", 9) | {"message": {"text": "x is defined on line 9 (a.py:9)"}}
    assert len(set(fingerprints(tmp_path, one, other))) == 1


@pytest.mark.parametrize(
    "other",
    [
        at("b.py"),
        at("a.py") | {"ruleId": "R1"},
        at("a.py") | {"message": {"text": "else"}},
        at("a.py") | {"level": "note"},
    ],
)
def test_another_finding_has_another_fingerprint(tmp_path: Path, other: dict[str, Any]) -> None:
    assert len(set(fingerprints(tmp_path, at("a.py"), other))) == 2


def test_the_tool_s_own_fingerprint_counts_before_the_text(tmp_path: Path) -> None:
    known = {"fingerprints": {"id/v1": "7"}}
    one, other = at("a.py") | known, at("a.py") | known | {"message": {"text": "said otherwise"}}
    assert len(set(fingerprints(tmp_path, one, other))) == 1


def test_of_partial_fingerprints_that_of_the_line_counts(tmp_path: Path) -> None:
    one, other = (
        at("a.py") | {"partialFingerprints": {"primaryLocationLineHash": "5:1", "primaryLocationStartColumn": column}}
        for column in ("1", "2")
    )
    assert len(set(fingerprints(tmp_path, one, other))) == 1


def test_one_fingerprint_of_two_files_is_two(tmp_path: Path) -> None:
    known = {"fingerprints": {"id/v1": "7"}}
    assert len(set(fingerprints(tmp_path, at("a.py") | known, at("b.py") | known))) == 2


# ---- damage


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"version": "2.0.0"}, "this is SARIF '2.0.0'; 2.1.0 is read"),
        ({"version": 2}, r"this is no SARIF: Expected `str`, got `int` - at `\$\.version`"),
        ({"runs": {}}, r"this is no SARIF: .*`\$\.runs`"),
        ({"runs": [{}]}, r"this is no SARIF: .*`tool` - at `\$\.runs\[0\]`"),
        ({"runs": [run_of({"level": "fatal"})]}, r"this is no SARIF: .*`\$\.runs\[0\]\.results\[0\]\.level`"),
        ({"runs": [run_of(at("a\0b"))]}, "can't be the path of a source file"),
        ({"runs": [run_of(at("a" * 5_000))]}, "can't be the path of a source file"),
    ],
)
def test_damage_is_told_with_its_place(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    with pytest.raises(EvidenceError, match=rf"^a\.sarif: .*{told}"):
        contents_of(tmp_path, **({"runs": [run_of()]} | change))
