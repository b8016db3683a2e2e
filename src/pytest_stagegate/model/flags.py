"""Flags as flagd reads them: what each one may show, and what the policy says of the features behind them."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec

KIND: Final = "flags"
"""Kind of evidence that flag files bring."""

FILE_KIND: Final = "flag-file"
"""Kind under which the flag file of the checkout is listed: nobody hands it over."""

DISABLED: Final = "DISABLED"
APPLICATION: Final = "the application's own default"
"""Stands among variants for what the application shows where flagd answers with none."""

_BRANCHING: Final = ("if", "?:")


class Flag(NamedTuple):
    """One flag of a file.

    Attributes:
        name: Its key.
        variants: Names of its variants, in the order of the file.
        false: Those whose value is ``false``.
        shows: Variants that a user may get, sorted; with `APPLICATION` where the application's own default may show.
        metadata: Its metadata, and that of the file where it says nothing itself; texts only.
    """

    name: str
    variants: tuple[str, ...]
    false: tuple[str, ...]
    shows: tuple[str, ...]
    metadata: dict[str, str]

    def off(self, stated: str = "") -> str | None:
        """Return the variant that conceals the feature; None where there is none, or nobody can tell which.

        Args:
            stated: The one that the policy names; empty where it names none.
        """
        if stated or "off" in self.variants:
            return next((each for each in self.variants if each == (stated or "off")), None)
        return self.false[0] if len(self.false) == 1 else None


class FlagsData(msgspec.Struct, frozen=True):
    """What one file says.

    Attributes:
        flags: In the order of the file.
        source: The file, as in the list of evidence; known once it was gathered.
    """

    flags: tuple[Flag, ...] = ()
    source: str = ""


class FlagFile(NamedTuple):
    """The flag file of the checkout.

    Attributes:
        path: Relative to the root, with ``/``.
        sha256: Digest of its bytes, or None when they could not be read.
        flags: What it says, or None where it can't be read.
        problem: Why it can't; empty where it can.
        missing: Whether there is no such file.
    """

    path: str
    sha256: str | None
    flags: FlagsData | None = None
    problem: str = ""
    missing: bool = False


class FeatureRule(NamedTuple):
    """One ``[[tool.stagegate.feature]]``.

    Attributes:
        name: Key of its flag.
        off: The variant that conceals it; empty where the flag tells it by itself.
        gates: Ids of gates that have to be met before it may be seen.
        reveal: Environments, or ``environment/ring``, in which it may be seen; empty for all.
        owner: Who answers for it, or empty.
        place: Where it stands, for messages.
    """

    name: str
    off: str = ""
    gates: tuple[str, ...] = ()
    reveal: tuple[str, ...] = ()
    owner: str = ""
    place: str = ""

    def allowed(self, environment: str | None, ring: str | None = None) -> bool:
        """Return whether it may be seen by everybody in an environment, or in a ring of it."""
        return not self.reveal or environment in self.reveal or f"{environment}/{ring}" in self.reveal

    def somewhere(self, environment: str | None) -> bool:
        """Return whether it may be seen by anybody in an environment."""
        return not self.reveal or any(each.partition("/")[0] == environment for each in self.reveal)


class FeatureRules(NamedTuple):
    """What the policy says of features.

    Attributes:
        file: The flags as the team wants them, relative to the root; None where there is no such file.
        others: Globs of flags that are no features.
        features: The features, in order.
    """

    file: str | None = None
    others: tuple[str, ...] = ()
    features: tuple[FeatureRule, ...] = ()


class FlagsEvidence(msgspec.Struct, frozen=True):
    """All flag files of a decision.

    Attributes:
        judged: What is judged: the files that were handed over, else the one of the checkout.
        checkout: The file of the checkout, or None where the policy names none.
        rules: What the policy says of features.
    """

    judged: tuple[FlagsData, ...] = ()
    checkout: FlagFile | None = None
    rules: FeatureRules = msgspec.field(default_factory=FeatureRules)


class FeatureRow(msgspec.Struct, frozen=True, kw_only=True):
    """A feature, or a flag that the policy does not name, as a decision states it.

    Attributes:
        name: Key of the flag.
        declared: Whether the policy names it as a feature.
        owner: Who answers for it, or empty.
        ready: Whether it may be seen; never of a flag that the policy does not name.
        why_not: Why it is not ready; sentences.
        passed: Tests of it that passed.
        gates: Gates that have to be met.
        reveal: Where it may be seen; empty for everywhere.
        state: ``revealed`` (some user may get another variant than `off`), ``concealed``, ``missing`` (a flag file
            lacks it) or ``unknown`` (there is no flag file, or no variant conceals it).
        off: The variant that conceals it, or None.
        shows: Variants that users may get.
    """

    name: str
    declared: bool
    owner: str = ""
    ready: bool = False
    why_not: tuple[str, ...] = ()
    passed: int = 0
    gates: tuple[str, ...] = ()
    reveal: tuple[str, ...] = ()
    state: str = "unknown"
    off: str | None = None
    shows: tuple[str, ...] = ()


def shown_by(
    variants: tuple[str, ...], default: str | None, targeting: Any, evaluators: dict[str, Any]
) -> tuple[str, ...]:
    """Return every variant that a rule may return; where nobody can tell, all of them.

    A condition may come out either way, and only what a rule returns counts.

    Args:
        variants: Names of the flag's variants.
        default: The default variant, or None.
        targeting: The rule, JSONLogic.
        evaluators: Rules that others refer to with ``$ref``.
    """
    found: set[str] = set()
    seen: set[str] = set()
    left = [targeting]
    while left:
        rule = left.pop()
        if rule is None or rule == {}:
            found.add(default if default in variants and default is not None else APPLICATION)
        elif isinstance(rule, (str, bool)):
            word = rule if isinstance(rule, str) else str(rule).lower()
            found.add(word if word in variants else APPLICATION)
        elif (name := _reference(rule)) in evaluators:
            left += [evaluators[name]] if name not in seen else []
            seen.add(name)
        elif (results := _results(rule)) is not None:
            left += results
        else:
            return tuple(sorted({*variants, APPLICATION}))
    return tuple(sorted(found))


def _reference(rule: Any) -> str:
    """Return the name that a rule refers to; empty where it is no reference."""
    name = rule.get("$ref") if isinstance(rule, dict) and len(rule) == 1 else None
    return name if isinstance(name, str) else ""


def _results(rule: Any) -> list[Any] | None:
    """Return what a rule may return, rules themselves; None where that can't be told from its form."""
    if not isinstance(rule, dict) or len(rule) != 1:
        return None
    ((operator, given),) = rule.items()
    if not isinstance(given, list):
        return None
    if operator in _BRANCHING:
        otherwise = [given[-1]] if len(given) % 2 else [None]
        return [*given[1::2], *otherwise]
    if operator == "fractional":
        buckets = [each for each in given if isinstance(each, list)]
        return [*(each[0] if each else None for each in buckets), None]
    return None
