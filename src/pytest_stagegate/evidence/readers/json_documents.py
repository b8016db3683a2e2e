"""JSON from anybody, decoded as a whole into a type: no key stands twice, and no number is none."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import msgspec

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.bounded import encoding_of, read_bounded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

T = TypeVar("T")

LARGEST: Final = 128 << 20
"""Bytes that a file may have; it is decoded as a whole."""


_ESCAPE: Final = re.compile(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL)
"""An escape in a text of JSON; its group is half of a surrogate pair, which no UTF-8 can hold."""


class _Refused(ValueError):  # noqa: N818 - becomes an EvidenceError
    """What is wrong with a document that is well-formed; one sentence."""


class KeyTwice(ValueError):  # noqa: N818 - likewise
    """A key stands twice in one object, and parsers differ in which one they take; its text is the key."""


def text_of(path: Path, what: str) -> str:
    """Return the text of a file.

    Args:
        path: The file; UTF-8, or UTF-16 with a byte order mark.
        what: Its format, for messages.

    Raises:
        EvidenceError: When it can't be read, is empty or too large, or is no text.
    """
    content = read_bounded(path, LARGEST, f"it is larger than {LARGEST >> 20} MiB, up to which {what} is read")
    try:
        return content.decode(encoding_of(content))
    except UnicodeDecodeError as error:
        raise EvidenceError(f"{path.name}: this is no {error.encoding} text: {error.reason}") from error


def decoded(text: str, type_: type[T], what: str, name: str, line: int = 1) -> T:
    """Return what a JSON text says; half of a surrogate pair in it is a question mark.

    Args:
        text: The whole text.
        type_: What it has to be.
        what: Its format, for messages.
        name: Name of the file, for messages.
        line: Where the text begins in the file.

    Raises:
        EvidenceError: With file and place, when it is no JSON, names a key twice in one object, holds ``NaN`` or
            ``Infinity``, is nested without end, or is not of the type.
    """
    try:
        found = json.loads(_whole_characters(text), object_pairs_hook=once, parse_constant=_no_number)
        return msgspec.convert(found, type_)
    except msgspec.ValidationError as error:
        place = name if line == 1 else f"{name}:{line}"
        raise EvidenceError(f"{place}: this is no {what}: {error}") from error
    except json.JSONDecodeError as error:
        place = f"{name}:{line + error.lineno - 1}:{error.colno}"
        raise EvidenceError(f"{place}: this is no well-formed JSON: {error.msg.lower()}") from error
    except RecursionError as error:
        raise EvidenceError(f"{name}: this is no {what}: values are nested too deeply") from error
    except KeyTwice as error:
        said = f"the key {str(error)[:40]!r} stands twice in one object"
        raise EvidenceError(f"{name}:{line}: this is no {what}: {said}") from error
    except ValueError as error:
        # A number of thousands of digits is one too.
        said = str(error) if isinstance(error, _Refused) else "a number in it has too many digits"
        raise EvidenceError(f"{name}:{line}: this is no {what}: {said}") from error


def _whole_characters(text: str) -> str:
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return _ESCAPE.sub(lambda found: "?" if found[1] else found[0], text)


def document(path: Path, type_: type[T], what: str) -> T:
    """Return what a JSON file says; raises as `text_of` and `decoded` do."""
    return decoded(text_of(path, what), type_, what, path.name)


def documents_in(text: str) -> Iterator[tuple[str, int]]:
    """Yield each JSON document with the line in which it begins: every line, where the first is a whole object.

    So a line that breaks off is told as such, and one object over several lines is never taken apart.
    """
    rows = [(row, number) for number, row in enumerate(text.split("\n"), start=1) if row.strip()]
    if len(rows) > 1 and _is_object(rows[0][0]):
        yield from rows
    else:
        yield text, 1


def _is_object(row: str) -> bool:
    try:
        return isinstance(json.loads(row), dict)
    except (ValueError, RecursionError):
        return False


def refuse_other_schema(place: str, schema: str, known: str) -> None:
    """Refuse a document of ours whose schema is not the one that this version reads.

    Args:
        place: The file, and its line where it has several documents.
        schema: What the document states.
        known: The schema that is read, with its version.

    Raises:
        EvidenceError: With the place and both schemas.
    """
    if schema != known:
        text = f"{place}: its schema is {schema[:40]!r}; this version reads {known!r}"
        raise EvidenceError(text, code="unknown-schema")


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON from its pairs.

    Raises:
        KeyTwice: When a key stands twice in it.
    """
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise KeyTwice(twice)
    return found


def _no_number(word: str) -> NoReturn:
    raise _Refused(f"{word} is no number")
