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
    """The headline, and the sentences above the picture, without the title of the site."""
    page = page_at(Site(open_folder(root), date.fromisoformat(day)), "index.html")
    assert page
    summary = page.main.partition("<section")[0]
    texts = re.findall("<(?:h1|p)(?! class=.kicker)[^>]*>(.*?)</(?:h1|p)>", summary)
    return [re.sub("<[^>]+>", "", text) for text in texts]


def test_where_nothing_moved_it_tells_what_moved_last_and_what_closes_next() -> None:
    assert told(SHIPPED, "2026-11-26") == [
        "Nothing was recorded since 29 June; no figure moved a point",
        "Next to close: “A large Chinese bank is listed over Russia”, on 31 December 2026.",
    ]


def test_what_moved_is_told_first_where_something_did() -> None:
    [first] = told(SHIPPED, "2022-02-28")
    assert first == "Russia invaded Ukraine on 24 February; we had said 64%, the evidence 61%"


def test_a_database_without_news_tells_of_none(tmp_path: Path) -> None:
    files = {path: text for path, text in FILES.items() if path in ("tracker.yaml", "pact.yaml")}
    assert told(make(tmp_path / "scenarios", files), "2022-06-01") == [
        "Nothing was recorded since 1 January; no figure moved",
        "Next to close: “A pact”, on 31 December 2030.",
    ]


def test_who_forecast_before_the_weeks_that_are_shown_has_forecast() -> None:
    site = Site(open_folder(SHIPPED), date(2026, 11, 26), weeks=3)
    page = page_at(site, "review/index.html")
    assert page
    assert "No review in the last 3 weeks; the last one was of 29 Jun 2026." in page.main
    assert "Nobody has forecast" not in page.main
