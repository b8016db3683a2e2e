"""``stagegate sign-off``: say of a decision that it may go, or that it may not, and sign that."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import msgspec

from pytest_stagegate.basis import basis_of
from pytest_stagegate.cli.parts import FILE, FOLDER, LAST_DECISION, SIGN_OFFS, known, short
from pytest_stagegate.documents.view import view
from pytest_stagegate.documents.wording import clean, wrapped
from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.git import GitError, git
from pytest_stagegate.evidence.readers.sign_off import is_name, signature_path
from pytest_stagegate.evidence.signatures import sign
from pytest_stagegate.model.decision import Decision
from pytest_stagegate.model.sign_offs import SCHEMA, Overriding, SignOffRecord, canonical
from pytest_stagegate.model.times import rfc3339
from pytest_stagegate.project import load_project

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_stagegate.project import Project

_DAY: Final = click.DateTime(["%Y-%m-%d"])
_LONGEST: Final = 2000
_BESIDE_NAMES: Final = re.compile(r"[^\w.@+-]", re.ASCII)
_USUAL_KEY: Final = "~/.ssh/id_ed25519"


@click.command(
    "sign-off",
    epilog="\b\nExamples:\n  stagegate sign-off --role qa --comment 'tried it by hand'"
    "\n  stagegate sign-off --role qa --reject --comment 'prices are wrong'"
    "\n  stagegate sign-off --role release-manager --override --reason 'hotfix' --expires 2026-12-01",
)
@click.option("--role", metavar="ROLE", required=True, help="As what you sign; one that the policy asks for.")
@click.option("--decision", "source", type=FILE, default=Path(LAST_DECISION), show_default=True, help="What you sign.")
@click.option("--as", "person", metavar="PERSON", help="Who you are [default: git's user.email]")
@click.option("--key", metavar="FILE", help=f"The SSH key [default: git's user.signingkey, else {_USUAL_KEY}]")
@click.option("--reject", is_flag=True, help="Say no.")
@click.option("--comment", metavar="TEXT", default="", help="Your own words.")
@click.option("--out", type=FOLDER, default=Path(SIGN_OFFS), show_default=True, help="Folder to write into.")
@click.option("--unsigned", is_flag=True, help="Write it without a signature: recorded, not authenticated.")
@click.option("--override", is_flag=True, help="Go over a NO GO, where the policy allows it.")
@click.option("--reason", metavar="TEXT", help="Why; with --override.")
@click.option("--expires", type=_DAY, metavar="YYYY-MM-DD", help="The last day on which it holds; with --override.")
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root.")
@click.option("--policy", type=FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")
def command(
    role: str,
    source: Path,
    person: str | None,
    key: str | None,
    reject: bool,
    comment: str,
    out: Path,
    unsigned: bool,
    override: bool,
    reason: str | None,
    expires: dt.datetime | None,
    root: Path,
    policy: Path | None,
) -> int:
    """Say of a decision that it may go, bound to what was decided upon, and sign that with an SSH key.

    Writes OUT/ROLE-PERSON-BASIS.json and beside it its signature. `stagegate check` with the same evidence and these
    files then counts you. A change of the evidence, the policy or what a gate finds needs a new word of yours.
    """
    project = load_project(root.resolve(), policy)
    content, decision = _read(source)
    known("--role", role, _roles(project, override=override))
    over = _overriding(project, reason, expires, override=override, refused=reject or unsigned)
    who = person or _from_git(root, "user.email")
    _refuse_words(role, who, comment)
    record = SignOffRecord(
        schema=SCHEMA,
        basis=decision.basis,
        decision_sha256=hashlib.sha256(content).hexdigest(),
        decision=decision.decision.value,
        project=decision.subject.name,
        version=decision.subject.version,
        commit=decision.subject.commit,
        stage=decision.stage,
        environment=decision.environment,
        role=role,
        person=who,
        at=rfc3339(dt.datetime.now(dt.timezone.utc)),
        answer="reject" if reject else "approve",
        comment=comment,
        override=over,
    )
    for line in _told(record, decision):
        click.echo(line)
    signature = None if unsigned else sign(canonical(record), key or _usual_key(root))
    _write(out / _name(record), canonical(record), signature)
    return 0


def _read(path: Path) -> tuple[bytes, Decision]:
    """Return a decision that can be signed, and the bytes of its file.

    Raises:
        EvidenceError: When it can't be read.
        UsageError: When nobody can sign it.
    """
    try:
        content = path.read_bytes()
        decision = msgspec.json.decode(content, type=Decision)
    except OSError as error:
        raise EvidenceError(f"{path}: can't be read: {error.strerror}", code="missing") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EvidenceError(f"{path}: this is no decision: {error}") from error
    if decision.basis != basis_of(decision):
        raise EvidenceError(
            f"{path}: its basis is not that of its content: it was changed, or an older version made it"
        )
    if decision.provisional:
        why = clean(" ".join(note.text for note in decision.provisional))
        raise UsageError(f"{path}: this decision is provisional, so nobody can sign it. {why}")
    return content, decision


def _roles(project: Project, *, override: bool) -> Iterable[str]:
    rule = project.policy.override
    allowed = rule.roles if rule is not None else ()
    reading = [each.options for each in project.bound if each.gate.reads_sign_offs]
    asked = [role for options in reading for role in getattr(options, "roles", ())]
    return allowed if override else dict.fromkeys((*asked, *allowed))


def _overriding(
    project: Project, reason: str | None, expires: dt.datetime | None, *, override: bool, refused: bool
) -> Overriding | None:
    rule = project.policy.override
    if not override:
        if reason is not None or expires is not None:
            raise UsageError("--reason and --expires belong to --override")
        return None
    if rule is None:
        raise UsageError("--override: the policy has no table [tool.stagegate.override], so nobody may go over a NO GO")
    if refused:
        raise UsageError("--override: goes neither with --reject nor with --unsigned")
    if not reason or not reason.strip() or not reason.isprintable() or len(reason) > _LONGEST or expires is None:
        raise UsageError("--override: needs --reason, a line of text, and --expires")
    last, today = expires.date(), dt.datetime.now(dt.timezone.utc).date()
    if not today <= last <= today + dt.timedelta(days=rule.max_days):
        furthest = (today + dt.timedelta(days=rule.max_days)).isoformat()
        raise UsageError(f"--expires: the policy allows {rule.max_days} days, so today or later, at most {furthest}")
    return Overriding(reason=reason.strip(), expires=last.isoformat())


def _refuse_words(role: str, person: str, comment: str) -> None:
    if not person:
        raise UsageError("--as: git has no user.email here; say who you are")
    for option, name in (("--role", role), ("--as", person)):
        if not is_name(name):
            raise UsageError(f"{option}: has to be one word that begins with no '-', not {name!r}")
    if len(comment) > _LONGEST or not all(char.isprintable() or char == "\n" for char in comment):
        raise UsageError(f"--comment: has to be text of at most {_LONGEST} characters")


def _told(record: SignOffRecord, decision: Decision) -> Iterable[str]:
    """Yield what somebody puts their name to, before they do."""
    columns = 100
    shown = view(decision, record.decision_sha256)
    where = f" in {record.environment}" if record.environment else ""
    yield from wrapped("project:  ", f"{record.project}, version {record.version or 'not stated'}", columns)
    yield from wrapped("commit:   ", record.commit or "unknown", columns)
    yield from wrapped("decision: ", f"{shown.sign} {shown.word} at {record.stage}{where}", columns)
    for blocker in shown.blockers:
        yield from wrapped("          ", f"{blocker.sign} {blocker.name}: {blocker.text}", columns)
    yield f"basis:    {record.basis}"
    what = "reject" if record.answer == "reject" else "go over the NO GO" if record.override else "approve"
    yield from wrapped("answer:   ", f"{what}, as {record.role}: {record.person}", columns)


def _from_git(root: Path, name: str) -> str:
    try:
        return git(root, "config", "--get", name).decode("utf-8", "replace").strip()
    except GitError:
        return ""


def _usual_key(root: Path) -> str:
    own = _from_git(root, "user.signingkey") if _from_git(root, "gpg.format") == "ssh" else ""
    return own or _USUAL_KEY


def _name(record: SignOffRecord) -> str:
    """Return the name of the file: one word of one person in one role on one basis."""
    kind = "-override" if record.override is not None else ""
    return _BESIDE_NAMES.sub("_", f"{record.role}-{record.person}-{record.basis[:12]}{kind}") + ".json"


def _write(path: Path, content: bytes, signature: bytes | None) -> None:
    beside = signature_path(path)
    replaced = "replaced" if path.exists() else "wrote"
    try:
        # The signature comes first: without its record it says nothing.
        if signature is None:
            beside.unlink(missing_ok=True)
        else:
            write_whole(beside, signature)
        write_whole(path, content)
    except OSError as error:
        raise UsageError(f"{short(path)}: can't be written: {error.strerror}") from error
    click.echo(f"{replaced} {short(path)}" + ("" if signature else ": recorded, not authenticated"))
    if signature is not None:
        click.echo(f"{replaced} {short(beside)}")
