"""What is found in the cases of each text here, told in the words of tests/analysis/words.py."""

from __future__ import annotations

import pytest
from msgspec.structs import asdict

from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.forecasts import current_forecasts, refusal, stated
from scenarios.analysis.period.period import spreads, window
from scenarios.analysis.review.agenda import agenda
from scenarios.analysis.review.deadlines import due
from scenarios.analysis.review.listing import accuracy
from scenarios.analysis.rules.consistency import check
from scenarios.analysis.rules.findings import findings
from scenarios.analysis.rules.rule import LoadedRecords
from scenarios.errors import Fault
from scenarios.model import Kind
from tests.analysis.story import Broken, held
from tests.analysis.words import Find, Records, judged, stories_of, write
from tests.records import day

KINDS: tuple[Kind, ...] = ("tracker", "scenario", "evidence", "forecasts", "source")


def findings_of(title: str, records: Records, on: int) -> list[str]:
    """By the rule that the title begins with, of a week that began on 2022-01-03."""
    rule = title.partition(":")[0]
    every = findings(window(held(records), day(2), day(on)))
    return [f"{one.subject}: {one.message}" for one in every if one.rule == rule]


def faults_of(_: str, records: Records, __: int) -> list[str]:
    """The faults between records beside those that tests/transcripts/faults shows."""
    told = []
    for kind, id, fault in faults(records):
        place = f"{kind} {id} {'.'.join(map(str, fault.keys))} ({fault.at})"
        hint = f" ({fault.hint})" if fault.hint else ""
        told.append(f"{place}: {fault.severity} {fault.rule}: {fault.message}{hint}")
    return told


def faults(records: Records) -> list[tuple[str, str, Fault]]:
    broken = {id: one for id, one in records.items() if isinstance(one, Broken)}
    files = {k: {id: f"{id}.yaml" for id, one in broken.items() if one.kind == k} for k in KINDS}
    return list(check(LoadedRecords(held(records), files, held(records).evidence)))


def accuracy_of(_: str, records: Records, on: int) -> list[str]:
    """Of each source how many items are what: what became of them, not what they pointed to."""
    made = accuracy(known_on(held(records), day(on)))
    counts = {source: asdict(of).items() for source, of in sorted(made.items())}
    return [f"{id}: {', '.join(f'{name} {n}' for name, n in of if n)}" for id, of in counts.items()]


def forecasts_of(_: str, records: Records, on: int) -> list[str]:
    """What stands of each scenario, what the team says, and who of it stands apart."""
    database, told = held(records), []
    for id in database.scenarios:
        made = stated(database, id, day(on))
        stands = current_forecasts(database, id, day(on)).items()
        said = [f"{who} {one.probability:g} of {one.date}" for who, one in stands]
        if made:
            whole = "" if made.probability == made.pooled else f" for {made.pooled:.9g}"
            said.append(f"{'+'.join(made.analysts)} {made.probability:.9g}{whole}")
            told.append(f"{id}: {', '.join(said)}")
    for one in spreads(window(database, day(on - 7), day(on))):
        ends = f"{one.low_analyst} {one.low:g} to {one.high_analyst} {one.high:g}"
        apart = f"{one.outlier} at {one.outlier_probability} apart" if one.outlier else "none apart"
        why = f", why: {one.rationales}" if one.rationales else ""
        of = f"{one.analysts} {ends}, {one.spread_decibans:.9g} dB"
        told.append(f"spread of {one.scenario}: {of}, {apart}{why}")
    return told


def agenda_of(_: str, records: Records, on: int) -> list[str]:
    """What is due for the desk, in its order, and what it is asked, a set together."""
    database = held(records)
    made = agenda(database, "desk", day(on))
    told = [f"unrated {id}" for id in made.unrated]
    told += [f"past due {one.scenario}/{one.id}" for one in made.past_due]
    told += [f"overdue {id}" for id in made.overdue]
    for group in made.groups:
        asked = []
        for one in group:
            last = f"last {one.last.probability} of {one.last.date}" if one.last else "never"
            gap = "no gap" if one.gap_decibans is None else f"gap {one.gap_decibans:.2f} dB"
            asked.append(f"{one.id} {last}, {one.days} days, {one.movement_bits:.6g} bits, {gap}")
        told.append(f"ask {' and '.join(asked)}")
    refused = (refusal(database, id, day(on)) for id in database.scenarios)
    return told + [f"refuse: {reason}" for reason in refused if reason]


def due_of(_: str, records: Records, on: int) -> list[str]:
    """What is late, and what comes within fourteen days."""
    made = due(held(records), day(on))
    late = [("late ", entry) for entry in made.late]
    entries = late + [("", entry) for entry in made.coming]
    return [
        f"{said}{one.what} {one.id} {one.days:+d} {'+'.join(one.scenarios)}"
        for said, one in entries
    ]


FIND: dict[str, Find] = {
    "due.txt": due_of,
    "agenda.txt": agenda_of,
    "forecasts.txt": forecasts_of,
    "findings.txt": findings_of,
    "faults.txt": faults_of,
    "accuracy.txt": accuracy_of,
}
CASES = [(name, lines) for name in FIND for lines in stories_of(name)]


@pytest.mark.parametrize(("name", "lines"), CASES, ids=[lines[0].rstrip(".") for _, lines in CASES])
def test_in_each_case_is_found_what_it_says(name: str, lines: list[str]) -> None:
    assert judged(lines, FIND[name]) == lines


@pytest.mark.parametrize("name", FIND)
def test_the_cases_are_written_anew_where_that_is_asked(
    name: str, request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("renew"):
        write(name, (judged(lines, FIND[name]) for lines in stories_of(name)))
