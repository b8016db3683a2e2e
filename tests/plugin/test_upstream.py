"""A release rests on the decisions before it: one commit, the same artifacts, the same rules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Gated, Project

POLICY: Final = """
    [project]
    name = "shop"
    version = "1.0"
    [tool.stagegate]
    environments = ["staging"]
    artifacts = ["dist/*.whl", "dist/*.tar.gz"]
    [tool.stagegate.gate.skips]
    max_skipped = 0
    [tool.stagegate.gate.upstream]
    require = ["test"]
"""
RECORD: Final = ".stagegate/test/evidence.jsonl"
DECISION: Final = ".stagegate/test/decision.json"


@pytest.fixture
def shop(project: Project) -> Project:
    """Return a project with an artifact, of which the stage *test* was decided."""
    project.write("pyproject.toml", POLICY)
    project.write("test_shop.py", "def test_price(): pass")
    project.write("dist/shop-1.0.whl", "the wheel")
    project.write("dist/readme.txt", "no artifact")
    assert project.run("--stage-gate-out=.stagegate/test").status == 0
    return project


def release(shop: Project, *given: str) -> Gated:
    done = shop.check("--at", "release", "--out", ".stagegate/release", *(given or (RECORD, DECISION)))
    done.folder = shop.path / ".stagegate/release"
    return done


def stored(shop: Project) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((shop.path / DECISION).read_bytes())
    return content


def failed(content: dict[str, Any]) -> dict[str, Any]:
    """Return a decision whose first gate that blocks has failed."""
    gates = sorted(content["gates"], key=lambda gate: gate["enforcement"] != "block")
    return content | {"decision": "NO_GO", "gates": [gates[0] | {"verdict": "FAIL", "effect": "NO_GO"}, *gates[1:]]}


def store(shop: Project, decision: dict[str, Any], name: str = DECISION) -> None:
    path = shop.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(decision), encoding="utf-8")


def test_a_release_on_what_was_tested_is_go(shop: Project) -> None:
    done = release(shop)
    assert (done.status, done.word, done.gate("upstream")["verdict"]) == (0, "GO", "PASS"), done.out
    (artifact,) = done.decision["subject"]["artifacts"]
    (row,) = done.decision["upstream"]
    assert (artifact["name"], row["stage"], row["decision"], row["state"]) == ("shop-1.0.whl", "test", "GO", "whole")
    (used,) = [each for each in done.decision["evidence"] if each["kind"] == "decisions"]
    assert (used["sha256"], used["environment"]) == (row["sha256"], None)
    for name in ("report.html", "report.md"):
        text = (done.folder / name).read_text(encoding="utf-8")
        assert "Decisions of earlier stages" in text
        assert artifact["sha256"] in text


def test_an_artifact_that_was_built_again_is_refused(shop: Project) -> None:
    shop.write("dist/shop-1.0.whl", "another wheel")
    done = release(shop)
    assert (done.word, done.gate("upstream")["reason"]) == ("NO_GO", "other-artifact")
    assert "other-artifact" in done.incomplete


def test_an_artifact_that_is_gone_or_new_is_told(shop: Project) -> None:
    shop.write("dist/shop-1.0.tar.gz", "the sources")
    assert release(shop).provisional == ["artifact-unlisted"]


def test_another_commit_is_refused(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGEGATE_COMMIT", "fedcba9876543210")
    done = release(shop)
    assert (done.word, done.gate("upstream")["verdict"]) == ("HOLD", "STALE")
    assert [row["state"] for row in done.decision["upstream"]] == ["stale"]


def test_a_policy_that_was_looser_for_the_first_run_is_refused(shop: Project) -> None:
    shop.write("pyproject.toml", POLICY.replace("max_skipped = 0", "max_skipped = 3"))
    assert shop.run("--stage-gate-out=.stagegate/test").status == 0
    shop.write("pyproject.toml", POLICY)
    done = release(shop)
    assert (done.word, done.gate("upstream")["reason"]) == ("NO_GO", "policy-loosened")
    assert done.check("upstream", "policy")["where"] == [f"{DECISION}: skips max_skipped: 3 there, 0 now"]


def test_a_stricter_policy_for_the_first_run_is_fine(shop: Project) -> None:
    shop.write("pyproject.toml", POLICY.replace("max_skipped = 0", "max_skipped = 3"))
    assert release(shop).word == "GO"


def test_rules_that_are_not_those_of_the_digest_are_refused(shop: Project) -> None:
    decision = stored(shop)
    decision["policy"]["content"].pop("gate")
    store(shop, decision)
    assert release(shop).gate("upstream")["reason"] == "changed"


def test_a_missing_decision_holds(shop: Project) -> None:
    assert (release(shop, RECORD).word, release(shop, RECORD, "gone.json").word) == ("HOLD", "HOLD")


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("schema", "stagegate/decision/2", "this version of stagegate reads 'stagegate/decision/1'"),
        ("surprise", 1, "$.surprise is a key that this version of stagegate does not know"),
        ("decision", "MAYBE", "this is no decision.json"),
        ("as_of", "yesterday", "its as_of is no time"),
    ],
)
def test_a_decision_that_is_not_as_it_should_be_holds(shop: Project, key: str, value: object, told: str) -> None:
    store(shop, stored(shop) | {key: value})
    done = release(shop)
    assert (done.word, done.status) == ("HOLD", 21)
    assert told in " ".join(each["text"] for each in done.decision["evidence"])


def test_the_same_decision_twice_is_once_and_another_one_is_a_conflict(shop: Project) -> None:
    store(shop, stored(shop), "again.json")
    (shop.path / "copy.json").write_bytes((shop.path / DECISION).read_bytes())
    assert release(shop, RECORD, DECISION, "copy.json").word == "GO"
    store(shop, failed(stored(shop)), "worse.json")
    assert release(shop, RECORD, DECISION, "worse.json").word == "NO_GO"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"decision": "CONDITIONAL"}, "it contradicts itself: it says CONDITIONAL, and its gates add up to GO"),
        ({"gates": []}, "it contradicts itself: it says GO, and its gates add up to HOLD"),
    ],
)
def test_a_decision_that_its_own_gates_deny_is_none(shop: Project, changed: dict[str, Any], told: str) -> None:
    store(shop, stored(shop) | changed)
    done = release(shop)
    assert (done.status, done.word) == (21, "HOLD"), done.out
    assert any(told in each["text"] for each in done.decision["evidence"])


def test_a_decision_in_which_a_gate_fails_and_does_nothing_is_none(shop: Project) -> None:
    content = failed(stored(shop))
    content["gates"][0]["effect"] = ""
    store(shop, content | {"decision": "GO", "blockers": []})
    done = release(shop)
    assert done.word == "HOLD"
    assert any("is FAIL at block, with no effect" in each["text"] for each in done.decision["evidence"])


def test_a_decision_is_no_evidence_of_itself(shop: Project) -> None:
    store(shop, stored(shop) | {"stage": "release"}, "own.json")
    done = release(shop, RECORD, DECISION, "own.json")
    assert (done.word, done.incomplete) == ("HOLD", ["own-decision"])


def test_another_project_is_refused(shop: Project) -> None:
    decision = stored(shop)
    decision["subject"]["name"] = "bakery"
    store(shop, decision)
    assert release(shop).incomplete == ["other-project"]


def test_a_decision_for_another_environment_is_no_foreign_evidence(shop: Project) -> None:
    assert shop.run("--stage-gate-out=.stagegate/test", "--stage-gate-env=staging").status == 0
    done = release(shop)
    assert (done.word, done.decision["upstream"][0]["environment"]) == ("GO", "staging"), done.out


def test_of_a_folder_only_the_chain_is_taken(shop: Project) -> None:
    assert release(shop, ".stagegate/test").gate("upstream")["reason"] == "upstream-missing"
    store(shop, stored(shop), "dossier/chain/test.json")
    assert release(shop, RECORD, "dossier").word == "GO"


def test_a_decision_that_would_be_written_over_is_refused(shop: Project) -> None:
    before = (shop.path / DECISION).read_bytes()
    done = shop.check("--at", "release", "--out", ".stagegate/test", RECORD, DECISION)
    assert (done.status, (shop.path / DECISION).read_bytes()) == (2, before)
    run = shop.run("--stage-gate-out=.stagegate/test", f"--stage-gate-evidence={DECISION}")
    assert (run.status, (shop.path / DECISION).read_bytes()) == (4, before)


def test_a_run_takes_it_as_evidence_too(shop: Project) -> None:
    run = shop.run("--stage-gate-at=release", f"--stage-gate-evidence={DECISION}")
    assert (run.status, run.word, run.gate("upstream")["verdict"]) == (0, "GO", "PASS"), run.out


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('require = ["tset"]', "did you mean 'test'?"),
        ('require = ["test@stagin"]', "did you mean 'staging'?"),
        ('require = ["test", "test"]', "names 'test' twice"),
        ('require = ["test"]\nartifacts_from = "biuld"', "did you mean 'build'?"),
    ],
)
def test_a_mistake_in_what_is_required_is_told(shop: Project, written: str, told: str) -> None:
    shop.write("pyproject.toml", POLICY.replace('require = ["test"]', written.replace("\n", "\n    ")))
    done = shop.check("--at", "release", RECORD)
    assert done.status == 2
    assert told in done.err


@pytest.mark.parametrize("written", ['"dist/*.whl"', "[]", '["/dist/*.whl"]', '["../dist/*"]', "[1]"])
def test_a_mistake_in_the_artifacts_is_told(shop: Project, written: str) -> None:
    shop.write("pyproject.toml", POLICY.replace('["dist/*.whl", "dist/*.tar.gz"]', written))
    done = shop.check("--at", "release", RECORD)
    assert (done.status, "artifacts" in done.err) == (2, True)
