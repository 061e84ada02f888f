"""Mutated feeds: each comes in, loses a story that is named, or is refused in a sentence."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

from scenarios.errors import ScenError
from scenarios.exchange.feeds import read, reader
from scenarios.storage.child import ChildEnded
from scenarios.storage.yaml.writer import dump
from scenarios.values import Feed
from scenarios.workspace.exchange.feeds import proposals_of
from tests.full import FULL

DOCUMENTS = 5_000 * FULL or 60
TODAY = dt.date(2026, 6, 1)
FEED = Feed(url="https://news.example.org/feed", source="news", since=dt.date(2026, 1, 1))
HEADS = """\
<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{}</channel></rss>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">{}
<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>{}</feed>
<!DOCTYPE rss [<!ENTITY a "ha">]><rss version="2.0"><channel>{}</channel></rss>
""".splitlines()
ITEMS = """\
<item><title>Talks {n}</title><link>https://news.example.org/{n}</link><pubDate>{date}</pubDate></item>
<item><title>{n}</title><guid>a-{n}</guid><pubDate>{date}</pubDate><description>{text}</description></item>
<item rdf:about="urn:{n}"><title>Talks {text}</title><date>{date}</date></item>
<entry><id>tag:{n}</id><title type="html">&lt;i&gt;Talks {n}&lt;/i&gt;</title><updated>{date}</updated></entry>
<entry><id>{n}</id><title>{text}</title><content type="xhtml"><div>{text}</div></content></entry>
<item><title>{n}</title><author>a@b.example ({text})</author><enclosure url='{text}'/></item>
""".splitlines()  # noqa: E501
DATES = """\
Mon, 05 Jan 2026 10:30:00 +0100|2026-01-05T09:30:00Z|9999-12-31T23:59:59-12:00|2038-01-19T03:14:08Z
9999-12-31T23:59:59+14:00|0001-01-01T00:00:00+14:00|0000-00-00|1969-12-31T23:59:59Z|2026-02-30|26
Sat, 31 Dec 9999 23:59:59 -1200|2026-W01-1|2026-366|-0001-01-01|2026-06-30T23:59:60Z|20260105|1e9
Thu, 29 Feb 2100 24:00:00 EST|Fri, 32 Foo 99999|2026-01-05T09:30:00+99:99|2026-01-05T25:61:61Z|
2026년 1월 5일 (월) 오후 3:00:00|Δευ, 05 Ιαν 2026 10:30:00 EET|99999999999999999999|٢٠٢٦-٠١-٠٥
""".replace("\n", "|").split("|")
TEXTS = (
    *[
        "",
        "Пекин",
        "北京",
        "&#0;",
        "&#xD800;",
        "&#9999999999;",
        "&a;",
        "&nbsp;&bogus;",
        "]]>",
        "<![CDATA[<b>x</b>]]>",
        "",
    ],
    *[
        "<!-- ",
        "<?x ?>",
        "<script>x</script>",
        "=cmd()",
        "javascript:x",
        "http://[::1",
        "%zz",
        "'",
        "\\ud800",
    ],
    *("\u202e", "\ufeff", "\x00", "\x1b[2J", "a" * 5_000, "@" * 300, "<b>" * 300, "&lt;" * 400),
)
ENCODINGS = [
    "utf-8",
    "utf-16",
    "windows-1251",
    "gb18030",
    "shift_jis",
    "koi8-r",
    "utf-32",
    "latin-1",
]
PIECES = b'< > & " \0 \xff </item> <item> ]]> <!DOCTYPE'.split(b" ")


def document(chance: random.Random) -> bytes:
    """A feed of one to five stories in one of eight encodings, with up to four bytes damaged."""
    items = (
        chance.choice(ITEMS).format(
            n=chance.randrange(9), date=chance.choice(DATES), text=chance.choice(TEXTS)
        )
        for _ in range(chance.randint(1, 5))
    )
    text = chance.choice(HEADS).format("".join(items))
    encoding = chance.choice(ENCODINGS)
    if chance.random() < 0.5:
        text = text.replace('"1.0"?', f'"1.0" encoding="{encoding}"?')
    data = text.encode(encoding, "replace")
    for _ in range(chance.choice((0, 0, 1, 2, 4))):
        at = chance.randrange(len(data))
        data = data[:at] + chance.choice(PIECES) + data[at + chance.randrange(20) :]
    return data if chance.random() < 0.9 else data[: chance.randrange(len(data))]


def test_a_mutated_feed_costs_no_more_than_itself_and_each_story_makes_a_proposal() -> None:
    ends: Counter[str] = Counter()
    with reader() as child:
        for seed in range(DOCUMENTS):
            try:
                content = read(child, document(random.Random(seed)), "x.xml", FEED.url)
            except ChildEnded as error:
                raise AssertionError(f"seed {seed}: {error}") from None
            except ScenError as error:
                ends[f"refused: {str(error).removesuffix('; nothing was written')}"] += 1
                continue
            for proposal in proposals_of(content.stories, "news", FEED, None, TODAY):
                dump(proposal, "x")
                assert len(proposal["evidence"]["summary"]) <= 200, seed
            ends["stories left out" if content.faults else "read whole"] += 1
            ends["stories"] += len(content.stories)
    print(ends)  # noqa: T201 - what .ci/full shows
    assert ends["read whole"] > DOCUMENTS / 4
    assert ends["stories"] > DOCUMENTS / 2
