"""What is proposed waits within bounds, once for each story, and changes no figure."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.review.inbox import proposals
from scenarios.cli import parsing
from scenarios.drafts import Repeat
from scenarios.paths import path_of
from scenarios.storage.proposals import MOST_BYTES, waiting
from scenarios.workspace.checking import check
from scenarios.workspace.inbox import MOST_WAITING, SAME_DAY, dismiss, propose
from scenarios.workspace.input import typed_in
from scenarios.workspace.opened import open_folder
from scenarios.workspace.write_mode import WriteMode
from tests.cli.commands import FILES, changes, make, scen, tree
from tests.random_databases import random_database
from tests.records import day

AGENT = {"by": "agent", "name": "reader", "on": "2022-02-05"}
TALKS = {"summary": "Moscow and Beijing begin talks on a treaty", "observed": "2022-02-05"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make(tmp_path / "scenarios", FILES)


def item(**keys: Any) -> dict[str, Any]:
    about: dict[str, Any] = {
        key: keys.pop(key) for key in ("foreign", "scenarios", "dismissed") if key in keys
    }
    return {"proposed": AGENT, "evidence": {**TALKS, **keys}, **about}


def fates(root: Path, *proposals: Any, **more: Any) -> list[tuple[str, str | None]]:
    _, result = propose(root, proposals, **more)
    return [(entry.status, entry.id or entry.reason) for entry in result.entries]


FIRST = "2022-02-05-moscow-and-beijing-begin"


def by(kind: str, name: str) -> dict[str, Any]:
    return {"by": kind, "name": name, "on": "2022-02-05"}


NEWS, WIRE, STORE = by("feed", "news"), by("feed", "wire"), by("events", "icews")


def story(who: dict[str, Any], summary: str, url: str | None = None, **more: Any) -> dict[str, Any]:
    keys = {"summary": summary, "observed": "2022-02-05", "url": url}
    item = {key: value for key, value in keys.items() if value}
    return {"proposed": who, "evidence": item, **more}


def entries(root: Path, *proposals: Any) -> list[tuple[str, str | None, str | None]]:
    return [(entry.status, entry.id, entry.reason) for entry in propose(root, proposals)[1].entries]


def test_a_story_is_known_by_its_id_or_by_its_address_and_its_summary(root: Path) -> None:
    assert entries(
        root,
        item(url="https://example.org/1", foreign={"feed": 1}),
        item(url="https://example.org/other", summary="A third", foreign={"feed": "1"}),
        item(url="http://example.org/1/", summary="MOSCOW and Beijing begin  talks on a treaty"),
        item(url="https://example.org/1#second", summary="Another fact of that page"),
        item(url="https://example.org/1", summary="Another fact"),
        item(),
        item(observed="2022-03-05"),
    ) == [
        ("added", FIRST, None),
        ("known", FIRST, "the same id elsewhere"),
        ("known", FIRST, "the same address and summary"),
        ("added", "2022-02-05-another-fact-of-that", None),
        ("added", "2022-02-05-another-fact", None),
        ("known", FIRST, "the same content"),
        ("added", FIRST.replace("02-05", "03-05"), None),
    ]


def test_an_answer_says_of_what_by_its_path(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root.parent)
    visit = {"summary": "A visit", "observed": "2022-02-05"}
    _, result = propose(root, [item(), item(), item(**visit)])
    assert [(entry.status, entry.path) for entry in result.entries] == [
        ("added", f"scenarios/inbox/{FIRST}.yaml"),
        ("known", f"scenarios/inbox/{FIRST}.yaml"),
        ("known", "scenarios/evidence/2022/2022-02-04-visit.yaml"),
    ]


def test_the_order_of_the_words_and_a_word_more_make_another_story(root: Path) -> None:
    page = "https://example.org/1"
    summaries = [
        "routine drill, no threat",
        "no routine drill, threat",
        "Tokyo confirms talks with Beijing in the spring of 2022",
        "Tokyo denies talks with Beijing in the spring of 2022",
        "\N{FIRE}",
        "\N{DOVE OF PEACE}",
    ]
    fates = entries(root, *(story(AGENT, summary, page) for summary in summaries))
    assert [status for status, *_ in fates] == ["added"] * 6
    assert len(waiting(root).proposals) == 6


def test_a_mark_has_an_owner_of_the_rank_of_what_it_marks(root: Path) -> None:
    told = "Moscow and Beijing begin talks"
    first = "2022-02-05-moscow-and-beijing-begin"
    assert entries(
        root,
        story(NEWS, told, "https://news.example.org/1", foreign={"news": "a"}),
        story(WIRE, told, "https://wire.example.org/1", foreign={"wire": "b"}),
        story(WIRE, f"{told} today", "https://wire.example.org/1", foreign={"wire": "b"}),
        story(AGENT, told, "https://agent.example.org/1"),
        story(AGENT, told, "https://wire.example.org/1"),
        story(by("person", "jane"), told, "https://news.example.org/1"),
    ) == [
        ("added", first, None),
        ("repeated", first, "the same summary of that day"),
        ("known", first, "the same id elsewhere"),
        ("added", f"{first}-2", None),
        ("known", first, "the same address and summary"),
        ("added", f"{first}-3", None),
    ]
    assert yaml.safe_load((root / f"inbox/{first}.yaml").read_text())["repeats"] == [
        {
            "by": "feed",
            "name": "wire",
            "on": day(35),
            "url": "https://wire.example.org/1",
            "foreign": {"wire": "b"},
        }
    ]


def test_an_agent_writes_nothing_into_the_file_of_a_feed(root: Path) -> None:
    told = "Moscow and Beijing begin talks"
    fates(root, story(NEWS, told, "https://news.example.org/1"))
    before = tree(root)
    alike = [
        story(by("agent", f"a{n}"), told, f"https://example.org/{n}/{'x' * 900}") for n in range(50)
    ]
    assert {status for status, _ in fates(root, *alike[:1])} == {"added"}
    fates(root, *alike)
    name = "inbox/2022-02-05-moscow-and-beijing-begin.yaml"
    assert tree(root)[name] == before[name]
    assert max(path.stat().st_size for path in (root / "inbox").iterdir()) <= MOST_BYTES
    assert [problem for problem in waiting(root).problems if problem.severity == "error"] == []


def test_of_many_marks_a_file_keeps_those_that_fit_and_is_accepted_with_them(root: Path) -> None:
    told = "Moscow and Beijing begin talks"
    marks = [
        story(by("feed", f"f{n}"), told, f"https://example.org/{n}/{'x' * 900}") for n in range(40)
    ]
    fates(root, story(NEWS, told, "https://news.example.org/1"), *marks)
    name = "2022-02-05-moscow-and-beijing-begin"
    assert len((root / path_of("proposal", name)).read_bytes()) <= MOST_BYTES
    number = len(waiting(root).proposals[name].repeats)
    assert 30 < number < 40
    assert (
        scen("--database", str(root), "inbox", "accept", name, "--analyst", "jane").exit_code == 0
    )
    notes = open_folder(root).database.evidence[f"{name}-talks"].notes
    assert str(notes).startswith("Repeated at https://example.org/0/xxx")
    assert str(notes).endswith("x, …")


@pytest.mark.parametrize("is_dismissed", [False, True])
def test_what_an_agent_wrote_keeps_no_story_of_a_feed_out(root: Path, is_dismissed: bool) -> None:
    page, told = "https://news.example.org/1", "Moscow and Beijing begin talks"
    fates(root, story(AGENT, told, page), story(AGENT, "Nothing to see here", page))
    if is_dismissed:
        for id in waiting(root).proposals:
            dismiss(root, id, "An agent's guess", "jane", day(36))
    assert entries(root, story(NEWS, told, page, foreign={"news": 1})) == [
        ("added", "2022-02-05-moscow-and-beijing-begin-2", None)
    ]


def test_what_a_person_dismissed_of_a_feed_is_proposed_again_by_no_feed_and_no_agent(
    root: Path,
) -> None:
    page, told = "https://news.example.org/1", "Moscow and Beijing begin talks"
    fates(root, story(NEWS, told, page, foreign={"news": 1}))
    (id,) = waiting(root).proposals
    dismiss(root, id, "A comment", "jane", day(36))
    before = tree(root)
    assert entries(
        root,
        story(NEWS, "Another headline", page, foreign={"news": 1}),
        story(WIRE, told, page, foreign={"wire": 2}),
        story(AGENT, told, page),
    ) == [
        ("known", id, "the same id elsewhere"),
        ("known", id, "the same address and summary"),
        ("known", id, "the same address and summary"),
    ]
    assert tree(root) == before


def test_an_old_mark_names_nobody_and_ranks_as_that_of_an_agent(root: Path) -> None:
    told, again = "Moscow and Beijing begin talks", "https://again.example.org/1"
    (root / "inbox").mkdir()
    record = story(NEWS, told, "https://news.example.org/1", repeats=[again])
    (root / "inbox/old.yaml").write_text(json.dumps(record))
    why = "the same address and summary"
    assert entries(root, story(AGENT, told, again)) == [("known", "old", why)]
    assert entries(root, story(WIRE, told, again)) == [("repeated", "old", SAME_DAY)]
    repeats = waiting(root).proposals["old"].repeats
    assert repeats[0] == again
    assert repeats[1] == Repeat("feed", "wire", day(35), url=again)
    assert entries(root, story(WIRE, told, again)) == [("known", "old", why)]


def test_200_from_each_of_three_proposers_fill_the_room_of_each_alone(root: Path) -> None:
    proposers = [by("agent", "a"), by("agent", "b"), NEWS]
    for who in proposers:
        items = [story(who, f"{who['name']} says word{n}") for n in range(200)]
        _, result = propose(root, items)
        assert [entry.status for entry in result.entries] == ["added"] * 100 + ["refused"] * 100
        bound, settle = {
            "agent": (", 500 of all agents", "an analyst has to accept"),
            "feed": ("", "accept"),
        }[who["by"]]
        assert str(result.entries[-1].reason) == (
            f"at most 100 proposals of one proposer{bound} wait: {settle} or dismiss some of them"
            " first"
        )
    assert fates(root, story(WIRE, "The wire has room"), story(STORE, "The store too")) == [
        ("added", "2022-02-05-the-wire-has-room"),
        ("added", "2022-02-05-the-store-too"),
    ]


def test_a_mark_takes_room_and_agents_have_one_room_however_they_call_themselves(
    root: Path,
) -> None:
    first = [story(NEWS, f"told {n}", f"https://news.example.org/{n}") for n in range(2)]
    also = [story(WIRE, f"told {n}", f"https://wire.example.org/{n}") for n in range(2)]
    assert [status for status, _ in fates(root, *first)] == ["added"] * 2
    assert [status for status, _ in fates(root, *also, most=1)] == ["repeated", "refused"]
    many = [story(by("agent", f"name {n}"), f"word{n}") for n in range(7)]
    *_, last = fates(root, *many, most=1)
    assert last[0] == "refused"
    assert str(last[1]).startswith("at most 1 proposals of one proposer, 5 of all agents wait")


def test_a_file_over_the_bound_is_not_read(root: Path) -> None:
    (root / "inbox").mkdir()
    text = json.dumps(story(NEWS, "Talks"))
    (root / "inbox/large.yaml").write_text(f"{text}\n#{'x' * MOST_BYTES}\n")
    (root / "inbox/within.yaml").write_text(text)
    inbox = waiting(root)
    assert [*inbox.proposals] == ["within"]
    assert [str(problem) for problem in inbox.problems] == [
        "inbox/large.yaml:1:1: too-large: a proposal has at most 32,768 bytes: this was not read"
    ]
    assert len(inbox.files["inbox/large.yaml"]) == MOST_BYTES + 1


@pytest.mark.parametrize("kind", ["agent", "feed", "events", "person"])
def test_ratings_states_and_grade_of_a_draft_are_kept_as_suggested_and_count_nothing(
    root: Path, kind: str
) -> None:
    keys = {"ratings": {"pact": "CC"}, "reliability": "A", "credibility": 1}
    record = story(by(kind, "name"), "Talks on a treaty")
    record["evidence"] |= {**keys, "indicators": {"trade/tariffs": "observed"}}
    (root / "trade.yaml").write_text(f"{FILES['trade.yaml']}{TARIFFS}")
    before = open_folder(root).database
    (root / "inbox").mkdir()
    (root / "inbox/talks.yaml").write_text(json.dumps(record))
    words = ["inbox", "accept", "talks", "--analyst", "jane", "--recorded", "2022-02-08"]
    done = scen("--database", str(root), *words)
    suggested = "pact CC, trade/tariffs observed, grade A1"
    assert done.exit_code == 0
    assert f"suggested {suggested}" in done.stderr
    after = open_folder(root).database
    (new,) = after.evidence.keys() - before.evidence.keys()
    item = after.evidence[new]
    assert (item.ratings, item.indicators, item.reliability, item.credibility) == (
        {},
        {},
        None,
        None,
    )
    assert item.proposed
    assert item.proposed.suggested == suggested


TARIFFS = """indicators:
  tariffs: {statement: Tariffs fall, ratings: {trade: C}, added: 2022-01-01}
"""


def test_alike_stories_of_several_outlets_stand_together_with_an_event_and_an_origin(
    root: Path,
) -> None:
    fates(
        root,
        story(NEWS, "Moscow and Beijing begin talks", "https://news.example.org/1"),
        story(NEWS, "A match ends without a goal", "https://news.example.org/2"),
        story(WIRE, "Beijing and Moscow begin talks", "https://wire.example.org/1"),
        story(AGENT, "Talks begin, Moscow and Beijing", "https://agent.example.org/1"),
        story(AGENT, "A match ends without any goal", "https://agent.example.org/2"),
        story(AGENT, "One fact of an article", "https://agent.example.org/3"),
        story(AGENT, "Another fact of an article", "https://agent.example.org/3"),
    )
    first = "2022-02-05-beijing-and-moscow-begin"
    rows = proposals(waiting(root).waiting, open_folder(root).database, day(36)).proposals
    assert [row.id for row in rows if row.event == first] == [
        first,
        "2022-02-05-moscow-and-beijing-begin",
        "2022-02-05-talks-begin-moscow-and",
    ]
    kinds = [row.proposal.proposed.by for row in rows if row.event != first]
    assert kinds == ["feed", "agent", "agent", "agent"]
    assert {row.id: row.event for row in rows if row.event} == {
        first: first,
        "2022-02-05-moscow-and-beijing-begin": first,
        "2022-02-05-talks-begin-moscow-and": first,
        "2022-02-05-a-match-ends-without-any": "2022-02-05-a-match-ends-without-a",
    }


def test_a_forecast_is_known_by_who_proposed_it_its_figure_and_its_day(root: Path) -> None:
    figure = {"proposed": AGENT, "forecast": {"scenario": "pact", "probability": 0.2}}
    other = {**figure, "proposed": {**AGENT, "name": "other"}}
    id = "2022-02-05-pact"
    assert fates(root, figure, figure, other) == [
        ("added", id),
        ("known", id),
        ("added", f"{id}-2"),
    ]


TRADE = Path(__file__).parent / "data" / "trade"
VALUES = {"p10": 232, "p50": 243.5, "p90": 256}
REPORTED = {"by": "agent", "name": "reader", "on": "2024-10-20"}


def estimate(**figures: Any) -> dict[str, Any]:
    return {"proposed": REPORTED, "forecast": {"scenario": "trade-2024", **figures}}


def test_the_quantiles_of_a_quantity_are_proposed_and_known_again(tmp_path: Path) -> None:
    root = Path(shutil.copytree(TRADE, tmp_path / "scenarios"))
    other = {**VALUES, "p90": 257}
    days = {"p10": "2025-03-01", "p50": "2026-01-31"}
    day = {"proposed": REPORTED, "forecast": {"scenario": "pipeline-contract", "quantiles": days}}
    assert [
        status
        for status, _ in fates(
            root,
            estimate(quantiles=VALUES),
            estimate(quantiles=VALUES),
            estimate(quantiles=other),
            day,
        )
    ] == ["added", "known", "added", "added"]
    id = "2024-10-20-trade-2024"
    assert (
        "quantiles:\n    p10: 232\n    p50: 243.5\n    p90: 256\n"
        in (root / path_of("proposal", id)).read_text()
    )
    assert (
        "p10: 2025-03-01\n"
        in (root / path_of("proposal", "2024-10-20-pipeline-contract")).read_text()
    )
    dismiss(root, id, "Too narrow", "jane", date.fromisoformat("2024-10-21"))
    assert fates(root, estimate(quantiles=VALUES)) == [("known", id)]


@pytest.mark.parametrize(
    ("draft", "place", "fault"),
    [
        (
            "trade-2024, probability: 0.3",
            "2:34: quantity-use",
            (
                "'trade-2024' is a quantity, and has no probability"
                " (write quantiles, like {p10: 205, p50: 240, p90: 275})"
            ),
        ),
        (
            "bank-listed, quantiles: {p10: 1, p50: 2}",
            "2:35: quantity-use",
            "'bank-listed' has a yes or a no, and no quantiles (write a probability, like 0.04)",
        ),
        (
            "trade-2024, quantiles: {p10: 232, p50: 223.5}",
            "2:61: quantiles",
            (
                "p50 (223.5) is not over p10 (232)"
                " (values rise with their probabilities, like {p10: 205, p50: 240, p90: 275})"
            ),
        ),
        (
            "trade-2024",
            "2:1: missing-key",
            (
                "a proposed forecast needs the key 'probability' or 'quantiles'"
                " (write probability: 0.04, or quantiles: {p10: 205, p50: 240, p90: 275})"
            ),
        ),
        (
            "trade-2024, probability: 0.3, quantiles: {p10: 232, p50: 243}",
            "2:52: unknown-key",
            (
                "a proposed forecast has either 'probability' or 'quantiles'"
                " (remove 'probability' if it is of a quantity, else 'quantiles')"
            ),
        ),
        (
            "trade-2024, quantiles: {p0: 232, p50: 243}",
            "2:46: value",
            "'p0' is not a valid key; a quantile is called p10, p50 or p97.5: from p0.1 to p99.9",
        ),
    ],
)
def test_a_figure_of_the_wrong_kind_is_named_with_its_place_and_refused(
    tmp_path: Path, draft: str, place: str, fault: str
) -> None:
    root = Path(shutil.copytree(TRADE, tmp_path / "scenarios"))
    text = f"proposed: {json.dumps(REPORTED)}\nforecast: {{scenario: {draft}}}\n"
    make(root, {"inbox/figure.yaml": text})
    problem = f"inbox/figure.yaml:{place}: {fault}"
    (found,) = check(open_folder(root)).problems
    assert f"{found}" == problem
    assert problem in scen("--database", str(root), "inbox").stderr
    [(status, reason)] = fates(root, yaml.safe_load(text))
    assert status == "refused"
    assert str(reason) in fault


def test_accepted_quantiles_are_those_of_the_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(shutil.copytree(TRADE, tmp_path / "scenarios"))
    for module in (typed_in, parsing):
        monkeypatch.setattr(module, "today", lambda: date.fromisoformat("2024-10-21"))
    propose(root, [estimate(quantiles=VALUES, rationale="Autumn")])
    words = (
        "--database",
        str(root),
        "inbox",
        "accept",
        "2024-10-20-trade-2024",
        "--analyst",
        "west",
    )
    assert "trade-2024 is a quantity: write" in scen(*words, "--probability", "0.4").stderr
    listed = scen("--database", str(root), "inbox").stdout
    assert "forecast of trade-2024: Autumn" in listed
    assert "243" not in listed
    own = scen(*words, "--probability", "p10=230,p50=241,p90=252.5")
    assert own.exit_code == 0, own.stderr
    assert "suggested p10 232, p50 243.5, p90 256" in own.stderr
    sheet = yaml.safe_load((root / "forecasts/2024/2024-10-21-west.yaml").read_text())
    assert sheet["quantiles"] == {"trade-2024": {"p10": 230, "p50": 241, "p90": 252.5}}
    assert "probabilities" not in sheet
    assert sheet["rationales"] == {"trade-2024": "Autumn"}
    assert sheet["proposed"]["trade-2024"]["suggested"] == "p10 232, p50 243.5, p90 256"
    assert not waiting(root).proposals


ASKED = {
    "title": "A summit in Kazan by 2024",
    "criteria": "Both heads of state are in Kazan, by either side's news agency.",
    "horizon": "2024-12-31",
    "why": "Both sides speak of it.",
}


def question(who: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {"proposed": who, "question": {**ASKED, **keys}}


def test_a_question_is_known_by_its_title_on_any_day_and_as_a_scenario(root: Path) -> None:
    later = {**by("person", "jane"), "on": "2022-06-01"}
    assert entries(
        root,
        question(by("person", "bo")),
        question(later, title="a summit in  KAZAN by 2024"),
        question(later, title="A pact"),
        story(later, "A summit in Kazan by 2024"),
    ) == [
        ("added", "2022-02-05-a-summit-in-kazan-by", None),
        ("known", "2022-02-05-a-summit-in-kazan-by", "the same content"),
        ("known", "pact", "the same content"),
        ("added", "2022-02-05-a-summit-in-kazan-by-2", None),
    ]


def test_a_question_is_listed_and_accepted_with_the_prior_of_the_person(root: Path) -> None:
    fates(root, question(by("person", "bo")))
    (id,) = waiting(root).waiting
    listed = scen("--database", str(root), "inbox", "--format", "csv").stdout.splitlines()
    draft = "question: A summit in Kazan by 2024 (by 2024-12-31): Both sides speak of it."
    rows = [row.partition(",")[2] for row in listed[1:]]
    assert rows == [f"a new question,person bo,{draft},{id}"]
    accept = ["--database", str(root), "inbox", "accept", id]
    before = tree(root)
    missing = scen(*accept)
    assert (missing.exit_code, missing.stderr) == (
        2,
        "scen: --prior is missing: probability before the evidence\n",
    )
    wrong = scen(*accept, "--summary", "A visit")
    assert wrong.stderr == f"scen: {id} is the draft of a question: leave summary out\n"
    assert tree(root) == before
    given = {"prior": "0.2", "basis": "One year in five", "criteria": "A photo."}
    given |= {"opened": "2022-02-07"}
    done = scen(*accept, *(word for key in given for word in (f"--{key}", given[key])))
    assert done.exit_code == 0, done.stderr
    scenario = open_folder(root).database.scenarios["a-summit-in-kazan-by-2024"]
    assert (scenario.title, scenario.question) == (ASKED["title"], ASKED["title"])
    assert (scenario.resolution_criteria, scenario.horizon) == ("A photo.", date(2024, 12, 31))
    assert scenario.prior.probability == 0.2
    assert waiting(root).proposals == {}
    assert scen("--database", str(root), "undo").exit_code == 0
    assert tree(root) == before


def test_a_dismissed_question_keeps_its_title_and_is_not_proposed_again(root: Path) -> None:
    fates(root, question(by("person", "bo")))
    (id,) = waiting(root).waiting
    dismiss(root, id, "Nobody can decide it", "jane", day(36))
    stub = yaml.safe_load((root / f"inbox/{id}.yaml").read_text())
    assert stub["question"] == {"title": ASKED["title"], "horizon": date(2024, 12, 31)}
    assert fates(root, question(by("person", "pro"))) == [("known", id)]


def test_what_is_recorded_already_is_not_proposed(root: Path) -> None:
    visit = {"summary": "A visit", "observed": "2022-02-05"}
    assert fates(root, item(**visit)) == [("known", "2022-02-04-visit")]


def test_more_than_the_bound_do_not_wait_and_nothing_is_written_outside_the_inbox(
    root: Path,
) -> None:
    before = tree(root)
    items = [item(summary=f"word{n} other{n}") for n in range(10_000)]
    _, result = propose(root, items)
    assert [entry.status for entry in result.entries] == [
        *["added"] * MOST_WAITING,
        *["refused"] * (10_000 - MOST_WAITING),
    ]
    assert "at most 100 proposals of one proposer" in str(result.entries[-1].reason)
    new = changes(before, tree(root))
    assert len(new) == MOST_WAITING
    assert all(path.startswith("inbox/") for path in new)


@pytest.mark.parametrize(
    ("proposal", "reason"),
    [
        ({"proposed": AGENT}, "a proposal needs the key 'evidence', 'forecast' or 'question'"),
        (
            {"proposed": AGENT, "question": {"title": "A pact?"}, "scenarios": ["pact"]},
            "a proposal with the key 'question' has no 'scenarios'",
        ),
        (
            {**item(), "question": {"title": "A pact?"}},
            "a proposal with the key 'question' has no 'evidence'",
        ),
        ({"proposed": AGENT, "evidence": None}, "'evidence' is empty"),
        ({"evidence": TALKS}, "a proposal needs the key 'proposed'"),
        ({**item(), "accepted": True}, "unknown key 'accepted' in a proposal"),
        (item(analyst="jane"), "a draft of evidence has no key 'analyst'"),
        (item(proposed=AGENT), "a draft of evidence has no key 'proposed'"),
        (item(scenarios=["pcat"]), "no scenario 'pcat'; did you mean 'pact'?"),
        (item(ratings={"../x": "C"}), "'../x' is not a valid key"),
        (item(summary="\x1b[31mred"), "'evidence.summary' holds the control character '\\x1b'"),
        (item(summary="x" * 501), "'summary' has 501 characters; at most 500 are allowed"),
        (
            item(foreign={f"feed-{n}": "x" * 500 for n in range(80)}),
            "a proposal has at most 32,768 bytes",
        ),
        (
            item(dismissed={"on": "2022-02-06", "by": "jane", "reason": "No"}),
            "only a person dismisses a proposal: leave `dismissed` out",
        ),
        (
            {**item(), "repeats": ["https://example.org/1"]},
            "whoever repeats a proposal says so: leave `repeats` out",
        ),
        (
            {"proposed": AGENT, "forecast": {"scenario": "pact", "probability": 1}},
            "'probability' is 1; it must be a number from 0.0001 to 0.9999",
        ),
        (
            {
                "proposed": AGENT,
                "forecast": {"scenario": "pact", "probability": 0.5, "date": "2091-01-01"},
            },
            "the horizon of pact is",
        ),
    ],
)
def test_what_a_proposal_may_not_hold_is_refused_and_stops_no_other(
    root: Path, proposal: dict[str, Any], reason: str
) -> None:
    (refused, added) = fates(root, proposal, item(summary="Something else happened"))
    assert refused[0] == "refused"
    assert str(refused[1]).startswith(reason)
    assert added[0] == "added"


def test_an_id_that_is_taken_by_any_file_gets_a_number(root: Path) -> None:
    (root / "inbox").mkdir()
    (root / "inbox" / f"{FIRST}.yaml").write_text("no: proposal")
    assert fates(root, item()) == [("added", f"{FIRST}-2")]


def test_a_dry_run_writes_no_proposal(root: Path) -> None:
    before = tree(root)
    assert fates(root, item(), mode=WriteMode(dry_run=True)) == [("added", FIRST)]
    assert tree(root) == before


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30)


@given(
    st.integers(0, 10_000),
    st.lists(
        st.fixed_dictionaries(
            {
                "proposed": st.just(AGENT) | TEXT,
                "evidence": st.fixed_dictionaries({"summary": TEXT}),
            },
            optional={"foreign": st.dictionaries(TEXT, TEXT), "dismissed": TEXT},
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_no_figure_finding_or_record_depends_on_what_is_proposed(
    seed: int, proposals: list[dict[str, Any]]
) -> None:
    database = random_database(seed)
    ids = sorted(database.scenarios)
    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "tracker.yaml").write_text("format: 1\ntitle: T\n")
        for id in ids:
            asked = {"title": "T", "question": "Q?", "resolution_criteria": "C."}
            days = {"opened": "2022-01-01", "horizon": "2022-12-31"}
            prior = {"probability": database.scenarios[id].prior.probability, "basis": "B."}
            (root / f"{id}.yaml").write_text(json.dumps({**asked, **days, "prior": prior}))
        before = open_folder(root)
        (root / "inbox").mkdir()
        for n, proposal in enumerate(proposals):
            about = {"evidence": {**proposal["evidence"], "ratings": dict.fromkeys(ids, "CC")}}
            (root / path_of("proposal", f"p{n}")).write_text(json.dumps({**proposal, **about}))
        after = open_folder(root)
        assert after.database == before.database
        assert after.problems == before.problems
        assert dict(after.snapshot) == dict(before.snapshot)


def test_what_waits_is_listed_by_age_with_the_scenarios_of_today(root: Path) -> None:
    pact = (root / "pact.yaml").read_text()
    (root / "pact.yaml").unlink()
    (root / "treaty.yaml").write_text(f"{pact.rstrip()}\nformerly: [pact]\n")
    opened = open_folder(root)
    (root / "inbox").mkdir()
    keys = {"ratings": {"pact": "C"}, "indicators": {"trade/x": "observed"}}
    texts = {"new": {**item(**keys), "scenarios": ["gone"]}, "old": item()}
    texts["old"] = {**texts["old"], "proposed": {**AGENT, "on": "2022-01-01"}}
    for id, record in texts.items():
        (root / "inbox" / f"{id}.yaml").write_text(json.dumps(record))
    rows = proposals(waiting(root).waiting, opened.database, day(40)).proposals
    assert [(row.id, row.days, row.scenarios, row.ended) for row in rows] == [
        ("old", 40, (), ()),
        ("new", 5, ("treaty", "trade"), ()),
    ]


def test_a_proposal_edited_by_hand_while_it_is_accepted_stays_and_nothing_is_recorded(
    root: Path,
) -> None:
    from scenarios.workspace.inbox import waiting_at
    from scenarios.workspace.tasks.evidence import record_evidence

    fates(root, item())
    seen = waiting_at(root, FIRST)
    place = root / path_of("proposal", FIRST)
    place.write_text(f"{place.read_text()}# mine\n")
    before = tree(root)
    record = {**TALKS, "recorded": "2022-02-07", "ratings": {}, "indicators": {}}
    with pytest.raises(Exception, match="changed since it was read"):
        record_evidence(root, {**record, "corroborated_by": []}, proposal=seen)
    assert tree(root) == before
