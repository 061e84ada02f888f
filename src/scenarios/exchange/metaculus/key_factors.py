"""What forecasters named as key factors, as evidence that is not rated yet."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from scenarios.exchange.arrivals import Arrival, Foreign, Misfit
from scenarios.exchange.incoming import Incoming, Row, rows
from scenarios.exchange.metaculus.questions import SYSTEM, Questions, Read
from scenarios.exchange.moments import moment
from scenarios.exchange.names import digest
from scenarios.exchange.questions import clean
from scenarios.text import shown

NEEDED = ("Type",)
_WORDS = {"driver": "driver", "base_rate": "base rate", "news": "news"}
_DIRECTIONS = {
    "1": "makes it more probable",
    "-1": "makes it less probable",
    "0": "neither more nor less probable",
}


class KeyFactors:
    """The key factors of a file; those of questions that did not come in are counted."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.misfits: list[Misfit] = []
        self.left_out: Counter[str] = Counter()

    def add(self, incoming: Incoming, questions: Questions, zone: dt.tzinfo) -> None:
        posts: dict[str, list[Read]] = {}
        for read in questions.read.values():
            posts.setdefault(read.post, []).append(read)
        for row in rows(incoming, NEEDED, ragged=True):
            question = questions.read.get(row.text("Question ID"))
            about = [question] if question else []
            if not row.text("Question ID"):
                about = posts.get(row.text("Post ID"), [])
            if questions.read and not about:
                self.left_out["key factors of questions left out"] += 1
                continue
            try:
                self.arrivals.append(_evidence(row, about, zone))
            except ValueError as error:
                self.misfits.append(Misfit(place=row.place, message=str(error)))


def _evidence(row: Row, about: list[Read], zone: dt.tzinfo) -> Arrival:
    kind = row.text("Type").casefold().replace(" ", "_")
    if kind not in _WORDS:
        raise ValueError(f"Type: {shown(row.text('Type'))} is not driver, base_rate or news")
    stated = row.text("Created At") or row.text("News Published At")
    is_dated = bool(stated) or not about
    made = moment(stated, zone).date() if is_dated else about[0].opened
    published = row.text("News Published At") if kind == "news" else ""
    seen = moment(published, zone).date() if published else made
    summary = {
        "driver": row.text("Driver Text"),
        "base_rate": _base_rate(row),
        "news": row.text("News Title") or row.text("News Source") or row.text("News URL"),
    }[kind]
    if not summary and about:
        summary = f"{_WORDS[kind].capitalize()} of: {about[0].title}"
    title = clean(summary, 500, is_line=True)
    if not title:
        raise ValueError("it says nothing")
    notes = _notes(row, kind, [one.title for one in about])
    notes += [] if is_dated else ["No date there: it stands at the opening of its question"]
    record: dict[str, Any] = {
        "summary": title,
        "observed": min(seen, made).isoformat(),
        "recorded": made,
        "notes": clean("\n".join(notes), 10_000),
    }
    address = row.text("News URL") if kind == "news" else row.text("Base Rate Source")
    if address.startswith(("https://", "http://")) and not any(map(str.isspace, address)):
        record["url"] = address
    own = row.text("Key Factor ID") or digest("\n".join((title, made.isoformat(), *notes)))
    id = f"key-factor/{own}"
    return Arrival(
        kind="evidence", record=record, title=title, place=row.place, foreign=Foreign(SYSTEM, id)
    )


def _base_rate(row: Row) -> str:
    of = row.text("Base Rate Reference Class")
    return f"Base rate: {of}" if of else ""


def _notes(row: Row, kind: str, titles: list[str]) -> list[str]:
    """Its question, its direction and all else that the file says of it."""
    lines = [f"Key factor at Metaculus ({_WORDS[kind]})"]
    lines += (f"Question: {title}" for title in titles)
    if option := row.text("Question Option"):
        lines.append(f"Option: {option}")
    prefix = {"driver": "Driver", "news": "News", "base_rate": "Base Rate"}[kind]
    direction = row.text(f"{prefix} Impact Direction")
    if direction:
        plain = direction.removesuffix(".0").removeprefix("+")
        lines.append(f"Direction: {_DIRECTIONS.get(plain, direction)}")
    named = {
        "Certainty": row.text(f"{prefix} Certainty"),
        "Source": row.text(f"{prefix} Source"),
        "Votes": row.text("Votes Score"),
    }
    if kind == "base_rate":
        rate = (row.text("Base Rate Rate Numerator"), row.text("Base Rate Rate Denominator"))
        named |= {
            "Type": row.text("Base Rate Type"),
            "Rate": " of ".join(rate) if all(rate) else "",
            "Projected value": row.text("Base Rate Projected Value"),
            "Projected by": row.text("Base Rate Projected By Year"),
            "Unit": row.text("Base Rate Unit"),
            "Extrapolation": row.text("Base Rate Extrapolation"),
            "Based on": row.text("Base Rate Based On"),
        }
    return [*lines, *(f"{name}: {value}" for name, value in named.items() if value)]
