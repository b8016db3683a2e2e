"""What pictures of a decision are drawn from, in the shape of ``decision.json``: coverage, durations, progress."""

from __future__ import annotations

import msgspec


class Covered(msgspec.Struct, frozen=True, kw_only=True):
    """How much of something was run; exact integers.

    Attributes:
        lines_covered: Lines that were run.
        lines_total: Executable lines.
        branches_covered: Branches that were taken; 0 where they were not measured.
        branches_total: All branches; likewise.
    """

    lines_covered: int = 0
    lines_total: int = 0
    branches_covered: int = 0
    branches_total: int = 0


class CoveredFile(Covered, frozen=True, kw_only=True):
    """Coverage of one file; `path` is relative to the root, with ``/``."""

    path: str


class FurtherFiles(Covered, frozen=True, kw_only=True):
    """The sums of the files that are not listed; `files` says how many they are."""

    files: int = 0


class CoveredByStage(msgspec.Struct, frozen=True, kw_only=True):
    """What the tests of one stage have run by themselves, of the lines and branches of the whole."""

    stage: str
    lines_covered: int
    branches_covered: int


class CoverageFigures(Covered, frozen=True, kw_only=True):
    """Coverage of the whole, of its files, and by stage.

    Attributes:
        producer: Who measured, with version.
        branches_measured: Whether every part measured branches; where one did not, there are none in any count.
        files: Those with the most lines first, at most 500.
        further: The sums of the others.
        stages: In the order of the flow; empty where coverage was not labelled by stage.
        stages_text: Why it was not, one sentence; else empty.
    """

    producer: str
    branches_measured: bool
    files: tuple[CoveredFile, ...] = ()
    further: FurtherFiles = FurtherFiles()
    stages: tuple[CoveredByStage, ...] = ()
    stages_text: str = ""


class TimeBand(msgspec.Struct, frozen=True, kw_only=True):
    """How many tests took less than `below` microseconds and no less than the band before; None for no end."""

    below: int | None
    tests: int


class TimedTest(msgspec.Struct, frozen=True, kw_only=True):
    """How long one test took: setup, call and teardown together, in microseconds."""

    id: str
    stage: str
    environment: str | None
    microseconds: int


class DurationFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How long the tests took that were executed.

    Attributes:
        total: Microseconds of all of them.
        timed: How many they are.
        distribution: How many took how long, by bands that are the same in every decision.
        slowest: Of the 20 slowest those whose names are known, the slowest first.
        slowest_unnamed: How many of the 20 slowest are passed tests of other tools, whose names are not kept.
    """

    total: int
    timed: int
    distribution: tuple[TimeBand, ...]
    slowest: tuple[TimedTest, ...]
    slowest_unnamed: int = 0


class ProgressRow(msgspec.Struct, frozen=True, kw_only=True):
    """How many goals of one priority or milestone are how far, or requirements that tests name; each counted once.

    Attributes:
        by: ``priority`` or ``milestone`` for goals of the plan, ``linked`` for all requirements that tests name.
        name: The priority or the id of the milestone; empty for goals that state none, and with ``linked``.
        total: How many there are.
        verified: Linked tests passed.
        done: The plan says that it is done, and no linked test that was executed says so.
        partial: Some linked tests were executed and passed.
        open: None was executed.
        waived: A waiver covers it.
        failed: A linked test failed.
    """

    by: str
    name: str
    total: int
    verified: int = 0
    done: int = 0
    partial: int = 0
    open: int = 0
    waived: int = 0
    failed: int = 0
