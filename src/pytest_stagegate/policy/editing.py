"""Editing the waivers in a policy's file: text is added or taken out, and everything else stays as it was written."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.errors import UsageError
from pytest_stagegate.model.toml import toml_string

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Collection

    from pytest_stagegate.model.waivers import Waiver

_HEADER: Final = re.compile(r"\s*\[")


def with_waiver(text: str, prefix: tuple[str, ...], waiver: Waiver) -> str:
    """Return a policy's text with one more waiver at its end.

    Args:
        text: The TOML file.
        prefix: Keys from the top of the file to the policy's own table.
        waiver: What to add.

    Raises:
        UsageError: When the file can't take it, because its waivers are written as an inline list.
    """
    values: dict[str, Any] = {
        "gate": waiver.gate,
        "subject": waiver.subject,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "expires": waiver.expires,
        "stage": list(waiver.stages),
        "environment": list(waiver.environments),
    }
    lines = [f"{key} = {_written(value)}" for key, value in values.items() if value]
    end = "\r\n" if "\r\n" in text else "\n"
    block = end.join([f"[[{'.'.join((*prefix, 'waiver'))}]]", *lines, ""])
    added = f"{text.rstrip()}{end}{end}{block}" if text.strip() else block
    expected = [*_waivers(tomllib.loads(text), prefix), {key: value for key, value in values.items() if value}]
    _verify(text, added, prefix, expected)
    return added


def without_waivers(text: str, prefix: tuple[str, ...], indexes: Collection[int]) -> str:
    """Return a policy's text without some of its waivers; comments stay.

    Raises:
        UsageError: When they can't be told apart safely in the text.
    """
    header = f"[[{'.'.join((*prefix, 'waiver'))}]]"
    kept: list[str] = []
    number, inside = -1, False
    for line in text.splitlines(keepends=True):
        if _HEADER.match(line):
            is_waiver = "".join(line.split("#")[0].split()) == header
            number += is_waiver
            inside = is_waiver and number in indexes
        if not inside or line.lstrip().startswith("#"):
            kept.append(line)
    rest = re.sub(r"(\r?\n){3,}", r"\1\1", "".join(kept))
    entries = _waivers(tomllib.loads(text), prefix)
    _verify(text, rest, prefix, [entry for index, entry in enumerate(entries) if index not in indexes])
    return rest


def _written(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return toml_string(value) if isinstance(value, str) else str(value)


def _waivers(whole: dict[str, Any], prefix: tuple[str, ...]) -> list[Any]:
    table = whole
    for key in prefix:
        table = table.get(key, {})
    return list(table.get("waiver", []))


def _verify(before: str, after: str, prefix: tuple[str, ...], expected: list[Any]) -> None:
    """Make sure that the edited text says what was wanted, and nothing else."""
    text = "the waivers are not written as [[…waiver]] tables that can be edited safely; edit the file by hand"
    try:
        whole = tomllib.loads(after)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{text} ({error})") from error
    others = [_others(tomllib.loads(before), prefix), _others(whole, prefix)]
    if _waivers(whole, prefix) != expected or others[0] != others[1]:
        raise UsageError(text)


def _others(whole: dict[str, Any], prefix: tuple[str, ...]) -> dict[str, Any]:
    """Return a file's content without its waivers; a table that holds nothing else is as good as none."""
    if not prefix:
        return {key: value for key, value in whole.items() if key != "waiver"}
    inner = _others(whole.get(prefix[0], {}), prefix[1:])
    rest = {key: value for key, value in whole.items() if key != prefix[0]}
    return {**rest, prefix[0]: inner} if inner else rest
