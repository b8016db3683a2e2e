"""The policy's word on evidence: which cells must have some, what is known of a file by its path, and who makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.errors import nearest
from pytest_stagegate.model.expected import Expected
from pytest_stagegate.model.numbers import Duration
from pytest_stagegate.model.sources import FORMATS, FORMATS_LISTED, EvidenceRule
from pytest_stagegate.policy.making import PRODUCER_KEYS, no_output_twice, producer

if TYPE_CHECKING:
    from pytest_stagegate.policy.reading import Reader

_EXPECT_KEYS: Final = ("stage", "environment", "shards")
_EVIDENCE_KEYS: Final = ("path", "format", "stage", "environment", "max_age", "commit", *PRODUCER_KEYS)
_COMMIT: Final = ("required", "shown")


def expected_cells(
    reader: Reader, table: dict[str, Any], stages: tuple[str, ...], environments: tuple[str, ...]
) -> tuple[Expected, ...]:
    """Return the cells of ``[[tool.stagegate.expect]]``, each stage × environment × shard by itself."""
    cells: dict[Expected, None] = {}
    for index, entry in enumerate(reader.tables(table, ("expect",))):
        path = ("expect", str(index))
        reader.no_other(entry, path, _EXPECT_KEYS)
        named = reader.names(entry, (*path, "stage"), single=True) or ()
        places = reader.names(entry, (*path, "environment"), single=True)
        shards = reader.names(entry, (*path, "shards"))
        reader.in_vocabulary(named, (*path, "stage"), "stage", stages)
        reader.in_vocabulary(places or (), (*path, "environment"), "environment", environments)
        if "stage" not in entry:
            reader.mistake(path, "names no stage")
        for stage in named:
            for place in places or (None,):
                cells.update({Expected(stage, place, shard): None for shard in shards or (None,)})
    return tuple(cells)


def evidence_rules(
    reader: Reader, table: dict[str, Any], stages: tuple[str, ...], environments: tuple[str, ...]
) -> tuple[EvidenceRule, ...]:
    """Return the rules of ``[[tool.stagegate.evidence]]``, in order."""
    rules = []
    for index, entry in enumerate(reader.tables(table, ("evidence",))):
        path = ("evidence", str(index))
        reader.no_other(entry, path, _EVIDENCE_KEYS)
        file = reader.text_of(entry, (*path, "path"))
        stage = reader.text_of(entry, (*path, "stage"))
        place = reader.text_of(entry, (*path, "environment")) or None
        if stage:
            reader.in_vocabulary([stage], (*path, "stage"), "stage", stages)
        if place is not None:
            reader.in_vocabulary([place], (*path, "environment"), "environment", environments)
        kind = reader.text_of(entry, (*path, "format"))
        if kind and kind not in FORMATS:
            hint = nearest(kind, FORMATS, FORMATS_LISTED)
            reader.mistake((*path, "format"), f"unknown format {kind!r}; {hint}")
        maker = producer(reader, entry, path, kind)
        if not file and not any(key in entry for key in PRODUCER_KEYS):
            reader.mistake(path, "has neither a path nor a command")
        age = max_age(reader, entry, (*path, "max_age"))
        required = reader.one_of(entry, (*path, "commit"), _COMMIT, "shown") == "required"
        if file or maker is not None:
            rules.append((path, EvidenceRule(file, kind, stage, place, age, required, maker)))
    no_output_twice(reader, rules)
    return tuple(rule for _, rule in rules)


def max_age(reader: Reader, entry: dict[str, Any], path: tuple[str, ...]) -> int | None:
    """Return a ``max_age`` in microseconds, or None where there is none."""
    if path[-1] not in entry:
        return None
    try:
        return Duration.parse(entry[path[-1]]).microseconds
    except ValueError as error:
        reader.mistake(path, str(error))
        return None
