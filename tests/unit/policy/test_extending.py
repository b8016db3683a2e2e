from __future__ import annotations

from pathlib import Path

import pytest

from pytest_stagegate.errors import MistakesError
from pytest_stagegate.policy.binding import bind
from pytest_stagegate.policy.extending import PACKS
from pytest_stagegate.policy.loading import load
from pytest_stagegate.policy.model import Policy
from pytest_stagegate.registry import Registry


def policy_at(root: Path, own: str, **others: str) -> Policy:
    for name, text in others.items():
        (root / f"{name}.toml").write_text(text)
    (root / "stagegate.toml").write_text(own)
    return load(root)


def options_of(policy: Policy, gate: str) -> dict[str, object]:
    (table,) = [each for each in policy.gates if each.id == gate]
    return table.options


def mistakes_of(root: Path, policy: Policy) -> list[str]:
    registry = Registry(root)
    with pytest.raises(MistakesError) as caught:
        bind(policy, registry.gates, registry.local)
    return [str(each) for each in caught.value.mistakes]


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_binds_as_it_is(tmp_path: Path, pack: str) -> None:
    policy = policy_at(tmp_path, f'extends = "{pack}"')
    registry = Registry(tmp_path)
    assert {each.id for each in bind(policy, registry.gates, registry.local)} >= {each.id for each in policy.gates}


def test_every_pack_that_is_shipped_has_its_name() -> None:
    folder = Path(load.__code__.co_filename).parent / "packs"
    assert sorted(path.stem for path in folder.glob("*.toml")) == sorted(PACKS)


def test_a_nearer_key_overrides_and_the_others_stay(tmp_path: Path) -> None:
    own = 'extends = "base.toml"\n[gate.coverage]\nline = "85 %"'
    policy = policy_at(tmp_path, own, base='[gate.coverage]\nline = "70 %"\nbranch = "60 %"')
    assert options_of(policy, "coverage") == {"line": "85 %", "branch": "60 %"}


def test_a_later_name_overrides_an_earlier_one(tmp_path: Path) -> None:
    policy = policy_at(
        tmp_path,
        'extends = ["one.toml", "two.toml"]',
        one="[gate.skips]\nmax_skipped = 1\nrequire_reason = true",
        two="[gate.skips]\nmax_skipped = 2",
    )
    assert options_of(policy, "skips") == {"max_skipped": 2, "require_reason": True}


def test_a_list_is_replaced_as_a_whole(tmp_path: Path) -> None:
    own = 'extends = "base.toml"\nenvironments = ["eu"]\n[[tag]]\npath = "b/**"\nstage = "code"'
    policy = policy_at(tmp_path, own, base='environments = ["dev"]\n[[tag]]\npath = "a/**"\nstage = "test"')
    assert (policy.environments, [rule.path for rule in policy.tags]) == (("eu",), ["b/**"])


def test_a_file_may_hold_its_keys_in_the_tool_table_and_extend_others_from_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "base.toml").write_text("[gate.flaky]\nmax_flaky = 4")
    (tmp_path / "shared" / "team.toml").write_text('[tool.stagegate]\nextends = "base.toml"\ndefault_stage = "code"')
    policy = policy_at(tmp_path, 'extends = "shared/team.toml"')
    assert (policy.default_stage, options_of(policy, "flaky")) == ("code", {"max_flaky": 4})


def test_the_policy_names_what_it_extends_lowest_first(tmp_path: Path) -> None:
    policy = policy_at(tmp_path, 'extends = ["library", "team.toml"]', team='extends = "regulated"')
    assert [each.source for each in policy.extended] == ["pack library", "pack regulated", "team.toml"]


def test_the_digests_are_those_of_the_resolved_content(tmp_path: Path) -> None:
    extending = policy_at(tmp_path, 'extends = "base.toml"\n[gate.flaky]\nmax_flaky = 0', base='environments = ["dev"]')
    (tmp_path / "stagegate.toml").write_text("environments=['dev']\n[gate]\nflaky = {max_flaky=0}")
    written_out = load(tmp_path)
    assert extending.sha256 == written_out.sha256
    assert extending.shape_sha256 == written_out.shape_sha256


def test_a_limit_of_the_pack_is_part_of_the_digest(tmp_path: Path) -> None:
    before = policy_at(tmp_path, 'extends = "base.toml"', base="[gate.flaky]\nmax_flaky = 0")
    after = policy_at(tmp_path, 'extends = "base.toml"', base="[gate.flaky]\nmax_flaky = 1")
    assert before.sha256 != after.sha256


def test_a_mistake_is_shown_where_it_stands(tmp_path: Path) -> None:
    own = 'extends = "base.toml"\n[gate.coverage]\nbranch = 80'
    base = 'defualt_stage = "test"\n[gate.coverage]\nline = 90\nbranch = 70\n[gate.skip]\nmax_skipped = 1'
    assert mistakes_of(tmp_path, policy_at(tmp_path, own, base=base)) == [
        "base.toml:1 defualt_stage: unknown key 'defualt_stage'; did you mean 'default_stage'?",
        'base.toml:3 gate.coverage.line: 90 is not a share; write "90 %"',
        'stagegate.toml:3 gate.coverage.branch: 80 is not a share; write "80 %"',
        "base.toml:5 gate.skip: unknown gate 'skip'; did you mean 'skips'?",
    ]


def test_a_gate_of_a_pack_stands_in_the_pack(tmp_path: Path) -> None:
    (table,) = [each for each in policy_at(tmp_path, 'extends = "library"').gates if each.id == "skips"]
    assert table.place.startswith("pack library:")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('"libary"', "'libary' is neither a policy pack nor a file; did you mean 'library'?"),
        ('"none.toml"', "'none.toml' is neither a policy pack nor a file; known: library, regulated, web-service"),
        ("3", "has to be a name or a list of names, not a number (3)"),
        ('"stagegate.toml"', "a policy can't extend itself: stagegate.toml → stagegate.toml"),
        ('"a\\u0000b"', "'a\\x00b' is no name of a file"),
        ('"circle.toml"', None),
    ],
)
def test_what_can_t_be_extended_is_a_mistake(tmp_path: Path, written: str, told: str | None) -> None:
    policy = policy_at(tmp_path, f"untagged = 'default'\nextends = {written}", circle='extends = "stagegate.toml"')
    place = "stagegate.toml:2 extends" if told else "circle.toml:1 extends"
    told = told or "a policy can't extend itself: stagegate.toml → circle.toml → stagegate.toml"
    assert [str(each) for each in policy.mistakes] == [f"{place}: {told}"]


def test_a_broken_file_is_a_mistake_of_its_own(tmp_path: Path) -> None:
    (mistake,) = policy_at(tmp_path, 'extends = "base.toml"', base="a = = 1").mistakes
    assert str(mistake).startswith("base.toml: can't be read: ")


def test_a_file_whose_tool_table_is_no_table_is_a_mistake(tmp_path: Path) -> None:
    (mistake,) = policy_at(tmp_path, 'extends = "base.toml"', base="[tool]\nstagegate = 3").mistakes
    assert str(mistake) == "base.toml tool.stagegate: has to be a table"


def test_the_depth_is_bounded(tmp_path: Path) -> None:
    chain = {f"p{number}": f'extends = "p{number + 1}.toml"' for number in range(20)}
    (mistake,) = policy_at(tmp_path, 'extends = "p0.toml"', **chain, p20="").mistakes
    assert "lies too deep" in str(mistake)


def test_a_policy_at_the_top_and_in_a_table_of_one_file_is_a_mistake(tmp_path: Path) -> None:
    both = "[gate.skips]\nmax_skipped = 0\n[tool.stagegate.gate.results]\nmin_passed = 1\n"
    policy = policy_at(tmp_path, 'extends = "both.toml"', both=both)
    (mistake,) = policy.mistakes
    assert "gate stand at the top and [tool.stagegate] is there too; keep one of them" in str(mistake)
