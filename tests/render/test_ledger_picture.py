"""The odds ledger as a picture: bars that add up, under their themes, each with its item."""

from __future__ import annotations

from msgspec.structs import replace

from scenarios.analysis.ledger.ledger import rival_lines
from scenarios.analysis.ledger.lines import Ledger
from scenarios.analysis.period.period import window
from scenarios.model import Database, Tracker
from scenarios.render.charts.ledger import LedgerBars
from scenarios.render.document import Group, plain
from scenarios.render.drawing import draw
from scenarios.scales import decibans
from scenarios.site.pages.scenario import ledger
from tests.records import database, day, indicator, item, near, scenario
from tests.render.drawings import elements, texts


def book_of(base: Database) -> Ledger:
    return window(base, day(23), day(30)).views["a"].ledger


def themed() -> Database:
    evidence = {
        "d": item(day(1), ratings={"a": 4.0}, theme="gas"),
        "e": item(day(2), ratings={"a": "II"}, theme="talks"),
        "f": item(day(3), ratings={"a": 1.001}),
    }
    tracker = Tracker(themes={"gas": "Gas and oil"})
    asked = scenario(0.5, indicators={"x": indicator({"a": "CC"}, due=day(9), if_absent="I")})
    return database(tracker, scenarios={"a": asked}, evidence=evidence)


def test_a_ledger_is_drawn_from_prior_to_implied_and_the_weak_in_one() -> None:
    evidence = {f"e{n:02}": item(day(1), ratings={"a": "C"}) for n in range(14)}
    dependent = Tracker(evidence_dependence=0.5)
    base = database(dependent, scenarios={"a": scenario(0.5)}, evidence=evidence)
    data: LedgerBars = ledger(book_of(base), 0.25, base).drawing
    bars = [bar for theme in data.themes for bar in theme.bars]
    assert [bar.label for bar in bars[-2:]] == ["Something was seen", "2 other lines"]
    assert decibans(data.prior) + sum(bar.decibans for bar in bars) == near(decibans(data.implied))
    for narrow in (False, True):
        told = texts(draw(data, narrow=narrow))
        assert {"starting chance", "50%", "evidence", "90%", "we say", "25%"} <= set(told)


def test_lines_stand_under_their_themes_and_lead_to_their_items() -> None:
    base = themed()
    chart = ledger(book_of(base), None, base)
    assert [(theme.name, len(theme.bars)) for theme in chart.drawing.themes] == [
        ("talks", 1),
        ("Gas and oil", 1),
        ("without a theme", 1),
        ("", 1),
    ]
    made = draw(chart.drawing, places={"e-d": "#e-d", "e-e": "#e-e"})
    assert [one.get("href") for one in elements(made, "a")] == ["#e-e", "#e-d"]
    assert {"talks", "−10.0 dB", "Gas and oil", "+6.0 dB"} <= set(texts(made))
    assert "not seen when due: Something is seen" in texts(made)
    assert chart.label == (
        "Title: from a starting chance of 50% to 11%; most weight against it: Something was seen."
    )


def test_what_speaks_for_it_is_full_and_what_speaks_against_it_hollow() -> None:
    base = themed()
    made = draw(ledger(book_of(base), None, base).drawing)
    assert len(elements(made, **{"class": "f-paper s-against"})) == 2
    assert len(elements(made, **{"class": "f-for s-for"})) == 2


def test_the_table_of_a_ledger_has_every_line_and_ends_with_what_is_implied() -> None:
    base = themed()
    table = ledger(book_of(base), None, base).table
    groups = [row.name for row in table.rows if isinstance(row, Group)]
    assert groups == ["talks", "Gas and oil", "without a theme"]
    last = [[plain(cell) for cell in row] for row in table.rows if isinstance(row, tuple)][-1]
    assert last == ["evidence, 11%", "", "", "", "−9.0"]


def test_what_the_rivals_gained_is_split_by_what_moved_them_and_the_small_is_one_bar() -> None:
    members = {id: scenario(p, set="s") for id, p in (("a", 0.2), ("b", 0.5), ("c", 0.3))}
    moving = {f"e{n}": item(day(n), ratings={"b": 4.0 - n / 2}) for n in range(6)}
    moving["own"] = item(day(7), ratings={"a": "C"})
    moving = {id: replace(it, summary=f"Item {id}") for id, it in moving.items()}
    base = database(scenarios=members, evidence=moving)
    view = window(base, day(23), day(30)).views["a"]
    parts = rival_lines(view.odds, "a")
    data: LedgerBars = ledger(view.ledger, None, base, rivals=parts).drawing
    split = data.themes[-1]
    assert split.name == "rivals: what the other members of the set gained or lost"
    assert [bar.label for bar in split.bars] == [
        *("Item e1", "Item e2", "Item e0", "Item e3", "2 other lines")
    ]
    assert sum(bar.decibans for bar in split.bars) == near(view.ledger.counted("rivals"))
    label = ledger(view.ledger, None, base, rivals=parts).label
    assert label.endswith("most weight for it: Item own; most of what its rivals gained: Item e1.")
    assert len(ledger(view.ledger, None, base).drawing.themes[-1].bars) == 1
