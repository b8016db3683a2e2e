"""What is built is judged where it lies, stands in the record, and is held against what was decided before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_stagegate.cli import main
from pytest_stagegate.evidence.finding import sha256_of

if TYPE_CHECKING:
    from tests.plugin.conftest import Gated, Project

WHEEL: Final = "shop-1.0-py3-none-any.whl"
POLICY: Final = """
    [project]
    name = "shop"
    version = "1.0"
    [tool.stagegate]
    artifacts = ["dist/*"]
    rebuilt_artifacts = ["again/*"]
    [tool.stagegate.gate.artifacts]
    require = ["wheel"]
    require_reproducible = true
    [tool.stagegate.gate.provenance]
    builders = ["https://ci.example.com/*"]
"""
JUNIT: Final = '<testsuite name="js" tests="1"><testcase name="a" classname="b" time="0.1"/></testsuite>'
RECORD: Final = ".stagegate/evidence.jsonl"
CAME: Final = "reports/wheel.intoto.json"


def attested(project: Project, **more: Any) -> None:
    """Write a statement of the wheel as it lies there now."""
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": WHEEL, "digest": {"sha256": sha256_of(project.path / "dist" / WHEEL)}}],
        "predicateType": "https://slsa.dev/provenance/v0.2",
        "predicate": {
            "builder": {"id": "https://ci.example.com/runner"},
            "invocation": {
                "configSource": {
                    "uri": "https://example.com/shop",
                    "digest": {"sha1": "0123456789abcdef" * 2 + "01234567"},
                }
            },
        },
    }
    project.write(CAME, json.dumps(statement | more))


@pytest.fixture
def shop(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project that was built twice, and attested."""
    monkeypatch.setenv("STAGEGATE_COMMIT", "0123456789abcdef" * 2 + "01234567")
    project.write("pyproject.toml", POLICY)
    project.write("test_shop.py", "def test_price(): pass")
    for folder in ("dist", "again"):
        project.wheel(f"{folder}/{WHEEL}", price="PRICE = 1")
    attested(project)
    return project


def build(shop: Project) -> Gated:
    return shop.run("--stage-gate-at=build", f"--stage-gate-evidence={CAME}")


def test_what_was_built_and_attested_is_go_and_stands_in_every_document(shop: Project) -> None:
    done = build(shop)
    assert (done.status, done.word, done.provisional) == (0, "GO", []), done.out
    assert {done.gate(name)["verdict"] for name in ("artifacts", "provenance")} == {"PASS"}
    (artifact,) = done.decision["subject"]["artifacts"]
    assert (artifact["kind"], artifact["project"], artifact["version"]) == ("wheel", "shop", "1.0")
    for name in ("report.html", "report.md"):
        text = (done.folder / name).read_text(encoding="utf-8")
        for told in ("wheel of shop 1.0", "the same bytes", "https://ci.example.com/runner", "not signed"):
            assert told in text
        assert artifact["sha256"] in text


def test_the_record_says_it_all_where_the_files_are_not(shop: Project) -> None:
    there = build(shop).decision
    for folder in ("dist", "again"):
        (shop.path / folder / WHEEL).unlink()
    done = shop.check(RECORD, "--as-of", "run", "--at", "build")
    assert done.decision | {"question": None} == there | {"question": None}
    with pytest.raises(SystemExit) as ended:
        main(["verify", ".stagegate/decision.json"])
    assert ended.value.code == 0


def test_a_project_of_another_language_is_judged_by_what_lies_there(shop: Project) -> None:
    shop.write("reports/js.xml", JUNIT)
    done = shop.check("reports/js.xml", CAME, "--at", "build")
    assert {done.gate(name)["verdict"] for name in ("artifacts", "provenance")} == {"PASS"}, done.out
    shop.wheel(f"again/{WHEEL}", price="PRICE = 2")
    done = shop.check("reports/js.xml", CAME, "--at", "build")
    assert (done.word, done.gate("artifacts")["reason"]) == ("NO_GO", "not-reproducible")
    assert done.check("artifacts", "reproducible")["where"] == [f"{WHEEL}: shop/price.py: its content differs"]


def test_an_artifact_of_another_version_is_no_go(shop: Project) -> None:
    shop.write("pyproject.toml", POLICY.replace('"1.0"', '"1.1"'))
    done = build(shop)
    assert (done.word, done.gate("artifacts")["reason"]) == ("NO_GO", "other-version")
    assert "it is of shop 1.0, and shop 1.1 is declared" in done.gate("artifacts")["summary"]


def test_one_that_was_built_again_after_it_was_attested_is_no_go(shop: Project) -> None:
    for folder in ("dist", "again"):
        shop.wheel(f"{folder}/{WHEEL}", price="PRICE = 2")
    assert (build(shop).word, build(shop).gate("provenance")["reason"]) == ("NO_GO", "other-subject")


def test_a_statement_of_another_commit_is_stale(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGEGATE_COMMIT", "fedcba9876543210")
    done = build(shop)
    assert (done.word, done.gate("provenance")["reason"]) == ("HOLD", "other-commit")


def test_names_in_a_statement_stay_text_in_every_document(shop: Project) -> None:
    evil = "<script>alert(1)</script>\x1b[31m|`"
    attested(shop, subject=[{"name": evil, "digest": {"sha256": "ab" * 32}}])
    done = build(shop)
    assert done.gate("provenance")["reason"] == "other-subject"
    assert "<script>alert" not in (done.folder / "report.html").read_text(encoding="utf-8")
    assert "\x1b[31m" not in done.out + (done.folder / "report.md").read_text(encoding="utf-8")


# ---- later stages


def later(shop: Project) -> Gated:
    return shop.run("--stage-gate-out=.stagegate/test", "--stage-gate-evidence=.stagegate/build/decision.json")


@pytest.fixture
def built(shop: Project) -> Project:
    """Return a project of which the stage *build* was decided; its policy has no gate that looks back."""
    assert (
        shop.run("--stage-gate-at=build", f"--stage-gate-evidence={CAME}", "--stage-gate-out=.stagegate/build").status
        == 0
    )
    return shop


def decided(done: Gated, shop: Project) -> Gated:
    done.folder = shop.path / ".stagegate/test"
    return done


def test_later_stages_see_the_same_artifacts_without_any_gate(built: Project) -> None:
    assert decided(later(built), built).word == "GO"


def test_other_artifacts_than_an_earlier_decision_lists_hold_without_any_gate(built: Project) -> None:
    built.wheel(f"dist/{WHEEL}", price="PRICE = 2")
    done = decided(later(built), built)
    assert (done.status, done.word, done.incomplete) == (21, "HOLD", ["other-artifact"])
    (built.path / "dist" / WHEEL).unlink()
    done = decided(later(built), built)
    assert (done.word, done.incomplete) == ("HOLD", ["artifact-missing"])


def test_one_artifact_more_than_an_earlier_decision_lists_holds(built: Project) -> None:
    built.write("dist/shop.deb", "more")
    assert decided(later(built), built).incomplete == ["other-artifact"]


def test_a_decision_of_before_the_build_is_about_no_artifact_of_it(built: Project) -> None:
    path = built.path / ".stagegate/build/decision.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"stage": "code"}), encoding="utf-8")
    built.wheel(f"dist/{WHEEL}", price="PRICE = 2")
    assert decided(later(built), built).word == "GO"
