"""Environments: what the policy declares of each, and what was found when one was looked at."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec

from pytest_stagegate.model.numbers import Count

KIND: Final = "environment"
SCHEMA: Final = "stagegate/environment/1"
PASSED: Final = "passed"
FAILED: Final = "failed"


class Requirement(NamedTuple):
    """A variable that has to be set in the process that runs the tests.

    Attributes:
        name: Its name.
        value: What it has to hold; None where anything will do that is not empty.
    """

    name: str
    value: str | None

    def __str__(self) -> str:
        """Return it as the policy says it."""
        return f"{self.name} is set" if self.value is None else f'{self.name} is "{self.value}"'


class Inquiry(NamedTuple):
    """A question to an environment: is it ready, or are its test data there?

    Attributes:
        name: ``probe``, or the name of a check of test data.
        kind: ``http``, ``tcp``, ``command`` or ``files``.
        target: URL, ``host:port`` or glob; empty for a command.
        command: Program and arguments; empty otherwise.
        limit: Microseconds after which it has failed; 0 for files, which are only counted.
        wanted: HTTP status, or how many files have to be there; 0 otherwise.
        version: Where the answer, as JSON, states the version that runs: a JSON pointer; empty where nobody asks.
    """

    name: str
    kind: str
    target: str = ""
    command: tuple[str, ...] = ()
    limit: int = 0
    wanted: int = 0
    version: str = ""

    @property
    def asked(self) -> str:
        """What is asked, in one line."""
        if self.kind == "http":
            # What stands behind the question mark is often a key.
            return f"GET {self.target.partition('?')[0]}"
        return " ".join(self.command) if self.kind == "command" else f"{self.kind} {self.target}"


class EnvironmentRule(msgspec.Struct, frozen=True):
    """One ``[tool.stagegate.environment.NAME]`` table.

    Attributes:
        name: One of the policy's environments.
        protected: Whether nothing runs against it unless it was asked for by name and its conditions hold.
        stages: Stages that may be decided and run there; empty for every stage.
        require: Variables that have to be set.
        run_by: Who may run; empty for everybody.
        settings: What tests are given of it.
        probe: How to ask whether it is ready, or None.
        data: Checks of its test data.
        sha256: Digest of all of this but the settings: what a report is held against.
        place: Where the table stands.
    """

    name: str
    protected: bool = False
    stages: tuple[str, ...] = ()
    require: tuple[Requirement, ...] = ()
    run_by: tuple[str, ...] = ()
    settings: dict[str, Any] = msgspec.field(default_factory=dict)
    probe: Inquiry | None = None
    data: tuple[Inquiry, ...] = ()
    sha256: str = ""
    place: str = ""

    @property
    def conditional(self) -> bool:
        """Whether it names conditions beside being asked for by name."""
        return bool(self.stages or self.require or self.run_by)

    @property
    def asks(self) -> bool:
        """Whether there is anything that a report on it could say."""
        return self.conditional or self.probe is not None or bool(self.data)


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """One condition of an environment, as it was when a run began.

    Attributes:
        name: ``stage``, ``require NAME`` or ``run_by``.
        held: Whether it held.
        text: What was found, without the value of any variable.
    """

    name: str
    held: bool
    text: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one question to an environment.

    Attributes:
        name: ``probe``, or the name of a check of test data.
        asked: What was asked, in one line: ``GET https://staging.example/health``.
        outcome: ``passed`` or ``failed``.
        us: How long it took, in microseconds.
        text: What was answered, or why there was no answer.
        version: The version that runs, as the answer states it; None where nobody asked, or it states none.
    """

    name: str
    asked: str
    outcome: str
    us: Count
    text: str
    version: str | None = None


class EnvironmentReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was found when an environment was looked at.

    Attributes:
        environment: Its name.
        when: When, RFC 3339, UTC.
        protected: Whether the policy protects it.
        stage: The stage that was to be decided.
        declared_sha256: Digest of what the policy declared of it.
        conditions: Each of its conditions.
        probe: What the readiness probe was told; None where the policy has none.
        data: What became of each check of its test data.
        commit: The commit that was checked out, or None when it is not known.
        dirty: Whether the work tree had changes that are in no commit.
        producer: Who looked: tool and version.
    """

    environment: str
    when: str
    protected: bool
    stage: str
    declared_sha256: str
    conditions: tuple[Condition, ...] = ()
    probe: Answer | None = None
    data: tuple[Answer, ...] = ()
    commit: str | None = None
    dirty: bool = False
    producer: str = ""

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The probe and the checks of test data."""
        return self.data if self.probe is None else (self.probe, *self.data)

    @property
    def failed(self) -> tuple[str, ...]:
        """What of it was not as it has to be, a part of a sentence each."""
        broken = [each.text for each in self.conditions if not each.held]
        return (*broken, *(f"{each.name}: {each.text}" for each in self.answers if each.outcome != PASSED))


class EnvironmentFile(msgspec.Struct, frozen=True, kw_only=True):
    """A report as a file (schema ``stagegate/environment/1``).

    Attributes:
        schema: `SCHEMA`.
        seen: The report.
    """

    schema: str
    seen: EnvironmentReport
