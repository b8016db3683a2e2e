"""Objectives in files of OpenSLO v1, in YAML or JSON: https://github.com/OpenSLO/OpenSLO.

Read are SLOs over a rolling window that budget occurrences, with an indicator that counts good or bad and all events by
queries of Prometheus. What is of OpenSLO and can't be judged so is refused in a sentence, not left out.
"""

from __future__ import annotations

import json
import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.errors import EvidenceError, Mistake
from pytest_stagegate.evidence.artifacts import files_matching
from pytest_stagegate.evidence.readers.bounded import read_bounded
from pytest_stagegate.evidence.readers.json_documents import KeyTwice, once
from pytest_stagegate.evidence.readers.yaml_documents import NotYaml, yaml_documents
from pytest_stagegate.model.numbers import Ratio
from pytest_stagegate.model.promql import other_range
from pytest_stagegate.model.service_levels import Objective

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LARGEST: Final = 1 << 20
"""Bytes that a file may have."""

_VERSION: Final = "openslo/v1"
_LENGTH: Final = re.compile(r"([1-9][0-9]{0,4})([mhdw])")
_MICROSECONDS: Final = {"m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000, "w": 604_800_000_000}
_PLACEHOLDER: Final = re.compile(r"\{\{\s*\.window\s*\}\}")
_SELECTOR: Final = r'[a-zA-Z_:][a-zA-Z0-9_:]*(?:\s*\{(?:[^"{}\[\]]|"(?:[^"\\]|\\.)*")*\})?'
_COUNTER: Final = re.compile(rf"\s*(?:sum\s*\(\s*(?P<summed>{_SELECTOR})\s*\)|(?P<plain>{_SELECTOR}))\s*")
"""A counter, or the sum of one over all its series."""


class _Refused(ValueError):  # noqa: N818 - becomes a Mistake
    """What is wrong with a document, as the rest of a sentence."""


def objectives_in(root: Path, globs: Sequence[str]) -> tuple[tuple[Objective, ...], tuple[Mistake, ...]]:
    """Return the objectives of files, by name, and all that is wrong with the files.

    Args:
        root: The project's root; a file that lies elsewhere, by a link too, is not read.
        globs: Which files, relative to the root.
    """
    found: dict[str, Objective] = {}
    mistakes: list[Mistake] = []
    for glob in globs:
        paths = sorted(files_matching(root, glob))
        if not paths:
            mistakes.append(Mistake("slos.files", f"{glob!r} matches no file below the root"))
        for path in paths:
            try:
                documents = _documents(root, path)
            except (_Refused, EvidenceError) as error:
                mistakes.append(Mistake(path, str(error).removeprefix(f"{path.rpartition('/')[2]}: ")))
                continue
            for name, made in _of_file(path, documents):
                if isinstance(made, Mistake):
                    mistakes.append(made)
                elif name in found and found[name] != made:
                    mistakes.append(Mistake(path, f"two objectives have the name {name!r}"))
                else:
                    found[name] = made
    return tuple(found[name] for name in sorted(found)), tuple(mistakes)


def _of_file(path: str, documents: Sequence[dict[str, Any]]) -> Iterator[tuple[str, Objective | Mistake]]:
    slos = [(number, each) for number, each in enumerate(documents, start=1) if each.get("kind") == "SLO"]
    if not slos:
        yield "", Mistake(path, "holds no SLO")
    for number, slo in slos:
        try:
            for each in _objectives(slo, documents, path):
                yield each.name, each
        except _Refused as error:
            yield "", Mistake(f"{path}, document {number}", str(error))


# ---- reading a file


def _documents(root: Path, path: str) -> list[dict[str, Any]]:
    file = root / path
    if not file.resolve().is_relative_to(root.resolve()):
        raise _Refused("lies elsewhere than below the root")
    content = read_bounded(file, LARGEST, f"the file is larger than {LARGEST >> 20} MiB")
    try:
        text = content.decode("utf-8-sig")
        found = [json.loads(text, object_pairs_hook=once)] if path.endswith(".json") else yaml_documents(text)
    except UnicodeDecodeError as error:
        raise _Refused("is no text in UTF-8") from error
    except NotYaml as error:
        raise _Refused(str(error)) from error
    except KeyTwice as error:
        raise _Refused(f"the key {str(error)[:40]!r} stands twice in one object") from error
    except json.JSONDecodeError as error:
        raise _Refused(f"is no well-formed JSON: line {error.lineno}, {error.msg.lower()}") from error
    except RecursionError as error:
        raise _Refused("is nested too deep") from error
    except ValueError as error:
        raise _Refused("is no JSON that can be read: a number in it has too many digits") from error
    documents = [each for each in found if each is not None]
    for each in documents:
        if not isinstance(each, dict) or each.get("apiVersion") != _VERSION:
            raise _Refused(f"has to hold documents with apiVersion: {_VERSION}")
    return documents


# ---- what a document says


def _objectives(slo: dict[str, Any], documents: Sequence[dict[str, Any]], path: str) -> Iterator[Objective]:
    name, spec = _name(slo), _table(slo, "spec")
    if spec.get("budgetingMethod") != "Occurrences":
        raise _Refused(f"{name}: budgetingMethod has to be Occurrences; time slices are not counted here")
    window = _window(name, spec.get("timeWindow"))
    good, bad, total = _queries(name, _indicator(name, spec, documents), documents)
    for key, query in (("good", good), ("bad", bad), ("total", total)):
        if found := other_range(query, window):
            raise _Refused(f"{name}: {key} counts over [{found}], and its window is another; write [{{{{.window}}}}]")
    targets = spec.get("objectives")
    if not isinstance(targets, list) or not targets or not all(isinstance(each, dict) for each in targets):
        raise _Refused(f"{name}: objectives has to be a list with at least one target")
    for number, each in enumerate(targets, start=1):
        if "indicator" in each or "indicatorRef" in each:
            raise _Refused(f"{name}: an objective with an indicator of its own is not read")
        suffix = each.get("displayName") if isinstance(each.get("displayName"), str) else str(number)
        own = name if len(targets) == 1 else f"{name}/{suffix}"
        if not own.isprintable():
            raise _Refused("a name holds a character that can't be shown")
        yield Objective(
            name=own, objective=_target(name, each), window=window, good=good, bad=bad, total=total, source=path
        )


def _name(document: dict[str, Any]) -> str:
    name = _table(document, "metadata").get("name")
    if not isinstance(name, str) or not name:
        raise _Refused("metadata.name has to be a text")
    if not name.isprintable():
        raise _Refused("a name holds a character that can't be shown")
    return name


def _table(owner: Any, *keys: str) -> dict[str, Any]:
    for key in keys:
        owner = owner.get(key) if isinstance(owner, dict) else None
    return owner if isinstance(owner, dict) else {}


def _window(name: str, written: Any) -> int:
    only = written[0] if isinstance(written, list) and len(written) == 1 else None
    if not isinstance(only, dict) or only.get("isRolling") is not True:
        raise _Refused(f"{name}: timeWindow has to have one item with isRolling: true")
    length = _LENGTH.fullmatch(str(only.get("duration"))[:20])
    if length is None:
        raise _Refused(f"{name}: the duration of its window has to be written like 30d or 4w")
    return int(length[1]) * _MICROSECONDS[length[2]]


def _target(name: str, written: dict[str, Any]) -> Ratio:
    if ("target" in written) is ("targetPercent" in written):
        raise _Refused(f"{name}: an objective has one of target and targetPercent")
    value = written.get("target", written.get("targetPercent"))
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise _Refused(f"{name}: a target has to be a number")
    # A float stands for the decimal that was written.
    share = Fraction(str(value)) / (1 if "target" in written else 100)
    if not 0 < share <= 1:
        raise _Refused(f"{name}: a target has to lie above 0 and not above 1, targetPercent not above 100")
    return Ratio(share.numerator, share.denominator)


def _indicator(name: str, spec: dict[str, Any], documents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    if ("indicator" in spec) is ("indicatorRef" in spec):
        raise _Refused(f"{name}: it has one of indicator and indicatorRef")
    if "indicator" in spec:
        return _table(spec, "indicator", "spec")
    wanted = spec["indicatorRef"]
    found = [each for each in documents if each.get("kind") == "SLI" and _name(each) == wanted]
    if len(found) != 1:
        raise _Refused(f"{name}: its indicatorRef names {'two SLIs' if found else 'no SLI'} of this file")
    return _table(found[0], "spec")


def _queries(name: str, spec: dict[str, Any], documents: Sequence[dict[str, Any]]) -> tuple[str, str, str]:
    ratio = _table(spec, "ratioMetric")
    if not ratio or "raw" in ratio:
        raise _Refused(f"{name}: only a ratioMetric of good or bad and total is read, no thresholdMetric and no raw")
    if ("good" in ratio) is ("bad" in ratio) or "total" not in ratio:
        raise _Refused(f"{name}: its ratioMetric has total and one of good and bad")
    counter = ratio.get("counter") is True
    good, bad, total = (
        _query(f"{name}: {key}", _table(ratio, key, "metricSource"), documents, counter=counter) if key in ratio else ""
        for key in ("good", "bad", "total")
    )
    return good, bad, total


def _query(place: str, source: dict[str, Any], documents: Sequence[dict[str, Any]], *, counter: bool) -> str:
    kind = source.get("type")
    if kind is None and "metricSourceRef" in source:
        named = (each for each in documents if each.get("kind") == "DataSource")
        kind = next((_table(e, "spec").get("type") for e in named if _name(e) == source["metricSourceRef"]), None)
    if not isinstance(kind, str) or kind.lower() != "prometheus":
        raise _Refused(f"{place} does not say that its source is Prometheus")
    query = _table(source, "spec").get("query")
    if not isinstance(query, str) or not query.strip():
        raise _Refused(f"{place} has no query")
    query = _PLACEHOLDER.sub("{window}", query.strip())
    if "[" in query:
        return query
    selector = _COUNTER.fullmatch(query)
    if not counter or selector is None:
        text = "has a query without a window; write sum(increase(name[{{.window}}])), or counter: true and a counter"
        raise _Refused(f"{place} {text}")
    return f"sum(increase({selector['summed'] or selector['plain']}[{{window}}]))"
