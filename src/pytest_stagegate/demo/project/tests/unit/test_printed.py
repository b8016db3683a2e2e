"""What stands on the sheet. Whether people can read it is a manual test."""

import pytest

from parcel_rates.printed import main, sheet
from parcel_rates.quotes import quote
from parcel_rates.weights import Parcel

pytestmark = pytest.mark.requirement("RATE-11")


def test_price_and_days_stand_on_the_sheet(capsys):
    main(["FR", "75001", "800", "25x18x5"])
    printed = capsys.readouterr().out
    assert "10.49 €" in printed
    assert "4 working days" in printed


def test_a_name_is_only_text():
    offer = quote(Parcel(800, 25, 18, 5), "FR", "75001")
    assert "<b>" not in sheet(offer, "<b>Ada</b>")
