"""`scen report --brief --format eml` is one mail with the text, the page and its picture."""

from __future__ import annotations

import re
from datetime import date
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import html5lib
import pytest

from scenarios.render.writers.html import eml
from tests.cli.commands import make, scen
from tests.hostile import ACTS, AS_OF, TEXTS, hostile_files

ROOT = Path(__file__).parents[2]
MAIL = ("report", "--brief", "--format", "eml", "--as-of", "2022-02-28")


def parsed(printed: str) -> EmailMessage:
    assert printed.isascii()
    mail = BytesParser(policy=policy.default).parsebytes(printed.encode())
    assert isinstance(mail, EmailMessage)
    assert [part.defects for part in mail.walk() if part.defects] == []
    return mail


def page_of(mail: EmailMessage) -> Any:
    html = mail.get_body(("html",))
    assert html
    return html5lib.parse(html.get_content(), namespaceHTMLElements=False)


@pytest.fixture(scope="module")
def mail() -> EmailMessage:
    return parsed(scen("--database", str(ROOT), *MAIL).stdout)


def test_the_subject_is_the_headline_and_the_mail_goes_to_nobody(mail: EmailMessage) -> None:
    assert mail["subject"].strip() == (
        "Russia invaded Ukraine on 24 February; we had said 64%, the evidence 61%"
    )
    assert mail["date"].datetime.date() == date(2022, 2, 28)
    headers = ["Subject", "Date", "X-Unsent", "MIME-Version", "Content-Type"]
    assert mail.keys() == headers


def test_the_text_is_the_brief_and_the_page_has_its_picture_inside(mail: EmailMessage) -> None:
    kinds = [part.get_content_type() for part in mail.walk()]
    inside = ["multipart/related", "text/html", "image/png"]
    assert kinds == ["multipart/alternative", "text/plain", *inside]
    text, picture = mail.get_body(("plain",)), [*mail.walk()][-1]
    assert text
    shown = ("report", "--brief", "--as-of", "2022-02-28")
    brief = scen("--database", str(ROOT), *shown, env={"COLUMNS": "76"})
    assert text.get_content() == brief.stdout
    page = page_of(mail)
    [image] = page.iter("img")
    assert image.get("src") == f"cid:{picture['content-id'].strip('<>')}"
    assert image.get("alt").startswith("3 scenarios decided, 19 open scenarios")
    assert picture.get_content().startswith(b"\x89PNG")
    assert [*page.iter("svg"), *page.iter("script"), *page.iter("link")] == []


def test_the_same_review_is_the_same_mail() -> None:
    first, second = (scen("--database", str(ROOT), *MAIL).stdout for _ in range(2))
    assert first == second


def test_a_review_without_a_picture_is_a_text_and_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make(tmp_path / "scenarios", {"tracker.yaml": "format: 1\ntitle: T\n"}))
    mail = parsed(scen(*MAIL).stdout)
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]
    assert mail["subject"] == "Nothing is asked yet"


def test_only_the_brief_is_a_mail() -> None:
    refused = scen("--database", str(ROOT), "report", "--format", "eml")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "--format eml is a mail to those who decide: add --brief" in refused.stderr


def test_no_text_of_a_record_is_a_header_or_acts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make(tmp_path / "scenarios", hostile_files()))
    mail = parsed(scen(*MAIL[:-1], AS_OF).stdout)
    assert mail.keys() == ["Subject", "Date", "X-Unsent", "MIME-Version", "Content-Type"]
    text = mail.get_body(("plain",))
    assert text
    assert not ACTS.search(text.get_content().replace("\r\n", "\n"))
    page = page_of(mail)
    assert not ACTS.search("".join(page.itertext()))
    assert {tag.tag for tag in page.iter()} <= {
        *("html", "head", "meta", "title", "style", "body", "main", "div", "section", "footer"),
        *(
            "h1",
            "h2",
            "h3",
            "article",
            "p",
            "ul",
            "li",
            "a",
            "bdi",
            "br",
            "data",
            "code",
            "details",
            "summary",
        ),
        *("figure", "img", "figcaption", "table", "caption", "thead", "tbody", "tr", "th", "td"),
    }
    addresses = {link.get("href") for link in page.iter("a")}
    assert {a for a in addresses if not re.match(r"https?://|#", a)} == set()
    assert all(image.get("src").startswith("cid:") for image in page.iter("img"))


@pytest.mark.parametrize("text", [*TEXTS, "x\r\nBcc: eve@example.org\r\n\r\nHello", "y" * 3000])
def test_a_subject_stays_one_header(text: str) -> None:
    mail = parsed(eml(text, date(2022, 2, 28), text, (), lambda _: text, lambda *_: b""))
    assert (mail["bcc"], len(mail.get_all("subject", ()))) == (None, 1)
    assert not ACTS.search(mail["subject"])
    assert "\n" not in mail["subject"]
    assert len(mail["subject"]) <= 150


@pytest.mark.parametrize("part", ["--=_scen_texts--", "--=_scen_page", ".", "From x"])
def test_no_text_ends_a_part(part: str) -> None:
    text = f"before\n{part}\nafter\n"
    mail = parsed(eml("A", date(2022, 2, 28), text, (), lambda _: text, lambda *_: b""))
    assert [p.get_content() for p in mail.iter_parts()] == [text, text]
