"""Feeds are fetched by permission, and what is new in them waits in the inbox once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.analysis.review.inbox import proposals
from scenarios.errors import ScenError
from scenarios.exchange.feeds import MOST_BYTES
from scenarios.exchange.fetching import HttpClient
from scenarios.storage.proposals import waiting
from scenarios.text import unseen
from scenarios.values import Feed
from scenarios.workspace import inbox
from scenarios.workspace.corrections import remove, rename
from scenarios.workspace.exchange.feeds import allow, read_feeds, unknown_addresses
from scenarios.workspace.opened import open_folder
from tests.cli.commands import DESK, FILES, make, tree
from tests.exchange.web import HOST, PUBLIC, Answer, Web, serving

FEEDS = DESK.parent / "feeds"
TODAY = dt.date(2022, 3, 10)
NEWS = Feed(f"https://{HOST}/news", "kremlin", ["Beijing"], dt.date(2022, 1, 1))
WIRE = Feed(f"https://{HOST}/wire", "kremlin")


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with serving(tmp_path_factory.mktemp("web")) as web:
        yield web


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make(tmp_path / "scenarios", FILES)


def fetched(root: Path, web: Web, feeds: dict[str, Feed]) -> tuple[list[str], list[str]]:
    """The fate of each proposal of the feeds, and the faults."""
    proposals, faults = read_feeds(feeds, TODAY, network=web.network())
    _, result = inbox.propose(root, proposals)
    return [f"{entry.status} {entry.id}" for entry in result.entries], faults


def test_two_feeds_with_one_story_propose_it_as_a_group_and_each_once(root: Path, web: Web) -> None:
    web.answers = {
        "/news": Answer((FEEDS / "news.xml").read_bytes()),
        "/wire": Answer(status=301, headers={"Location": "/wire.atom"}),
        "/wire.atom": Answer((FEEDS / "wire.atom").read_bytes()),
    }
    feeds = {"news": NEWS, "wire": WIRE}
    entries, faults = fetched(root, web, feeds)
    assert faults == []
    assert entries == [
        "added 2022-03-07-leaders-meet-in-beijing",
        "added 2022-03-10-beijing-publishes-a",
        "added 2022-03-08-in-beijing-leaders-meet",
        "added 2022-03-08-gas-deal-signed",
    ]
    proposal = waiting(root).proposals["2022-03-07-leaders-meet-in-beijing"]
    assert proposal.proposed.who == "feed news"
    assert proposal.proposed.from_ == NEWS.url
    listed = proposals(waiting(root).waiting, open_folder(root).database, TODAY).proposals
    assert [row.id for row in listed if row.event == "2022-03-07-leaders-meet-in-beijing"] == [
        "2022-03-07-leaders-meet-in-beijing",
        "2022-03-08-in-beijing-leaders-meet",
    ]
    before = tree(root)
    again, _ = fetched(root, web, feeds)
    assert {entry.split()[0] for entry in again} == {"known"}
    assert tree(root) == before


LATE = """<rss version="2.0"><channel><item><title>Talks begin</title></item>
<item><title>The calendar ends</title><pubDate>9999-12-31T23:59:59-12:00</pubDate></item>
</channel></rss>"""


def test_a_feed_with_a_fault_stops_no_other(root: Path, web: Web) -> None:
    web.addresses["inside.example.org"] = [PUBLIC, "169.254.169.254"]
    web.answers = {
        "/wire": Answer((FEEDS / "wire.atom").read_bytes()),
        "/large": Answer([b"x" * (1 << 20)] * (MOST_BYTES // (1 << 20) + 1)),
        "/inside": Answer(status=302, headers={"Location": "https://inside.example.org/"}),
        "/page": Answer(b"<html><title>Sign in</title></html>"),
        "/late": Answer(LATE.encode()),
    }
    names = ("large", "late", "inside", "page", "no")
    bad = {id: Feed(f"https://{HOST}/{id}", "kremlin") for id in names}
    entries, faults = fetched(root, web, bad | {"wire": WIRE})
    assert entries[0] == "added 2022-03-10-talks-begin"
    assert [entry.split()[0] for entry in entries] == ["added"] * 4
    assert faults == [
        f"large: 'https://{HOST}/large' was not fetched: more than 8 MiB",
        "late: late: 'The calendar ends' has a date in the year 10000: taken without a date",
        "inside: 'https://inside.example.org/' was not fetched: "  # noqa: ISC004
        "inside.example.org is 169.254.169.254, which is not a public address",
        "page: page: not a feed: neither RSS nor Atom; nothing was written",
        f"no: 'https://{HOST}/no' was not fetched: the server answers 404, or compressed",
    ]


def test_permission_holds_for_an_address_in_a_clone(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    feeds = {"news": NEWS, "wire": WIRE}
    assert unknown_addresses(root, feeds) == feeds
    allow(root, {"news": NEWS})
    allow(root, {"news": NEWS})
    assert unknown_addresses(root, feeds) == {"wire": WIRE}
    moved = {"news": Feed("https://elsewhere.example.org/news", "kremlin")}
    assert unknown_addresses(root, moved) == moved
    assert unknown_addresses(make(tmp_path / "clone", FILES), feeds) == feeds


@pytest.mark.parametrize(
    ("word", "is_wanted"),
    [
        ("beijing", True),
        ("BEIJING", True),
        ("in  Beijing", True),
        ("Bei", False),
        ("jing", False),
        ("Pékin", False),
        ("—", False),
        (".*", False),
    ],
)
def test_a_word_matches_whole_and_in_any_letter_case(word: str, is_wanted: bool) -> None:
    proposals, _ = read_feeds(
        {"news": Feed(NEWS.url, "kremlin", [word])}, TODAY, FEEDS / "news.xml"
    )
    titles = [proposal["evidence"]["summary"] for proposal in proposals]
    assert ("Leaders meet in Beijing" in titles) is is_wanted


@pytest.mark.parametrize(
    ("word", "title"),
    [("北京", "习近平在北京会见普京"), ("Москв", "Встреча в Москве"), ("pekin", "À Pékin")],
)
def test_a_word_of_any_script_matches(tmp_path: Path, word: str, title: str) -> None:
    file = tmp_path / "feed.xml"
    file.write_text(
        f"<rss version='2.0'><channel><item><title>{title}</title></item></channel></rss>"
    )
    (proposal,), _ = read_feeds({"news": Feed(NEWS.url, "kremlin", [word])}, TODAY, file)
    assert proposal["evidence"] == {"summary": title, "source": "kremlin"}


LINK = "<link>https://live.example.org/war</link>"


@pytest.mark.parametrize(
    "parts",
    [
        [f"<guid>{n}</guid>{LINK}" for n in range(3)],
        [LINK] * 3,
        [f"<link>https://live.example.org/war#post-{n}</link>" for n in range(3)],
    ],
)
def test_each_fact_of_a_live_ticker_is_a_story_once(
    root: Path, tmp_path: Path, parts: list[str]
) -> None:
    file, titles = tmp_path / "feed.xml", ("A dam breaks", "A dam is whole", "Rain")
    items = [
        f"<item><title>{title}</title>{part}</item>"
        for title, part in zip(titles, parts, strict=True)
    ]
    file.write_text(f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>")
    for status in ("added", "known"):
        _, result = inbox.propose(root, read_feeds({"news": WIRE}, TODAY, file)[0])
        assert [entry.status for entry in result.entries] == [status] * 3
        assert all(entry.path for entry in result.entries)
    assert {proposal.item.summary for proposal in waiting(root).proposals.values()} == {*titles}


def test_nothing_that_a_feed_wrote_acts_or_hides(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    evil = (
        "\u202eevil\u200b &#x9b;31m &lt;script&gt;alert(1)&lt;/script&gt; [x](javascript:alert(1))"
    )
    file.write_text(
        f"<rss version='2.0'><channel><item><title>{evil}</title><guid>{evil}</guid>"
        f"<description>{evil}</description><link>javascript:alert(1)</link></item></channel></rss>"
    )
    _, result = inbox.propose(root, read_feeds({"news": WIRE}, TODAY, file)[0])
    assert [entry.status for entry in result.entries] == ["added"]
    text = (root / result.paths[0].removeprefix("scenarios/")).read_text()
    assert unseen(text) == []
    assert "<script" not in text.partition("foreign:")[0]
    assert "url:" not in text


def test_a_host_of_this_machine_is_never_asked() -> None:
    proposals, faults = read_feeds(
        {"news": Feed("https://localhost/feed", "kremlin")}, TODAY, network=HttpClient()
    )
    assert proposals == []
    assert "which is not a public address" in faults[0]


def test_a_feed_follows_its_source_to_another_name(root: Path) -> None:
    tracker = "feeds:\n  news: {url: 'https://news.example.org/feed', source: kremlin}\n"
    path = root / "tracker.yaml"
    path.write_text(FILES["tracker.yaml"] + tracker)
    rename(root, "kremlin", "kremlin-ru")
    assert path.read_text() == FILES["tracker.yaml"] + tracker.replace("kremlin", "kremlin-ru")
    path.write_text(FILES["tracker.yaml"] + tracker)  # as a branch from before
    opened = open_folder(root)
    assert [problem.rule for problem in opened.problems] == ["former-reference"]
    assert opened.database.tracker.feeds["news"].source == "kremlin-ru"
    with pytest.raises(ScenError, match=r"what others rest on: .*tracker\.yaml"):
        remove(root, "kremlin-ru", "Gone")
