"""``report.html`` in a real browser: it looks as meant, fetches nothing, runs nothing, and can be printed."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Final

import pytest

from pytest_stagegate.documents.wording import clean
from pytest_stagegate.model.decision import Decision
from tests.browser import report_samples as samples

FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
)
DARK: Final = "--blink-settings=preferredColorScheme=0"
SAMPLES: Final = (samples.go, samples.provisional_go, samples.conditional, samples.hold, samples.no_go, samples.release)

# The page itself runs no script, so a page around it looks into it.
PROBE: Final = """<!doctype html>
<html><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"></head><body>
{frames}<pre id="answer"></pre>
<script>
addEventListener("load", () => {{
  const ask = {function};
  answer.textContent = JSON.stringify([...document.querySelectorAll("iframe")].map((frame) =>
    ask(frame.contentDocument, frame.contentWindow, (s) => [...frame.contentDocument.querySelectorAll(s)])));
}});
</script></body></html>"""
FRAME: Final = '<iframe src="{page}" width="{width}" height="900" frameborder="0"></iframe>'

CONTRAST: Final = """(doc, win, all) => {
  const channels = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let n = node; n; n = n.parentElement) {
      const rgb = channels(win.getComputedStyle(n).backgroundColor);
      if (rgb[3] !== 0) return rgb;
    }
  };
  all("details").forEach((each) => each.open = true);
  const texts = all("body *").filter((n) => [...n.childNodes].some((c) => c.nodeType === 3 && c.data.trim()));
  const ratios = texts.map((node) => {
    const [low, high] = [light(channels(win.getComputedStyle(node).color)), light(behind(node))].sort((a, b) => a - b);
    return [(high + 0.05) / (low + 0.05), node.outerHTML.slice(0, 120)];
  });
  return {dark: win.matchMedia("(prefers-color-scheme: dark)").matches, looked: ratios.length,
          poor: ratios.filter(([ratio]) => ratio < 4.5)};
}"""


@dataclass(frozen=True)
class Browser:
    """Chromium with a profile of its own for every start."""

    program: str
    folder: Path

    def write(self, decision: Decision, change: Callable[[str], str] = str, name: str = "report.html") -> Path:
        """Write a decision's page, changed where a test needs a control."""
        page = self.folder / name
        page.write_text(change(samples.render(decision, "html")), encoding="utf-8")
        return page

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Start the browser once and wait for its end."""
        profile = self.folder / "profile"
        shutil.rmtree(profile, ignore_errors=True)
        command = [self.program, *FLAGS, f"--user-data-dir={profile}", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=180, check=False)
        assert done.returncode == 0, done.stderr
        return done

    def ask(self, function: str, *flags: str, width: int = 1280, pages: Sequence[Path] = ()) -> list[Any]:
        """Return what a JavaScript function of (document, window, query) says about each page, or ``report.html``."""
        names = [page.name for page in pages] or ["report.html"]
        frames = "".join(FRAME.format(page=name, width=width) for name in names)
        probe = self.folder / "probe.html"
        probe.write_text(PROBE.format(frames=frames, function=function), encoding="utf-8")
        done = self.run("--allow-file-access-from-files", "--dump-dom", *flags, probe.as_uri())
        found = re.search(r'<pre id="answer">(.*?)</pre>', done.stdout, re.DOTALL)
        assert found is not None
        assert found[1], done.stderr
        answers: list[Any] = json.loads(html.unescape(found[1]))
        return answers

    def ask_each(
        self, decisions: Sequence[Callable[[], Decision]], function: str, *flags: str, width: int
    ) -> dict[str, Any]:
        """Ask about several decisions at once; return the answers by name."""
        pages = [self.write(each(), name=f"{each.__name__}.html") for each in decisions]
        answers = self.ask(function, *flags, width=width, pages=pages)
        return {each.__name__: answer for each, answer in zip(decisions, answers, strict=True)}


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("needs the program chromium")
    return Browser(program, tmp_path)


@pytest.fixture
def requests(tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve the folder; yield the address and the list of paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            file = tmp_path / self.path.lstrip("/")
            content = file.read_bytes() if file.is_file() else b""
            self.send_response(200 if content else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def test_the_style_sheet_passes_the_pages_own_policy(browser: Browser) -> None:
    page = browser.write(samples.no_go())
    (shown,) = browser.ask("(doc, win, all) => all('.front, .seal').map((n) => win.getComputedStyle(n).display)")
    assert shown == ["grid", "grid"]
    assert "Content Security Policy" not in browser.run("--dump-dom", page.as_uri()).stderr


def test_a_style_sheet_that_was_tampered_with_does_not_apply(browser: Browser) -> None:
    page = browser.write(samples.no_go(), lambda text: text.replace("</style>", "body { opacity: 0 }</style>"))
    (shown,) = browser.ask("(doc, win, all) => all('body, .seal').map((n) => win.getComputedStyle(n).display)")
    assert shown == ["block", "block"]
    assert "Content Security Policy" in browser.run("--dump-dom", page.as_uri()).stderr


def test_hostile_text_appears_as_text(browser: Browser) -> None:
    browser.write(samples.hostile())
    (seen,) = browser.ask(
        """(doc, win, all) => ({
          title: doc.title,
          intruders: all("img, script, iframe, object, embed, form, base, style ~ style, body style").length,
          handlers: all("*").filter((n) => [...n.attributes].some((a) => /^(on|style$|autofocus)/.test(a.name))).length,
          links: all("a").map((n) => n.getAttribute("href")).filter((href) => !href.startsWith("#")),
          codes: all(".tests td > code").map((n) => n.textContent),
          visible: win.getComputedStyle(doc.body).display,
        })"""
    )
    assert seen["codes"] == [clean(id) for id in samples.HOSTILE.values()]
    assert seen["title"].startswith("NO GO (provisional): ")
    assert (seen["intruders"], seen["handlers"], seen["links"], seen["visible"]) == (0, 0, [], "block")


def test_hostile_text_leaves_the_policy_as_it_is() -> None:
    policy = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
    (found,) = policy.findall(samples.render(samples.hostile(), "html"))
    directives = (
        r"default-src 'none'; style-src 'sha256-[\w+/=]{44}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert re.fullmatch(directives, found)


def test_terminal_escapes_and_reordering_marks_are_gone() -> None:
    page = samples.render(samples.hostile(), "html")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", page)


@pytest.mark.parametrize("decision", [samples.no_go, samples.hostile])
def test_no_request_leaves_the_page(
    browser: Browser, requests: tuple[str, list[str]], decision: Callable[[], Decision]
) -> None:
    address, asked = requests
    page = browser.write(decision())
    browser.run("--dump-dom", f"{address}/{page.name}")
    assert asked == ["/report.html"]


def test_even_markup_that_got_in_could_neither_fetch_nor_run(browser: Browser, requests: tuple[str, list[str]]) -> None:
    address, asked = requests
    intruder = (
        '<img src="x.png" onerror="document.title=1"><script>document.title=1</script><script src="x.js"></script>'
        '<link rel="stylesheet" href="x.css"><iframe src="x.html"></iframe><p style="background:url(y.png)">x</p>'
    )
    page = browser.write(samples.no_go(), lambda text: text.replace("</main>", f"{intruder}</main>"))
    done = browser.run("--dump-dom", f"{address}/{page.name}")
    assert asked == ["/report.html"]
    assert "<title>1</title>" not in done.stdout


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_nothing_sticks_out_sideways(browser: Browser, width: int) -> None:
    seen = browser.ask_each(
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
def test_the_word_of_the_decision_stays_on_one_line(browser: Browser, width: int) -> None:
    seen = browser.ask_each(
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


def test_what_scrolls_sideways_can_be_reached_and_has_a_name(browser: Browser) -> None:
    browser.write(samples.no_go())
    (scrolling,) = browser.ask(
        """(doc, win, all) => all("body *").filter((n) => n.scrollWidth > n.clientWidth &&
          ["auto", "scroll"].includes(win.getComputedStyle(n).overflowX)).map((n) =>
          [n.tabIndex, n.getAttribute("role"), doc.getElementById(n.getAttribute("aria-labelledby")).textContent])""",
        width=320,
    )
    assert scrolling == [[0, "region", "How the tests of each stage ended"]]


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("flags", [(), (DARK,)], ids=["light", "dark"])
def test_text_has_enough_contrast(browser: Browser, flags: tuple[str, ...], width: int) -> None:
    for name, seen in browser.ask_each(SAMPLES, CONTRAST, *flags, width=width).items():
        assert seen["dark"] is bool(flags)
        assert seen["looked"] > 100
        assert seen["poor"] == [], name


def test_the_structure_is_one_that_assistive_technology_can_use(browser: Browser) -> None:
    answers = browser.ask_each(
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
        assert seen["levels"] == [1] + [2] * (len(seen["levels"]) - 1)
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
    browser: Browser, decision: Callable[[], Decision], word: str
) -> None:
    pdftotext = shutil.which("pdftotext")
    if pdftotext is None:
        pytest.skip("needs the program pdftotext")
    made = decision()
    page = browser.write(made)
    pdf = browser.folder / "report.pdf"
    browser.run("--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri())
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


def test_size_with_nothing_to_list() -> None:
    assert len(samples.render(samples.bare(), "html").encode()) < 60_000


def test_size_with_as_many_rows_as_there_may_be() -> None:
    page = samples.render(samples.many(), "html")
    assert page.count("<summary>message</summary>") == 500
    assert "99500 more are in evidence.jsonl." in page
    assert len(page.encode()) < 3_000_000


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
