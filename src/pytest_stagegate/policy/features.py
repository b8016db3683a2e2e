"""The policy's word on features: ``[tool.stagegate.features]`` and ``[[tool.stagegate.feature]]``."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.errors import Mistake, nearest
from pytest_stagegate.model.features_face import Features
from pytest_stagegate.model.flags import FeatureRule, FeatureRules
from pytest_stagegate.model.links import feature_of, is_link_name
from pytest_stagegate.model.sign_offs import SignOffs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_stagegate.hooks import Gate
    from pytest_stagegate.model.rings import Ring
    from pytest_stagegate.policy.reading import Reader

_KEY: Final = "features"
_EACH: Final = "feature"
_KEYS: Final = ("name", "off", "gates", "reveal", "owner")


def feature_rules(reader: Reader, table: dict[str, Any], environments: tuple[str, ...]) -> FeatureRules:
    """Return what is declared of features; what is not in order is noted.

    Args:
        reader: Collects the mistakes.
        table: The policy's keys.
        environments: Known environments.
    """
    written = reader.table(table, (_KEY,))
    reader.no_other(written, (_KEY,), ("file", "others"))
    file = reader.text_of(written, (_KEY, "file"))
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts or "\\" in file:
        reader.mistake((_KEY, "file"), f"has to name a file below the root, not {file!r}")
    others = reader.names(written, (_KEY, "others")) or ()
    found: dict[str, FeatureRule] = {}
    for index, entry in enumerate(reader.tables(table, (_EACH,))):
        rule = _rule(reader, entry, (_EACH, str(index)), environments)
        if rule.name in found:
            reader.mistake((_EACH, str(index), "name"), f"{rule.name!r} is declared twice")
        if rule.name:
            found.setdefault(rule.name, rule)
    return FeatureRules(file or None, others, tuple(found.values()))


def _rule(reader: Reader, entry: dict[str, Any], path: tuple[str, ...], environments: tuple[str, ...]) -> FeatureRule:
    reader.no_other(entry, path, _KEYS)
    name = reader.text_of(entry, (*path, "name"))
    if "name" not in entry:
        reader.mistake(path, "has no name")
    elif name and not (is_link_name(name) and feature_of(name)[1] is None):
        reader.mistake((*path, "name"), f"{name!r} is no key of a flag that a mark can name: one line, without =")
    reveal = reader.names(entry, (*path, "reveal")) or ()
    for each in reveal:
        environment, slash, ring = each.partition("/")
        if environment not in environments:
            told = nearest(environment, environments)
            reader.mistake((*path, "reveal"), f"unknown environment {environment!r}; {told}")
        elif slash and not ring:
            reader.mistake((*path, "reveal"), f"{each!r} names no ring behind the slash")
    return FeatureRule(
        name=name,
        off=reader.text_of(entry, (*path, "off")),
        gates=reader.names(entry, (*path, "gates")) or (),
        reveal=reveal,
        owner=reader.text_of(entry, (*path, "owner")),
        place=reader.place(path),
    )


def unfit_gates(rules: FeatureRules, bound: Iterable[tuple[str, Gate]]) -> Iterator[Mistake]:
    """Yield a mistake for each gate of a feature that is not known, or is judged after features.

    Args:
        rules: What is declared of features.
        bound: Every gate of the policy by its id.
    """
    gates = dict(bound)
    for rule in rules.features:
        for name in rule.gates:
            if name not in gates:
                yield Mistake(rule.place, f"unknown gate {name!r}; {nearest(name, gates)}")
            elif {Features, SignOffs} & set(gates[name].needs.values()):
                yield Mistake(rule.place, f"the gate {name!r} is judged after features, so that none can need it")


def unknown_rings(rules: FeatureRules, rings: Sequence[Ring]) -> Iterator[Mistake]:
    """Yield a mistake for each ring that a feature is revealed in, where the policy has rings, and not this one.

    Args:
        rules: What is declared of features.
        rings: The rings; with none, rings are named as their project likes.
    """
    names = [ring.name for ring in rings]
    for rule in rules.features if names else ():
        for each in rule.reveal:
            _, slash, ring = each.partition("/")
            if slash and ring and ring not in names:
                yield Mistake(rule.place, f"reveal: unknown ring {ring!r}; {nearest(ring, names)}")
