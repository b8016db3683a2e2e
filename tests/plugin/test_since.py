"""Two real runs in a row: the second tells what changed since the first, and others can check that."""

from __future__ import annotations

import io
import json
import shutil
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any

import pytest

from pytest_stagegate.cli import main

if TYPE_CHECKING:
    from tests.plugin.conftest import Project

POLICY = """
    [project]
    name = "shop"
    version = "{version}"
    [tool.stagegate.since]
    decision = "last-release/{{stage}}"
    [tool.stagegate.gate.skips]
    max_skipped = {skipped}
"""


def first_and_second(project: Project) -> tuple[dict[str, Any], bytes]:
    """Decide about two versions, one after the other; return the second decision, and its bytes."""
    project.write("pyproject.toml", POLICY.format(version="1.0.0", skipped=0))
    project.write("test_shop.py", "def test_old(): pass\ndef test_sells(): pass")
    assert project.run().decision["since"]["state"] == "missing"
    shutil.copytree(project.path / ".stagegate", project.path / "last-release" / "test")
    project.write("pyproject.toml", POLICY.format(version="1.1.0", skipped=1))
    skipped = "@pytest.mark.skip(reason='no till')\ndef test_sells(): pass"
    project.write("test_shop.py", f"import pytest\ndef test_new(): pass\n{skipped}")
    run = project.run()
    assert "since the last release: 1.0.0" in run.out
    return run.decision, (run.folder / "decision.json").read_bytes()


def told(*args: str) -> str:
    """Call ``stagegate`` in this process; return what it printed."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()), pytest.raises(SystemExit):
        main(list(args))
    return out.getvalue()


def answers(*args: str) -> dict[str, str]:
    """Verify; return the answer about each key of the decision."""
    found = json.loads(told("verify", *args, "--json"))["findings"]
    return {each["name"]: each["answer"] for each in found if each["part"] == "decision"}


def test_the_second_run_tells_what_changed_since_the_first(project: Project) -> None:
    decision, content = first_and_second(project)
    since, trend = decision["since"], decision["trend"]
    assert (since["version"], since["decision"], since["tests_known"]) == ("1.0.0", "GO", True)
    assert since["added"] == ["test_shop.py::test_new"]
    assert {each["id"]: each["group"] for each in since["moves"]["tests"]} == {
        "test_shop.py::test_old": "gone",
        "test_shop.py::test_sells": "newly-skipped",
    }
    (gate,) = [each for each in since["moves"]["gates"] if each["gate"] == "skips"]
    assert {each["name"]: each["limit"] for each in gate["checks"]}["skipped"] == "worse"
    assert [each["version"] for each in trend["decisions"]] == ["1.0.0", "1.1.0"]

    # Decided again from the record, it is the same.
    project.check("--as-of", "run")
    assert (project.path / ".stagegate" / "decision.json").read_bytes() == content


def test_others_verify_what_changed_where_the_earlier_decision_is_at_hand(project: Project) -> None:
    first_and_second(project)
    assert {*answers().values()} == {"identical"}
    decision = project.path / ".stagegate" / "decision.json"
    content = decision.read_bytes()
    decision.write_bytes(content.replace(b'"decision": "GO",\n    "moves"', b'"decision": "HOLD",\n    "moves"'))
    assert decision.read_bytes() != content
    assert answers()["since"] == "different"
    decision.write_bytes(content)
    told("dossier", "--no-notes")
    shutil.rmtree(project.path / "last-release")

    # Without it that can't be told, and all else can.
    without = answers()
    open_ = {name for name, answer in without.items() if answer == "can't tell"}
    assert (open_, {*without.values()}) == ({"since", "trend", "evidence", "basis"}, {"can't tell", "identical"})
    assert json.loads(told("verify", "--json"))["answer"] == "can't tell"
    decision.write_bytes(content.replace(b'"untagged": 2', b'"untagged": 3'))
    assert answers()["tests"] == "different"
    decision.write_bytes(content)

    # A dossier takes it along, and is the earlier decision of the next run.
    (dossier,) = project.path.glob("*.dossier.zip")
    assert {*answers(dossier.name).values()} == {"identical"}
    project.write("pyproject.toml", POLICY.format(version="1.2.0", skipped=1).replace("/{stage}", ".zip"))
    dossier.rename(project.path / "last-release.zip")
    third = project.run().decision
    assert (third["since"]["state"], third["since"]["changed"], third["since"]["tests_known"]) == ("whole", True, True)
    assert [each["version"] for each in third["trend"]["decisions"]] == ["1.0.0", "1.1.0", "1.2.0"]
    assert {*answers().values()} == {"identical"}
    assert "wrote" in told("dossier", "--no-notes")
