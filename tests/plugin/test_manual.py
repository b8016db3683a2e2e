"""Manual tests: never run by pytest, done by people, and judged as evidence."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any

import pytest

from pytest_stagegate.cli import main

if TYPE_CHECKING:
    from tests.plugin.conftest import Gated, Project

SUITE = '''
    import pytest

    def test_total(): assert 1 + 2 == 3

    @pytest.mark.manual
    @pytest.mark.requirement("PAY-7")
    def test_card():
        """An expired card is refused.

        1. Pay with it.
        """
        raise AssertionError("nobody runs this")

    @pytest.mark.manual
    class TestLooks:
        def test_page(self):
            "Look at the page."
'''
GATE = "[gate.manual]"


@pytest.fixture
def shop(project: Project) -> Project:
    project.write("stagegate.toml", GATE)
    project.write("test_a.py", SUITE)
    return project


def manual(monkeypatch: pytest.MonkeyPatch, *args: str, said: str = "") -> tuple[int, str]:
    """Run ``stagegate manual`` with answers that come through a pipe."""
    out = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO(said))
    with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit) as ended:
        main(["manual", *args])
    assert isinstance(ended.value.code, int)
    return ended.value.code, out.getvalue()


def verify() -> object:
    with pytest.raises(SystemExit) as ended:
        main(["verify"])
    return ended.value.code


def rows(decision: dict[str, Any]) -> dict[str, str]:
    return {row["id"]: row["outcome"] for row in decision["manual"]}


def test_manual_tests_are_listed_and_not_run(shop: Project, workers: list[str]) -> None:
    run = shop.run("--strict-markers", *workers, process=bool(workers))
    assert run.counts == {"collected": 3, "executed": 1, "passed": 1, "deselected": 2, "manual": 2}
    assert (run.word, run.incomplete, run.provisional) == ("HOLD", [], [])
    assert rows(run.decision) == {"test_a.py::test_card": "pending", "test_a.py::TestLooks::test_page": "pending"}
    assert run.gate("manual")["reason"] == "manual-pending"


def test_a_suite_of_manual_tests_alone_has_not_failed(project: Project) -> None:
    project.write("test_a.py", 'import pytest\n@pytest.mark.manual\ndef test_a():\n    "Look."')
    run = project.run()
    assert run.gate("results")["reason"] == "nothing-executed"


def test_without_the_gate_they_are_skipped_where_the_policy_names_manual_tests(shop: Project) -> None:
    run = shop.run("-rs", gate=False)
    assert "manual test: stagegate manual run" in run.out
    assert "1 passed, 2 skipped" in run.out


@pytest.mark.parametrize("args", [(), ("-n2",)])
def test_a_manual_test_that_says_nothing_is_a_mistake(project: Project, args: tuple[str, ...]) -> None:
    if args:
        pytest.importorskip("xdist")
    project.write("test_a.py", "import pytest\n@pytest.mark.manual\ndef test_a(): pass")
    run = project.run(*args, process=True)
    assert run.status == 4
    assert "says in its docstring what to do" in run.out + run.err


def test_people_do_them_and_the_next_decision_is_go(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.run()
    (shop.path / "shot.png").write_bytes(b"picture")
    said = "what?\nnote\nlooks fine\nattach\nnowhere\nattach\nshot.png\npassed\np\n"
    status, told = manual(monkeypatch, "run", "--by", "Dana", said=said)
    assert status == 0, told
    checked = shop.check()
    assert (checked.status, checked.word) == (0, "GO")
    first = next(row for row in checked.decision["manual"] if row["note"])
    assert (first["who"], first["note"], first["commit"]) == ("Dana", "looks fine", "0123456789abcdef")
    (name,) = first["attachments"]
    assert (shop.path / ".stagegate/manual/attachments" / name).read_bytes() == b"picture"
    assert [row["outcome"] for row in checked.decision["requirements"]] == ["passed"]
    assert "nothing to do" in manual(monkeypatch, "run", "--by", "Dana")[1]


def test_the_next_run_of_the_same_build_knows_what_people_did(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.run()
    manual(monkeypatch, "run", "--by", "Dana", said="p\np\n")
    again = shop.run()
    assert (again.word, set(rows(again.decision).values())) == ("GO", {"passed"})
    assert shop.check("--as-of", "run").decision["gates"] == again.decision["gates"]


def test_answers_so_far_are_kept(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.run()
    status, told = manual(monkeypatch, "run", "--by", "Dana", said="failed\nit hangs\n")
    assert status == 21
    assert "1 manual test of 2 not done" in told
    assert sorted(rows(shop.check().decision).values()) == ["failed", "pending"]


def test_a_failure_is_no_go_in_every_document(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.run()
    manual(monkeypatch, "run", "--by", "Dana <b>", "test_a.py::test_card", said="failed\n<script>alert(1)</script>\n")
    checked = shop.check()
    assert checked.word == "NO_GO"
    html = (checked.folder / "report.html").read_text(encoding="utf-8")
    assert "Manual tests" in html
    assert "<script>alert" not in html
    assert "## Manual tests" in (checked.folder / "report.md").read_text(encoding="utf-8")
    assert 'name="manual"' in (checked.folder / "gates.xml").read_text(encoding="utf-8")
    assert "by hand: 2 manual tests: 1 pending, 1 failed." in checked.out


def test_a_result_of_another_commit_is_stale_and_named(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.run()
    manual(monkeypatch, "run", "--by", "Dana", said="p\np\n")
    monkeypatch.setenv("STAGEGATE_COMMIT", "fedcba9876543210")
    shop.run()
    checked = shop.check()
    assert (checked.gate("manual")["verdict"], checked.gate("manual")["reason"]) == ("STALE", "other-commit")
    assert {row["who"] for row in checked.decision["manual"]} == {"Dana"}


def test_changed_steps_make_a_result_stale(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.run()
    manual(monkeypatch, "run", "--by", "Dana", said="p\np\n")
    shop.write("test_a.py", SUITE.replace("Pay with it", "Pay with it twice"))
    shop.run()
    assert rows(shop.check().decision)["test_a.py::test_card"] == "stale"


def test_people_do_only_what_is_checked_out(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.run()
    monkeypatch.setenv("STAGEGATE_COMMIT", "fedcba9876543210")
    status, told = manual(monkeypatch, "run", "--by", "Dana")
    assert status == 21
    assert "fedcba987654 is checked out" in told


def test_shards_list_each_test_once(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.shard("one")
    shop.shard("two")
    manual(monkeypatch, "run", "--by", "Dana", "--record", "records", "--out", "records/by-hand", said="p\np\n")
    checked = shop.check("records")
    assert (checked.word, len(checked.decision["manual"])) == ("GO", 2)


def test_markdown_stands_beside_the_suite(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("stagegate.toml", f'environments = ["staging"]\n[manual]\nfolder = "by_hand"\n{GATE}')
    project.write("test_a.py", "def test_a(): pass")
    project.write("by_hand/pay.md", "# Pay\nenvironment: staging\n\n1. Pay.")
    assert rows(project.run().decision) == {"by_hand/pay.md::Pay": "pending"}
    manual(monkeypatch, "run", "--by", "Dana", said="p\n")
    checked = project.check()
    assert [(row["outcome"], row["environment"]) for row in checked.decision["manual"]] == [("passed", "staging")]
    assert checked.word == "GO"


@pytest.fixture
def web_shop(project: Project) -> Project:
    """A project whose tests are not Python, with a manual test in Markdown."""
    project.write("stagegate.toml", f'[manual]\nfolder = "by_hand"\n{GATE}')
    project.write("by_hand/pay.md", "# Pay\n\n1. Pay.")
    made = dt.datetime.now(dt.timezone.utc).isoformat()
    case = '<testcase classname="cart" name="adds"/>'
    project.write("junit.xml", f'<testsuite name="web" timestamp="{made}">{case}</testsuite>')
    return project


def test_without_a_run_those_in_markdown_are_done_and_judged(
    web_shop: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rows(web_shop.check("junit.xml").decision) == {"by_hand/pay.md::Pay": "pending"}
    assert manual(monkeypatch, "run", "--by", "Dana", said="p\n")[0] == 0
    checked = web_shop.check("junit.xml", ".stagegate/manual")
    assert (checked.gate("manual")["verdict"], rows(checked.decision)) == ("PASS", {"by_hand/pay.md::Pay": "passed"})
    assert [each["source"] for each in checked.decision["evidence"] if each["kind"] == "manual-tests"] == [
        "by_hand/pay.md"
    ]


def test_without_a_run_a_decision_on_those_in_markdown_can_be_verified(
    web_shop: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    manual(monkeypatch, "run", "--by", "Dana", said="p\n")
    web_shop.check("junit.xml", ".stagegate/manual")
    assert verify() == 0
    web_shop.write("by_hand/pay.md", "# Pay\n\n1. Pay twice.")
    assert verify() == 20


def test_a_mistake_in_markdown_is_a_usage_error(project: Project) -> None:
    project.write("stagegate.toml", '[manual]\nfolder = "by_hand"')
    project.write("test_a.py", "def test_a(): pass")
    project.write("by_hand/pay.md", "# Pay")
    run = project.run(process=True)
    assert run.status == 4
    assert "by_hand/pay.md:1: the test 'Pay' has no steps" in run.out + run.err


def test_a_table_is_taken_in(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    when = json.loads((shop.run().folder / "decision.json").read_bytes())["as_of"]
    lines = [f"{name},pass,Dana,{when}" for name in ("test_a.py::test_card", "test_a.py::TestLooks::test_page")]
    shop.write("r.csv", "\n".join(["id,outcome,who,when", *lines]))
    status, told = manual(monkeypatch, "import", "r.csv", "--commit", "0123456789abcdef")
    assert status == 0, told
    assert shop.check().word == "GO"


def test_a_table_with_mistakes_is_not_taken_in(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.run()
    shop.write("r.csv", "id,outcome,when\ntest_a.py::test_crd,passed,today")
    status, told = manual(monkeypatch, "import", "r.csv")
    assert status == 2
    assert "did you mean 'test_a.py::test_card'?" in told
    assert not (shop.path / ".stagegate/manual").exists()


def test_a_decision_with_manual_tests_can_be_verified(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.run()
    manual(monkeypatch, "run", "--by", "Dana", said="p\nb\nno card\n")
    shop.check()
    assert verify() == 0


def test_what_a_run_was_given_is_no_concern_of_the_people(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.write("load.txt", "nothing that is known")
    shop.run("--stage-gate-evidence=load.txt")
    assert manual(monkeypatch, "run", "--by", "Dana", said="p\np\n")[0] == 0


def test_without_a_record_people_are_told_what_to_do(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    status, told = manual(monkeypatch, "run", "--by", "Dana")
    assert status == 21
    assert "pytest --stage-gate: let it run first" in told


PLAN = """
    [[goal]]
    id = "PAY-7"
    title = "Expired cards are refused"
    priority = "must"
    owner = "dana"
    acceptance = "nobody pays with one"
"""


def goal(run: Gated) -> tuple[str, str, int]:
    """What the decision says of the goal, its gate's verdict, and how many manual tests verify it."""
    (row,) = run.decision["goals"]
    return row["outcome"], run.gate("requirements")["verdict"], sum(cell["manual"] for cell in row["cells"])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("p\n", ("passed", "PASS", 1)),
        ("failed\nit was taken\n", ("failed", "FAIL", 1)),
        ("blocked\nno card\n", ("failed", "FAIL", 1)),
        ("", ("not-run", "FAIL", 1)),
    ],
)
def test_a_goal_is_verified_by_its_manual_test(
    shop: Project, monkeypatch: pytest.MonkeyPatch, said: str, expected: tuple[str, str, int]
) -> None:
    shop.write("stagegate-plan.toml", PLAN)
    shop.write("stagegate.toml", f"{GATE}\n[gate.requirements]\n")
    shop.run()
    manual(monkeypatch, "run", "--by", "Dana", "test_a.py::test_card", said=said)
    assert goal(shop.check()) == expected


def test_a_manual_test_is_a_link_of_a_goal_at_the_stage_plan(shop: Project) -> None:
    shop.write("stagegate-plan.toml", PLAN)
    shop.write("stagegate.toml", "[gate.requirements]")
    run = shop.run("--stage-gate-at=plan")
    assert (run.check("requirements", "linked")["verdict"], run.check("requirements", "orphans")["verdict"]) == (
        "PASS",
        "PASS",
    )


@pytest.mark.parametrize("asked", [False, True])
def test_a_file_whose_name_no_record_can_hold_is_refused_before_a_test_runs(shop: Project, asked: bool) -> None:
    name = os.fsdecode(b"x\xff.manual.json")
    folder = "results" if asked else ".stagegate/manual"
    shop.write(f"{folder}/{name}", "{}")
    run = shop.run(*[f"--stage-gate-evidence={folder}/{name}"] * asked)
    assert run.status == 4
    assert f"{folder}/x\\udcff.manual.json: the name of this file is no UTF-8" in run.err
