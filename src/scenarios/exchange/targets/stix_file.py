"""A STIX 2.1 bundle, for those who share intelligence; its figures are those of the view."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scenarios.exchange.stix.bundle import EXTENSION, Bundled, Figures, bundle, id_of
from scenarios.exchange.view.tables import TABLES
from scenarios.exchange.view.view import View


def write(view: View, place: Path) -> None:
    """The records of the view as a bundle."""
    names = TABLES["status"].places(("scenario_id", "stated", "implied"))
    rows: list[Any] = [tuple(row[n] for n in names) for row in view.rows("status")]
    figures = {id: Figures(stated, implied) for id, stated, implied in rows}
    made = view.moment.made
    text = bundle(Bundled(view.moment.records, made.tracker, made.as_of, figures))
    with place.open("wb") as file:
        file.write(text.encode())


def is_ours(place: Path, tracker: str | None = None) -> bool:
    """Whether it begins with our extension, and has the id of that tracker's bundle."""
    with place.open("rb") as file:
        head = file.read(2000)
    return EXTENSION.encode() in head and (
        tracker is None or id_of("bundle", tracker).encode() in head
    )
