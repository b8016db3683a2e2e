"""A limit belongs to its band: each limit stays in, one gram more moves on."""

import pytest

from parcel_rates.weights import BANDS, LIMITS, band_of

pytestmark = pytest.mark.requirement("RATE-7")


@pytest.mark.parametrize(("limit", "band"), list(zip(LIMITS, BANDS)), ids=BANDS)
def test_a_limit_belongs_to_its_band(limit, band):
    assert band_of(limit) == band


@pytest.mark.parametrize(("limit", "band"), list(zip(LIMITS, BANDS[1:])), ids=BANDS[:-1])
def test_one_gram_more_is_the_next_band(limit, band):
    assert band_of(limit + 1) == band
