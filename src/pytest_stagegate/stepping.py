"""What is being worked on right now, for whoever shows it while people wait; nobody has to listen."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LISTENER: Final[ContextVar[Callable[[str], None] | None]] = ContextVar("stagegate-step", default=None)


def step(what: str) -> None:
    """Say what is begun, in a few words for people."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(what)


@contextmanager
def told_to(listener: Callable[[str], None]) -> Iterator[None]:
    """Have a listener told of each step that begins meanwhile."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)
