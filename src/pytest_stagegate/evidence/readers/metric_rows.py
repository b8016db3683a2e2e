"""What the readers of metrics share: JSON whose numbers stay the text that was written, and the rows made of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.bounded import encoding_of, read_bounded
from pytest_stagegate.evidence.readers.json_documents import KeyTwice, once
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.metrics import Metric, MetricsData
from pytest_stagegate.model.texts import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST: Final = 250_000
"""Numbers that one file may name."""

LONGEST_NAME: Final = 1_000
LONGEST_NUMBER: Final = 1_000
"""Characters of a name, and of a number."""

_CONSTANTS: Final = {"NaN": "NaN", "Infinity": "+Inf", "-Infinity": "-Inf"}


class Written(str):
    """A number as it stands in a file; what is a plain `str` was a text there."""

    __slots__ = ()


def document(path: Path, limit: int) -> Any:
    """Return a JSON file as dictionaries, lists, texts, and `Written` for numbers.

    Args:
        path: UTF-8, with or without byte order mark, or UTF-16 with one.
        limit: How many bytes it may have.

    Raises:
        EvidenceError: When it can't be read, is no JSON, or says a key of an object twice.
    """
    content = read_bounded(path, limit, f"the file is larger than {limit >> 20} MiB")
    try:
        return json.loads(
            content.decode(encoding_of(content)),
            parse_int=Written,
            parse_float=Written,
            parse_constant=lambda word: Written(_CONSTANTS[word]),
            object_pairs_hook=once,
        )
    except UnicodeDecodeError as error:
        raise EvidenceError(f"{path.name}: this is no {error.encoding} text: {error.reason}") from error
    except json.JSONDecodeError as error:
        place = f"{path.name}:{error.lineno}:{error.colno}"
        raise EvidenceError(f"{place}: this is no well-formed JSON: {error.msg[:1].lower()}{error.msg[1:]}") from error
    except RecursionError as error:
        raise EvidenceError(f"{path.name}: values are nested too deep") from error
    except KeyTwice as error:
        raise EvidenceError(f"{path.name}: the key {str(error)[:100]!r} stands twice in one object") from error


def contents(path: Path, metrics: Iterable[Metric], *, producer: str = "", **more: Any) -> Contents:
    """Return what a file says, its metrics in the order of their names.

    Args:
        path: The file, for messages.
        metrics: In the order in which they stand in it.
        producer: Tool and version.
        more: Further attributes of `Contents`.

    Raises:
        EvidenceError: For more than `MOST` metrics, or a name or number that is too long or no text.
    """
    rows: list[Metric] = []
    for metric in metrics:
        _check(path, metric)
        rows.append(metric)
        if len(rows) > MOST:
            raise EvidenceError(f"{path.name}: it holds more than {MOST:,} numbers")
    # Of one name the order must not depend on that in the file.
    rows.sort(key=lambda each: (each.name, each.value, each.unit))
    if not rows:
        more["warnings"] = (*more.get("warnings", ()), "it holds no number")
    producer = shortened(producer, 100)
    return Contents(metrics=MetricsData(producer=producer, metrics=tuple(rows)), producer=producer, **more)


def _check(path: Path, metric: Metric) -> None:
    if len(metric.name) > LONGEST_NAME or len(metric.unit) > LONGEST_NAME:
        raise EvidenceError(f"{path.name}: {metric.name[:60]}…: this name is longer than {LONGEST_NAME:,} characters")
    if len(metric.value) > LONGEST_NUMBER:
        text = f"this number is longer than {LONGEST_NUMBER:,} characters"
        raise EvidenceError(f"{path.name}: {metric.name[:200]}: {text}")
    try:
        (metric.name + metric.unit).encode()
    except UnicodeEncodeError as error:
        shown = metric.name.encode("ascii", "backslashreplace").decode()[:200]
        raise EvidenceError(f"{path.name}: {shown}: this name holds half of a surrogate pair") from error
