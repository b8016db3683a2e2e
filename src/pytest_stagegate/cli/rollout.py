"""``stagegate rollout``: may the next ring open?"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click
import msgspec

from pytest_stagegate import decide
from pytest_stagegate.cli.check import instant_of
from pytest_stagegate.cli.parts import FILE, FOLDER, coloured, question_of, short
from pytest_stagegate.documents.asking import documents_wanted
from pytest_stagegate.documents.rendering import ignore_folder, remove_written
from pytest_stagegate.documents.rings import plan_lines, plan_markdown, status_lines
from pytest_stagegate.documents.terminal import last_word, section
from pytest_stagegate.documents.wording import plural
from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.finding import sha256_of
from pytest_stagegate.evidence.provenance import subject_of
from pytest_stagegate.keeping.folder import keep
from pytest_stagegate.model.progress import progress, steps_of, under
from pytest_stagegate.model.rings import HALT, KIND, RESUME, SCHEMA, RolloutStep, ring_of
from pytest_stagegate.model.times import parsed, rfc3339
from pytest_stagegate.project import load_project
from pytest_stagegate.rolling import log_step, logged, one_step, step_folder, step_of
from pytest_stagegate.run import decide_on, publish
from pytest_stagegate.verifying.keeping import keep_evidence

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Decision, Subject
    from pytest_stagegate.project import Project
    from pytest_stagegate.run import Decided

DEFAULT_LOG: Final = Path(".stagegate/rollout.jsonl")
_STAGE: Final = "deploy"
_CLOSED: Final = 21
_TOLERANCE: Final = dt.timedelta(minutes=5)


def _named(_context: click.Context, _option: click.Parameter, log: Path) -> Path:
    if not log.suffix:
        raise UsageError(
            f"--log: {log.name} has no ending; {log.name}.jsonl has one, and {log.name} takes the documents"
        )
    return log


_root = click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root.")
_policy = click.option("--policy", type=FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")
_log = click.option(
    "--log", type=FILE, default=DEFAULT_LOG, show_default=True, callback=_named, help="The log of the steps."
)


@click.group(
    "rollout",
    epilog="\b\nExamples:\n  stagegate rollout plan\n  stagegate rollout advance smoke/evidence.jsonl deployed.json",
)
def command() -> None:
    """Release to one ring after the other: may the next one open?

    The rings stand in the policy, [[tool.stagegate.ring]]. Nothing here moves traffic: each step is a decision about
    whether it may be moved, and is recorded.
    """


@command.command("plan", epilog="\b\nExample:\n  stagegate rollout plan")
@_root
@_policy
@click.option("--markdown", is_flag=True, help="Print a table of Markdown.")
def plan(root: Path, policy: Path | None, markdown: bool) -> int:
    """Show the rings, and what each asks."""
    lines = plan_markdown if markdown else plan_lines
    for line in lines(_project(root, policy).policy.rings):
        click.echo(line)
    return 0


@command.command("status", epilog="\b\nExample:\n  stagegate rollout status")
@_root
@_policy
@_log
@click.option("--as-of", metavar="TIME", help="The instant at which it is told [default: now]")
def status(root: Path, policy: Path | None, log: Path, as_of: str | None) -> int:
    """Show which rings are open, for how long they have been, and what comes next."""
    project = _project(root, policy)
    subject, _ = subject_of(project.rootdir, os.environ)
    steps = logged(log)
    counting = under(steps, project.policy.sha256)
    now = progress(project.policy.rings, counting, subject)
    for line in status_lines(now, subject, _instant(as_of)):
        click.echo(line)
    if others := len(steps_of(steps, subject)) - len(steps_of(counting, subject)):
        click.echo(f"under another policy, and of no account: {plural(others, 'step')} of this version")
    return 0


@command.command(
    "advance", epilog="\b\nExample:\n  stagegate rollout advance .stagegate/evidence.jsonl production.deployment.json"
)
@click.argument("evidence", nargs=-1)
@_root
@_policy
@_log
@click.option("--as-of", metavar="TIME", help="When the step is taken, and ages are judged [default: now]")
@click.option("--out", type=FOLDER, help="Output folder [default: .stagegate/rollout/NUMBER, beside the log]")
@click.option("--strict", is_flag=True, help="Let a plain GO alone open it; end with 20 for CONDITIONAL.")
@click.option("-q", "--quiet", is_flag=True, help="Show only what fell short and the decision.")
def advance(
    evidence: tuple[str, ...],
    root: Path,
    policy: Path | None,
    log: Path,
    as_of: str | None,
    out: Path | None,
    strict: bool,
    quiet: bool,
) -> int:
    """Decide whether the next ring may open, and record the step.

    EVIDENCE is what `stagegate check` takes. The gates that are asked are those that the rings name: `exit` of the ring
    that is open, `enter` of the next one, and the gate `rollout`. Behind the last ring the release is complete.

    Only a decision that is GO or CONDITIONAL, and not provisional, opens the ring; with --strict GO alone. Ends with 0
    where it is open, and like `stagegate check` with 20 or 21 where it stays closed.
    """
    project = _project(root, policy)
    instant = _instant(as_of)
    if instant > _now() + _TOLERANCE:
        raise UsageError(f"--as-of: {as_of} is still to come, and no ring has soaked until then")
    with one_step(log, own=log == DEFAULT_LOG):
        subject, _ = subject_of(project.rootdir, os.environ)
        steps = logged(log)
        now = progress(project.policy.rings, under(steps, project.policy.sha256), subject)
        if not now.next:
            raise UsageError(f"the rollout of {subject.name} is complete since {now.completed}")
        folder = (out or step_folder(log, len(steps) + 1)).resolve()
        try:
            decided = _decided(project, evidence, now.next, instant, log, folder)
        except OSError as error:
            raise EvidenceError(f"the documents can't be written: {error.strerror}: {error.filename}") from error
        decision = decided.decision
        written = rfc3339(_now()) if as_of is not None else ""
        step = step_of(decision, sha256_of(folder / "decision.json") or "")
        step = msgspec.structs.replace(step, written=written, strict=strict)
        log_step(log, step)
    for text in section(decided.view, verbosity=-1 if quiet else 0):
        coloured(text)
    if not quiet:
        click.echo(f"wrote {short(folder)} and {short(log.resolve())}")
    coloured(last_word(decided.view, ""))
    why = f": {', '.join(step.idle)} judged nothing" if step.idle else ""
    opened = "is open" if step.opened else f"stays closed{why}"
    click.echo("The release is complete." if step.opened and now.next == "complete" else f"{now.next} {opened}.")
    ended = decide.exit_status(decision.decision, provisional=bool(decision.provisional), strict=strict)
    # Whoever moves traffic looks at nothing else: 0 has to mean that the ring is open.
    return ended if ended or step.opened else _CLOSED


@command.command(
    "halt", epilog="\b\nExample:\n  stagegate rollout halt --by Dana --reason 'errors in the mail service'"
)
@_root
@_policy
@_log
@click.option("--by", metavar="NAME", required=True, help="Who halts it.")
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
def halt(root: Path, policy: Path | None, log: Path, by: str, reason: str) -> int:
    """Halt the rollout of this version: no ring opens until somebody resumes it."""
    return _say(root, policy, log, HALT, by, reason)


@command.command("resume", epilog="\b\nExample:\n  stagegate rollout resume --by Dana --reason 'mended'")
@_root
@_policy
@_log
@click.option("--by", metavar="NAME", required=True, help="Who resumes it.")
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
def resume(root: Path, policy: Path | None, log: Path, by: str, reason: str) -> int:
    """Let the rollout of this version go on."""
    return _say(root, policy, log, RESUME, by, reason)


def _decided(
    project: Project, evidence: tuple[str, ...], opens: str, instant: dt.datetime, log: Path, folder: Path
) -> Decided:
    """Decide about a step, and write its documents."""
    remove_written(folder)
    ignore_folder(folder)
    given = evidence
    if log.exists():
        # The log goes on; that the step can be verified, it keeps the log as it found it.
        found = folder / log.name
        write_whole(found, log.read_bytes())
        given = (*evidence, f"{found},format=rollout")
    asked = question_of(project, given, _STAGE, ring_of(project.policy.rings, opens).environment, instant, opens)
    decided = decide_on(project, asked, wanted=documents_wanted("--report", (), Path()), out=folder)
    _refuse_logs(decided.decision)
    publish(decided, folder)
    # The next ring's evidence often has the same names.
    keep_evidence(decided.decision, folder, project.rootdir, [each.path for each in asked.given])
    keep(decided.decision, decided.view.digest, decided.tests, folder)
    return decided


def _refuse_logs(decision: Decision) -> None:
    """Refuse a second log of the rollout among the evidence: two would be joined."""
    logs = [each.source for each in decision.evidence if each.kind == KIND]
    if len(logs) > 1:
        raise UsageError(f"{' and '.join(logs)} are logs of a rollout; --log names the one that counts")


def _say(root: Path, policy: Path | None, log: Path, step: Literal["halt", "resume"], by: str, reason: str) -> int:
    project = _project(root, policy)
    subject: Subject = subject_of(project.rootdir, os.environ)[0]
    if subject.commit is None:
        raise UsageError(
            "nobody knows which commit is rolled out here: there is no repository, and no STAGEGATE_COMMIT"
        )
    for option, text in (("--by", by), ("--reason", reason)):
        if not text.strip() or not text.isprintable():
            raise UsageError(f"{option} has to be one line of text")
    with one_step(log, own=log == DEFAULT_LOG):
        # The order of the lines counts: a clock that is behind must not keep anybody from halting.
        at = max([_now(), *(parsed(each.at) for each in logged(log)[-1:])])
        said = RolloutStep(
            schema=SCHEMA,
            step=step,
            at=rfc3339(at),
            version=subject.version,
            commit=subject.commit,
            by=" ".join(by.split()),
            reason=" ".join(reason.split()),
        )
        log_step(log, said)
    click.echo(f"the rollout of {subject.name} {subject.version or ''} is {'halted' if step == HALT else 'resumed'}")
    return 0


def _project(root: Path, policy: Path | None) -> Project:
    project = load_project(root.resolve(), policy)
    if not project.policy.rings:
        raise UsageError("the policy has no rings: no [[tool.stagegate.ring]]")
    if _STAGE not in project.policy.stages:
        raise UsageError(f"a rollout is decided at the stage {_STAGE}, which the policy does not have")
    return project


def _instant(written: str | None) -> dt.datetime:
    instant = instant_of(written)
    if instant is None:
        raise UsageError("--as-of: write a time, for example 2026-11-20T09:00:00Z: a step is of no one run")
    return instant


def _now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc)
