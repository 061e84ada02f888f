"""A server that runs for months keeps a bounded number of pages, sites and saved forms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from scenarios.serve.desk import DeskState
from scenarios.serve.forms.pages import Saved, SavedPage
from scenarios.serve.frame import Sites
from scenarios.serve.kept import Kept
from scenarios.workspace.opened import open_folder
from tests.cli.commands import DESK


def test_pages_are_kept_up_to_a_size_and_the_one_asked_for_longest_ago_goes() -> None:
    made: list[str] = []

    def page(name: str) -> Callable[[], str]:
        def make() -> str:
            made.append(name)
            return name * 5

        return make

    pages = Kept[str](10, len)
    for name in "abacab":
        assert pages.get(name, page(name)) == name * 5
    assert made == ["a", "b", "c", "b"]


def test_five_hundred_saved_forms_are_remembered() -> None:
    saved = Saved()
    for number in range(501):
        saved.once(str(number), lambda: SavedPage("saved"))
    assert (saved.get("0"), saved.get("1"), saved.get("500")) == (None, *[SavedPage("saved")] * 2)


def test_the_sites_of_four_days_are_kept() -> None:
    sites, seen = Sites(), DeskState(1, open_folder(DESK), "now", "", ())
    days = [date(2022, 2, 1) + timedelta(n) for n in range(5)]
    first, second, *_ = [sites.of(seen, day) for day in days]
    assert sites.of(seen, days[1]) is second
    assert sites.of(seen, days[0]) is not first
