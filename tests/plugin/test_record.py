"""The record decides again, offline, and says the same."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from pytest_stagegate.documents.rendering import decision_schema
from tests.plugin.conftest import MIXED

if TYPE_CHECKING:
    from tests.plugin.conftest import Project


def check(project: Project, *args: str) -> tuple[int, str]:
    result = project.pytester.run(Path(sys.executable).parent / "stagegate", "check", *args)
    return int(result.ret), str(result.stdout) + str(result.stderr)


def test_the_same_decision_byte_for_byte(project: Project, workers: list[str]) -> None:
    project.write("thing.py", "def f():\n    return 1\n")
    project.write("test_a.py", MIXED)
    project.write("test_b.py", "from thing import f\ndef test_f(): assert f() == 1\ndef test_bad(): assert 0, 'no'")
    project.write("stagegate.toml", '[gate.coverage]\nline = "99 %"\nsource = ["thing"]')
    run = project.run(*workers, process=True)
    names = ("decision.json", "report.html", "report.md", "gates.xml", "SHA256SUMS")
    before = {name: (run.folder / name).read_bytes() for name in names}
    status, _ = check(project, "--as-of", "run")
    assert status == 20
    assert {name: (run.folder / name).read_bytes() for name in names} == before


def test_the_decision_is_valid_against_the_published_schema(project: Project) -> None:
    project.write("test_a.py", MIXED + "\n    def test_bad(): assert 0")
    project.write("test_b.py", "import nope")
    jsonschema.Draft202012Validator(decision_schema()).validate(project.run().decision)


def test_a_limit_changed_since_decides_anew(project: Project) -> None:
    project.write("test_a.py", MIXED)
    assert project.run().status == 0
    project.write("stagegate.toml", "[gate.skips]\nmax_skipped = 0")
    status, out = check(project)
    assert status == 20
    assert "NO GO" in out


def test_an_old_record_is_stale(project: Project) -> None:
    project.write("test_a.py", MIXED)
    project.run()
    status, out = check(project, "--as-of", "2999-01-01T00:00:00Z")
    assert status == 21
    assert "STALE" in out


def test_a_record_that_does_not_exist_holds_and_is_named(project: Project) -> None:
    status, out = check(project, "nowhere.jsonl")
    assert status == 21
    assert "nowhere.jsonl: there is no such file" in out


def test_a_damaged_record_holds_and_names_the_line(project: Project) -> None:
    project.write("test_a.py", MIXED)
    record = project.run().folder / "evidence.jsonl"
    lines = record.read_bytes().splitlines(keepends=True)
    record.write_bytes(b"".join([*lines[:2], b'{"record":"items"}\n', *lines[2:]]))
    status, out = check(project)
    assert status == 21
    assert "evidence.jsonl:3: this line of the record is damaged" in out


@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_a_record_cut_short_never_passes(project: Project, part: float) -> None:
    project.write("test_a.py", "\n".join(f"def test_{number}(): pass" for number in range(50)))
    record = project.run().folder / "evidence.jsonl"
    whole = record.read_bytes()
    record.write_bytes(whole[: int(len(whole) * part)])
    assert check(project, "--as-of", "run")[0] == 21


def test_a_plainly_passed_test_costs_few_bytes(project: Project) -> None:
    project.write("test_a.py", "\n".join(f"def test_number_{number}(): pass" for number in range(1000)))
    record = project.run().folder / "evidence.jsonl"
    assert len(record.read_bytes()) < 1000 * 60 + 2000


def test_repeated_runs_of_one_commit_differ_only_in_time(project: Project) -> None:
    project.write("test_a.py", MIXED)

    def stable(decision: dict[str, Any]) -> str:
        for row in decision["stages"]:
            row.pop("as_of")
        for key in ("as_of", "basis", "durations", "evidence", "gates", "run"):
            decision.pop(key)
        return json.dumps(decision)

    assert stable(project.run().decision) == stable(project.run().decision)
