"""The faults between records that tests/transcripts/faults shows: where each begins and ends.

They are told in faults.txt, in the words of tests/analysis/words.py.
"""

from __future__ import annotations

import pytest

from scenarios.analysis.rules.consistency import check
from scenarios.analysis.rules.rule import Known
from scenarios.errors import Fault
from scenarios.model import Kind, Tracker
from scenarios.text import MOST_HINTS
from tests.analysis.test_chronicle import Broken, held
from tests.analysis.words import Records, judged, records_of, stories_of, write
from tests.records import item

TOLD = stories_of("faults.txt")
KINDS: tuple[Kind, ...] = ("tracker", "scenario", "evidence", "forecasts", "source")


def faults(records: Records) -> list[tuple[str, str, Fault]]:
    broken = {id: one for id, one in records.items() if isinstance(one, Broken)}
    files = {k: {id: f"{id}.yaml" for id, one in broken.items() if one.kind == k} for k in KINDS}
    return list(check(Known(held(records), files)))


def found(_: str, records: Records, __: int) -> list[str]:
    told = []
    for kind, id, fault in faults(records):
        place = f"{kind} {id} {'.'.join(map(str, fault.keys))} ({fault.at})"
        hint = f" ({fault.hint})" if fault.hint else ""
        told.append(f"{place}: {fault.severity} {fault.rule}: {fault.message}{hint}")
    return told


@pytest.mark.parametrize("lines", TOLD, ids=[lines[0].rstrip(".") for lines in TOLD])
def test_a_fault_begins_and_ends_where_its_cases_say(lines: list[str]) -> None:
    assert judged(lines, found) == lines


def test_the_cases_are_written_anew_where_that_is_asked(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("renew"):
        write("faults.txt", (judged(lines, found) for lines in TOLD))


@pytest.mark.parametrize("name", ["military-pac{}=C", "s/talk{}=observed"])
def test_many_unknown_names_are_compared_with_the_known_up_to_a_limit(name: str) -> None:
    names = " ".join(name.format(n) for n in range(MOST_HINTS + 1))
    records, _ = records_of(f"military-pact; s talks:C; 2022-01-01-e @0 {names}")
    hints = [fault.hint is None for *_, fault in faults(records)]
    assert hints == [False] * MOST_HINTS + [True]


def test_many_unknown_themes_are_compared_with_the_declared_up_to_a_limit() -> None:
    themed = {f"2022-01-01-v{n}": item(theme=f"energy{n}") for n in range(MOST_HINTS + 1)}
    tracker = Tracker(themes={"energy": "E"})
    hints = [fault.hint for *_, fault in faults({"tracker": tracker, **themed})]
    assert hints[::MOST_HINTS] == ["did you mean 'energy'?", "declare it there, under 'themes'"]
