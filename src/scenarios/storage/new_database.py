"""The files of a new database."""

from __future__ import annotations

import json
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable

from scenarios.model import Kind
from scenarios.storage.schema import schema_text

KINDS: tuple[Kind, ...] = ("tracker", "scenario", "evidence", "forecasts", "source")

_TRACKER = """\
# yaml-language-server: $schema=../schema/tracker.schema.json
format: 1
title: {title}
# description: Who tracks what, and for whom.
review_every_days: 7
# forecast_expires_days: 180   # a stated probability older than this no longer stands
estimative_language: icd-203   # or phia

# What a rating is worth, in decibans (Jeffreys: 5 substantial, 10 strong).
decibans:
  CC: 10
  C: 5
  N: 0
  I: -5
  II: -10

# The share of a rating that an Admiralty grade keeps. The letters carry no official percentage, so
# this table is your team's own choice; an item without a grade is F6.
grade_weights:
  reliability: {{A: 1.0, B: 0.8, C: 0.6, D: 0.3, E: 0.0, F: 0.4}}
  credibility: [1.0, 0.8, 0.5, 0.2, 0.0, 0.4]   # 1 to 6

# How alike two lines of evidence are, from 0, independent, to 1, the same: lines of one theme, and
# lines of different themes. Lines about one question are never independent.
evidence_dependence: {{within: 0.6, between: 0.2}}

# What a line of evidence can be about; an item or an indicator names its theme.
# themes:
#   energy: Gas, oil and pipelines

# Mutually exclusive and exhaustive scenarios; each names its set.
# sets:
#   relationship-2030: Form of the relationship on 31 December 2030
"""


_ATTRIBUTES = """\
# Records are for reading line by line. LF on every system, so that a checkout never shows as a
# change; git's own text diff, whose hunks name the top-level key, whatever a user has set up for
# YAML; its own merge; a tab that indents or a blank that trails is marked: YAML has no use for it.
*.yaml text eol=lf diff merge whitespace=trailing-space,tab-in-indent
"""


_IGNORED = """\
# What scen needs while it works: the lock outside a repository, and what a killed command left.
.scen.lock
.scen-*.tmp
"""


def files(name: str) -> dict[str, bytes]:
    """Path and content of each file of a new database; tracker last."""
    title = json.dumps(name or "Scenarios", ensure_ascii=False)
    return {**_beside(), "scenarios/tracker.yaml": _TRACKER.format(title=title).encode()}


def template(name: str, today: date) -> dict[str, bytes]:
    """The same, with a commented record of each kind."""
    horizon = date(min(today.year + 1, date.max.year), 12, 31)
    places = {
        "bridge-opens.yaml": "bridge-opens.yaml",
        "sources/operator.yaml": "sources/operator.yaml",
        "evidence.yaml": f"evidence/{today.year}/{today}-test-postponed.yaml",
        "forecasts.yaml": f"forecasts/{today.year}/{today}-me.yaml",
    }
    folder = resources.files(__package__) / "template"
    records = {}
    for file, place in places.items():
        text = (folder / file).read_text("utf-8").format(today=today, horizon=horizon)
        records[f"scenarios/{place}"] = text.encode()
    return records | files(name)


def example() -> dict[str, bytes]:
    """The database shipped with the program."""
    package = resources.files("scenarios")
    shipped = package / "example"
    records = _records(shipped if shipped.is_dir() else package / ".." / ".." / "scenarios", "")
    tracker = records.pop("tracker.yaml")
    placed = {f"scenarios/{path}": data for path, data in sorted(records.items())}
    return placed | _beside() | {"scenarios/tracker.yaml": tracker}


def _beside() -> dict[str, bytes]:
    """The files beside the records."""
    return {
        **{f"schema/{kind}.schema.json": schema_text(kind) for kind in KINDS},
        "scenarios/.gitattributes": _ATTRIBUTES.encode(),
        "scenarios/.gitignore": _IGNORED.encode(),
    }


def _records(folder: Traversable, prefix: str) -> dict[str, bytes]:
    records: dict[str, bytes] = {}
    for entry in folder.iterdir():
        if entry.is_dir():
            records |= _records(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".yaml"):
            records[prefix + entry.name] = entry.read_bytes()
    return records
