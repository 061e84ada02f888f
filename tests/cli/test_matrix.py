"""`scen matrix` on a small database: what is printed, in each format, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import Result

from tests.cli.commands import make, scen
from tests.records import near

FILES = {
    "tracker.yaml": """\
format: 1
title: Alignment
grade_weights:
  reliability: {A: 1.0, B: 0.8, C: 0.6, D: 0.3, E: 0.0, F: 0.4}
  credibility: [1.0, 0.8, 0.5, 0.2, 0.0, 0.4]
sets:
  form: Form of the relationship
  later: A set that opens later
""",
    "pact.yaml": """\
title: A pact
question: Will a treaty be in force?
resolution_criteria: The text of a treaty.
opened: 2022-01-01
horizon: 2030-12-31
set: form
prior: {probability: 0.2, basis: None in twenty years.}
indicators:
  talks:
    statement: Talks on a treaty are confirmed
    ratings: {pact: CC, ties: I, rupture: II}
    added: 2022-01-01
""",
    "rupture.yaml": """\
title: Rupture
question: Will an ambassador be withdrawn?
resolution_criteria: A ministry says so.
opened: 2022-01-01
horizon: 2030-12-31
set: form
prior: {probability: 0.1, basis: Once in forty years.}
""",
    "ties.yaml": """\
title: Loose ties
question: Will there be neither?
resolution_criteria: No text of a treaty.
opened: 2022-01-01
horizon: 2030-12-31
set: form
prior: {probability: 0.7, basis: As it is.}
""",
    "trade.yaml": """\
title: Trade of 200 billion
question: Will yearly trade pass 200 billion dollars?
resolution_criteria: Chinese customs.
opened: 2022-01-01
horizon: 2024-12-31
prior: {probability: 0.5, basis: 140 billion in 2021.}
resolution: {outcome: occurred, date: 2022-06-01, recorded: 2022-06-02, basis: Customs.}
""",
    "late.yaml": """\
title: Later
question: Will it come later?
resolution_criteria: It comes.
opened: 2023-01-01
horizon: 2030-12-31
set: later
prior: {probability: 0.5, basis: A guess.}
""",
    "evidence/2022/2022-02-04-visit.yaml": """\
summary: "=HYPERLINK(\\"https://x.org\\") of a visit"
observed: 2022-02-04
recorded: 2022-02-07
source: wire
credibility: 2
ratings: {pact: 0.25, ties: N, rupture: 0.1, trade: C}
""",
    "evidence/2022/2022-03-01-no-need.yaml": """\
summary: The minister sees no need
observed: 2022-03-01
recorded: 2022-03-02
source: wire
credibility: 1
origin: ministry
ratings: {pact: II, ties: C}
""",
    "evidence/2022/2022-03-03-no-need-again.yaml": """\
summary: He says it again
observed: 2022-03-03
recorded: 2022-03-04
origin: ministry
ratings: {pact: I, ties: C}
""",
    "evidence/2022/2022-04-01-talks.yaml": """\
summary: Both ministries confirm talks
observed: 2022-04-01
recorded: 2022-04-02
reliability: A
credibility: 1
indicators: {pact/talks: observed}
""",
    "sources/wire.yaml": """\
name: The wire
reliability: B
""",
}


@pytest.fixture(autouse=True)
def _database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "scenarios", FILES)


def matrix(*words: str, columns: int = 80, as_of: str = "2022-05-01") -> Result:
    return scen("matrix", *words, "--as-of", as_of, env={"COLUMNS": str(columns)})


def printed(*words: str, columns: int = 80, as_of: str = "2022-05-01") -> str:
    made = matrix(*words, columns=columns, as_of=as_of)
    assert (made.exit_code, made.stderr) == (0, "")
    return made.stdout


def refused(*words: str, as_of: str = "2022-05-01") -> tuple[int, str]:
    made = matrix(*words, as_of=as_of)
    assert made.stdout == ""
    return made.exit_code, made.stderr


# The table.


def test_a_set_at_80_columns() -> None:
    expected = """\
Analysis of competing hypotheses, as of 2022-05-01
Form of the relationship

evidence, indicator       grade  weight   pact  rupture  ties    dB
------------------------  -----  ------  -----  -------  ----  ----
pact/talks                         1.00     CC       II     I  20.0
2022-03-01-no-need        B1       0.80     II              C  12.0
2022-02-04-visit          B2       0.64  0.25*    0.1**     N   6.4
2022-03-03-no-need-again  F6       0.16      I              C   1.6
                                         -----  -------  ----
inconsistency                                4        4     1
weighted inconsistency                     2.4      3.3   1.0
Σ decibans                                  −3      −16     0
blanks                                       0        2     0
rank                                         2        2     1

ties ranks first, with 1 inconsistency.
pact is next, 3 behind: 2022-03-01-no-need, 2022-02-04-visit and
2022-03-03-no-need-again count more against it.
rupture is next, 3 behind: pact/talks and 2022-02-04-visit count more against
it.
4 of 4 rows count against a scenario.

Linchpins
- Without source wire (2 items), pact would rank first too.
- Without origin ministry (2 items), pact would rank first too.

I counts 1, II 2; a ratio counts as its nearest code: * as I, ** as II.
dB is diagnosticity: the highest less the lowest cell × weight, a blank as 0.
Bookkeeping, no probability: base rates are ignored, and repeats count again.
"""
    assert printed("--set", "form") == expected


def test_columns_are_numbered_where_their_ids_do_not_fit() -> None:
    expected = """\
Analysis of competing hypotheses, as of 2022-05-01
Form of the relationship

1  pact: A pact
2  rupture: Rupture
3  ties: Loose ties

evidence, indicator       grade  weight      1      2    3    dB
------------------------  -----  ------  -----  -----  ---  ----
pact/talks                         1.00     CC     II    I  20.0
2022-03-01-no-need        B1       0.80     II           C  12.0
2022-02-04-visit          B2       0.64  0.25*  0.1**    N   6.4
2022-03-03-no-need-again  F6       0.16      I           C   1.6
                                         -----  -----  ---
inconsistency                                4      4    1
weighted inconsistency                     2.4    3.3  1.0
Σ decibans                                  −3    −16    0
blanks                                       0      2    0
rank                                         2      2    1
"""
    assert printed("--set", "form", columns=64).startswith(expected)


def test_where_no_table_fits_each_row_is_a_paragraph() -> None:
    expected = """\
Analysis of competing hypotheses, as of 2022-05-01
Form of the relationship

1  pact: A pact
2  rupture: Rupture
3  ties: Loose ties

evidence, indicator
pact/talks: weight 1.00, 1=CC, 2=II, 3=I, dB 20.0
2022-03-01-no-need: grade B1, weight 0.80, 1=II,
    3=C, dB 12.0
2022-02-04-visit: grade B2, weight 0.64, 1=0.25*,
    2=0.1**, 3=N, dB 6.4
2022-03-03-no-need-again: grade F6, weight 0.16,
    1=I, 3=C, dB 1.6

inconsistency: 1=4, 2=4, 3=1
weighted inconsistency: 1=2.4, 2=3.3, 3=1.0
Σ decibans: 1=−3, 2=−16, 3=0
blanks: 1=0, 2=2, 3=0
rank: 1=2, 2=2, 3=1
"""
    assert printed("--set", "form", columns=50).startswith(expected)


def test_a_wide_terminal_says_what_each_row_is() -> None:
    expected = """\
Analysis of competing hypotheses, as of 2022-05-01
Form of the relationship

evidence, indicator       grade  weight   pact  rupture  ties    dB  what it is
------------------------  -----  ------  -----  -------  ----  ----  -------------------------------
pact/talks                         1.00     CC       II     I  20.0  Talks on a treaty are confirmed
2022-03-01-no-need        B1       0.80     II              C  12.0  The minister sees no need
2022-02-04-visit          B2       0.64  0.25*    0.1**     N   6.4  =HYPERLINK("https://x.org") of…
2022-03-03-no-need-again  F6       0.16      I              C   1.6  He says it again
                                         -----  -------  ----
inconsistency                                4        4     1
weighted inconsistency                     2.4      3.3   1.0
Σ decibans                                  −3      −16     0
blanks                                       0        2     0
rank                                         2        2     1
"""
    assert printed("--set", "form", columns=100).startswith(expected)


def test_silence_outcomes_and_scenarios_of_no_set_are_named() -> None:
    expected = """\
trade ranks first, with 0 inconsistencies.
pact is next, 4 behind: 2022-02-04-visit, 2022-03-01-no-need and
2022-03-03-no-need-again count more against it.
rupture is next, 4 behind: pact/talks and 2022-02-04-visit count more against
it.
4 of 4 rows count against a scenario.
It may be silence that ranks first: more cells are blank for trade (3) than for
pact (0).

Linchpins
None: no one item, source or origin changes who ranks first.

Known by then: trade occurred.
These are not all of one set: more than one of them can occur, or none.
I counts 1, II 2; a ratio counts as its nearest code: * as I, ** as II.
dB is diagnosticity: the highest less the lowest cell × weight, a blank as 0.
Bookkeeping, no probability: base rates are ignored, and repeats count again.
"""
    text = printed("pact", "rupture", "trade", as_of="2022-07-01")
    assert text[text.index("trade ranks") :] == expected


def test_where_the_count_tells_none_apart_the_other_sums_may() -> None:
    expected = """\
Analysis of competing hypotheses, as of 2022-02-08

evidence, indicator     grade  weight  ties  trade   dB
----------------------  -----  ------  ----  -----  ---
2022-02-04-visit        B2       0.64     N      C  3.2
                                       ----  -----
inconsistency                             0      0
weighted inconsistency                  0.0    0.0
Σ decibans                                0     +3
blanks                                    0      0
rank                                      1      1

ties and trade rank first together, with 0 inconsistencies each.
The count tells none of them apart.
By Σ decibans, trade would rank first.
0 of 1 row counts against a scenario.

Linchpins
None: no one item, source or origin changes who ranks first.

These are not all of one set: more than one of them can occur, or none.
I counts 1, II 2; a ratio counts as its nearest code: * as I, ** as II.
dB is diagnosticity: the highest less the lowest cell × weight, a blank as 0.
Bookkeeping, no probability: base rates are ignored, and repeats count again.
"""
    assert printed("ties", "trade", as_of="2022-02-08") == expected
    assert "\nWeighted, pact would rank first.\n" in printed("pact", "rupture")


def test_a_removal_that_leaves_one_leader_of_two_says_so() -> None:
    text = printed("pact", "rupture")
    expected = """\
Linchpins
- Without 2022-02-04-visit, rupture alone would rank first.
- Without 2022-03-01-no-need, pact alone would rank first.
- Without 2022-03-03-no-need-again, pact alone would rank first.
- Without 2022-04-01-talks, rupture alone would rank first.
- Without source wire (2 items), pact alone would rank first.
- Without origin ministry (2 items), pact alone would rank first.
"""
    assert text[text.index("Linchpins") : text.index("\nI counts")] == expected


def test_a_removal_that_puts_another_first_names_both(tmp_path: Path) -> None:
    vote = "summary: V\nobserved: 2022-03-10\nrecorded: 2022-03-10\nratings: {ties: %s}\n"
    files = {f"evidence/2022/2022-03-10-{n}.yaml": vote % n.upper() for n in ("i", "ii")}
    make(tmp_path / "scenarios", files)
    text = printed("pact", "ties", as_of="2022-03-31")
    assert "- Without 2022-03-01-no-need, pact would rank first instead of ties.\n" in text


def test_of_many_rows_four_are_named(tmp_path: Path) -> None:
    more = {
        f"evidence/2022/2022-03-1{n}-vote.yaml": f"""\
summary: Vote {n}
observed: 2022-03-1{n}
recorded: 2022-03-20
ratings: {{ties: C, rupture: I}}
"""
        for n in range(4)
    }
    make(tmp_path / "scenarios", more)
    text = printed("rupture", "ties", columns=200)
    assert (
        "rupture is next, 7 behind: 2022-02-04-visit, pact/talks, 2022-03-10-vote, "
        "2022-03-11-vote and 2 more rows count more against it.\n"
    ) in text


def test_nothing_known_is_said() -> None:
    assert printed("--set", "form", as_of="2022-01-05") == (
        "Analysis of competing hypotheses, as of 2022-01-05\n"
        "Form of the relationship\n"
        "\n"
        "No evidence known by then rates one of these scenarios.\n"
    )


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 100, 120, 200])
def test_it_keeps_to_its_width_and_never_shows_a_percentage(columns: int) -> None:
    for words in (["--set", "form"], ["pact", "ties", "rupture", "trade"]):
        text = printed(*words, columns=columns)
        assert "%" not in text
        assert "Bookkeeping, no probability" in " ".join(text.split())
        longest_word = len("2022-03-03-no-need-again:") + 4
        assert max(map(len, text.splitlines())) <= max(columns, longest_word)


def rule_out(folder: Path, *ids: str) -> None:
    """Record on 15 April 2022 that these scenarios do not occur."""
    outcome = "outcome: did-not-occur, date: 2022-04-14, recorded: 2022-04-15, basis: Over."
    files = {f"{id}.yaml": f"{FILES[f'{id}.yaml']}resolution: {{{outcome}}}\n" for id in ids}
    make(folder / "scenarios", files)


def test_what_was_ruled_out_is_marked_stands_last_and_has_no_rank(tmp_path: Path) -> None:
    rule_out(tmp_path, "pact")
    head = """\
evidence, indicator       grade  weight  rupture  ties  pact, ruled out 2022-04-14    dB
------------------------  -----  ------  -------  ----  --------------------------  ----
pact/talks                         1.00       II     I                          CC  20.0
"""
    text = printed("--set", "form", columns=90)
    assert head in text
    assert (
        "\nrank                                           2     1                           –\n"
        in text
    )
    assert "ties ranks first, with 1 inconsistency.\nrupture is next, 3 behind: " in text
    assert "\n2 of 4 rows count against a scenario that has a rank.\n" in text
    assert "\nKnown by then: pact did not occur.\n" in text
    assert "ruled out" not in printed("--set", "form", columns=90, as_of="2022-04-14")
    assert printed("--set", "form", "--format", "csv").endswith("\nrank,score,,,2,1,,,\n")
    made = json.loads(printed("--set", "form", "--format", "json"))
    assert made["scenarios"] == ["rupture", "ties", "pact"]
    ranks = {id: (score["rank"], score["ruled_out"]) for id, score in made["scores"].items()}
    assert ranks == {"rupture": (2, None), "ties": (1, None), "pact": (None, "2022-04-14")}


def test_where_one_or_none_is_left_the_matrix_says_so(tmp_path: Path) -> None:
    rule_out(tmp_path, "pact", "rupture")
    text = printed("--set", "form")
    assert "\nties ranks first, with 1 inconsistency.\nNo other has a rank: each was ruled" in text
    assert "\nNone of them has a rank: each was ruled out by then.\n" in printed("pact", "rupture")


# CSV and JSON.


def test_csv_has_rows_then_sums_and_nothing_that_a_spreadsheet_would_run() -> None:
    expected = """\
id,kind,grade,weight,pact,rupture,ties,diagnosticity,summary
pact/talks,indicator,,1.0,CC,II,I,20.0,Talks on a treaty are confirmed
2022-03-01-no-need,direct,B1,0.8,II,,C,12.0,The minister sees no need
2022-02-04-visit,direct,B2,0.64,0.25,0.1,N,6.4,"'=HYPERLINK(""https://x.org"") of a visit"
2022-03-03-no-need-again,direct,F6,0.16,I,,C,1.6,He says it again
inconsistency,score,,,4,4,1,,
weighted_inconsistency,score,,,2.4,3.28,1.0,,
decibans,score,,,-2.653184,-16.4,-0.2,,
blanks,score,,,0,2,0,,
rank,score,,,2,2,1,,
"""
    assert printed("--set", "form", "--format", "csv") == expected


def test_json_has_the_keys_of_the_design() -> None:
    made = json.loads(printed("ties", "rupture", "--format", "json", as_of="2022-02-08"))
    assert made == {
        "scenarios": ["ties", "rupture"],
        "rows": [
            {
                "id": "2022-02-04-visit",
                "kind": "direct",
                "summary": '=HYPERLINK("https://x.org") of a visit',
                "grade": "B2",
                "weight": near(0.64),
                "ratings": {"ties": "N", "rupture": 0.1},
                "inconsistency": {"ties": 0, "rupture": 2},
                "decibans": {"ties": 0.0, "rupture": near(-6.4)},
                "diagnosticity": near(6.4),
            }
        ],
        "scores": {
            "ties": {
                "inconsistency": 0,
                "weighted_inconsistency": 0.0,
                "decibans": 0.0,
                "blanks": 0,
                "rank": 1,
                "ruled_out": None,
            },
            "rupture": {
                "inconsistency": 2,
                "weighted_inconsistency": near(1.28),
                "decibans": near(-6.4),
                "blanks": 0,
                "rank": 2,
                "ruled_out": None,
            },
        },
        "linchpins": [
            {
                "removed": {"kind": kind, "id": id, "items": ["2022-02-04-visit"]},
                "leader_before": ["ties"],
                "leader_after": ["rupture", "ties"],
            }
            for kind, id in (("item", "2022-02-04-visit"), ("source", "wire"))
        ],
    }


def test_a_blank_is_null_in_json() -> None:
    made = json.loads(printed("--set", "form", "--format", "json"))
    row = next(row for row in made["rows"] if row["id"] == "2022-03-01-no-need")
    assert (row["ratings"]["rupture"], row["decibans"]["rupture"]) == (None, None)


# What is refused.


def test_an_unknown_scenario_or_set_is_met_with_the_nearest_one() -> None:
    assert refused("pact", "tias") == (1, "scen: no scenario 'tias'; did you mean 'ties'?\n")
    assert refused("--set", "from") == (1, "scen: no set 'from'; did you mean 'form'?\n")
    assert refused("--set", "xyz") == (1, "scen: no set 'xyz'; tracker.yaml names them\n")


def test_nothing_to_compare_is_a_usage_error() -> None:
    fewest = "scen: a matrix compares two scenarios or more: "
    either = "name them, or a set with --set form or --set later\n"
    assert refused() == (2, fewest + either)
    assert refused("pact") == (2, fewest + either)
    assert refused("pact", "pact") == (2, fewest + either)
    assert refused("--set", "later") == (
        2,
        f"{fewest}0 of the 1 in later had opened by 2022-05-01\n",
    )
    assert refused("pact", "--set", "form") == (2, "scen: give --set or scenarios, not both\n")


def test_without_sets_only_scenarios_can_be_named(tmp_path: Path) -> None:
    make(tmp_path / "scenarios", {"tracker.yaml": "format: 1\ntitle: Alone\n"})
    made = matrix("trade")
    assert made.exit_code == 2
    assert made.stderr.endswith("a matrix compares two scenarios or more: name them\n")


def test_a_scenario_that_had_not_opened_is_refused() -> None:
    assert refused("pact", "late") == (
        1,
        "scen: late opened on 2023-01-01: nothing was asked on 2022-05-01\n",
    )
