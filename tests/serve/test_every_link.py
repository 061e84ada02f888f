"""Where the links of served pages lead, for who has no script: each to a page, none astray."""

from __future__ import annotations

from html import unescape
from pathlib import Path
from re import DOTALL, findall, sub
from urllib.parse import urljoin, urlsplit

import pytest
from starlette.testclient import TestClient

from tests.cli.commands import FILES, make
from tests.serve.desks import HERE, reader

DAY = "as_of=2022-03-01"


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    pact = FILES["pact.yaml"].replace("title:", "formerly: [treaty]\ntitle:", 1)
    return reader(make(tmp_path / "scenarios", {**FILES, "pact.yaml": pact}))


def without_strip(page: str) -> str:
    """A page without the strip of time, which leads to the same page on every other day."""
    return sub(r'<div class="time".*?</svg>', "", page, flags=DOTALL)


def crawled(client: TestClient, start: str) -> dict[str, tuple[int, list[str]]]:
    """Every page that links lead to: how it was answered, and where it leads in turn."""
    found: dict[str, tuple[int, list[str]]] = {}
    left = [start]
    while left:
        address = left.pop()
        if address in found:
            continue
        page = client.get(address)
        status, leads = page.status_code, [page.headers.get("location", "")]
        if page.headers.get("content-type", "").startswith("text/html"):
            leads = [
                unescape(one)
                for one in findall(
                    r'<(?:a|form)\b[^>]* (?:href|action)="([^"]*)"', without_strip(page.text)
                )
            ]
        whole = [urljoin(HERE + address, one).partition("#")[0] for one in leads]
        led = [one.removeprefix(HERE) for one in whole if one.startswith(HERE)]
        found[address] = status, led
        left += led
    return found


@pytest.mark.parametrize("start", ["/", f"/?{DAY}"])
def test_every_link_of_every_page_leads_to_a_page(client: TestClient, start: str) -> None:
    found = crawled(client, start)
    assert len(found) > 50
    assert {one: status for one, (status, _) in found.items() if status != 200} == {}


@pytest.mark.parametrize("page", ["/", "/s/pact/", "/list/evidence/", "/evidence/", "/status/"])
def test_who_reads_on_a_day_stays_on_it(client: TestClient, page: str) -> None:
    links = findall(r'<a\b[^>]* href="([^"#]+)', without_strip(client.get(f"{page}?{DAY}").text))
    assert len(links) > 10
    not_reading = ("/record/", "http")
    assert [one for one in links if DAY not in one and not one.startswith(not_reading)] == []


@pytest.mark.parametrize("page", ["/", "/s/pact/", "/list/evidence/?set=form"])
def test_the_strip_of_time_leads_to_the_same_page_on_another_day(
    client: TestClient, page: str
) -> None:
    shown = client.get(page + ("&" if "?" in page else "?") + DAY).text
    strip = shown.partition('<div class="time"')[2].partition("</svg>")[0]
    links = [unescape(one) for one in findall(r'<a\b[^>]*href="([^"]+)', strip)]
    days = sorted(findall(r"as_of=([0-9-]+)", " ".join(links)))
    assert days == ["2022-02-07", "2022-02-22", "2022-03-08"]
    assert {client.get(one).status_code for one in links} == {200}
    assert {one.partition("?")[0] for one in links} == {page.partition("?")[0]}
    assert all("set=form" in one for one in links if "?" in page)


def test_the_strip_of_time_says_to_who_cannot_see_it_what_it_shows(client: TestClient) -> None:
    shown = client.get(f"/?{DAY}").text
    [about] = findall(r'<p id="about-days" hidden>([^<]*)</p>', shown)
    assert about.startswith("1 review and 1 item of evidence from 1 Jan 2022 to ")
    assert shown.count('aria-describedby="about-days"') == 2


@pytest.mark.parametrize("page", ["", "s/pact/", "indicators/", "list/evidence/", "review/"])
def test_an_address_of_the_static_site_leads_to_the_page(client: TestClient, page: str) -> None:
    made = client.get(f"/{page}index.html?{DAY}&set=form")
    assert (made.status_code, made.headers["location"]) == (308, f"/{page}?{DAY}&set=form")
    assert client.get(made.headers["location"]).status_code == 200


def test_no_address_leads_to_another_host(client: TestClient) -> None:
    made = client.get(f"{HERE}//example.org/index.html")
    assert urlsplit(made.headers["location"]).netloc == ""
    assert made.headers["location"] == "/example.org/"


def test_a_name_of_old_leads_to_the_record_on_the_same_day(client: TestClient) -> None:
    for address in ("/s/treaty/", "/s/treaty/index.html"):
        made = client.get(f"{address}?{DAY}", follow_redirects=True)
        assert (made.status_code, str(made.url)) == (200, f"{HERE}/s/pact/?{DAY}")
