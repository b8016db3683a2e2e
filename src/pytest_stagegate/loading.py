"""Loading this package cheaply, in a process that is pytest's."""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_PACKAGE = __name__.rpartition(".")[0]


class AsCompiled:
    """Finds the modules of this package as Python has compiled them.

    pytest rewrites every module of a distribution that brings a plugin, so that its asserts explain themselves. Ours
    explain nothing to anybody, and a rewritten module takes longer to load.
    """

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return where a module of this package is; None for any other."""
        return PathFinder.find_spec(name, path, target) if name.startswith(f"{_PACKAGE}.") else None


def load_as_compiled() -> None:
    """Load what is imported of this package from now on as Python has compiled it."""
    if AsCompiled not in sys.meta_path:
        sys.meta_path.insert(0, AsCompiled)


@contextmanager
def paused_collector() -> Iterator[None]:
    """Look for no garbage while very much is made and all of it stays; then go on as before."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
