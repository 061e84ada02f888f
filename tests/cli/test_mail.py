"""`scen report --brief --format eml` is one mail with the text, the page and its picture."""

from __future__ import annotations

import re
from datetime import date
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from scenarios.render.writers.mail import eml
from tests.cli.commands import make, scen
from tests.hostile import ACTS, AS_OF, TEXTS, hostile_files
from tests.lazily import lazily

html5lib = lazily("html5lib")

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


def test_the_subject_is_the_tracker_and_what_happened_and_the_mail_goes_to_nobody(
    mail: EmailMessage,
) -> None:
    assert mail["subject"].strip() == "China–Russia alignment: Russia invaded Ukraine…"
    assert mail["date"].datetime.date() == date(2022, 2, 28)
    headers = ["Subject", "Date", "X-Unsent", "MIME-Version", "Content-Type"]
    assert mail.keys() == headers


def test_the_text_is_the_brief_and_the_page_has_a_plot_of_each_question_in_two_themes(
    mail: EmailMessage,
) -> None:
    kinds = [part.get_content_type() for part in mail.walk()]
    inside = ["multipart/related", "text/html", *["image/png"] * 14]
    assert kinds == ["multipart/alternative", "text/plain", *inside]
    text, pictures = mail.get_body(("plain",)), [*mail.walk()][4:]
    assert text
    shown = ("report", "--brief", "--as-of", "2022-02-28")
    brief = scen("--database", str(ROOT), *shown, env={"COLUMNS": "76"})
    assert text.get_content().replace("\r\n", "\n") == brief.stdout
    page = page_of(mail)
    ids = [f"cid:{picture['content-id'].strip('<>')}" for picture in pictures]
    light, dark = ([one.get(key) for one in page.iter(tag)] for tag, key in SHOWN)
    assert [*sum(zip(light, dark, strict=True), ())] == ids
    assert {source.get("media") for source in page.iter("source")} == {
        "(prefers-color-scheme: dark)"
    }
    assert [image.get("alt") for image in page.iter("img")][1] == (
        "Nord Stream 2 gas: 20% to 0.3%; evidence 22% → 0.1% (at most 0.6%)"
    )
    assert all(picture.get_content().startswith(b"\x89PNG") for picture in pictures)
    assert [*page.iter("svg"), *page.iter("script"), *page.iter("link"), *page.iter("style")] == []
    assert ["".join(head.itertext()) for head in page.iter("h1")] == [
        "Russia invaded Ukraine on 24 February; we had said 64%, the evidence 61%"
    ]


SHOWN = (("img", "src"), ("source", "srcset"))


def test_each_line_ends_as_mail_does_and_it_weighs_less_than_150_kb(tmp_path: Path) -> None:
    scen("--database", str(ROOT), *MAIL, "--output", str(tmp_path / "review.eml"))
    written = (tmp_path / "review.eml").read_bytes()
    assert written.count(b"\n") == written.count(b"\r\n") > 1000
    assert len(written) < 150_000


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
    assert mail["subject"] == "T: Nothing is asked yet"


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
        *("b", "span", "picture", "source", "img", "table", "tbody", "tr", "td"),
    }
    addresses = {link.get("href") for link in page.iter("a")}
    assert {a for a in addresses if not re.match(r"https?://|#", a)} == set()
    assert all(image.get("src").startswith("cid:") for image in page.iter("img"))


@pytest.mark.parametrize("text", [*TEXTS, "x\r\nBcc: eve@example.org\r\n\r\nHello", "y" * 3000])
def test_a_subject_stays_one_header(text: str) -> None:
    mail = parsed(eml(text, date(2022, 2, 28), text, (), lambda _: text, lambda _: b""))
    assert (mail["bcc"], len(mail.get_all("subject", ()))) == (None, 1)
    assert not ACTS.search(mail["subject"])
    assert "\n" not in mail["subject"]
    assert len(mail["subject"]) < 60


@pytest.mark.parametrize("part", ["--=_scen_texts--", "--=_scen_page", ".", "From x"])
def test_no_text_ends_a_part(part: str) -> None:
    text = f"before\n{part}\nafter\n"
    mail = parsed(eml("A", date(2022, 2, 28), text, (), lambda _: text, lambda _: b""))
    contents = [p.get_content().replace("\r\n", "\n") for p in mail.iter_parts()]
    assert contents == [text, text]
