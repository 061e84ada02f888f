"""Records in a few words, as audits.txt and findings.txt tell them.

Behind the id of a record stands `@DAY` for an item, `ANALYST@DAY` for a sheet, `-` for none,
`?KIND` for a file that cannot be read, `source=LETTER` for a source, else the keys of a scenario,
and its indicators as NAME:RATING or NAME:SCENARIO/RATING+…, each with its keys behind slashes.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace

from scenarios.model import Clarification, Given, HazardEnded, Rating, Source, Tracker
from tests.analysis.test_chronicle import Broken
from tests.records import (
    CODES,
    WEIGHTS,
    day,
    indicator,
    item,
    resolution,
    retraction,
    scenario,
    sheet,
)


def told(text: str) -> Any:
    """The record that a text tells, without its id; `copy` makes one that is not the same."""
    id, *words = (word for word in text.split() if word != "copy")
    first = words[0] if words else ""
    if first == "-":
        return None
    if first.startswith("?"):
        return Broken(first[1:])  # type: ignore[arg-type]
    if id == "tracker":
        return Tracker(sets={"s": "A set"}, grade_weights=WEIGHTS if "weights" in words else None)
    if first.startswith("source="):
        return Source("A wire", first[-1])  # type: ignore[arg-type]
    if "@" in first:
        analyst, on = first.split("@")
        said = dict(word.split("=", 1) for word in words[1:])
        return _sheet(analyst, on, said) if analyst else _item(on, said)
    return _scenario(id, words)


def the_day(text: str) -> date:
    return day(int(text))


def _several(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _rating(text: str) -> Rating:
    return text if text in CODES else float(text)  # type: ignore[return-value]


def _item(on: str, said: dict[str, str]) -> Any:
    keys: dict[str, Any] = {"ratings": {}, "indicators": {}}
    for key, value in said.items():
        if key == "grade":
            keys |= {"reliability": value[0], "credibility": int(value[1])}
        elif key in ITEM:
            keys[key] = ITEM[key](value)
        elif "/" in key:
            keys["indicators"][key] = value
        else:
            keys["ratings"][key] = _rating(value)
    return item(the_day(on), **keys)


def _sheet(analyst: str, on: str, said: dict[str, str]) -> Any:
    why = {said.pop("why"): "Why."} if "why" in said else {}
    figures = {id: None if figure == "-" else float(figure) for id, figure in said.items()}
    return sheet(the_day(on), figures, analyst=analyst, rationales=why)


def _indicator(id: str, text: str) -> Any:
    words = text.split("/")
    keys = dict(word.split("=") for word in words if "=" in word)
    rates = "/".join(word for word in words if "=" not in word)
    ratings = {}
    for one in rates.split("+"):
        owner, _, rating = one.rpartition("/")
        ratings[owner or id] = _rating(rating)
    made = {key: INDICATOR.get(key, str)(value) for key, value in keys.items()}
    return replace(indicator(ratings), **made)


def _scenario(id: str, words: list[str]) -> Any:
    keys: dict[str, Any] = {"indicators": {}, "clarifications": ()}
    asked = {}
    for word in words:
        key, _, value = word.partition("=")
        if ":" in key:
            name, _, text = word.partition(":")
            keys["indicators"][name] = _indicator(id, text)
        elif key in ("occurred", "did-not-occur"):
            keys["resolution"] = resolution(key, *map(the_day, value.split("/")))
        elif key == "clear":
            on, _, text = value.partition(":")
            keys["clarifications"] += (Clarification(the_day(on), text),)
        elif key == "given":
            other, *figures = value.split("/")
            keys["given"] = {other: Given(*map(float, figures))}
        elif key == "hazard_ended":
            keys |= {"hazard": "constant", key: HazardEnded(the_day(value), "A summit.")}
        elif key in ("question", "resolution_criteria"):
            asked[key] = value
        else:
            keys[key] = SCENARIO.get(key, str)(value)
    return replace(scenario(**keys), **asked)


ITEM: dict[str, Any] = dict.fromkeys(("notes", "observed", "theme", "source"), str)
ITEM |= dict.fromkeys(("origin", "event", "url", "reliability"), str)
ITEM |= {"credibility": int, "corroborated_by": _several}
ITEM["retracted"] = lambda value: retraction(the_day(value))
INDICATOR: dict[str, Any] = {"due": the_day, "added": the_day, "chance": float}
INDICATOR |= {"statement": lambda value: value.replace("_", " "), "if_absent": _rating}
SCENARIO: dict[str, Any] = dict.fromkeys(("tags", "implies", "includes"), _several)
SCENARIO |= {"opened": the_day, "horizon": the_day, "probability": float}
