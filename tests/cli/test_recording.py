"""Each recording command: what it writes, whole, and what it says, whole."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from scenarios.model import Dependence
from scenarios.storage.loader import load
from scenarios.storage.new_database import KINDS
from scenarios.storage.schema import schema_text
from scenarios.storage.worktree import snapshot
from tests.cli.commands import FILES, changes, make, process, scen, tree
from tests.records import WEIGHTS, near

VISIT = "evidence/2022/2022-02-04-visit.yaml"
SHEET = "forecasts/2022/2022-02-07-desk.yaml"
SCHEMA = "# yaml-language-server: $schema="
KNOWN = ("--observed", "2022-02-04", "--recorded", "2022-02-07")
ASKED = ("--title", "A crisis", "--question", "Will there be one?", "--criteria", "By the rubric.")
PRIOR = ("--horizon", "2030-12-31", "--prior", "12.5%", "--basis", "One in eight.")
CRISIS = ("new", "crisis", *ASKED, *PRIOR, "--opened", "2022-01-01")


def done(root: Path, *words: str, **env: str) -> tuple[str, dict[str, str | None]]:
    """What a command that succeeds says, and the files that it makes or changes."""
    before = tree(root)
    made = scen(*words, env=env)
    assert (made.exit_code, made.stderr) == (0, "")
    assert [p for p in load(snapshot(root)[0]).problems if p.severity == "error"] == []
    return made.stdout, changes(before, tree(root))


def edited(path: str, old: str, new: str) -> dict[str, str | None]:
    """The one change that a file shall have."""
    assert FILES[path].count(old) == 1
    return {path: FILES[path].replace(old, new)}


def appended(path: str, text: str) -> dict[str, str | None]:
    return {path: FILES[path] + text}


# -- init -----------------------------------------------------------------------------------------


def test_init_makes_a_sound_database_and_its_schemas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = scen("init", "asia")
    schemas = [f"schema/{kind}.schema.json" for kind in KINDS]
    ours = [".gitattributes", ".gitignore", "tracker.yaml"]
    paths = [*schemas, *(f"scenarios/{name}" for name in ours)]
    assert made.stdout == "".join(f"asia/{path}\n" for path in paths)
    assert made.stderr == "scen: next: edit the tracker's title and description, then scen new\n"
    files = tree(tmp_path / "asia")
    assert sorted(files) == sorted(paths)
    assert [files[path] for path in schemas] == [schema_text(kind) for kind in KINDS]
    tracker = files["scenarios/tracker.yaml"].decode()
    assert tracker.startswith(f'{SCHEMA}../schema/tracker.schema.json\nformat: 1\ntitle: "asia"\n')
    assert scen("--database", "asia", "check", "--strict").stdout == ""


def test_init_applies_grades_and_takes_no_lines_for_independent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    scen("init")
    text = (tmp_path / "scenarios/tracker.yaml").read_bytes()
    tracker = load({"tracker.yaml": text}).database.tracker
    assert tracker.grade_weights == WEIGHTS
    assert tracker.evidence_dependence == Dependence(0.6, 0.2)
    with_themes = text.replace(b"# themes:\n#", b"themes:\n ")
    themed = load({"tracker.yaml": with_themes}).database.tracker
    assert themed.themes == {"energy": "Gas, oil and pipelines"}


def test_init_works_in_the_folder_at_hand_and_deep_below_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert scen("init").stdout.endswith("\nscenarios/tracker.yaml\n")
    assert scen("init", "a/b/c").stdout.endswith("\na/b/c/scenarios/tracker.yaml\n")


def test_init_names_the_tracker_after_the_folder_whatever_that_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, title in (
        ("Asië", '"Asië"'),
        ('say "hi": #1', r'"say \"hi\": #1"'),
        ("a\x1b[31mb", '"a [31mb"'),
        (b"a\xffb".decode(errors="surrogateescape"), '"a?b"'),
    ):
        scen("init", name)
        text = (tmp_path / name / "scenarios" / "tracker.yaml").read_text()
        assert f"title: {title}\n" in text
        assert scen("--database", name, "check", "--strict").exit_code == 0


def test_init_as_json_has_the_paths_and_a_dry_run_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    dry = scen("init", "asia", "--dry-run", "--format", "json")
    assert tree(tmp_path) == {}
    wet = scen("init", "asia", "--format", "json")
    schemas = [f"asia/schema/{kind}.schema.json" for kind in KINDS]
    ours = [".gitattributes", ".gitignore", "tracker.yaml"]
    paths = [*schemas, *(f"asia/scenarios/{name}" for name in ours)]
    assert json.loads(dry.stdout) == {"paths": paths, "dry_run": True}
    assert json.loads(wet.stdout) == {"paths": paths, "dry_run": False}
    assert (dry.stderr, wet.stderr) == ("", "")


def test_init_finishes_a_try_that_was_cut_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema" / "source.schema.json").write_bytes(schema_text("source"))
    assert scen("init").exit_code == 0
    assert scen("check", "--strict").stdout == ""


# -- new ------------------------------------------------------------------------------------------


def test_new_writes_a_tidy_scenario(root: Path) -> None:
    said, made = done(root, *CRISIS, "--hazard", "constant", "--tag", "military", "--tag", "asia")
    assert said == "scenarios/crisis.yaml\n"
    assert made == {
        "crisis.yaml": f"""\
{SCHEMA}../schema/scenario.schema.json
title: A crisis
question: Will there be one?
resolution_criteria: By the rubric.
opened: 2022-01-01
horizon: 2030-12-31
tags:
  - military
  - asia
prior:
  probability: 0.125
  basis: One in eight.
  hazard: constant
"""
    }


def test_new_folds_long_text_and_keeps_every_script(root: Path) -> None:
    long = "Will the ministries of both countries confirm – in words or in deeds – what 習 said? "
    text = ("--title", "危机: a “crisis” #1", "--question", (long * 2).strip())
    _, made = done(root, *CRISIS, *text)
    assert made == {
        "crisis.yaml": f"""\
{SCHEMA}../schema/scenario.schema.json
title: '危机: a “crisis” #1'
question: >-
  Will the ministries of both countries confirm – in words or in deeds – what 習
  said? Will the ministries of both countries confirm – in words or in deeds –
  what 習 said?
resolution_criteria: By the rubric.
opened: 2022-01-01
horizon: 2030-12-31
prior:
  probability: 0.125
  basis: One in eight.
"""
    }


def test_new_joins_a_set_and_opens_today(root: Path) -> None:
    days = {date.today().isoformat()}  # noqa: DTZ011 - as the command has it
    _, made = done(root, "new", "crisis", *ASKED, *PRIOR, "--set", "form")
    days.add(date.today().isoformat())  # noqa: DTZ011
    text = made["crisis.yaml"]
    assert text is not None
    assert [day for day in days if f"\nopened: {day}\nhorizon: 2030-12-31\nset: form\n" in text]


def test_new_depends_on_another_scenario(root: Path) -> None:
    more = ("--given", "trade=20%/0.1", "--hazard", "constant")
    _, made = done(root, *CRISIS, *more)
    assert str(made["crisis.yaml"]).endswith("""\
prior:
  probability: 0.125
  basis: One in eight.
  hazard: constant
  given:
    trade:
      occurred: 0.2
      did-not-occur: 0.1
""")


# -- add-indicator --------------------------------------------------------------------------------


def test_the_first_indicator_of_a_scenario_makes_its_block(root: Path) -> None:
    words = ("add-indicator", "trade", "pipeline", "A pipeline opens", "--rate", "trade=cc")
    more = ("--watch", "Gazprom", "--due", "2023-06-30", "--if-absent", "i")
    said, made = done(root, *words, "--rate", "pact=2.5", *more, "--added", "2022-01-15")
    assert said == "scenarios/trade.yaml\n"
    assert made == appended(
        "trade.yaml",
        """\
indicators:
  pipeline:
    statement: A pipeline opens
    ratings:
      trade: CC
      pact: 2.5
    added: 2022-01-15
    watch: Gazprom
    due: 2023-06-30
    if_absent: I
""",
    )


def test_another_indicator_follows_the_last_one(root: Path) -> None:
    words = ("add-indicator", "pact", "base", "A base opens", "--rate", "pact=4")
    _, made = done(root, *words, "--added", "2022-01-15")
    assert made == appended(
        "pact.yaml",
        """\
  base:
    statement: A base opens
    ratings:
      pact: 4
    added: 2022-01-15
""",
    )


def test_a_chance_stands_for_the_worth_of_an_absence_and_a_theme_beside_it(root: Path) -> None:
    declared = "themes:\n  energy: Gas, oil and pipelines\n"
    make(root, {"tracker.yaml": FILES["tracker.yaml"] + declared})
    words = ("add-indicator", "trade", "pipeline", "A pipeline opens", "--rate", "trade=C")
    more = ("--due", "2023-06-30", "--chance", "30%", "--theme", "energy")
    _, made = done(root, *words, *more, "--added", "2022-01-15")
    assert made == appended(
        "trade.yaml",
        """\
indicators:
  pipeline:
    statement: A pipeline opens
    ratings:
      trade: C
    added: 2022-01-15
    due: 2023-06-30
    chance: 0.3
    theme: energy
""",
    )
    said = scen("list", "indicators", "--theme", "energy", "--format", "json").stdout
    assert [(it["indicator"], it["chance"], it["theme"]) for it in json.loads(said)] == [
        ("pipeline", 0.3, "energy")
    ]
    assert scen("show", "trade/pipeline").stdout.endswith("chance: 0.3\ntheme: energy\n")


# -- add-source -----------------------------------------------------------------------------------


def test_add_source_writes_a_tidy_source(root: Path) -> None:
    words = ("add-source", "xinhua", "--name", "新华社", "--reliability", "b")
    said, made = done(root, *words, "--url", "https://xinhua.cn", "--basis", "State agency.")
    assert said == "scenarios/sources/xinhua.yaml\n"
    assert made == {
        "sources/xinhua.yaml": f"""\
{SCHEMA}../../schema/source.schema.json
name: 新华社
url: https://xinhua.cn
reliability: B
reliability_basis: State agency.
"""
    }


# -- add-evidence ---------------------------------------------------------------------------------


def test_add_evidence_writes_all_that_it_is_told_and_shows_what_it_did(root: Path) -> None:
    said, made = done(
        root,
        *("add-evidence", "Putin and Xi declare a “friendship without limits”", *KNOWN),
        *("--source", "kremlin", "--grade", "b1", "--url", "https://example.org/1"),
        *("--quote", "no limits", "--origin", "readout", "--event", "statement"),
        *("--corroborated-by", "2022-02-04-visit", "--analyst", "desk", "--notes", "Signed."),
        *("--indicator", "pact/talks=emerging", "--rate", "trade=4"),
    )
    path = "evidence/2022/2022-02-04-putin-and-xi-declare-a-friendship-without-limits.yaml"
    assert (
        said
        == f"""\
scenarios/{path}

As of 2022-02-07:
scenario  rating  weight  factor    dB  implied
--------  ------  ------  ------  ----  -----------
trade     4         1.00    1.00  +6.0  76% → 92.7%
pact      CC        1.00    1.00  +7.5  20% → 58%
ties      I         1.00       –     0  80% → 42%

ties: nothing of its own: its rivals moved it
"""
    )
    assert made == {
        path: f"""\
{SCHEMA}../../../schema/evidence.schema.json
summary: Putin and Xi declare a “friendship without limits”
observed: 2022-02-04
recorded: 2022-02-07
analyst: desk
source: kremlin
url: https://example.org/1
reliability: B
credibility: 1
origin: readout
event: statement
corroborated_by:
  - 2022-02-04-visit
quote: no limits
ratings:
  trade: 4
indicators:
  pact/talks: emerging
notes: Signed.
"""
    }


def test_evidence_has_a_theme_and_is_listed_by_it(root: Path) -> None:
    declared = "themes:\n  energy: Gas, oil and pipelines\n  war: War\n"
    make(root, {"tracker.yaml": FILES["tracker.yaml"] + declared})
    _, made = done(root, "add-evidence", "A dinner", *KNOWN, "--event", "g7", "--theme", "war")
    (text,) = made.values()
    assert str(text).endswith("recorded: 2022-02-07\nevent: g7\ntheme: war\n")
    assert (
        scen("list", "evidence", "--theme", "war").stdout
        == """\
recorded    evidence             grade  summary
----------  -------------------  -----  --------
2022-02-07  2022-02-04-a-dinner  F6     A dinner
"""
    )
    assert scen("list", "evidence", "--theme", "energy").stdout == "none\n"
    wrong = scen("list", "evidence", "--theme", "wra")
    assert (wrong.exit_code, wrong.stderr) == (1, "scen: no theme 'wra'; did you mean 'war'?\n")
    assert "theme: war\n" in scen("show", "2022-02-04-a-dinner").stdout


def test_a_scenario_is_shown_with_what_its_prior_is_given_and_where_its_hazard_ends(
    root: Path,
) -> None:
    prior = """\
prior:
  probability: 0.15
  basis: 140 billion in 2021.
  hazard: constant
  hazard_ended: {date: 2023-08-28, reason: The summit that decides was announced.}
  given: {pact: {occurred: 0.2, did-not-occur: 0.1}}
"""
    text = FILES["trade.yaml"].partition("prior:")[0] + prior
    make(root, {"trade.yaml": text})
    assert scen("check").exit_code == 0
    assert (
        """\
prior:
  probability: 0.15
  basis: 140 billion in 2021.
  hazard: constant
  hazard_ended:
    date: 2023-08-28
    reason: The summit that decides was announced.
  given:
    pact:
      occurred: 0.2
      did-not-occur: 0.1
"""
        in scen("show", "trade").stdout
    )


def test_evidence_that_rates_nothing_is_kept_and_says_how_to_rate_it(root: Path) -> None:
    said, made = done(root, "add-evidence", "A dinner", *KNOWN)
    path = "evidence/2022/2022-02-04-a-dinner.yaml"
    hint = "it rates no scenario yet: scen rate 2022-02-04-a-dinner\n"
    assert said == f"scenarios/{path}\n\n{hint}"
    assert made == {
        path: f"""\
{SCHEMA}../../../schema/evidence.schema.json
summary: A dinner
observed: 2022-02-04
recorded: 2022-02-07
"""
    }


@pytest.mark.parametrize(
    ("summary", "slug"),
    [
        ("A visit to Beijing, at last!", "a-visit-to-beijing-at-last"),
        ("Łódź: Straße, Ærø, Île", "lodz-strasse-aero-ile"),
        ("Путин в Пекине", "item"),
        ("北京 2022 — G20", "2022-g20"),
        ("Item one", "item-one"),
        ("§", "item"),
        ("word " * 30, "-".join(["word"] * 9)),
        ("w" * 61, "item"),
        ("NULL", "null"),
    ],
)
def test_an_id_is_proposed_from_the_summary_in_any_script(
    root: Path, summary: str, slug: str
) -> None:
    _, made = done(root, "add-evidence", summary, *KNOWN)
    assert list(made) == [f"evidence/2022/2022-02-04-{slug}.yaml"]


def test_what_nobody_sees_in_a_summary_is_recorded_with_a_warning(root: Path) -> None:
    before = tree(root)
    made = scen("add-evidence", "\u202eevil\u202c", *KNOWN)
    assert made.exit_code == 0
    assert ": warning: invisible-character: 2 invisible characters: U+202E RIGHT-TO" in made.stderr
    assert list(changes(before, tree(root))) == ["evidence/2022/2022-02-04-evil.yaml"]


def test_blanks_around_a_summary_are_not_part_of_it(root: Path) -> None:
    _, made = done(root, "add-evidence", " A dinner\n", *KNOWN)
    ((path, text),) = made.items()
    assert path == "evidence/2022/2022-02-04-a-dinner.yaml"
    assert "\nsummary: A dinner\n" in str(text)


@pytest.mark.parametrize(
    ("observed", "path"),
    [
        ("2022", "2022/2022-a-visit"),
        ("2021-12", "2021/2021-12-a-visit"),
        ("2022-02-04", "2022/2022-02-04-a-visit"),
    ],
)
def test_what_was_observed_in_a_year_or_a_month_is_filed_under_it(
    root: Path, observed: str, path: str
) -> None:
    words = ("--observed", observed, "--recorded", "2022-06-01")
    _, made = done(root, "add-evidence", "A visit", *words)
    (name, text), *more = made.items()
    assert (name, more) == (f"evidence/{path}.yaml", [])
    assert text is not None
    assert f"\nobserved: {observed}\n" in text.replace("'", "").replace('"', "")


def test_evidence_without_dates_was_observed_and_recorded_today(root: Path) -> None:
    days = {date.today()}  # noqa: DTZ011 - as the command has it
    scen("add-evidence", "A dinner")
    days.add(date.today())  # noqa: DTZ011
    evidence = load(snapshot(root)[0]).database.evidence
    assert [e for e in evidence.values() if e.recorded in days and e.observed == f"{e.recorded}"]


def test_a_proposed_id_that_is_taken_gets_the_next_number(root: Path) -> None:
    names = [list(done(root, "add-evidence", "A visit", *KNOWN)[1]) for _ in range(3)]
    stem = "evidence/2022/2022-02-04-a-visit"
    assert names == [[f"{stem}.yaml"], [f"{stem}-2.yaml"], [f"{stem}-3.yaml"]]


def test_a_name_that_is_taken_by_what_is_no_record_is_passed_over(root: Path) -> None:
    folder = root / "evidence" / "2022"
    (folder / "2022-02-04-a-visit.yaml").mkdir()
    (folder / "2022-02-04-a-visit-2.yaml").symlink_to("nowhere")
    made = scen("add-evidence", "A visit", *KNOWN)
    assert made.stdout.startswith("scenarios/evidence/2022/2022-02-04-a-visit-3.yaml\n")


def test_an_id_may_be_given(root: Path) -> None:
    _, made = done(root, "add-evidence", "A visit", *KNOWN, "--id", "2022-02-04-second-visit")
    assert list(made) == ["evidence/2022/2022-02-04-second-visit.yaml"]


def test_the_analyst_may_stand_in_the_environment_and_an_option_overrules_it(root: Path) -> None:
    words = ("add-evidence", "A visit", *KNOWN)
    for more, name in (((), "eve"), (("--analyst", "desk"), "desk")):
        _, made = done(root, *words, *more, SCEN_ANALYST="eve")
        assert [f"\nanalyst: {name}\n" in str(text) for text in made.values()] == [True]


# -- rate -----------------------------------------------------------------------------------------


def test_rating_again_changes_that_scalar_alone(root: Path) -> None:
    today = date.today()  # noqa: DTZ011 - as the command has it
    said, made = done(root, "rate", "2022-02-04-visit", "trade=i")
    assert (
        said
        == f"""\
scenarios/{VISIT}

As of {today}:
scenario  rating  weight  factor    dB  implied
--------  ------  ------  ------  ----  ---------
trade     I         1.00    1.00  −5.0  76% → 24%
"""
    )
    assert made == edited(VISIT, "trade: C ", "trade: I ")


def test_rating_an_old_item_shows_what_it_does_to_the_figures_of_today(root: Path) -> None:
    later = "summary: Gas\nobserved: 2022-03-01\nrecorded: 2022-03-01\nratings: {trade: CC}\n"
    make(root, {"evidence/2022/2022-03-01-gas.yaml": later})
    today = date.today()  # noqa: DTZ011 - as the command has it
    said, _ = done(root, "rate", "2022-02-04-visit", "trade=I", "--format", "json")
    made = json.loads(said)
    assert made["as_of"] == today.isoformat()
    [effect] = made["effects"]
    assert (effect["before"], effect["after"]) == (near(0.969347), near(0.759747))


def test_an_item_of_a_later_day_is_rated_as_of_its_day(root: Path) -> None:
    day = date.today() + timedelta(days=2)  # noqa: DTZ011 - as the command has it
    later = f"summary: Gas\nobserved: 2022-03-01\nrecorded: {day}\nratings: {{trade: CC}}\n"
    make(root, {"evidence/2022/2022-03-01-gas.yaml": later})
    said, _ = done(root, "rate", "2022-03-01-gas", "trade=C")
    assert f"As of {day}:\n" in said
    assert "  96.9% → 90.9%\n" in said


def test_a_rating_may_become_a_ratio(root: Path) -> None:
    _, made = done(root, "rate", "2022-02-04-visit", "trade=0.25")
    assert made == edited(VISIT, "trade: C ", "trade: 0.25 ")


def test_another_rating_follows_the_last_one(root: Path) -> None:
    _, made = done(root, "rate", "2022-02-04-visit", "pact=II", "ties=c")
    first = "  trade: C   # a first guess\n"
    assert made == edited(VISIT, first, f"{first}  pact: II\n  ties: C\n")


def test_an_indicator_of_an_item_is_added_behind_all_else(root: Path) -> None:
    _, made = done(root, "rate", "2022-02-04-visit", "--indicator", "pact/talks=observed")
    assert made == appended(VISIT, "indicators:\n  pact/talks: observed\n")


def test_rating_as_before_changes_nothing(root: Path) -> None:
    said, made = done(root, "rate", "2022-02-04-visit", "trade=C")
    assert (said.partition("\n")[0], made) == ("nothing to change", {})


# -- retract --------------------------------------------------------------------------------------


def test_what_is_retracted_is_kept_and_counts_no_longer(root: Path) -> None:
    words = ("retract", "2022-02-04-visit", "--reason", "It was another delegation.")
    said, made = done(root, *words, "--date", "2022-03-01")
    assert (
        said
        == f"""\
scenarios/{VISIT}

As of 2022-03-01:
scenario  rating  weight  factor  dB  implied
--------  ------  ------  ------  --  ---------
trade     C         0.00       –   0  76% → 50%

trade: retracted
"""
    )
    reason = "retracted:\n  date: 2022-03-01\n  reason: It was another delegation.\n"
    assert made == appended(VISIT, reason)


# -- forecast -------------------------------------------------------------------------------------


def test_figures_of_a_set_are_added_up_over_its_open_members(root: Path) -> None:
    out = "resolution: {outcome: did-not-occur, date: 2022-02-01, recorded: 2022-02-01, basis: No}"
    more = {
        "rupture.yaml": f"{FILES['ties.yaml']}{out}\n",
        "union.yaml": FILES["ties.yaml"].replace("opened: 2022-01-01", "opened: 2023-01-01"),
    }
    make(root, more)
    make(root.parent, {"mine.yaml": "probabilities: {ties: 0.8, pact: 0.3}\n"})
    words = ("forecast", "--from", "mine.yaml", "--date", "2022-02-09", "--analyst", "eve")
    said, _ = done(root, *words)
    assert said.endswith(
        "form: eve gives 2 of 2, sum 1.100\n"
        "  nearest that sum to 1: pact 0.3 → 0.250, ties 0.8 → 0.750\n"
    )


def test_the_first_forecast_of_a_day_makes_its_sheet(root: Path) -> None:
    words = ("forecast", "pact", "15%", "--analyst", "desk", "--date", "2022-02-08")
    more = ("--rationale", "No text yet.", "--evidence", "2022-02-04-visit")
    said, made = done(root, *words, *more)
    path = "forecasts/2022/2022-02-08-desk.yaml"
    assert (
        said
        == f"""\
scenarios/{path}

scenario  stated before  after  n  implied  gap dB
--------  -------------  -----  -  -------  ------
pact                10%    15%  1      20%    −1.5

form: desk gives 1 of 2, sum 0.150
"""
    )
    assert made == {
        path: f"""\
{SCHEMA}../../../schema/forecasts.schema.json
date: 2022-02-08
analyst: desk
probabilities:
  pact: 0.15
rationales:
  pact: No text yet.
evidence:
  pact:
    - 2022-02-04-visit
"""
    }


def test_a_second_forecast_of_the_day_edits_its_sheet(root: Path) -> None:
    words = ("forecast", "ties", "0.85", "--analyst", "desk", "--date", "2022-02-07")
    _, made = done(root, *words, "--rationale", "What else?")
    last = "  trade: 0.6   # after the visit\n"
    text = f"{last}  ties: 0.85\nrationales:\n  ties: What else?\n"
    assert made == edited(SHEET, last, text)


def test_a_forecast_that_is_revised_on_its_day_changes_that_scalar_alone(root: Path) -> None:
    words = ("forecast", "trade", "0.7", "--analyst", "desk", "--date", "2022-02-07")
    assert done(root, *words)[1] == edited(SHEET, "trade: 0.6 ", "trade: 0.7 ")


@pytest.mark.parametrize("word", ["withdraw", "Withdraw"])
def test_a_forecast_is_withdrawn_with_null(root: Path, word: str) -> None:
    said, made = done(root, "forecast", "trade", word, "--analyst", "desk", "--date", "2022-02-07")
    assert made == edited(SHEET, "trade: 0.6 ", "trade: null ")
    assert said.splitlines()[-1].split() == ["trade", "60%", "–", "0", "76%", "–"]


@pytest.mark.parametrize(
    ("typed", "written"),
    [("0.7", "0.7"), ("70%", "0.7"), ("70 %", "0.7"), (".5", "0.5"), ("5e-1", "0.5"),
     ("0.1%", "0.001"), ("99.99%", "0.9999"), (" 12.5% ", "0.125"), ("33.3%", "0.333")],
)  # fmt: skip
def test_a_probability_may_be_typed_in_per_cent(root: Path, typed: str, written: str) -> None:
    words = ("forecast", "trade", typed, "--analyst", "desk", "--date", "2022-02-07")
    assert done(root, *words)[1] == edited(SHEET, "trade: 0.6 ", f"trade: {written} ")


def test_a_comment_behind_a_value_stays_a_comment_when_the_value_grows(root: Path) -> None:
    text = FILES[SHEET] + "rationales:\n  trade: Short.  # ask again\n"
    (root / SHEET).write_text(text)
    reason = " " + "As long as a line can be, and " * 4
    words = ("forecast", "trade", "0.6", "--analyst", "desk", "--date", "2022-02-07")
    _, written = done(root, *words, "--rationale", reason)
    assert written == {SHEET: text.replace("Short.", f"'{reason}'")}


def test_an_edit_that_cannot_be_read_back_is_refused_with_its_place(root: Path) -> None:
    text = FILES[VISIT] + f"# {'x' * ((1 << 20) - len(FILES[VISIT]) - 12)}\n"
    (root / VISIT).write_text(text)
    before = tree(root)
    refused = scen("rate", "2022-02-04-visit", "pact=C")
    assert (refused.exit_code, refused.stdout, tree(root)) == (1, "", before)
    assert refused.stderr == (
        f"scen: nothing was written: {VISIT}:6:3: cannot set ratings.pact: the file has 1,048,577 "
        "bytes; at most 1,048,576 are read; edit the file by hand\n"
    )


def test_each_analyst_has_a_sheet_and_the_option_overrules_the_environment(root: Path) -> None:
    words = ("forecast", "trade", "0.7", "--date", "2022-02-07")
    _, made = done(root, *words, "--analyst", "eve", SCEN_ANALYST="adam")
    assert list(made) == ["forecasts/2022/2022-02-07-eve.yaml"]
    said, made = done(root, *words, SCEN_ANALYST="adam")
    assert list(made) == ["forecasts/2022/2022-02-07-adam.yaml"]
    assert said.splitlines()[-1].split() == ["trade", "65%", "67%", "3", "76%", "−2.0"]


def test_a_prepared_sheet_is_recorded_whole(root: Path) -> None:
    Path("mine.yaml").write_text(
        "date: 2022-02-09\nanalyst: eve\nprobabilities: {ties: 0.9, pact: 0.1, trade: null}\n"
        "rationales: {ties: As it is.}\nevidence: {pact: [2022-02-04-visit]}\n"
    )
    said, made = done(root, "forecast", "--from", "mine.yaml", SCEN_ANALYST="adam")
    path = "forecasts/2022/2022-02-09-eve.yaml"
    assert (
        said
        == f"""\
scenarios/{path}

scenario  stated before  after  n  implied  gap dB
--------  -------------  -----  -  -------  ------
ties                  –    90%  1      80%    +3.5
pact                10%    10%  2      20%    −3.5
trade               60%    60%  1      76%    −3.2

form: eve gives 2 of 2, sum 1.000
"""
    )
    assert made == {
        path: f"""\
{SCHEMA}../../../schema/forecasts.schema.json
date: 2022-02-09
analyst: eve
probabilities:
  ties: 0.9
  pact: 0.1
  trade: null
rationales:
  ties: As it is.
evidence:
  pact:
    - 2022-02-04-visit
"""
    }


@pytest.mark.parametrize(
    ("sheet", "words", "name"),
    [
        ("date: 2022-02-09\n", ["--analyst", "eve"], "2022-02-09-eve"),
        ("date: 2022-02-09\nanalyst: adam\n", ["--analyst", "eve"], "2022-02-09-eve"),
        ("date: 2022-02-09\n", [], "2022-02-09-from-environment"),
        ("analyst: adam\n", ["--date", "2022-02-10"], "2022-02-10-adam"),
        ("date: 2022-02-09\nanalyst: adam\n", ["--date", "2022-02-10"], "2022-02-10-adam"),
    ],
)
def test_options_overrule_a_prepared_sheet_and_the_environment_only_fills_it_in(
    root: Path, sheet: str, words: list[str], name: str
) -> None:
    Path("mine.yaml").write_text(f"{sheet}probabilities: {{pact: 0.1}}\n")
    _, made = done(root, "forecast", "--from", "mine.yaml", *words, SCEN_ANALYST="from-environment")
    assert list(made) == [f"forecasts/2022/{name}.yaml"]


def test_a_prepared_sheet_joins_the_one_of_its_day(root: Path) -> None:
    Path("mine.yaml").write_text("date: 2022-02-07\nprobabilities: {ties: 0.8, pact: 0.2}\n")
    _, made = done(root, "forecast", "--from", "mine.yaml", "--analyst", "desk")
    text = FILES[SHEET].replace("pact: 0.10", "pact: 0.2")
    assert made == {SHEET: f"{text}  ties: 0.8\n"}


# -- resolve --------------------------------------------------------------------------------------


def test_a_resolution_ends_a_scenario_and_shows_its_last_values(root: Path) -> None:
    words = ("resolve", "trade", "occurred", "--basis", "Customs say so.", "--date", "2024-01-12")
    said, made = done(root, *words, "--recorded", "2024-01-15", "--evidence", "2022-02-04-visit")
    assert said == "scenarios/trade.yaml\n\ntrade: stated 60%, implied 76% → occurred\n"
    assert made == appended(
        "trade.yaml",
        """\
resolution:
  outcome: occurred
  date: 2024-01-12
  recorded: 2024-01-15
  basis: Customs say so.
  evidence:
    - 2022-02-04-visit
""",
    )


@pytest.mark.parametrize("outcome", ["did-not-occur", "annulled"])
def test_an_outcome_was_known_on_the_day_it_was_recorded_unless_told(
    root: Path, outcome: str
) -> None:
    words = ("resolve", "ties", outcome, "--basis", "So.", "--recorded", "2024-01-15")
    said, made = done(root, *words)
    last = f"ties: not stated, implied 80% → {outcome.replace('-', ' ')}"
    assert said == f"scenarios/ties.yaml\n\n{last}\n"
    both = "  date: 2024-01-15\n  recorded: 2024-01-15\n"
    text = f"resolution:\n  outcome: {outcome}\n{both}  basis: So.\n"
    assert made == appended("ties.yaml", text)


# -- all of them ----------------------------------------------------------------------------------

COMMANDS: list[tuple[tuple[str, ...], str, str, list[str]]] = [
    (CRISIS, "crisis", "crisis.yaml", []),
    (
        ("add-indicator", "pact", "base", "A base", "--rate", "pact=C", "--added", "2022-01-15"),
        *("pact/base", "pact.yaml", []),
    ),
    (
        ("add-source", "tass", "--name", "TASS", "--reliability", "C"),
        *("tass", "sources/tass.yaml", []),
    ),
    (
        ("add-evidence", "A dinner", *KNOWN, "--rate", "trade=C"),
        *("2022-02-04-a-dinner", "evidence/2022/2022-02-04-a-dinner.yaml", ["as_of", "effects"]),
    ),
    (("rate", "2022-02-04-visit", "trade=I"), "2022-02-04-visit", VISIT, ["as_of", "effects"]),
    (
        ("retract", "2022-02-04-visit", "--reason", "No.", "--date", "2022-03-01"),
        *("2022-02-04-visit", VISIT, ["as_of", "effects"]),
    ),
    (
        ("forecast", "pact", "0.2", "--analyst", "desk", "--date", "2022-02-07"),
        *("2022-02-07-desk", SHEET, ["figures"]),
    ),
    (
        ("resolve", "trade", "occurred", "--basis", "So.", "--recorded", "2024-01-15"),
        *("trade", "trade.yaml", []),
    ),
]
by_name = pytest.mark.parametrize(
    ("words", "id", "path", "more"), COMMANDS, ids=[words[0][0] for words in COMMANDS]
)


@by_name
def test_as_json_a_command_has_its_id_its_paths_and_what_it_did(
    root: Path, words: tuple[str, ...], id: str, path: str, more: list[str]
) -> None:
    said, made = done(root, *words, "--format", "json")
    value = json.loads(said)
    assert list(value) == ["id", "paths", "dry_run", *more]
    assert (value["id"], value["paths"], value["dry_run"]) == (id, [f"scenarios/{path}"], False)
    assert list(made) == [path]


@by_name
def test_a_dry_run_writes_nothing_and_shows_the_difference(
    root: Path, words: tuple[str, ...], id: str, path: str, more: list[str]
) -> None:
    said, made = done(root, *words, "--dry-run")
    assert made == {}
    dry = json.loads(done(root, *words, "--dry-run", "--format", "json")[0])
    assert (dry["id"], dry["dry_run"]) == (id, True)
    wet, made = done(root, *words)
    old, new = FILES.get(path, ""), made[path]
    assert new is not None
    head = [f"--- {f'scenarios/{path}' if old else '/dev/null'}", f"+++ scenarios/{path}"]
    diff, _, rest = said.partition("\n\n") if more or id == "trade" else (said, "", "")
    lines = diff.splitlines()
    assert lines[:2] == head
    assert [line[1:] for line in lines[2:] if line.startswith("+")] == [
        line for line in new.splitlines() if line not in old.splitlines()
    ]
    assert [line[1:] for line in lines[2:] if line.startswith("-")] == [
        line for line in old.splitlines() if line not in new.splitlines()
    ]
    assert wet.partition("\n\n")[2] == rest


def test_a_dry_run_shows_a_whole_new_file(root: Path) -> None:
    said, _ = done(root, "add-source", "tass", "--name", "TASS", "--reliability", "C", "--dry-run")
    assert (
        said
        == f"""\
--- /dev/null
+++ scenarios/sources/tass.yaml
@@ -0,0 +1,3 @@
+{SCHEMA}../../schema/source.schema.json
+name: TASS
+reliability: C
"""
    )


def test_an_effect_as_json_has_the_numbers_unrounded(root: Path) -> None:
    value: Any = json.loads(
        done(root, "rate", "2022-02-04-visit", "trade=0.1", "--format", "json")[0]
    )
    (effect,) = value["effects"]
    before, after = effect.pop("before"), effect.pop("after")
    assert before == pytest.approx(10**0.5 / (1 + 10**0.5), abs=1e-12)
    assert after == pytest.approx(1 / 11, abs=1e-12)
    assert effect == {
        "scenario": "trade",
        "rating": 0.1,
        "via": None,
        "weight": 1.0,
        "factor": 1.0,
        "counted_decibans": -10.0,
        "note": None,
    }


def test_a_figure_as_json_has_the_numbers_unrounded(root: Path) -> None:
    words = ("forecast", "pact", "0.2", "--analyst", "desk", "--date", "2022-02-07")
    value: Any = json.loads(done(root, *words, "--format", "json")[0])
    (figure,) = value["figures"]
    assert figure.pop("gap_decibans") == pytest.approx(0, abs=1e-9)
    assert figure.pop("implied") == pytest.approx(0.2)
    assert figure == {"scenario": "pact", "before": 0.1, "after": 0.2, "analysts": 1}


@pytest.mark.parametrize("place", [".", "scenarios", "scenarios/evidence/2022"])
def test_a_command_works_from_anywhere_in_the_database(
    root: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root.parent / place)
    before = tree(root)
    made = scen("add-source", "tass", "--name", "TASS", "--reliability", "C")
    assert (made.exit_code, list(changes(before, tree(root)))) == (0, ["sources/tass.yaml"])


def test_a_command_takes_the_database_that_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number, (words, env) in enumerate(
        (
            (["--database", "here"], {}),
            (["--database", str(tmp_path / "here" / "scenarios")], {}),
            ([], {"SCEN_DATABASE": "here"}),
            (["--database", "here"], {"SCEN_DATABASE": "elsewhere"}),
        )
    ):
        if not number:
            make(tmp_path / "here" / "scenarios", FILES)
        source = ("add-source", f"s{number}", "--name", "S", "--reliability", "C")
        made = scen(*words, *source, env=env)
        assert made.stdout.splitlines() == [f"here/scenarios/sources/s{number}.yaml"]


def test_a_warning_is_said_once_when_it_is_new(root: Path) -> None:
    (root / "sources" / "kremlin.yaml").write_text("name: [\n")
    words = ("add-evidence", "A dinner", *KNOWN, "--rate", "trade=C", "--format", "json")
    made = scen(*words)
    assert (made.exit_code, made.stderr) == (0, "")
    sound = FILES[VISIT].replace("source: kremlin\n", "")
    (root / VISIT).write_text(f"# one line more\n{sound}")
    assert scen("rate", "2022-02-04-visit", "pact=C").stderr == ""


# -- as processes ---------------------------------------------------------------------------------


def test_a_week_of_recording_from_an_empty_folder(tmp_path: Path) -> None:
    for words in (
        ("init",),
        CRISIS,
        ("add-indicator", "crisis", "alert", "Troops on alert", "--rate", "crisis=CC"),
        ("add-source", "tass", "--name", "TASS", "--reliability", "C"),
        ("add-evidence", "An alert", *KNOWN, "--source", "tass", "--grade", "C2"),
        ("rate", "2022-02-04-an-alert", "--indicator", "crisis/alert=observed"),
        ("forecast", "crisis", "0.4", "--analyst", "desk", "--date", "2022-02-07"),
        ("retract", "2022-02-04-an-alert", "--reason", "A drill.", "--date", "2022-02-08"),
        ("resolve", "crisis", "did-not-occur", "--basis", "None.", "--recorded", "2031-01-03"),
        ("check", "--strict"),
    ):
        running = process(*words, cwd=tmp_path, LC_ALL="C")
        out, err = running.communicate()
        assert running.returncode == 0, (words, out, err)
    evidence = (tmp_path / "scenarios/evidence/2022/2022-02-04-an-alert.yaml").read_text()
    assert (
        evidence
        == f"""\
{SCHEMA}../../../schema/evidence.schema.json
summary: An alert
observed: 2022-02-04
recorded: 2022-02-07
source: tass
reliability: C
credibility: 2
indicators:
  crisis/alert: observed
retracted:
  date: 2022-02-08
  reason: A drill.
"""
    )
