"""The pictures of the shipped database in a browser: whole, apart, large enough at each width."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scenarios.analysis.evidence.knowledge import members
from scenarios.analysis.period.period import open_views, window
from scenarios.analysis.period.trajectory import curves
from scenarios.analysis.review.review import review
from scenarios.analysis.scores.scoring import score
from scenarios.render import palette
from scenarios.render.document import Chart
from scenarios.render.documents.score import calibration, skill, so_far
from scenarios.render.drawing import picture
from scenarios.render.pictures import multiples, set_picture, timeline
from scenarios.render.review_picture import review_picture
from scenarios.site.pages.scenario import ledger
from scenarios.workspace.opened import open_folder
from tests.browser import Seen, needs_chromium, opened

pytestmark = needs_chromium

SHIPPED = Path(__file__).parents[1] / "scenarios"
DAYS = (date(2022, 2, 28), date(2026, 11, 24))
LABELS = """[...it.querySelectorAll('text')].map(text => {
    const box = text.getBoundingClientRect();
    const shown = [...text.childNodes].filter(one => one.nodeName === '#text');
    return [shown.map(one => one.data).join(''), box.left, box.right, box.top, box.bottom,
        parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a]; })"""
"""The texts of a picture: what is read, where it stands, and the size of its letters."""
FRAME = "(b => [b.left, b.right, b.top, b.bottom])(it.getBoundingClientRect())"


def charts(on: date) -> Iterator[Chart | None]:
    """Every kind of picture, and every scenario's two."""
    base = open_folder(SHIPPED).database
    looked = window(base, date.fromordinal(on.toordinal() - 7), on, banded=True)
    scored = score(base, on, forecaster="illustrative")
    yield review_picture(looked, review(looked))
    found = curves(looked, list(looked.views), 60)
    for id, view in looked.views.items():
        yield timeline(found[id], view, base, looked.since)
        yield ledger(view.ledger, view.stated.probability if view.stated else None, base)
    for set_id, statement in base.tracker.sets.items():
        some = [(found[id], looked.views[id]) for id in members(base, set_id) if id in found]
        yield set_picture(statement, some, base, looked.since, on)
    yield multiples([(found[v.id], v) for v in open_views(looked)], base, looked.since, on)
    yield calibration(scored)
    yield skill(scored)
    yield so_far(scored)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pictures")


@cache
def page(folder: Path, on: date) -> Path:
    """The pictures of a day, one below the other, in the colours of the reader's scheme."""
    drawn = "<h1>Pictures</h1>" + "".join(
        f"<p>{picture(one.drawing, one.label)}</p>" for one in charts(on) if one
    )
    light, dark = palette.variables(palette.LIGHT), palette.variables(palette.DARK)
    schemes = f":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"
    body = "body{margin:0 14px;background:var(--paper);color:var(--ink);color-scheme:light dark}"
    rules = f"{schemes}{body}{palette.page()}"
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    title = "<title>Pictures</title>"
    text = f'<!DOCTYPE html><html lang="en">{head}{title}<style>{rules}</style><main>{drawn}</main>'
    (folder / f"{on}.html").write_text(text, encoding="utf-8")
    return folder / f"{on}.html"


def shown(seen: Seen) -> Iterator[tuple[list[float], list[list[Any]]]]:
    """The pictures that are shown at this width: their frames and their labels."""
    for frame, labels in seen.each("svg.picture", f"[{FRAME}, {LABELS}]"):
        if frame[1] > frame[0]:
            yield frame, labels


@pytest.mark.parametrize("on", DAYS, ids=str)
@pytest.mark.parametrize(("width", "least"), [(1280, 12), (768, 11), (360, 11)])
def test_each_label_is_large_enough_whole_and_apart(
    browser: Any, folder: Path, on: date, width: int, least: int
) -> None:
    with opened(browser, page(folder, on), width=width) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") == width
        pictures = list(shown(seen))
        assert len(pictures) > 20
        for (left, right, top, foot), labels in pictures:
            for told, start, end, above, below, size in labels:
                assert size >= least - 0.01, told
                assert left - 1 <= start < end <= right + 1, told
                assert top - 1 <= above < below <= foot + 1, told
            assert covered(labels) == []
        assert seen.is_silent()


def covered(labels: list[list[Any]]) -> list[tuple[str, str]]:
    """The labels of which one stands on the letters of another."""
    found = []
    for number, (told, left, right, top, foot, size) in enumerate(labels):
        for other, start, end, above, below, _ in labels[number + 1 :]:
            across = min(right, end) - max(left, start)
            down = min(foot, below) - max(top, above)
            if across > 1 and down > 0.4 * size:
                found.append((told, other))
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_pictures(browser: Any, folder: Path, scheme: str) -> None:
    with opened(browser, page(folder, DAYS[0]), width=1280, color_scheme=scheme) as seen:
        assert seen.faults() == []


def test_what_is_drawn_is_the_same_each_time() -> None:
    assert [c and c.drawing for c in charts(DAYS[0])] == [c and c.drawing for c in charts(DAYS[0])]
