"""The policy's word on a staggered release: ``[[tool.stagegate.ring]]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.errors import Mistake, nearest
from pytest_stagegate.model.links import is_link_name
from pytest_stagegate.model.numbers import Duration, Share
from pytest_stagegate.model.rings import COMPLETE, Ring

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_stagegate.policy.reading import Reader

_KEY: Final = "ring"
_KEYS: Final = ("name", "audience", "percent", "systems", "places", "environment", "enter", "exit", "soak")


def rings_of(reader: Reader, table: dict[str, Any], environments: tuple[str, ...]) -> tuple[Ring, ...]:
    """Return the rings in their order; what is not in order is noted.

    Args:
        reader: Collects the mistakes.
        table: The policy's keys.
        environments: Known environments.
    """
    found: list[Ring] = []
    last = Share.parse("0 %")
    for index, entry in enumerate(reader.tables(table, (_KEY,))):
        path = (_KEY, str(index))
        ring = _ring(reader, entry, path, environments)
        if any(each.name == ring.name for each in found):
            reader.mistake((*path, "name"), f"{ring.name!r} is declared twice")
        percent = _parsed(reader, (*path, "percent"), Share, ring.percent)
        if percent is not None and percent.value < last.value:
            reader.mistake((*path, "percent"), f"is {ring.percent}, less than the ring before it")
        last = percent or last
        found.append(ring)
    return tuple(found)


def _ring(reader: Reader, entry: dict[str, Any], path: tuple[str, ...], environments: tuple[str, ...]) -> Ring:
    reader.no_other(entry, path, _KEYS)
    name = reader.text_of(entry, (*path, "name"))
    if not is_link_name(name) or name == COMPLETE:
        reader.mistake((*path, "name"), f"has to be one line, and not {COMPLETE!r}: {name[:100]!r}")
    environment = reader.text_of(entry, (*path, "environment")) or None
    if environment is not None:
        reader.in_vocabulary([environment], (*path, "environment"), "environment", environments)
    soak = _parsed(reader, (*path, "soak"), Duration, reader.text_of(entry, (*path, "soak")))
    return Ring(
        name=name,
        audience=reader.text_of(entry, (*path, "audience")),
        percent=reader.text_of(entry, (*path, "percent")),
        systems=reader.names(entry, (*path, "systems")) or (),
        places=reader.names(entry, (*path, "places")) or (),
        environment=environment,
        enter=reader.names(entry, (*path, "enter")) or (),
        exit=reader.names(entry, (*path, "exit")) or (),
        soak=soak.microseconds if soak is not None else 0,
        place=reader.place(path),
    )


def _parsed(reader: Reader, path: tuple[str, ...], kind: Any, written: str) -> Any:
    if not written:
        return None
    try:
        return kind.parse(written)
    except ValueError as error:
        reader.mistake(path, str(error))
        return None


def unknown_gates(rings: Sequence[Ring], ids: Iterable[str]) -> Iterator[Mistake]:
    """Yield a mistake for each gate of a ring that no table of the policy declares."""
    known = set(ids)
    for ring in rings:
        for name in dict.fromkeys((*ring.enter, *ring.exit)):
            if name not in known:
                yield Mistake(ring.place, f"unknown gate {name!r}; {nearest(name, known)}")
