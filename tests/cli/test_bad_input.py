"""What is refused: a message that says why, exit 1 or 2, and not a byte written."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scenarios.storage.loader import load
from scenarios.storage.worktree import snapshot
from scenarios.text import printable
from tests.cli.commands import FILES, SCEN, changes, make, process, scen, tree

NOBODY = 65534
PUBLIC = tempfile.gettempdir()
ACTS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
VISIT = "2022-02-04-visit"
LONG = "x" * 200


def refusal(*words: str, env: dict[str, str] | None = None) -> tuple[int, str]:
    """The exit code and the last line of what a refused command says; nothing acts in it."""
    made = scen(*words, env=env)
    assert made.stdout == ""
    assert not ACTS.search(made.stderr)
    assert made.stderr.endswith("\n")
    return made.exit_code, made.stderr.splitlines()[-1]


def refused(folder: Path, *words: str, env: dict[str, str] | None = None) -> str:
    """What a command says that is refused and leaves every byte below the folder alone."""
    before = tree(folder)
    code, message = refusal(*words, env=env)
    assert changes(before, tree(folder)) == {}
    assert code == (2 if message.startswith("Error: ") else code) > 0
    return message


def new(*words: str) -> list[str]:
    """A command that opens a scenario, but for what `words` say otherwise."""
    id, *more = words
    sound = ["--title", "T", "--question", "Q?", "--criteria", "C.", "--horizon", "2030-12-31"]
    basis = ["--prior", "0.1", "--basis", "B.", "--opened", "2022-01-01"]
    return ["new", id, *sound, *basis, *more]


def evidence(*words: str) -> list[str]:
    return ["add-evidence", "A dinner", "--recorded", "2022-02-07", *words]


def indicator(id: str, *words: str) -> list[str]:
    return ["add-indicator", "pact", id, "It is seen", "--added", "2022-01-15", *words]


def forecast(probability: str, *words: str) -> list[str]:
    return ["forecast", "pact", probability, "--analyst", "desk", "--date", "2022-02-08", *words]


def resolve(*words: str) -> list[str]:
    return ["resolve", "trade", "occurred", "--basis", "So.", "--recorded", "2024-01-15", *words]


def cases(*rows: tuple[list[str], str]) -> pytest.MarkDecorator:
    ids = [" ".join(words)[:60] for words, _ in rows]
    return pytest.mark.parametrize(("words", "message"), rows, ids=ids)


# -- what is not there ----------------------------------------------------------------------------


@cases(
    (evidence("--rate", "pakt=C"), "no scenario 'pakt'; did you mean 'pact'?"),
    (evidence("--rate", "xyz=C"), "no scenario 'xyz'; scen list scenarios names them"),
    (evidence("--rate", "PACT=C"), "no scenario 'PACT'; did you mean 'pact'?"),
    (evidence("--rate", " pact=C"), "no scenario ' pact'; did you mean 'pact'?"),
    (evidence("--rate", "../pact=C"), "no scenario '../pact'; did you mean 'pact'?"),
    (evidence("--source", "kremln"), "no source 'kremln'; did you mean 'kremlin'?"),
    (evidence("--source", "Kremlin"), "no source 'Kremlin'; did you mean 'kremlin'?"),
    (evidence("--source", "tass"), "no source 'tass'; scen list sources names them"),
    (evidence("--source", ""), "no source ''; scen list sources names them"),
    (
        evidence("--indicator", "pact/talk=observed"),
        "no indicator 'pact/talk'; did you mean 'pact/talks'?",
    ),
    (
        evidence("--indicator", "pact/zzz=observed"),
        "no indicator 'pact/zzz'; scen list indicators --scenario pact names them",
    ),
    (evidence("--indicator", "pakt/talks=observed"), "no scenario 'pakt'; did you mean 'pact'?"),
    (evidence("--indicator", "/=observed"), "no scenario ''; scen list scenarios names them"),
    (
        evidence("--corroborated-by", "2022-02-04-visits"),
        f"no evidence '2022-02-04-visits'; did you mean '{VISIT}'?",
    ),
    (
        ["rate", "2022-02-04-visitt", "pact=C"],
        f"no evidence '2022-02-04-visitt'; did you mean '{VISIT}'?",
    ),
    (["rate", "tracker", "pact=C"], "no evidence 'tracker'; scen list evidence names them"),
    (["rate", "../pact", "pact=C"], "no evidence '../pact'; scen list evidence names them"),
    (["rate", VISIT, "pakt=C"], "no scenario 'pakt'; did you mean 'pact'?"),
    (
        ["rate", VISIT, "--indicator", "pact/talk=observed"],
        "no indicator 'pact/talk'; did you mean 'pact/talks'?",
    ),
    (["retract", "visit", "--reason", "No."], "no evidence 'visit'; scen list evidence names them"),
    (
        ["add-indicator", "pakt", "x", "S", "--rate", "pact=C"],
        "no scenario 'pakt'; did you mean 'pact'?",
    ),
    (
        indicator("x", "--rate", "pakt=C"),
        "nothing was written: there is no scenario 'pakt' (did you mean 'pact'?)",
    ),
    (
        ["forecast", "pakt", "0.1", "--analyst", "desk"],
        "no scenario 'pakt'; did you mean 'pact'?; nothing was written",
    ),
    (
        forecast("0.1", "--evidence", "visit"),
        "no evidence 'visit'; scen list evidence names them; nothing was written",
    ),
    (["resolve", "pakt", "occurred", "--basis", "So."], "no scenario 'pakt'; did you mean 'pact'?"),
    (resolve("--evidence", "visit"), "no evidence 'visit'; scen list evidence names them"),
    (
        new("x", "--set", "from"),
        "nothing was written: tracker.yaml declares no set 'from' (did you mean 'form'?)",
    ),
    (
        new("x", "--given", "pakt=0.2/0.1"),
        "nothing was written: there is no scenario 'pakt' (did you mean 'pact'?)",
    ),
    (
        evidence("--theme", "war"),
        (
            "nothing was written: tracker.yaml declares no theme 'war' "
            "(declare it there, under 'themes')"
        ),
    ),
    (["list", "evidence", "--theme", "war"], "no theme 'war'; tracker.yaml names them"),
)
def test_what_is_not_there_is_named_with_the_nearest_that_is(
    root: Path, words: list[str], message: str
) -> None:
    assert refused(root.parent, *words) == f"scen: {message}"


# -- values ---------------------------------------------------------------------------------------

RATING = "is not a rating: CC, C, N, I, II, or a likelihood ratio, 0.001 to 1000"
GRADE = "is not an Admiralty grade: A to F, then 1 to 6, like B2"
CHANCE = "is not a probability: write 0.7 or 70%"
BETWEEN = "a probability lies between 0 and 1 and is neither"
AN_ID = "an id has small letters, digits and single hyphens, a letter first"
DAY = "is not a date: write 2022-02-28, today, yesterday or 7d"


@pytest.mark.parametrize(
    "typed",
    ["XX", "CCC", "C C", "", " C", "0", "0.0009", "1000.1", "-1", "nan", "inf", "1e400", "1_0",
     "0x10", "١", "³", "3,5", "50%", "null", "true"],
)  # fmt: skip
@pytest.mark.parametrize("command", ["add-evidence", "rate", "add-indicator", "--if-absent"])
def test_a_rating_is_a_code_or_a_ratio(root: Path, command: str, typed: str) -> None:
    words = {
        "add-evidence": evidence("--rate", f"pact={typed}"),
        "rate": ["rate", VISIT, f"pact={typed}"],
        "add-indicator": indicator("x", "--rate", f"pact={typed}"),
        "--if-absent": indicator("x", "--rate", "pact=C", "--if-absent", typed or " "),
    }[command]
    shown = " " if command == "--if-absent" and not typed else typed
    assert refused(root.parent, *words) == f"Error: Invalid value: '{shown}' {RATING}"


@cases(
    (evidence("--rate", "pact"), "'pact': write SCENARIO=CODE, for example military-pact=CC"),
    (evidence("--rate", "=C"), "'=C': write SCENARIO=CODE, for example military-pact=CC"),
    (evidence("--rate", ""), "'': write SCENARIO=CODE, for example military-pact=CC"),
    (["rate", VISIT, "pact"], "'pact': write SCENARIO=CODE, for example military-pact=CC"),
    (
        evidence("--rate", "pact=C", "--rate", "pact=I"),
        "'pact' is rated twice; keep one of the two",
    ),
    (["rate", VISIT, "pact=C", "pact=C"], "'pact' is rated twice; keep one of the two"),
    (
        indicator("x", "--rate", "pact=C", "--rate", "pact=I"),
        "'pact' is rated twice; keep one of the two",
    ),
    (evidence("--indicator", "pact"), "'pact': write SCENARIO/INDICATOR=observed"),
    (evidence("--indicator", "pact/talks"), "'pact/talks': write SCENARIO/INDICATOR=observed"),
    (
        evidence("--indicator", "pact=observed"),
        "'pact=observed': write SCENARIO/INDICATOR=observed",
    ),
    (
        evidence("--indicator", "pact/talks=seen"),
        "'seen' is not a state: observed, emerging, reversed",
    ),
    (
        evidence("--indicator", "pact/talks=observed", "--indicator", "pact/talks=emerging"),
        "'pact/talks' is given twice; keep one of the two",
    ),
    *(
        (
            new("x", "--given", typed),
            f"'{typed}': write OTHER=0.2/0.02, its prior if OTHER occurs and if it does not",
        )
        for typed in ("trade", "trade=0.2", "=0.2/0.1", "trade/0.2=0.1", "")
    ),
    (new("x", "--given", "trade=0.2/0"), f"'0': {BETWEEN}"),
    (new("x", "--given", "trade=likely/0.1"), f"'likely' {CHANCE}"),
    (new("x", "--given", "trade=0.2/0.1/0.3"), f"'0.1/0.3' {CHANCE}"),
    (indicator("x", "--rate", "pact=C", "--chance", "often"), f"'often' {CHANCE}"),
    (indicator("x", "--rate", "pact=C", "--chance", ""), f"'' {CHANCE}"),
    (indicator("x", "--rate", "pact=C", "--chance", "1"), f"'1': {BETWEEN}"),
    (
        ["resolve", "trade", "happened", "--basis", "So."],
        "'happened' is not an outcome: occurred, did-not-occur, annulled",
    ),
    (
        ["resolve", "trade", "Occurred", "--basis", "So."],
        "'Occurred' is not an outcome: occurred, did-not-occur, annulled",
    ),
)
def test_a_rating_a_state_and_an_outcome_have_their_form(
    root: Path, words: list[str], message: str
) -> None:
    assert refused(root.parent, *words) == f"Error: Invalid value: {message}"


def test_an_item_rates_a_scenario_in_one_way(root: Path) -> None:
    words = evidence("--rate", "pact=C", "--indicator", "pact/talks=observed")
    both = "is rated here and by the indicator 'pact/talks' (keep one of the two)"
    assert f"'pact' {both}" in refused(root.parent, *words)


@pytest.mark.parametrize(
    "typed", ["G1", "B7", "B0", "B22", "2", "2B", "B 2", " B2", "B٢", "Ｂ2", "AB", "x" * 9, "B-2"]
)
def test_a_grade_is_a_letter_and_a_figure(root: Path, typed: str) -> None:
    assert refused(root.parent, *evidence("--grade", typed)).endswith(f"'{typed}' {GRADE}")


@pytest.mark.parametrize("typed", ["G", "B2", "AB", "1", "ß"])
def test_a_source_has_a_letter_and_no_more(root: Path, typed: str) -> None:
    words = ("add-source", "tass", "--name", "TASS", "--reliability", typed)
    message = f"Error: Invalid value: '{typed}' is not a reliability grade: a letter from A to F"
    assert refused(root.parent, *words) == message


@pytest.mark.parametrize(
    "typed",
    ["0", "1", "1.2", "0.0", "100%", "0%", "1e-400", "+1", "120%", "-0.1", "0" * 50],
)
def test_a_probability_is_neither_0_nor_1_nor_beyond(root: Path, typed: str) -> None:
    for words in (new("x", "--prior", typed), ["forecast", "pact", "--analyst", "a", "--", typed]):
        assert refused(root.parent, *words) == f"Error: Invalid value: '{typed}': {BETWEEN}"


@pytest.mark.parametrize(
    "typed",
    ["nan", "NaN", "inf", "-inf", "1e400", "0,7", "0.7.1", "7_0%", "٠.٧", "½", "%", "5%%", "%5",
     "0x1p-2", "likely", "1/3", "0.7 or so", "¹", "0.5\u200f"],
)  # fmt: skip
def test_a_probability_is_a_number(root: Path, typed: str) -> None:
    for words in (new("x", "--prior", typed), ["forecast", "pact", "--analyst", "a", "--", typed]):
        shown = printable(typed)
        assert refused(root.parent, *words) == f"Error: Invalid value: '{shown}' {CHANCE}"


@cases(
    (
        new("x", "--prior", "0.0005"),
        "'probability' is 0.0005; a prior is a number from 0.001 to 0.999",
    ),
    (
        forecast("0.00001"),
        "'pact' is 1e-05; a forecast is a number from 0.0001 to 0.9999, or null to withdraw",
    ),
    (new("x", "--hazard", "often"), "'hazard' is 'often'; it must be constant"),
    (
        new("x", "--set", "form", "--hazard", "constant"),
        "a scenario of a set has no hazard, and this one is in 'form'",
    ),
    (
        new("x", "--given", "trade=0.2/0.0005"),
        "'did-not-occur' is 0.0005; a prior is a number from 0.001 to 0.999",
    ),
    (
        new("x", "--set", "form", "--given", "ties=0.2/0.1"),
        (
            "'ties' is in the same set, 'form', whose members exclude one another "
            "(name a scenario outside of the set)"
        ),
    ),
    (
        new("x", "--set", "form", "--given", "trade=0.2/0.1"),
        "; ".join(
            f"the prior of '{id}' depends on no scenario, and that of x.yaml, of the same set "
            "'form', on 'trade' (all members of a set name the same scenario under 'given', or "
            "none does)"
            for id in ("pact", "ties")
        ),
    ),
    (
        indicator("x", "--rate", "pact=C", "--chance", "0.1"),
        (
            "'chance' is how probable it is to be seen by 'due', and there is no 'due' "
            "(add a day, or remove the chance)"
        ),
    ),
    (
        indicator("x", "--rate", "pact=C", "--chance", "0.9", "--due", "2023-01-01"),
        (
            "by its ratings and chance 'x' is 199% probable if 'pact' occurs "
            "(at most 0.452 is possible; lower it, or choose weaker ratings)"
        ),
    ),
    (
        indicator("x", "--rate", "pact=C", "--theme", "A B"),
        f"'theme' is 'A B'; {AN_ID}",
    ),
    (
        new("x", "--tag", "A B"),
        f"entry 1 of 'tags' is 'A B'; {AN_ID}",
    ),
    (new("x", "--tag", "a", "--tag", "a"), "'tags' holds 'a' twice"),
    (
        evidence("--url", "example.org"),
        "'url' is 'example.org'; an address begins with http:// or https:// and has no space in it",
    ),
    (
        evidence("--origin", "A B"),
        "'origin' is 'A B'; a name has small letters, digits and single hyphens",
    ),
    (
        evidence("--event", "../x"),
        "'event' is '../x'; a name has small letters, digits and single hyphens",
    ),
    (forecast("0.1", "--evidence", VISIT, "--evidence", VISIT), f"'pact' holds '{VISIT}' twice"),
    (
        ["add-evidence", "x" * 501, "--recorded", "2022-02-07"],
        "'summary' has 501 characters; at most 500 are allowed",
    ),
    (evidence("--notes", "x" * 10001), "'notes' has 10001 characters; at most 10000 are allowed"),
)
def test_what_the_schema_refuses_is_refused_before_it_is_written(
    root: Path, words: list[str], message: str
) -> None:
    assert refused(root.parent, *words) == f"scen: nothing was written: {message}"


# -- dates ----------------------------------------------------------------------------------------

IMPOSSIBLE = ["2022-02-30", "2022-13-01", "2022-00-10", "2022-01-00", "2021-02-29"]
SHAPELESS = ["0000-01-01", "0999-01-01", "99999d", "-1d", "2022-2-3", "20220203",
             "2022-02-03T00:00",
             "02/03/2022", "tomorrow", "Today", "٢٠٢٢-٠٢-٠٤", "2022–02–03", "2022-02-03 ", " ",
             "10000-01-01", "d", "1.5d", "2022-02-03\u200e"]  # fmt: skip


def dated(day: str) -> list[list[str]]:
    """Every option that takes a day."""
    return [
        new("x", "--opened", day),
        new("x", "--horizon", day),
        indicator("x", "--rate", "pact=C", "--added", day),
        indicator("x", "--rate", "pact=C", "--due", day),
        ["add-evidence", "A dinner", "--recorded", day],
        evidence("--observed", day),
        ["retract", VISIT, "--reason", "No.", "--date", day],
        ["forecast", "pact", "0.1", "--analyst", "desk", "--date", day],
        resolve("--date", day),
        ["resolve", "trade", "occurred", "--basis", "So.", "--recorded", day],
    ]


@pytest.mark.parametrize("day", IMPOSSIBLE)
def test_an_impossible_day_is_refused_wherever_a_day_is_taken(root: Path, day: str) -> None:
    before = tree(root)
    for words in dated(day):
        assert refusal(*words) in [
            (2, f"Error: Invalid value{where}: {day} is not a valid date")
            for where in ("", *(f" for '{word}'" for word in words if word.startswith("--")))
        ]
    assert changes(before, tree(root)) == {}


@pytest.mark.parametrize("day", SHAPELESS)
def test_what_is_no_date_is_refused_wherever_a_day_is_taken(root: Path, day: str) -> None:
    before = tree(root)
    shown = printable(day)
    for words in dated(day):
        code, message = refusal(*words)
        assert code == 2
        if day.strip():
            assert message.startswith("Error: Invalid value")
            assert message.endswith(f": '{shown}' {DAY}")
    assert changes(before, tree(root)) == {}


@cases(
    (evidence("--observed", "2022-13"), "2022-13 is not a valid month"),
    (evidence("--observed", "2022-00"), "2022-00 is not a valid month"),
    (evidence("--observed", "0000"), f"'0000' {DAY}"),
    (evidence("--observed", "999"), f"'999' {DAY}"),
    (evidence("--observed", "2022-"), f"'2022-' {DAY}"),
)
def test_a_month_and_a_year_are_of_the_calendar(root: Path, words: list[str], message: str) -> None:
    assert refused(root.parent, *words) == f"Error: Invalid value: {message}"


@cases(
    (
        new("x", "--horizon", "2021-12-31"),
        "nothing was written: 'horizon' is 2021-12-31, before 'opened' (2022-01-01)",
    ),
    (
        indicator("x", "--rate", "pact=C", "--due", "2022-01-14"),
        "nothing was written: 'due' is 2022-01-14, before 'added' (2022-01-15)",
    ),
    (
        evidence("--observed", "2022-02-08"),
        "nothing was written: 'recorded' is 2022-02-07, before 'observed' (2022-02-08)",
    ),
    (
        evidence("--observed", "2023"),
        "nothing was written: 'recorded' is 2022-02-07, before 'observed' (2023)",
    ),
    (
        ["retract", VISIT, "--reason", "No.", "--date", "2022-02-06"],
        "nothing was written: 'date' is 2022-02-06, before 'recorded' (2022-02-07)",
    ),
    (
        ["forecast", "pact", "0.1", "--analyst", "desk", "--date", "2021-12-31"],
        "pact opened on 2022-01-01: nothing was asked on 2021-12-31; nothing was written",
    ),
    (
        resolve("--date", "2021-12-31"),
        "nothing was written: 'date' is 2021-12-31, before 'opened' (2022-01-01)",
    ),
    (
        resolve("--date", "2024-01-16"),
        "nothing was written: 'recorded' is 2024-01-15, before 'date' (2024-01-16)",
    ),
)
def test_days_come_in_order(root: Path, words: list[str], message: str) -> None:
    assert refused(root.parent, *words) == f"scen: {message}"


# -- ids ------------------------------------------------------------------------------------------

ID = "is not an id: small letters, digits, single hyphens, a letter first"
BAD_IDS = [
    *("a/b", "../x", "..", ".", ".x", "/etc/passwd", "evidence/../x", "sources/x", "a.b", "a.yaml"),
    *("Caps", "a b", " a", "a ", "a_b", "a--b", "-", "a-", "1a", "ä", "а", "a\\b", "a:b", "~", "*"),
    *("a\x1b[31m", "a\nb", "a\x00b", "a\u202eb", "a\udcff", "con|", "%2e"),
]


def named(id: str) -> list[list[str]]:
    """Every command that takes a new id."""
    return [
        ["new", *new(id)[2:], "--", id],
        ["add-indicator", "pact", "--rate", "pact=C", "--", id, "It is seen"],
        ["add-source", "--name", "S", "--reliability", "C", "--", id],
        ["forecast", "pact", "0.1", f"--analyst={id}"],
    ]


@pytest.mark.parametrize("id", BAD_IDS)
def test_an_id_has_small_letters_digits_and_hyphens(root: Path, id: str) -> None:
    before = tree(root.parent)
    shown = printable(id).replace("\n", r"\n")
    for words in named(id):
        assert refusal(*words) == (2, f"Error: Invalid value: '{shown}' {ID}")
        assert refusal(*words[:1], "--dry-run", *words[1:])[0] == 2
    assert changes(before, tree(root.parent)) == {}


@pytest.mark.parametrize("id", ["tracker", "null", "true", "false"])
def test_a_reserved_word_is_no_id(root: Path, id: str) -> None:
    for words in named(id):
        message = f"Error: Invalid value: '{id}' is a reserved word and no id"
        assert refused(root.parent, *words) == message


@pytest.mark.parametrize("length", [81, 200, 100_000])
def test_an_id_has_at_most_80_characters(root: Path, length: int) -> None:
    for words in named("x" * length):
        message = f"an id of {length} characters; at most 80 are allowed"
        assert refused(root.parent, *words) == f"Error: Invalid value: {message}"


def test_an_id_of_80_characters_is_one(root: Path) -> None:
    assert scen(*new("x" * 80)).exit_code == 0
    assert (root / f"{'x' * 80}.yaml").is_file()


@pytest.mark.parametrize("id", ["", " ", "\t"])
def test_an_empty_id_is_none(root: Path, id: str) -> None:
    for words in named(id):
        option = "--analyst" if words[0] == "forecast" else "ID"
        assert refused(root.parent, *words).startswith(f"scen: {option} is empty: ")
    message = "scen: --id is empty: leave it out, and the date and the summary make one"
    assert refused(root.parent, *evidence("--id", id)) == message


@pytest.mark.parametrize("id", [*BAD_IDS, "2022-02-07-", "2022-02-07-A", "02-07-x",
                                "2022-02-07-a/b", "2022/../x", "2022-02-07-a.b", "202-x",
                                "2022-02-07-\x1b[1m", "2022-02-07-\udcff"])  # fmt: skip
def test_evidence_is_named_by_its_date_and_words(root: Path, id: str) -> None:
    shown = printable(id).replace("\n", r"\n")
    words = "is not a valid id: evidence is named by date and words, like 2022-02-04-no-limits"
    message = f"scen: nothing was written: '{shown}' {words}"
    for dry in ([], ["--dry-run"]):
        assert refused(root.parent, *evidence(f"--id={id}", *dry)) == message


@cases(
    (
        evidence("--id", "null"),
        "'null' is not a valid id: 'null' is a reserved word and names no record",
    ),
    (
        evidence("--id", f"2022-02-07-{LONG}"),
        (
            f"'2022-02-07-{'x' * 48}…' is not a valid id: the id has 211 characters; "
            "at most 80 are allowed"
        ),
    ),
    (evidence("--id", "2022-02-06-x"), "the file's name does not begin with 2022-02-07-"),
    (evidence("--id", "2022-x"), "the file's name does not begin with 2022-02-07-"),
)
def test_an_id_of_evidence_begins_with_its_date_and_is_short(
    root: Path, words: list[str], message: str
) -> None:
    assert refused(root.parent, *words) == f"scen: nothing was written: {message}"


@cases(
    (new("pact"), "there is scenario 'pact' already: scen show pact; nothing was written"),
    (
        indicator("talks", "--rate", "pact=C"),
        "there is indicator 'pact/talks' already: scen show pact/talks; nothing was written",
    ),
    (
        ["add-source", "kremlin", "--name", "K", "--reliability", "C"],
        "there is source 'kremlin' already: scen show kremlin; nothing was written",
    ),
    (
        evidence("--id", VISIT, "--observed", "2022-02-04"),
        f"there is evidence '{VISIT}' already: scen show {VISIT}; choose another --id",
    ),
)
def test_an_id_that_exists_is_not_taken_again(root: Path, words: list[str], message: str) -> None:
    assert refused(root.parent, *words) == f"scen: {message}"


def test_what_is_done_is_not_done_again(root: Path) -> None:
    retract = ("retract", VISIT, "--reason", "No.", "--date", "2022-03-01")
    assert (scen(*retract).exit_code, scen(*resolve()).exit_code) == (0, 0)
    message = f"scen: {VISIT} was retracted on 2022-03-01; nothing was written"
    assert refused(root.parent, *retract) == message
    message = "scen: trade is resolved already (occurred, 2024-01-15); nothing was written"
    assert refused(root.parent, *resolve()) == message
    words = ("forecast", "trade", "0.9", "--analyst", "desk", "--date", "2024-01-15")
    known = "scen: the outcome of trade was known on 2024-01-15: a forecast of 2024-01-15"
    assert refused(root.parent, *words) == f"{known} never counts; nothing was written"


def test_of_a_set_one_member_occurs(root: Path) -> None:
    first = ("resolve", "pact", "occurred", "--basis", "So.", "--recorded", "2024-01-15")
    assert scen(*first).exit_code == 0
    second = ("resolve", "ties", "occurred", "--basis", "So.", "--recorded", "2024-01-15")
    assert refused(root.parent, *second).startswith("scen: nothing was written: ")


# -- texts ----------------------------------------------------------------------------------------


def texts(text: str) -> list[tuple[list[str], str]]:
    """Every command that takes a text, and what it calls it."""
    return [
        (["add-evidence", text], "summary"),
        (evidence("--notes", text), "notes"),
        (evidence("--quote", text), "quote"),
        (evidence("--url", f"https://{text}"), "url"),
        (evidence("--analyst", text), "analyst"),
        (new("x", "--title", text), "title"),
        (new("x", "--question", text), "question"),
        (new("x", "--criteria", text), "resolution_criteria"),
        (new("x", "--basis", text), "prior.basis"),
        (new("x", "--tag", text), "tags"),
        (["add-indicator", "pact", "x", text, "--rate", "pact=C"], "indicators.x.statement"),
        (indicator("x", "--rate", "pact=C", "--watch", text), "indicators.x.watch"),
        (["add-source", "x", "--name", text, "--reliability", "C"], "name"),
        (
            ["add-source", "x", "--name", "N", "--reliability", "C", "--basis", text],
            "reliability_basis",
        ),
        (["retract", VISIT, "--reason", text], "retracted.reason"),
        (forecast("0.1", "--rationale", text), "rationales.pact"),
        (resolve("--basis", text), "resolution.basis"),
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("red \x1b[31malert", r"the control character '\x1b'"),
        ("\x1b]0;title\x07", r"the control character '\x1b'"),
        ("a bell\x07", r"the control character '\x07'"),
        ("nul\x00", r"the control character '\x00'"),
        ("back\x08space", r"the control character '\x08'"),
        ("csi \x9b1m", r"the control character '\x9b'"),
        ("del\x7f", r"the control character '\x7f'"),
        ("byte \udcff", "a byte that is not UTF-8"),
        ("half \ud83d", "a byte that is not UTF-8"),
    ],
)
def test_no_text_holds_what_acts_on_a_terminal(root: Path, text: str, what: str) -> None:
    before = tree(root.parent)
    for words, name in texts(text):
        message = f"scen: nothing was written: '{name}' holds {what}: remove it"
        assert refusal(*words) == (1, message)
        assert refusal(*words, "--dry-run") == (1, message)
    assert changes(before, tree(root.parent)) == {}


def test_no_id_of_the_environment_acts_on_a_terminal(root: Path) -> None:
    env = {"SCEN_ANALYST": "a\x1b[31m"}
    message = r"scen: nothing was written: 'analyst' holds the control character '\x1b': remove it"
    assert refused(root.parent, *evidence(), env=env) == message
    words = ("forecast", "pact", "0.1")
    message = f"Error: Invalid value: 'a\\x1b[31m' {ID}"
    assert refused(root.parent, *words, env=env) == message
    assert refused(root.parent, *words, env={"SCEN_ANALYST": "A B"}).endswith(f"'A B' {ID}")
    missing = refused(root.parent, *words, env={"SCEN_ANALYST": ""})
    assert missing.startswith("scen: --analyst is missing: ")


@pytest.mark.parametrize("text", ["", " ", "\n", "\t \u00a0"])
def test_a_text_that_is_needed_is_not_blank(root: Path, text: str) -> None:
    needed = {"summary": "SUMMARY", "title": "--title", "question": "--question",
              "resolution_criteria": "--criteria", "prior.basis": "--basis", "name": "--name",
              "indicators.x.statement": "STATEMENT", "retracted.reason": "--reason",
              "resolution.basis": "--basis"}  # fmt: skip
    before = tree(root.parent)
    for words, name in texts(text):
        if name in needed:
            code, message = refusal(*words)
            assert (code, message.partition(":")[2].partition(":")[0]) == (
                2,
                f" {needed[name]} is empty",
            )
    assert changes(before, tree(root.parent)) == {}


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028", "\u2029"])
def test_a_summary_a_title_and_a_name_stand_on_one_line(root: Path, separator: str) -> None:
    text = f"two{separator}lines"
    shown = f"two{separator.encode('unicode_escape').decode()}lines"
    for words in (
        ["add-evidence", text],
        new("x", "--title", text),
        ["add-source", "x", "--name", text, "--reliability", "C"],
    ):
        message = f"Error: Invalid value: '{shown}' has several lines; write one"
        assert refused(root.parent, *words) == message


@cases(
    (["add-evidence"], "SUMMARY"),
    (["new"], "ID"),
    (["new", "x"], "--title"),
    (["add-indicator", "pact"], "ID"),
    (["add-indicator", "pact", "x", "S"], "--rate"),
    (["add-source", "x", "--name", "N"], "--reliability"),
    (["rate"], "EVIDENCE"),
    (["retract", VISIT], "--reason"),
    (["forecast"], "SCENARIO"),
    (["forecast", "pact"], "P"),
    (["forecast", "pact", "0.1"], "--analyst"),
    (["resolve", "pact"], "OUTCOME"),
    (["resolve", "pact", "occurred"], "--basis"),
)
def test_what_is_missing_is_named_where_nobody_can_be_asked(
    root: Path, words: list[str], message: str
) -> None:
    assert refused(root.parent, *words).startswith(f"scen: {message} is missing: ")


def test_a_rating_of_nothing_is_refused(root: Path) -> None:
    message = "scen: nothing to rate: give SCENARIO=CODE or --indicator"
    assert refused(root.parent, "rate", VISIT) == message


# -- prepared sheets ------------------------------------------------------------------------------

SHEET_OF_EVE = "date: 2022-02-09\nanalyst: eve\nprobabilities: {pact: 0.1}\n"
A_FORECAST = "a forecast is a number from 0.0001 to 0.9999, or null to withdraw"
ESCAPE = "the control character U+001B, written \\e (remove it)"


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        ("", "mine.yaml:1:1: empty: the file holds no value"),
        (
            "date: [\n",
            "mine.yaml:2:1: yaml: did not find expected node content, while parsing a flow node",
        ),
        (
            "analyst: eve\nprobabilities: {pact: 0.1}\n",
            "mine.yaml:1:1: a forecast sheet needs the key 'date'",
        ),
        (
            "date: 2022-02-09\nprobabilities: {pact: 0.1}\n",
            "mine.yaml:1:1: a forecast sheet needs the key 'analyst'",
        ),
        (
            "date: 2022-02-09\nanalyst: eve\nprobabilities: {pact: 1}\n",
            f"mine.yaml:3:23: 'pact' is 1; {A_FORECAST}",
        ),
        (
            "date: 2022-02-09\nanalyst: eve\nprobabilities: {pact: 70%}\n",
            f"mine.yaml:3:23: 'pact' is '70%'; {A_FORECAST}",
        ),
        (
            "date: 2022-02-30\nanalyst: eve\nprobabilities: {pact: 0.1}\n",
            "mine.yaml:1:7: 'date' is 2022-02-30, and there is no such day",
        ),
        (
            "date: 2022-02-09\nanalyst: eve\nprobabilities: {pakt: 0.1}\n",
            "mine.yaml:3:17: no scenario 'pakt'; did you mean 'pact'?; nothing was written",
        ),
        (
            SHEET_OF_EVE + "rationales: {ties: So.}\n",
            "mine.yaml:4:20: rationales of 'ties', and no probability of it",
        ),
        (
            SHEET_OF_EVE + "evidence: {pact: [2022-02-04-no]}\n",
            (
                f"mine.yaml:4:19: no evidence '2022-02-04-no'; did you mean '{VISIT}'?;"
                " nothing was written"
            ),
        ),
        ("- date\n", "mine.yaml:1:1: the file is a list; it must be a mapping of keys and values"),
        (
            SHEET_OF_EVE + 'rationales: {pact: "\\e[31m"}\n',
            f"mine.yaml:4:21: control-character: {ESCAPE}",
        ),
    ],
)
def test_a_prepared_sheet_with_a_fault_is_refused_at_its_place(
    root: Path, sheet: str, message: str
) -> None:
    Path("mine.yaml").write_text(sheet)
    assert refused(root.parent, "forecast", "--from", "mine.yaml") == f"scen: {message}"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.yaml", "none.yaml cannot be read: No such file or directory"),
        ("scenarios", "scenarios cannot be read: Is a directory"),
        (
            "/dev/zero",
            "/dev/zero:1:1: too-large: the file has 1,048,577 bytes; at most 1,048,576 are read",
        ),
        ("/dev/null", "/dev/null:1:1: empty: the file holds no value"),
    ],
)
def test_a_prepared_sheet_that_is_none_is_refused(root: Path, name: str, message: str) -> None:
    assert refused(root.parent, "forecast", "--from", name) == f"scen: {message}"


@pytest.mark.parametrize(
    "more", [["pact"], ["pact", "0.1"], ["--rationale", "So."], ["--evidence", VISIT]]
)
def test_a_prepared_sheet_stands_alone(root: Path, more: list[str]) -> None:
    message = "scen: --from takes a whole sheet: leave the scenario and its options out"
    assert refused(root.parent, "forecast", *more, "--from", "mine.yaml") == message


# -- databases ------------------------------------------------------------------------------------

EACH: list[list[str]] = [
    new("x"),
    indicator("x", "--rate", "pact=C"),
    ["add-source", "x", "--name", "N", "--reliability", "C"],
    evidence("--rate", "trade=C"),
    ["rate", VISIT, "trade=I"],
    ["retract", VISIT, "--reason", "No."],
    forecast("0.1"),
    ["forecast", "pact", "0.2", "--analyst", "desk", "--date", "2022-02-07"],
    resolve(),
]
each = pytest.mark.parametrize("words", EACH, ids=[words[0] for words in EACH])


@each
def test_without_a_database_nothing_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("format: 1\n")
    (tmp_path / "fake" / "tracker.yml").mkdir(parents=True)
    for name, fault in (
        ("none", "it does not exist"),
        ("empty", "it holds neither tracker.yaml nor scenarios/tracker.yaml"),
        ("fake", "it holds neither tracker.yaml nor scenarios/tracker.yaml"),
        ("file", "it is not a folder; name the folder that holds tracker.yaml"),
        ("/dev/null", "it is not a folder; name the folder that holds tracker.yaml"),
        (" ", "it does not exist"),
    ):
        message = f"scen: no database at {name}: {fault}; `scen init DIR` makes one in DIR"
        assert refused(tmp_path, "--database", name, *words) == message
        assert refused(tmp_path, *words, env={"SCEN_DATABASE": name}) == message
    message = f"scen: no database: neither {tmp_path} nor a folder above it holds scenarios/"
    assert refused(tmp_path, *words).startswith(message)
    name = "a\x1b[31m\udcff"
    message = (
        r"scen: no database at a\x1b[31m\xff: it does not exist; `scen init DIR` makes one in DIR"
    )
    assert refused(tmp_path, "--database", name, *words) == message
    too_long = refused(tmp_path, "--database", "x" * 5000, *words)
    assert too_long.endswith("x: File name too long")


@each
@pytest.mark.parametrize(
    ("tracker", "fault"),
    [
        ("format: [\n", "yaml: did not find expected node content, while parsing a flow node"),
        ("format: 2\ntitle: T\n", "value: 'format' is 2; it must be 1"),
        ("", "empty: the file holds no value"),
        (
            "title: \x00\n",
            "encoding: the file holds U+0000 (NUL) (save the file as UTF-8; is it UTF-16?)",
        ),
        ("format: 1\ntitle: T\nnope: 1\n", "unknown-key: unknown key 'nope' in the tracker"),
        ("format: 1\ntitle: T\n<<<<<<< HEAD\n", "yaml: could not find expected ':'"),
    ],
)
def test_with_a_broken_tracker_nothing_is_recorded(
    root: Path, words: list[str], tracker: str, fault: str
) -> None:
    (root / "tracker.yaml").write_text(tracker)
    said = refused(root.parent, *words)
    found = re.fullmatch(r"scen: tracker.yaml is invalid; fix it first: (.*)", said)
    assert found is not None
    place, _, words_of_it = found[1].partition(": ")
    assert re.fullmatch(r"scenarios/tracker\.yaml:\d+:\d+", place)
    assert words_of_it.startswith(fault)


def test_a_tracker_that_is_a_folder_or_leads_astray_is_broken(root: Path, tmp_path: Path) -> None:
    (root / "tracker.yaml").unlink()
    (root / "tracker.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    message = refused(root.parent, *evidence())
    assert message.startswith(
        "scen: tracker.yaml is invalid; fix it first: scenarios/tracker.yaml:1:1"
    )
    (root / "tracker.yaml").unlink()
    (root / "tracker.yaml").mkdir()
    assert refused(root.parent, *evidence()).startswith("scen: tracker.yaml is invalid")


BROKEN = {
    "yaml": b"title: [\n",
    "unknown key": b"nope: 1\n",
    "tab": b"title:\n\t- x\n",
    "byte order mark": b"\xef\xbb\xbftitle: T\n",
    "nul": b"title: \x00\n",
    "latin-1": b"title: \xe9\n",
    "twice": b"title: a\ntitle: b\n",
    "anchor": b"title: &a b\n",
    "tag": b"title: !!str b\n",
    "documents": b"title: a\n---\ntitle: b\n",
    "empty": b"",
    "deep": b"[" * 500 + b"]" * 500,
    "large": b"#" * (2 << 20),
    "impossible": b"opened: 2022-02-30\n",
    "conflict": b"<<<<<<< HEAD\ntitle: a\n=======\ntitle: b\n>>>>>>> other\n",
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_elsewhere_never_prevents_a_sound_record(root: Path, data: bytes) -> None:
    for path in ("ties.yaml", "evidence/2022/2022-02-05-x.yaml", "forecasts/2022/2022-02-05-a.yaml",
                 "sources/x.yaml", "nowhere/x.yaml", "Bad Name.yaml"):  # fmt: skip
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_bytes(data)
    for words in EACH:
        if words[0] != "add-source":
            before = tree(root)
            made = scen(*words)
            assert (made.exit_code, len(changes(before, tree(root)))) == (0, 1), made.stderr


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_not_edited_and_its_fault_is_shown(root: Path, data: bytes) -> None:
    for path in ("pact.yaml", f"evidence/2022/{VISIT}.yaml", "forecasts/2022/2022-02-07-desk.yaml",
                 "sources/kremlin.yaml"):  # fmt: skip
        (root / path).write_bytes(data)
    before = tree(root.parent)
    for words, what, path in (
        (indicator("x", "--rate", "trade=C"), "scenario 'pact'", "pact.yaml"),
        (["resolve", "pact", "occurred", "--basis", "So."], "scenario 'pact'", "pact.yaml"),
        (new("pact"), "scenario 'pact'", "pact.yaml"),
        (evidence("--rate", "pact=C"), "scenario 'pact'", "pact.yaml"),
        (forecast("0.1"), "scenario 'pact'", "pact.yaml"),
        (["rate", VISIT, "trade=I"], f"evidence '{VISIT}'", f"evidence/2022/{VISIT}.yaml"),
        (
            ["retract", VISIT, "--reason", "No."],
            f"evidence '{VISIT}'",
            f"evidence/2022/{VISIT}.yaml",
        ),
        (
            evidence("--id", VISIT, "--observed", "2022-02-04"),
            *(f"evidence '{VISIT}'", f"evidence/2022/{VISIT}.yaml"),
        ),
        (
            ["forecast", "trade", "0.1", "--analyst", "desk", "--date", "2022-02-07"],
            *("forecasts '2022-02-07-desk'", "forecasts/2022/2022-02-07-desk.yaml"),
        ),
        (
            ["add-source", "kremlin", "--name", "K", "--reliability", "C"],
            *("source 'kremlin'", "sources/kremlin.yaml"),
        ),
    ):
        code, said = refusal(*words)
        assert code == 1
        head = re.escape(f"scen: {what} is invalid; fix it first: scenarios/{path}")
        assert re.match(rf"{head}:\d+:\d+: [a-z-]+: ", said)
    assert changes(before, tree(root.parent)) == {}


def test_a_fault_is_not_made_a_second_time_because_it_is_there_once(root: Path) -> None:
    text = FILES["pact.yaml"].replace("{pact: CC, ties: I}", "{pact: CC, gone: I}")
    (root / "pact.yaml").write_text(text)
    message = "scen: nothing was written: there is no scenario 'gone'"
    assert refused(root.parent, *indicator("x", "--rate", "gone=C")) == message
    assert scen(*indicator("x", "--rate", "pact=C")).exit_code == 0


# -- disks and rights -----------------------------------------------------------------------------


UNREADABLE = "unreadable: Permission denied (make it readable, or move it out of the database)"


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a tmpfs")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Write until the disk is full."""
    with (folder / "filler").open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 1024):
                pass
        except OSError:
            return


def test_on_a_full_disk_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with mounted(tmp_path, "size=64k"):
        monkeypatch.chdir(tmp_path)
        make(tmp_path / "scenarios", FILES)
        fill(tmp_path)
        for words in [*EACH, ["init", "new"]]:
            said = refused(tmp_path, *words)
            assert said.endswith("No space left on device; nothing was written")
        monkeypatch.chdir("/")


def test_a_database_that_is_begun_on_a_disk_that_fills_up_can_be_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mounted(tmp_path, "size=24k"):
        monkeypatch.chdir(tmp_path)
        assert refusal("init")[1].endswith("No space left on device; nothing was written")
        assert "scenarios/tracker.yaml" not in tree(tmp_path)
        subprocess.run(["mount", "-o", "remount,size=256k", str(tmp_path)], check=True)
        assert scen("init").exit_code == 0
        monkeypatch.chdir("/")


def test_on_a_read_only_disk_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mounted(tmp_path, "size=256k"):
        make(tmp_path / "scenarios", FILES)
        subprocess.run(["mount", "-o", "remount,ro", str(tmp_path)], check=True)
        monkeypatch.chdir(tmp_path)
        for words in [*EACH, ["init", "new"]]:
            assert scen(*words, "--dry-run").exit_code == 0
            said = refused(tmp_path, *words)
            assert said.endswith("Read-only file system; nothing was written")
        monkeypatch.chdir("/")


@pytest.fixture
def plain_root() -> Iterator[Path]:
    """A database of a user who is not root, where that user can reach it."""
    folder = Path(tempfile.mkdtemp(dir=PUBLIC))
    root = make(folder / "scenarios", FILES)
    places = [folder, *folder.rglob("*")]
    if os.geteuid() == 0:
        for place in places:
            os.chown(place, NOBODY, NOBODY)
    yield root
    for place in places:
        place.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def without_privileges() -> Iterator[None]:
    """Mode bits bind everyone but root, so root becomes nobody meanwhile."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(
    ("place", "mode", "said"),
    [
        (".", 0o000, "cannot read the database at scenarios: Permission denied"),
        (".", 0o300, "cannot read the database at scenarios: Permission denied"),
        (
            "tracker.yaml",
            0o000,
            f"tracker.yaml is invalid; fix it first: scenarios/tracker.yaml:1:1: {UNREADABLE}",
        ),
        (
            "evidence/2022",
            0o500,
            "{root}/evidence/2022/2022-02-07-a-dinner.yaml: Permission denied; nothing was written",
        ),
        (
            "pact.yaml",
            0o000,
            f"scenario 'pact' is invalid; fix it first: scenarios/pact.yaml:1:1: {UNREADABLE}",
        ),
    ],
)
def test_what_may_not_be_read_or_written_is_said(
    plain_root: Path, monkeypatch: pytest.MonkeyPatch, place: str, mode: int, said: str
) -> None:
    monkeypatch.chdir(plain_root.parent)
    words = ("--database", "scenarios", *evidence("--rate", "pact=C"))
    assert scen(*words, "--dry-run").exit_code == 0  # and all is imported that root alone may read
    scen(*words[:2], "rate", "none", "pact=C")
    before = tree(plain_root)
    (plain_root / place).chmod(mode)
    with without_privileges():
        code, message = refusal(*words)
    (plain_root / place).chmod(0o755)
    assert (code, message) == (1, "scen: " + said.format(root="scenarios"))
    assert changes(before, tree(plain_root)) == {}


def test_a_folder_that_leads_out_of_the_database_is_not_written_through(
    root: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (root / "evidence" / "2023").symlink_to(tmp_path / "elsewhere")
    words = ("add-evidence", "A dinner", "--recorded", "2023-02-07")
    said = refused(tmp_path, *words)
    assert said.endswith("evidence/2023: leads out of the database; nothing was written")


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        (".", "scenarios/tracker.yaml is there already: nothing was written"),
        ("", "scenarios/tracker.yaml is there already: nothing was written"),
        ("scenarios/pact.yaml", "Not a directory; nothing was written"),
        ("/dev/null", "Not a directory; nothing was written"),
        ("/proc/nowhere", "No such file or directory; nothing was written"),
        ("x" * 300, "File name too long; nothing was written"),
    ],
)
def test_init_refuses_what_is_there_and_what_cannot_be(root: Path, name: str, fault: str) -> None:
    assert refused(root.parent, "init", name).endswith(fault)


def test_init_keeps_a_schema_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema" / "source.schema.json").symlink_to("nowhere")
    message = "scen: schema/source.schema.json is there already: nothing was written"
    assert refused(tmp_path, "init") == message


# -- processes ------------------------------------------------------------------------------------


def test_bytes_that_are_not_utf8_are_refused_on_a_real_command_line(root: Path) -> None:
    before = tree(root)
    for words, message in (
        (
            [b"add-evidence", b"caf\xe9"],
            "nothing was written: 'summary' holds a byte that is not UTF-8",
        ),
        ([b"rate", b"\xff", b"pact=C"], r"no evidence '\udcff'; scen list evidence names them"),
        (
            [b"--database", b"\xff", b"add-evidence", b"S"],
            r"no database at \xff: it does not exist",
        ),
        ([b"forecast", b"--from", b"\xff"], r"\udcff cannot be read: No such file or directory"),
    ):
        running = process(*words, cwd=root.parent)
        out, err = running.communicate()
        assert (running.returncode, out, b"Traceback" in err) == (1, b"", False)
        assert err.decode().startswith(f"scen: {message}")
    assert changes(before, tree(root)) == {}


def test_in_a_folder_that_was_deleted_a_database_elsewhere_can_still_be_named(root: Path) -> None:
    script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'

    def run(*words: str) -> tuple[int, str, str]:
        made = subprocess.run(
            ["sh", "-c", script, "sh", SCEN, *words],
            cwd=root.parent, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return made.returncode, made.stdout, made.stderr

    deleted = (1, "", "scen: this folder was deleted: cd to one that is there\n")
    before = tree(root)
    for words in (evidence(), ["--database", "../scenarios", *evidence()], ["init"], ["init", "x"]):
        assert run(*words) == deleted
    assert changes(before, tree(root)) == {}
    code, out, err = run(
        "--database", str(root), "add-source", "x", "--name", "N", "--reliability", "C"
    )
    assert (code, out, err) == (0, f"{root}/sources/x.yaml\n", "")


def test_on_a_terminal_nothing_that_was_typed_acts(root: Path) -> None:
    before = tree(root)
    evil = "\x1b]0;owned\x07\x1b[31m"
    for words in (
        ["add-evidence", evil],
        evidence("--rate", f"{evil}=C"),
        evidence("--rate", f"pact={evil}"),
        evidence("--rate", evil),
        evidence("--grade", evil),
        evidence("--observed", evil),
        evidence("--source", evil),
        evidence("--indicator", f"pact/talks={evil}"),
        ["rate", evil, "pact=C"],
        ["resolve", "trade", evil, "--basis", "So."],
        ["forecast", "pact", evil, "--analyst", "desk"],
        ["forecast", "--from", evil],
        ["--database", evil, *evidence()],
        new(evil),
    ):
        terminal, end = pty.openpty()
        with subprocess.Popen(
            [SCEN, *words], cwd=root.parent, stdin=subprocess.DEVNULL, stdout=end, stderr=end
        ) as running:
            os.close(end)
            said = b""
            try:
                while chunk := os.read(terminal, 4096):
                    said += chunk
            except OSError:  # the other end is closed
                os.close(terminal)
        assert running.returncode in (1, 2)
        assert not ACTS.search(said.decode().replace("\r\n", "\n")), words
    assert changes(before, tree(root)) == {}


@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"},
        {"COLUMNS": "0"},
        {"COLUMNS": "abc"},
        {"COLUMNS": "-5"},
        {"COLUMNS": "٣"},
        {"HOME": ""},
        {"HOME": "/nowhere"},
        {"TERM": ""},
        {"TZ": "nonsense"},
        {"TMPDIR": "/nowhere"},
        {"SCEN_DATABASE": ""},
        {"SCEN_ANALYST": ""},
    ],
    ids=str,
)
def test_an_odd_environment_changes_nothing(root: Path, env: dict[str, str]) -> None:
    running = process("rate", VISIT, "trade=I", cwd=root.parent, **env)
    out, err = running.communicate()
    assert (running.returncode, err) == (0, b"")
    assert out.startswith(b"scenarios/evidence/2022/2022-02-04-visit.yaml\n")
    assert load(snapshot(root)[0]).database.evidence[VISIT].ratings == {"trade": "I"}


def test_an_output_that_cannot_be_written_is_an_error_and_no_traceback(root: Path) -> None:
    def run(where: str) -> tuple[int, bytes]:
        words = f"'{SCEN}' --database '{root}' status --as-of 2022-02-28 {where}"
        made = subprocess.run(["sh", "-c", words], capture_output=True, check=False)
        return made.returncode, made.stderr

    reason = b"scen: the output could not be written: No space left on device\n"
    assert run(">/dev/full") == (1, reason)
    assert [run(closed) for closed in (">&-", "2>&-", "0<&-")] == [(0, b"")] * 3


@pytest.mark.parametrize("words", [["show", "x", "y\x1b[31m"], ["no\x1b[31m"]])
def test_what_was_typed_wrongly_does_not_reach_the_terminal_raw(
    root: Path, words: list[str]
) -> None:
    message = refused(root, *words)
    assert "\\x1b[31m" in message or message.startswith("Error: Got unexpected")
