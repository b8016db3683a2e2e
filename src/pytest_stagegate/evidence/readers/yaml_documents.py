"""YAML from anybody, decoded as a whole by PyYAML's safe loader, in bounded time.

The loader takes time that grows with the square of the depth, and of a number's length; an alias can make a small file
endless. What no file of people holds is refused before it is composed.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from pytest_stagegate.evidence.readers.json_documents import KeyTwice, once

_DEEPEST: Final = 50
"""Levels of lists and mappings."""
_MOST: Final = 50_000
"""Texts, lists and mappings, each with its begin and end."""
_LONGEST: Final = 10_000
"""Characters of one text or number."""


UNREADABLE: Final = (RecursionError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
"""What PyYAML raises besides its own errors: a value that contradicts its tag (``!!bool maybe``) whatever it likes."""


class NotYaml(ValueError):  # noqa: N818 - becomes a Mistake or an EvidenceError
    """Why a text is not read, as the rest of a sentence that begins with its file."""


def yaml_documents(text: str) -> list[Any]:
    """Return the documents of a text, of plain types alone.

    Raises:
        NotYaml: When it is no YAML, or is refused; also where PyYAML is not installed.
    """
    try:
        yaml: Any = import_module("yaml")
    except ImportError as error:
        raise NotYaml("is YAML, and PyYAML is not installed: pip install pytest-stagegate[yaml]") from error
    try:
        _refuse_endless(yaml, text)
        return _constructed(yaml.SafeLoader(text))
    except NotYaml:
        raise
    except KeyTwice as error:
        raise NotYaml(f"the key {str(error)[:40]!r} stands twice in one object") from error
    except (yaml.YAMLError, *UNREADABLE) as error:
        told = " ".join(str(error).split())[:200] if isinstance(error, (yaml.YAMLError, ValueError, TypeError)) else ""
        raise NotYaml(f"can't be read as YAML: {told or 'a value is not of the type that its tag says'}") from error


def _refuse_endless(yaml: Any, text: str) -> None:
    depth = 0
    for number, each in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        if isinstance(each, yaml.AliasEvent):
            raise NotYaml("has an alias (*name), which is not read; write out what it stands for")
        depth += isinstance(each, yaml.CollectionStartEvent) - isinstance(each, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise NotYaml("is nested too deep")
        if number == _MOST:
            raise NotYaml("holds more values than such a file can have")
        if isinstance(each, yaml.ScalarEvent) and len(each.value) > _LONGEST:
            raise NotYaml(f"holds a text of more than {_LONGEST:,} characters")


def _constructed(loader: Any) -> list[Any]:
    found = []
    try:
        while loader.check_node():
            node = loader.get_node()
            _no_key_twice(node)
            found.append(loader.construct_document(node))
    finally:
        loader.dispose()
    return found


def _no_key_twice(node: Any) -> None:
    left = [node]
    while left:
        each = left.pop()
        if isinstance(each.value, str):
            continue
        if each.id == "mapping":
            once([(key.value, None) for key, _ in each.value if isinstance(key.value, str)])
            left += [value for _, value in each.value]
        else:
            left += each.value
