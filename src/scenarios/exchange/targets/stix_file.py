"""A STIX 2.1 bundle, for those who share intelligence; its figures are those of the view."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scenarios.exchange.stix.bundle import Bundled, Figures, bundle
from scenarios.exchange.stix.vocabulary import EXTENSION
from scenarios.exchange.view.tables import TABLES
from scenarios.exchange.view.view import View


def write(view: View, place: Path) -> None:
    """The records of the view as a bundle."""
    names = TABLES["status"].places(("scenario_id", "stated", "implied"))
    rows: list[Any] = [tuple(row[n] for n in names) for row in view.rows("status")]
    figures = {id: Figures(stated, implied) for id, stated, implied in rows}
    text = bundle(Bundled(view.moment.records, view.moment.as_of, figures))
    with place.open("wb") as file:
        file.write(text.encode())


def is_ours(place: Path) -> bool:
    """Whether it begins with our extension."""
    with place.open("rb") as file:
        return EXTENSION.encode() in file.read(2000)
