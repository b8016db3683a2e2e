"""A statement of account as text."""

from __future__ import annotations

from ledger.money import Amount, total

TITLES = {"heading": lambda name: name.title()}


def statement(name: str, amounts: list[Amount], *, signed: bool = False) -> str:
    match len(amounts):
        case 0:
            return f"{TITLES['heading'](name)}: nothing"
        case 1:
            text = "one entry"
        case more:
            text = f"{more} entries"
    if signed:
        text += ", signed"
    return f"{TITLES['heading'](name)}: {text}, {total(amounts).cents}"


def archive(text: str) -> None:
    with open("archive.txt", "a") as file:
        file.write(text)
