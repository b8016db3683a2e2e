"""Weight bands: a parcel is charged by its weight or by its size, whichever is more."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

# The heaviest parcel of each band in grams. A limit belongs to its band: 2000 g is still an S.
LIMITS = (500, 2_000, 5_000, 10_000, 31_500)
BANDS = ("XS", "S", "M", "L", "XL")
CM3_PER_KG = 5_000


class TooHeavy(ValueError):
    """No band takes a parcel of this weight."""


@dataclass(frozen=True)
class Parcel:
    """A parcel: its weight in grams, its edges in centimetres."""

    grams: int
    length: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if min(self.grams, self.length, self.width, self.height) <= 0:
            raise ValueError("weight and edges must be above zero")


def volumetric_grams(parcel: Parcel) -> int:
    """Return the weight that the size stands for, rounded up to a full gram."""
    volume = parcel.length * parcel.width * parcel.height
    return -(-volume * 1_000 // CM3_PER_KG)


def billable_grams(parcel: Parcel) -> int:
    """Return the weight that is charged."""
    return max(parcel.grams, volumetric_grams(parcel))


def band_of(grams: int) -> str:
    """Return the name of the band that takes this weight."""
    if grams > LIMITS[-1]:
        raise TooHeavy(f"{grams} g is above {LIMITS[-1]} g")
    return BANDS[bisect_left(LIMITS, grams)]
