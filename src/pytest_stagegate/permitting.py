"""May something run against an environment: do its conditions hold, and what does it answer?"""

from __future__ import annotations

import datetime as dt
import getpass
import os
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from pytest_stagegate import __version__
from pytest_stagegate.errors import UsageError
from pytest_stagegate.evidence.tools import environ_of_tools
from pytest_stagegate.model.decision import Subject
from pytest_stagegate.model.environments import Condition, EnvironmentReport
from pytest_stagegate.model.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_stagegate.model.environments import EnvironmentRule, Requirement
    from pytest_stagegate.policy.model import Policy
    from pytest_stagegate.project import Project

_ACTORS: Final = (
    ("GITHUB_ACTIONS", ("GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR")),
    ("GITLAB_CI", ("GITLAB_USER_LOGIN",)),
    ("TF_BUILD", ("BUILD_REQUESTEDFOR",)),
    ("CIRCLECI", ("CIRCLE_USERNAME",)),
    ("JENKINS_URL", ("BUILD_USER_ID",)),
)
"""How a CI says that it is there, and in which variables it names the person; whoever runs again counts first."""


class Person(NamedTuple):
    """Who runs.

    Attributes:
        name: Login name, or empty when it is not known.
        source: The variable that says so, or ``login name``.
    """

    name: str
    source: str


class Looking(NamedTuple):
    """Who looks at an environment, and for which decision.

    Attributes:
        stage: The stage that is to be decided.
        conditions: The conditions of the environment, as they were when that began.
        subject: The project as its work tree is.
    """

    stage: str
    conditions: tuple[Condition, ...]
    subject: Subject


class NotPermittedError(UsageError):
    """A protected environment was asked for, and not all of its conditions hold; nothing was done."""


def person_of(environ: Mapping[str, str]) -> Person:
    """Return who runs: the person that the CI names, elsewhere the login name of the process."""
    for present, actors in _ACTORS:
        if environ.get(present):
            said = next((name for name in actors if environ.get(name)), actors[0])
            return Person(environ.get(said, "").strip(), said)
    return Person(_login_name(), "login name")


def _login_name() -> str:
    """Return the name that the system has for the user of this process; variables that anybody sets don't count."""
    try:
        if sys.platform == "win32":
            return getpass.getuser()
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (KeyError, OSError, ImportError):
        return ""


def conditions_of(rule: EnvironmentRule, stage: str, environ: Mapping[str, str]) -> tuple[Condition, ...]:
    """Return each condition of an environment, and whether it holds now.

    Args:
        rule: What is declared of it.
        stage: The stage that is to be decided.
        environ: Environment variables of the process.
    """
    return tuple(_conditions(rule, stage, environ))


def _conditions(rule: EnvironmentRule, stage: str, environ: Mapping[str, str]) -> Iterator[Condition]:
    if rule.stages:
        held = stage in rule.stages
        text = f"the stage {stage} is {'one' if held else 'none'} of {', '.join(rule.stages)}"
        yield Condition(name="stage", held=held, text=text)
    yield from (_variable(each, environ) for each in rule.require)
    if rule.run_by:
        yield _run_by(rule, person_of(environ))


def _variable(required: Requirement, environ: Mapping[str, str]) -> Condition:
    value = environ.get(required.name, "")
    held = value == required.value if required.value is not None else bool(value)
    asked = f', and has to be "{required.value}"' if required.value is not None else ""
    found = "is not set" if not value else "has another value"
    text = str(required) if held else f"the variable {required.name} {found}{asked}"
    return Condition(name=f"require {required.name}", held=held, text=text)


def _run_by(rule: EnvironmentRule, person: Person) -> Condition:
    held = person.name in rule.run_by
    if not person.name:
        text = f"nobody knows who runs this ({person.source} says nothing); allowed: {', '.join(rule.run_by)}"
    elif held:
        text = f"{person.name} may run it ({person.source})"
    else:
        text = f"{person.name!r} may not run it ({person.source}); allowed: {', '.join(rule.run_by)}"
    return Condition(name="run_by", held=held, text=text)


_IN_CONFIGURATION: Final = Condition(
    name="by name", held=False, text="only the project's configuration asks for it, in every run"
)


def permit(
    policy: Policy, environment: str | None, stage: str, environ: Mapping[str, str], *, by_name: bool = True
) -> tuple[Condition, ...]:
    """Return the conditions of the environment that something is about to run against.

    Args:
        policy: The policy.
        environment: Its name, as it was asked for, or None.
        stage: The stage that is to be decided.
        environ: Environment variables of the process.
        by_name: Whether somebody named it for this run.

    Raises:
        NotPermittedError: When it is protected and a condition doesn't hold, or when it is not for that stage.
    """
    rule = policy.environment(environment)
    if rule is None:
        return ()
    conditions = conditions_of(rule, stage, environ)
    asked = () if by_name else (_IN_CONFIGURATION,)
    broken = [each for each in (*asked, *conditions) if not each.held and (rule.protected or each.name == "stage")]
    if broken:
        listed = "".join(f"\n  {each.name}: {each.text}; {_remedy(each, rule)}" for each in broken)
        count = "a condition doesn't" if len(broken) == 1 else f"{len(broken)} conditions don't"
        kind = "is protected, and " if rule.protected else ""
        text = f"stagegate: the environment {rule.name} {kind}{count} hold, so nothing was run ({rule.place}){listed}"
        raise NotPermittedError(text, code="not-permitted")
    return conditions


def refuse_contradiction(policy: Policy, stage: str, environment: str | None) -> None:
    """Refuse to decide a stage at an environment that is not for it.

    Raises:
        UsageError: There.
    """
    rule = policy.environment(environment)
    if rule is not None and rule.stages and stage not in rule.stages:
        stages = ", ".join(rule.stages)
        text = f"the stage {stage} can't be decided at {rule.name}, which is for {stages} ({rule.place})"
        raise UsageError(text)


def look_at(project: Project, rule: EnvironmentRule, looking: Looking) -> EnvironmentReport:
    """Ask an environment everything that the policy wants to know of it.

    Args:
        project: The project, in whose root commands run.
        rule: What is declared of the environment.
        looking: Who looks, and for which decision.
    """
    from pytest_stagegate.evidence.probing import Asker

    secrets = [os.environ.get(each.name, "") for each in rule.require if each.value is None]
    asker = Asker(project.rootdir, environ_of_tools(os.environ, project.rootdir), secrets)
    return EnvironmentReport(
        environment=rule.name,
        when=rfc3339(dt.datetime.now(dt.timezone.utc)),
        protected=rule.protected,
        stage=looking.stage,
        declared_sha256=rule.sha256,
        conditions=looking.conditions,
        probe=asker.ask(rule.probe) if rule.probe is not None else None,
        data=tuple(asker.ask(each) for each in rule.data),
        commit=looking.subject.commit,
        dirty=bool(looking.subject.dirty),
        producer=f"pytest-stagegate {__version__}",
    )


def _remedy(condition: Condition, rule: EnvironmentRule) -> str:
    if condition.name == "stage":
        return f"decide one of these with it: {', '.join(rule.stages)}"
    if condition == _IN_CONFIGURATION:
        return "name it on the command line"
    if condition.name == "run_by":
        return "let one of them run it"
    return "set it where this may run, which is mostly a job of the CI"
