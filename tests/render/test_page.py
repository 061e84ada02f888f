"""The page as text: what may be a link, what it may load; tests/transcripts/output has more."""

from __future__ import annotations

import base64
import hashlib
import re

from scenarios.analysis.period.period import window
from scenarios.analysis.review.page import page
from scenarios.analysis.review.review import review
from scenarios.model import Attachment
from scenarios.render.chapters import evidence_items as items
from scenarios.render.chapters import whole
from scenarios.render.documents.report import document
from scenarios.render.writers.html import address, blocks
from scenarios.render.writers.page import Origin, page_html
from tests.hostile import ADDRESSES
from tests.records import database, day, item, scenario


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


def test_only_the_pages_own_style_is_allowed_and_it_is_the_same_each_time() -> None:
    base = database(scenarios={"a": scenario()})
    looked = window(base, day(23), day(30))
    compared = review(looked)
    parts = whole(page(looked, compared), base, looked.now, document(compared, base, whole=True))
    text, again = (page_html(parts, Origin(day(30), "scen 1")) for _ in range(2))
    assert text == again
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert f'http-equiv="Content-Security-Policy" content="{policy}"' in text
    assert " style=" not in text
    assert "url(" not in style[1]


def test_an_item_tells_where_its_copy_is() -> None:
    copy = Attachment(f"attachments/{'a' * 64}.pdf", "a" * 64)
    base = database(evidence={"kept": item(attachment=copy), "bare": item()})
    kept, bare = (blocks((items([id], base),)) for id in base.evidence)
    assert f"a copy is kept in {copy.file}" in kept
    assert "copy" not in bare
