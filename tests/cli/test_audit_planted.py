"""An audit finds each thing that was planted, and nothing in the honest work around it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import make, scen
from tests.storage.test_git import run

SCENARIO = """\
title: {title}
question: Will it come about?
resolution_criteria: Both ministries say so.
opened: 2022-02-01
horizon: 2030-12-31
prior: {{probability: 0.3, basis: As often as not.}}
"""
INDICATOR = """\
  {key}:
    statement: {statement}
    ratings: {{{owner}: {code}}}
    added: {added}
"""
TALKS = INDICATOR.format(
    key="talks", statement="Talks are confirmed", owner="treaty", code="C", added="2022-02-01"
)
SURVEY = INDICATOR.format(
    key="survey", statement="A site is surveyed", owner="bases", code="C", added="2022-02-01"
)
DRAFT = INDICATOR.format(
    key="draft", statement="A text is shown", owner="treaty", code="CC", added="2022-03-10"
)
CLARIFIED = "clarifications:\n  - {date: 2022-03-17, text: A leased pier is no base.}\n"
RESOLVED = """\
resolution:
  outcome: occurred
  date: 2022-04-01
  recorded: 2022-04-02
  basis: Both ministries say so.
"""
START = {
    "tracker.yaml": "format: 1\ntitle: Planted\n",
    "sources/wire.yaml": "name: A wire\nreliability: B\n",
    "summit.yaml": SCENARIO.format(title="A summit"),
    "treaty.yaml": f"{SCENARIO.format(title='A treaty')}indicators:\n{TALKS}",
    "bases.yaml": f"{SCENARIO.format(title='A base')}indicators:\n{SURVEY}",
}
LETTER = "2022-02-03-letter"
PLANTED = {
    ("backdated", LETTER, "an old letter"),
    ("backdated", "2022-02-15-boris", "a sheet of last month"),
    ("edited-forecast", "2022-02-21-anna", "a better figure"),
    ("edited-forecast", "2022-02-25-boris", "a sheet less"),
    ("question-changed", "treaty", "other criteria"),
    ("rated-after-outcome", "2022-02-07-visit", "it meant more"),
    ("hindsight-indicator", "treaty/draft", "an indicator for the draft"),
    ("hindsight-indicator", "bases/survey", "a survey is worth more"),
    ("late-forecast", "2022-04-06-boris", "sure of the summit"),
    ("deleted-evidence", "2022-03-28-leak", "no leak"),
}
FOUND_WITHOUT_ORDER = {
    ("late-forecast", "2022-04-06-boris"),  # the sheet and the outcome have their own dates
    ("hindsight-indicator", "treaty/draft"),  # so do the indicator and what fires it
}
HONEST_AT_THE_END = {
    "2022-02-07-visit",
    "2022-02-07-anna",
    "2022-02-07-boris",
    "2022-02-11-talks-in-beijing",
    "2022-02-16-rumour",
    "2022-02-21-anna",
    "2022-03-02-port",
    "2022-03-07-draft",
    "2022-03-11-survey",
    "2022-03-16-anna",
    "2022-03-16-round",
    "2022-03-18-crane",
    "2022-03-18-boris",
    "2022-03-19-pier",
    "2022-03-19-anna",
    "2022-03-25-anna",
    "2022-04-06-boris",
    "summit",  # its resolution
}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months of two analysts; what is planted has its subject in PLANTED."""
    top = tmp_path_factory.mktemp("story")
    run(top, "init", "-q", "-b", "main")
    make(top / "scenarios", START)
    save(top, "02-01", "anna", "the start")
    forecasts_and_evidence(top)
    indicators_and_questions(top)
    two_weeks_merged(top)
    late_entries_and_an_outcome(top)
    return top


@pytest.fixture
def top(story: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The story, to be rewritten."""
    shutil.copytree(story, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_database_at_its_end_is_sound(top: Path) -> None:
    assert (scen("check").exit_code, run(top, "status", "--porcelain")) == (0, "")


def test_all_that_was_planted_is_found_and_nothing_else(top: Path) -> None:
    made = audited()
    assert found(top, made) == sorted(PLANTED)
    ordinary = int(run(top, "rev-list", "--count", "--no-merges", "HEAD"))
    assert (made["commits"], made["lumped"], made["left_out"]) == (ordinary, [], 0)


def test_a_changed_question_names_who_reaffirmed_and_whose_forecast_is_suspect(top: Path) -> None:
    changed = "resolution_criteria changed after the first forecast"
    suspect = "suspect until reaffirmed: the forecasts of boris"
    assert messages("treaty") == [f"{changed}; {suspect}; reaffirmed since by anna"]
    add(top, "04-10", "boris", "reaffirmed by boris", sheet("04-10", "boris", treaty=0.2))
    assert messages("treaty") == [f"{changed}; reaffirmed since by anna, boris"]
    assert found(top, audited()) == sorted(PLANTED)


@pytest.mark.usefixtures("top")
def test_two_indicators_are_told_apart_by_what_was_done_to_them() -> None:
    late = "after what fires it had been committed"
    assert messages("treaty/draft") == [f"added {late}: 2022-03-07-draft"]
    assert messages("bases/survey") == [f"rated anew {late}: 2022-03-11-survey"]


def test_each_finding_of_the_text_names_its_commit_its_author_and_its_record(top: Path) -> None:
    told = set()
    head: tuple[str, ...] = ()
    for line in scen("audit", env={"COLUMNS": "300"}).stdout.splitlines():
        if made := re.fullmatch(r"([0-9a-f]{7}) (\d{4}-\d\d-\d\d) (\w+)", line):
            head = made.groups()
        elif made := re.fullmatch(r"  - (\S+): (.+)", line):
            told.add((*head, *made.groups()))
    keys = ("date", "author", "record", "message")
    assert told == {(one["commit"][:7], *map(one.get, keys)) for one in audited()["findings"]}
    whose = dict(subjects_and_authors(top).values())
    assert {(record, author) for _, _, author, record, _ in told} == {
        (record, whose[subject]) for _, record, subject in PLANTED
    }


@pytest.mark.parametrize("how", ["--no-rebase-merges", "--rebase-merges"])
def test_a_rebase_that_moves_every_commit_changes_no_finding(top: Path, how: str) -> None:
    run(top, "rebase", "-q", "--root", "-f", how, day=noon("07-01"))
    assert set(run(top, "log", "--format=%cs").split()) == {"2022-07-01"}
    made = audited()
    assert (found(top, made), made["lumped"]) == (sorted(PLANTED), [])


@pytest.mark.parametrize("base", ["the start", "nothing"])
def test_a_squash_keeps_what_dates_tell_and_says_what_it_swallowed(top: Path, base: str) -> None:
    """Git's message lists the days of what it replaces, and they are believed.

    A date is late where no commit was made on it or within three days: nobody worked from the
    third of February to the sixth, and somebody did on the fifteenth. What was there only between
    two commits is gone: edits, deletions, and the order of an item and a rating.
    """
    if base == "the start":
        run(top, "switch", "-q", "-c", "squash", ":/the start")
    else:
        run(top, "switch", "-q", "--orphan", "squash")
        run(top, "commit", "-q", "--allow-empty", "-m", "nothing", day=noon("02-01"))
    run(top, "merge", "-q", "--squash", "--allow-unrelated-histories", "main")
    run(top, "commit", "-q", "--no-edit", day=noon("04-30"))
    subject = "Squashed commit of the following:"
    assert found(top, audited()) == sorted(
        (*one, subject) for one in FOUND_WITHOUT_ORDER | {("backdated", LETTER)}
    )
    assert messages(LETTER) == ["committed 4 days after its date: recorded 2022-02-03"]
    assert messages("treaty/draft") == [
        "added after what fires it had been recorded, by its own date: 2022-03-07-draft"
    ]
    assert lumped(top) == [run(top, "rev-parse", "HEAD")]


def test_a_squash_of_the_last_weeks_leaves_what_was_found_before_them(top: Path) -> None:
    """The sheet dated February 15 is late too there: the squash lists no commit of those days."""
    run(top, "switch", "-q", "-c", "squash", ":/both weeks")
    before = set(run(top, "log", "--format=%s").splitlines())
    run(top, "merge", "-q", "--squash", "main")
    run(top, "commit", "-q", "--no-edit", day=noon("04-30"))
    subject = "Squashed commit of the following:"
    assert found(top, audited()) == sorted(
        [
            *(one for one in PLANTED if one[2] in before),
            ("backdated", LETTER, subject),
            ("backdated", "2022-02-15-boris", subject),
            ("late-forecast", "2022-04-06-boris", subject),
        ]
    )
    assert lumped(top) == [run(top, "rev-parse", "HEAD")]


@pytest.mark.parametrize("base", ["the start", "nothing"])
def test_a_squash_that_lists_nothing_makes_all_of_it_late_and_says_why(
    top: Path, base: str
) -> None:
    """Honest work cannot be told from backdated work: each record is older than its commit."""
    to_it = ("reset", "--soft", ":/the start")
    run(top, *(to_it if base == "the start" else ("checkout", "-q", "--orphan", "squash")))
    run(top, "commit", "-q", "-m", "all of it", day=noon("04-30"))
    late = {("backdated", id) for id in HONEST_AT_THE_END | {LETTER, "2022-02-15-boris"}}
    made = audited()
    assert found(top, made) == sorted((*one, "all of it") for one in FOUND_WITHOUT_ORDER | late)
    assert made["entered"] == [
        {
            "date": "2022-04-30",
            "records": 19,
            "backdated": 19,
            "least_days": 24,
            "most_days": 86,
        }
    ]
    assert lumped(top) == [run(top, "rev-parse", "HEAD")]
    said = "All 19 dated records (evidence, sheets) were committed on 2022-04-30, 24 to 86 days"
    assert f"{said} after their own dates: entered at once, after the fact." in text()


# -- asking ---------------------------------------------------------------------------------------


def audited() -> Any:
    made = scen("audit", "--format", "json")
    assert made.exit_code == 0, made.output
    return json.loads(made.stdout)


def found(top: Path, made: Any) -> list[tuple[str, str, str]]:
    """Each finding by its rule, its record and the subject of its commit; twice if told twice."""
    subjects = subjects_and_authors(top)
    return sorted(
        (one["rule"], one["record"], subjects[one["commit"]][0]) for one in made["findings"]
    )


def messages(record: str) -> list[str]:
    return [one["message"] for one in audited()["findings"] if one["record"] == record]


def subjects_and_authors(top: Path) -> dict[str, tuple[str, str]]:
    lines = run(top, "log", "--format=%H%x09%s%x09%an").splitlines()
    return {id: (subject, author) for id, subject, author in (line.split("\t") for line in lines)}


def text() -> str:
    return " ".join(scen("audit").stdout.split())


def lumped(top: Path) -> Any:
    """The commits that hold records of many days, once the text has named them too."""
    made = audited()["lumped"]
    which = run(top, "rev-parse", "HEAD")[:7]
    many = f"1 commit with records of many days (a squash or an import): {which}."
    assert f"{many} The order inside one, and what it swallowed, cannot be seen." in text()
    return made


# -- the story ------------------------------------------------------------------------------------


def forecasts_and_evidence(top: Path) -> None:
    add(top, "02-07", "anna", "evidence: visit", item("02-07", "visit", "ratings: {summit: C}"))
    add(top, "02-07", "anna", "by anna", sheet("02-07", "anna", summit=0.5, treaty=0.1))
    add(top, "02-07", "boris", "by boris", sheet("02-07", "boris", treaty=0.2, bases=0.2))
    talks = item("02-11", "talks", "ratings: {summit: C}")
    add(top, "02-14", "boris", "evidence: talks, three days on", talks)
    edit(top, "2022-02-11-talks", "summit: C", "summit: N")
    save(top, "02-15", "boris", "rate: talks, while it is open")
    add(top, "02-16", "anna", "evidence: rumour", item("02-16", "rumour", "ratings: {treaty: I}"))
    retracted = "retracted: {date: 2022-02-18, reason: Denied.}"
    edit(top, "2022-02-16-rumour", "ratings", f"{retracted}\nratings")
    save(top, "02-18", "anna", "retract: rumour")
    add(top, "02-21", "anna", "by anna, again", sheet("02-21", "anna", summit=0.6))
    edit(top, "2022-02-21-anna", "0.6", "0.7")
    save(top, "02-23", "anna", "a better figure")
    add(top, "02-25", "boris", "by boris, again", sheet("02-25", "boris", bases=0.35))
    remove(top, "03-01", "boris", "a sheet less", "2022-02-25-boris")
    add(top, "03-02", "anna", "evidence: port", item("03-02", "port", "ratings: {bases: C}"))
    remove(top, "03-03", "anna", "tidy up", "2022-03-02-port")
    run(top, "revert", "--no-edit", "HEAD", day=noon("03-04"))
    name = "scenarios/evidence/2022/2022-02-11-talks"
    run(top, "mv", f"{name}.yaml", f"{name}-in-beijing.yaml")
    save(top, "03-05", "anna", "rename: talks")


def indicators_and_questions(top: Path) -> None:
    add(top, "03-07", "anna", "evidence: draft", item("03-07", "draft", "ratings: {}"))
    edit(top, "treaty", "treaty: C}", "treaty: CC}")
    save(top, "03-08", "boris", "talks are worth more, before there are any")
    edit(top, "2022-03-07-draft", "ratings: {}", "indicators: {treaty/draft: observed}")
    edit(top, "treaty", "indicators:\n", f"indicators:\n{DRAFT}")
    save(top, "03-10", "boris", "an indicator for the draft")
    fired = item("03-11", "survey", "indicators: {bases/survey: observed}")
    add(top, "03-11", "anna", "evidence: survey", fired)
    edit(top, "bases", "bases: C}", "bases: CC}")
    save(top, "03-14", "anna", "a survey is worth more")
    edit(top, "treaty", "Both ministries say so", "One ministry says so")
    save(top, "03-15", "anna", "other criteria")
    add(top, "03-16", "anna", "reaffirmed by anna", sheet("03-16", "anna", treaty=0.15))
    fired = item("03-16", "round", "indicators: {treaty/talks: observed}")
    add(top, "03-16", "boris", "evidence: round", fired)
    edit(top, "bases", "indicators:", f"{CLARIFIED}indicators:")
    save(top, "03-17", "boris", "clarify: bases")


def two_weeks_merged(top: Path) -> None:
    run(top, "switch", "-q", "-c", "field")
    crane = item("03-18", "crane", "ratings: {bases: C}")
    add(top, "03-18", "boris", "the week of boris", crane | sheet("03-18", "boris", bases=0.4))
    run(top, "switch", "-q", "main")
    pier = item("03-19", "pier", "ratings: {bases: I}")
    add(top, "03-19", "anna", "the week of anna", pier | sheet("03-19", "anna", bases=0.3))
    run(top, "merge", "-q", "-m", "both weeks", "field", day=noon("03-21"))


def late_entries_and_an_outcome(top: Path) -> None:
    add(top, "03-22", "boris", "an old letter", item("02-03", "letter", "ratings: {bases: N}"))
    add(top, "03-23", "boris", "a sheet of last month", sheet("02-15", "boris", bases=0.25))
    add(top, "03-24", "anna", "new: canal", {"canal.yaml": SCENARIO.format(title="A canal")})
    edit(top, "canal", "Will it come about?", "Will a ship pass?")
    save(top, "03-25", "anna", "a better question, before anybody answers it")
    add(top, "03-25", "anna", "an answer", sheet("03-25", "anna", canal=0.05))
    add(top, "03-28", "anna", "evidence: leak", item("03-28", "leak", "ratings: {bases: I}"))
    edit(top, "summit", "prior:", f"{RESOLVED}prior:")
    save(top, "04-02", "anna", "resolve: summit")
    edit(top, "2022-02-07-visit", "summit: C", "summit: CC")
    save(top, "04-04", "anna", "it meant more")
    add(top, "04-06", "boris", "sure of the summit", sheet("04-06", "boris", summit=0.95))
    remove(top, "04-08", "anna", "no leak", "2022-03-28-leak")


# -- working --------------------------------------------------------------------------------------


def noon(day: str) -> str:
    return f"2022-{day}T12:00:00+00:00"


def save(top: Path, day: str, who: str, subject: str) -> None:
    run(top, "add", "-A")
    author = f"{who} <{who}@example.org>"
    run(top, "commit", "-q", "-m", subject, "--author", author, day=noon(day))


def add(top: Path, day: str, who: str, subject: str, files: dict[str, str]) -> None:
    make(top / "scenarios", files)
    save(top, day, who, subject)


def remove(top: Path, day: str, who: str, subject: str, id: str) -> None:
    place(top, id).unlink()
    save(top, day, who, subject)


def edit(top: Path, id: str, old: str, new: str) -> None:
    was = place(top, id).read_text()
    assert was.count(old) == 1, (id, old)
    place(top, id).write_text(was.replace(old, new))


def place(top: Path, id: str) -> Path:
    [path] = (top / "scenarios").rglob(f"{id}.yaml")
    return path


def item(day: str, slug: str, judged: str) -> dict[str, str]:
    id = f"2022-{day}-{slug}"
    dates = f"observed: 2022-{day}\nrecorded: 2022-{day}\n"
    return {f"evidence/2022/{id}.yaml": f"summary: A {slug}\n{dates}source: wire\n{judged}\n"}


def sheet(day: str, who: str, **figures: float) -> dict[str, str]:
    stated = "".join(f"  {scenario}: {figure}\n" for scenario, figure in figures.items())
    made = f"date: 2022-{day}\nanalyst: {who}\nprobabilities:\n{stated}"
    return {f"forecasts/2022/2022-{day}-{who}.yaml": made}
