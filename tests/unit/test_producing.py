"""Producers: what their tools make becomes a file with its attachment, and whatever goes wrong is told in it."""

from __future__ import annotations

import hashlib
import sys
import time
from pathlib import Path

import pytest

from pytest_stagegate.errors import UsageError
from pytest_stagegate.evidence.attaching import attachment_path, read_attachment
from pytest_stagegate.model.decision import Subject
from pytest_stagegate.model.sources import EvidenceRule, Producer
from pytest_stagegate.producing import Making, Produced, produce, refuse_inside, remove_produced
from pytest_stagegate.project import load_project
from tests.unit.fakes import project_at

SUBJECT = Subject(name="shop", version="1", commit="c" * 40, commit_source="git", dirty=True)
LCOV = "TN:\nSF:a.js\nDA:1,1\nend_of_record\n"
PRINTS = f"print({LCOV!r}, end='')"


def tool(name: str, code: str, *, format_: str = "lcov", path: str = "", **more: object) -> EvidenceRule:
    producer = Producer(name, (sys.executable, "-c", code), 60_000_000, frozenset({0}))._replace(**more)
    return EvidenceRule(path, format_, "", None, None, False, producer)


def made(root: Path, *rules: EvidenceRule, environment: str | None = None) -> list[Produced]:
    return list(produce(rules, Making(root, root / "out", SUBJECT, environment)))


def only(root: Path, rule: EvidenceRule) -> Produced:
    (one,) = made(root, rule)
    return one


def test_the_output_becomes_a_file_with_its_attachment(tmp_path: Path) -> None:
    one = only(tmp_path, tool("web", PRINTS))
    assert one.path == tmp_path / "out/evidence/web.info"
    assert one.path.read_text() == LCOV
    stated = read_attachment(one.path)
    assert stated == one.attachment
    assert (stated.sha256, stated.commit, stated.dirty) == (hashlib.sha256(LCOV.encode()).hexdigest(), "c" * 40, True)
    assert (stated.name, stated.format, stated.status, stated.failed) == ("web", "lcov", 0, "")
    assert stated.command == (sys.executable, "-c", PRINTS)


def test_nothing_else_is_left_behind(tmp_path: Path) -> None:
    made(tmp_path, tool("web", PRINTS), tool("none", "", format_="junit"))
    names = sorted(path.name for path in (tmp_path / "out/evidence").iterdir())
    assert names == ["none.xml.stagegate.json", "web.info", "web.info.stagegate.json"]


def test_a_file_that_the_tool_writes_is_copied(tmp_path: Path) -> None:
    code = f"print('chatter'); open('cov.info', 'w').write({LCOV!r})"
    one = only(tmp_path, tool("web", code, path="cov.info"))
    assert (one.path.read_text(), one.attachment.failed) == (LCOV, "")


def test_the_order_is_the_policy_s_and_tools_run_side_by_side(tmp_path: Path) -> None:
    # Each waits for the other's file: one after the other would never end.
    code = "import os, sys, time\nopen('{0}', 'w').close()\nwhile not os.path.exists('{1}'): time.sleep(0.01)\nprint(1)"
    found = made(tmp_path, tool("a", code.format("1", "2")), tool("b", code.format("2", "1")))
    assert [(each.name, each.attachment.failed) for each in found] == [("a", ""), ("b", "")]


@pytest.mark.parametrize(
    ("rule", "failed", "kept"),
    [
        (tool("t", f"{PRINTS}; raise SystemExit(2)"), "it ended with the status 2", True),
        (tool("t", f"{PRINTS}; raise SystemExit('no config')"), "it ended with the status 1 (no config)", True),
        (tool("t", "raise SystemExit(2)"), "it ended with the status 2 and wrote nothing", False),
        (tool("t", ""), "it wrote nothing", False),
        (tool("t", "", format_="mypy-json"), "", True),
        (tool("t", "raise SystemExit(1)", format_="mypy-json", exit_ok=frozenset({0, 1})), "it wrote nothing", False),
        (tool("t", "", path="x.info"), "it did not write x.info", False),
        (tool("t", "import os; os.mkdir('x.info')", path="x.info"), "it wrote x.info, which is no file", False),
        (tool("t", "", command=("nope",)), "it could not be run: there is no program 'nope'", False),
        (
            tool("t", f"import sys, time; {PRINTS}; sys.stdout.flush(); time.sleep(99)", limit=1_500_000),
            "it was not done after 1.5 s and was stopped",
            True,
        ),
        (tool("t", PRINTS, version=("nope", "-V")), "it did not tell its version: nope -V", True),
    ],
)
def test_a_failure_is_told_and_what_was_written_is_kept(
    tmp_path: Path, rule: EvidenceRule, failed: str, kept: bool
) -> None:
    one = only(tmp_path, rule)
    assert (one.attachment.failed, one.path.exists(), bool(one.attachment.sha256)) == (failed, kept, kept)


def test_a_file_of_an_earlier_run_is_not_this_one_s(tmp_path: Path) -> None:
    (tmp_path / "cov.info").write_text(LCOV)
    one = only(tmp_path, tool("web", "", path="cov.info"))
    assert one.attachment.failed == "it did not write cov.info; the one that is there is older"
    assert not one.path.exists()
    assert (tmp_path / "cov.info").exists()


def test_a_file_that_is_written_with_the_same_content_is_new(tmp_path: Path) -> None:
    (tmp_path / "cov.info").write_text(LCOV)
    time.sleep(0.02)
    one = only(tmp_path, tool("web", f"open('cov.info', 'w').write({LCOV!r})", path="cov.info"))
    assert (one.attachment.failed, one.path.exists()) == ("", True)


@pytest.mark.parametrize(
    ("prints", "version"),
    [("ruff 0.17.1\\nmore", "ruff 0.17.1"), ("3.4", "web 3.4"), ("\\n tool 1 \\n", "tool 1")],
)
def test_the_version_is_recorded(tmp_path: Path, prints: str, version: str) -> None:
    rule = tool("web", PRINTS, version=(sys.executable, "-c", f"print('{prints}')"))
    assert only(tmp_path, rule).attachment.producer == version


def test_stage_and_environment_are_stated(tmp_path: Path) -> None:
    first, second = tool("a", PRINTS)._replace(stage="deploy", environment="live"), tool("b", PRINTS)
    found = [each.attachment for each in made(tmp_path, first, second, environment="dev")]
    assert [(each.stage, each.environment) for each in found] == [("deploy", "live"), ("", "dev")]


def test_variables_of_the_run_stay_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "COV_CORE_SOURCE", "COVERAGE_PROCESS_START")
    for name in (*ours, "STAGEGATE_COVERAGE_PARTS", "STAGEGATE_COMMIT", "SHOP_DB"):
        monkeypatch.setenv(name, "x")
    one = only(tmp_path, tool("env", "import os; print(*sorted(os.environ))"))
    seen = one.path.read_text().split()
    assert [name for name in seen if name.startswith(("PYTEST_", "COV"))] == []
    assert [name for name in seen if name.startswith(("STAGEGATE", "SHOP"))] == [
        "SHOP_DB",
        "STAGEGATE_COMMIT",
        "STAGEGATE_PRODUCER_OF",
    ]


def test_what_an_earlier_run_made_is_taken_away_and_nothing_else(tmp_path: Path) -> None:
    made(tmp_path, tool("old", PRINTS))
    mine = tmp_path / "out/evidence/mine.xml"
    mine.write_text("<testsuite/>")
    attachment_path(mine).write_text("{}")
    remove_produced(tmp_path / "out")
    assert sorted(path.name for path in mine.parent.iterdir()) == ["mine.xml", "mine.xml.stagegate.json"]


def test_giving_up_kills_what_is_running(tmp_path: Path) -> None:
    began = time.monotonic()
    rules = [tool("a", PRINTS), tool("b", "import time; time.sleep(100)")]
    running = produce(rules, Making(tmp_path, tmp_path / "out", SUBJECT, None))
    assert next(running).name == "a"
    running.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 50


def test_a_producer_does_not_run_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGEGATE_PRODUCER_OF", str(tmp_path))
    with pytest.raises(UsageError, match="which has no end"):
        refuse_inside(tmp_path)
    refuse_inside(tmp_path / "another")


POLICY = """
environments = ["dev", "live"]
[[evidence]]
name = "any"
command = ["x"]
[[evidence]]
name = "of-live"
command = ["x"]
environment = "live"
[[evidence]]
name = "of-deploy"
command = ["x"]
stage = "deploy"
[[evidence]]
path = "no/producer/*.xml"
"""


@pytest.mark.parametrize(
    ("stage", "environment", "names"),
    [
        (None, None, ["any", "of-live", "of-deploy"]),
        ("test", None, ["any", "of-live"]),
        ("deploy", "dev", ["any", "of-deploy"]),
        ("code", "live", ["any", "of-live"]),
    ],
)
def test_a_decision_needs_the_producers_of_its_stage_and_environment(
    tmp_path: Path, stage: str | None, environment: str | None, names: list[str]
) -> None:
    project_at(tmp_path, policy=POLICY)
    found = load_project(tmp_path).producers(stage, environment)
    assert [rule.producer.name for rule in found if rule.producer is not None] == names


def test_last_words_of_a_tool_hold_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINT_TOKEN", "correct-horse")
    code = "import os, sys; sys.exit('password=hunter2xyz and ' + os.environ['LINT_TOKEN'])"
    failed = only(tmp_path, tool("web", code)).attachment.failed
    assert "(password=[redacted] and [redacted])" in failed
