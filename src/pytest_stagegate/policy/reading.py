"""Typed getters over a policy's table that gather every mistake with its place instead of stopping at the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stagegate.errors import Mistake, nearest
from pytest_stagegate.policy.places import line_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_stagegate.policy.model import Layer


class Reader:
    """Reads the resolved table of one or more TOML files and collects what is wrong with it.

    Args:
        layers: The files, the nearest first; at least one.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = layers
        self.prefix = layers[0].prefix
        self.mistakes: list[Mistake] = []

    def place(self, path: tuple[str, ...]) -> str:
        """Return ``file:line key`` of a key inside the policy."""
        shown = ".".join(part for part in (*self._nearest(path).prefix, *path) if not part.isdigit())
        return f"{self.line(path)} {shown}"

    def line(self, path: tuple[str, ...]) -> str:
        """Return ``file:line`` of a key inside the policy, in the nearest file that has it."""
        layer = self._nearest(path)
        line = line_of(layer.text, (*layer.prefix, *path))
        return f"{layer.source}:{line}" if line else layer.source

    def _nearest(self, path: tuple[str, ...]) -> Layer:
        """Return the first file with the key, or with most of the way to it."""
        return max(self._layers, key=lambda layer: _depth(layer.table, path))

    def mistake(self, path: tuple[str, ...], text: str) -> None:
        """Note one mistake."""
        self.mistakes.append(Mistake(self.place(path), text))

    def table(self, owner: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
        """Return a sub-table; an empty one where it is absent or no table."""
        value = owner.get(path[-1], {})
        if isinstance(value, dict):
            return value
        self.mistake(path, f"has to be a table, not {_kind(value)}")
        return {}

    def tables(self, owner: dict[str, Any], path: tuple[str, ...]) -> list[dict[str, Any]]:
        """Return an array of tables."""
        value = owner.get(path[-1], [])
        if isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
            return value
        self.mistake(path, f"has to be an array of tables: [[{'.'.join((*self.prefix, *path))}]]")
        return []

    def text_of(self, owner: dict[str, Any], path: tuple[str, ...], default: str = "") -> str:
        """Return a text."""
        value = owner.get(path[-1], default)
        if isinstance(value, str) and (value or path[-1] not in owner):
            return value
        self.mistake(path, f"has to be a text that is not empty, not {_kind(value)}")
        return default

    def names(self, owner: dict[str, Any], path: tuple[str, ...], *, single: bool = False) -> tuple[str, ...] | None:
        """Return a list of distinct names; a single text too where that is allowed; None where absent."""
        if path[-1] not in owner:
            return None
        value = owner[path[-1]]
        if single and isinstance(value, str):
            value = [value]
        if not isinstance(value, list) or not value or not all(isinstance(name, str) and name for name in value):
            allowed = "a name or a list of names" if single else "a list of names"
            self.mistake(path, f"has to be {allowed}, not {_kind(value) if value != [] else 'an empty list'}")
            return None
        repeated = sorted({name for name in value if value.count(name) > 1})
        if repeated:
            self.mistake(path, f"names {', '.join(map(repr, repeated))} twice")
        return tuple(dict.fromkeys(value))

    def one_of(self, owner: dict[str, Any], path: tuple[str, ...], known: Iterable[str], default: str) -> str:
        """Return a text of a closed list."""
        known = tuple(known)
        value = owner.get(path[-1], default)
        if isinstance(value, str) and value in known:
            return value
        self.mistake(path, f"has to be one of {', '.join(map(repr, known))}, not {value!r}")
        return default

    def in_vocabulary(self, names: Iterable[str], path: tuple[str, ...], kind: str, known: Iterable[str]) -> None:
        """Note each name that is not declared."""
        for name in names:
            if name not in known:
                self.mistake(path, f"unknown {kind} {name!r}; {nearest(name, known)}")

    def no_other(self, owner: dict[str, Any], path: tuple[str, ...], known: Iterable[str]) -> None:
        """Note each key that is not known."""
        known = tuple(known)
        for key in owner:
            if key not in known:
                self.mistake((*path, key), f"unknown key {key!r}; {nearest(key, known)}")


def _depth(table: Any, path: tuple[str, ...]) -> int:
    """Return how many keys of a path a table has."""
    for depth, key in enumerate(path):
        if isinstance(table, list) and key.isdigit() and int(key) < len(table):
            table = table[int(key)]
        elif isinstance(table, dict) and key in table:
            table = table[key]
        else:
            return depth
    return len(path)


def _kind(value: object) -> str:
    names = {"dict": "a table", "list": "a list", "str": "a text", "int": "a number", "float": "a number"}
    shown = names.get(type(value).__name__, f"a {type(value).__name__}")
    return f"{shown} ({value!r})" if isinstance(value, (str, int, float)) else shown
