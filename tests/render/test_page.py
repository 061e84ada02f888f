"""The page as text: what may be a link, what it may load; tests/transcripts/output has more."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from msgspec.structs import replace

from scenarios.analysis.period.period import window
from scenarios.analysis.period.trajectory import curves
from scenarios.analysis.review.review import brief, review
from scenarios.model import Database
from scenarios.render.document import Paragraph
from scenarios.render.documents.brief import on_page
from scenarios.render.pictures import timeline
from scenarios.render.review_picture import review_picture
from scenarios.render.writers.html import Origin, address, blocks, file_places, page_html, whence
from tests.hostile import ADDRESSES
from tests.records import database, day, scenario


def test_an_address_of_the_web_is_a_link_and_nothing_else() -> None:
    for url in [
        "https://example.org/a?b=1&c=(2)#d",
        "HTTP://example.org",
        "https://müller.example/ж",
    ]:
        assert address(url) == url
    for other in (
        *(None, "", "javascript:alert(1)", "java\nscript:alert(1)", " https://example.org"),
        *("https:/example.org", "https://", "data:text/html,x", "vbscript:x", "//example.org"),
        *("https://example.org/ x", "https://example.org/\u202ex", "https://example.org/\x1b"),
        *(a for a in ADDRESSES if re.search(r"[\"'<>`\\|\u202e]", a)),
    ):
        assert address(other) is None


def shown(base: Database, **keys: Any) -> str:
    looked = window(base, day(23), day(30))
    made = review(looked)
    blocks = on_page(brief(looked, made), base, review_picture(looked, made))
    return page_html("A title", blocks, Origin(day(30), "scen 1"), **keys)


def test_only_the_pages_own_style_is_allowed_and_it_is_the_same_each_time() -> None:
    base = database(scenarios={"a": scenario()})
    text = shown(base)
    assert text == shown(base)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert f'http-equiv="Content-Security-Policy" content="{policy}"' in text
    assert " style=" not in text
    assert "url(" not in style[1]


def test_records_lead_to_their_files_where_the_tracker_names_its_repository() -> None:
    base = database(scenarios={"a": scenario()})
    assert file_places(base) == {}
    named = replace(base, tracker=replace(base.tracker, repository="https://host.example/x/"))
    assert file_places(named)["s-a"] == "https://host.example/x/a.yaml"
    assert 'href="https://host.example/x/a.yaml"' in shown(named, places=file_places(named))
    assert "host.example" not in shown(named)


def test_a_page_says_which_state_of_the_database_it_is_of() -> None:
    for origin, told in (
        (Origin(day(1), "scen"), "no revision is known, the files were not in git."),
        (Origin(day(1), "scen", "3f <a>"), "revision <code>3f &lt;a&gt;</code>."),
        (Origin(day(1), "scen", "3f", True), "; nothing in the files differed from it."),
        (
            Origin(day(1), "scen", "3f", False),
            "; <strong>the files had changes that are not in it.</strong>",
        ),
    ):
        assert whence(origin).endswith(told)


def test_a_sentence_is_one_text_for_who_hears_it_and_only_letters_that_turn_are_apart() -> None:
    told = ("Since 21 February: ", "A pact", " (", "stated", ") ", "معاهدة", ".")
    assert str(blocks([Paragraph(told)])) == (
        "<p>Since 21 February: A pact (stated) <bdi>معاهدة</bdi>.</p>"
    )


def test_a_table_stands_beside_its_picture_so_that_its_caption_is_that_of_the_picture() -> None:
    base = database(scenarios={"a": scenario(0.5)})
    looked = window(base, day(23), day(30))
    [course] = curves(looked, ["a"], 60).values()
    picture = timeline(course, looked.views["a"], base, looked.since)
    text = str(blocks([picture]))
    assert text.index("</figcaption></figure>") < text.index("<details><summary>As a table")
