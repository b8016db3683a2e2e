"""What the script of ``report.html`` adds: search, filter, sort, keys and links to what was seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from pytest_stagegate.model.decision import Decision, TestRow
from tests.browser import report_samples as samples
from tests.browser.conftest import Looker

JENKINS = "sandbox; default-src 'none'; img-src 'self'; style-src 'self';"
"""What Jenkins sends with every artifact, unless somebody has loosened it."""
OUTCOMES = ("failed", "skipped", "error")


def twelve() -> Decision:
    """Return a decision with twelve tests that did not plainly pass."""
    rows = tuple(
        TestRow(
            id=f"tests/test_a.py::test_{number}",
            stage="code",
            outcome=OUTCOMES[number % 3],
            reason=f"reason {number}",
            message="",
            reruns=0,
            subtests=(),
        )
        for number in range(12)
    )
    return samples.no_go(not_passed=rows)


def shown_tests(page: Page) -> list[str]:
    return page.locator("table.tests tbody tr:visible td > code").all_text_contents()


def numbers(page: Page) -> list[int]:
    return [int(id.rpartition("_")[2]) for id in shown_tests(page)]


@pytest.fixture
def page(looker: Looker) -> Page:
    return looker.open(looker.write(twelve()))


def test_a_search_shows_what_holds_all_its_words(page: Page) -> None:
    page.fill("#search-tests", "REASON test_11")
    assert numbers(page) == [11]
    assert page.locator('form[aria-label="Tests"] output').text_content() == "1 of 12 shown"


def test_a_state_can_be_left_out(page: Page) -> None:
    page.get_by_role("search", name="Tests").get_by_label("skipped").uncheck()
    assert numbers(page) == [0, 2, 3, 5, 6, 8, 9, 11]


def test_a_column_sorts_up_and_down_and_says_so(page: Page) -> None:
    head = page.locator("table.tests thead th").nth(2)
    head.get_by_role("button").click()
    assert (numbers(page), head.get_attribute("aria-sort")) == (list(range(12)), "ascending")
    head.get_by_role("button").click()
    assert (numbers(page), head.get_attribute("aria-sort")) == (list(reversed(range(12))), "descending")


def test_the_arrow_of_a_sorted_column_is_seen_and_not_read(page: Page) -> None:
    button = page.locator("table.tests").get_by_role("button", name="outcome", exact=True)
    button.click()
    assert page.locator("table.tests").get_by_role("button", name="outcome", exact=True).count() == 1
    arrow = "(n) => getComputedStyle(n.querySelector('span'), '::after').content"
    assert "↑" in button.evaluate(arrow)


def test_a_key_searches_the_table_that_is_nearest_to_what_is_seen(page: Page) -> None:
    page.keyboard.press("/")
    assert page.evaluate("() => document.activeElement.id") == "search-gates"
    page.evaluate("() => document.activeElement.blur()")
    page.locator("table.tests tbody tr").last.scroll_into_view_if_needed()
    page.keyboard.press("/")
    assert page.evaluate("() => document.activeElement.id") == "search-tests"


def test_a_link_shows_what_its_sender_saw(page: Page, looker: Looker) -> None:
    page.fill("#search-tests", "reason")
    page.get_by_role("search", name="Tests").get_by_label("failed").uncheck()
    page.locator("table.tests thead th").nth(2).get_by_role("button").click(click_count=2)
    again = looker.page()
    again.goto(page.url)
    assert numbers(again) == numbers(page) == [11, 10, 8, 7, 5, 4, 2, 1]
    assert again.input_value("#search-tests") == "reason"


def test_a_link_to_a_gate_that_a_search_hides_shows_it(page: Page) -> None:
    page.fill("#search-gates", "nothing has this name")
    assert page.locator("table.gates tbody:visible").count() == 0
    page.locator("ul.glance a").first.click()
    assert page.locator("table.gates tbody:visible").count() == 1


def test_keys_search_and_step_through_what_fell_short(page: Page) -> None:
    page.keyboard.press("t")
    assert page.evaluate("() => document.activeElement.id") == "search-tests"
    page.keyboard.type("j?/")
    assert page.input_value("#search-tests") == "j?/"
    page.fill("#search-tests", "")
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("j")
    first = page.evaluate("() => document.activeElement.textContent")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("() => document.activeElement.textContent") == first
    assert "results" in first


def test_keys_are_told_and_can_be_switched_off(page: Page) -> None:
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.get_by_label("keys are on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    assert page.evaluate("() => document.activeElement.id") != "search-tests"


def test_what_is_printed_is_everything(page: Page) -> None:
    page.fill("#search-tests", "nothing has this name")
    page.emulate_media(media="print")
    assert len(shown_tests(page)) == 12
    assert page.locator(".tools:visible").count() == 0


def everything(page: Page) -> str:
    return " ".join(page.locator("main").inner_text().split())


def test_without_script_the_page_says_the_same(looker: Looker) -> None:
    path = looker.write(twelve())
    bare = looker.open(path, script=False)
    assert bare.locator("form.tools, dialog, button").count() == 0
    assert len(shown_tests(bare)) == 12


def test_under_the_policy_of_jenkins_all_words_are_there(looker: Looker) -> None:
    path = looker.write(twelve())
    plain, asked = looker.served(path, {"Content-Security-Policy": JENKINS}, script=False)
    assert plain.evaluate("() => getComputedStyle(document.querySelector('.front')).display") == "block"
    assert len(shown_tests(plain)) == 12
    assert "has to act: rates-team" in everything(plain)
    assert len(asked) == 1


def test_a_page_with_little_on_it_has_no_tools(looker: Looker) -> None:
    page = looker.open(looker.write(samples.bare()))
    assert page.locator('form[aria-label="Tests"], form[aria-label="Evidence"]').count() == 0
    assert looker.heard == []


def test_a_link_inside_the_page_takes_no_search_from_the_address(page: Page) -> None:
    page.fill("#search-tests", "test_1")
    page.locator("a[href='#gate-1']").first.click()
    page.locator("table.tests thead button").first.click()
    assert page.evaluate("() => location.hash") == "#?tests=test_1&tests.sort=1"


def test_a_link_that_does_not_sort_shows_the_order_of_the_page(page: Page) -> None:
    page.locator("table.tests thead button").nth(2).click()
    page.locator("table.tests thead button").nth(2).click()
    page.evaluate("() => { location.hash = '#?tests=reason'; }")
    page.wait_for_function("() => !document.querySelector('[aria-sort]')")
    assert numbers(page) == list(range(12))


def test_what_sorts_can_be_seen_on_a_phone(looker: Looker) -> None:
    page = looker.open(looker.write(twelve()), width=320)
    for button in page.locator("table.tests thead button").all():
        on_top = "({x, y, width, height}) => document.elementFromPoint(x + width / 2, y + height / 2)?.className"
        button.scroll_into_view_if_needed()
        assert page.evaluate(on_top, button.bounding_box()) == "sort"
    assert page.evaluate("() => document.documentElement.scrollWidth") == 320


def test_the_key_that_opens_the_help_closes_it(page: Page) -> None:
    page.keyboard.press("?")
    page.keyboard.press("j")
    page.keyboard.press("?")
    assert not page.locator("dialog").is_visible()
    page.keyboard.press("j")
    assert "results" in page.evaluate("() => document.activeElement.textContent")


@pytest.mark.parametrize(
    "address",
    [
        "?__proto__=1&constructor=2&tests.sort=__proto__",
        "?tests.sort=1e9&tests.without=__proto__,constructor",
        "?tests.sort=-Infinity&keys=%00&gates.sort=1",
        "%E0%A4%A",
    ],
)
def test_an_address_that_means_nothing_changes_nothing(looker: Looker, address: str) -> None:
    page = looker.page()
    page.goto(f"{looker.write(twelve()).as_uri()}#{address}")
    assert numbers(page) == list(range(12))
    assert looker.heard == []


def test_a_row_that_a_link_brings_back_is_counted(page: Page) -> None:
    page.fill("#search-gates", "nothing has this name")
    page.locator("a[href='#gate-1']").first.click()
    page.wait_for_function("() => !document.getElementById('gate-1').hidden")
    assert page.locator('form[aria-label="Gates"] output').text_content() == "1 of 8 shown"
