"""Features behind flags: what is ready, what may be seen, and the file in which everything else is off."""

from __future__ import annotations

import io
import json
import os
import re
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any

import pytest

from pytest_stagegate.cli import main

if TYPE_CHECKING:
    from tests.plugin.conftest import Gated, Project

POLICY = """
    [project]
    name = "shop"
    version = "1.2.0"
    [tool.stagegate]
    environments = ["staging", "production"]
    [tool.stagegate.features]
    file = "flags.json"
    others = ["log-*"]
    [[tool.stagegate.feature]]
    name = "checkout"
    gates = ["results"]
    reveal = ["staging", "production/insiders"]
    [[tool.stagegate.feature]]
    name = "refunds"
    owner = "dana"
    [tool.stagegate.gate.features]
    [tool.stagegate.gate.flag-hygiene]
"""
INSIDERS = {"if": [{"in": [{"var": "email"}, ["ann@shop.example"]]}, "on", None]}
FLAGS: dict[str, Any] = {
    "$schema": "https://flagd.dev/schema/v0/flags.json",
    "metadata": {"owner": "web", "expires": "2999-12-31"},
    "flags": {
        "refunds": {
            "variants": {"off": False, "on": True},
            "state": "ENABLED",
            "defaultVariant": "on",
            "targeting": {},
        },
        "checkout": {
            "state": "ENABLED",
            "variants": {"on": True, "off": False},
            "defaultVariant": "off",
            "targeting": INSIDERS,
        },
        "log-level": {"state": "ENABLED", "variants": {"info": "i", "debug": "d"}, "defaultVariant": "info"},
    },
}
TESTS = """
    import pytest
    @pytest.mark.feature("checkout", variant="on")
    def test_checkout(): pass
    @pytest.mark.feature("refunds")
    @pytest.mark.skipif({unfinished}, reason="not yet")
    def test_refunds(): pass
"""
JUNIT = """<testsuite timestamp="2026-11-23T09:00:00Z"><testcase classname="a" name="pays"><properties>
<property name="feature" value="checkout=on"/></properties></testcase>
<testcase classname="a" name="refunds"><properties><property name="feature" value="refunds"/></properties>{}</testcase>
</testsuite>"""


@pytest.fixture
def shop(project: Project) -> Project:
    project.write("pyproject.toml", POLICY)
    project.write("flags.json", json.dumps(FLAGS))
    project.write("test_shop.py", TESTS.format(unfinished=True))
    return project


def finish(project: Project) -> None:
    project.write("test_shop.py", TESTS.format(unfinished=False))


def decide(project: Project, *args: str) -> Gated:
    return project.run("--stage-gate-at=release", "--stage-gate-env=production", *args)


def stagegate(*args: str) -> tuple[int, str]:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit) as ended:
        main(["features", *args])
    assert isinstance(ended.value.code, int)
    return ended.value.code, out.getvalue()


def read(project: Project, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((project.path / name).read_text(encoding="utf-8"))
    return content


def test_an_unfinished_feature_that_is_revealed_is_no_go(shop: Project) -> None:
    done = decide(shop)
    assert (done.word, done.gate("features")["reason"]) == ("NO_GO", "feature-not-ready")
    rows = {row["name"]: row for row in done.decision["features"]}
    assert {name: (row["ready"], row["state"]) for name, row in rows.items()} == {
        "checkout": (True, "revealed"),
        "refunds": (False, "revealed"),
    }
    assert rows["refunds"]["why_not"] == ["not every test of it passed: test_shop.py::test_refunds skipped"]
    assert "## Features" in (done.folder / "report.md").read_text(encoding="utf-8")
    assert 'id="features"' in (done.folder / "report.html").read_text(encoding="utf-8")


def test_the_file_that_is_written_conceals_it_and_makes_it_a_go(shop: Project) -> None:
    decide(shop)
    assert stagegate("--out", "production.json")[0] == 0
    assert decide(shop, "--stage-gate-evidence=production.json").word == "GO"


def test_what_is_written_keeps_all_else_in_its_order(shop: Project) -> None:
    decide(shop)
    status, told = stagegate("--ring", "insiders", "--out", "insiders.json")
    assert (status, told.splitlines()[-1]) == (0, "wrote insiders.json")
    flags = dict(FLAGS["flags"])
    flags["refunds"] = {"variants": {"off": False, "on": True}, "state": "ENABLED", "defaultVariant": "off"}
    assert json.dumps(read(shop, "insiders.json")) == json.dumps(FLAGS | {"flags": flags})


def test_outside_of_its_ring_a_ready_feature_is_off_for_everybody(shop: Project) -> None:
    decide(shop)
    status, told = stagegate("--out", "out.json")
    assert (status, told.splitlines()[0]) == (
        0,
        "checkout  ready      concealed: it may be seen in staging, production/insiders alone",
    )
    assert "targeting" not in read(shop, "out.json")["flags"]["checkout"]
    finish(shop)
    shop.run("--stage-gate-at=release", "--stage-gate-env=staging")
    assert stagegate("--out", "out.json")[0] == 0
    assert read(shop, "out.json")["flags"]["checkout"] == FLAGS["flags"]["checkout"]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--reveal=refunds",), "refunds is not revealed in production: not every test of it passed"),
        (("--reveal=checkout",), "checkout is not revealed in production: it may be seen in staging, production/ins"),
    ],
)
def test_what_may_not_be_revealed_is_refused_and_nothing_is_written(
    shop: Project, args: tuple[str, ...], told: str
) -> None:
    decide(shop)
    status, out = stagegate("--out", "out.json", *args)
    assert status == 20
    assert told in out
    assert not (shop.path / "out.json").exists()
    assert stagegate("--ring=insiders", "--reveal=checkout", "--out=out.json")[0] == 0


def test_a_ring_that_the_policy_does_not_have_is_told(shop: Project) -> None:
    policy = (shop.path / "pyproject.toml").read_text(encoding="utf-8")
    shop.write("pyproject.toml", f'{policy}[[tool.stagegate.ring]]\nname = "insiders"\n')
    status, told = stagegate("--ring=insider", "--out=out.json")
    assert (status, "unknown name 'insider'; did you mean 'insiders'?" in told) == (2, True)


def test_a_gate_of_the_stage_test_counts_where_its_decision_is_handed_over(shop: Project) -> None:
    needing = POLICY.replace('gates = ["results"]', 'gates = ["executed"]')
    shop.write("pyproject.toml", needing + "\n    [tool.stagegate.gate.executed]\n    min_executed = 1")
    finish(shop)
    shop.run("--stage-gate-at=test")
    (shop.path / ".stagegate").rename(shop.path / "tested")
    assert decide(shop).check("features", "not-ready")["text"] == "checkout: the gate executed was not judged"
    assert decide(shop, "--stage-gate-evidence=tested/decision.json").gate("features")["verdict"] == "PASS"


def test_files_of_several_rings_are_written_from_one_decision(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STAGEGATE_COMMIT")
    shop.write(".gitignore", "__pycache__\n")
    shop.commit_everything()
    decide(shop)
    assert stagegate("--ring", "insiders", "--out", "insiders.json")[0] == 0
    assert stagegate("--out", "production.json")[0] == 0


def test_a_flag_of_which_no_variant_conceals_is_not_written(shop: Project) -> None:
    unclear = {"refunds": {"state": "ENABLED", "variants": {"a": "x", "b": "y"}, "defaultVariant": "a"}}
    shop.write("flags.json", json.dumps(FLAGS | {"flags": FLAGS["flags"] | unclear}))
    decide(shop)
    status, told = stagegate("--out", "out.json")
    assert (status, 'name it in the policy: off = "VARIANT".' in told) == (20, True)


def test_a_flag_that_nobody_declared_is_not_written(shop: Project) -> None:
    unknown = {"new": {"state": "ENABLED", "variants": {"on": True}, "defaultVariant": "on"}}
    shop.write("flags.json", json.dumps(FLAGS | {"flags": FLAGS["flags"] | unknown}))
    assert decide(shop).check("features", "undeclared")["reason"] == "flag-undeclared"
    status, told = stagegate("--out", "out.json")
    assert (status, "new: the policy neither declares this flag" in told) == (20, True)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda shop: None, "there is no .stagegate/decision.json; decide first"),
        (
            lambda shop: (decide(shop), shop.write("pyproject.toml", POLICY + "\n    [tool.stagegate.gate.debt]")),
            "policy",
        ),
        (lambda shop: (decide(shop), shop.write("flags.json", json.dumps({"flags": {}}))), "is not the flag file"),
        (lambda shop: decide(shop, "-k", "checkout"), "no word can be taken from it"),
        (lambda shop: (finish(shop), shop.run("--stage-gate-at=release")), "it is HOLD"),
    ],
)
def test_a_decision_that_says_nothing_of_what_is_here_is_refused(shop: Project, spoil: Any, told: str) -> None:
    spoil(shop)
    status, out = stagegate("--environment=production", "--out", "out.json")
    assert status == 21
    assert told in out
    assert out.splitlines()[-1] == "✘ no flag file was written"
    assert not (shop.path / "out.json").exists()


def test_a_decision_about_another_environment_reveals_nothing(shop: Project) -> None:
    decide(shop)
    status, told = stagegate("--environment=staging", "--out=out.json")
    assert (status, "it is about production, and what is ready there says nothing of staging" in told) == (21, True)


def test_a_decision_that_was_changed_reveals_nothing(shop: Project) -> None:
    path = decide(shop).folder / "decision.json"
    ready = path.read_text(encoding="utf-8").replace('"ready": false', '"ready": true')
    path.write_text(re.sub(r'"why_not": \[[^]]+\]', '"why_not": []', ready), encoding="utf-8")
    status, told = stagegate("--out=out.json")
    assert (status, "it was changed since SHA256SUMS beside it was written" in told) == (21, True)


@pytest.mark.parametrize("rows", [[], [{"name": "checkout", "declared": True, "ready": True, "why_not": ["no"]}]])
def test_a_decision_that_does_not_say_what_is_ready_is_refused(shop: Project, rows: list[dict[str, Any]]) -> None:
    done = decide(shop)
    shop.write("other.json", json.dumps(done.decision | {"features": rows}))
    status, told = stagegate("--from=other.json", "--out=out.json")
    assert (status, "it does not say whether checkout is ready" in told) == (21, True)


def test_a_decision_of_another_commit_is_refused(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(shop)
    monkeypatch.setenv("STAGEGATE_COMMIT", "e" * 40)
    assert stagegate()[0] == 21


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--environment=prod",), "'production'"),
        (("--reveal=refund",), "'refunds'"),
        (("--out=flags.json",), "is what the team wants"),
    ],
)
def test_mistakes_on_the_command_line_are_told(shop: Project, args: tuple[str, ...], told: str) -> None:
    status, out = stagegate(*args)
    assert status == 2
    assert told in out


def test_it_is_judged_again_from_the_record_and_verified(shop: Project) -> None:
    done = decide(shop)
    again = shop.check("--as-of", "run", ".stagegate/evidence.jsonl")
    assert again.decision["features"] == done.decision["features"]
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit) as ended:
        main(["verify", "--quiet"])
    assert ended.value.code == 0, out.getvalue()


def test_a_decision_on_a_flag_file_that_was_handed_over_is_verified(shop: Project) -> None:
    decide(shop)
    stagegate("--out", "production.json")
    os.utime("production.json", (1_763_888_400, 1_763_888_400))
    shop.write("shop.xml", JUNIT.format(""))
    given = ("shop.xml,stage=release,environment=production", "production.json")
    assert shop.check("--at=release", "--env=production", "--as-of=2026-11-23T09:10:00Z", *given).word == "GO"
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit):
        main(["verify", "--quiet"])
    assert "production.json" not in out.getvalue()


@pytest.mark.parametrize(("result", "word"), [("", "GO"), ("<skipped/>", "NO_GO")])
def test_tests_that_are_not_python_are_judged_alike(shop: Project, result: str, word: str) -> None:
    shop.write("shop.xml", JUNIT.format(result))
    given = "shop.xml,stage=release,environment=production"
    checked = shop.check("--at", "release", "--env", "production", "--as-of", "2026-11-23T09:10:00Z", given)
    assert checked.word == word


def test_flags_are_kept_in_order_while_they_are_in_use(shop: Project) -> None:
    args = ("--stage-gate-at=manage", "--stage-gate-env=production", "--stage-gate-select=upto")
    assert shop.run(*args).gate("flag-hygiene")["reason"] == "variant-untested"
    both = '@pytest.mark.parametrize("on", [pytest.param(v, marks=pytest.mark.feature({0!r}, variant=v)) for v in {1}])'
    names = {name: tuple(flag["variants"]) for name, flag in FLAGS["flags"].items()}
    tests = (f"{both.format(*each)}\ndef test_{number}(on): pass" for number, each in enumerate(names.items()))
    shop.write("test_shop.py", "\n".join(["import pytest", *tests]))
    done = shop.run(*args)
    assert done.gate("flag-hygiene")["verdict"] == "PASS"


def test_hostile_names_stay_inert_in_every_document(shop: Project) -> None:
    hostile = "<img src=x>|[a](javascript:b)"
    odd = {"state": "ENABLED", "variants": {"<b>": True, "off": False, "\u202e": 1}, "defaultVariant": "<b>"}
    shop.write("flags.json", json.dumps({"flags": {**FLAGS["flags"], hostile: odd}}))
    done = decide(shop)
    page = (done.folder / "report.html").read_text(encoding="utf-8")
    text = (done.folder / "report.md").read_text(encoding="utf-8")
    assert "<img" not in page
    assert "<b>" not in page + text
    assert "\u202e" not in page + text + done.out
