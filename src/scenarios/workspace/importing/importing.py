"""Records of a foreign file, written into the database: all or none."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from scenarios.errors import ScenError
from scenarios.exchange.arrivals import (
    ForeignId,
    ImportFile,
    ImportForecast,
    ImportRecord,
    RowError,
    is_another,
)
from scenarios.model import NONE_STATED, Indicator, Kind, Resolution
from scenarios.paths import path_of
from scenarios.progress import Progress, unwatched
from scenarios.scales import EVEN
from scenarios.storage.edits import ChangeRefused, FileChange, KeyEdit, accept, refuse_invalid, tidy
from scenarios.text import counted, first_of, shown, slug
from scenarios.workspace.importing import forecast_sheets, records
from scenarios.workspace.importing.records import (
    ImportPlan,
    KnownIds,
    built,
    day_of,
    differences,
    plain,
)
from scenarios.workspace.importing.settings import (
    RECORDED,
    ImportSummary,
    InvalidRecord,
    RowErrors,
    Settings,
    SkippedRow,
    refusal,
)
from scenarios.workspace.opened import OpenDatabase
from scenarios.workspace.sheets import HIGHEST, LOWEST, sheet_record
from scenarios.workspace.write_mode import AS_USUAL, WriteMode
from scenarios.workspace.writing import WriteResult, write


class ImportPlanner:
    """Fills a plan with the arriving records; `remarks` report reinterpretations."""

    opened: OpenDatabase
    plan: ImportPlan
    ids: KnownIds

    def __init__(
        self, arrived: ImportFile, settings: Settings, faults: RowErrors, progress: Progress
    ) -> None:
        self.arrived, self.settings, self.faults = arrived, settings, faults
        self.progress = progress
        self.remarks: list[str] = []
        self.repeats: list[RowError] = []
        self.lacking = Counter[str]()
        self.forecasts = Counter[str]()
        self._new: dict[str, dict[str, Any]] = {}
        self._puts: dict[str, list[KeyEdit]] = {}
        self._declared: dict[str, set[str]] = {"analyst": set(), "set": set(), "theme": set()}

    def drafts(self, opened: OpenDatabase) -> list[FileChange]:
        """The drafts; refused where records are unfit, unless these may be skipped."""
        self.opened, self.ids = opened, KnownIds(opened)
        self.plan = ImportPlan(opened, self.settings, self.faults)
        for row_error in self.arrived.row_errors:
            self.faults.add(row_error.position, row_error.message)
        self._plan()
        drafts = [*self.plan.drafts.values()]
        if self.faults and not self.settings.skip_invalid:
            try:
                accept(opened.snapshot, opened.loaded, drafts, opened.read)
            except ChangeRefused as error:
                for problem in error.problems:
                    self.plan.blame_problem(problem)
            raise refusal(self.faults)
        return drafts

    @property
    def left(self) -> list[RowError]:
        """The rows that were left out: those at fault, and repeats of another."""
        return sorted((*self.faults.by_row(), *self.repeats), key=lambda row: row.position)

    def _plan(self) -> None:
        arrivals = [
            replace(arrival, record=plain(arrival.record, self.settings.timezone))
            for arrival in self.arrived.records
            if arrival.position not in self.faults
        ]
        indicators = [arrival for arrival in arrivals if arrival.kind == "indicator"]
        named = [*self._with_ids(arrival for arrival in arrivals if arrival.kind != "indicator")]
        for kind in ("source", "scenario", "evidence"):
            of_kind = [pair for pair in named if pair[1].kind == kind]
            for id, arrival in self.progress(of_kind, "drafting the records", len(of_kind)):
                self._guarded(arrival, partial(self._record, id))
            if kind == "scenario":
                for arrival in indicators:
                    self._guarded(arrival, self._indicator)
                self._scenarios()
        if self.arrived.forecasts:
            self._forecasts(self.arrived.forecasts)
        self._tracker()

    def _guarded(self, arrival: ImportRecord, draft: Callable[[ImportRecord], None]) -> None:
        try:
            draft(arrival)
        except InvalidRecord as error:
            column = arrival.columns.get(error.key, error.key)
            self.faults.add(arrival.position._replace(column=column), str(error))

    def _with_ids(self, arrivals: Iterable[ImportRecord]) -> Iterator[tuple[str, ImportRecord]]:
        """Each record behind its id; another of that id is a fault unless it repeats the record."""
        seen: dict[tuple[str, str], ImportRecord] = {}
        for arrival in arrivals:
            kind: Any = arrival.kind
            id = self.ids.id_of(kind, arrival)
            position = arrival.position
            if first := seen.get((kind, id)):
                words = f"the same {kind} as row {first.position.row}: '{id}'"
                if arrival.called or replace(arrival, position=first.position) == first:
                    self.repeats.append(RowError(position, words))
                else:
                    self.faults.add(position, words)
                continue
            try:
                refuse_invalid(kind, id)
                if id not in self.ids.there[kind]:
                    self.opened.refuse_left_out(kind, id, self.ids.there[kind])
            except ScenError as error:
                column = arrival.columns.get("id", "id")
                hint = "; --map COLUMN=foreign takes it as the id elsewhere" if arrival.id else ""
                self.faults.add(position._replace(column=column), f"{error.reason}{hint}")
                continue
            seen[kind, id] = arrival
            self.ids.arrive(kind, id, arrival)
            yield id, arrival

    def _record(self, id: str, arrival: ImportRecord) -> None:
        kind: Any = arrival.kind
        values = dict(arrival.record)
        present = self.ids.there[kind].get(id)
        if arrival.foreign and self.ids.key_of(kind, arrival.foreign) == id:
            foreign = {arrival.foreign.system: arrival.foreign.id}
            values["foreign"] = values.get("foreign", {}) | foreign
        if present and arrival.called:
            values.pop("foreign", None)
        if kind == "evidence":
            self._resolve(values)
        self.plan.comes_from(path_of(kind, id), arrival)
        if present is None:
            values = {**plain(arrival.assumed, self.settings.timezone), **values}
            self._count_lacking(kind, values)
            filled = records.filled(kind, values, arrival, self.settings)
            if kind == "scenario":
                self._new[id] = filled
            elif self.plan.add(kind, id, filled):
                self.plan.counts[kind].added += 1
                for key in filled.keys() & {"analyst", "theme"}:
                    self._declared[key].add(filled[key])
            return
        was = built(present)
        if kind == "source" and is_another(was["name"], values.get("name", was["name"])):
            words = (
                "has another author and title, which no --update replaces: correct what is wrong"
            )
            raise InvalidRecord(f"source '{id}', {shown(was['name'])}, {words}", "name")
        if kind == "scenario" and "resolution" in values and "resolution" not in was:
            horizon, basis = str(values.get("horizon", present.horizon)), records.basis_of(arrival)
            outcome = records.resolution(values["resolution"], horizon, self.settings, basis)
            values["resolution"] = tidy(Resolution, outcome)
        self._change(kind, id, [*differences(was, values)], was)

    def _change(self, kind: str, id: str, puts: list[KeyEdit], was: Any, *below: str) -> None:
        """Change an existing record, if that is allowed."""
        count = self.plan.counts["indicator" if below else kind]
        if not puts:
            count.unchanged += 1
            return
        if not self.settings.update:
            names = [put.keys[len(below) :] for put in puts]
            old = was
            for name in names[0]:
                old = old.get(name) if isinstance(old, dict) else None
            keys = first_of([".".join(name) for name in names], 4)
            what = f"indicator '{id}/{below[1]}'" if below else f"{kind} '{id}'"
            differs = f"{keys}: {_words(old)} there, {_words(puts[0].value)} here"
            message = f"{what} is there and differs in {differs}; --update takes this"
            if any(name[0] == "foreign" for name in names):
                message = (
                    f"{what} is called the same, and is not known to be this one: --update takes"
                    " it for the same, a column id calls this another"
                )
            raise InvalidRecord(message, ".".join(names[0]))
        count.updated += 1
        for key, declared in self._declared.items():
            declared.update(put.value for put in puts if put.keys == (key,))
        self._puts.setdefault(f"{kind} {id}", []).extend(puts)
        if kind != "scenario":
            self.plan.change(kind, id, self._puts.pop(f"{kind} {id}"))  # type: ignore[arg-type]

    def _resolve(self, values: dict[str, Any]) -> None:
        """Replace titles and foreign ids in an item by ids."""
        if "source" in values:
            values["source"] = self._id("source", values["source"], "source")
        if "ratings" in values:
            values["ratings"] = self._ratings(values)
        if "indicators" in values:
            states = {}
            for key, state in values["indicators"].items():
                scenario, _, indicator = key.partition("/")
                states[f"{self._id('scenario', scenario, 'indicators')}/{indicator}"] = state
            values["indicators"] = states

    def _ratings(self, values: Mapping[str, Any]) -> dict[str, Any]:
        ratings = values.get("ratings", {}).items()
        return {self._id("scenario", name, f"ratings.{name}"): value for name, value in ratings}

    def _id(self, kind: Kind, name: str | ForeignId, key: str) -> str:
        try:
            return self.ids.named(kind, name)
        except InvalidRecord as error:
            raise InvalidRecord(str(error), key) from None

    def _indicator(self, arrival: ImportRecord) -> None:
        scenario = self._id("scenario", arrival.scenario or "", "scenario")
        id = arrival.id or slug(arrival.title, otherwise="indicator")
        values = {**arrival.record, "ratings": self._ratings(arrival.record)}
        path, below = path_of("scenario", scenario), ("indicators", id)
        owner = self.opened.database.scenarios.get(scenario)
        if owner is None and scenario not in self._new:
            raise InvalidRecord(f"scenario '{scenario}' cannot be imported", "scenario")
        if owner and id in owner.indicators:
            was = built(owner.indicators[id])
            puts = [KeyEdit((*below, *put.keys), put.value) for put in differences(was, values)]
            self._change("scenario", scenario, puts, was, *below)
        elif owner is None and id in self._new[scenario].get("indicators", {}):
            raise InvalidRecord(f"the scenario has an indicator '{id}' already", "id")
        else:
            value = tidy(Indicator, records.filled("indicator", values, arrival, self.settings))
            if owner:
                self._puts.setdefault(f"scenario {scenario}", []).append(KeyEdit(below, value))
            else:
                self._new[scenario].setdefault("indicators", {})[id] = value
            self.plan.counts["indicator"].added += 1
        self.plan.comes_from(path, arrival, *below)

    def _scenarios(self) -> None:
        for id, record in self._new.items():
            self.plan.counts["scenario"].added += self.plan.add("scenario", id, record)
        for name, puts in self._puts.items():
            self.plan.change("scenario", name.partition(" ")[2], puts)
        self._puts.clear()

    def _open_at_first(self, arrivals: Iterable[ImportForecast]) -> None:
        """Open scenarios dated to their outcome on the day of their first forecast instead."""
        closed = {
            id: scenario.opened
            for id, scenario in self.opened.database.scenarios.items()
            if (outcome := scenario.resolution)
            and outcome.date == scenario.opened
            and path_of("scenario", id) not in self.plan.drafts
        }
        first = dict(closed)
        for forecast in arrivals if closed else ():
            with suppress(InvalidRecord):
                id = self.ids.named("scenario", forecast.scenario)
                if id in first:
                    first[id] = min(first[id], day_of(forecast.timestamp, self.settings.timezone))
        early = [id for id, on in first.items() if on < closed[id]]
        for id in early:
            self.plan.change("scenario", id, [KeyEdit(("opened",), first[id].isoformat())])
        if early:
            self.plan.counts["scenario"].updated += len(early)
            self.remarks.append(
                f"{_number(len(early), 'scenario')} opened on the day of the outcome: now on that"
                f" of the first forecast ({first_of(early, 3)})"
            )

    def _forecasts(self, arrivals: Sequence[ImportForecast]) -> None:
        self._open_at_first(arrivals)
        asked = self.plan.asked()
        sheets, self.forecasts = forecast_sheets.sheets(
            arrivals, self.ids, asked, self.settings, self.faults
        )
        count = self.plan.counts["forecasts"]
        for on, analyst in self.progress(sheets, "drafting the sheets", len(sheets)):
            entries, id = sheets[on, analyst], f"{on}-{analyst}"
            path, sheet = path_of("forecasts", id), self.opened.database.sheets.get(id)
            for scenario, (_, arrival) in entries.items():
                for key in ("probabilities", "quantiles", "rationales", "evidence"):
                    self.plan.comes_from(path, arrival, key, scenario)
            if sheet:
                self._declared["analyst"].add(analyst)
                puts = forecast_sheets.edits(
                    sheet, id, entries, self.settings, count, self.faults, asked.quantities
                )
                if puts:
                    self.plan.change("forecasts", id, puts)
                continue
            ordered = [entry for _, (entry, _) in sorted(entries.items())]
            record = sheet_record(on, analyst, ordered, asked.quantities)
            if self.plan.add("forecasts", id, record):
                self._declared["analyst"].add(analyst)
                count.added += len(entries)

    def _tracker(self) -> None:
        """Add sets that scenarios name, themes with a title, and analysts if any is declared."""
        arrived, tracker = self.arrived, self.opened.database.tracker
        named = {new["set"] for new in self._new.values() if "set" in new}
        sets = sorted((self._declared["set"] | named) - {*tracker.sets})
        puts = [KeyEdit(("sets", id), arrived.sets.get(id, id)) for id in sets]
        themes = sorted((self._declared["theme"] & {*arrived.themes}) - {*tracker.themes})
        puts += [KeyEdit(("themes", id), arrived.themes[id]) for id in themes]
        if tracker.analysts:
            who = sorted(self._declared["analyst"] - {*tracker.analysts})
            puts += [KeyEdit(("analysts", id), arrived.analysts.get(id, id)) for id in who]
        else:
            other = [name for id, name in arrived.analysts.items() if id != name]
            counts = self.plan.counts
            if other and counts["forecasts"].added + counts["evidence"].added:
                self.remarks.append(
                    "analysts are called by their ids, and names are not kept"
                    f" ({first_of([*map(shown, other)], 3)}):"
                    " the tracker keeps names where it declares analysts"
                )
        if puts:
            self.plan.change("tracker", "tracker", puts)
            names = ", ".join(".".join(put.keys) for put in puts[:10])
            more = f" and {len(puts) - 10} more" if len(puts) > 10 else ""  # noqa: PLR2004
            self.remarks.append(f"added to the tracker: {names}{more}")

    def _count_lacking(self, kind: str, values: dict[str, Any]) -> None:
        if kind == "scenario":
            outcome = values.get("resolution", {})
            is_stated = "quantity" in values or "probability" in values.get("prior", {})
            self.lacking["prior"] += not is_stated
            self.lacking["opened"] += "opened" not in values
            self.lacking["resolution.date"] += bool(outcome) and "date" not in outcome
        elif kind == "evidence":
            self.lacking["recorded"] += "recorded" not in values


def _words(value: Any) -> str:
    return "nothing" if value in (None, "", (), []) else shown(value)


_MOST_ROUNDS = 20
"""A row left out can take others with it that refer to it."""
_IDLE = "forecasts before the question opened, after its horizon, or once its outcome was known"


def bring(
    root: Path,
    kind: str,
    arrived: ImportFile,
    settings: Settings,
    mode: WriteMode = AS_USUAL,
    *,
    progress: Progress = unwatched,
) -> tuple[WriteResult, ImportSummary]:
    """Write all arriving records, or with `skip_invalid` the sound ones.

    Unchanged records are not written. A refusal has each fault as a note, with its row.
    """
    left = RowErrors()
    for _ in range(_MOST_ROUNDS):
        attempt = ImportPlanner(arrived, settings, left, progress)
        arrivals: Any = (*arrived.records, *arrived.forecasts, *arrived.row_errors)
        file = arrivals[0].position.file if arrivals else "a file"
        what = f"import {kind} of {file}"
        try:
            subject, mode = partial(_subject, kind, attempt), mode._replace(latest=settings.latest)
            written = write(root, attempt.drafts, what, mode, subject=subject, progress=progress)
        except ChangeRefused as error:
            before = len(left.by_row())
            for problem in error.problems:
                attempt.plan.blame_problem(problem)
            if not settings.skip_invalid:
                raise refusal(left) from None
            if len(left.by_row()) == before:
                raise
            continue
        return written, _imported(kind, attempt, written)
    raise ScenError("too many rows rest on rows that cannot be imported; nothing was written")


def _imported(kind: str, drafting: ImportPlanner, written: WriteResult) -> ImportSummary:
    counts, arrived = drafting.plan.counts, drafting.arrived
    idle = drafting.forecasts["idle"]
    return ImportSummary(
        kind=kind,
        scenarios=counts["scenario"],
        indicators=counts["indicator"],
        evidence=counts["evidence"],
        sources=counts["source"],
        forecasts=counts["forecasts"],
        superseded=drafting.forecasts["superseded"],
        clipped=drafting.forecasts["clipped"],
        skipped=[
            SkippedRow(**fault.position._asdict(), message=fault.message) for fault in drafting.left
        ],
        left_out={**arrived.left_out, **({_IDLE: idle} if idle else {})},
        remarks=[*arrived.remarks, *drafting.remarks, *_remarks(kind, drafting)],
        **written.about,
    )


def _remarks(kind: str, drafting: ImportPlanner) -> list[str]:
    """Remarks on defaults filled in, and on forecasts superseded or clipped."""
    lacking, settings = drafting.lacking, drafting.settings
    even = EVEN if settings.prior is None else settings.prior
    defaults = {
        "prior": f"no prior: {even:g}, with the basis '{NONE_STATED}'",
        "opened": "no opening day: today, or that of its outcome or its horizon if that is earlier",
        "resolution.date": "an outcome and no day of it: the day after its horizon, or today",
    }
    number_of = {words: lacking[key] for key, words in defaults.items() if lacking[key]}
    remarks = [f"{_number(n, 'scenario')} with {words}" for words, n in number_of.items()]
    if number := lacking["recorded"]:
        words = "without the day on which you learned of it: recorded today, so that no earlier"
        keys = "|".join(RECORDED.get(kind, ()))
        hint = f" (--recorded {keys} names that day)" if keys else ""
        remarks.append(f"{_number(number, 'item')} {words} review has it{hint}")
    if number := drafting.forecasts["superseded"]:
        words = "followed by another of the same analyst on the same day: the last one stands"
        remarks.append(f"{_number(number, 'forecast')} {words}")
    if number := drafting.forecasts["clipped"]:
        words = f"of 0 or 1, or outside {LOWEST} to {HIGHEST}: clipped to these"
        remarks.append(f"{_number(number, 'probability', 'probabilities')} {words}")
    return remarks


def _subject(kind: str, drafting: ImportPlanner, _written: WriteResult) -> str:
    names = {"evidence": "item", "forecasts": "forecast"}
    parts = [
        _number(changed, names.get(kind, kind))
        for kind, count in drafting.plan.counts.items()
        if (changed := count.added + count.updated)
    ]
    return f"import: {kind} ({', '.join(parts) or 'nothing new'})"


def _number(number: int, singular: str, many: str | None = None) -> str:
    """`1 item`, `2,000 items`."""
    return counted(number, singular, many).replace(str(number), f"{number:,}", 1)
