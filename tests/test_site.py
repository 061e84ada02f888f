"""A site: each page a function of the database, the day and its address."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from scenarios.site.at import addresses, page_at
from scenarios.site.site import Site
from scenarios.workspace.opened import open_folder

SHIPPED = Path(__file__).parents[1] / "scenarios"
DAY = date(2022, 2, 28)


def site(day: date = DAY) -> Site:
    return Site(open_folder(SHIPPED), day)


def test_each_address_has_a_page_and_nothing_else_has_one() -> None:
    shown = site()
    known = [*addresses(shown)]
    assert len(known) == len(set(known))
    assert known[0] == "index.html"
    for folder, id in (("s", "military-pact"), ("e", "2022-02-04-beijing-no-limits")):
        page = page_at(shown, f"{folder}/{id}/index.html")
        assert page
        assert page.address in known
        assert page_at(shown, f"{folder}/{id}/other.html") is None
    for address in ("", "s", "s/none/index.html", "e/military-pact/index.html", "../index.html"):
        assert page_at(shown, address) is None


def test_what_came_after_the_day_has_no_page() -> None:
    opened = date(2021, 12, 17)
    then, now = ({*addresses(site(day))} for day in (opened, DAY))
    assert then < now
