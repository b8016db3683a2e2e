"""The parts that words about two decisions are put together from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.documents.wording import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Item(msgspec.Struct, frozen=True):
    """One thing that is told.

    Attributes:
        name: What it is: a test, a gate, a goal.
        text: What became of it; may be empty.
        owner: Who it belongs to, in words; may be empty.
    """

    name: str
    text: str = ""
    owner: str = ""


class Section(msgspec.Struct, frozen=True):
    """Things of one kind.

    Attributes:
        sentence: How many there are of what.
        style: Style class.
        items: Each of them, or the first.
        more: How many more there are.
        standing: Whether it was so before too.
    """

    sentence: str
    style: str
    items: tuple[Item, ...] = ()
    more: int = 0
    standing: bool = False


def item(name: str, *texts: str, owner: str = "") -> Item:
    """Return one thing, made safe to show; empty texts are left out."""
    return Item(clean(name), clean("; ".join(text for text in texts if text)), clean(owner))


def section(
    items: Iterable[Item], one: str, many: str, style: str, more: int = 0, *, standing: bool = False
) -> Iterator[Section]:
    """Yield a section, unless there is nothing to tell.

    Args:
        items: What it tells.
        one: The sentence behind the number 1.
        many: The sentence behind any other number.
        style: Style class.
        more: How many more there are than are told one by one.
        standing: Whether it was so before too.
    """
    told = tuple(items)
    count = len(told) + more
    if count:
        yield Section(f"{count} {one if count == 1 else many}", style, told, more, standing)


def owned(owner: str) -> str:
    """Return who answers for something, in words; empty where nobody is named."""
    return f"owner: {owner}" if owner else ""
