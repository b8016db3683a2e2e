"""Who may run against an environment, and with which variables."""

from __future__ import annotations

import os
import sys

import pytest

from pytest_stagegate.errors import UsageError
from pytest_stagegate.model.environments import EnvironmentRule, Requirement
from pytest_stagegate.permitting import Person, conditions_of, permit, person_of
from pytest_stagegate.policy.finding import NO_FILE
from pytest_stagegate.policy.model import Policy


@pytest.mark.parametrize(
    ("environ", "person"),
    [
        (
            {"GITHUB_ACTIONS": "true", "GITHUB_TRIGGERING_ACTOR": "eve", "GITHUB_ACTOR": "dana"},
            Person("eve", "GITHUB_TRIGGERING_ACTOR"),
        ),
        ({"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "dana"}, Person("dana", "GITHUB_ACTOR")),
        ({"GITLAB_CI": "true", "GITLAB_USER_LOGIN": "dana"}, Person("dana", "GITLAB_USER_LOGIN")),
        ({"TF_BUILD": "True", "BUILD_REQUESTEDFOR": "Dana Doe"}, Person("Dana Doe", "BUILD_REQUESTEDFOR")),
        ({"CIRCLECI": "true", "CIRCLE_USERNAME": "dana"}, Person("dana", "CIRCLE_USERNAME")),
        ({"JENKINS_URL": "https://ci", "BUILD_USER_ID": "dana"}, Person("dana", "BUILD_USER_ID")),
        ({"JENKINS_URL": "https://ci"}, Person("", "BUILD_USER_ID")),
    ],
)
def test_the_person_is_the_one_that_the_ci_names(environ: dict[str, str], person: Person) -> None:
    assert person_of(environ) == person


@pytest.mark.skipif(sys.platform == "win32", reason="users have numbers on POSIX only")
def test_elsewhere_it_is_the_user_of_the_process_whatever_variables_say() -> None:
    import pwd

    said = {"USER": "dana", "LOGNAME": "dana", "GITHUB_ACTOR": "dana"}
    assert person_of(said) == Person(pwd.getpwuid(os.getuid()).pw_name, "login name")


def held(rule: EnvironmentRule, stage: str = "deploy", **environ: str) -> dict[str, tuple[bool, str]]:
    return {each.name: (each.held, each.text) for each in conditions_of(rule, stage, environ)}


def test_a_variable_is_told_without_its_value() -> None:
    rule = EnvironmentRule("eu", require=(Requirement("REGION", "eu"), Requirement("TOKEN", None)))
    assert held(rule, REGION="eu", TOKEN="s3cret") == {
        "require REGION": (True, 'REGION is "eu"'),
        "require TOKEN": (True, "TOKEN is set"),
    }
    assert held(rule, REGION="us-1", TOKEN="") == {
        "require REGION": (False, 'the variable REGION has another value, and has to be "eu"'),
        "require TOKEN": (False, "the variable TOKEN is not set"),
    }


def test_nobody_known_may_not_run() -> None:
    rule = EnvironmentRule("eu", run_by=("dana",))
    told = held(rule, JENKINS_URL="https://ci")["run_by"]
    assert told == (False, "nobody knows who runs this (BUILD_USER_ID says nothing); allowed: dana")


def with_rule(**more: object) -> Policy:
    rule = EnvironmentRule("eu", require=(Requirement("TOKEN", None),), **more)  # type: ignore[arg-type]
    return Policy(layers=(NO_FILE,), content="{}", sha256="", shape_sha256="", environment_rules=(rule,))


def test_an_open_environment_is_run_against_whatever_holds() -> None:
    assert [each.held for each in permit(with_rule(), "eu", "deploy", {})] == [False]


def test_a_protected_one_is_not() -> None:
    with pytest.raises(UsageError, match="the environment eu is protected, and a condition doesn't hold"):
        permit(with_rule(protected=True), "eu", "deploy", {})


def test_of_other_environments_nothing_is_asked() -> None:
    assert permit(with_rule(protected=True), None, "deploy", {}) == ()
    assert permit(with_rule(protected=True), "us", "deploy", {}) == ()
