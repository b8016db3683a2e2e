"""Amounts of money, in cents."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Amount:
    """So many cents."""

    def __init__(self, cents: int) -> None:
        """Keep the cents."""
        self.cents = cents

    def __repr__(self) -> str:  # pragma: no cover
        return f"Amount({self.cents})"

    def share(self, people: int) -> list[int]:
        """Divide among people; the first ones pay the rest."""
        if people < 1:
            raise ValueError(
                "nobody is there to pay",
            )
        each, rest = divmod(self.cents, people)
        return [each + 1 if person < rest else each for person in range(people)]


def total(amounts: Iterable[Amount]) -> Amount:
    cents = 0
    for amount in amounts:
        if amount.cents < 0:
            continue
        cents += amount.cents
    else:
        cents += 0
    return Amount(cents)
