from __future__ import annotations

from pathlib import Path

import pytest

from pytest_stagegate.errors import MistakesError
from pytest_stagegate.model.expected import Expected
from pytest_stagegate.model.sources import EvidenceRule
from pytest_stagegate.project import Project, load_project
from tests.unit.fakes import HOUR, project_at


def project(root: Path, policy: str) -> Project:
    return load_project(project_at(root, policy=f'environments = ["dev", "live"]\n{policy}'))


@pytest.mark.parametrize(
    ("entry", "cells"),
    [
        ('stage = "test"', [("test", None, None)]),
        ('stage = "test"\nshards = ["a", "b"]', [("test", None, "a"), ("test", None, "b")]),
        ('stage = ["code", "test"]\nenvironment = "dev"', [("code", "dev", None), ("test", "dev", None)]),
        (
            'stage = "test"\nenvironment = ["dev", "live"]\nshards = ["a"]',
            [("test", "dev", "a"), ("test", "live", "a")],
        ),
    ],
)
def test_each_cell_is_expected_by_itself(tmp_path: Path, entry: str, cells: list[tuple[str, str, str]]) -> None:
    assert list(project(tmp_path, f"[[expect]]\n{entry}").policy.expected) == [Expected(*cell) for cell in cells]


def test_a_cell_that_stands_twice_is_expected_once(tmp_path: Path) -> None:
    assert len(project(tmp_path, '[[expect]]\nstage = "test"\n[[expect]]\nstage = "test"').policy.expected) == 1


@pytest.mark.parametrize(
    ("at", "environment", "stages"),
    [
        ("test", None, ["code", "test"]),
        ("code", None, ["code", "test"]),
        ("release", None, ["code", "test"]),
        ("deploy", None, ["deploy", "deploy"]),
        ("deploy", "live", ["deploy"]),
    ],
)
def test_a_decision_expects_the_stages_whose_tests_it_judges(
    tmp_path: Path, at: str, environment: str | None, stages: list[str]
) -> None:
    text = '[[expect]]\nstage = ["code", "test"]\n[[expect]]\nstage = "deploy"\nenvironment = ["dev", "live"]'
    assert [cell.stage for cell in project(tmp_path, text).expected(at, environment)] == stages


def test_rules_about_evidence_files(tmp_path: Path) -> None:
    text = """
        [[evidence]]
        path = "reports/*.xml"
        format = "junit"
        stage = "deploy"
        environment = "live"
        max_age = "2 h"
        commit = "required"
        [[evidence]]
        path = "*.info"
    """
    assert project(tmp_path, text).policy.evidence == (
        EvidenceRule("reports/*.xml", "junit", "deploy", "live", 2 * HOUR, True),
        EvidenceRule("*.info", "", "", None, None, False),
    )


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("[[expect]]", "expect: names no stage"),
        ('[[expect]]\nstage = "tset"', "expect.stage: unknown stage 'tset'; did you mean 'test'?"),
        ('[[expect]]\nstage = "test"\nshard = "a"', "expect.shard: unknown key 'shard'; did you mean 'shards'?"),
        ('[[expect]]\nstage = "test"\nshards = ["a", "a"]', "expect.shards: names 'a' twice"),
        ('[[expect]]\nstage = "test"\nenvironment = "x"', "unknown environment 'x'; known: dev, live"),
        ("[[evidence]]", "evidence: has neither a path nor a command"),
        (
            '[[evidence]]\npath = "a"\nformat = "xunit"',
            "evidence.format: unknown format 'xunit'; did you mean 'junit'?",
        ),
        (
            '[[evidence]]\npath = "a"\ncommit = "yes"',
            "evidence.commit: has to be one of 'required', 'shown', not 'yes'",
        ),
        ('[[evidence]]\npath = "a"\nmax_age = "soon"', "evidence.max_age: "),
        ('[[evidence]]\npath = "a"\nstage = "b"', "evidence.stage: unknown stage 'b'; "),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, mistake: str) -> None:
    with pytest.raises(MistakesError) as caught:
        project(tmp_path, text)
    assert mistake in str(caught.value)


def test_limits_do_not_shape_a_record_and_expected_cells_do(tmp_path: Path) -> None:
    shapes = []
    for index, text in enumerate(
        ["", "[gate.skips]\nmax_skipped = 1", '[[evidence]]\npath = "a"', '[[expect]]\nstage = "test"']
    ):
        (tmp_path / str(index)).mkdir()
        shapes.append(project(tmp_path / str(index), text).policy.shape_sha256)
    assert [shape == shapes[0] for shape in shapes] == [True, True, True, False]
