"""Stories in a few words, of which audits.txt, findings.txt and faults.txt are made.

A story is a title and lines. In findings.txt and faults.txt a line with `=>` is a case, with what
is found in it behind (`pytest --renew` writes that anew); another one has records of all cases
after it. Records are parted by semicolons; `on DAY` among them is the day of a case.

Behind the id of a record stands `@DAY` for an item, `ANALYST@DAY` for a sheet (or that is its id),
`-` for none, `?KIND` for a file that cannot be read, `source=LETTER` for a source, else the keys of
a scenario, with its indicators as NAME:RATING, or NAME:SCENARIO/RATING+…, and their keys behind
slashes. In summaries and statements `_` is a space.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from scenarios import model
from scenarios.values import ReferenceClass, Team
from tests.analysis.story import Broken, Story, held
from tests.records import CODES, WEIGHTS, day, indicator, item, resolution, scenario, sheet

Records = dict[str, Any]
Find = Callable[[str, Records, int], list[str]]
"""What is found in records on a day, beside the title of their story."""


def stories_of(name: str) -> list[list[str]]:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return [story.splitlines() for story in text.split("\n\n")]


def write(name: str, stories: Iterable[list[str]]) -> None:
    text = "\n\n".join("\n".join(lines) for lines in stories) + "\n"
    (Path(__file__).parent / name).write_text(text, encoding="utf-8")


def records_of(text: str) -> tuple[Records, int]:
    """The records that a text tells, in a database with a set `s`, and the day of the case."""
    records, on = {"tracker": told("tracker")}, 9
    for words in filter(None, (part.strip() for part in text.split(";"))):
        if words.startswith("on "):
            on = int(words.removeprefix("on "))
        else:
            id = words.split()[0]
            analyst, _, said_on = id.partition("@")
            records[f"{the_day(said_on)}-{analyst}" if said_on else id] = told(words)
    return records, on


def database_of(text: str) -> model.Database:
    return held(records_of(text)[0])


def judged(lines: list[str], find: Find) -> list[str]:
    """The story with what is found in each of its cases."""
    base, again = "", lines[:1]
    for line in lines[1:]:
        own, arrow, _ = line.partition(" =>")
        if arrow:
            of = find(lines[0], *records_of(f"{base};{own}"))
            again.append(f"{own} => {' | '.join(of) or 'nothing'}")
        else:
            base += f";{line}"
            again.append(line)
    return again


def commit(story: Story, line: str, records: dict[str, Any], names: dict[str, str]) -> None:
    """`DAY [as=NAME] [after=NAME or NUMBER, …] [committed=DAY] [squashed=DAY, …]: RECORD; …`"""
    head, _, body = line.partition(":")
    on, *options = head.split()
    said = dict(option.split("=") for option in options)
    after = said["after"].split(",") if "after" in said else []
    keys: dict[str, Any] = {}
    if "committed" in said:
        keys["committed"] = the_day(said["committed"])
    if "squashed" in said:
        keys["squashed"] = tuple(map(the_day, said["squashed"].split(",")))
    texts = filter(None, (part.strip() for part in body.split(";")))
    put = {text.split()[0]: records.setdefault(text, told(text)) for text in texts}
    parents = [names.get(name) or f"{int(name):040d}" for name in after]
    names[said.get("as", "")] = story.commit(int(on), put, *parents, **keys)


def story_of(*lines: str) -> Story:
    """Commits, a line each as `commit` has it."""
    story, records, names = Story(), dict[str, Any](), dict[str, str]()
    for line in lines:
        commit(story, line, records, names)
    return story


def told(text: str) -> Any:
    """The record that a text tells, without its id; `copy` makes one that is not the same."""
    id, *words = (word for word in text.split() if word != "copy")
    words = [id, *words] if "@" in id else words
    first = words[0] if words else ""
    if first == "-":
        return None
    if first.startswith("?"):
        kind: Any = first[1:]
        return Broken(kind)
    if id == "tracker":
        return _tracker(words)
    if first.startswith("source="):
        of: dict[str, Any] = dict(word.split("=", 1) for word in words)
        return model.Source(
            name="A wire",
            url=of.get("url"),
            reliability=of["source"],
            reliability_basis=of.get("basis"),
        )
    if "@" in first:
        analyst, on = first.split("@")
        said = dict(word.split("=", 1) for word in words[1:])
        return _sheet(analyst, on, said) if analyst else _item(on, said)
    return _scenario(id, words)


def the_day(text: str) -> date:
    return day(int(text))


def _tracker(words: list[str]) -> Any:
    keys: dict[str, Any] = {"sets": {"s": "A set"}}
    for key, _, value in (word.partition("=") for word in words):
        figures = [float(figure) for figure in value.split("/") if figure]
        if key in ("extremize", "recency", "record"):
            keys["team"] = replace(keys.get("team", Team()), **{key: float(value)})
        elif key == "weights":
            keys["grade_weights"] = WEIGHTS
        elif key == "decibans":
            keys[key] = dict(zip(CODES, figures, strict=True))
        elif len(figures) > 1:
            keys[key] = model.Dependence(*figures)
        else:
            keys[key] = int(value) if value.isdigit() else figures[0]
    return model.Tracker(**keys)


def _several(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _words(text: str) -> str:
    return text.replace("_", " ")


def _rating(text: str) -> Any:
    if text in CODES:
        return text
    return float(text) if "." in text else int(text)


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
    summary = keys.pop("summary", "Something was seen")
    return replace(item(the_day(on), **keys), summary=summary)


def _sheet(analyst: str, on: str, said: dict[str, str]) -> Any:
    why = {said.pop("why"): "Why."} if "why" in said else {}
    id, _, item_id = said.pop("evidence", "").partition("/")
    rests_on = {id: (item_id,)} if id else {}
    figures = {id: None if figure == "-" else float(figure) for id, figure in said.items()}
    return sheet(the_day(on), figures, analyst=analyst, rationales=why, evidence=rests_on)


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
        elif key in ("occurred", "did-not-occur", "annulled"):
            days, known_by = value.split("/")[:2], tuple(value.split("/")[2:])
            keys["resolution"] = resolution(key, *map(the_day, days), evidence=known_by)
        elif key == "clear":
            on, _, text = value.partition(":")
            keys["clarifications"] += (model.Clarification(the_day(on), text),)
        elif key == "given":
            other, *figures = value.split("/")
            keys["given"] = {other: model.ConditionalPrior(*map(float, figures))}
        elif key == "reference":
            counts, *why = value.split(":")
            occurred, cases = map(int, counts.split("/"))
            reason = why[0] if why else None
            like = ReferenceClass(class_="C", occurred=occurred, cases=cases, adjusted=reason)
            keys["reference"] = like
        elif key == "hazard_ended":
            keys |= {"hazard": "constant", key: model.HazardEnded(the_day(value), "A summit.")}
        elif key in ("question", "resolution_criteria"):
            asked[key] = value
        else:
            keys[key] = SCENARIO.get(key, str)(value)
    return replace(scenario(**keys), **asked)


ITEM: dict[str, Any] = dict.fromkeys(("notes", "observed", "theme", "source"), str)
ITEM |= dict.fromkeys(("origin", "event", "url", "reliability"), str)
ITEM |= {"credibility": int, "corroborated_by": _several, "summary": _words}
ITEM["retracted"] = lambda value: model.Retraction(the_day(value), "Wrong.")
INDICATOR: dict[str, Any] = {"due": the_day, "added": the_day, "chance": float}
INDICATOR |= {"statement": _words, "if_absent": _rating}
SCENARIO: dict[str, Any] = dict.fromkeys(("tags", "implies", "includes"), _several)
SCENARIO |= {"opened": the_day, "horizon": the_day, "probability": float}
