"""Pages in the frame of the site, with the bar and the strip of time above; the site's pages."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from urllib.parse import urljoin

from markupsafe import Markup
from msgspec.structs import replace
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.errors import ScenError
from scenarios.model import Database
from scenarios.render.templating import fill, macro
from scenarios.render.text import on_screen, short_day
from scenarios.render.writers import html
from scenarios.render.writers.html import PageFrame
from scenarios.serve.exchange import (
    NARROWED,
    SHORT,
    Endpoint,
    PageRequest,
    RedirectError,
    RenderedPage,
    ServedPage,
    give,
    read,
    to_filter,
)
from scenarios.serve.live_database import DatabaseVersion
from scenarios.serve.sized_cache import SizedCache
from scenarios.site import frame
from scenarios.site.at import EACH, SINGLE, extension_pages, page_at
from scenarios.site.figures import odds_of
from scenarios.site.frame import SECTIONS, Section
from scenarios.site.page_keys import PageKeys
from scenarios.site.site import INDEX, STYLE, Site
from scenarios.site.site import Page as SitePage
from scenarios.storage.git import repository as git
from scenarios.storage.git.repository import Repository
from scenarios.text import counted
from scenarios.workspace.followed_ledgers import FollowedLedgers
from scenarios.workspace.input import typed_in

_BY_SECTION = {section[0]: section for section in SECTIONS}
_STATUS = ("status", "Status", f"status/{INDEX}")
_FORECASTS = ("forecasts", "Forecasts", f"list/forecasts/{INDEX}")
READING: tuple[Section, ...] = (
    _BY_SECTION["scenarios"],
    _STATUS,
    *(_BY_SECTION[name] for name in ("reviews", "indicators", "evidence")),
    _FORECASTS,
    *(_BY_SECTION[name] for name in ("sources", "scores")),
)
"""The navigation: that of the site; a field searches."""
Way = tuple[str, str, str]
KEYED: tuple[Way, ...] = (
    ("Overview", "/", "g h"),
    ("Status", "/status/", "g t"),
    ("Scenarios, to filter", "/list/scenarios/", "g s"),
    ("Reviews", "/review/", "g r"),
    ("Indicators, to filter", "/list/indicators/", "g i"),
    ("Evidence, to filter", "/list/evidence/", "g e"),
    ("Forecasts, to filter", "/list/forecasts/", "g f"),
    ("Sources, to filter", "/list/sources/", "g o"),
    ("Scores", "/scores/", "g c"),
)
DOING: tuple[Way, ...] = (
    ("Record", "/record/", "g a"),
    ("Inbox", "/inbox/", "g p"),
    ("Sitting", "/sitting/", "w"),
    ("Undo", "/undo/", "u"),
    ("You", "/team/", "g m"),
)
"""Shown where this server has them, to those who may go there."""
RECORDING: tuple[Way, ...] = (
    ("New evidence", "/record/evidence/", "n"),
    ("Forecast", "/record/forecast/", "f"),
)
"""The forms used most, each with its keyboard shortcut; `/record/` lists all forms."""
_ABOUT: dict[str, tuple[Way, ...]] = {
    "s": (
        ("Forecast it", "forecast", "scenario"),
        ("Add an indicator", "indicator", "scenario"),
        ("Clarify it", "clarification", "scenario"),
        ("Record its outcome", "resolution", "scenario"),
        ("Edit", "edit", "id"),
    ),
    "e": (
        ("Rate it", "rate", "evidence"),
        ("Retract it", "retraction", "evidence"),
        ("Edit", "edit", "id"),
    ),
}
"""The forms about a record: for each the label, the form and the field that takes the id."""


_KEYS = (
    ("[ ]", "a week back, a week on"),
    ("/", "search"),
    ("j k", "next row, row before"),
    ("Enter", "open the row"),
    ("?", "these keys"),
)


def bar(ask: PageRequest, *, is_dated: bool = True) -> Markup:
    """The bar above a page."""
    asked, path = ask.asked, ask.request.url.path
    rev = f", {asked.rev}" if asked.rev else ""
    kind, _, id = path.strip("/").partition("/")
    about = _ABOUT.get(kind, ()) if id and "/" not in id else ()
    about = tuple(way for way in about if ask.may(f"/record/{way[1]}/"))
    doing, recording = (_open_to(ask, ways) for ways in (DOING, RECORDING))
    offered = ask.seen.offered
    newest = offered[0].id[:SHORT] if offered else None
    return fill(
        "serve/bar.html",
        state=ask.seen.number,
        summary=f"As of {short_day(ask.on)}{rev}" if asked.as_of or rev else "More",
        path=path,
        leads=asked.leads,
        doing=doing,
        about=about,
        kind=kind,
        id=id,
        listed=to_filter(path),
        on=ask.on,
        strip=fill("serve/strip.html", **strip(ask)) if is_dated else "",
        rev=asked.rev,
        offered=[
            (commit.id[:SHORT], f"{on_screen(commit.day)} {commit.subject}") for commit in offered
        ],
        narrowed=carried(ask, *NARROWED, "q"),
        dated=carried(ask, "as_of", "rev"),
        permalink=replace(asked, as_of=ask.on, rev=asked.rev or newest).leads(path),
        words=asked.words,
        remarks=_remarks(ask),
        keyed=(*KEYED, *recording),
        keys=[*((key, name) for name, _, key in (*KEYED, *recording, *doing)), *_KEYS],
    )


def _open_to(ask: PageRequest, ways: tuple[Way, ...]) -> tuple[Way, ...]:
    """The ways that this server has and that the person may go."""
    return tuple(way for way in ways if ask.may(way[1]))


def carried(ask: PageRequest, *names: str) -> dict[str, str]:
    """The parts of the address that a form keeps."""
    parameters = ask.asked.given()
    return {name: parameters[name] for name in names if parameters.get(name)}


def _remarks(ask: PageRequest) -> list[str]:
    problems = [problem for problem in ask.seen.opened.problems if problem.severity == "error"]
    remarks = [ask.seen.remark] if ask.seen.remark else []
    if problems:
        first = f"scen check says why. The first: {problems[0]}"
        remarks.append(f"{ask.seen.opened.faults}: {first}")
    return remarks


def whole(ask: PageRequest, page: ServedPage) -> RenderedPage:
    """The page in its frame, and the digests of its scripts, which its policy must name."""
    path = ask.request.url.path
    first, _, rest = path.strip("/").partition("/")
    section = rest if first == "list" else first
    own = page.of_site or SitePage(
        address=_address(ask),
        title=page.title,
        description=page.title,
        main=str(page.content),
        section=section if section in {name for name, _, _ in READING} else "",
    )
    around = PageFrame(
        head=str(fill("serve/head.html")),
        top=str(bar(ask, is_dated=page.live or page.of_site is not None)),
        rules_at=_rules(ask, own.rules) if own.rules else "",
        main="data-live " if page.live else "",
    )
    site = Site(ask.seen.opened, ask.on).served(ask.asked.query(only_when=True))
    text = frame.whole_page(site, own, READING, around)
    return RenderedPage(text.encode(), (html.digest(own.script),) if own.script else ())


def _address(ask: PageRequest) -> str:
    return f"{ask.request.url.path.strip('/')}/{INDEX}".lstrip("/")


def _rules(ask: PageRequest, rules: str) -> str:
    """The address of a page's own rules, which a script can replace by those of another state."""
    name = blake2b(rules.encode(), digest_size=16).hexdigest()
    ask.request.app.state.rules.put(name, rules)
    return f"/-/rules/{name}"


def _its_rules(ask: PageRequest) -> Response:
    rules = ask.request.app.state.rules.get(ask.part("name"))
    if rules is None:
        raise HTTPException(404)
    return Response(rules, media_type="text/css")


class SiteCache(SizedCache[tuple[str, Site]]):
    """The sites of the days viewed last, used by one page at a time.

    Those of a day share its ledgers, which follow the items from state to state, and call
    `give_way` before each figure. `supersede` is called where a page under way may not go on.
    """

    def __init__(
        self,
        give_way: Callable[[], None] = lambda: None,
        supersede: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(_DAYS, lambda _: 1)
        self._give_way, self._supersede = give_way, supersede
        self._ledgers = SizedCache[FollowedLedgers](_DAYS, lambda _: 1)
        self._pages = SizedCache[tuple[SitePage, bool]](_PAGES, lambda kept: len(kept[0].main))

    def of(self, seen: DatabaseVersion, on: date) -> Site:
        """Return the site of a state."""
        key, opened = (on, seen.opened.commit), seen.opened
        followed = self._ledgers.get(key) or FollowedLedgers(self._supersede)
        self._ledgers.put(key, followed)
        # Also before a site that is kept: the ledgers may follow another state by now.
        ledgers = followed.of(opened)
        ledgers.give_way = self._give_way
        name, site = self.get((*key, seen.view)) or ("", None)
        if site is None or name != seen.name:
            if site:
                self._supersede()
                site.clear()
            site = Site(opened, on, _repository(seen))
            site.put(odds_of, ledgers.with_sheets_of(opened.database))
            self.put((*key, seen.view), (seen.name, site))
        return site

    def page(self, site: Site, address: str) -> SitePage | None:
        """Return the page of an address: that of an earlier state where all it rests on is same."""
        key = site.once(PageKeys).of(address)
        name = address, key, site.href("", ""), site.is_whole
        page, site.is_cut = (key and self._pages.get(name)) or (None, False)
        if page is None:
            page = page_at(site, address)
            if page and key:
                self._pages.put(name, (page, site.is_cut))
        return page


def ledgers(ask: PageRequest) -> DailyLedgers:
    """The ledgers of the day that a page shows; for one page at a time."""
    sites: SiteCache = ask.request.app.state.sites
    return sites.of(ask.seen, ask.on).once(odds_of)


def _repository(seen: DatabaseVersion) -> Repository | None:
    try:
        repository = git.repository(seen.opened.root) if seen.offered else None
        return repository._replace(tip=seen.tip) if repository else None
    except ScenError:
        return None


_DAYS, _PAGES = 4, 16 << 20
"""Days whose sites are kept, and characters of pages without their frames."""
_COPY = re.compile(r"attachments/[0-9a-f]{64}(\.[a-z0-9]{1,8})?")


def _site(ask: PageRequest) -> ServedPage:
    sites: SiteCache = ask.request.app.state.sites
    query, is_whole = ask.asked.query(only_when=True), "all" in ask.request.query_params
    site = sites.of(ask.seen, ask.on).served(query, is_whole=is_whole)
    page = sites.page(site, _address(ask))
    if page is None:
        _refuse(ask)
        raise HTTPException(404)
    if page.moved_to:
        raise RedirectError(urljoin(ask.request.url.path, page.moved_to))
    if site.is_cut:
        link = macro("serve/fields.html", "way_on")("rows of each list", ask.leads_to_all())
        page = replace(page, main=f"{link}\n{page.main}")
    if page.address.startswith("e/"):
        led = _COPY.sub(r'<a href="/\g<0>">\g<0></a>', str(page.main))
        page = replace(page, main=Markup(led))  # noqa: S704 - as it was, with links
    # Replacing a live page would undo the changes of its own script.
    return ServedPage(title=page.title, of_site=page, live=not page.script)


def _refuse(ask: PageRequest) -> None:
    """Refuse an unknown id in the words of the command line."""
    kind, _, id = ask.request.url.path.strip("/").partition("/")
    opened = ask.seen.opened
    if kind == "s":
        opened.scenario_on(id, ask.on)
    elif kind == "e" and ask.on < opened.database.evidence[opened.evidence(id)].recorded:
        day = opened.database.evidence[id].recorded
        raise ScenError(f"{id} was not known on {ask.on}: it dates from {day}")


def _folder(ask: PageRequest) -> Response:
    """Redirect from the static site's `index.html` to the page of its folder."""
    query = ask.request.url.query
    path = f"/{ask.part('path')}"
    return RedirectResponse(f"{path}?{query}" if query else path, 308)


def _file(ask: PageRequest) -> Response:
    """A record's file as text; 404 for any other file."""
    data = ask.seen.opened.snapshot.get(ask.part("path"))
    if data is None:
        raise HTTPException(404)
    return PlainTextResponse(data)


def _attachment(ask: PageRequest) -> Response:
    """A copy that an item keeps, to be saved and not shown: a stranger made it."""
    path = f"attachments/{ask.part('name')}"
    if not any(i.attachment and i.attachment.file == path for i in ask.database.evidence.values()):
        raise HTTPException(404)
    headers = {"Content-Security-Policy": "default-src 'none'; sandbox"}
    place = ask.seen.opened.root / path
    return FileResponse(place, 200, headers, "application/octet-stream", filename=place.name)


ENTRIES = (
    give("/attachments/{name}", _attachment),
    give(f"/{STYLE}", lambda _: Response(frame.style(), media_type="text/css")),
    give("/-/rules/{name}", _its_rules),
    give("/records/{path:path}", _file),
    give("/{path:path}index.html", _folder),
    *(read(f"/{address.removesuffix(INDEX)}", _site) for address in SINGLE),
    *(read(f"/{folder}/{{id}}/", _site) for folder in EACH),
)


def added() -> tuple[Endpoint, ...]:
    """Return the addresses of the pages that extensions add."""
    return tuple(read(f"/{address.removesuffix(INDEX)}", _site) for address in extension_pages())


_QUIET = 28
"""The most days of a stretch without news that the strip shows."""
_WINDOW = 371
"""Days of a strip where there are more than fit one: 53 weeks."""
_APART = 15
"""Least distance between the names of two months, in per cent of the width."""


class DayAxis:
    """Days side by side, without the most of a long stretch in which nothing was recorded.

    `runs` are the first place and the first day of each stretch, `end` is the place of the last.
    """

    def __init__(self, eventful: list[date]) -> None:
        self.runs, self.end, before = [(0, eventful[0])], 0, eventful[0]
        for day in eventful:
            gap = (day - before).days
            self.end += min(gap, _QUIET)
            if gap > _QUIET:
                self.runs.append((self.end, day))
            before = day

    def position(self, day: date) -> int:
        """The place of a day; one that is left out has that of the last before it."""
        run = max(0, bisect_right(self.runs, day, key=lambda run: run[1]) - 1)
        first, begins = self.runs[run]
        following = self.runs[run + 1][0] - 1 if run + 1 < len(self.runs) else self.end
        return min(max(first, first + (day - begins).days), following)

    def day_at(self, x: int) -> date:
        """The day at a place."""
        first, begins = self.runs[bisect_right(self.runs, x, key=lambda run: run[0]) - 1]
        return begins + timedelta(days=x - first)


def strip(ask: PageRequest) -> dict[str, Any]:
    """The strip of a request: its window, what stands where in per cent of it, and the steps."""
    today, sheets = typed_in.today(), ask.database.sheets.values()
    items = ask.database.recorded
    reviews = {sheet.date for sheet in sheets}
    days = DayAxis(_eventful(ask.database, {*items, *reviews}, max(today, ask.on)))
    here, begin, end = days.position(ask.on), 0, days.end
    if end > _WINDOW * 3 // 2:
        begin = max(0, min(here // _WINDOW * _WINDOW, end - _WINDOW))
        end = begin + _WINDOW
    most = max(items.values(), default=1)

    def x(day: date) -> float:
        return round(100 * (days.position(day) - begin) / max(end - begin, 1), 2)

    def leads(day: date) -> str:
        return replace(ask.asked, as_of=None if day >= today else day).leads(ask.request.url.path)

    first, last = days.day_at(begin), days.day_at(end)
    numbers = [number for day, number in items.items() if first <= day <= last]
    breaks = ((x(days.day_at(at - 1)), x(day)) for at, day in days.runs if begin < at <= end)
    heights = (
        (x(day), round(4 + 16 * (number / most) ** 0.5))
        for day, number in items.items()
        if first <= day <= last
    )
    number = counted(sum(first <= day <= last for day in reviews), "review")
    return {
        "about": f"{number} and {counted(sum(numbers), 'item')} of evidence from "
        f"{short_day(first)} "
        f"to {short_day(last)}",
        "marks": _marks(tuple(_months(first, last, x)), tuple(breaks), tuple(heights)),
        "begin": begin,
        "end": end,
        "here": here,
        "day": short_day(ask.on),
        "today": today,
        "runs": " ".join(f"{x}:{day}" for x, day in days.runs),
        "reviews": [(x(d), short_day(d), leads(d)) for d in sorted(reviews) if first <= d <= last],
        "earlier": leads(days.day_at(begin - 1)) if begin else "",
        "later": leads(days.day_at(end + 1)) if end < days.end else "",
        "week_back": leads(ask.on - timedelta(7)) if here else "",
        "week_on": leads(min(ask.on + timedelta(7), today)) if ask.on < today else "",
        "now": leads(today) if ask.on != today else "",
    }


@lru_cache(maxsize=16)
def _marks(
    months: Sequence[tuple[float, str]],
    breaks: Sequence[tuple[float, float]],
    items: Sequence[tuple[float, int]],
) -> Markup:
    """The part of the strip that is the same on most pages."""
    return fill("serve/strip_marks.html", months=months, breaks=breaks, items=items)


def _eventful(database: Database, dated: set[date], last: date) -> list[date]:
    """The days on which something was asked, recorded, stated or decided, and the last one."""
    for scenario in database.scenarios.values():
        dated.add(scenario.opened)
        if scenario.resolution:
            dated.add(scenario.resolution.recorded)
    return sorted({day for day in dated if day <= last} | {last})


def _months(first: date, last: date, x: Any) -> Iterator[tuple[float, str]]:
    """The first day of each month, and its name where there is room for one."""
    named = -float(_APART)
    month = first.replace(day=1)
    while (month := (month + timedelta(days=31)).replace(day=1)) <= last:
        position = x(month)
        has_room = named + _APART <= position <= 100 - _APART // 2
        if position != named or has_room:
            yield position, f"{month:%b %Y}" if has_room else ""
        named = position if has_room else named
