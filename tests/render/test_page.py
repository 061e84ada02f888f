"""The page as text: what may be a link, what a figure says, where it came from."""

from __future__ import annotations

import base64
import hashlib
import re

from scenarios.analysis.period.period import window
from scenarios.analysis.review.page import page
from scenarios.analysis.review.review import review
from scenarios.model import Database
from scenarios.render.writers.html import address
from scenarios.render.writers.page import Origin, page_html
from tests.hostile import ADDRESSES
from tests.records import START, database, day, item, resolution, scenario, sheet


def made(base: Database, origin: Origin | None = None) -> str:
    looked = window(base, day(23), day(30))
    return page_html(page(looked, review(looked)), base, origin or Origin(), "scen 1")


def test_an_address_of_the_web_is_a_link_and_nothing_else() -> None:
    for url in (
        "https://example.org/a?b=1&c=(2)#d",
        "HTTP://example.org",
        "https://müller.example/ж",
    ):
        assert address(url) == url
    for other in (
        *(None, "", "javascript:alert(1)", "java\nscript:alert(1)", " https://example.org"),
        *("https:/example.org", "https://", "data:text/html,x", "vbscript:x", "//example.org"),
        *("https://example.org/ x", "https://example.org/\u202ex", "https://example.org/\x1b"),
        *(a for a in ADDRESSES if re.search(r"[\"'<>`\\|\u202e]", a)),
    ):
        assert address(other) is None


def test_only_the_pages_own_style_is_allowed() -> None:
    text = made(database(scenarios={"a": scenario()}))
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert f'http-equiv="Content-Security-Policy" content="{policy}"' in text
    assert " style=" not in text
    assert "url(" not in style[1]


def test_the_revision_and_whether_the_files_are_as_it_had_them() -> None:
    for origin, words in {
        Origin(): "no revision is known",
        Origin("abc"): "revision <code>abc</code>.",
        Origin("abc", clean=True): "nothing in the files differed from it.",
        Origin("abc", clean=False): "the files had changes that are not in it.",
        Origin(left_out=1): "1 file could not be read and is left out.",
        Origin("abc", clean=True, left_out=2): "2 files could not be read and are left out.",
    }.items():
        assert words in made(database(), origin)


def test_an_empty_database_has_a_page() -> None:
    text = made(database())
    for words in (
        "Nothing moved by 0.001 bits or more.",
        "No scenario had opened by then.",
        "No indicator is watched for.",
        "No resolved question had a forecast to score.",
        "Nothing needs attention.",
    ):
        assert words in text
    assert "Each chart" not in text


def test_an_outcome_stands_with_its_evidence_and_a_link_hands_on_no_address() -> None:
    seen = item(day(25), url="https://example.org/?a&b")
    decided = scenario(resolution=resolution("occurred", day(26), evidence=("e",)))
    text = made(database(scenarios={"a": decided}, evidence={"e": seen}))
    outcome = text.partition("<h2><bdi>Resolved</bdi></h2>")[2].partition("</ul>")[0]
    assert '<a href="https://example.org/?a&amp;b" rel="noopener noreferrer">' in outcome
    assert "Something was seen" in outcome


def test_of_many_questions_the_scores_show_the_worst_and_the_best_and_say_so() -> None:
    names = [f"q{n:02}" for n in range(62)]
    ended = {id: scenario(resolution=resolution("occurred", day(5))) for id in names}
    said: dict[str, float | None] = {id: 0.1 + n / 100 for n, id in enumerate(names)}
    text = made(database(scenarios=ended, sheets={"s": sheet(START, said)}))
    scores = text.partition('<section id="scores"')[2].partition("</section>")[0]
    assert re.findall('data-question="(q..)"', scores) == [*names[:30], *names[32:]]
    assert "Left out here: 2 questions between the worst and the best." in scores
    assert "CORP curve of desk" in scores


def test_a_figure_has_the_exact_one_behind_it_the_same_each_time() -> None:
    base = database(scenarios={"a": scenario(1 / 3)})
    data = '<data value="0.3333333333333333" data-key="prior.probability">33%</data>'
    assert data in made(base) == made(base)
