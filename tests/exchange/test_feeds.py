"""Stories of RSS and Atom, in plain text, whatever their feed tries."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Iterator
from contextlib import suppress
from time import process_time

import pytest

from scenarios.errors import ScenError
from scenarios.exchange import feeds
from scenarios.exchange.feeds import FeedContent, FeedStory, plain_text, stories

MORNING = dt.datetime(2026, 1, 5, 9, 30, tzinfo=dt.UTC)
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
{}</channel></rss>"""
ITEM = """<item><title>Ministers meet</title><link>https://news.example.org/a</link>
<guid isPermaLink="false">a-1</guid><pubDate>Mon, 05 Jan 2026 10:30:00 +0100</pubDate>
<description>Talks &lt;b&gt;began&lt;/b&gt;.</description></item>"""
ATOM = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">
<title>News</title><entry><id>tag:news,1</id>
<title type="html">Ministers &lt;i&gt;meet&lt;/i&gt;</title>
<link href="/a?utm_source=atom&amp;page=2#top"/><updated>2026-01-05T09:30:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Talks began.</p></div></content>
</entry></feed>"""


def read(text: str | bytes, **header: str) -> list[FeedStory]:
    data = text if isinstance(text, bytes) else text.encode()
    content = stories(data, "news.xml", "https://news.example.org/feed", **header)
    assert content.faults == []
    return content.stories


def item(**parts: str) -> FeedStory:
    """The story of an RSS item with these parts."""
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in parts.items())
    (story,) = read(RSS.format(f"<item>{inner}</item>"))
    return story


def refusal(data: bytes) -> str:
    with pytest.raises(ScenError) as error:
        stories(data, "news.xml")
    return str(error.value)


def test_rss_gives_its_stories_in_plain_text() -> None:
    link = "https://news.example.org/a"
    assert read(RSS.format(ITEM)) == [
        FeedStory("a-1", "Ministers meet", "Talks began.", link, MORNING)
    ]


def test_atom_gives_its_stories_with_their_links_resolved() -> None:
    link = "https://news.example.org/a?page=2#top"
    assert read(ATOM) == [FeedStory("tag:news,1", "Ministers meet", "Talks began.", link, MORNING)]


def test_rss_of_the_first_version_is_read() -> None:
    (story,) = read(
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://purl.org/rss/1.0/">
        <item rdf:about="urn:a"><title>Ministers meet</title><link>https://news.example.org/a</link>
        <dc:date>2026-01-05T09:30:00Z</dc:date></item></rdf:RDF>"""
    )
    assert (story.title, story.published) == ("Ministers meet", MORNING)


def test_a_story_without_guid_link_or_date_is_known_by_its_title() -> None:
    assert item(title="Talks") == FeedStory("Talks", "Talks", "", None, None)


def test_a_story_without_a_title_is_called_by_its_text() -> None:
    assert item(description="Talks began.").title == "Talks began."
    assert read(RSS.format("<item><link>https://news.example.org/a</link></item>")) == []


def test_a_guid_comes_once() -> None:
    assert len(read(RSS.format(ITEM * 3))) == 1


@pytest.mark.parametrize("date", ["soon", "", "Mon, 99 Jan 2026", "0000-00-00"])
def test_a_date_that_is_none_is_left_out(date: str) -> None:
    assert item(title="Talks", pubDate=date).published is None


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://kremlin.ru@evil.example/",
        "https://news.example.org/\u202egnp.exe",
        "vbscript:x",
        "https://news.example.org/" + "a" * 2000,
    ],
)
def test_a_link_that_acts_or_hides_is_left_out(link: str) -> None:
    assert item(title="Talks", link=link).link is None


def test_an_address_loses_what_says_who_came_by_it() -> None:
    link = "https://news.example.org/a?id=1&amp;utm_source=rss&amp;fbclid=x#comments"
    assert item(title="Talks", link=link).link == "https://news.example.org/a?id=1#comments"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Talks<br/>began &amp;amp; ended", "Talks began &amp; ended"),
        ("<script>evil()</script>Talks<style>p{}</style>", "Talks"),
        ("Talks<script>evil()", "Talks"),
        ("Talks <!-- <b>no</b> --> began", "Talks began"),
        ("<img src=x onerror=alert(1)>Talks", "Talks"),
        ("2 < 3 and a<b", "2 < 3 and a<b"),
        ("Talks\x1b[2J\x07\u202e\u200bbegan", "Talks[2Jbegan"),
        ("&lt;script&gt;evil()&lt;/script&gt;Talks", "Talks"),
        ("<p>&lt;b&gt; is markup</p>", "<b> is markup"),
    ],
)
def test_markup_and_what_acts_are_no_words(markup: str, text: str) -> None:
    assert plain_text(markup, 200) == text


def test_a_text_is_cut_to_the_length_of_its_key() -> None:
    story = item(title="long " * 100_000, description="text " * 100_000, guid="g" * 5000)
    assert [len(part) for part in (story.title, story.text, story.guid)] == [200, 2000, 32]


@pytest.mark.parametrize(
    ("encoding", "word"),
    [("gb2312", "北京"), ("windows-1251", "Москва"), ("utf-16", "Пекин"), ("shift_jis", "東京")],
)
def test_a_feed_in_another_encoding_is_read(encoding: str, word: str) -> None:
    text = RSS.format(f"<item><title>{word}</title></item>")
    declared = text.replace('"1.0"?', f'"1.0" encoding="{encoding}"?').encode(encoding)
    assert read(declared)[0].title == word
    assert read(text.encode(encoding), media_type=f"text/xml; charset={encoding}")[0].title == word


@pytest.mark.parametrize("encoding", ["utf-7", "zip", "no-such", "rot13"])
def test_an_encoding_that_is_none_of_text_is_not_used(encoding: str) -> None:
    text = RSS.format(ITEM).replace('"1.0"?', f'"1.0" encoding="{encoding}"?')
    assert read(text)[0].title == "Ministers meet"


LAUGHS = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>
<rss version="2.0"><channel><item><title>&b;</title></item></channel></rss>"""


@pytest.mark.parametrize(
    "feed",
    [
        LAUGHS,
        LAUGHS.replace('"ha"', 'SYSTEM "file:///etc/passwd"'),
        LAUGHS.replace('a "ha"', '% a SYSTEM "https://news.example.org/evil.dtd"'),
        LAUGHS.replace("</title>", ""),
        LAUGHS.replace("<!ENTITY a", "<?x <y ?><!ENTITY a"),
    ],
)
def test_entities_are_refused(feed: str) -> None:
    assert refusal(feed.encode()) == (
        "news.xml: it declares entities, which a feed of news does not need; nothing was written"
    )


def test_a_document_type_alone_is_harmless() -> None:
    start = '<?xml version="1.0"?><!DOCTYPE rss SYSTEM "https://my.netscape.com/rss-0.91.dtd">'
    assert len(read(RSS.format(ITEM).replace('<?xml version="1.0"?>', start))) == 1


def test_a_feed_of_100_mib_is_refused_unread() -> None:
    assert "more than 8 MiB" in refusal(b" " * (100 << 20))


def test_a_feed_of_100_000_stories_is_refused_before_they_are_read() -> None:
    words = refusal(RSS.format("<item><title>a</title></item>" * 100_000).encode())
    assert "100,000 stories, and at most 5,000 are read at once" in words


def test_a_broken_feed_is_guessed_at() -> None:
    broken = RSS.format(ITEM + "<item><title>Talks & trade</title>").encode()
    assert [story.title for story in read(broken)] == ["Ministers meet", "Talks & trade"]


@pytest.mark.parametrize("data", [b"", b"news", b"<html><body>News</body></html>", b"\0\1\2"])
def test_a_file_that_is_no_feed_is_refused(data: bytes) -> None:
    assert "not a feed: neither RSS nor Atom" in refusal(data)


def test_a_feed_that_its_parser_gives_up_on_is_refused() -> None:
    broken = RSS.format("<item><title>&#9999999999;</title></item>").encode()
    assert "nothing can be made of it" in refusal(broken)


def content(*items: str) -> FeedContent:
    return stories(RSS.format("".join(items)).encode(), "news.xml")


TRAP = "<item><title>Trap</title>{}</item>"


def test_a_story_that_breaks_its_parser_is_left_out_and_named() -> None:
    got = content(
        ITEM, TRAP.format("<guid>&#9999999999;</guid>"), "<item><title>Talks</title></item>"
    )
    assert [story.title for story in got.stories] == ["Ministers meet", "Talks"]
    assert got.faults == ["news.xml: story 2 cannot be read and is left out"]


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("9999-12-31T23:59:59-12:00", 10000),
        ("9999-12-31T23:59:59Z", 9999),
        ("0001-01-01T00:00:00+14:00", 0),
        ("0999-12-31T12:00:00Z", 999),
    ],
)
def test_a_story_dated_beyond_the_calendar_comes_without_a_date_and_is_named(
    date: str, year: int
) -> None:
    got = content(ITEM, TRAP.format(f"<pubDate>{date}</pubDate>"))
    assert [(story.title, story.published) for story in got.stories] == [
        ("Ministers meet", MORNING),
        ("Trap", None),
    ]
    named = f"news.xml: 'Trap' has a date in the year {year}: taken without a date"
    assert got.faults == ([named] if year else [])


def test_what_ends_a_parser_comes_again_where_it_was_swallowed() -> None:
    with pytest.raises(feeds.TimeIsUp), feeds.within_time(0.05):  # noqa: PT012
        with suppress(feeds.TimeIsUp):
            while True:
                pass
        while True:
            pass


@pytest.fixture
def _collects_nothing() -> Iterator[None]:
    """Hypothesis counts collections in a callback, which would swallow what ends a parser."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_collects_nothing")
@pytest.mark.parametrize(
    "trap",
    [
        f"<author>{'a' * 80_000}@</author>",
        "<x " + " ".join(f"a{n}='{n}'" for n in range(100_000)) + "/>",
        "<content>x</content>" * 90_000,
    ],
    ids=["author", "attributes", "contents"],
)
def test_a_story_that_hangs_its_parser_is_left_out_in_bounded_time(
    trap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "_WHOLE_SECONDS", 0.2)
    monkeypatch.setattr(feeds, "_STORY_SECONDS", 0.2)
    begun = process_time()
    got = content(ITEM, TRAP.format(trap), "<item><title>Talks</title></item>")
    assert process_time() - begun < 2
    assert [story.title for story in got.stories] == ["Ministers meet", "Talks"]
    assert got.faults == ["news.xml: story 2 cannot be read and is left out"]
