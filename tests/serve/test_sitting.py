"""The weekly sitting in a browser: blind, kept as it goes, and one sheet at the end."""

from __future__ import annotations

import re
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from scenarios.cli import parsing
from scenarios.storage.session_notes import SittingAnswer as Answer
from scenarios.storage.session_notes import notes, saved_session
from scenarios.workspace.input import typed_in
from tests.cli.commands import FILES, make, scen
from tests.serve.desks import reader
from tests.serve.forms import FROM_HERE, Sent, as_analyst, hidden, send
from tests.storage.test_git import commit, run

TODAY = date(2022, 2, 21)
SHEETS = {
    "forecasts/2022/2022-02-08-jane-doe.yaml": (
        "date: 2022-02-08\nanalyst: jane-doe\nprobabilities: {pact: 0.1234, ties: 0.8766}\n"
    ),
}
UNRATED = "summary: A dinner\nobserved: 2022-02-18\nrecorded: 2022-02-18\n"
RATED = "ratings: {pact: N}\n"
PAST = FILES["pact.yaml"].replace(
    "    added: 2022-01-01", "    added: 2022-01-01\n    due: 2022-02-01\n    if_absent: I"
)
EVERY = {**FILES, **SHEETS, "evidence/2022/2022-02-18-dinner.yaml": UNRATED, "pact.yaml": PAST}


@pytest.fixture(autouse=True)
def _day(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (typed_in, parsing):
        monkeypatch.setattr(module, "today", lambda: TODAY)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return make(tmp_path / "scenarios", EVERY)


@pytest.fixture
def client(desk: Path) -> TestClient:
    client = reader(desk)
    as_analyst(client, "desk")
    return client


def post(client: TestClient, step: str, **fields: Any) -> Sent:
    data = {name.replace("__", ":"): text for name, text in fields.items()}
    return Sent(client, client.post(f"/sitting/{step}/", data=data, headers=FROM_HERE))


def text(client: TestClient) -> str:
    return re.sub(r"<[^>]+>", " ", client.get("/sitting/").text.split("<main", 1)[1])


def begin(client: TestClient) -> Sent:
    """Past the item and the indicator, at the first scenarios."""
    post(client, "begin")
    post(client, "item", item="2022-02-18-dinner", do="later")
    return post(client, "past-due", **{"due:pact/talks": "not-seen"})


def test_a_sitting_goes_from_what_is_due_to_one_sheet(client: TestClient, desk: Path) -> None:
    assert "1 item to rate, 1 indicator past due, 3 scenarios to answer" in text(client)
    assert "A dinner" in post(client, "begin").text
    rates = {"rate:pact": "C", "rate:ties": "I"}
    post(client, "item", item="2022-02-18-dinner", do="rate", **rates)
    item = desk / "evidence/2022/2022-02-18-dinner.yaml"
    assert item.read_text() == f"{UNRATED}ratings:\n  pact: C\n  ties: I\n"
    assert "Past due: seen by now?" in text(client)
    shown = post(client, "past-due", **{"due:pact/talks": "seen"})
    assert "Will a treaty be in force?" in shown.text
    told = post(client, "answers", p__pact="15%", why__pact="A hunch", p__ties="0.84")
    assert "sum 99.0%" in told.text
    assert "nearest that sum to 100%" in told.text
    table = post(client, "show", do="show")
    assert "12% 1 analyst" in " ".join(table.text.split())
    post(client, "revise", p__pact="0.16", why__pact="They know more", p__ties="0.84")
    shown = post(client, "answers", same__trade="yes")
    assert "Seen but not recorded: pact/talks" in post(client, "revise", p__trade="0.6").text
    done = post(client, "end", do="write")
    assert "The sitting is over" in done.text
    assert '<a href="/s/trade/">Trade of 200 billion</a>' in done.page
    assert '<a class="button" href="/undo/">Take it back</a>' in done.page
    (state,) = re.findall('data-state="([0-9]+)"', done.page)
    assert f'data-state="{state}"' in client.get("/who/").text  # and is no news to that page
    sheet = desk / "forecasts/2022/2022-02-21-desk.yaml"
    assert sheet.read_text() == (
        "# yaml-language-server: $schema=../../../schema/forecasts.schema.json\n"
        "date: 2022-02-21\nanalyst: desk\n"
        "probabilities:\n  pact: 0.16\n  ties: 0.84\n  trade: 0.6\n"
        "rationales:\n"
        "  pact: 'A hunch [revised after the reveal; blind: 0.15] They know more'\n"
    )
    assert saved_session(desk, "desk", TODAY) is None


def test_the_numbers_of_items_before_a_reason_cite_them(client: TestClient, desk: Path) -> None:
    make(desk, {"evidence/2022/2022-02-10-news.yaml": UNRATED.replace("-18", "-10") + RATED})
    begin(client)
    assert "1. 10 Feb 2022 (F6) A dinner" in " ".join(text(client).split())
    post(client, "answers", p__pact="15%", why__pact="1: They met.", p__ties="85%")
    post(client, "show", do="show")
    post(client, "revise", p__pact="0.15", p__ties="0.85")
    post(client, "answers", same__trade="yes")
    post(client, "revise", p__trade="0.6")
    post(client, "end", do="write")
    sheet = desk / "forecasts/2022/2022-02-21-desk.yaml"
    assert sheet.read_text().endswith(
        "rationales:\n  pact: They met.\nevidence:\n  pact:\n    - 2022-02-10-news\n"
    )


def test_the_first_page_warns_where_the_branch_is_behind_its_upstream(
    client: TestClient, desk: Path
) -> None:
    run(desk, "init", "-q")
    commit(desk, "Start")
    run(desk, "branch", "ahead")
    run(desk, "branch", "--set-upstream-to", "ahead")
    assert "behind the upstream" not in text(client)
    run(desk, "checkout", "-q", "ahead")
    (desk / "notes.txt").write_text("more")
    commit(desk, "More")
    run(desk, "checkout", "-q", "-")
    assert "1 commit behind the upstream of the last fetch: pull the evidence first." in text(
        client
    )


HIDDEN = ("12.3", "0.1234", "0.8766", "12%", "88%", "13%", "79%", "87%", "21%", "20%", "80%")


QUERIES = (
    "/search/?q=pact",
    "/?as_of=2022-02-10",
    "/s/ties/?as_of=2022-02-10",
    "/record/file/?id=2022-02-08-jane-doe",
    "/record/forecast/?scenario=pact",
)


def test_no_address_of_the_server_tells_a_figure_before_it_is_answered(
    client: TestClient, desk: Path
) -> None:
    begin(client)
    assert client.get("/sitting/").text.count("12%") == 0
    ids = ("pact", "ties", "form", "2022-02-08-jane-doe", "2022-02-04-visit", "2022-02-21", "desk")
    kinds = ("scenarios", "indicators", "evidence", "forecasts", "sources", "s", "e", "set")
    files = [path.relative_to(desk).as_posix() for path in desk.rglob("*.yaml")]
    values = {"id": ids, "kind": kinds, "folder": kinds, "path": files, "ticket": ("x",)}
    values["name"] = ("x",)
    app: Any = client.app
    paths = {
        route.path.replace(":path", "").format(**dict(zip(names, one, strict=True)))
        for route in app.routes
        if "GET" in route.methods and not route.path.startswith("/-/")
        for names in [route.param_convertors]
        for one in product(*(values[name] for name in names))
    }
    assert len(paths) > 60
    for path in (*paths, *QUERIES):
        page = client.get(path).text.split("</head>", 1)[-1]
        assert not [figure for figure in HIDDEN if figure in page], path


def test_the_effect_of_evidence_is_not_told_of_what_is_to_be_answered_blind(
    client: TestClient,
) -> None:
    begin(client)
    item = {"summary": "Dinner", "recorded": "2022-02-21", "rate:pact": "CC", "rate:ties": "I"}
    made = send(client, "evidence", item, do="preview")
    assert "pact, ties: not shown before your own figure is given" in made.text
    assert "<data value" not in made.page


def test_who_does_not_sit_sees_everything(client: TestClient) -> None:
    begin(client)
    client.cookies.delete("scen-8765-analyst")
    assert "12%" in client.get("/list/forecasts/").text
    as_analyst(client, "jane-doe")
    assert "12%" in client.get("/list/forecasts/").text


def test_another_name_chosen_in_the_browser_of_a_sitting_shows_no_more(
    client: TestClient, desk: Path
) -> None:
    begin(client)
    for name in ("jane-doe", "desk", "jane-doe"):
        client.post("/who/", data={"other": name}, headers=FROM_HERE)
        assert "Hidden until your sitting is done" in client.get("/s/pact/").text
        item = {"summary": "Dinner", "recorded": "2022-02-21", "rate:pact": "CC"}
        assert "<data value" not in send(client, "evidence", item, do="preview").page
    other = reader(desk)
    other.post("/who/", data={"other": "jane-doe"}, headers=FROM_HERE)
    assert "Hidden until your sitting is done" not in other.get("/s/pact/").text


def test_a_sitting_is_left_at_any_step_and_its_answers_make_the_sheet(
    client: TestClient, desk: Path
) -> None:
    begin(client)
    post(client, "answers", p__pact="30", why__pact="A hunch", p__ties="70")
    post(client, "keep", p__trade="60")
    shown = Sent(client, client.get("/sitting/stop/"))
    assert "pact : 30%, A hunch" in " ".join(shown.text.split())
    assert hidden(shown.page) == {"stopped": "yes"}
    post(client, "end", do="write", stopped="yes")
    sheet = (desk / "forecasts/2022/2022-02-21-desk.yaml").read_text()
    assert "probabilities:\n  ties: 0.7\n  pact: 0.3\nrationales:" in sheet
    assert saved_session(desk, "desk", TODAY) is None


def test_who_stops_sees_no_figure_of_others_and_can_go_back_to_the_questions(
    client: TestClient,
) -> None:
    begin(client)
    post(client, "keep", p__pact="30", why__pact="A hunch")
    shown = Sent(client, client.get("/sitting/stop/"))
    assert "Not answered, left out: pact; you had typed 0.3, A hunch" in shown.text
    assert "No answer yet" in shown.text
    assert "Hidden until your sitting is done" in client.get("/s/pact/").text
    assert '<a class="button" href="/sitting/">Back to the questions</a>' in shown.page
    assert 'value="30%"' in client.get("/sitting/").text
    post(client, "answers", p__pact="30", p__ties="70")
    post(client, "revise", p__pact="30", p__ties="70")
    assert "3 of 3." in text(client)


def test_there_is_nothing_to_stop_without_a_sitting_or_at_its_end(client: TestClient) -> None:
    assert client.get("/sitting/stop/").headers["location"] == "/sitting/"
    begin(client)
    post(client, "answers", skip__pact="yes", skip__ties="yes")
    post(client, "answers", skip__trade="yes")
    assert client.get("/sitting/stop/").headers["location"] == "/sitting/"


def test_a_sitting_that_is_stopped_without_an_answer_is_ended_and_nothing_stays_hidden(
    client: TestClient,
) -> None:
    begin(client)
    assert "No sheet was written" in post(client, "end", do="drop", stopped="yes").text
    assert "Hidden until your sitting is done" not in client.get("/s/pact/").text


@pytest.mark.parametrize(
    ("typed", "figure"), [("30", 0.3), ("1", 0.01), ("0.3", 0.3), ("99,5", 0.995), ("2%", 0.02)]
)
def test_thirty_means_thirty_per_cent(
    client: TestClient, desk: Path, typed: str, figure: float
) -> None:
    begin(client)
    post(client, "keep", p__pact=typed)
    said = saved_session(desk, "desk", TODAY)
    assert said is not None
    assert said.answers["pact"].blind == figure


def test_a_question_has_its_figure_before_its_news_and_then_the_comparison_first(
    tmp_path: Path,
) -> None:
    call = "summary: A call\nobserved: 2022-02-15\nrecorded: 2022-02-15\nratings: {pact: C}\n"
    client = reader(make(tmp_path / "db", {**EVERY, "evidence/2022/2022-02-15-call.yaml": call}))
    as_analyst(client, "desk")
    begin(client)
    line = client.get("/sitting/").text.partition('<section class="topic">')[2]
    parts = ("Will a treaty", "You said 10%", 'data-odds="p:pact"', "A call", "What decides it")
    assert sorted(parts, key=line.index) == [*parts]
    told = post(client, "answers", p__pact="0.1", p__ties="0.9").page
    assert "1 to 2 of 3." in told
    assert "Others’ figures of this period" not in told
    assert told.count(">Before</dt>") == 1  # of two: the other was not forecast before
    line = told.split('<section class="topic">')[1]
    assert 'href="/e/2022-02-15-call/"' in line
    assert re.findall(r"</svg> ([a-z]+)</span>", line) == [
        "before",
        "yours",
        "others",
        "team",
        "evidence",
    ]
    for figure in ("Yours", "Others", "Team", "Evidence"):
        assert line.index(f">{figure}</dt>") < line.index("Will a treaty be in force?")
    assert 'name="p:pact"' in line


def test_a_figure_is_typed_on_digits_unless_an_earlier_one_can_be_withdrawn(
    client: TestClient,
) -> None:
    begin(client)
    fields = dict(re.findall(r'name="p:(\w+)"([^>]*)>', client.get("/sitting/").text))
    assert 'inputmode="decimal"' not in fields["pact"]
    assert 'inputmode="decimal"' in fields["ties"]


def test_an_answer_leads_to_the_comparison(client: TestClient) -> None:
    begin(client)
    data = {"p:pact": "0.1", "p:ties": "0.9"}
    made = client.post("/sitting/answers/", data=data, headers=FROM_HERE)
    assert made.headers["location"] == "/sitting/#answered"
    assert '<h2 id="answered"' in client.get("/sitting/").text


def test_what_was_observed_is_read_while_one_sits(client: TestClient) -> None:
    begin(client)
    for kind in ("evidence", "indicators", "sources"):
        made = client.get(f"/{kind}/?as_of=2022-03-01")
        assert (made.status_code, made.headers["location"]) == (
            303,
            f"/list/{kind}/?as_of=2022-03-01",
        )
    assert "Hidden until your sitting is done" in client.get("/evidence/2022/").text


def test_an_item_is_read_while_one_sits_without_what_it_does(client: TestClient) -> None:
    open_page = "/e/2022-02-04-visit/"
    assert client.get("/sitting/evidence/2022-02-04-visit/").headers["location"] == open_page
    begin(client)
    moved = client.get(open_page)
    assert moved.status_code == 303
    page = client.get(moved.headers["location"]).text.partition("<main")[2]
    assert "Observed 4 Feb 2022" in page
    assert 'href="/sitting/">Go on with the sitting' in page
    assert "<data" not in page
    assert client.get("/sitting/evidence/nothing/").status_code == 404


def test_an_item_that_was_retracted_says_so_while_one_sits(client: TestClient, desk: Path) -> None:
    item = "2022-02-04-visit"
    scen("--database", str(desk), "retract", item, "--reason=A mistake", "--date=2022-02-20")
    begin(client)
    told = client.get(f"/sitting/evidence/{item}/").text
    assert "Retracted on 20 Feb 2022: A mistake" in told


def test_who_names_nobody_is_asked_again(client: TestClient) -> None:
    told = client.post("/who/", data={}, headers=FROM_HERE)
    assert (told.status_code, "who you are." in told.text) == (422, True)


def test_once_all_is_answered_every_page_tells_its_figures_again(client: TestClient) -> None:
    begin(client)
    told = post(client, "answers", p__pact="0.1", p__ties="0.9")
    assert "12% 1 analyst" in " ".join(told.text.split())
    post(client, "revise", p__pact="0.1", p__ties="0.9")
    assert "Hidden until your sitting is done" in client.get("/s/pact/").text
    post(client, "answers", p__trade="0.6")
    assert "Hidden until your sitting is done" not in client.get("/s/pact/").text
    assert "12%" in client.get("/list/forecasts/").text


def test_a_draft_is_kept_while_one_types_and_a_terminal_goes_on_from_it(
    client: TestClient, desk: Path
) -> None:
    begin(client)
    post(client, "keep", p__pact="0.15", why__pact="A hu", p__ties="0.")
    said = saved_session(desk, "desk", TODAY)
    assert said is not None
    assert [(id, one.blind, one.stage, one.rationale) for id, one in said.answers.items()] == [
        ("pact", 0.15, "figure", "A hu")
    ]
    page = client.get("/sitting/").text
    assert 'value="15%"' in page
    assert "A hu</textarea>" in page


def test_a_sitting_that_is_held_at_a_terminal_is_not_taken_away(
    client: TestClient, desk: Path
) -> None:
    begin(client)
    with notes(desk, "desk", TODAY):
        made = client.post("/sitting/answers/", data={"p:pact": "0.2"}, headers=FROM_HERE)
        assert made.status_code == 422
        assert "another command" in made.text


def test_what_is_no_figure_is_said_at_its_field_and_the_rest_is_kept(
    client: TestClient, desk: Path
) -> None:
    begin(client)
    made = post(client, "answers", p__pact="1.5", p__ties="0.8", why__ties="x" * 5000)
    assert made.status == 422
    assert made.faults == {
        "p_pact": "'1.5' may be a slip: write it with a % sign, or a figure below 1",
        "why_ties": "5000 characters; 4000 are enough",
    }
    assert "Not right yet: 2 fields." in made.text
    for figure in ("130", "0", "100", "101%"):
        told = f"'{figure}': a probability must be above 0% and below 100%"
        made = post(client, "answers", p__pact=figure, p__ties="0.8")
        assert made.faults == {"p_pact": told}
    assert (
        "write 0.7 or 70%"
        in post(client, "answers", p__pact="much", p__ties="0.8").faults["p_pact"]
    )
    made = post(client, "answers", p__ties="0.8")
    assert made.faults == {"p_pact": "a probability, as before, or skip it"}
    said = saved_session(desk, "desk", TODAY)
    assert said is not None
    assert [*said.answers] == ["ties"]


def test_a_revision_without_a_reason_is_asked_for_one(client: TestClient) -> None:
    begin(client)
    post(client, "answers", p__pact="0.1", p__ties="0.9")
    made = post(client, "revise", p__pact="0.2", p__ties="0.9")
    assert made.faults == {"why_pact": "a revision needs a reason"}


def test_a_revision_that_breaks_the_sum_of_its_set_is_told_before_the_sheet(
    client: TestClient,
) -> None:
    begin(client)
    post(client, "answers", p__pact="10%", p__ties="90%")
    revised = {"p:pact": "20%", "why:pact": "They know more", "p:ties": "90%"}
    made = post(client, "revise", **revised)
    assert "sum 110.0%; nearest that sum to 100%: pact 20.0%" in made.text
    assert 'value="20%"' in made.page
    post(client, "revise", **revised, do="anyway")
    assert "Will yearly trade pass 200 billion dollars?" in text(client)


def test_the_counter_of_a_sitting_has_one_total_whatever_is_skipped(client: TestClient) -> None:
    begin(client)
    assert "1 to 2 of 3." in text(client)
    post(client, "answers", skip__pact="yes", p__ties="90%")
    post(client, "show")
    post(client, "revise")
    assert "3 of 3." in text(client)


def test_a_sitting_after_one_that_was_stopped_counts_what_is_left(client: TestClient) -> None:
    begin(client)
    post(client, "answers", p__pact="10%", p__ties="90%")
    post(client, "end", do="write", stopped="yes")
    told = text(client)
    begin(client)
    assert ("1 scenario to answer" in told, "1 of 1." in text(client)) == (True, True)
    post(client, "answers", p__trade="40%")
    post(client, "revise", p__trade="40%")
    post(client, "end", do="write")
    assert "scenario to answer" not in text(client)


def test_what_is_skipped_is_not_asked_again(client: TestClient) -> None:
    begin(client)
    post(client, "answers", skip__pact="yes", skip__ties="yes")
    assert "Will yearly trade pass 200 billion dollars?" in text(client)
    post(client, "answers", skip__trade="yes")
    assert "No answer yet" in text(client)
    assert "No sheet was written" in post(client, "end", do="drop").text


def test_a_question_that_was_resolved_meanwhile_is_left_out(client: TestClient, desk: Path) -> None:
    begin(client)
    post(client, "answers", p__pact="0.1", p__ties="0.9")
    post(client, "revise", p__pact="0.1", p__ties="0.9")
    db = ("--database", str(desk))
    scen(*db, "resolve", "trade", "annulled", "--basis=None", "--date=2022-02-20")
    post(client, "end", do="write")
    sheet = desk / "forecasts/2022/2022-02-21-desk.yaml"
    assert "trade" not in sheet.read_text()


def test_a_sitting_of_an_earlier_day_is_taken_over_or_dropped(
    client: TestClient, desk: Path
) -> None:
    for do in ("drop", "take"):
        with notes(desk, "desk", date(2022, 2, 14)) as old:
            old.keep(answers={"pact": Answer(0.3, 0.3, "answered", "of-then")})
        told = text(client)
        assert "The sitting of 14 Feb 2022 was never finished: 1 answer." in told
        post(client, "left", day="2022-02-14", do=do)
        assert saved_session(desk, "desk", date(2022, 2, 14)) is None
    said = saved_session(desk, "desk", TODAY)
    assert said is not None
    assert [*said.answers] == ["pact"]


def test_without_a_name_nobody_sits(desk: Path) -> None:
    client = reader(desk)
    assert "Say who you are: a sitting is one analyst’s." in client.get("/sitting/").text
    made = client.post("/sitting/begin/", headers=FROM_HERE)
    assert made.headers["location"] == "/who/?to=/sitting/"


def test_the_hidden_fields_of_a_step_are_its_own(client: TestClient) -> None:
    post(client, "begin")
    assert hidden(client.get("/sitting/").text) == {"item": "2022-02-18-dinner"}


def test_a_sheet_that_replaces_a_committed_figure_says_so_before_it_is_written(
    client: TestClient, desk: Path
) -> None:
    begin(client)
    post(client, "answers", skip__pact="yes", skip__ties="yes")
    post(client, "answers", p__trade="0.4")
    scen("--database", str(desk), "forecast", "trade", "0.3", "--analyst=desk", f"--date={TODAY}")
    run(desk.parent, "init", "-q")
    commit(desk.parent, "Begin")
    post(client, "revise", p__trade="0.4")
    told = "audit will say: edited-forecast: 2022-02-21-desk: trade: 0.3 → 0.4"
    assert told in text(client)
