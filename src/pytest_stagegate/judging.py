"""Calling a gate, and turning whatever it does into a result: a gate can fail, but never break the decision."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from pytest_stagegate import decide
from pytest_stagegate.facing import Seen, kinds_of, shown
from pytest_stagegate.hooks import Gate, GateOptions
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.coverage import ContextsUnavailable, Coverage
from pytest_stagegate.model.evidence import Evidence
from pytest_stagegate.model.numbers import NotANumber, NothingMeasured
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.reasons import REMEDIES
from pytest_stagegate.model.tally import Tally
from pytest_stagegate.model.texts import without_folders
from pytest_stagegate.model.verdicts import SEVERITY, Check, Enforcement, GateResult, Level, OnMissing, Verdict
from pytest_stagegate.thresholds import no_evidence, show_duration

if TYPE_CHECKING:
    from pytest_stagegate.model.evidence import Age


class _BadCheck(Exception):  # noqa: N818 - told to the user as a verdict
    """A gate answered with something that is no check."""


_BROKEN: Final = frozenset(
    {
        "artifact-missing",
        "artifact-unreadable",
        "author-not-stated",
        "changed",
        "commit-not-stated",
        "commit-unknown",
        "counts-contradict",
        "coverage-incomplete",
        "files-missing",
        "goals-contradict",
        "incidents-cut-off",
        "many-series",
        "not-finite",
        "notes-differ",
        "other-project",
        "producer-failed",
        "prometheus-nonsense",
        "prometheus-other-time",
        "prometheus-warns",
        "reviews-cut-off",
        "run-incomplete",
        "tests-lost",
        "units-differ",
        "unreadable",
        "upstream-hold",
        "upstream-incomplete",
        "upstream-provisional",
    }
)
"""Reasons of evidence that is there in part: what the policy says of missing evidence does not hold for it."""

_NEVER_HIDDEN: Final = (Verdict.ERROR, Verdict.FAIL)


class ActiveGate(msgspec.Struct, frozen=True):
    """A gate as the policy wants it for one decision.

    Attributes:
        id: Unique name: the policy's, or the definition's.
        gate: The definition.
        options: Its options, or None.
        enforcement: How strictly it is taken.
        on_missing: What missing evidence does.
        owner: Who answers for it.
        remedy: The policy's own text, or the definition's.
        max_age: Microseconds after which evidence is stale, or None for the limit of each piece.
        declared_in: Where the policy declares it, or empty.
    """

    id: str
    gate: Gate
    options: GateOptions | None
    enforcement: Enforcement
    on_missing: OnMissing = OnMissing.HOLD
    owner: str = ""
    remedy: str = ""
    max_age: int | None = None
    declared_in: str = ""

    def needs(self, face: type) -> bool:
        """Return whether a kind of evidence has to be there for the gate to judge."""
        asks = face in self.gate.needs.values()
        return asks and (self.options is None or self.options.declares_a_limit())

    @property
    def reads_sign_offs(self) -> bool:
        """Whether it can be judged only when all other gates have been, which sign-offs are bound to."""
        return self.gate.reads_sign_offs

    @property
    def reads_features(self) -> bool:
        """Whether it can be judged only when the gates have been that features may need."""
        return self.gate.reads_features


def judge(active: ActiveGate, evidence: Evidence, place: Place, root: Path = Path()) -> GateResult:
    """Judge one gate.

    Args:
        active: The gate and what the policy says of it.
        evidence: Everything known about the run.
        place: Stage, environment and instant.
        root: The project's root; texts of gates are told without it.

    Returns:
        The result; an exception of the gate's own code is the verdict ERROR, never an exception here.
    """
    checks = [_portable(check, root) for check in _checks(active, evidence, place)]
    worst = decide.worst_check(checks)
    verdict, reason = worst.verdict, worst.reason
    on_missing = OnMissing.HOLD if any(check.reason in _BROKEN for check in checks) else active.on_missing
    if verdict is Verdict.NO_EVIDENCE and on_missing is OnMissing.SKIP:
        verdict, reason = _without_missing(checks)
    level = active.enforcement.on(place.day)
    effect, would = (does(verdict, level, on_missing) for does in (decide.effect, decide.would_do))
    not_yet = active.enforcement.block_from if level is not active.enforcement.level else None
    return GateResult(
        gate=active.id,
        uses=active.gate.name,
        title=active.gate.title,
        stage=place.stage,
        environment=place.environment,
        verdict=verdict,
        reason=reason,
        enforcement=level.value if not_yet is None else f"{level.value}, block from {not_yet.isoformat()}",
        effect=effect.value if effect is not None else "",
        would=would.value if would is not None else "",
        owner=active.owner,
        summary=_summary(worst, checks),
        remedy=_remedy(active, verdict, reason),
        waiver=None,
        checks=tuple(checks),
        reads_sign_offs=active.reads_sign_offs,
    )


def _without_missing(checks: list[Check]) -> tuple[Verdict, str]:
    """Return what is left of a gate whose missing evidence is skipped: what falls short all the same, or nothing."""
    short = [check for check in checks if SEVERITY[check.verdict] < SEVERITY[Verdict.WAIVED]]
    rest = [check for check in short if check.verdict is not Verdict.NO_EVIDENCE]
    if not rest:
        return Verdict.NOT_APPLICABLE, "missing-skipped"
    worst = decide.worst_check(rest)
    return worst.verdict, worst.reason


def _summary(worst: Check, checks: list[Check]) -> str:
    if worst.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE):
        return ", ".join(check.text or f"{check.name} {_figure(check)}" for check in checks)
    short = [check for check in checks if check.verdict is worst.verdict]
    # Where several things could not be measured, one that says why stands for all.
    short = [check for check in short if check.reason != "nothing-measured"] or short[:1]
    return "; ".join(dict.fromkeys(map(_shortfall, short)))


def _remedy(active: ActiveGate, verdict: Verdict, reason: str) -> str:
    """Return what to do: where evidence is missing or the gate is broken, that, and not what the gate is about."""
    if verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE):
        return ""
    return REMEDIES.get(reason, active.remedy)


def _figure(check: Check) -> str:
    """Return the measured value without what it was counted from."""
    return check.shown.split(" (")[0].removesuffix(check.unit).removesuffix(check.unit.removesuffix("s")).strip()


def _shortfall(check: Check) -> str:
    if check.text:
        return check.text if check.name in ("assert", "gate", "coverage") else f"{check.name}: {check.text}"
    limit = f", limit {check.limit_shown}" if check.limit_shown else ""
    if check.reason == "nothing-measured":
        return f"{check.name}: nothing was measured{limit}"
    return f"{check.name} {check.shown}{limit}"


def _checks(active: ActiveGate, evidence: Evidence, place: Place) -> list[Check]:
    if active.enforcement.level is Level.OBSERVE:
        return _missing(active, evidence) or _called(active, evidence, place)
    kinds = kinds_of(active.gate)
    unfit = [
        _verdict(each.verdict, each.note.reason, each.note.text.rstrip("."), name="evidence")
        for each in evidence.unfit
        if each.kind in kinds
    ]
    unfit += [check for age in evidence.ages if age.kind in kinds for check in _too_old(active, age)]
    spoken = _missing(active, evidence) or _called(active, evidence, place)
    if any(check.verdict is Verdict.STALE for check in unfit):
        # Of stale evidence no figure is shown; but what fails must not be hidden by an old file beside it.
        spoken = [each for each in spoken if each.verdict in _NEVER_HIDDEN]
    return [*unfit, *spoken]


def _too_old(active: ActiveGate, age: Age) -> list[Check]:
    limit = active.max_age if active.max_age is not None else age.limit
    if age.microseconds <= limit:
        return []
    told, most = (show_duration(Fraction(each), upward=False) for each in (age.microseconds, limit))
    text = f"{age.name} is {told} old; this gate takes nothing older than {most}"
    return [_verdict(Verdict.STALE, "too-old", text, name="age")]


def _missing(active: ActiveGate, evidence: Evidence) -> list[Check]:
    """Return the checks that stand instead of the gate's own when it is not asked or has nothing to read."""
    only_shows = active.gate.always or active.gate.enforcement.level is Level.OBSERVE
    if active.options is not None and not active.options.declares_a_limit() and not only_shows:
        return [_verdict(Verdict.NOT_APPLICABLE, "not-declared", "no limit is declared in the policy", name="limit")]
    absent = evidence.coverage
    if Coverage in active.gate.needs.values() and isinstance(absent, Absent):
        if active.options is not None and not active.options.declares_a_limit():
            return [_verdict(Verdict.NOT_APPLICABLE, "not-declared", absent.text, name="coverage")]
        text = f"{absent.text}. {absent.remedy}" if absent.remedy else absent.text
        return [no_evidence("coverage", absent.reason, text)]
    return []


def _called(active: ActiveGate, evidence: Evidence, place: Place) -> list[Check]:
    """Ask the gate; what it had yielded before it broke off still counts."""
    tally = Tally()
    checks: list[Check] = []
    try:
        answer = active.gate.judge(**_arguments(active, evidence, place, tally))
        if answer is None:
            return [_asserted(active, tally)]
        for each in _answers(answer):
            checks.append(_sound(each))  # noqa: PERF401 - a list comprehension would lose the first ones
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return [*checks, _broke_off(active, error, tally)]
    return checks or [_verdict(Verdict.ERROR, "no-check", f"the gate yielded no check ({active.gate.place})")]


def _broke_off(active: ActiveGate, error: BaseException, tally: Tally) -> Check:
    if isinstance(error, NothingMeasured):
        reason = "contexts-unavailable" if isinstance(error, ContextsUnavailable) else "nothing-measured"
        return no_evidence("assert", reason, str(error))
    if isinstance(error, AssertionError):
        text = str(error) or "an assert of the gate did not hold"
        return _verdict(Verdict.FAIL, "assertion", text, name="assert", inspected=tally.read)
    if isinstance(error, _BadCheck):
        return _verdict(Verdict.ERROR, "bad-check", f"{error} ({active.gate.place})")
    first = (str(error).splitlines() or [""])[0]
    reason = "not-a-number" if isinstance(error, NotANumber) else "gate-raised"
    text = f"the gate's own code failed with {type(error).__name__}: {first} ({active.gate.place})"
    return _verdict(Verdict.ERROR, reason, text)


def _arguments(active: ActiveGate, evidence: Evidence, place: Place, tally: Tally) -> dict[str, Any]:
    seen = Seen(evidence, place, tally, active.max_age)
    own = None if active.options is None else type(active.options)
    return {
        parameter: active.options if asked is own else shown(asked, seen)
        for parameter, asked in active.gate.needs.items()
    }


def _answers(answer: object) -> Iterable[object]:
    if isinstance(answer, Check):
        return [answer]
    if isinstance(answer, (str, bytes)) or not isinstance(answer, Iterable):
        raise _BadCheck(f"the gate returned {answer!r}, which is no check")
    return answer


def _sound(each: object) -> Check:
    if not isinstance(each, Check):
        raise _BadCheck(f"the gate yielded {each!r}, which is no check")
    if each.inspected <= 0 and each.verdict is Verdict.PASS:
        raise _BadCheck(f"check {each.name!r} claims PASS with nothing inspected")
    return each


def _portable(check: Check, root: Path) -> Check:
    """Return a check whose text is the same on every machine: an error of a gate may name files."""
    return msgspec.structs.replace(check, text=without_folders(check.text, root))


def _asserted(active: ActiveGate, tally: Tally) -> Check:
    if sys.flags.optimize:
        text = "Python runs with -O, so the asserts of this gate were not run"
        return _verdict(Verdict.ERROR, "asserts-off", text, name="assert")
    if tally.read <= 0:
        text = f"the gate reached its end without reading any evidence ({active.gate.place})"
        return _verdict(Verdict.ERROR, "inspected-nothing", text, name="assert")
    return _verdict(Verdict.PASS, "", "every assert holds", name="assert", inspected=tally.read)


def _verdict(verdict: Verdict, reason: str, text: str, *, name: str = "gate", inspected: int = 0) -> Check:
    return Check(
        name=name,
        measured=None,
        limit=None,
        unit="",
        verdict=verdict,
        reason=reason,
        inspected=inspected,
        text=text,
    )
