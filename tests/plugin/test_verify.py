"""`stagegate verify` on what real runs have left."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from pytest_stagegate.cli import main
from pytest_stagegate.evidence.packing import write_zip
from pytest_stagegate.model.manifest import sums_of
from tests.plugin.conftest import MIXED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.plugin.conftest import Project

JUNIT = """
<testsuite name="web" tests="1" timestamp="2026-11-23T09:00:00Z"><testcase classname="web" name="test_a"/></testsuite>
"""
SARIF = """
{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "lint"}}, "results": [
  {"ruleId": "R1", "level": "warning", "message": {"text": "m"}, "locations": [
    {"physicalLocation": {"artifactLocation": {"uri": "test_it.py"}, "region": {"startLine": 1}}}]}]}]}
"""
LCOV = """
SF:test_it.py
DA:1,1
DA:2,0
LF:2
LH:1
end_of_record
"""
POLICY = """
[gate.results]
[gate.findings]
max_warnings = 5
[gate.coverage]
source = ["."]
line = "40 %"
[[waiver]]
gate = "results"
reason = "known"
owner = "dana"
expires = 2036-12-31
[[evidence]]
path = "*.*"
max_age = "9999 d"
"""
OWN_GATE = """
from pytest_stagegate import TestResults, check, gate

@gate(title="Own")
def own(tests: TestResults):
    yield check("passed", tests.passed, at_least=1)
"""


@dataclass
class Verified:
    """What one call of `stagegate verify` ended with."""

    status: int
    out: str
    err: str

    @property
    def found(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.out)
        return content

    def answers(self, part: str) -> dict[str, str]:
        return {each["name"]: each["answer"] for each in self.found["findings"] if each["part"] == part}

    @property
    def odd(self) -> list[tuple[str, str, str]]:
        """What is not identical."""
        found = self.found["findings"]
        return [(each["name"], each["answer"], each["text"]) for each in found if each["answer"] != "identical"]


def verify(*args: str) -> Verified:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main(["verify", *args])
    assert isinstance(ended.value.code, int)
    return Verified(ended.value.code, out.getvalue(), err.getvalue())


def edited(path: Path, change: Any) -> None:
    """Change a decision, and write it in its own form."""
    content = json.loads(path.read_bytes())
    change(content)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(content, order="sorted"), indent=2) + b"\n")


def whole(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def summed(folder: Path) -> None:
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in whole(folder).items()}
    (folder / "SHA256SUMS").write_bytes(sums_of(digests))


def dossier(project: Project, folder: Path) -> Path:
    """Lay out a dossier by hand from the output folder, with the evidence that lies at the project's root."""
    (folder / "evidence").mkdir(parents=True)
    for name in ("decision.json", "report.html", "report.md", "gates.xml"):
        shutil.copyfile(project.path / ".stagegate" / name, folder / name)
    for item in json.loads((folder / "decision.json").read_bytes())["evidence"]:
        if item["sha256"]:
            shutil.copyfile(project.path / item["source"], folder / "evidence" / Path(item["source"]).name)
    (folder / "notes.md").write_text("# Notes\n", encoding="utf-8")
    summed(folder)
    return folder


def with_evidence(project: Project) -> list[str]:
    project.write("stagegate.toml", POLICY)
    project.write("test_it.py", MIXED)
    project.write("junit.xml", JUNIT)
    project.write("lint.sarif", SARIF)
    project.write("lcov.info", LCOV)
    return ["junit.xml", "lint.sarif", "lcov.info"]


def test_a_run_is_identical(project: Project) -> None:
    project.write("test_it.py", MIXED)
    project.run()
    found = verify("--json")
    assert (found.status, found.odd) == (0, [])
    assert found.answers("gates")["results"] == "identical"
    assert set(found.answers("documents")) == {"report.html", "report.md", "gates.xml"}


@pytest.mark.parametrize("documents", ["intoto", "html:.stagegate/build/readable.html"])
def test_other_documents_make_no_dossier_of_an_output_folder(project: Project, documents: str) -> None:
    project.write("test_it.py", MIXED)
    project.commit_everything()
    wanted = ("--stage-gate-report=json", f"--stage-gate-report={documents}")
    project.run("--stage-gate-out=.stagegate/build", *wanted)
    assert verify(".stagegate/build", "--json").odd == []


def test_a_run_with_evidence_of_other_tools_is_identical(project: Project) -> None:
    names = with_evidence(project)
    project.run(*[f"--stage-gate-evidence={name}" for name in names])
    found = verify("--json")
    assert (found.status, found.odd) == (0, [])
    assert set(found.answers("evidence")) == {".stagegate/evidence.jsonl", *names}


def test_a_run_in_a_repository_is_identical(project: Project) -> None:
    project.write("stagegate.toml", '[gate.coverage]\nsource = ["."]\n[gate.changed-lines]\nline = "1 %"')
    project.write("test_it.py", MIXED)
    project.commit_everything()
    project.run()
    assert verify("--json").odd == []


def test_a_check_at_an_instant_and_with_facts_on_the_command_line_is_identical(project: Project) -> None:
    project.write("stagegate.toml", 'environments = ["staging"]\n')
    project.write("test_it.py", MIXED)
    project.write("results.xml", JUNIT)
    project.run("--stage-gate-env=staging")
    project.check(
        ".stagegate/evidence.jsonl",
        "results.xml,stage=deploy,environment=staging",
        "--at",
        "deploy",
        "--as-of",
        "2036-11-24",
    )
    found = verify("--json")
    assert (found.status, found.odd) == (0, [])


def test_a_check_now_is_identical(project: Project) -> None:
    project.write("test_it.py", MIXED)
    project.run()
    project.check()
    assert verify("--json").odd == []


def test_shards_are_identical(project: Project) -> None:
    project.write("test_it.py", MIXED)
    for name in ("one", "two"):
        project.shard(name)
    project.check("records")
    assert verify("--json").odd == []


def test_a_missing_shard_is_missing_again(project: Project) -> None:
    project.write("test_it.py", MIXED)
    project.shard("one")
    project.check("records", "records/two.jsonl")
    assert verify("--json").status in (0, 21)
    assert "different" not in {answer for _, answer, _ in verify("--json").odd}


def test_a_baseline_is_evidence(project: Project) -> None:
    project.write("stagegate.toml", '[gate.executed]\nmin_of_baseline = "100 %"\n')
    project.write("test_it.py", MIXED)
    project.run()
    with pytest.raises(SystemExit), redirect_stdout(io.StringIO()):
        main(["baseline", "update"])
    project.run()
    assert verify("--json").odd == []
    kept = next((project.path / "gates" / "baseline").iterdir())
    kept.unlink()
    assert verify("--json").answers("gates")["executed"] == "can't tell"


def test_own_gates_are_judged_only_when_that_is_asked_for(project: Project) -> None:
    project.write("gates/own.py", OWN_GATE)
    project.write("test_it.py", MIXED)
    project.run()
    without = verify("--json")
    assert (without.status, without.answers("gates")["own"]) == (21, "can't tell")
    assert without.answers("gates")["results"] == "identical"
    asked = verify("--json", "--with-gates")
    assert (asked.status, asked.odd) == (0, [])


def test_code_of_the_project_is_not_loaded(project: Project) -> None:
    project.write("gates/own.py", OWN_GATE)
    project.write("test_it.py", MIXED)
    project.run()
    project.write("gates/own.py", "raise SystemExit('loaded')")
    assert verify().status == 21


def test_one_changed_byte_of_the_evidence_is_found(project: Project) -> None:
    project.write("test_it.py", MIXED)
    project.run()
    record = project.path / ".stagegate" / "evidence.jsonl"
    record.write_bytes(record.read_bytes().replace(b"passes", b"pasxes", 1))
    found = verify("--json")
    assert found.status == 20
    assert found.answers("digests")["evidence.jsonl"] == "different"
    assert found.answers("evidence")[".stagegate/evidence.jsonl"] == "different"
    assert set(found.answers("gates").values()) == {"can't tell"}


def test_a_gate_that_was_edited_consistently_is_found(project: Project) -> None:
    project.write("test_it.py", "def test_a(): assert False")
    project.run()
    folder = project.path / ".stagegate"

    def better(decision: dict[str, Any]) -> None:
        passed = next(each for each in decision["gates"] if each["gate"] == "skips")
        gate = next(each for each in decision["gates"] if each["gate"] == "results")
        gate |= {key: passed[key] for key in ("verdict", "reason", "effect", "summary", "remedy")}
        gate |= {"verdict": "PASS", "reason": "", "effect": "", "remedy": ""}
        decision |= {"decision": "GO", "blockers": []}

    edited(folder / "decision.json", better)
    alone = project.path / "alone"
    alone.mkdir()
    shutil.copyfile(folder / "decision.json", alone / "decision.json")
    found = verify(str(alone / "decision.json"), "--json")
    assert found.status == 20
    assert found.answers("gates")["results"] == "different"
    assert found.answers("decision")["decision"] == "different"


def test_evidence_that_is_not_here_leaves_gates_untold(project: Project) -> None:
    project.write("test_it.py", MIXED)
    project.run()
    alone = project.path / "alone"
    alone.mkdir()
    shutil.copyfile(project.path / ".stagegate" / "decision.json", alone / "decision.json")
    args = (str(alone / "decision.json"), "--json", "--root", str(alone))
    found = verify(*args)
    assert (found.status, set(found.answers("gates").values())) == (21, {"can't tell"})
    assert verify(*args, "--evidence", ".stagegate").odd == []


def test_a_file_without_a_time_is_dated_by_the_decision_alone(project: Project) -> None:
    with_evidence(project)
    project.run()
    project.check(".stagegate/evidence.jsonl", "lint.sarif")
    found = verify("--json")
    assert found.status == 21
    assert ("lint.sarif", "can't tell") in [(name, answer) for name, answer, _ in found.odd]
    assert found.answers("gates")["findings"] == "identical"


def test_what_git_said_is_not_evidence_without_a_record(project: Project) -> None:
    project.write("stagegate.toml", '[gate.changed-lines]\nline = "1 %"\nstage = "test"')
    project.write("lcov.info", LCOV)
    project.write("junit.xml", JUNIT)
    project.commit_everything()
    project.check("junit.xml", "lcov.info", "--at", "test", "--as-of", "2026-11-23T10:00:00Z")
    found = verify("--json")
    assert found.answers("gates")["changed-lines"] == "can't tell"
    assert "different" not in {answer for _, answer, _ in found.odd}


def test_coverage_data_needs_sources_that_are_no_evidence(project: Project) -> None:
    coverage = pytest.importorskip("coverage")
    project.write("stagegate.toml", '[gate.coverage]\nsource = ["."]\nline = "1 %"\n')
    project.write("test_it.py", MIXED)
    data = coverage.CoverageData(basename=str(project.path / "data.sqlite"))
    data.add_lines({str(project.path / "test_it.py"): [1, 2]})
    data.close()
    project.run("--stage-gate-evidence=data.sqlite", "-p", "no:cov")
    found = verify("--json")
    assert found.answers("gates")["coverage"] == "can't tell"
    assert "different" not in {answer for _, answer, _ in found.odd}


@pytest.fixture
def packed(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A dossier that was made by hand, far from the project."""
    names = with_evidence(project)
    project.run(*[f"--stage-gate-evidence={name}" for name in names])
    return dossier(project, tmp_path_factory.mktemp("far") / "dossier")


def test_a_dossier_is_identical_far_from_the_project(packed: Path) -> None:
    found = verify(str(packed), "--json", "--root", str(packed.parent))
    assert (found.status, found.odd) == (0, [])


def test_a_zip_of_it_is_too(packed: Path) -> None:
    path = packed.with_suffix(".zip")
    write_zip(path, {**whole(packed), "SHA256SUMS": (packed / "SHA256SUMS").read_bytes()})
    found = verify(str(path), "--json", "--root", str(packed.parent))
    assert (found.status, found.odd) == (0, [])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert verify(str(path), "--json", "--sha256", digest).found["anchors"] == ["--sha256 is the digest of dossier.zip"]


def test_another_file_in_a_dossier_is_found(packed: Path) -> None:
    (packed / "more.txt").write_bytes(b"")
    assert verify(str(packed), "--json").answers("digests")["more.txt"] == "different"


def test_another_file_in_an_output_folder_is_no_fault(project: Project) -> None:
    project.write("test_it.py", MIXED)
    project.run()
    project.write(".stagegate/more.txt", "more")
    assert verify().status == 0


@pytest.mark.parametrize("name", ["decision.json", "SHA256SUMS"])
def test_a_digest_that_was_kept_elsewhere_anchors(project: Project, name: str) -> None:
    project.write("test_it.py", MIXED)
    project.run()
    digest = hashlib.sha256((project.path / ".stagegate" / name).read_bytes()).hexdigest()
    found = verify("--sha256", digest.upper())
    assert (found.status, found.out.splitlines()[-1]) == (0, f"anchored by:   --sha256 is the digest of {name}")
    other = verify("--sha256", "0" * 64)
    assert other.status == 20
    assert "not anchored:" in other.out


def test_the_last_lines_say_what_it_comes_to(project: Project) -> None:
    project.write("test_it.py", MIXED)
    project.run()
    lines = verify("-q").out.splitlines()
    assert lines[0].startswith("identical      GO at test as of ")
    assert lines[-3].startswith("not anchored:")
    assert all(len(line) <= 80 for line in verify().out.splitlines())


def test_nothing_to_verify_is_a_mistake(project: Project) -> None:
    found = verify("nowhere")
    assert (found.status, found.err) == (2, "stagegate: nowhere: there is no such file or folder\n")
    (project.path / "empty").mkdir()
    assert verify("empty").status == 2
    assert verify("empty", "--sha256", "abc").status == 2


def test_a_key_that_follows_from_one_kind_of_evidence_is_told_by_that_kind(project: Project) -> None:
    with_evidence(project)
    project.run("--stage-gate-evidence=lint.sarif")
    (project.path / "lint.sarif").unlink()

    def renamed(decision: dict[str, Any]) -> None:
        decision["requirements"] = [{"id": "R-1", "outcome": "passed", "tests": [], "tests_omitted": 0}]

    edited(project.path / ".stagegate" / "decision.json", renamed)
    found = verify("--json").answers("decision")
    assert (found["requirements"], found["upstream"], found["basis"]) == ("different", "identical", "can't tell")


def test_a_basis_that_is_not_that_of_the_decision_is_different_whatever_can_t_be_told(project: Project) -> None:
    project.write("gates/own.py", OWN_GATE)
    project.write("test_it.py", MIXED)
    project.run()
    edited(project.path / ".stagegate" / "decision.json", lambda decision: decision.update(basis="0" * 64))
    found = verify("--json")
    assert found.status == 20
    assert ("basis", "different", "it is not the basis of what the decision states") in found.odd


def test_signers_of_a_decision_without_a_sign_off_anchor_nothing(project: Project) -> None:
    project.write("test_it.py", MIXED)
    project.write("signers", "")
    project.run()
    found = verify("--allowed-signers", "signers")
    assert found.status == 21
    assert "no sign-off of this decision is among its evidence" in " ".join(found.out.split())
    assert verify("--allowed-signers", "nowhere").status == 2
