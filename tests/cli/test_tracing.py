"""`diff`, `history` and `audit` on real repositories."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import FILES, make, scen
from tests.storage.test_git import commit, put, run

VISIT = "evidence/2022/2022-02-04-visit.yaml"
DENIAL = """\
summary: A denial
observed: 2022-02-10
recorded: 2022-02-10
source: kremlin
ratings: {trade: I}
"""


pytestmark = pytest.mark.usefixtures("top")


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two commits: the database of the tests, then one item more."""
    monkeypatch.chdir(tmp_path)
    run(tmp_path, "init", "-q", "-b", "main")
    make(tmp_path / "scenarios", FILES)
    commit(tmp_path, "the start", "2022-02-07T12:00:00+00:00")
    put(tmp_path, "scenarios/evidence/2022/2022-02-10-denial.yaml", DENIAL.encode())
    commit(tmp_path, "evidence: 2022-02-10-denial", "2022-02-10T12:00:00+00:00")
    return tmp_path


def told(*words: str) -> Any:
    made = scen(*words, "--format", "json")
    assert made.exit_code == 0, made.output
    return json.loads(made.stdout)


def edit(top: Path, path: str, old: str, new: str) -> None:
    place = top / "scenarios" / path
    text = place.read_text()
    assert old in text
    place.write_text(text.replace(old, new))


def test_a_diff_of_nothing_says_so_and_exits_with_0() -> None:
    made = scen("diff", "--exit-code")
    assert (made.exit_code, made.stdout.endswith("No record differs.\n")) == (0, True)
    assert told("diff", "HEAD")["shifts"] == []


def test_layout_comments_key_order_and_line_ends_are_no_change(top: Path) -> None:
    edit(
        top,
        VISIT,
        "summary: A visit\nobserved: 2022-02-04\n",
        "observed: 2022-02-04\n# New.\nsummary: 'A visit'\n",
    )
    crlf = FILES["trade.yaml"].replace("\n", "\r\n").encode()
    (top / "scenarios/trade.yaml").write_bytes(crlf)
    assert scen("diff", "--exit-code").exit_code == 0


def test_a_changed_field_is_told_with_the_shift_that_it_made(top: Path) -> None:
    edit(top, VISIT, "trade: C ", "trade: CC ")
    made = scen("diff", "--exit-code")
    assert made.exit_code == 1
    head, summary, records, shift = made.stdout.strip().split("\n\n")
    assert summary == "Records: 1 changed. 1 scenario shifted."
    assert head.endswith("→ working tree, figures of 2022-02-10")
    assert records == (
        "~ evidence  2022-02-04-visit (C6): A visit\n            ratings.trade: C → CC"
    )
    assert shift == (
        "trade: Trade of 200 billion (0.431 bits)\n"
        "  stated   60%, unchanged\n"
        "  implied  50% → 76%, +26 points\n"
        "           +5.0 dB  2022-02-04-visit: judged anew, +5.0 → +10.0 dB\n"
        "                     A visit\n"
        "           +5.0 dB  in all"
    )


def test_two_revisions_and_two_dots(top: Path) -> None:
    there = told("diff", "HEAD~1", "HEAD")
    assert there["from"] == run(top, "rev-parse", "HEAD~1")
    assert (there["to"], told("diff")["to"]) == (run(top, "rev-parse", "HEAD"), "working tree")
    assert (there["added"], there["removed"], there["changed"]) == (["2022-02-10-denial"], [], [])
    assert [shift["scenario"] for shift in there["shifts"]] == ["trade"]
    assert told("diff", "HEAD~1..HEAD")["shifts"] == there["shifts"]
    back = told("diff", "HEAD..HEAD~1")
    assert back["removed"] == ["2022-02-10-denial"]
    [line] = back["shifts"][0]["lines"]
    assert (line["cause"], line["before"], line["after"]) == ("removal", -5.0, 0.0)


def test_three_dots_compare_with_the_commit_at_which_they_parted(top: Path) -> None:
    run(top, "checkout", "-q", "-b", "side", "HEAD~1")
    put(top, "scenarios/sources/wire.yaml", b"name: A wire\nreliability: B\n")
    commit(top, "source: wire")
    assert told("diff", "main...side")["added"] == ["wire"]
    assert told("diff", "main..side")["removed"] == ["2022-02-10-denial"]
    made = scen("diff", "main..side", "HEAD")
    assert (made.exit_code, "leave HEAD out" in made.stderr) == (2, True)
    run(top, "checkout", "-q", "--orphan", "apart")
    run(top, "commit", "-q", "-m", "apart")
    made = scen("diff", "main...apart")
    assert (made.exit_code, "no commit in common" in made.stderr) == (1, True)


def test_a_new_name_for_the_same_content_is_a_rename(top: Path) -> None:
    folder = top / "scenarios/evidence/2022"
    (folder / "2022-02-10-denial.yaml").rename(folder / "2022-02-10-a-denial.yaml")
    found = told("diff")
    assert (found["added"], found["removed"]) == ([], [])
    assert found["renamed"] == [
        {"from": "2022-02-10-denial", "to": "2022-02-10-a-denial", "kind": "evidence"}
    ]


def test_the_markdown_has_a_section_for_each_shift_and_an_item_for_each_record(top: Path) -> None:
    edit(top, VISIT, "trade: C ", "trade: CC ")
    edit(top, "trade.yaml", "title: Trade of 200 billion", "title: Trade | <b>200</b> billion")
    lines = scen("diff", "--format", "markdown").stdout.splitlines()
    assert lines[2] == "Records: 2 changed. 1 scenario shifted."
    assert "  - `ratings.trade`: C → CC" in lines
    at = lines.index(r"### trade: Trade \| &lt;b&gt;200&lt;/b&gt; billion (0.431 bits)")
    assert lines[at + 2 : at + 4] == ["- stated 60%, unchanged", "- implied 50% → 76%, +26 points"]
    assert lines[at + 5 : at + 8] == [
        "| dB | line | why |",
        "| ---: | --- | --- |",
        "| +5.0 | 2022-02-04-visit | judged anew, +5.0 → +10.0 dB; A visit |",
    ]


def test_a_revision_that_is_broken_is_shown_as_far_as_it_loads(top: Path) -> None:
    put(top, "scenarios/sources/kremlin.yaml", b"name: [")
    commit(top, "broken")
    edit(top, VISIT, "trade: C ", "trade: CC ")
    (top / "scenarios/sources/kremlin.yaml").write_text(FILES["sources/kremlin.yaml"])
    made = scen("diff")
    assert "~ evidence  2022-02-04-visit" in made.stdout
    assert "+ source    kremlin" in made.stdout
    assert "1 file left out, 1 fault in HEAD: scen check --rev HEAD names them" in made.stderr


def test_a_diff_needs_a_repository_and_a_revision(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    make(elsewhere / "scenarios", FILES)
    made = scen("diff")
    assert (made.exit_code, "is in no git repository" in made.stderr) == (1, True)
    run(elsewhere, "init", "-q")
    made = scen("history")
    assert (made.exit_code, made.stderr) == (1, "scen: git knows no revision 'HEAD'\n")


def test_the_history_of_everything_is_newest_first(top: Path) -> None:
    made = scen("history").stdout
    assert made.splitlines()[:3] == [
        "2022-02-10 "
        + run(top, "rev-parse", "--short=7", "HEAD")
        + " (A) evidence: 2022-02-10-denial",
        "  + item 2022-02-10-denial",
        "  trade: stated 60%, implied 50%",
    ]
    assert [one["commit"]["subject"] for one in told("history")["entries"]] == [
        "evidence: 2022-02-10-denial",
        "the start",
    ]
    assert len(told("history", "--limit", "1")["entries"]) == 1
    assert "1 earlier commit: --limit 0 tells all" in scen("history", "--limit", "1").stdout
    assert len(told("history", "--since", "2022-02-08")["entries"]) == 1


def test_a_time_without_commits_says_how_many_there_were_before() -> None:
    made = scen("history", "--since", "2022-03-01")
    assert made.stdout == "No commit in that time changed the database; 2 earlier ones did.\n"


def test_the_history_of_a_scenario_has_a_chart_of_both_figures() -> None:
    lines = scen("history", "trade").stdout.splitlines()
    assert lines[:6] == [
        "trade: Trade of 200 billion",
        "",
        "as of       stated  implied  0%                                  100%",
        "----------  ------  -------  ----------------------------------------",
        "2022-02-10     60%      50%  ····················i···s···············",
        "2022-02-07     60%      76%  ························s·····i·········",
    ]


def test_the_history_of_an_item_follows_its_file(top: Path) -> None:
    edit(top, VISIT, "trade: C ", "trade: CC ")
    commit(top, "rate: 2022-02-04-visit", "2022-02-11T12:00:00+00:00")
    found = told("history", "2022-02-04-visit")["entries"]
    assert [one["commit"]["subject"] for one in found] == ["rate: 2022-02-04-visit", "the start"]
    assert found[0]["what"]["changed"][0]["field"] == "ratings.trade"
    assert [one["scenario"] for one in found[0]["figures"]] == ["trade"]


def test_what_was_deleted_still_has_its_history(top: Path) -> None:
    (top / "scenarios/evidence/2022/2022-02-10-denial.yaml").unlink()
    commit(top, "gone")
    assert "- item 2022-02-10-denial" in scen("history", "2022-02-10-denial").stdout
    made = scen("history", "2022-02-10-denail")
    assert "did you mean '2022-02-10-denial'" in made.stderr


def test_an_audit_of_honest_work_has_nothing_to_report_and_says_what_git_proves() -> None:
    made = scen("audit").stdout
    assert made.startswith("2 commits that changed the database, 2022-02-07 to 2022-02-10.")
    assert "Nothing to report." in made
    assert "It does not prove dates" in " ".join(made.split())


def test_an_audit_names_commit_author_and_record(top: Path) -> None:
    put(
        top,
        "scenarios/evidence/2022/2022-02-01-late.yaml",
        DENIAL.replace("02-10", "02-01").encode(),
    )
    id = commit(top, "late", "2022-02-11T12:00:00+00:00")
    [finding] = told("audit")["findings"]
    assert finding == {
        "rule": "backdated",
        "record": "2022-02-01-late",
        "kind": "evidence",
        "commit": id,
        "author": "A",
        "date": "2022-02-11",
        "message": "committed 10 days after its date: recorded 2022-02-01",
    }
    assert told("audit", "--days", "10")["findings"] == []
    assert "  - 2022-02-01-late: committed 10 days after its date" in scen("audit").stdout


def test_a_subfolder_a_worktree_and_a_bare_repository_tell_the_same(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [told("history"), told("audit"), told("diff", "HEAD~1", "HEAD")]
    run(top, "worktree", "add", "-q", str(top / "other"), "HEAD")
    run(top, "clone", "-q", "--bare", ".", "bare.git")
    for folder in ("scenarios/evidence/2022", "other"):
        monkeypatch.chdir(top / folder)
        assert [told("history"), told("audit"), told("diff", "HEAD~1", "HEAD")] == whole
    monkeypatch.chdir(top)
    bare = ("--database", "bare.git")
    assert [
        told(*bare, "history"),
        told(*bare, "audit"),
        told(*bare, "diff", "HEAD~1", "HEAD"),
    ] == whole


def test_a_shallow_clone_says_that_it_ends_and_accuses_nobody(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(top, "notes.txt", b"no record")
    commit(top, "later", "2022-03-10T12:00:00+00:00")
    run(top, "clone", "-q", "--depth=1", top.as_uri(), "shallow")
    monkeypatch.chdir(top / "shallow")
    made = scen("audit")
    assert "this clone is shallow" in made.stderr
    assert "Nothing to report." in made.stdout
    assert "This clone ends at" in made.stdout
