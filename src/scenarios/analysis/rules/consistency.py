"""The faults that no single file shows: references, sets, dates, names; and the rules of a file."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any, Literal

from scenarios.analysis.evidence.knowledge import replaced
from scenarios.analysis.rules import probabilities, quantities
from scenarios.analysis.rules.rule import ConsistencyRule, LoadedRecords, RecordFault, Rule, rule
from scenarios.errors import NAMED, Fault, Keys
from scenarios.model import Database, Kind
from scenarios.model.tracker import folded_login
from scenarios.text import MOST_HINTS, did_you_mean, unseen
from scenarios.values import CODES, first_day, indicator_key


@rule("decibans-order", "A stronger code that is worth less than a weaker one")
def decibans_out_of_order(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """A stronger code is worth less than a weaker one.

    Example: `decibans: {CC: 5, C: 10, N: 0, I: -5, II: -10}` in tracker.yaml.
    To do: choose values with CC ≥ C ≥ 0 ≥ I ≥ II.
    """
    worth = loaded.database.tracker.decibans
    for more, less in pairwise(CODES):
        if worth[more] < worth[less]:
            message = f"'{more}' ({worth[more]:g}) is worth less than '{less}' ({worth[less]:g})"
            keys, hint = ("decibans", more), "CC ≥ C ≥ 0 ≥ I ≥ II"
            yield "tracker", "tracker", Fault(keys, "value", "decibans-order", message, hint)


@rule("dependence-order", "Lines of one theme that are less alike than others")
def correlations_out_of_order(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """Lines of one theme are less alike than lines of different themes.

    Example: `evidence_dependence: {within: 0.2, between: 0.6}` in tracker.yaml.
    To do: choose values with 0 ≤ between ≤ within ≤ 1.
    """
    within = loaded.database.tracker.dependence.within
    between = loaded.database.tracker.dependence.between
    if within < between:
        message = f"'within' ({within:g}) is less than 'between' ({between:g})"
        hint = "lines of one theme are at least as alike as others: between ≤ within"
        keys = ("evidence_dependence", "within")
        yield "tracker", "tracker", Fault(keys, "value", "dependence-order", message, hint)


@rule("unknown-theme", "A theme that the tracker does not declare")
def undeclared_themes(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """An item, an indicator or a half-life names a theme that tracker.yaml does not declare.

    Example: `theme: enregy`, and the tracker declares `energy`.
    To do: correct the name, or declare the theme under `themes` in tracker.yaml.
    """
    if loaded.broken["tracker"]:
        return  # it may declare them all
    declared = loaded.database.tracker.themes
    yield from _undeclared("theme", declared, _themes(loaded.database), "declare it")


@rule("unknown-analyst", "An analyst whom the tracker does not declare, where it declares some")
def undeclared_analysts(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """A sheet or an item is by an analyst whom tracker.yaml does not declare, and it declares some.

    Example: `analyst: dsek`, and the tracker declares `desk` under `analysts`.
    To do: correct the name, or declare the analyst under `analysts` in tracker.yaml.
    """
    if declared := loaded.database.tracker.analysts:
        yield from _undeclared("analyst", declared, _analysts(loaded.database), "declare them")


@rule("same-login", "Two analysts with one login")
def same_logins(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """Two analysts have one login, so that the team's server cannot know who writes.

    Example: `asia` has the login `Li@example.org`, and `li` has `li@example.org`.
    To do: give each person one entry, with one role.
    """
    first: dict[str, str] = {}
    people = loaded.database.tracker.people.items()
    for id, login in ((id, folded_login(a.login)) for id, a in people if a.login):
        if (other := first.setdefault(login, id)) != id:
            message, keys = f"the login is that of '{other}' already", ("analysts", id, "login")
            yield "tracker", "tracker", Fault(keys, "value", "same-login", message)


Named = Iterator[tuple[Kind, str, Keys, str]]
"""The kind and id of a record, a key of it, and the name that stands there."""


def _undeclared(
    noun: str, declared: Collection[str], names: Named, declare: str
) -> Iterator[RecordFault]:
    hints: dict[str, str | None] = {}
    for kind, id, keys, name in names:
        if name in declared:
            continue
        if name not in hints and len(hints) < MOST_HINTS:
            hints[name] = did_you_mean(name, declared)
        message = f"tracker.yaml declares no {noun} '{name}'"
        hint = hints.get(name) or f"{declare} there, under '{noun}s'"
        at: Literal["key", "value"] = "key" if keys[-1] == name else "value"
        yield kind, id, Fault(keys, at, f"unknown-{noun}", message, hint)


def _themes(database: Database) -> Named:
    half_lives = database.tracker.half_life_days
    for name in half_lives if isinstance(half_lives, dict) else ():
        if name != "default":
            yield "tracker", "tracker", ("half_life_days", name), name
    for id, item in database.evidence.items():
        if item.theme is not None:
            yield "evidence", id, ("theme",), item.theme
    for id, scenario in database.scenarios.items():
        for key, indicator in scenario.indicators.items():
            if indicator.theme is not None:
                yield "scenario", id, ("indicators", key, "theme"), indicator.theme


def _analysts(database: Database) -> Named:
    for id, item in database.evidence.items():
        if item.analyst is not None:
            yield "evidence", id, ("analyst",), item.analyst
    for id, sheet in database.sheets.items():
        yield "forecasts", id, ("analyst",), sheet.analyst


_VAGUE = re.compile(
    r"\b(?i:could|might|possibly|possible|serious chance)\b"
    r"|\bmay\b|(?:^|(?<=[.!?] ))May(?= [^\d])"  # May in mid-sentence, or before a number: the month
)
_CONFIDENCE = re.compile(r"\b(high|moderate|medium|low) confidence\b|\bconfident\b", re.IGNORECASE)
_LIKELIHOOD = re.compile(
    r"\b(un)?likely\b|\b(im)?probabl[ey]\b|\balmost certain(ly)?\b|\bnearly certain\b"
    r"|\balmost no chance\b|\bremote chance\b|\beven (chance|odds)\b|\brealistic possibility\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@rule("vague-words", "Words that can be read in more than one way", "warning")
def vague_words(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """A question or criterion with a word that decides nothing; or likelihood beside confidence.

    Example: "Could China send arms?", or "We are confident that it is unlikely."
    To do: say what must be true, by when and by whose word; give confidence its own sentence.
    """
    for id, scenario in loaded.database.scenarios.items():
        for key in ("question", "resolution_criteria"):
            for word in dict.fromkeys(_VAGUE.findall(getattr(scenario, key))):
                message = f"'{word}' decides nothing: say what must be true, by when, by whose word"
                yield "scenario", id, Fault((key,), "value", "vague-words", message)
    for kind, id, keys, text in _judgements(loaded.database):
        for sentence in _SENTENCE.split(text) if _CONFIDENCE.search(text) else ():
            sure, likely = _CONFIDENCE.search(sentence), _LIKELIHOOD.search(sentence)
            if sure and likely:
                message = f"'{likely[0]}' and '{sure[0]}' in one sentence: ICD 203 keeps them apart"
                yield kind, id, Fault(keys, "value", "vague-words", message)


def _judgements(database: Database) -> Named:
    for id, scenario in database.scenarios.items():
        yield "scenario", id, ("question",), scenario.question
        yield "scenario", id, ("resolution_criteria",), scenario.resolution_criteria
        yield "scenario", id, ("prior", "basis"), scenario.prior.basis
    for id, sheet in database.sheets.items():
        for scenario_id, text in sheet.rationales.items():
            yield "forecasts", id, ("rationales", scenario_id), text
    for id, item in database.evidence.items():
        yield "evidence", id, ("notes",), item.notes or ""


def check(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """Every fault between the records, rule by rule."""
    warnings = {each.id for each in RULES if each.severity == "warning"}
    for faults_of in dict.fromkeys(each.check for each in RULES):
        for kind, id, fault in faults_of(loaded):
            is_warning = fault.rule in warnings
            yield kind, id, replace(fault, severity="warning") if is_warning else fault


def unknown_records(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """An id names a scenario, a source or an item of evidence that has no file.

    Example: `source: kremlim`, and the database has `sources/kremlin.yaml`.
    To do: correct the id, or record what it names.
    """
    there = loaded.there
    hints: dict[str, str | None] = {}
    for kind, id, keys, at, of, name in loaded.references:
        if name in there[of] or name in loaded.broken[of]:
            continue
        if name not in hints and len(hints) < MOST_HINTS:
            hints[name] = did_you_mean(name, there[of])
        message = f"there is no {of} '{name}'"
        yield kind, id, Fault(keys, at, f"unknown-{of}", message, hints.get(name))


@rule("former-reference", "A record named by a former id", "warning")
def former_references(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """A record is named by an id that it had before; the reference counts for it all the same.

    Example: `source: trt`, and `sources/trt-world.yaml` has `formerly: [trt]`.
    To do: write today's id, as `scen edit RECORD` does by itself.
    """
    for kind, id, keys, at, of, name in loaded.former:
        now = loaded.database.called_now[of, name]
        message = f"'{name}' is called '{now}' now"
        hint = f"any edit writes the new id: scen edit {id} KEY=VALUE"
        yield kind, id, Fault(keys, at, "former-reference", message, hint)


@rule("unknown-indicator", "An indicator that its scenario does not have")
def unknown_indicators(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """An item fires an indicator that its scenario does not have.

    Example: `military-pact/talks-anounced: observed`.
    To do: correct the id, or add the indicator with `scen add-indicator`.
    """
    scenarios = loaded.database.scenarios
    there = [
        f"{name}/{indicator}" for name in scenarios for indicator in scenarios[name].indicators
    ]
    hints: dict[str, str | None] = {}
    for id, item in loaded.database.evidence.items():
        for key in item.indicators:
            scenario, indicator = indicator_key(key)
            if scenario not in scenarios or indicator in scenarios[scenario].indicators:
                continue
            message = f"the scenario '{scenario}' has no indicator '{indicator}'"
            if key not in hints and len(hints) < MOST_HINTS:
                hints[key] = did_you_mean(key, there)
            keys = ("indicators", key)
            fault = Fault(keys, "key", "unknown-indicator", message, hints.get(key))
            yield "evidence", id, fault


@rule("self-reference", "A record that names itself")
def references_to_itself(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """An item corroborates or supersedes itself; a scenario implies itself or is given itself.

    Example: `2022-02-04-visit.yaml` with `corroborated_by: [2022-02-04-visit]`.
    To do: name another record, or remove the entry.
    """
    names = ("corroborated_by", "supersedes", "implies", "given")
    for kind, id, keys, at, of, name in loaded.references:
        key = keys[1] if keys[0] == "prior" else keys[0]
        if kind == of and id == name and key in names:
            message = f"'{key}' names this record itself"
            yield kind, id, Fault(keys, at, "self-reference", message, "name another one")


@rule("date-order", "Dates out of order")
def dates_out_of_order(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """An item is observed, then recorded, then perhaps retracted.

    A scenario is opened, then resolved, then its outcome is recorded; its horizon and the day on
    which an indicator is due are not before it was opened or the indicator was added. A hazard
    ends while the question runs, from its opening to its horizon.

    Example: `observed: 2022-02-04` beside `recorded: 2022-02-03`.
    To do: correct the date that is wrong; where only a month is known, write the month.
    """
    yield from _evidence_dates(loaded)
    yield from _scenario_dates(loaded)


@rule("supersedes-order", "An item that supersedes a later one, or in a circle")
def superseding_out_of_order(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """An item supersedes one that was recorded later, or that supersedes it too: it does neither.

    Example: `supersedes: [2022-03-01-storage]` in an item that was recorded on 2022-02-01.
    To do: let the later reading name the earlier one, and not the other way round.
    """
    evidence = loaded.database.evidence
    named = ((id, n, name) for id in evidence for n, name in enumerate(evidence[id].supersedes))
    for id, n, name in named:
        earlier, day = evidence.get(name), evidence[id].recorded
        if earlier is None or name == id:
            continue
        why = f"was recorded later, on {earlier.recorded}" if earlier.recorded > day else ""
        if why := why or "supersedes it too" * (id in replaced(evidence, earlier)):
            message = f"this item supersedes '{name}', which {why}"
            yield "evidence", id, Fault(("supersedes", n), "value", "supersedes-order", message)


@rule("name-mismatch", "A file's name that says another day or analyst than the file")
def misnamed(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """The file's name has another day or analyst than the file's own text.

    Example: `2022-02-07-desk.yaml` with `analyst: red-team`.
    To do: correct the date or the analyst in the file, or rename the file.
    """
    for id, item in loaded.database.evidence.items():
        if not id.startswith(f"{item.observed}-"):
            message = f"the file's name does not begin with {item.observed}-"
            yield "evidence", id, Fault(("observed",), "value", "name-mismatch", message, _RENAME)
    for id, sheet in loaded.database.sheets.items():
        if id != f"{sheet.date}-{sheet.analyst}":
            key = "analyst" if id.startswith(f"{sheet.date}-") else "date"
            message = f"the file's name is not {sheet.date}-{sheet.analyst}"
            yield "forecasts", id, Fault((key,), "value", "name-mismatch", message, _RENAME)


@rule("former-id", "A former id that is somebody's")
def former_ids(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """An id under `formerly` is a record's id today, or a former id of another record too.

    Example: `formerly: [pact]` in `military-pact.yaml`, and there is a new `pact.yaml`.
    To do: give the new record another id, or remove the entry from the record that never had it.
    """
    database, there = loaded.database, loaded.there
    folders: tuple[Any, ...] = database.scenarios, database.evidence, database.sources
    for kind, records in zip(there, folders, strict=True):
        owners: dict[str, str] = {}
        for id, record in records.items():
            for n, old in enumerate(record.formerly):
                if old in there[kind] or old in loaded.broken[kind]:
                    message = f"there is a record '{old}' today, so this one cannot have been it"
                elif old in owners:
                    message = f"'{owners[old]}' names the former id '{old}' too"
                else:
                    owners[old] = id
                    continue
                yield kind, id, Fault(("formerly", n), "value", "former-id", message)


@rule("no-probability", "Words about a scenario that the sheet does not forecast")
def words_without_probability(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """A rationale or evidence for a scenario that the sheet does not forecast.

    Example: `rationales: {rupture: …}` in a sheet without a probability for `rupture`.
    To do: add the probability, correct the id, or remove the entry.
    """
    for id, sheet in loaded.database.sheets.items():
        for key, mapping in (("rationales", sheet.rationales), ("evidence", sheet.evidence)):
            without = (scenario for scenario in mapping if scenario not in sheet.figures)
            for n, scenario in enumerate(without):
                message = f"this sheet has no probability for '{scenario}'"
                hint = did_you_mean(scenario, sheet.probabilities) if n < NAMED else None
                keys = (key, scenario)
                yield "forecasts", id, Fault(keys, "key", "no-probability", message, hint)


_RENAME = "rename the file, or change the value with scen edit, which does"


def _evidence_dates(loaded: LoadedRecords) -> Iterator[RecordFault]:
    for id, item in loaded.database.evidence.items():
        recorded = item.recorded
        if recorded < first_day(item.observed):
            yield "evidence", id, _early(recorded, "observed", item.observed, "recorded")
        if item.retracted and item.retracted.date < recorded:
            day = item.retracted.date
            yield "evidence", id, _early(day, "recorded", recorded, "retracted", "date")


def _scenario_dates(loaded: LoadedRecords) -> Iterator[RecordFault]:
    for id, scenario in loaded.database.scenarios.items():
        opened, resolution = scenario.opened, scenario.resolution
        if scenario.horizon < opened:
            yield "scenario", id, _early(scenario.horizon, "opened", opened, "horizon")
        if ended := scenario.prior.hazard_ended:
            path = ("prior", "hazard_ended", "date")
            if ended.date < opened:
                yield "scenario", id, _early(ended.date, "opened", opened, *path)
            elif ended.date > scenario.horizon:
                message = f"'date' is {ended.date}, after 'horizon' ({scenario.horizon})"
                yield "scenario", id, Fault(path, "value", "date-order", message)
        for key, indicator in scenario.indicators.items():
            if indicator.due and indicator.due < indicator.added:
                yield (
                    "scenario",
                    id,
                    _early(indicator.due, "added", indicator.added, "indicators", key, "due"),
                )
        if resolution and resolution.date < opened:
            yield "scenario", id, _early(resolution.date, "opened", opened, "resolution", "date")
        if resolution and resolution.recorded < max(opened, resolution.date):
            after = ("date", resolution.date) if resolution.date > opened else ("opened", opened)
            keys = ("resolution", "recorded")
            yield "scenario", id, _early(resolution.recorded, *after, *keys)


def _early(day: date, bound: str, limit: date | str, *keys: str) -> Fault:
    message = f"'{keys[-1]}' is {day}, before '{bound}' ({limit})"
    return Fault(keys, "value", "date-order", message)


def unseen_characters(value: Any, keys: Keys = ()) -> Iterator[Fault]:
    """A character that nobody sees in a text: names look alike that differ. Reported once a text.

    Example: U+200B (zero width space) inside `title: Align…ment`.
    To do: delete the character if it does not belong there; every output spells it out.
    """
    if isinstance(value, dict):
        for key, item in value.items():
            yield from unseen_characters(item, (*keys, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from unseen_characters(item, (*keys, number))
    elif isinstance(value, str) and (characters := unseen(value)):
        kinds = list(dict.fromkeys(characters))
        spelled = (f"U+{ord(c):04X} {unicodedata.name(c, '')}".rstrip() for c in kinds[:_SHOWN])
        names = ", ".join(spelled) + (", …" if len(kinds) > _SHOWN else "")
        number = len(characters)
        message = f"{number:,} invisible character{'' if number == 1 else 's'}: {names}"
        hint = "delete what does not belong there; every output spells it out"
        yield Fault(keys, "value", "invisible-character", message, hint, "warning")


_SHOWN = 3
"""Kinds of invisible characters that a message names."""
_WARNINGS = frozenset(
    {
        "attachment-missing",
        "attachment-unnamed",
        "extension",
        "half-committed",
        "leftover",
        "merged-twice",
        "unknown-file",
    }
)
_TITLES = {
    "yaml": "A file that is not YAML",
    "encoding": "A file that is not UTF-8",
    "byte-order-mark": "A byte order mark in a file",
    "control-character": "A control character in a file",
    "empty": "A file that holds no value",
    "several-documents": "More than one YAML document in a file",
    "too-deep": "Mappings and lists nested too deep",
    "too-large": "A file that is too large to be read",
    "anchor": "A YAML anchor: a record writes its values out",
    "alias": "A YAML alias: a record writes its values out",
    "tag": "A YAML tag: values have no types of their own",
    "key-type": "A key that is not a text",
    "duplicate-key": "One key twice in a mapping",
    "number": "A number that cannot be kept",
    "type": "A value of the wrong type",
    "value": "A value that is not allowed",
    "impossible-date": "A date that is not in the calendar",
    "missing-key": "A key that the record needs is missing",
    "unknown-key": "A key that this kind of record does not have",
    "no-tracker": "A database without tracker.yaml",
    "bad-id": "A file whose name is no id of its kind of record",
    "misplaced": "A record outside the folder of its kind or year",
    "unknown-file": "A file that is nearly a record, and is not read",
    "not-a-file": "A record's name on what is no file",
    "symlink": "A symbolic link that is not followed",
    "unreadable": "A file or folder that cannot be read",
    "attachment-missing": "A saved copy that is not there",
    "attachment-changed": "A saved copy that is not what was attached",
    "attachment-unnamed": "A saved copy that no item names",
    "merged-twice": "Items of both sides of a merge that may be one event",
    "extension": "An extension that the tracker names, and that is absent or broken",
    "leftover": "A temporary file of a command that was killed",
    "half-done": "A file that a killed command changed, but not the others of it",
    "half-committed": "Half of a killed command in the last commit",
}
"""All but `_WARNINGS` are errors; docs/file_rules.toml explains each."""
FILE_RULES: tuple[Rule[Any], ...] = (
    *(
        Rule(id, title, "warning" if id in _WARNINGS else "error", None)
        for id, title in _TITLES.items()
    ),
    Rule(
        *("invisible-character", "A character in a text that nobody sees", "warning"),
        unseen_characters,
    ),
)
"""Rules of one file by itself, which reading it shows."""
_UNKNOWN = {
    "unknown-scenario": "A scenario that does not exist",
    "unknown-evidence": "An item of evidence that does not exist",
    "unknown-source": "A source that does not exist",
}
RULES: tuple[ConsistencyRule, ...] = (
    *(Rule(id, title, "error", unknown_records) for id, title in _UNKNOWN.items()),
    former_references,
    unknown_indicators,
    references_to_itself,
    *probabilities.RULES,
    *quantities.RULES,
    dates_out_of_order,
    superseding_out_of_order,
    misnamed,
    former_ids,
    words_without_probability,
    decibans_out_of_order,
    correlations_out_of_order,
    undeclared_themes,
    undeclared_analysts,
    same_logins,
    vague_words,
)
