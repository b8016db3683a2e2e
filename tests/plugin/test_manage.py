"""The stage manage: incidents, exercises, support, flags, use and texts for operators, with pytest and without it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Gated, Project

POLICY = """
    [gate.incidents]
    [gate.drills]
    kinds = ["restore"]
    max_days = 30
    [gate.runtime-support]
    require = ["node"]
    [gate.flag-hygiene]
    [gate.operations]
    stage = "manage"
    documents = ["rollback"]
    [gate.usage]
    uses = "metrics"
    stage = "manage"
    at_most = { 'queue_length{queue="mail"}' = 100 }
    [operations.rollback]
    trigger = "More than 1 % of the requests fail."
    command = "deploy 1.1.0"
    previous = "1.1.0"
    data = "Nothing is stored."
    [[evidence]]
    path = "ops.xml"
    max_age = "400 d"
"""
DRILLS = """
    import pytest
    pytestmark = pytest.mark.stage("manage")
    @pytest.mark.drill("restore")
    @pytest.mark.feature("till", variant="on")
    @pytest.mark.feature("till", variant="off")
    def test_yesterday_is_restored(): pass
"""
JUNIT = """
    <testsuite name="ops" tests="1" timestamp="{}"><testcase classname="ops" name="yesterday is restored">
      <properties><property name="drill" value="restore"/><property name="feature" value="till=on"/>
        <property name="feature" value="till=off"/></properties></testcase></testsuite>
"""
GATES = ("incidents", "drills", "runtime-support", "flag-hygiene", "operations", "usage")
GIVEN = ("incidents.csv", "support.toml", "sbom.json", "usage.txt", "flags.json")
HOSTILE = "<script>alert(1)</script>|[a](javascript:b)\x1b[31m\u202e"
OPEN = "\n    {id},{title},critical,open,2026-11-20T08:00:00Z,shop"
SBOM = """
    {"bomFormat": "CycloneDX", "specVersion": "1.5",
     "components": [{"type": "platform", "name": "node", "version": "22.3.0"}]}
"""
FLAGS = """
    {"flags": {"till": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off",
     "metadata": {"owner": "dana", "expires": "2999-01-01"}}}}
"""


@pytest.fixture
def shop(project: Project) -> Project:
    project.write("stagegate.toml", POLICY)
    incidents(project)
    project.write(
        "support.toml", f'made = {dt.date.today()}\n[[product]]\nname = "node"\ncycle = "22"\nend = 2999-01-01\n'
    )
    project.write("sbom.json", SBOM)
    project.write("flags.json", FLAGS)
    project.write("usage.txt", '# TYPE queue_length gauge\nqueue_length{queue="mail"} 17\n# EOF\n')
    return project


def incidents(project: Project, more: str = "") -> None:
    project.write("incidents.csv", f"id,title,severity,status,opened,service{more}\n")


def ago(days: int) -> str:
    return (dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=days)).isoformat(timespec="seconds")


def run(project: Project) -> Gated:
    project.write("test_ops.py", DRILLS)
    return project.run("--stage-gate-at=manage", *(f"--stage-gate-evidence={name}" for name in GIVEN))


def check(project: Project, days: int = 0) -> Gated:
    project.write("ops.xml", JUNIT.format(ago(days)))
    return project.check("--at", "manage", "ops.xml,stage=manage", *GIVEN)


def verdicts(done: Gated) -> list[str]:
    return [done.gate(name)["verdict"] for name in GATES]


def test_what_is_looked_after_is_go(shop: Project) -> None:
    done = run(shop)
    assert (done.word, verdicts(done)) == ("GO", ["PASS"] * 6)
    again = shop.check("--as-of", "run")
    assert again.decision == done.decision


def test_a_project_without_python_is_judged_alike(shop: Project) -> None:
    done = check(shop)
    assert (done.word, verdicts(done)) == ("GO", ["PASS"] * 6)


def test_an_exercise_in_a_file_of_another_tool_is_as_old_as_the_file_says(shop: Project) -> None:
    done = check(shop, days=60)
    assert (done.word, done.gate("drills")["summary"]) == ("NO_GO", "restore 60 days, limit ≤ 30")
    assert done.decision["drills"][0]["days"] == 60


def test_an_open_incident_stops_either(shop: Project) -> None:
    incidents(shop, OPEN.format(id="7", title="Refunds are late"))
    assert run(shop).word == check(shop).word == "NO_GO"


def test_hostile_words_of_operations_stay_inert_in_every_document(shop: Project) -> None:
    incidents(shop, OPEN.format(id=f"i{HOSTILE}", title=HOSTILE))
    done = run(shop)
    page, text, gates = ((done.folder / name).read_text("utf-8") for name in ("report.html", "report.md", "gates.xml"))
    ElementTree.fromstring(gates)
    assert "<script>alert" not in page
    for written in (page, text, gates, done.out):
        assert "\u202e" not in written
        assert "\x1b[31mi" not in written
    row = next(line for line in text.splitlines() if line.startswith("| i&lt;"))
    assert "<script" not in row
    assert "\\|\\[a\\](javascript:b)" in row
