from __future__ import annotations

import re
from typing import Any

import pytest

from pytest_stagegate.errors import UsageError
from pytest_stagegate.model.links import Link
from pytest_stagegate.model.tags import Tag, TagRule
from pytest_stagegate.policy.model import DEFAULT_STAGES
from pytest_stagegate.tagging import MarkUse, Said, Selection, TagLevel, TagMistake, Vocabulary, selection

OURS = Vocabulary(DEFAULT_STAGES, ("dev", "staging", "production"), "test")
UP_TO_TEST = ["plan", "code", "build", "test"]


def stage(*names: Any, **named: Any) -> MarkUse:
    return MarkUse("stage", names, named)


def environment(*names: Any, **named: Any) -> MarkUse:
    return MarkUse("environment", names, named)


def read(*marks: MarkUse, kind: str = "function") -> Said:
    return OURS.read(TagLevel(kind, marks))


def with_rules(*rules: TagRule) -> Vocabulary:
    return Vocabulary(OURS.stages, OURS.environments, "test", rules)


def rule(path: str, stage: str | None = None, *environments: str) -> TagRule:
    return TagRule(path, stage, environments, "pyproject.toml:1")


def test_a_mark_names_a_stage() -> None:
    assert read(stage("deploy")) == Said("deploy", None)


def test_a_mark_may_name_its_stage_by_keyword() -> None:
    assert read(stage(name="deploy")) == Said("deploy", None)


def test_marks_name_environments() -> None:
    marks = (environment("staging", "dev"), environment("dev", "production"))
    assert read(*marks) == Said(None, ("staging", "dev", "production"))


def test_other_marks_say_nothing() -> None:
    assert read(MarkUse("slow", ("deploy",), {})) == Said(None, None)


def test_the_same_stage_twice_at_one_level_is_no_mistake() -> None:
    assert read(stage("deploy"), stage("deploy")).stage == "deploy"


@pytest.mark.parametrize("kind", ["parameter", "function", "class TestA", "module"])
def test_two_stages_at_one_level_are_a_mistake(kind: str) -> None:
    with pytest.raises(TagMistake) as caught:
        read(stage("deploy"), stage("code"), kind=kind)
    assert str(caught.value) == f"two stages on the same {kind}: 'deploy' and 'code'; keep one of them"


@pytest.mark.parametrize(
    ("mark", "sentence"),
    [
        (stage("deploi"), "unknown stage 'deploi'; did you mean 'deploy'?"),
        (stage("x"), f"unknown stage 'x'; known: {', '.join(sorted(DEFAULT_STAGES))}"),
        (stage("code", "test"), "a stage mark names one stage, not 2; write one name"),
        (stage(), """the mark 'stage' takes names as texts; write for example @pytest.mark.stage("deploy")"""),
        (stage(3), """the mark 'stage' takes names as texts; write for example @pytest.mark.stage("deploy")"""),
        (stage(at="code"), """the mark 'stage' takes names as texts; write for example @pytest.mark.stage("deploy")"""),
        (environment("prodution"), "unknown environment 'prodution'; did you mean 'production'?"),
        (
            environment(),
            """the mark 'environment' takes names as texts; write for example @pytest.mark.environment("staging")""",
        ),
    ],
)
def test_a_wrong_mark_is_a_mistake_that_says_what_would_be_right(mark: MarkUse, sentence: str) -> None:
    with pytest.raises(TagMistake) as caught:
        read(mark)
    assert str(caught.value) == sentence


def test_an_environment_mark_without_declared_environments_is_a_mistake() -> None:
    bare = Vocabulary(DEFAULT_STAGES, (), "test")
    with pytest.raises(TagMistake, match=r"^unknown environment 'dev'; none is declared$"):
        bare.read(TagLevel("function", [environment("dev")]))


def test_the_nearest_level_wins() -> None:
    assert OURS.tag([Said("deploy", None), Said("code", None)]) == Tag("deploy", (), True)


def test_a_level_that_says_nothing_leaves_the_word_to_the_next() -> None:
    assert OURS.tag([Said(None, None), Said("code", ("dev",))]) == Tag("code", ("dev",), True)


def test_stage_and_environments_are_replaced_separately() -> None:
    assert OURS.tag([Said("deploy", None), Said("code", ("dev",))]) == Tag("deploy", ("dev",), True)
    assert OURS.tag([Said(None, ("staging",)), Said("code", ("dev",))]) == Tag("code", ("staging",), True)


def test_a_nearer_mark_replaces_all_environments() -> None:
    said = [Said(None, ("staging",)), Said(None, ("dev", "production"))]
    assert OURS.tag(said).environments == ("staging",)


def test_a_test_that_nothing_tags_belongs_to_the_default_stage() -> None:
    assert OURS.tag([]) == Tag("test", (), False)


def test_environments_alone_do_not_make_a_test_tagged() -> None:
    assert OURS.tag([Said(None, ("dev",))]) == Tag("test", ("dev",), False)


def test_the_last_path_rule_that_matches_wins() -> None:
    rules = with_rules(rule("tests", "code"), rule("tests/smoke/**", "deploy"), rule("docs", "plan"))
    assert rules.from_path("tests/smoke/test_a.py").stage == "deploy"
    assert rules.from_path("tests/test_a.py").stage == "code"


def test_path_rules_replace_stage_and_environments_separately() -> None:
    rules = with_rules(rule("tests", "code", "dev"), rule("tests/smoke", None, "staging"), rule("tests/a", "deploy"))
    assert rules.from_path("tests/smoke/test_a.py") == Said("code", ("staging",))
    assert rules.from_path("tests/a/test_a.py") == Said("deploy", ("dev",))


def test_a_path_without_a_rule_says_nothing() -> None:
    assert with_rules(rule("tests/smoke", "deploy")).from_path("tests/test_a.py") == Said(None, None)


def select(
    at: str | None = None, mode: str | None = None, place: str | None = None, default: str | None = None
) -> Selection:
    return selection(OURS, at=at, select=mode, environment=place, default_environment=default)


def stages_of(chosen: Selection) -> list[str]:
    return [name for name in DEFAULT_STAGES if name in chosen.stages]


@pytest.mark.parametrize(
    ("at", "stages"),
    [
        (None, list(DEFAULT_STAGES)),
        ("plan", UP_TO_TEST),
        ("code", UP_TO_TEST),
        ("build", UP_TO_TEST),
        ("test", UP_TO_TEST),
        ("release", [*UP_TO_TEST, "release"]),
        ("deploy", ["deploy"]),
        ("manage", ["manage"]),
        ("monitor", ["monitor"]),
    ],
)
def test_which_stages_run_when_nothing_is_selected(at: str | None, stages: list[str]) -> None:
    assert stages_of(select(at)) == stages


@pytest.mark.parametrize("at", DEFAULT_STAGES)
def test_only_runs_the_stage_itself(at: str) -> None:
    assert stages_of(select(at, "only")) == [at]


@pytest.mark.parametrize("at", DEFAULT_STAGES)
def test_upto_runs_the_stage_and_all_earlier_ones(at: str) -> None:
    assert stages_of(select(at, "upto")) == list(DEFAULT_STAGES[: DEFAULT_STAGES.index(at) + 1])


@pytest.mark.parametrize("at", DEFAULT_STAGES)
def test_all_runs_every_stage(at: str) -> None:
    assert stages_of(select(at, "all")) == list(DEFAULT_STAGES)


@pytest.mark.parametrize(("mode", "stages"), [("only", ["test"]), ("upto", UP_TO_TEST)])
def test_without_a_stage_the_default_stage_is_decided(mode: str, stages: list[str]) -> None:
    chosen = select(None, mode)
    assert (chosen.at, stages_of(chosen)) == ("test", stages)


@pytest.mark.parametrize(
    ("at", "stages"),
    [
        ("draft", ["draft", "check"]),
        ("check", ["draft", "check"]),
        ("ship", ["draft", "check", "ship"]),
        ("run", ["run"]),
    ],
)
def test_a_vocabulary_of_the_project_s_own_is_selected_likewise(at: str, stages: list[str]) -> None:
    own = Vocabulary(("draft", "check", "ship", "run"), (), "check")
    chosen = selection(own, at=at, select=None, environment=None, default_environment=None)
    assert chosen.stages == set(stages)


@pytest.mark.parametrize(
    ("place", "default", "bound_to", "runs"),
    [
        (None, None, (), True),
        (None, None, ("dev",), False),
        (None, "dev", ("dev", "staging"), True),
        (None, "dev", ("staging",), False),
        ("staging", "dev", ("staging",), True),
        ("staging", "dev", ("dev",), False),
        ("staging", None, (), True),
    ],
)
def test_tests_bound_to_environments(
    place: str | None, default: str | None, bound_to: tuple[str, ...], runs: bool
) -> None:
    assert select(None, None, place, default).keeps(Tag("test", bound_to)) is runs


def test_a_test_of_another_stage_is_left_out() -> None:
    assert not select("deploy").keeps(Tag("test"))


@pytest.mark.parametrize(
    ("at", "place", "sentence"),
    [
        ("tset", None, "--stage-gate-at: unknown stage 'tset'; did you mean 'test'?"),
        (None, "prodution", "--stage-gate-env: unknown environment 'prodution'; did you mean 'production'?"),
        (None, "x", "--stage-gate-env: unknown environment 'x'; known: dev, production, staging"),
    ],
)
def test_a_name_that_is_not_declared_is_a_usage_error(at: str | None, place: str | None, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        select(at, None, place)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("mark", "links"),
    [
        (MarkUse("feature", ("checkout", "gifts"), {}), (Link("feature", "checkout"), Link("feature", "gifts"))),
        (MarkUse("feature", ("checkout",), {"variant": "on"}), (Link("feature", "checkout=on"),)),
        (MarkUse("drill", ("restore",), {}), (Link("drill", "restore"),)),
        (MarkUse("requirement", ("A=1",), {}), (Link("requirement", "A=1"),)),
    ],
)
def test_marks_link_a_test(mark: MarkUse, links: tuple[Link, ...]) -> None:
    assert read(mark).links == links


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        (
            MarkUse("feature", (), {}),
            'takes names as texts; write for example @pytest.mark.feature("checkout", variant=',
        ),
        (MarkUse("drill", (), {}), 'takes names as texts; write for example @pytest.mark.drill("restore")'),
        (MarkUse("drill", ("restore",), {"variant": "on"}), "the mark 'drill' takes names as texts"),
        (MarkUse("feature", ("checkout=on",), {}), "and without =; 'checkout=on' is none"),
        (MarkUse("feature", ("checkout",), {"variant": True}), "the variant of a feature is a short text, not True"),
        (MarkUse("feature", ("checkout",), {"variant": ""}), "the variant of a feature is a short text, not ''"),
        (MarkUse("drill", (7,), {}), "the kind of a drill is one line of 1 to 200 characters"),
    ],
)
def test_a_mark_that_links_to_nothing_is_a_mistake(mark: MarkUse, told: str) -> None:
    with pytest.raises(TagMistake, match=re.escape(told)):
        read(mark)
