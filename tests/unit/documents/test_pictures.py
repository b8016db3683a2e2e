from __future__ import annotations

import html
import re
from typing import Any

import msgspec
import pytest

from pytest_stagegate.documents.covered import CoverageView, coverage_view
from pytest_stagegate.documents.drawing import BAR, bar, fitting, width_of
from pytest_stagegate.documents.profiles import in_profile
from pytest_stagegate.documents.progress import progress_view
from pytest_stagegate.documents.templating import render
from pytest_stagegate.documents.timed import durations_view
from pytest_stagegate.documents.view import view
from pytest_stagegate.figures import BANDS
from pytest_stagegate.model.figures import (
    CoverageFigures,
    CoveredByStage,
    CoveredFile,
    DurationFigures,
    FurtherFiles,
    ProgressRow,
    TimeBand,
    TimedTest,
)
from pytest_stagegate.model.goals import MilestoneRow
from tests.unit.documents.samples import HOSTILE, go

SECRET = "secret plan"


def covered(*files: tuple[str, int, int], **more: Any) -> CoverageFigures:
    listed = tuple(CoveredFile(path=path, lines_covered=ran, lines_total=lines) for path, ran, lines in files)
    whole = {
        "lines_covered": sum(file.lines_covered for file in listed),
        "lines_total": sum(file.lines_total for file in listed),
    }
    return CoverageFigures(
        **({"producer": "coverage 7.13.0", "branches_measured": False, "files": listed} | whole | more)
    )


def shown(*files: tuple[str, int, int], **more: Any) -> CoverageView:
    return coverage_view(covered(*files, **more))


def took(*slowest: tuple[str, int], **more: Any) -> DurationFigures:
    tests = tuple(TimedTest(id=id, stage="test", environment="dev", microseconds=us) for id, us in slowest)
    bands = tuple(TimeBand(below=below, tests=number) for number, below in enumerate((*BANDS, None)))
    return DurationFigures(**({"total": 2_000_001, "timed": 21, "distribution": bands, "slowest": tests} | more))


# ---- coverage


def test_without_coverage_there_is_no_section() -> None:
    assert coverage_view(None).sentence == ""
    assert 'id="coverage"' not in render("report.html.j2", view(go(), "d" * 64), None)
    assert "## Coverage" not in render("report.md.j2", view(go(), "d" * 64), None)


def test_a_share_never_looks_better_than_it_is() -> None:
    made = shown(("src/a.py", 99_999, 100_000), ("src/b.py", 0, 3))
    assert made.sentence == "The tests ran 99.9 % of the lines (99999 of 100003), in 2 files."
    assert [file.lines for file in made.files] == ["99.9 % (99999 of 100000)", "0 % (0 of 3)"]


@pytest.mark.parametrize(
    ("ran", "tone"),
    [(1000, "all"), (999, "most"), (900, "most"), (899, "many"), (749, "half"), (499, "few"), (0, "few")],
)
def test_each_step_of_the_picture_begins_where_it_says(ran: int, tone: str) -> None:
    made = shown(("a.py", ran, 1000), ("b.py", 1, 1))
    assert {tile.path: tile.tone for tile in made.tiles}["a.py"] == tone
    assert tone in dict(made.tones)


def test_a_picture_of_one_file_says_nothing_that_its_row_does_not() -> None:
    made = shown(("src/a.py", 1, 2), ("src/__init__.py", 0, 0))
    assert (made.tiles, made.heads, made.folder) == ((), (), "")
    assert [(file.path, file.lines) for file in made.files] == [
        ("src/a.py", "50 % (1 of 2)"),
        ("src/__init__.py", "no lines"),
    ]


def test_shares_are_sorted_as_numbers_and_what_has_none_is_last() -> None:
    made = shown(("a", 9, 10), ("b", 0, 0), ("c", 824, 1000), ("d", 8235, 10_000), ("e", 18, 20))
    assert [file.lines_rank for file in made.files] == ["3", "4", "2", "1", "3"]


def test_files_that_are_not_listed_have_a_tile_and_a_sentence() -> None:
    further = FurtherFiles(files=12, lines_covered=5, lines_total=10, branches_covered=1, branches_total=4)
    made = shown(("src/a.py", 10, 10), further=further)
    assert sorted(tile.path for tile in made.tiles) == ["12 further files", "src/a.py"]
    assert made.more == (
        "And 12 further files with fewer lines: 50 % of the lines (5 of 10), 25 % of the branches (1 of 4)."
    )
    assert "in 13 files" in made.sentence


def test_what_each_stage_covers_is_of_the_whole() -> None:
    stages = (CoveredByStage(stage="code", lines_covered=1, branches_covered=0),)
    made = shown(("a.py", 2, 4), stages=stages)
    assert [(row.stage, row.lines, row.branches) for row in made.stages] == [
        ("all stages together", "50 % (2 of 4)", ""),
        ("code", "25 % (1 of 4)", ""),
    ]
    assert [row.parts[0].width for row in made.stages] == ["500", "250"]


def test_a_name_is_shortened_to_what_its_tile_has_room_for() -> None:
    name = "a_module_with_a_long_name_of_its_own.py"
    made = shown(*((f"{number}/{name}", 1, 100 + number) for number in range(60)))
    labels = {tile.label for tile in made.tiles}
    assert all(label == "" or label == name or label.endswith("…") for label in labels)
    assert any(label.endswith("…") for label in labels)


def test_a_page_names_long_paths_in_part() -> None:
    long, strange = f"src/{'package/' * 60}a.py", f"src/{'<' * 500}/b.py"
    made = shown((long, 1, 2), (strange, 1, 2))
    page = render("report.html.j2", view(go(coverage=covered((long, 1, 2), (strange, 1, 2))), "d" * 64), None)
    assert max(len(file.path) for file in made.files) <= 170
    assert "characters left out" in made.files[0].path
    assert page.count("&lt;&lt;") < 200


def test_hostile_names_of_files_are_text() -> None:
    made = go(coverage=covered((f"src/{HOSTILE}/<img src=x>", 1, 2), ("src/|`*_#@x", 1, 2), producer=HOSTILE))
    page = render("report.html.j2", view(made, "d" * 64), None)
    text = render("report.md.j2", view(made, "d" * 64), None)
    assert "<img" not in page + text
    assert "\x1b" not in page + text
    assert "\u202e" not in page + text
    page.encode()


def test_the_public_form_names_no_folder() -> None:
    made = go(
        coverage=covered((f"{SECRET}/a b/c.py", 1, 2), (f"{SECRET}/d/e.py", 90, 200), (f"{SECRET}/d/f.py", 90, 200)),
        durations=took((f"{SECRET}/test_a.py::test_x", 5)),
    )
    public = in_profile(view(made, "d" * 64), "public")
    page = render("report.html.j2", public, None) + render("report.md.j2", public, None)
    assert not re.search(f"{SECRET}|secret|plan/|a b|d/", page)
    assert [file.path for file in public.coverage.files] == ["c.py", "e.py", "f.py"]
    assert public.durations.slowest[0].id == "test_x"


@pytest.mark.parametrize("name", ["a.py", f"{'a' * 300}.py", f"{'<' * 100}.py"])
def test_the_public_form_names_no_folder_of_a_path_that_is_cut(name: str) -> None:
    made = go(coverage=covered((f"{'<secret>/' * 40}{name}", 1, 2), (f"{'secret/' * 40}{name}", 1, 3)))
    page = render("report.html.j2", in_profile(view(made, "d" * 64), "public"), None)
    assert "secret" in render("report.html.j2", view(made, "d" * 64), None)
    assert "secret" not in page


# ---- durations


def test_times_never_look_shorter_than_they_are() -> None:
    made = durations_view(took(("t.py::test_a", 1_234_567), ("t.py::test_b", 1)))
    assert made.sentence == "21 executed tests took 2.01 s in all."
    assert [(test.id, test.place, test.took) for test in made.slowest] == [
        ("t.py::test_a", "test on dev", "1.24 s"),
        ("t.py::test_b", "test on dev", "1 µs"),
    ]


def test_the_bands_are_named_and_drawn_against_the_largest() -> None:
    made = durations_view(took())
    assert [(band.name, band.tests) for band in made.bands][:2] == [("below 1 ms", "0"), ("1 ms to 10 ms", "1")]
    assert made.bands[-1].name == "1 min or longer"
    assert [part.width for band in made.bands for part in band.parts] == ["166", "333", "500", "666", "833", "1000"]


def test_slow_tests_whose_names_are_not_kept_are_told() -> None:
    assert durations_view(took(slowest_unnamed=3)).more == "Of 3 more tests among the slowest no name is kept."
    assert durations_view(None).sentence == ""


def test_the_report_in_markdown_tells_coverage_by_stage() -> None:
    stages = tuple(CoveredByStage(stage=each, lines_covered=1, branches_covered=0) for each in ("code", "a|b"))
    text = render("report.md.j2", view(go(coverage=covered(("a.py", 2, 4), stages=stages)), "d" * 64), None)
    assert "\nThe tests ran 50 % of the lines (2 of 4), in 1 file. Measured by coverage 7.13.0.\n" in text
    assert "run by themselves: code 25 % (1 of 4); a\\|b 25 % (1 of 4).\n" in text


def test_the_report_in_markdown_names_the_five_slowest() -> None:
    made = go(durations=took(*((f"t.py::test_{number}", 900 - number) for number in range(9))))
    text = render("report.md.j2", view(made, "d" * 64), None)
    assert re.findall(r"- (.*) µs: `t.py::test_(\d)` \(test on dev\)", text) == [
        (str(900 - number), str(number)) for number in range(5)
    ]


# ---- progress


def test_goals_are_drawn_by_how_they_stand() -> None:
    rows = (
        ProgressRow(by="priority", name="must", total=4, verified=1, done=2, failed=1),
        ProgressRow(by="priority", name="", total=2, open=1, waived=1),
        ProgressRow(by="milestone", name="1.0", total=1, partial=1),
        ProgressRow(by="linked", name="", total=1, verified=1),
    )
    milestones = (MilestoneRow(id="1.0", title="The first", due=None, goals=1, done=0),)
    by_priority, by_milestone, linked = progress_view(go(progress=rows, milestones=milestones))
    must, none = by_priority.rows
    assert [(state.sign, state.text) for state in must.states] == [
        ("✔", "1 verified"),
        ("✎", "2 done, not verified"),
        ("✘", "1 failed"),
    ]
    assert [(part.left, part.width) for part in must.parts] == [("0", "250"), ("250", "500"), ("750", "250")]
    assert (none.name, none.total, [part.width for part in none.parts]) == ("no priority", "2", ["250", "250"])
    assert [row.name for row in by_milestone.rows] == ["1.0 The first"]
    assert [row.name for row in linked.rows] == ["all"]


def test_many_milestones_are_counted() -> None:
    rows = tuple(ProgressRow(by="milestone", name=str(number), total=1, open=1) for number in range(53))
    (group,) = progress_view(go(progress=rows))
    assert (len(group.rows), group.more) == (50, "3 more in decision.json.")


def test_each_bar_has_its_figures_in_its_row() -> None:
    rows = (ProgressRow(by="priority", name="must", total=2, verified=2),)
    coverage = covered(("a.py", 1, 2), stages=(CoveredByStage(stage="code", lines_covered=1, branches_covered=0),))
    page = render(
        "report.html.j2", view(go(progress=rows, durations=took(("t", 5)), coverage=coverage), "d" * 64), None
    )
    bars = re.findall(
        r'<tr>(?:(?!</tr>).)*?<svg class="bar"[^>]*role="img"><title>(.*?)</title>.*?</tr>', page, re.DOTALL
    )
    lines = [line for line in page.splitlines() if '<svg class="bar"' in line]
    assert len(bars) == len(lines) == 2 + 7 + 1 + 1
    text = [
        html.unescape(re.sub("<svg.*?</svg>|<[^>]+>", " ", row, flags=re.DOTALL))
        for row in re.findall("<tr>.*?</tr>", page, re.DOTALL)
        if '"bar"' in row
    ]
    assert all(html.unescape(title) in row for title, row in zip(bars, text, strict=True))


# ---- what they have in common


def test_every_part_of_a_bar_that_is_more_than_nothing_is_seen() -> None:
    assert [(part.left, part.width) for part in bar([("a", 0), ("b", 1), ("c", 9_999)], 10_000)] == [
        ("0", "4"),
        ("0", str(BAR)),
    ]


@pytest.mark.parametrize(("text", "room", "made"), [("abc", 24, "abc"), ("abcd", 24, "ab…"), ("MMM", 30, "M…")])
def test_a_text_that_does_not_fit_is_cut(text: str, room: int, made: str) -> None:
    assert fitting(text, room) == made
    assert width_of(made) <= room


def test_figures_of_nothing_are_no_mistake() -> None:
    nothing = took(distribution=(), timed=0, total=0)
    rows = (ProgressRow(by="priority", name="must", total=0),)
    page = render("report.html.j2", view(go(coverage=covered(), durations=nothing, progress=rows), "d" * 64), None)
    assert 'id="coverage"' not in page
    assert "0 executed tests took 0 µs in all." in page


def test_decisions_of_earlier_versions_have_no_pictures() -> None:
    old = msgspec.json.decode(msgspec.json.encode(go()))
    for key in ("coverage", "durations", "progress"):
        del old[key]
    read = msgspec.convert(old, type(go()))
    assert (read.coverage, read.durations, read.progress) == (None, None, ())
