"""Pages of quantities: the fan, the rows with their ledgers, the sheets, and what leads there."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from pathlib import Path

from scenarios.site.at import addresses, page_at
from scenarios.site.site import Site
from scenarios.workspace.opened import open_folder
from tests.cli.commands import make, scen

TRADE = Path(__file__).parent / "data" / "trade"
AS_OF = date(2024, 10, 18)


def site(root: Path = TRADE, day: date = AS_OF) -> Site:
    return Site(open_folder(root), day)


def words(of: Site, address: str) -> str:
    """The text of a page's content, without its marks."""
    page = page_at(of, address)
    assert page is not None, address
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.main)).split())


def test_a_number_has_a_page_with_its_fan_rows_ledgers_and_sheets() -> None:
    told = words(site(), "s/trade-2024/index.html")
    for expected in (
        "We say 240 229 to 253; 2 analysts Evidence 242 222 to 267; billion dollars",
        "we say 240 (229 to 253), from 236; the evidence 242 (222 to 267), from 235",
        "over 240 billion dollars 50% 54% trade-2024/240",
        "rivals: what lines at other thresholds say +0.7",
        "Starting point 240 (205 to 275): 240.1 in 2023",
        "East desk 243 (232 to 256) p10 232, p50 243, p90 256 16 Oct 2024",
        "Evidence (3)",
    ):
        assert expected in told
    assert "yes or a no" not in told


def test_a_date_has_one_with_days_and_later() -> None:
    told = words(site(), "s/pipeline-contract/index.html")
    assert "We say later 2025-07-01 to later; 1 analyst" in told
    assert "By 31 Dec 2024" in told
    assert "by 31 Dec 2025 22% 9% pipeline-contract/2025-12-31" in told
    late = words(site(day=date(2025, 1, 2)), "s/pipeline-contract/index.html")
    assert "By 31 Dec 2024, did not occur" in late


def test_an_item_says_what_it_does_to_each_row_and_what_it_moved() -> None:
    told = words(site(), "e/2024-07-12-half-year/index.html")
    assert "Trade between China and Russia in 2024 : evidence 235 (221 to 258), from 228" in told
    assert "over 220 billion dollars CC" in told
    assert "No figure changed" not in told


def test_every_page_leads_to_those_of_quantities() -> None:
    every = site()
    assert "s/trade-2024/index.html" in {*addresses(every)}
    for address in ("index.html", "indicators/index.html", "e/2024-07-12-half-year/index.html"):
        page = page_at(every, address)
        assert page is not None
        assert "s/trade-2024/index.html" in page.main
    assert "2 By" not in words(every, "review/index.html")
    assert "16 Oct 2024 2 East desk" in words(every, "review/index.html")


def test_a_known_value_stands_on_its_page_and_one_without_thresholds_has_no_row(
    tmp_path: Path,
) -> None:
    files = {path.relative_to(TRADE).as_posix(): path.read_text() for path in TRADE.rglob("*.yaml")}
    root = make(tmp_path / "scenarios", files)
    done = scen(
        *("--database", str(root), "resolve", "trade-2024", "244.8", "--basis", "Customs"),
        *("--date", "2025-01-13", "--recorded", "2025-01-14"),
    )
    assert done.exit_code == 0, done.stderr
    told = words(site(root, date(2025, 1, 20)), "s/trade-2024/index.html")
    assert "Outcome 244.8 billion dollars 13 Jan 2025" in told
    assert "Over 240 billion dollars, occurred" in told
    assert "Resolved on 13 January 2025: Customs" in told
    plain = files["pipeline-contract.yaml"].replace(", thresholds: [2024-12-31, 2025-12-31]", "")
    other = make(tmp_path / "other", {**files, "pipeline-contract.yaml": plain})
    (other / "evidence/2024/2024-05-17-no-contract-at-visit.yaml").unlink()
    assert "Rated as" not in words(site(other), "s/pipeline-contract/index.html")


def test_what_cannot_be_read_withholds_the_figures(tmp_path: Path) -> None:
    files = {path.relative_to(TRADE).as_posix(): path.read_text() for path in TRADE.rglob("*.yaml")}
    root = make(tmp_path, {**files, "trade-2024.yaml": "title: [\n"})
    told = words(site(root), "s/trade-2024/index.html")
    assert "cannot be read" in told
    assert "242" not in told
