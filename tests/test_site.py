"""A site: pages that are true to the database, whole, and written only where they differ."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from bisect import bisect
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
import pytest

import scenarios
from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.review import listing
from scenarios.site.at import addresses, page_at
from scenarios.site.site import Site
from scenarios.storage.site_folder import MARK
from scenarios.workspace.opened import open_folder
from tests.cli.commands import DESK, FILES, SCEN, make, scen, tree
from tests.full import FULL
from tests.hostile import AS_OF, TEXTS, as_yaml, hostile_files
from tests.lazily import lazily
from tests.records import near
from tests.test_page import numbers

feedparser, html5lib = lazily("feedparser"), lazily("html5lib")

SHIPPED = Path(__file__).parents[1] / "scenarios"
DAY = "2022-02-28"
_FEW = re.compile(r"(tracker|-[01237])\.yaml")
BROKEN = "evidence/2022/2022-02-20-broken.yaml"
FORMER = "s-before"
EVENT = "a-meeting-" + "of-days-" * 8 + "ab-cd"
"""As long as a name may be."""


def files_of() -> dict[str, str]:
    """A few of the hostile records, one of them renamed, one with a fault."""
    made = {path: text for path, text in hostile_files().items() if _FEW.search(path)}
    made["s-0.yaml"] = as_yaml(json.loads(made["s-0.yaml"]) | {"formerly": [FORMER]})
    for path in [path for path in made if path.endswith(("item-0.yaml", "item-3.yaml"))]:
        made[path] = as_yaml(json.loads(made[path]) | {"event": EVENT})
    made[BROKEN] = "summary: <b>\nobserved: never\n"
    return made


def built(root: Path, place: Path, *more: str, day: str = AS_OF) -> str:
    done = scen("--database", str(root), "site", str(place), "--as-of", day, *more)
    is_broken = re.search(r"\d files? cannot be read", done.stderr) is not None
    assert done.exit_code == is_broken, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("hostile"), files_of())


@pytest.fixture(scope="module")
def place(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the hostile database."""
    made = tmp_path_factory.mktemp("site") / "of" / "it"
    built(root, made)
    return made


@pytest.fixture(scope="module")
def pages(place: Path) -> dict[str, Any]:
    """Each page by its address, as a parser that forgives nothing reads it."""
    parse = html5lib.HTMLParser(namespaceHTMLElements=False, strict=True).parse
    return {
        path.relative_to(place).as_posix(): parse(path.read_text("utf-8"))
        for path in sorted(place.rglob("*.html"))
    }


def test_each_address_has_a_page_and_nothing_else_has_one() -> None:
    shown = Site(open_folder(DESK), date.fromisoformat(DAY))
    known = [*addresses(shown)]
    assert len({one.casefold() for one in known}) == len(known)
    for address in known:
        page = page_at(shown, address)
        assert page
        assert page.address == address
    for address in ("", "s", "s/none/index.html", "s/pact/x.html", "e/pact/index.html", "../x"):
        assert page_at(shown, address) is None


def test_what_came_after_the_day_has_no_page() -> None:
    opened = open_folder(DESK)
    then, now = ({*addresses(Site(opened, date.fromisoformat(day)))} for day in ("2022-01-15", DAY))
    assert then < now


def test_every_link_leads_somewhere_and_no_page_asks_for_anything(
    pages: dict[str, Any], place: Path
) -> None:
    ids = {address: {it.get("id") for it in page.iter()} for address, page in pages.items()}
    seen = 0
    for address, page in pages.items():
        assert not [*page.iter("img"), *page.iter("iframe"), *page.iter("object")]
        assert [it.get("src") for it in page.iter("script") if it.get("src")] == []
        for link in (it for it in page.iter() if it.get("href")):
            to = urlsplit(link.get("href"))
            if to.scheme:
                assert to.scheme in ("http", "https")
                continue
            file = (place / address).parent / unquote(to.path) if to.path else place / address
            assert file.is_file(), (address, link.get("href"))
            there = file.resolve().relative_to(place.resolve()).as_posix()
            assert not to.fragment or to.fragment in ids[there], (address, link.get("href"))
            seen += 1
    assert seen > 500


def test_each_page_leads_to_how_to_read_it(pages: dict[str, Any]) -> None:
    for address, page in pages.items():
        leads = [a for a in page.iter("a") if "".join(a.itertext()) == "How to read this"]
        up = "../" * address.count("/")
        assert [a.get("href") for a in leads] == [f"{up}reading/index.html"], address


def test_a_review_is_the_page_of_its_report(pages: dict[str, Any], root: Path) -> None:
    parse = html5lib.HTMLParser(namespaceHTMLElements=False, strict=True).parse
    days = [address.split("/")[1] for address in pages if address.startswith("review/2")]
    assert days
    for day in days:
        shown = pages[f"review/{day}/index.html"].find(".//div[@class='brief']")
        asked = ("report", "--as-of", day, "--format", "html", "--no-restate")
        printed = parse(scen("--database", str(root), *asked).stdout).find(".//div[@class='brief']")
        own = [part for part in shown if part.get("id") != "findings"]
        assert [*map(text, own)] == [*map(text, printed)][-len(own) :]
        assert [part.tag for part in own[:2]] == ["p", "h1"]
        assert "scen " not in text(shown)


@pytest.mark.parametrize(
    ("root", "on", "leads"),
    [
        (DESK, "2022-02-07", "e/2022-02-04-visit"),
        (DESK.parent / "valid" / "alignment", "2022-02-07", "event/beijing-joint-statement"),
        (Path(__file__).parents[1] / "scenarios", "2022-02-28", "event/invasion-2022-02-24"),
    ],
)
def test_an_item_in_a_review_leads_to_its_event_or_to_itself(
    root: Path, on: str, leads: str
) -> None:
    page = page_at(Site(open_folder(root), date.fromisoformat(DAY)), f"review/{on}/index.html")
    assert page
    assert f'href="../../{leads}/index.html"' in page.main


def test_titles_are_unique_and_each_page_has_one_heading_and_a_description(
    pages: dict[str, Any],
) -> None:
    titles = [page.find("head/title").text for page in pages.values()]
    assert len(set(titles)) == len(titles)
    for address, page in pages.items():
        assert len([*page.iter("h1")]) == 1, address
        ids = [it.get("id") for it in page.iter() if it.get("id")]
        assert len(set(ids)) == len(ids), address
        assert [it for it in page.iter("meta") if it.get("name") == "description"], address


def test_hostile_text_makes_no_element_and_no_handler(pages: dict[str, Any]) -> None:
    for address, page in pages.items():
        for it in page.iter():
            assert not [name for name in it.attrib if name.startswith("on")], address
        scripts = [it for it in page.iter("script") if it.get("type") != "application/json"]
        assert len(scripts) == (address == "search/index.html")
        assert "\u202e" not in text(page)
    assert any(TEXTS[0] in text(page) for page in pages.values())


def test_a_former_id_leads_to_where_the_record_is(pages: dict[str, Any]) -> None:
    page = pages[f"s/{FORMER}/index.html"]
    [refresh] = [it for it in page.iter("meta") if it.get("http-equiv") == "refresh"]
    assert refresh.get("content") == "0; url=../../s/s-0/index.html"


def test_what_is_left_out_is_said(pages: dict[str, Any]) -> None:
    told = text(pages["index.html"])
    assert "1 file cannot be read: figures lack 1 record" in told
    assert f"{BROKEN}1missing-key: " in told


def test_the_feed_is_valid_and_its_entries_lead_to_pages(place: Path) -> None:
    feed = feedparser.parse((place / "feed.xml").read_text("utf-8"))
    assert not feed.bozo, feed.bozo_exception
    assert len({entry.id for entry in feed.entries}) == len(feed.entries) > 5
    assert all((place / entry.link).is_file() for entry in feed.entries)
    [day] = [entry.title for entry in feed.entries if "review/2022-02-25/" in entry.link]
    assert day.endswith(" (25 Feb 2022)")


def text(part: Any) -> str:
    return "".join(part.itertext())


def figures(page: Any, path: str) -> list[float]:
    """The exact figures below each element at a path."""
    return [float(it.get("value")) for found in page.iterfind(path) for it in found.iter("data")]


def test_the_figures_of_a_scenario_are_those_of_the_report(
    pages: dict[str, Any], root: Path
) -> None:
    rows = scenarios.open(root).report(date.fromisoformat(AS_OF), restate=False).scenarios
    for row in rows:
        top = pages[f"s/{row.id}/index.html"].find(".//div[@class='top']")
        stated = [row.stated.probability] if row.stated else []
        wanted = [*stated, row.shown.probability, row.shown.low, row.shown.high]
        assert figures(top, ".//dl") == near([one for one in wanted if one is not None])
    table = pages["index.html"].find(".//div[@id='every']//tbody")
    assert len(table) == len(rows)
    for shown, row in zip(table, rows, strict=True):
        found = figures(shown, ".//td")
        assert row.shown.probability in found
        assert not row.stated or row.stated.probability in found


def test_what_an_item_counts_is_what_explain_says(pages: dict[str, Any], root: Path) -> None:
    desk, on = scenarios.open(root), date.fromisoformat(AS_OF)
    seen = 0
    for address, page in pages.items():
        if not address.startswith("e/"):
            continue
        id = address.split("/")[1]
        for row in page.iterfind(".//section[@id='counts']//table/tbody/tr"):
            if BROKEN in text(row):
                continue
            scenario = row.find(".//a").get("href").split("/")[-2]
            told = desk.explain(scenario, on)
            own = (it for it in told.lines if id in (it.id, *it.evidence))
            counted = [it.counted_decibans for it in own if it.kind != "absence"] or [0.0]
            *_, shown, implied = figures(row, "./td")
            assert told.implied
            assert implied == told.implied.probability
            assert any(shown == near(one) for one in counted) or "one witness" in text(row)
            seen += 1
    assert seen > 3


def test_the_figures_of_an_event_are_those_of_the_report_of_its_days(
    pages: dict[str, Any], root: Path
) -> None:
    day = date.fromisoformat("2022-02-27")
    story = scenarios.open(root).report(day, since=day - timedelta(1), restate=False).story
    items = ("2022-02-20-item-0", "2022-02-23-item-3")
    told = {
        move.scenario: [move.implied.from_, move.implied.to]
        for move in story.moves
        if any({*cause.items} & {*items} for cause in move.implied.causes)
    }
    assert [*told] == ["s-3"]
    page = pages[f"event/{EVENT}/index.html"]
    for row in page.iterfind(".//section[@id='moved']//tbody/tr"):
        scenario = row.find(".//a").get("href").split("/")[-2]
        before, after = figures(row, "./td")[-2:]
        assert [before, after] == near(told.pop(scenario, [before, after]))
    assert told == {}


def test_an_item_of_an_event_leads_to_it_and_one_without_shows_what_it_moved(
    pages: dict[str, Any],
) -> None:
    leads = f"../../event/{EVENT}/index.html"
    own, other = (pages[f"e/{id}/index.html"] for id in ("2022-02-20-item-0", "2022-02-27-item-7"))
    assert [a for a in own.iter("a") if a.get("href") == leads]
    assert own.find(".//section[@id='moved']") is None
    assert other.find(".//section[@id='moved']//tbody/tr") is not None
    assert [a for a in pages["index.html"].iter("a") if a.get("href") == leads[6:]]


def test_the_line_of_a_scenario_leads_to_the_events_that_moved_it(pages: dict[str, Any]) -> None:
    line = pages["s/s-3/index.html"].find(".//section[@id='happened']")
    leads = f"../../event/{EVENT}/index.html"
    assert [a for a in line.iter("a") if a.get("href") == leads]


def test_each_page_can_be_shared_and_says_the_day_of_an_event_before_that_of_its_record(
    pages: dict[str, Any],
) -> None:
    for address, page in pages.items():
        meta = {it.get("property"): it.get("content") for it in page.iter("meta")}
        assert meta["og:title"] == page.find("head/title").text
        assert meta["og:description"], address
        assert "og:image" not in meta, "without an address no picture can be found"
    listed = text(pages["evidence/2022/index.html"])
    assert re.search(r"20 Feb 2022 .*recorded 27 Feb 2022", listed)


def test_a_record_is_shown_as_it_stands_in_its_file(pages: dict[str, Any], root: Path) -> None:
    path = "evidence/2022/2022-02-20-item-0.yaml"
    shown = pages["e/2022-02-20-item-0/index.html"].find(".//p[@class='file']")
    lines = "".join(("\n" if it.tag == "br" else it.text or "") + (it.tail or "") for it in shown)
    assert f"{shown.text}{lines}".strip() == (root / path).read_text("utf-8").rstrip("\n")


def test_every_figure_outside_of_a_picture_is_one_of_the_json(
    pages: dict[str, Any], root: Path
) -> None:
    desk, on = scenarios.open(root), date.fromisoformat(AS_OF)
    now = known_on(open_folder(root).database, on)
    answers: list[Any] = [
        *(desk.explain(row.id, on) for row in desk.status(on).scenarios),
        desk.report(on, restate=False),
        desk.report(on - timedelta(1), since=on - timedelta(2), restate=False),
        desk.matrix(on, set_id="rivals"),
        desk.score(on, forecaster="team"),
        listing.sources(now, listing.ListFilter()),
        listing.indicators(now, listing.ListFilter()),
        listing.forecasts(now, listing.ListFilter()),
        [row.indicators for row in desk.status(on).scenarios],
        {"weights": now.weights},
    ]
    told = sorted(numbers(json.loads(msgspec.json.encode(answers))))
    seen = 0
    for address, page in pages.items():
        if address.startswith("review"):
            continue
        folded = [it for it in page.iter("details") if it.findtext("summary") == "As a table"]
        of_the_past = page.findall(".//section[@id='happened']")
        drawn = {it for block in (*folded, *of_the_past) for it in block.iter("data")}
        for it in page.iter("data"):
            figure = float(it.get("value"))
            at = bisect(told, figure)
            near_by = told[max(0, at - 1) : at + 1]
            assert it in drawn or any(figure == near(one) for one in near_by), (address, figure)
            seen += 1
    assert seen > 280


def test_a_second_run_writes_nothing_and_another_folder_gets_the_same_bytes(
    root: Path, place: Path, tmp_path: Path
) -> None:
    before = tree(place)
    assert "0 files new or changed" in built(root, place)
    built(root, tmp_path / "other")
    assert tree(tmp_path / "other") == tree(place) == before


def test_only_what_changed_is_written_again(tmp_path: Path) -> None:
    root, place = make(tmp_path / "scenarios", FILES), tmp_path / "site"
    built(root, place, day=DAY)
    (place / "CNAME").write_text("example.org")
    times = {path: path.stat().st_mtime_ns for path in place.rglob("*.html")}
    item = FILES["evidence/2022/2022-02-04-visit.yaml"]
    (root / "evidence/2022/2022-02-05-more.yaml").write_text(item)
    said = built(root, place, day=DAY)
    assert f"{len(times) + 1} pages; " in said
    same = {
        path.relative_to(place).as_posix()
        for path, at in times.items()
        if path.stat().st_mtime_ns == at
    }
    assert "sources/index.html" not in same
    assert {"indicators/index.html", "scores/index.html"} <= same
    (root / "evidence/2022/2022-02-05-more.yaml").unlink()
    assert "1 removed" in built(root, place, day=DAY)
    assert not (place / "e/2022-02-05-more").exists()
    assert (place / "CNAME").read_text() == "example.org"
    built(root, tmp_path / "new", day=DAY)
    (place / "CNAME").unlink()
    assert tree(tmp_path / "new") == tree(place)


def test_a_page_that_somebody_removed_is_there_again(root: Path, place: Path) -> None:
    before = tree(place)
    (place / "s/s-0/index.html").unlink()
    (place / "s/s-1/index.html").write_text("short")
    assert "2 files new or changed" in built(root, place)
    assert tree(place) == before


def test_a_folder_that_is_not_ours_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/letter.txt").write_text("Dear")
    (tmp_path / "file").write_text("")
    for place, why in (
        (tmp_path / "full", "is not empty, and no site of an earlier run (it holds letter.txt)"),
        (tmp_path / "file", "is not a folder"),
        (root / "site", "lies in the database"),
        (root, "lies in the database"),
    ):
        done = scen("--database", str(root), "site", str(place), "--as-of", AS_OF)
        assert done.exit_code == 1
        assert why in done.stderr
    assert tree(tmp_path / "full") == {"letter.txt": b"Dear"}


def test_a_disk_that_fills_up_leaves_the_old_site_whole(tmp_path: Path) -> None:
    root, place = make(tmp_path / "scenarios", FILES), tmp_path / "site"
    built(root, place, day=DAY)
    before = tree(place)
    trade = root / "trade.yaml"
    trade.write_text(trade.read_text().replace("title: ", "title: Another "))
    run = f"ulimit -f 8; exec {SCEN} --database {root} site {place} --as-of {DAY}"
    done = subprocess.run(["bash", "-c", run], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "File too large; the site is as it was" in done.stderr
    assert tree(place) == before


def test_what_a_killed_run_left_is_no_obstacle(root: Path, tmp_path: Path) -> None:
    place = tmp_path / "site"
    (place / ".scen-new/s").mkdir(parents=True)
    (place / ".scen-new/s/half.html").write_text("<!DOC")
    built(root, place)
    assert not (place / ".scen-new").exists()


KILLED = """
import os, sys
from scenarios.cli.main import main
pages = []
def killed(event, args):
    if event == "open" and str(args[0]).endswith(".html") and not os.path.isabs(args[0]):
        pages.append(args[0])
        if len(pages) == 5:
            os._exit(9)
sys.addaudithook(killed)
main()
"""
"""The program, which is killed as it is to write its fifth page."""


@pytest.mark.skipif(not FULL, reason="three runs")
def test_a_run_that_is_killed_is_gone_on_from(root: Path, tmp_path: Path) -> None:
    place = tmp_path / "site"
    words = ("--database", str(root), "site", str(place), "--as-of", AS_OF)
    killed = subprocess.run([sys.executable, "-c", KILLED, *words], check=False)
    assert killed.returncode == 9
    assert [*(place / ".scen-new").glob("*.html")]
    assert not (place / "index.html").exists()
    built(root, place)
    built(root, tmp_path / "other")
    assert tree(place) == tree(tmp_path / "other")


def test_a_mark_of_another_version_makes_everything_again(root: Path, place: Path) -> None:
    before = tree(place)
    (place / MARK).write_text('{"index.html": 7}')
    built(root, place)
    assert tree(place) == before


def test_an_empty_database_has_a_site_too(tmp_path: Path) -> None:
    root = make(tmp_path / "scenarios", {"tracker.yaml": "format: 1\ntitle: Rain\n"})
    built(root, tmp_path / "site")
    home = (tmp_path / "site/index.html").read_text("utf-8")
    assert "Nothing is asked yet." in home
    assert not feedparser.parse((tmp_path / "site/feed.xml").read_text("utf-8")).bozo


def test_a_page_that_is_shared_has_a_picture_and_a_whole_address_where_that_is_known(
    tmp_path: Path,
) -> None:
    root, place = make(tmp_path / "scenarios", FILES), tmp_path / "site"
    told = ("--url", "https://example.org/desk")
    built(root, place, *told, day=DAY)
    page = (place / "s/pact/index.html").read_text("utf-8")
    assert 'property="og:image" content="https://example.org/desk/s/pact/card.png"' in page
    assert (place / "s/pact/card.png").read_bytes().startswith(b"\x89PNG")
    text = (place / "feed.xml").read_text("utf-8")
    assert '<link rel="self" href="https://example.org/desk/feed.xml"/>' in text
    assert 'xml:base="https://example.org/desk/"' in text
    leads = re.findall('<link href="([^"]*)"', text)
    assert [it for it in leads if not it.startswith("https://example.org/desk/")] == []
    (place / "s/pact/card.png").unlink()
    assert "1 file new or changed" in built(
        root, place, "--url", "https://example.org/desk", day=DAY
    )


def test_weeks_limit_the_reviews(tmp_path: Path) -> None:
    root = make(tmp_path / "scenarios", FILES)
    built(root, tmp_path / "all", day="2022-06-01")
    built(root, tmp_path / "few", "--weeks", "2", day="2022-06-01")
    every, few = (sorted((tmp_path / one / "review").glob("2*")) for one in ("all", "few"))
    assert [one.name for one in few] == [every[-1].name]
    told = (tmp_path / "few/review/index.html").read_text("utf-8")
    assert "No review in the last 2 weeks; the last one was of 7 Feb 2022." in told
    assert f"{few[0].name}/" in told


def test_a_review_of_exactly_so_many_weeks_ago_is_shown(tmp_path: Path) -> None:
    sheet = FILES["forecasts/2022/2022-02-07-desk.yaml"]
    later = {"forecasts/2022/2022-02-14-desk.yaml": sheet.replace("2022-02-07", "2022-02-14")}
    opened = open_folder(make(tmp_path / "scenarios", {**FILES, **later}))
    days = {day: Site(opened, day, weeks=2).days for day in (date(2022, 2, 21), date(2022, 2, 22))}
    assert days == {
        date(2022, 2, 21): (date(2022, 2, 7), date(2022, 2, 14)),
        date(2022, 2, 22): (date(2022, 2, 14),),
    }


def test_records_lead_to_the_repository_that_the_tracker_names(tmp_path: Path) -> None:
    base = "https://example.org/blob/main/scenarios"
    tracker = FILES["tracker.yaml"] + f"repository: {base}/\n"
    root = make(tmp_path / "scenarios", {**FILES, "tracker.yaml": tracker})
    built(root, tmp_path / "site", day=DAY)
    assert f'href="{base}/pact.yaml"' in (tmp_path / "site/s/pact/index.html").read_text()
    assert not (tmp_path / "site/records").exists()


def test_every_dated_step_of_the_shipped_pages_is_a_day_on_which_we_spoke_or_something_ended() -> (
    None
):
    site = Site(open_folder(SHIPPED), date(2026, 11, 24))
    database, expires = site.database, site.database.tracker.forecast_expires_days or 0
    ends = [each.resolution for each in database.scenarios.values() if each.resolution]
    ended = {day for end in ends for day in (end.date, end.recorded)}
    steps = 0
    for id in site.scenarios:
        page = page_at(site, f"s/{id}/index.html")
        assert page
        said = {database.sheets[sheet].date for sheet in database.speaking.get(id, ())}
        settled = said | ended | {day + timedelta(expires + 1) for day in said}
        tree = html5lib.parse(str(page.main), namespaceHTMLElements=False)
        names = {
            table: [it.text for it in table.findall("thead/tr/th")] for table in tree.iter("table")
        }
        courses = [table for table, heads in names.items() if heads[:2] == ["day", "we say"]]
        rows = [row for table in courses for row in table.iter("tr") if row.get("id")]
        figures = [[it.get("value") for it in row[1].iter("data")] for row in rows]
        for row, shown, before in zip(rows, figures, [*figures[1:], []], strict=True):
            if shown[1:] or shown[-1:] != before[-1:]:
                steps += 1
                assert date.fromisoformat((row.get("id") or "")[-10:]) in settled, row.get("id")
    assert steps > 60


def test_an_event_leads_to_a_review_that_tells_it_and_to_none_where_none_does() -> None:
    site = Site(open_folder(SHIPPED), date(2022, 3, 14))
    leads = {}
    for id in site.events:
        page = page_at(site, f"event/{id}/index.html")
        assert page
        leads[id] = re.findall(r"In the <a href=\"../../review/([\d-]+)/", page.main)
    told = {id: days for id, days in leads.items() if days}
    assert told, leads
    for id, [day] in told.items():
        review = page_at(site, f"review/{day}/index.html")
        assert review
        assert f"event/{id}/" in review.main
    assert leads["putin-xi-call-2021-12-15"] == [], "it moved nothing"
    later = page_at(
        Site(open_folder(SHIPPED), date(2026, 6, 1)), "event/beijing-visit-2026-05/index.html"
    )
    assert later
    assert "In the <a" not in later.main, "the review of its week names other events"
