"""A server that runs for months keeps a bounded number of pages, sites and saved forms."""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path

import pytest

from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.sensitivity import Band
from scenarios.analysis.period.period import bands_of
from scenarios.serve.forms.pages import SavedPage
from scenarios.serve.frame import SiteCache
from scenarios.serve.live_database import DatabaseVersion, LiveDatabase
from scenarios.serve.page_queue import PageSuperseded
from scenarios.serve.sized_cache import SizedCache
from scenarios.site.at import addresses, page_at
from scenarios.site.site import Page, Site
from scenarios.storage.cache.memory import RecordCache
from scenarios.workspace import reading
from scenarios.workspace.opened import open_folder
from scenarios.workspace.reading import span
from tests.cli.commands import DESK, EACH, FILES, make, scen
from tests.serve.desks import reader


def test_pages_are_kept_up_to_a_size_and_the_one_asked_for_longest_ago_goes() -> None:
    pages = SizedCache[str](10, len)
    for name in "aba":
        if not pages.get(name):
            pages.put(name, name * 5)
    pages.put("c", "ccccc")
    assert [pages.get(name) for name in "abc"] == ["aaaaa", None, "ccccc"]


def test_five_hundred_saved_forms_are_remembered(tmp_path: Path) -> None:
    saved = reader(make(tmp_path, FILES)).app.state.saved  # type: ignore[attr-defined]
    for number in range(501):
        saved.put(str(number), SavedPage("saved"))
    kept = [saved.get(str(number)) for number in (0, 1, 500)]
    assert kept == [None, *[SavedPage("saved")] * 2]


def test_a_value_put_again_or_dropped_weighs_nothing_more() -> None:
    values = SizedCache[str](10, len)
    for text in ("aaaa", "aaa", "aa"):
        values.put("a", text)
    values.put("b", "b" * 8)
    assert (values.get("a"), values.get("b")) == ("aa", "b" * 8)
    values.drop("b")
    values.drop("c")
    values.put("d", "d" * 8)
    assert (values.get("a"), values.get("b"), values.get("d")) == ("aa", None, "d" * 8)


def test_the_sites_of_four_days_are_kept() -> None:
    sites, seen = SiteCache(), DatabaseVersion(1, open_folder(DESK), "now", "", ())
    days = [date(2022, 2, 1) + timedelta(n) for n in range(5)]
    first, second, *_ = [sites.of(seen, day) for day in days]
    assert sites.of(seen, days[1]) is second
    assert sites.of(seen, days[0]) is not first


def pages(site: Site) -> dict[str, Page | None]:
    served = site.served("")
    return {address: page_at(served, address) for address in addresses(served)}


LATER = (
    *EACH,
    ("rename", "2022-02-04-visit", "2022-02-04-call"),
    ("edit", "2022-02-04-call", "summary=They talked"),
    ("undo",),
    ("undo",),
)
"""Every command that changes files, in an order in which each can be given."""


@pytest.mark.parametrize("ahead", [0, 10**12])
def test_a_site_that_goes_on_from_the_state_before_is_the_one_made_anew(
    root: Path, ahead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(root, FILES)
    desk, sites, on = LiveDatabase(root), SiteCache(), date(2024, 3, 1)
    memory = desk.latest.opened.read
    assert isinstance(memory, RecordCache)
    # What is settled is in the cache alone.
    monkeypatch.setattr(memory, "_clock", lambda: time.time_ns() + ahead)
    for words in LATER:
        before, site = desk.latest, sites.of(desk.latest, on)
        was = pages(site)
        assert scen("--database", str(root), *words).exit_code == 0, words
        assert desk.look() != before
        assert pages(sites.of(desk.latest, on)) == pages(Site(open_folder(root), on))
        assert pages(site) == was


def test_the_figures_of_a_page_are_the_same_when_others_are_made_between_any_two_of_them(
    root: Path,
) -> None:
    make(root, FILES)
    desk, on, made = LiveDatabase(root), date(2024, 3, 1), list[dict[str, Page | None]]()
    expected, is_nested = pages(Site(desk.latest.opened, on)), False

    def give_way() -> None:
        nonlocal is_nested
        if not is_nested and len(made) < 9:
            is_nested = True
            made.append(pages(sites.of(desk.latest, on)))
            is_nested = False

    sites = SiteCache(give_way)
    assert pages(sites.of(desk.latest, on)) == expected
    assert made == [expected] * 9


def test_a_page_is_begun_anew_where_one_of_a_later_state_was_made_between_two_of_its_figures(
    root: Path,
) -> None:
    make(root, FILES)
    desk, on, later = LiveDatabase(root), date(2024, 3, 1), list[dict[str, Page | None]]()
    superseded = list[bool]()

    def give_way() -> None:
        if not later:
            later.append({})
            add = ("add-evidence", "They met again", "--rate", "pact=CC")
            assert scen("--database", str(root), *add).exit_code == 0
            desk.look()
            later[0] |= pages(sites.of(desk.latest, on))
            assert superseded
            raise PageSuperseded

    sites = SiteCache(give_way, lambda: superseded.append(True))
    with pytest.raises(PageSuperseded):
        pages(sites.of(desk.latest, on))
    expected = pages(Site(open_folder(root), on))
    assert later == [expected]
    assert pages(sites.of(desk.latest, on)) == expected


def test_a_forecast_leaves_every_band_as_it_was_and_an_item_makes_those_it_bears_on_anew(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(root, FILES)
    made, on = list[set[str]](), date(2024, 3, 1)

    def counted(odds: DailyLedgers, as_of: date, ids: Collection[str]) -> dict[str, Band]:
        made.append({*ids})
        return bands_of(odds, as_of, ids)

    def bands() -> dict[str, Band | None]:
        views = span(open_folder(root), on, None, banded=True).views
        return {id: view.band for id, view in views.items()}

    monkeypatch.setattr(reading, "bands_of", counted)
    before = bands()
    words = ["forecast", "pact", "0.2", "--analyst", "desk", "--date", "2022-02-07"]
    assert scen("--database", str(root), *words).exit_code == 0
    assert bands() == before
    assert made == [{"ties", "pact", "trade"}]
    words = ["add-evidence", "Dinner", "--recorded", "2022-02-07", "--rate", "trade=C"]
    assert scen("--database", str(root), *words).exit_code == 0
    assert bands() != before
    assert made[1:] == [{"trade"}]
