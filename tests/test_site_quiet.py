"""What a site says where there is little to say: nothing moved, or nobody forecast."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from scenarios.site.at import page_at
from scenarios.site.site import Site
from scenarios.workspace.opened import open_folder
from tests.cli.commands import FILES, make

SHIPPED = Path(__file__).parents[1] / "scenarios"


def told(root: Path, day: str) -> list[str]:
    """The texts above the picture."""
    page = page_at(Site(open_folder(root), date.fromisoformat(day)), "index.html")
    assert page
    summary = page.main.partition("<section")[0]
    return [re.sub("<[^>]+>", "", one) for one in re.findall("<p[^>]*>(.*?)</p>", summary)]


def test_where_nothing_moved_it_tells_what_moved_last_and_what_closes_next() -> None:
    assert told(SHIPPED, "2026-11-26")[:-1] == [
        "Hardly anything moved this week.",
        "The newest record is of 29 June 2026.",
        (
            "The last news, by 29 June 2026: “A large Chinese bank is listed over Russia” fell from"
            " 2.0% to 1.0%, as time passed without it. illustrative: “Half a year left.”"
        ),
        "Next to close: “A large Chinese bank is listed over Russia”, on 31 December 2026.",
    ]


def test_what_moved_is_told_first_where_something_did() -> None:
    first, rest, notice = told(SHIPPED, "2022-02-28")
    assert "occurred" in first
    assert "Nord Stream 2 carries commercial gas” fell from 20% to 0.3%" in rest
    assert notice.startswith("Put together in November 2026")


def test_a_database_without_news_tells_of_none(tmp_path: Path) -> None:
    files = {path: text for path, text in FILES.items() if path in ("tracker.yaml", "pact.yaml")}
    assert told(make(tmp_path / "scenarios", files), "2022-06-01") == [
        "Nothing moved this week.",
        "The newest record is of 1 January 2022.",
        "Next to close: “A pact”, on 31 December 2030.",
    ]


def test_who_forecast_before_the_weeks_that_are_shown_has_forecast() -> None:
    site = Site(open_folder(SHIPPED), date(2026, 11, 26), weeks=3)
    page = page_at(site, "review/index.html")
    assert page
    assert "No review in the last 3 weeks; the last one was of 29 Jun 2026." in page.main
    assert "Nobody has forecast" not in page.main
