"""The pictures of ``report.html``: what is written stays where it belongs, and nothing is told by colour alone."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from pytest_stagegate.model.decision import Decision
from pytest_stagegate.model.figures import CoveredFile
from tests.browser import report_samples as samples
from tests.browser.conftest import Looker


def covered(*shares: tuple[int, int]) -> Decision:
    """Return a decision with these shares of the lines of its files."""
    files = tuple(
        CoveredFile(path=f"src/shop/part_{number % 3}/module_{number}.py", lines_covered=ran, lines_total=lines)
        for number, (ran, lines) in enumerate(shares)
    )
    made = samples.go()
    assert made.coverage is not None
    return msgspec.structs.replace(made, coverage=msgspec.structs.replace(made.coverage, files=files))


def steps() -> Decision:
    """Return a decision with files of every step of the picture."""
    return covered(*((share, 400) for share in (400, 390, 320, 230, 100) * 5))


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("decision", [samples.release, samples.hostile, samples.many, steps])
def test_what_is_written_in_a_tile_stays_in_it(looker: Looker, decision: Callable[[], Decision], width: int) -> None:
    page = looker.open(looker.write(decision()), width=width)
    out = page.evaluate(
        """() => [...document.querySelectorAll(".treemap g text")].filter((text) => {
          if (getComputedStyle(text).display === "none") return false;
          const one = text.getBoundingClientRect();
          const box = text.parentNode.querySelector("rect").getBoundingClientRect();
          const aside = one.left < box.left || one.right > box.right + 1;
          return aside || one.top < box.top - 1 || one.bottom > box.bottom + 1;
        }).map((text) => text.textContent)"""
    )
    assert out == []


def test_each_step_is_told_by_its_own_pattern_where_colours_are_forced(looker: Looker) -> None:
    page = looker.open(looker.write(steps()))
    page.emulate_media(forced_colors="active")
    seen = page.evaluate(
        """() => {
          const each = (selector, said) => [...document.querySelectorAll(selector)].map(said);
          return {
            fills: each(".treemap g:not(.head) > rect", (node) => node.getAttribute("fill")),
            hatches: each(".treemap .hatch", (node) => node.getAttribute("d")),
            lines: each(".treemap .hatch", (node) => getComputedStyle(node).stroke),
            ink: getComputedStyle(document.body).color,
          };
        }"""
    )
    assert len(set(seen["fills"])) == 5
    assert len(set(seen["hatches"])) == 4
    assert set(seen["lines"]) == {seen["ink"]}


def test_without_style_no_picture_is_a_black_shape(looker: Looker) -> None:
    path = looker.write(samples.release())
    page, _ = looker.served(path, {"Content-Security-Policy": "default-src 'none'"})
    fills = page.evaluate(
        """() => [...document.querySelectorAll(".treemap rect, .bar rect")].map((n) => getComputedStyle(n).fill)"""
    )
    assert len(fills) > 40
    assert {fill for fill in fills if not fill.startswith("url(")} == {"none", "rgb(128, 128, 128)"}


def test_shares_of_files_are_sorted_as_numbers(looker: Looker) -> None:
    shares = ((1, 1), (824, 1000), (9, 100), (8_235, 10_000), (999_999, 1_000_000), (0, 5), (1, 2), (1, 3))
    page = looker.open(looker.write(covered(*shares)))
    page.get_by_role("button", name="lines run").click()
    rows = page.locator("table[data-rows=files] tbody td:nth-child(2)").all_text_contents()
    assert [row.split(" %")[0] for row in rows] == ["0", "9", "33.3", "50", "82.3", "82.4", "99.9", "100"]


def test_a_link_to_a_search_among_the_files_opens_their_table(looker: Looker) -> None:
    path = looker.write(steps())
    page = looker.open(path)
    assert not page.locator("table[data-rows=files]").is_visible()
    page = looker.page()
    page.goto(f"{path.as_uri()}#?files=module_17")
    rows = page.locator("table[data-rows=files] tbody tr:visible th").all_text_contents()
    assert rows == ["src/shop/part_2/module_17.py"]


def test_every_picture_has_a_name(looker: Looker) -> None:
    page = looker.open(looker.write(samples.release()))
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("section svg:not([aria-hidden])")].filter((node) => {
          const name = node.getAttribute("aria-label") || node.querySelector("title")?.textContent.trim();
          return node.getAttribute("role") !== "img" || !name;
        }).length"""
    )
    assert nameless == 0
