"""XML from anybody: streamed through expat, with no entities, no external files, and bounded memory.

Entity declarations are refused altogether, so that neither an expansion nor a file of this machine can come in;
a document type that only names its DTD is harmless and passes. One tag may be 1 MiB long and elements may be nested
200 deep: real reports stay far below, and what lies above is refused before it needs memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from pytest_stagegate.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO

    Start = Callable[[str, dict[str, str]], None]
    End = Callable[[str], None]
    Text = Callable[[str], None]

DEPTH: Final = 200
_TAG_LIMIT: Final = 1 << 20
_CHUNK: Final = 1 << 16
_AFTER_ROOT: Final = frozenset(
    expat.errors.codes[message]
    for message in (expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT, expat.errors.XML_ERROR_MISPLACED_XML_PI)
)


class BadXml(ValueError):  # noqa: N818 - becomes an EvidenceError once the place is known
    """What a handler finds wrong with an element; one sentence without the place."""


def parse(path: Path, bind: Callable[[expat.XMLParserType], None], *, several: bool = False) -> None:
    """Stream a file through expat.

    Args:
        path: The file; its encoding is told by its byte order mark or XML declaration.
        bind: Sets the handlers on a new parser. A handler may raise `BadXml`.
        several: Whether several documents may stand in the file one after the other.

    Raises:
        EvidenceError: With file, line and column, when the file can't be read, is not well-formed, declares an
            entity, or is built to need much memory.
    """
    try:
        with path.open("rb") as file:
            begin: int | None = 0
            line = 1
            while begin is not None:
                file.seek(begin)
                parser = _parser(bind)
                end, line = _document(file, parser, path.name, line, several=several)
                begin = None if end is None else begin + end
    except OSError as error:
        raise EvidenceError(f"{path.name}: can't be read: {error.strerror}") from error


def elements(path: Path, start: Start, end: End, text: Text | None = None) -> None:
    """Stream a file's elements and, where wanted, its text; raises as `parse` does."""
    depth = 0

    def on_start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEPTH:
            raise BadXml(f"elements are nested deeper than {DEPTH}")
        start(name, attributes)

    def on_end(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name)

    def bind(parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = on_start
        parser.EndElementHandler = on_end
        if text is not None:
            parser.CharacterDataHandler = text

    parse(path, bind)


def _parser(bind: Callable[[expat.XMLParserType], None]) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    bind(parser)
    parser.EntityDeclHandler = _refuse_declaration
    parser.SkippedEntityHandler = _refuse_use
    return parser


def _refuse_declaration(name: str, *_: object) -> None:
    raise BadXml(f"it declares the entity {name[:40]!r}; entities are refused")


def _refuse_use(name: str, *_: object) -> None:
    raise BadXml(f"it uses the entity {name[:40]!r}, which nothing declares")


def _document(
    file: BinaryIO, parser: expat.XMLParserType, name: str, first_line: int, *, several: bool
) -> tuple[int | None, int]:
    """Parse one document; return how many bytes it has when another follows, and the line where that begins."""
    fed = 0
    try:
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk)
            fed += len(chunk)
            if fed - max(parser.CurrentByteIndex, 0) > _TAG_LIMIT:
                raise BadXml("a single tag is longer than 1 MiB")  # noqa: TRY301 - told like every other fault
        if not fed:
            raise EvidenceError(f"{name}: the file is empty", code="empty")
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        if several and error.code in _AFTER_ROOT and parser.ErrorByteIndex > 0:
            return parser.ErrorByteIndex, first_line + error.lineno - 1
        place = f"{name}:{first_line + error.lineno - 1}:{error.offset + 1}"
        raise EvidenceError(f"{place}: this is no well-formed XML: {expat.ErrorString(error.code)}") from error
    except BadXml as error:
        place = f"{name}:{first_line + parser.CurrentLineNumber - 1}:{parser.CurrentColumnNumber + 1}"
        raise EvidenceError(f"{place}: {error}") from error
    except (LookupError, ValueError) as error:
        # expat asks Python for an encoding that it does not know itself.
        raise EvidenceError(f"{name}:{first_line}: its encoding can't be read: {error}") from error
    return None, first_line
