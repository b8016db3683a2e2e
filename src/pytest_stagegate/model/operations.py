"""What a project says of running its release: the texts that people write for the operational documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, Union

import msgspec

if TYPE_CHECKING:
    from pytest_stagegate.model.tally import Tally

DOCUMENTS: Final = ("runbook", "rollout", "rollback", "hand-over")
"""The documents that ask people for texts; the list of known issues is made of the decision alone."""

NO_SUCH_FILE: Final = "there is no such file"
_LEFT_OPEN: Final = re.compile(r"\b(?:TBD|TODO|FIXME)\b")


class TextFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text that stands in a file.

    Attributes:
        file: Path relative to the root, with ``/``.
    """

    file: str


Text = Union[str, TextFile]  # noqa: UP007 - evaluated, and Python 3.10 has to understand it
"""A text of the policy: itself, or where it stands."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step of the rollout.

    Attributes:
        name: For people, for example ``canary``.
        share: Who receives it, for example ``5 %``.
        entry: What has to hold before the step begins.
        exit: What has to hold before the next one.
    """

    name: Text = ""
    share: Text = ""
    entry: Text = ""
    exit: Text = ""


class Rollback(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a release is taken back.

    Attributes:
        trigger: When.
        command: What is run.
        previous: What is gone back to: version and digest, or where they stand.
        data: What becomes of data that the new version has written.
        rehearsed_by: Node id or glob of the test that does it, or empty.
    """

    trigger: Text = ""
    command: Text = ""
    previous: Text = ""
    data: Text = ""
    rehearsed_by: str = ""


class Runbook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How it is run.

    Attributes:
        start: How it is started.
        stop: How it is stopped.
        health: How one sees that it is well.
        common_failures: What fails now and then, and what to do.
    """

    start: Text = ""
    stop: Text = ""
    health: Text = ""
    common_failures: Text = ""


class HandOver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the people on call are told.

    Attributes:
        watch: What to look at after the release, and how long.
        escalation: Whom to call, in which order.
    """

    watch: Text = ""
    escalation: Text = ""


class OperationsPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[tool.stagegate.operations]``.

    Attributes:
        owner: Who answers for the service.
        on_call: How the people on call are reached.
        dashboards: Addresses.
        alerts: Which alerts there are, and where they arrive.
        rollout: The steps, in order.
        rollback: How it is taken back.
        runbook: How it is run.
        hand_over: What the people on call are told.
    """

    owner: Text = ""
    on_call: Text = ""
    dashboards: tuple[str, ...] = ()
    alerts: Text = ""
    rollout: tuple[Step, ...] = ()
    rollback: Rollback = Rollback()
    runbook: Runbook = Runbook()
    hand_over: HandOver = HandOver()

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that it names, sorted, each once."""
        texts = [point.text for document in DOCUMENTS for point in points_of(self, document)]
        return tuple(sorted({text.file for text in texts if isinstance(text, TextFile)}))


class Point(NamedTuple):
    """One thing that a person has to write.

    Attributes:
        key: Key below the policy's table, for example ``rollback.trigger``.
        label: What it is, for people.
        question: What has to be answered.
        text: The answer of the policy; empty where there is none.
    """

    key: str
    label: str
    question: str
    text: Text


_POINTS: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "runbook": (
        ("runbook.start", "Start", "how is it started?"),
        ("runbook.stop", "Stop", "how is it stopped?"),
        ("runbook.health", "Health", "how does one see that it is well?"),
        ("runbook.common_failures", "Common failures", "what fails now and then, and what is done about it?"),
        ("alerts", "Alerts", "which alerts are there, and where do they arrive?"),
    ),
    "rollout": (),
    "rollback": (
        ("rollback.trigger", "Trigger", "what triggers a rollback?"),
        ("rollback.command", "Command", "which command takes the release back?"),
        ("rollback.previous", "Previous version", "which version is gone back to, and where are its files?"),
        ("rollback.data", "Data", "what becomes of data that the new version has written?"),
    ),
    "hand-over": (
        ("owner", "Owner", "who answers for the service?"),
        ("on_call", "On call", "how are the people on call reached?"),
        ("dashboards", "Dashboards", "where does one see how it is doing?"),
        ("alerts", "Alerts", "which alerts are there, and where do they arrive?"),
        ("hand_over.watch", "Watch", "what has to be watched after the release, and how long?"),
        ("hand_over.escalation", "Escalation", "who is called, and in which order?"),
    ),
}
_STEP: Final = (
    ("name", "Name", "what is the step called?"),
    ("share", "Share", "who receives it?"),
    ("entry", "Entry", "what has to hold before the step begins?"),
    ("exit", "Exit", "what has to hold before the next one?"),
)


def points_of(plan: OperationsPlan, document: str) -> tuple[Point, ...]:
    """Return what people have to write for one of `DOCUMENTS`, in the order in which it stands there."""
    if document != "rollout":
        return tuple(Point(*each, _at(plan, each[0])) for each in _POINTS[document])
    if not plan.rollout:
        return (Point("rollout", "Steps", "in which steps does the release reach everybody?", ""),)
    return tuple(
        Point(f"rollout.{number}.{key}", label, question, getattr(step, key))
        for number, step in enumerate(plan.rollout, start=1)
        for key, label, question in _STEP
    )


def _at(plan: OperationsPlan, key: str) -> Text:
    found: object = plan
    for part in key.split("."):
        found = getattr(found, part)
    return "\n".join(f"- {each}" for each in found) if isinstance(found, tuple) else found  # type: ignore[return-value]


class OperationsFile(NamedTuple):
    """One file with a text.

    Attributes:
        path: Relative to the root.
        sha256: Digest of its bytes, or None when they could not be read.
        text: What it holds; empty when it could not be read.
        problem: Why it could not be, or empty.
    """

    path: str
    sha256: str | None
    text: str = ""
    problem: str = ""


class OperationsData(msgspec.Struct, frozen=True):
    """The plan, and the files that it names.

    Attributes:
        plan: The policy's table; an empty one where it has none.
        files: By path.
    """

    plan: OperationsPlan = msgspec.field(default_factory=OperationsPlan)
    files: dict[str, OperationsFile] = msgspec.field(default_factory=dict)

    def written(self, text: Text) -> str:
        """Return what a text says; empty where its file could not be read."""
        if isinstance(text, str):
            return text
        return self.files[text.file].text if text.file in self.files else ""

    def lack(self, text: Text) -> str:
        """Return why a text does not answer its question; empty when it does."""
        if isinstance(text, TextFile):
            file = self.files.get(text.file, OperationsFile(text.file, None, problem="it is no part of the decision"))
            if file.problem:
                return f"{text.file}: {file.problem}"
        written = self.written(text)
        left_open = _LEFT_OPEN.search(written)
        if left_open is not None:
            return f"it still says {left_open[0]}"
        return "" if written.strip() else "nothing is written"


class Operations:
    """What people have written for the operational documents, as a gate reads it.

    Attributes:
        rehearsed_by: Node id or glob of the test that rehearses the rollback; empty where the policy names none.
    """

    def __init__(self, data: OperationsData, tally: Tally) -> None:
        self._data = data
        self._tally = tally
        self.rehearsed_by = data.plan.rollback.rehearsed_by

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return "<operations>"

    def points(self, document: str) -> dict[str, str]:
        """Return for each thing that a person has to write why it is still open; empty for what is written.

        Args:
            document: ``runbook``, ``rollout``, ``rollback`` or ``hand-over``.
        """
        points = points_of(self._data.plan, document)
        self._tally.note(len(points))
        return {point.key: self._data.lack(point.text) for point in points}
