from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pytest_stagegate.errors import MistakesError
from pytest_stagegate.model.tags import TagRule
from pytest_stagegate.model.verdicts import Enforcement, Level, OnMissing
from pytest_stagegate.policy.loading import load
from pytest_stagegate.policy.model import DEFAULT_STAGES, Policy
from tests.unit.fakes import HOUR, project_at


def policy_of(tmp_path: Path, text: str) -> Policy:
    return load(project_at(tmp_path, policy=text))


def mistakes_of(tmp_path: Path, text: str) -> list[str]:
    return [str(mistake) for mistake in policy_of(tmp_path, text).mistakes]


def test_without_a_file_the_built_in_policy_holds(tmp_path: Path) -> None:
    policy = load(tmp_path)
    assert (policy.source, policy.stages, policy.default_stage) == ("built-in", DEFAULT_STAGES, "test")
    assert (policy.environments, policy.gates, policy.mistakes) == ((), (), ())


def test_the_table_in_pyproject_is_read(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.stagegate]\nenvironments = ["dev", "staging"]\n')
    policy = load(tmp_path)
    assert (policy.source, policy.environments) == ("pyproject.toml", ("dev", "staging"))


def test_a_pyproject_without_the_table_leaves_the_word_to_stagegate_toml(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "rates"\n')
    assert policy_of(tmp_path, 'default_stage = "code"').default_stage == "code"


def test_two_policies_are_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.stagegate]\n")
    with pytest.raises(MistakesError) as caught:
        policy_of(tmp_path, "")
    assert str(caught.value) == (
        "stagegate: 1 mistake in the policy\n"
        "  stagegate.toml: there is a second policy, [tool.stagegate] in pyproject.toml; keep one of them"
    )


@pytest.mark.parametrize("text", ['default_stage = "code"', '[tool.stagegate]\ndefault_stage = "code"'])
def test_a_named_file_holds_the_policy_at_its_top_or_in_the_tool_table(tmp_path: Path, text: str) -> None:
    file = tmp_path / "release.toml"
    file.write_text(text)
    policy = load(tmp_path, file)
    assert (policy.source, policy.default_stage) == ("release.toml", "code")


def test_a_named_file_outside_the_root_is_shown_by_its_name_alone(tmp_path: Path) -> None:
    file = tmp_path / "shared.toml"
    file.write_text("")
    assert load(tmp_path / "project", file).source == "shared.toml"


def test_a_named_file_that_does_not_exist_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(MistakesError, match=r"none\.toml: can't be read: No such file or directory$"):
        load(tmp_path, tmp_path / "none.toml")


def test_broken_toml_is_a_mistake_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(MistakesError, match=r"stagegate\.toml: can't be read: .*line 2"):
        policy_of(tmp_path, "stages = ['a']\nenvironments = = 3\n")


def test_a_file_that_is_no_text_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "stagegate.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MistakesError, match=r"stagegate\.toml: can't be read: "):
        load(tmp_path)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "stagegate.toml").write_bytes('\N{BOM}default_stage = "code"'.encode())
    assert load(tmp_path).default_stage == "code"


@pytest.mark.parametrize("file", ["pyproject.toml", "stagegate.toml"])
def test_a_tool_key_that_is_no_table_is_a_mistake(tmp_path: Path, file: str) -> None:
    (tmp_path / file).write_text("tool = 3\n")
    try:
        mistakes = list(load(tmp_path, tmp_path / file).mistakes)
    except MistakesError as error:
        mistakes = error.mistakes
    assert [mistake.place.split(":")[0].split()[0] for mistake in mistakes] == [file]


def test_a_stagegate_key_that_is_no_table_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\nstagegate = 3\n")
    assert [str(each) for each in load(tmp_path).mistakes] == ["pyproject.toml:2 tool.stagegate: has to be a table"]


def test_everything_of_a_gate_s_table_is_read(tmp_path: Path) -> None:
    (table,) = policy_of(
        tmp_path,
        """
        environments = ["dev"]
        [gate.release-coverage]
        uses = "coverage"
        stage = ["release", "deploy"]
        environment = "dev"
        enforcement = { block_from = 2026-12-01 }
        on_missing = "skip"
        owner = "platform"
        remedy = "add tests"
        max_age = "24 h"
        line = "95 %"
        """,
    ).gates
    assert (table.id, table.uses, table.stages, table.environments) == (
        "release-coverage",
        "coverage",
        ("release", "deploy"),
        ("dev",),
    )
    assert table.enforcement == Enforcement(Level.BLOCK, dt.date(2026, 12, 1))
    assert (table.on_missing, table.owner, table.remedy) == (OnMissing.SKIP, "platform", "add tests")
    assert (table.max_age, table.options) == (24 * HOUR, {"line": "95 %"})
    assert table.place == "stagegate.toml:3 gate.release-coverage"


def test_a_bare_gate_s_table_says_nothing(tmp_path: Path) -> None:
    (table,) = policy_of(tmp_path, "[gate.coverage]").gates
    assert (table.uses, table.stages, table.enforcement, table.max_age, table.on_missing) == (
        "coverage",
        None,
        None,
        None,
        OnMissing.HOLD,
    )


def test_path_rules_are_read_in_order(tmp_path: Path) -> None:
    text = """\
environments = ["staging"]
[[tag]]
path = "tests/smoke/**"
stage = "deploy"
environment = "staging"
[[tag]]
path = "tests/unit"
stage = "code"
"""
    assert policy_of(tmp_path, text).tags == (
        TagRule("tests/smoke/**", "deploy", ("staging",), "stagegate.toml:3 tag.path"),
        TagRule("tests/unit", "code", (), "stagegate.toml:7 tag.path"),
    )


def test_a_vocabulary_of_the_project_s_own(tmp_path: Path) -> None:
    policy = policy_of(tmp_path, 'stages = ["dev", "ship"]\nenvironments = ["eu"]\ndefault_environment = "eu"')
    assert (policy.stages, policy.default_stage, policy.default_environment) == (("dev", "ship"), "dev", "eu")


def test_the_digest_is_of_the_content_not_of_the_way_it_is_written(tmp_path: Path) -> None:
    first = policy_of(tmp_path, '[gate.coverage]\nline = "90 %"\n')
    second = policy_of(tmp_path, '# limits\ngate = { coverage = { line = "90 %" } }')
    third = policy_of(tmp_path, '[gate.coverage]\nline = "91 %"\n')
    assert first.sha256 == second.sha256 != third.sha256


def test_all_mistakes_are_reported_at_once_with_their_places(tmp_path: Path) -> None:
    text = """\
stages = ["code", "test"]
envionments = ["dev"]
default_stage = "tset"
untagged = "maybe"

[[tag]]
path = "tests/smoke"
stage = "deploy"

[gate.coverage]
stage = "tests"
enforcement = "blok"
max_age = 24
on_missing = "ignore"
owner = ""
"""
    assert mistakes_of(tmp_path, text) == [
        "stagegate.toml:2 envionments: unknown key 'envionments'; did you mean 'environments'?",
        "stagegate.toml:3 default_stage: unknown stage 'tset'; did you mean 'test'?",
        "stagegate.toml:4 untagged: has to be one of 'default', 'error', not 'maybe'",
        "stagegate.toml:8 tag.stage: unknown stage 'deploy'; known: code, test",
        "stagegate.toml:11 gate.coverage.stage: unknown stage 'tests'; did you mean 'test'?",
        'stagegate.toml:12 gate.coverage.enforcement: has to be "block", "warn", "observe" or '
        "{ block_from = 2027-01-31 }, not 'blok'",
        "stagegate.toml:14 gate.coverage.on_missing: has to be one of 'hold', 'warn', 'skip', not 'ignore'",
        "stagegate.toml:15 gate.coverage.owner: has to be a text that is not empty, not a text ('')",
        """stagegate.toml:13 gate.coverage.max_age: 24 is not a length of time; """
        '''write for example "2 s", "5 min" or "24 h"''',
    ]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("stages = []", "stagegate.toml:1 stages: has to be a list of names, not an empty list"),
        ("stages = 'code'", "stagegate.toml:1 stages: has to be a list of names, not a text ('code')"),
        ("stages = ['a', 'a']", "stagegate.toml:1 stages: names 'a' twice"),
        ("gate = 3", "stagegate.toml:1 gate: has to be a table, not a number (3)"),
        ("[gate]\ncoverage = '90 %'", "stagegate.toml:2 gate.coverage: has to be a table: [gate.coverage]"),
        ("[tag]\npath = 'a'", "stagegate.toml:1 tag: has to be an array of tables: [[tag]]"),
        ("[[tag]]\nstage = 'code'", "stagegate.toml:1 tag: has no path"),
        ("[[tag]]\npath = 'a'", "stagegate.toml:1 tag: says neither a stage nor an environment"),
        (
            "default_environment = 'eu'",
            "stagegate.toml:1 default_environment: unknown environment 'eu'; none is declared",
        ),
        ("templates = 3", "stagegate.toml:1 templates: has to be a text that is not empty, not a number (3)"),
        (
            "[gate.coverage]\nenvironment = 'eu'",
            "stagegate.toml:2 gate.coverage.environment: unknown environment 'eu'; none is declared",
        ),
        (
            "[gate.coverage]\nmax_age = 3",
            "stagegate.toml:2 gate.coverage.max_age: 3 is not a length of time; "
            'write for example "2 s", "5 min" or "24 h"',
        ),
    ],
)
def test_a_mistake_says_where_and_what_would_be_right(tmp_path: Path, text: str, mistake: str) -> None:
    assert mistakes_of(tmp_path, text) == [mistake]


def test_a_date_with_a_time_is_no_day_to_block_from(tmp_path: Path) -> None:
    (mistake,) = mistakes_of(tmp_path, "[gate.coverage]\nenforcement = { block_from = 2026-12-01T00:00:00Z }")
    assert mistake.startswith("stagegate.toml:2 gate.coverage.enforcement: has to be ")


def test_what_changes_are_counted_from_is_read(tmp_path: Path) -> None:
    policy = policy_of(tmp_path, 'base = "origin/next"\nrelease_tag = "shop-*"')
    assert (policy.base, policy.release_tag) == ("origin/next", ("shop-*",))


def test_when_the_policy_does_not_say_versions_are_releases(tmp_path: Path) -> None:
    policy = policy_of(tmp_path, "")
    assert (policy.base, policy.release_tag) == (None, ("v[0-9]*", "[0-9]*"))


def test_a_base_is_never_an_option_of_git(tmp_path: Path) -> None:
    assert mistakes_of(tmp_path, 'base = "--output=x"') == [
        "stagegate.toml:1 base: '--output=x' is no name of a branch; write for example \"origin/main\""
    ]


def test_the_base_is_not_part_of_what_shapes_a_record(tmp_path: Path) -> None:
    assert policy_of(tmp_path, 'base = "main"').shape_sha256 == load(tmp_path / "nowhere").shape_sha256
