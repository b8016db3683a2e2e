"""Coverage as finished strings: a picture of the files with a table behind it, and what each stage covers by itself."""

from __future__ import annotations

from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.drawing import Part, bar, fitting, width_of
from pytest_stagegate.documents.treemap import HEAD, Box, treemap
from pytest_stagegate.documents.wording import clean, plural
from pytest_stagegate.model.texts import shortened
from pytest_stagegate.thresholds import show_share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.figures import CoverageFigures, Covered, CoveredFile

_PATH: Final = 160
"""Characters of a path that are shown; as the page writes them, half as many again."""
_LARGE: Final = (Box(0, 0, 10_000, 5_600), 4)
_SMALL: Final = (Box(0, 0, 5_600, 3_136), 2)
"""What is filled, and how many times larger its texts are on a phone."""
_PIXEL: Final = 8
"""Units of the picture in one unit of a text of size 13."""
_LINE: Final = 160
_MARGIN: Final = 10
_LEAST: Final = 5
"""Signs that a shortened name has at the least."""
_FURTHER: Final = "\0"
_FEW: Final = 12
"""Files for which a small picture does."""

TONES: Final = (
    ("all", "all lines run"),
    ("most", "90 % or more"),
    ("many", "75 % or more"),
    ("half", "50 % or more"),
    ("few", "less than half"),
)
"""The steps of the picture: style class, and what it stands for."""
_STEPS: Final = (Fraction(1), Fraction(9, 10), Fraction(3, 4), Fraction(1, 2))


class Tile(msgspec.Struct, frozen=True):
    """One file in the picture.

    Attributes:
        path: In full, as far as it is shown.
        name: The same without folders.
        text: Its coverage.
        tone: Style class.
        x: Left, in units of the picture; likewise `y`, `width` and `height`.
        label: Its name, or as much of it as fits; empty where nothing does.
        share: The same for its share.
        far: Whether both fit as large as they are on a phone.
    """

    path: str
    name: str
    text: str
    tone: str
    x: str
    y: str
    width: str
    height: str
    label: str
    share: str
    far: bool


class Head(msgspec.Struct, frozen=True):
    """A folder that is named in the picture; numbers as in `Tile`, `line` is the height of the line for its name."""

    name: str
    x: str
    y: str
    width: str
    height: str
    line: str


class FileView(msgspec.Struct, frozen=True):
    """One file in the table.

    Attributes:
        path: In full, as far as it is shown.
        name: The same without folders.
        lines: Share of lines with both numbers.
        lines_rank: Its place among the files by that share, the least first.
        branches: Likewise; empty where there are none.
        branches_rank: Likewise.
    """

    path: str
    name: str
    lines: str
    lines_rank: str
    branches: str
    branches_rank: str


class StageShare(msgspec.Struct, frozen=True):
    """What the tests of one stage cover by themselves; `parts` is the bar of its lines."""

    stage: str
    lines: str
    branches: str
    parts: tuple[Part, ...]


class CoverageView(msgspec.Struct, frozen=True):
    """Coverage as strings; `sentence` is empty where nothing was measured.

    Attributes:
        sentence: The whole in one sentence.
        producer: Who measured.
        folder: The folder in which all files lie; empty where there is none.
        width: Of the picture, in its units.
        height: Likewise.
        small: Whether the picture is a small one.
        heads: The folders that are named in the picture.
        tiles: The files of the picture; empty where there is none of a single file.
        tones: Style class and meaning of each step that the picture has.
        files: The files of the table, at most 500.
        more: A sentence on those that are not listed; else empty.
        branches: Whether branches were measured.
        stages: The whole, then each stage; empty where coverage was not labelled by stage.
        stages_text: Why it was not; else empty.
    """

    sentence: str = ""
    producer: str = ""
    folder: str = ""
    width: str = ""
    height: str = ""
    small: bool = False
    heads: tuple[Head, ...] = ()
    tiles: tuple[Tile, ...] = ()
    tones: tuple[tuple[str, str], ...] = ()
    files: tuple[FileView, ...] = ()
    more: str = ""
    branches: bool = False
    stages: tuple[StageShare, ...] = ()
    stages_text: str = ""


def coverage_view(figures: CoverageFigures | None) -> CoverageView:
    """Return the coverage of a decision as finished strings."""
    if figures is None or not figures.lines_total:
        return CoverageView()
    known: dict[str, Covered] = {file.path: file for file in figures.files}
    lines, branches = _lines(figures), _branches(figures)
    told = _of(*lines, "lines") + (f" and {_of(*branches, 'branches')}" if branches[1] else "")
    known[_FURTHER] = figures.further
    sizes = {name: each.lines_total for name, each in known.items()}
    filled, larger = _SMALL if sum(map(bool, sizes.values())) <= _FEW else _LARGE
    made = treemap(sizes, filled, apart=_FURTHER)
    several = len(made.tiles) > 1
    tiles = tuple(_tile(name, known[name], box, figures, larger) for name, box in made.tiles.items()) if several else ()
    tones = {tile.tone for tile in tiles}
    return CoverageView(
        sentence=f"The tests ran {told}, in {plural(len(figures.files) + figures.further.files, 'file')}.",
        producer=clean(figures.producer),
        folder=_shown(made.folder) if several else "",
        width=str(filled.width),
        height=str(filled.height),
        small=filled == _SMALL[0],
        heads=tuple(_head(name, box) for name, box in made.heads) if several else (),
        tiles=tiles,
        tones=tuple(tone for tone in TONES if tone[0] in tones),
        files=_files(figures.files),
        more=_more(figures),
        branches=figures.branches_measured,
        stages=_stages(figures),
        stages_text=clean(figures.stages_text),
    )


def _lines(of: Covered) -> tuple[int, int]:
    return of.lines_covered, of.lines_total


def _branches(of: Covered) -> tuple[int, int]:
    return of.branches_covered, of.branches_total


def _share(part: int, whole: int) -> str:
    """Return a share with both of its numbers; it never looks better than it is."""
    return f"{show_share(Fraction(part, whole))} ({part} of {whole})" if whole else ""


def _of(part: int, whole: int, noun: str) -> str:
    return f"{show_share(Fraction(part, whole))} of the {noun} ({part} of {whole})"


def _shown(path: str) -> str:
    # Signs that a page has to write in a longer way must not make it large.
    return clean(shortened(path, _PATH if len(escape(path)) * 2 <= _PATH * 3 else _PATH // 2))


def _own_name(path: str) -> str:
    return _shown(path.rpartition("/")[2])


def _tile(name: str, of: Covered, box: Box, figures: CoverageFigures, larger: int) -> Tile:
    further = name == _FURTHER
    path = plural(figures.further.files, "further file") if further else _shown(name)
    own = path if further else _own_name(name)
    share, room = show_share(Fraction(*_lines(of))), box.width // _PIXEL - _MARGIN
    label = _label(own, room) if box.height >= 2 * _LINE else ""
    two = label and box.height >= 3 * _LINE and width_of(share) <= room
    far = two and box.height >= 3 * larger * _LINE and larger * max(width_of(label), width_of(share)) <= room
    return Tile(
        path=path,
        name=own,
        text=f"{_share(*_lines(of))} of its lines",
        tone=next(
            (tone for (tone, _), step in zip(TONES, _STEPS, strict=False) if Fraction(*_lines(of)) >= step), "few"
        ),
        x=str(box.x),
        y=str(box.y),
        width=str(box.width),
        height=str(box.height),
        label=label,
        share=share if two else "",
        far=bool(far),
    )


def _label(name: str, room: int) -> str:
    """Return as much of a name as fits; nothing where that says nothing."""
    label = fitting(name, room)
    cut = label[:-1].rstrip("._-")
    return label if label == name else f"{cut}…" if len(cut) >= _LEAST else ""


def _head(name: str, box: Box) -> Head:
    # The names of folders are bold, and wider for that.
    label = _label(_shown(name), box.width * 5 // (_PIXEL * 6) - _MARGIN)
    return Head(label, str(box.x), str(box.y), str(box.width), str(box.height), str(HEAD))


def _more(figures: CoverageFigures) -> str:
    further = figures.further
    if not further.files:
        return ""
    told = f": {_of(*_lines(further), 'lines')}" if further.lines_total else ""
    told += f", {_of(*_branches(further), 'branches')}" if further.branches_total else ""
    return f"And {plural(further.files, 'further file')} with fewer lines{told}."


def _files(files: Sequence[CoveredFile]) -> tuple[FileView, ...]:
    by_lines, by_branches = _ranks([_lines(file) for file in files]), _ranks([_branches(file) for file in files])
    return tuple(
        FileView(
            path=_shown(file.path),
            name=_own_name(file.path),
            lines=_share(*_lines(file)) or "no lines",
            lines_rank=by_lines[number],
            branches=_share(*_branches(file)),
            branches_rank=by_branches[number],
        )
        for number, file in enumerate(files)
    )


def _ranks(shares: Sequence[tuple[int, int]]) -> list[str]:
    """Return the place of each share among all, the least first; what has nothing comes last."""
    exact = [Fraction(part, whole) if whole else Fraction(2) for part, whole in shares]
    place = {share: str(number) for number, share in enumerate(sorted(set(exact)), start=1)}
    return [place[share] for share in exact]


def _stages(figures: CoverageFigures) -> tuple[StageShare, ...]:
    rows = [("all stages together", figures.lines_covered, figures.branches_covered)]
    rows += [(clean(each.stage), each.lines_covered, each.branches_covered) for each in figures.stages]
    return tuple(
        StageShare(
            stage=stage,
            lines=_share(lines, figures.lines_total),
            branches=_share(branches, figures.branches_total),
            parts=bar([("part", lines)], figures.lines_total),
        )
        for stage, lines, branches in (rows if figures.stages else ())
    )
