"""What forecasters named as key factors, as evidence that is not rated yet."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from scenarios.exchange.arrivals import Arrival, Foreign, Misfit
from scenarios.exchange.incoming import Incoming, Row, rows
from scenarios.exchange.metaculus.questions import SYSTEM, Questions
from scenarios.exchange.moments import moment
from scenarios.exchange.questions import clean
from scenarios.text import shown

NEEDED = ("Key Factor ID", "Type")
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
        posts: dict[str, list[str]] = {}
        for read in questions.read.values():
            posts.setdefault(read.post, []).append(read.title)
        for row in rows(incoming, NEEDED, ragged=True):
            question = questions.read.get(row.text("Question ID"))
            titles = [question.title] if question else []
            if not row.text("Question ID"):
                titles = posts.get(row.text("Post ID"), [])
            if questions.read and not titles:
                self.left_out["key factors of questions left out"] += 1
                continue
            try:
                self.arrivals.append(_evidence(row, titles, zone))
            except ValueError as error:
                self.misfits.append(Misfit(place=row.place, message=str(error)))


def _evidence(row: Row, titles: list[str], zone: dt.tzinfo) -> Arrival:
    kind = row.text("Type").casefold().replace(" ", "_")
    if kind not in _WORDS:
        raise ValueError(f"Type: {shown(row.text('Type'))} is not driver, base_rate or news")
    made = moment(row.text("Created At") or row.text("News Published At"), zone).date()
    published = row.text("News Published At") if kind == "news" else ""
    seen = moment(published, zone).date() if published else made
    summary = {
        "driver": row.text("Driver Text"),
        "base_rate": f"Base rate: {row.text('Base Rate Reference Class')}",
        "news": row.text("News Title") or row.text("News Source") or row.text("News URL"),
    }[kind]
    title = clean(summary, 500, is_line=True)
    if not title:
        raise ValueError("it says nothing")
    record: dict[str, Any] = {
        "summary": title,
        "observed": min(seen, made).isoformat(),
        "recorded": made,
        "notes": clean("\n".join(_notes(row, kind, titles)), 10_000),
    }
    address = row.text("News URL") if kind == "news" else row.text("Base Rate Source")
    if address.startswith(("https://", "http://")) and not any(map(str.isspace, address)):
        record["url"] = address
    id = f"key-factor/{row.text('Key Factor ID')}"
    return Arrival(
        kind="evidence", record=record, title=title, place=row.place, foreign=Foreign(SYSTEM, id)
    )


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
