"""``extends``: a policy is laid over packs that are shipped and over other files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from pytest_stagegate.errors import Mistake, MistakesError, nearest
from pytest_stagegate.policy.finding import Read, layer, layer_of
from pytest_stagegate.policy.model import Layer
from pytest_stagegate.policy.reading import Reader

KEY: Final = "extends"
PACKS: Final = ("library", "regulated", "web-service")
"""Names of the policies that are shipped."""
_DEEPEST: Final = 8


def stacked(own: Layer, path: Path, rootdir: Path, read: Read) -> tuple[tuple[Layer, ...], list[Mistake]]:
    """Return a policy file and all that it extends, the nearest first, and what is wrong with that.

    Args:
        own: The project's own file.
        path: Where it stands.
        rootdir: The project's root, for names.
        read: Reads a file.
    """
    stack = _Stack(rootdir, read)
    stack.lay(own, path, ((path.resolve(), own.source),))
    return tuple(reversed(stack.layers)), stack.mistakes


class _Stack:
    """Lays files over one another: what one extends lies below it, the first it names lowest."""

    def __init__(self, rootdir: Path, read: Read) -> None:
        self._rootdir = rootdir
        self._read = read
        self.layers: list[Layer] = []
        self.mistakes: list[Mistake] = []

    def lay(self, upper: Layer, path: Path, way: tuple[tuple[Path, str], ...]) -> None:
        reader = Reader((upper,))
        named = reader.names(upper.table, (KEY,), single=True) if isinstance(upper.table, dict) else None
        for name in named or ():
            self._lay_named(reader, name, path, way)
        self.mistakes += reader.mistakes
        self.layers.append(upper)

    def _lay_named(self, reader: Reader, name: str, path: Path, way: tuple[tuple[Path, str], ...]) -> None:
        if not name.isprintable():
            reader.mistake((KEY,), f"{name!r} is no name of a file")
            return
        below = _pack_path(name) if name in PACKS else path.parent / name
        if below.resolve() in [each for each, _ in way]:
            circle = " → ".join((*(source for _, source in way), name))
            reader.mistake((KEY,), f"a policy can't extend itself: {circle}")
            return
        if len(way) > _DEEPEST:
            reader.mistake((KEY,), f"{name!r} lies too deep; a policy extends others over at most {_DEEPEST} files")
            return
        try:
            found = _pack(name) if name in PACKS else layer_of(below, self._rootdir, self._read)
        except MistakesError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                reader.mistake((KEY,), f"{name!r} is neither a policy pack nor a file; {nearest(name, PACKS)}")
            else:
                self.mistakes += error.mistakes
            return
        if not isinstance(found.table, dict):
            self.mistakes.append(Mistake(f"{found.source} {'.'.join(found.prefix)}", "has to be a table"))
            return
        self.lay(found, below, (*way, (below.resolve(), found.source)))


def _pack_path(name: str) -> Path:
    return Path(__file__).parent / "packs" / f"{name}.toml"


def _pack(name: str) -> Layer:
    return layer(f"pack {name}", _pack_path(name).read_text(encoding="utf-8"))


def resolved(layers: Iterable[Layer]) -> Any:
    """Return the content of layers that lie over one another, the nearest first; without ``extends``."""
    whole: Any = {}
    for each in reversed(tuple(layers)):
        whole = laid_over(whole, each.table)
    return {key: value for key, value in whole.items() if key != KEY} if isinstance(whole, dict) else whole


def laid_over(below: Any, above: Any) -> Any:
    """Return two values of one key as one: tables key by key, of everything else the one above."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    both = {key: laid_over(value, above[key]) if key in above else value for key, value in below.items()}
    return both | {key: value for key, value in above.items() if key not in below}
