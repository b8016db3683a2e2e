"""``report.html`` in a real browser: it looks as meant, fetches nothing, runs nothing, and can be printed."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from collections.abc import Callable
from itertools import pairwise
from typing import Final

import msgspec
import pytest

from pytest_stagegate.carrying import EARLIER, MEASURES, TESTS
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.model.decision import Decision, StageRow
from pytest_stagegate.model.since import FlakyTest, Trend, TrendMeasure, TrendPoint
from tests.browser import report_samples as samples
from tests.browser.conftest import ADDRESS, Looker

SAMPLES: Final = (samples.go, samples.provisional_go, samples.conditional, samples.hold, samples.no_go, samples.release)


def test_style_and_script_pass_the_pages_own_policy(looker: Looker) -> None:
    page = looker.open(looker.write(samples.no_go()))
    assert page.locator(".front").evaluate("(node) => getComputedStyle(node).display") == "grid"
    assert page.locator("form.tools").count() > 0
    assert looker.heard == []


@pytest.mark.parametrize(
    ("end", "intruder", "works"),
    [("</style>", "body { opacity: 0 }", ".front"), ("</script>", "document.title = 1;", "form.tools")],
)
def test_what_was_tampered_with_does_not_apply(looker: Looker, end: str, intruder: str, works: str) -> None:
    page = looker.open(looker.write(samples.no_go(), lambda text: text.replace(end, f"{intruder}{end}")))
    gone = page.evaluate(f"() => getComputedStyle(document.querySelector('{works}') ?? document.body).display")
    assert gone == "block"
    assert page.title().startswith("NO GO")
    assert "Content Security Policy" in looker.heard[0]


def test_hostile_text_appears_as_text(looker: Looker) -> None:
    looker.write(samples.hostile())
    (seen,) = looker.ask(
        """(doc, win, all) => ({
          title: doc.title,
          intruders: all("main :is(img, script, iframe, object, embed, base, style)").length,
          own: all("style, script").length,
          handlers: all("*").filter((n) => [...n.attributes].some((a) => /^(on|style$|autofocus)/.test(a.name))).length,
          links: all("a").map((n) => n.getAttribute("href")).filter((href) => !href.startsWith("#")),
          codes: all(".tests td > code").map((n) => n.textContent),
          visible: win.getComputedStyle(doc.body).display,
        })"""
    )
    assert seen["codes"] == [clean(id) for id in samples.HOSTILE.values()]
    assert seen["title"].startswith("NO GO (provisional): ")
    assert (seen["intruders"], seen["own"], seen["handlers"], seen["links"]) == (0, 2, 0, [])
    assert seen["visible"] == "block"


def test_hostile_text_leaves_the_policy_as_it_is() -> None:
    policy = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
    (found,) = policy.findall(samples.render(samples.hostile(), "html"))
    directives = (
        r"default-src 'none'; style-src 'sha256-[\w+/=]{44}'; script-src 'sha256-[\w+/=]{44}'; "
        r"img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert re.fullmatch(directives, found)


def test_terminal_escapes_and_reordering_marks_are_gone() -> None:
    page = samples.render(samples.hostile(), "html")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", page)


@pytest.mark.parametrize("decision", [samples.no_go, samples.hostile])
def test_no_request_leaves_the_page(looker: Looker, decision: Callable[[], Decision]) -> None:
    _, asked = looker.served(looker.write(decision()))
    assert asked == [ADDRESS]


def test_even_markup_that_got_in_could_neither_fetch_nor_run(looker: Looker) -> None:
    intruder = (
        '<img src="x.png" onerror="document.title=1"><script>document.title=1</script><script src="x.js"></script>'
        '<link rel="stylesheet" href="x.css"><iframe src="x.html"></iframe><p style="background:url(y.png)">x</p>'
    )
    made = samples.no_go()
    path = looker.write(made, lambda text: text.replace("</main>", f"{intruder}</main>"))
    page, asked = looker.served(path)
    assert asked == [ADDRESS]
    assert page.title().startswith("NO GO")


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_nothing_sticks_out_sideways(looker: Looker, width: int) -> None:
    seen = looker.ask_each(
        [*SAMPLES, samples.hostile],
        """(doc, win, all) => {
          all("details").forEach((each) => each.open = true);
          const room = doc.documentElement.clientWidth;
          const wide = all("body *").filter((n) => n.getBoundingClientRect().right > room && !n.closest(".region"));
          return [doc.documentElement.scrollWidth - room, wide.map((n) => n.outerHTML.slice(0, 100))];
        }""",
        width=width,
    )
    assert {name: answer for name, answer in seen.items() if answer != [0, []]} == {}


@pytest.mark.parametrize("width", [320, 360, 800])
def test_the_word_of_the_decision_stays_on_one_line(looker: Looker, width: int) -> None:
    seen = looker.ask_each(
        SAMPLES, "(doc, win, all) => doc.querySelector('h1 .word').getClientRects().length", width=width
    )
    assert set(seen.values()) == {1}


@pytest.mark.parametrize("format", ["html", "md"])
def test_what_people_said_and_decided_before_stands_ahead_of_the_long_tables(format: str) -> None:
    text = samples.render(samples.release(), format)
    heads = ["Override", "What was accepted"] if format == "html" else ["is overridden by", "What was accepted"]
    heads += ["Sign-off", "Decisions of earlier stages"]
    long = ["All gates" if format == "html" else "## Gates", "Tests that did not plainly pass", "Requirements"]
    found = [re.search(rf"(>|## |The NO GO ){head}|{head}", text) for head in (*heads, *long)]
    places = [each.start() for each in found if each is not None]
    assert len(places) == len(heads) + len(long)
    assert places == sorted(places)


def test_what_scrolls_sideways_can_be_reached_and_has_a_name(looker: Looker) -> None:
    looker.write(samples.no_go())
    (scrolling,) = looker.ask(
        """(doc, win, all) => all("body *").filter((n) => n.scrollWidth > n.clientWidth &&
          ["auto", "scroll"].includes(win.getComputedStyle(n).overflowX)).map((n) =>
          [n.tabIndex, n.getAttribute("role"), doc.getElementById(n.getAttribute("aria-labelledby")).textContent])""",
        width=320,
    )
    assert scrolling == [[0, "region", "How the tests of each stage ended"]]


def test_the_structure_is_one_that_assistive_technology_can_use(looker: Looker) -> None:
    answers = looker.ask_each(
        SAMPLES,
        """(doc, win, all) => ({
          lang: doc.documentElement.lang,
          levels: all("h1, h2, h3, h4, h5, h6").map((n) => Number(n.tagName[1])),
          landmarks: ["header", "nav", "main", "footer"].map((name) => all(name).length),
          tables: all("table").filter((n) => !n.caption || !n.caption.textContent.trim()).length,
          heads: all("th:not([scope])").length,
          ids: all("[id]").map((n) => n.id),
          targets: all("a, [aria-labelledby]").map((n) => n.getAttribute("aria-labelledby") || n.hash.slice(1)),
          first: doc.querySelector("a").textContent,
        })""",
        width=1280,
    )
    for seen in answers.values():
        assert seen["lang"] == "en"
        levels = seen["levels"]
        assert levels[0] == 1
        assert set(levels[1:]) <= {2, 3}
        assert all(below - above <= 1 for above, below in pairwise(levels))
        assert seen["landmarks"] == [1, 1, 1, 1]
        assert (seen["tables"], seen["heads"]) == (0, 0)
        assert len(seen["ids"]) == len(set(seen["ids"]))
        assert set(seen["targets"]) <= set(seen["ids"])
        assert seen["first"] == "Skip to the decision"


@pytest.mark.parametrize(
    ("decision", "word"),
    [(samples.go, "GO"), (samples.conditional, "CONDITIONAL"), (samples.hold, "HOLD"), (samples.no_go, "NO GO")],
)
def test_print_has_the_decision_on_page_one_and_opens_what_is_closed(
    looker: Looker, decision: Callable[[], Decision], word: str
) -> None:
    pdftotext = shutil.which("pdftotext")
    if pdftotext is None:
        pytest.skip("needs the program pdftotext")
    made = decision()
    page = looker.write(made)
    pdf = looker.folder / "report.pdf"
    looker.open(page).pdf(path=pdf, format="A4", prefer_css_page_size=True)
    command = [pdftotext, "-layout", str(pdf), "-"]
    printed = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    first, *others = printed.split("\f")
    assert word in first
    assert "Tests by stage and environment" in first
    assert all(row.stage in first for row in made.matrix)
    closed = [line for row in made.not_passed for line in row.message.splitlines()]
    closed += [line for error in made.collection_errors for line in error.message.splitlines()]
    closed += [place for gate in made.gates for check in gate.checks for place in check.where]
    annex = " ".join(" ".join(others).split())
    assert [text for text in closed if " ".join(text.split()) not in annex] == []


NAMES: Final = (
    "Preparation of what is delivered",
    "WWWWWWWWWWWWWWWW",
    "\u7b2c" * 12,
)


@pytest.mark.parametrize("count", [1, 3, 12])
def test_long_names_of_stages_neither_leave_the_ring_nor_touch(looker: Looker, count: int) -> None:
    stages = tuple(StageRow(stage=f"{NAMES[number % 3]} {number}", here=not number) for number in range(count))
    page = looker.open(looker.write(msgspec.structs.replace(samples.no_go(), stages=stages)))
    wrong = page.evaluate(
        """() => {
          const ring = document.querySelector("svg.ring").getBoundingClientRect();
          const boxes = [...document.querySelectorAll("svg.ring text")].map((n) => n.getBoundingClientRect());
          const out = boxes.filter((box) => box.left < ring.left || box.right > ring.right);
          const met = boxes.filter((one, at) => boxes.slice(at + 1).some((other) => one.left < other.right
            && other.left < one.right && one.top + 3 < other.bottom && other.top + 3 < one.bottom));
          return [out.length, met.length];
        }"""
    )
    assert wrong == [0, 0]


def test_more_stages_than_a_ring_has_room_for_are_told_in_full(looker: Looker) -> None:
    stages = tuple(StageRow(stage=f"acceptance-{number}") for number in range(13))
    page = looker.open(looker.write(msgspec.structs.replace(samples.no_go(), stages=stages)))
    assert page.locator("svg.ring").count() == 0
    assert "acceptance-12: not decided" in page.locator("ol.way").inner_text()
    assert page.locator("ol.way").evaluate("(node) => node.getBoundingClientRect().width") > 300


@pytest.mark.parametrize("count", [3, 12])
def test_every_environment_is_on_the_printed_sheet(looker: Looker, count: int) -> None:
    matrix = tuple(
        msgspec.structs.replace(cell, environment=f"environment{number}ofeuropewest")
        for cell in samples.no_go().matrix
        for number in range(count)
    )
    page = looker.open(looker.write(samples.no_go(matrix=matrix)), width=680)
    page.emulate_media(media="print")
    right = page.evaluate(
        """() => Math.max(...[...document.querySelectorAll(".grid *, .matrix *")].map(
          (node) => node.getBoundingClientRect().right))"""
    )
    assert right <= 680


def test_without_style_the_pictures_are_no_black_shapes(looker: Looker) -> None:
    path = looker.write(samples.release())
    page, _ = looker.served(path, {"Content-Security-Policy": "default-src 'none'"})
    seen = page.evaluate(
        """() => [...document.querySelectorAll("svg.ring circle, svg .planned, svg .forecast")].map(
          (node) => [getComputedStyle(node).fill, getComputedStyle(node).stroke !== "none"])"""
    )
    assert len(seen) == 10
    assert {tuple(each) for each in seen} == {("none", True)}
    assert page.locator("svg.ring").evaluate("(node) => node.getBoundingClientRect().width") == 340


def test_size_with_nothing_to_list() -> None:
    assert len(samples.render(samples.bare(), "html").encode()) < 60_000


def test_size_with_as_many_rows_as_there_may_be() -> None:
    page = samples.render(samples.many(), "html")
    assert page.count("<summary>message</summary>") == 500
    assert "99500 more are in evidence.jsonl." in page
    assert "There is no room for this text here; it is in decision.json." in page
    assert len(page.encode()) < 2_000_000


def test_size_with_as_long_a_history_as_there_may_be() -> None:
    point = TrendPoint(measured=1, shown="83.33 % (12345 of 45678 lines)", limit_shown="≥ 80 %")
    name = "tests/unit/shop/prices/test_quotes.py::TestQuotes::test_quote[{}]"
    made = msgspec.structs.replace(
        samples.many(),
        trend=Trend(
            decisions=samples.trend_with("1.2.3").decisions[:1] * (EARLIER + 1),
            measures=tuple(
                TrendMeasure(
                    gate="coverage-of-prices",
                    environment=None,
                    check=f"src/shop/prices/part_{number}/**",
                    unit="lines",
                    points=(point,) * (EARLIER + 1),
                )
                for number in range(MEASURES)
            ),
            flaky=tuple(FlakyTest(id=name.format(number), marks=("flaky",) * (EARLIER + 1)) for number in range(TESTS)),
        ),
    )
    assert len(samples.render(made, "html").encode()) < 2_000_000


@pytest.mark.parametrize("decision", SAMPLES)
def test_both_documents_say_the_same_things_first(decision: Callable[[], Decision]) -> None:
    made = decision()
    page, text = samples.render(made, "html"), html.unescape(re.sub(r"\\(.)", r"\1", samples.render(made, "md")))
    text = text.replace("\N{ZERO WIDTH SPACE}", "")
    word = made.decision.value.replace("_", " ")
    assert f'<span class="word">{word}</span>' in page
    assert re.match(rf"# \S {word}( \(provisional\))?: parcel-rates, version 1\.2\.0\n", text)
    for note in made.provisional:
        assert note.text in page
        assert note.text in text
    for blocker in made.blockers:
        assert blocker.text in html.unescape(page)
        assert blocker.text in text
