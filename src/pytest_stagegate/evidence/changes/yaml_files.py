"""Files in YAML: notes of reno (https://docs.openstack.org/reno), and the categories of GitHub's release notes.

PyYAML is an extra: most projects have neither.
"""

from __future__ import annotations

from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.changes.drafted import draft_of
from pytest_stagegate.evidence.changes.tree import files_at, fragments_in, text_at
from pytest_stagegate.evidence.readers.yaml_documents import UNREADABLE
from pytest_stagegate.model.changes import Told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.evidence.changes.drafted import Reading
    from pytest_stagegate.model.changes import Draft

_RENO: Final = "releasenotes/notes"
_MOST: Final = 10_000
_DEEPEST: Final = 20
_CATEGORIES: Final = (".github/release.yml", ".github/release.yaml")


class Category(NamedTuple):
    """A category of GitHub's release notes; labels in lower case, ``*`` for any."""

    title: str
    labels: tuple[str, ...]
    not_labels: tuple[str, ...]


def reno(reading: Reading) -> Told | None:
    """Return what reno's notes of a range tell; None where the project has none.

    Raises:
        EvidenceError: When PyYAML is not installed, or a note can't be read.
    """
    if not files_at(reading.rootdir, reading.span.last, _RENO):
        return None
    drafts: list[Draft] = []
    preludes, issues = [], []
    for file in fragments_in(reading.rootdir, reading.span, _RENO, ""):
        if not file.path.endswith((".yaml", ".yml")):
            continue
        for key, values in _yaml(file.text, file.path).items():
            texts = list(islice(_texts(values), _MOST + 1))
            if len(texts) > _MOST:
                raise EvidenceError(f"{file.path} has more than {_MOST} texts below {key}.", remedy="Mend the file.")
            if key == "prelude":
                preludes += texts
            elif key == "issues":
                issues += texts
            else:
                parts = (text.partition("\n\n") for text in texts)
                drafts += [
                    draft_of(reading, str(key), first, body, "fragment", file.path, file.commits)
                    for first, _, body in parts
                ]
    return Told(f"reno notes ({_RENO})", tuple(drafts), "\n\n".join(preludes), tuple(issues), written=True)


def categories(reading: Reading) -> tuple[tuple[Category, ...], Category]:
    """Return the categories of GitHub's file, in order, and what is left out; none where there is no file.

    Raises:
        EvidenceError: As for `reno`.
    """
    for path in _CATEGORIES:
        text = text_at(reading.rootdir, reading.span.last, path)
        if text is None:
            continue
        table = _yaml(text, path).get("changelog")
        rows = table.get("categories") if isinstance(table, dict) else None
        found = [_category(row) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return tuple(found), _category({"exclude": table.get("exclude")} if isinstance(table, dict) else {})
    return (), Category("", (), ())


def _category(row: dict[str, Any]) -> Category:
    exclude = row.get("exclude")
    excluded = _labels(exclude.get("labels")) if isinstance(exclude, dict) else ()
    return Category(str(row.get("title", "")), _labels(row.get("labels")), excluded)


def _labels(value: object) -> tuple[str, ...]:
    return tuple(str(each).lower() for each in value) if isinstance(value, list) else ()


def _texts(values: object, depth: int = 0) -> Iterator[str]:
    """Yield every text of a section: it is one, or a list, whatever is nested in it; a file may nest it in itself."""
    if depth > _DEEPEST:
        yield ""
    elif isinstance(values, dict):
        for key, value in values.items():
            yield from (f"{key}: {text}" for text in _texts(value, depth + 1))
    elif isinstance(values, list):
        for value in values:
            yield from _texts(value, depth + 1)
    elif values is not None:
        yield str(values).strip()


def _yaml(text: str, path: str) -> dict[Any, Any]:
    try:
        yaml: Any = import_module("yaml")
    except ImportError as error:
        remedy = "Install it: pip install pytest-stagegate[yaml]; or name other sources in [tool.stagegate.notes]."
        raise EvidenceError(f"{path} is YAML, and PyYAML is not installed.", remedy=remedy) from error
    try:
        found: Any = yaml.safe_load(text)
    except (yaml.YAMLError, *UNREADABLE) as error:
        line = " ".join(str(error).split())[:200]
        raise EvidenceError(f"{path} can't be read as YAML: {line}.", remedy="Mend the file.") from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise EvidenceError(f"{path} holds no table of sections.", remedy="Mend the file.")
    return found
