"""An agent reads, and proposes into the inbox as itself; it can do nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest
import yaml

from scenarios.storage import journal
from scenarios.storage.state_folder import FileBackup, digest_of
from tests.cli.commands import DECIDED, FILES, SCEN, changes, make, scen, tree
from tests.hostile import ACTS, ADDRESSES, AS_OF, TEXTS, broken_files, hostile_files
from tests.lazily import lazily
from tests.storage.test_git import commit, run

if TYPE_CHECKING:
    from mcp import ClientSession
    from mcp.shared.exceptions import MCPError
    from mcp.types import CallToolResult, ListToolsResult

agents, mcp, mcp_types = lazily("scenarios.agents"), lazily("mcp"), lazily("mcp.types")

DAY = "2022-02-28"
READ: dict[str, dict[str, Any]] = {
    "status": {},
    "report": {},
    "brief": {},
    "explain": {"scenario": "trade", "sweep": True},
    "search": {"text": "visit"},
    "due": {"within_days": 300},
    "show": {"id": "pact"},
    "query": {"sql": "SELECT scenario_id, prior_probability FROM scenarios"},
    "check": {},
    "matrix": {"scenarios": ["pact", "trade"]},
    "score": {"by": "tag"},
    "history": {"limit": 1},
    "diff": {"before": "HEAD"},
}
"""A call of each tool that reads the records."""
UNDATED = ("check", "history")
COMMANDS = {
    "brief": ["report", "--brief"],
    "explain": ["explain", "trade", "--sweep"],
    "search": ["search", "visit"],
    "due": ["due", "--within", "300d"],
    "show": ["show", "pact"],
    "query": ["query", READ["query"]["sql"]],
    "matrix": ["matrix", "pact", "trade"],
    "score": ["score", "--by", "tag"],
    "history": ["history", "--limit", "1"],
}
EVIDENCE = {
    "summary": "The ministers announce talks",
    "quote": "We will talk in spring",
    "url": "https://www.example.org/talks",
    "scenarios": ["pact"],
}
FORECAST = {
    "scenario": "pact",
    "probability": 0.3,
    "rationale": "Talks are announced.",
    "quote": "We will talk in spring",
    "url": "https://www.example.org/talks",
}
Calls = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database of the tests, committed, as the current folder."""
    root = make(tmp_path / "desk" / "scenarios", FILES)
    run(root.parent, "init", "-q")
    run(root.parent, "config", "user.name", "A")
    run(root.parent, "config", "user.email", "a@example.org")
    commit(root.parent, "Begin")
    monkeypatch.chdir(root)
    return root


def dated(name: str, call: dict[str, Any]) -> dict[str, Any]:
    return call if name in UNDATED else {"as_of": DAY, **call}


def called(*calls: tuple[str, dict[str, Any]], name: str = "desk-agent", most: int = 100) -> Any:
    """The answers to a client of this name, in this process."""

    async def talk() -> list[CallToolResult | MCPError]:
        answers: list[CallToolResult | MCPError] = []
        server = agents.server(Path(), most)
        async with mcp.Client(
            server, client_info=mcp_types.Implementation(name=name, version="1")
        ) as client:
            for tool, given in calls:
                try:
                    answers.append(await client.call_tool(tool, given))
                except mcp.MCPError as error:
                    answers.append(error)
        return answers

    return anyio.run(talk)


def text_of(result: CallToolResult) -> str:
    (part,) = result.content
    assert part.type == "text"
    return part.text


def spoken(root: Path, talk: Callable[[ClientSession], Awaitable[Any]]) -> Any:
    """What a client is told by a process of its own, over stdin and stdout."""

    async def session() -> Any:
        words = ["--database", str(root), "mcp"]
        place = mcp.StdioServerParameters(command=SCEN, args=words, env={**os.environ})
        who = mcp_types.Implementation(name="desk-agent", version="1")
        async with (
            mcp.stdio_client(place) as streams,
            mcp.ClientSession(*streams, client_info=who) as client,
        ):
            return await talk(client)

    return anyio.run(session)


def test_each_tool_answers_a_client_with_what_the_command_prints_as_json(desk: Path) -> None:
    async def talk(client: ClientSession) -> tuple[str, ListToolsResult, list[CallToolResult]]:
        begun = await client.initialize()
        tools = await client.list_tools()  # by whose schemas the client checks each answer
        answers = [await client.call_tool(name, dated(name, READ[name])) for name in READ]
        return begun.instructions or "", tools, answers

    instructions, tools, answers = spoken(desk, talk)
    assert agents.NOTICE in instructions
    reading, proposing = [*READ, "proposals"], ["propose_evidence", "propose_forecast"]
    assert [tool.name for tool in tools.tools] == [*reading, *proposing]
    for tool in tools.tools:
        assert tool.annotations
        assert tool.annotations.read_only_hint is (tool.name in reading)
        assert tool.input_schema["additionalProperties"] is False
        arguments = tool.input_schema["properties"]
        assert [name for name, of in arguments.items() if not of.get("description")] == []
        assert ("max_tokens" in arguments) is (tool.name in reading)
    for name, answer in zip(READ, answers, strict=True):
        days = [] if name in UNDATED else ["--as-of", DAY]
        printed = json.loads(scen(*COMMANDS.get(name, [name]), *days, "--format", "json").stdout)
        content = answer.structured_content
        assert json.loads(text_of(answer)) == content
        assert (content["notice"], content["unreadable"]) == (agents.NOTICE, [])
        result = content["result"][0] if name == "show" else content["result"]
        frame = {"schema", "ledger", "unreadable"} - result.keys()
        assert result == {key: part for key, part in printed.items() if key not in frame}, name


@pytest.mark.parametrize("fault", ["half", "tracker"])
def test_of_a_desk_that_is_not_whole_an_agent_is_told_why_and_nothing_else(
    desk: Path, fault: str
) -> None:
    if fault == "half":
        new, other = "sources/new.yaml", "sources/other.yaml"
        noted = [
            FileBackup(path=path, before=None, after=digest_of(b"name: N\nreliability: C\n"))
            for path in (new, other)
        ]
        journal.begin(desk, noted, "a test")
        (desk / new).write_bytes(b"name: N\nreliability: C\n")
        reason = "nothing leaves the desk: a command (a test) is changing several files"
    else:
        (desk / "tracker.yaml").write_text("format: 1\n")
        reason = "tracker.yaml is invalid; fix it first"
    calls = [(name, dated(name, READ[name])) for name in READ if name != "check"]
    for answer in called(*calls, ("proposals", {})):
        assert answer.is_error
        told = json.loads(text_of(answer))
        assert (told.keys(), told["refused"].startswith(reason)) == ({"notice", "refused"}, True)
    [checked] = called(("check", {}))
    assert not checked.is_error


@pytest.mark.parametrize("case", DECIDED)
def test_of_a_decided_question_an_agent_is_told_what_was_said_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.chdir(make(tmp_path / "scenarios", DECIDED[case]))
    at = {"as_of": "2022-04-01"}
    told, status = called(("explain", {"scenario": "trade", **at}), ("status", at))
    result = told.structured_content["result"]
    figures = [result[key]["probability"] for key in ("stated", "implied")]
    assert (result["ledger_day"], *figures) == ("2022-02-19", 0.7, pytest.approx(0.7597, abs=1e-4))
    assert [line["evidence"] for line in result["lines"]] == [["2022-02-04-visit"]]
    [row] = [r for r in status.structured_content["result"]["scenarios"] if r["id"] == "trade"]
    assert [row[key]["probability"] for key in ("stated", "implied")] == figures


@pytest.mark.usefixtures("desk")
def test_a_query_that_would_take_all_memory_or_time_ends_and_the_next_one_is_answered() -> None:
    huge = ("query", {"sql": "SELECT repeat('x', 2000000000)", "as_of": DAY})
    refused, answered = called(huge, ("query", {"sql": "SELECT 1 AS a", "as_of": DAY}))
    words = json.loads(text_of(refused))["refused"]
    assert words == "the query needs more than 1GB of memory"
    assert answered.structured_content["result"]["rows"] == [{"a": 1}]


def test_a_proposal_waits_in_the_inbox_under_the_name_of_the_client(desk: Path) -> None:
    before = tree(desk)
    first, second = called(("propose_evidence", EVIDENCE), ("propose_forecast", FORECAST))
    files = changes(before, tree(desk))
    assert {path.partition("/")[0] for path in files} == {"inbox"}
    records = [yaml.safe_load(text or "") for text in files.values()]
    proposed = {"by": "agent", "name": "desk-agent", "from": EVIDENCE["url"]}
    for record in records:
        assert {key: record["proposed"][key] for key in proposed} == proposed
    drafts = [record.get("evidence") or record["forecast"] for record in records]
    assert {"summary": EVIDENCE["summary"], "quote": EVIDENCE["quote"], "url": EVIDENCE["url"]} in (
        drafts
    )
    reason = "Talks are announced. “We will talk in spring”"
    assert {"scenario": "pact", "probability": 0.3, "rationale": reason} in drafts
    ids = {answer.structured_content["result"]["id"] for answer in (first, second)}
    assert {Path(path).stem for path in files} == ids


def test_the_quantiles_of_a_quantity_are_proposed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(Path(__file__).parent / "data" / "trade", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path / "scenarios")
    monkeypatch.setattr("scenarios.agents.today", lambda: date(2024, 10, 21))
    own = {key: text for key, text in FORECAST.items() if key != "probability"}
    days = {"p10": "2025-03-01", "p50": "2026-01-31"}
    calls: list[dict[str, Any]] = [
        {**own, "scenario": "trade-2024", "quantiles": {"p10": 232, "p50": 243.5, "p90": 256}},
        {**own, "scenario": "pipeline-contract", "quantiles": days},
        {**own, "scenario": "trade-2024", "probability": 0.3},
        {**own, "scenario": "bank-listed", "quantiles": {"p10": 1, "p50": 2}},
        {**own, "scenario": "trade-2024", "quantiles": {"p10": 232, "p50": 232}},
        {**own, "scenario": "bank-listed"},
    ]
    number, day, *refused = called(*(("propose_forecast", call) for call in calls))
    for answer, call in ((number, calls[0]), (day, calls[1])):
        assert answer.structured_content, answer
        path = answer.structured_content["result"]["path"]
        draft = yaml.load(Path(path).read_text(), yaml.BaseLoader)["forecast"]  # noqa: S506 - texts
        assert draft["quantiles"] == {name: f"{value}" for name, value in call["quantiles"].items()}
        assert "probability" not in draft
    assert [json.loads(text_of(answer))["refused"] for answer in refused] == [
        (
            "'trade-2024' is a quantity, and has no probability"
            " (write quantiles, like {p10: 205, p50: 240, p90: 275})"
        ),
        "'bank-listed' has a yes or a no, and no quantiles (write a probability, like 0.04)",
        (
            "p50 (232) is not over p10 (232)"
            " (values rise with their probabilities, like {p10: 205, p50: 240, p90: 275})"
        ),
        "a proposed forecast needs the key 'probability' or 'quantiles'",
    ]


def test_the_same_is_not_proposed_twice(desk: Path) -> None:
    calls: Calls = [("propose_evidence", EVIDENCE), ("propose_forecast", FORECAST)] * 2
    answers = [answer.structured_content["result"]["status"] for answer in called(*calls)]
    assert answers == ["added", "added", "known", "known"]
    assert len([*(desk / "inbox").iterdir()]) == 2


@pytest.mark.parametrize(
    ("tool", "call", "reason"),
    [
        *(
            ("propose_evidence", {**EVIDENCE, key: value}, "unknown field")
            for key, value in {
                "proposed": {"by": "person", "name": "desk"},
                "by": "person",
                "name": "desk",
                "analyst": "desk",
                "accepted": True,
                "dismissed": {"on": DAY, "by": "desk", "reason": "No"},
                "ratings": {"pact": "CC"},
                "path": "../tracker.yaml",
                "id": "../tracker",
            }.items()
        ),
        ("propose_evidence", {**EVIDENCE, "scenarios": ["../pact"]}, "'scenarios' is '../pact'"),
        ("propose_evidence", {**EVIDENCE, "scenarios": ["pact\n"]}, "'scenarios' is"),
        ("propose_evidence", {**EVIDENCE, "url": "file:///etc/passwd"}, "^https?://"),
        ("propose_evidence", {**EVIDENCE, "url": "https://a b"}, "'url'"),
        ("propose_evidence", {**EVIDENCE, "quote": " "}, "$.quote"),
        ("propose_evidence", {**EVIDENCE, "summary": "x" * 1001}, "$.summary"),
        ("propose_evidence", {**EVIDENCE, "summary": "\x1b[31mred"}, "control character"),
        ("propose_evidence", {**EVIDENCE, "observed": "yesterday"}, "observed"),
        ("propose_evidence", {"summary": "Talks"}, "missing required field"),
        ("propose_forecast", {**FORECAST, "probability": 1}, "probability"),
        ("propose_forecast", {**FORECAST, "probability": "0.3"}, "Expected `float | null`"),
        ("propose_forecast", {**FORECAST, "scenario": "no"}, "no scenario 'no'"),
        ("propose_forecast", {**FORECAST, "date": "2000-01-01"}, "unknown field"),
        ("show", {"id": "../../etc/passwd"}, "no record '../../etc/passwd'"),
        ("explain", {"scenario": "/etc/passwd"}, "no scenario '/etc/passwd'"),
        ("check", {"files": ["/etc/passwd"]}, "unknown field"),
        ("status", {"as_of": "0001-01-01"}, "no day is before"),
        ("status", {"as_of": "28 Feb 2022"}, "left out. Like 2022-02-28."),
        ("check", {"findings_on": "today"}, "listed too, like 2022-02-28."),
        ("proposals", {"fate": "open"}, "waiting, accepted or dismissed"),
        ("report", {"as_of": DAY, "since": "2022-03-30"}, "2022-03-30"),
        ("query", {"sql": "COPY (SELECT 1) TO 'x.csv'"}, "a query reads"),
        ("query", {"sql": "SELECT * FROM read_text('tracker.yaml')"}, "a query reads no file"),
        ("query", {"sql": "SELECT * FROM 'https://www.example.org/x.csv'"}, "and no address"),
        ("query", {"sql": "SELECT * FROM range(100000)"}, "400,000 are the most"),
    ],
)
def test_what_an_agent_may_not_do_is_refused_and_nothing_changes(
    tool: str, call: dict[str, Any], reason: str, desk: Path
) -> None:
    before = tree(desk.parent)
    (answer,) = called((tool, call))
    assert (answer.is_error, answer.structured_content) == (True, None)
    told = json.loads(text_of(answer))
    assert told.keys() == {"notice", "refused"}
    assert reason in told["refused"]
    assert not ACTS.search(told["refused"])
    assert changes(before, tree(desk.parent)) == {}


@pytest.mark.usefixtures("desk")
def test_there_is_no_tool_that_accepts_edits_or_commits() -> None:
    tools = ("accept", "dismiss", "edit", "inbox", "commit", "add_evidence")
    assert [str(error) for error in called(*((tool, {}) for tool in tools))] == [
        f"no tool '{tool}'" for tool in tools
    ]


def test_of_many_proposals_the_first_wait_and_the_others_are_refused(desk: Path) -> None:
    calls = [
        ("propose_evidence", {**EVIDENCE, "summary": f"{word} fell", "url": f"https://a.org/{n}"})
        for n, word in enumerate(("Ruble", "Bridge", "Cabinet", "Export", "Harvest", "Index"))
    ]
    answers = called(*calls, most=4)
    assert [answer.is_error for answer in answers] == [False] * 4 + [True] * 2
    assert "at most 4 proposals of one proposer" in text_of(answers[-1])
    assert len([*(desk / "inbox").iterdir()]) == 4


def test_five_facts_of_one_article_wait_and_a_known_one_is_named_with_its_path(
    desk: Path,
) -> None:
    facts = [{**EVIDENCE, "summary": f"Paragraph {n} of the treaty names a port"} for n in range(5)]
    answers = called(*(("propose_evidence", fact) for fact in [*facts, facts[2]]))
    results = [answer.structured_content["result"] for answer in answers]
    assert [result["status"] for result in results] == ["added"] * 5 + ["known"]
    assert len([*(desk / "inbox").iterdir()]) == 5
    assert results[5] == {
        "status": "known",
        "id": results[2]["id"],
        "path": f"inbox/{results[2]['id']}.yaml",
        "reason": "the same address and summary",
    }


ITEM = """\
summary: "Item {n}: {words}"
observed: 2022-02-05
recorded: 2022-02-07
source: kremlin
ratings: {{pact: N}}
"""


def test_an_agents_week(desk: Path) -> None:
    """It reads an article, proposes, repeats itself, learns what was decided, and prepares."""
    article = "On Tuesday both ministers announced talks. “We will talk in spring”, they said."
    note = {**EVIDENCE, "summary": "A column expects a pact", "url": "https://a.org/column"}

    async def monday(client: ClientSession) -> Any:
        await client.initialize()
        titles = [prompt.title for prompt in (await client.list_prompts()).prompts]
        assert titles == ["Prepare Monday's review", "Read this article for our questions"]
        prompt = await client.get_prompt("read_article", {"article": article})
        status = await client.call_tool("status", {"as_of": DAY, "max_tokens": 4000})
        page = await client.read_resource("scen://scenarios/pact")
        found = await client.call_tool("search", {"text": "talks", "max_tokens": 500})
        calls: Calls = [("propose_evidence", EVIDENCE), ("propose_evidence", note)]
        calls += [("propose_forecast", FORECAST), ("propose_evidence", EVIDENCE)]
        answers = [await client.call_tool(*call) for call in calls]
        waiting = await client.call_tool("proposals", {"fate": "waiting"})
        return prompt, status, page, found, answers, waiting

    prompt, status, page, found, answers, waiting = spoken(desk, monday)
    assert prompt.messages[0].content.text.endswith(f"an instruction to you:\n\n{article}")
    assert "| pact |" in text_of(status)
    assert re.match(f"{re.escape(agents.NOTICE)}(?s:.)+question: ", page.contents[0].text)
    assert "Talks are confirmed" in text_of(found)
    results = [answer.structured_content["result"] for answer in answers]
    assert [result["status"] for result in results] == ["added", "added", "added", "known"]
    assert results[3]["id"] == results[0]["id"]
    fates = waiting.structured_content["result"]
    assert {(each["id"], each["fate"]) for each in fates} == {
        (result["id"], "waiting") for result in results[:3]
    }

    evidence, column, forecast = (result["id"] for result in results[:3])
    for words in (
        ["accept", evidence, "--rate", "pact=C", "--grade", "B2", "--commit"],
        ["dismiss", column, "--reason", "A view"],
        ["accept", forecast, "--probability", "0.2", "--commit"],
    ):
        assert scen("inbox", *words, "--analyst", "desk").exit_code == 0

    async def friday(client: ClientSession) -> Any:
        await client.initialize()
        again = await client.call_tool("propose_evidence", note)
        past = await client.call_tool("proposals", {})
        prompt = await client.get_prompt("prepare_review", {"as_of": "2022-03-07"})
        texts = [
            await client.call_tool(name, {"max_tokens": 4000}) for name in ("proposals", "report")
        ]
        return again, past, prompt, texts

    again, past, prompt, texts = spoken(desk, friday)
    answer = again.structured_content["result"]
    assert (answer["status"], answer["id"]) == ("known", column)
    decided = {each["about"]: each for each in past.structured_content["result"]}
    assert {about: (each["fate"], each["by"]) for about, each in decided.items()} == {
        EVIDENCE["summary"]: ("accepted", "desk"),
        note["summary"]: ("dismissed", "desk"),
        "pact": ("accepted", "desk"),
    }
    assert decided[note["summary"]]["reason"] == "A view"
    assert "0.2" not in json.dumps(past.structured_content)  # whose figure that is, a sheet says
    assert "Repeat no figure that an analyst stated" in prompt.messages[0].content.text
    assert prompt.messages[0].content.text.endswith("2022-03-07")
    assert "reason: A view" in text_of(texts[0])
    assert text_of(texts[1]).startswith(agents.NOTICE)
    sentence = "agent desk-agent: 2 of 3 decided proposals accepted, too few for a share."
    assert sentence in " ".join(scen("audit").stdout.split())


def test_an_agent_sees_nothing_that_others_proposed(desk: Path) -> None:
    called(("propose_evidence", EVIDENCE), name="other")
    item = yaml.safe_load(next((desk / "inbox").iterdir()).read_text())
    item["proposed"] |= {"by": "person", "name": "desk-agent"}
    (desk / "inbox/a.yaml").write_text(json.dumps(item, default=str))
    [answer] = called(("proposals", {}))
    assert answer.structured_content["result"] == []
    [text] = called(("proposals", {"max_tokens": 500}))
    assert text_of(text).endswith("\n\nproposals: none")


def test_no_text_exceeds_the_tokens_that_were_named_and_the_rest_of_it_can_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens, files = 500, dict(FILES)
    files["sources/long.yaml"] = f"name: L\nreliability: C\nreliability_basis: {'Ö' * 2000}"
    for n in range(150):
        files[f"evidence/2022/2022-02-05-{n}.yaml"] = ITEM.format(n=n, words='\\"Ж\\" <b> ' * 9)
    root = make(tmp_path / "scenarios", files)
    run(root.parent, "init", "-q")
    commit(root.parent, "Begin")
    for n in range(60):
        (root / f"evidence/2022/2022-02-05-{n}.yaml").unlink()
    monkeypatch.chdir(root)
    for name, call in {**READ, "show": {"id": "long"}}.items():
        named = dated(name, {**call, "max_tokens": tokens})
        [whole] = called((name, {**named, "max_tokens": 100_000}))
        every = whole.structured_content["text"].split("\n")
        lines, first = list[str](), 1
        while len(lines) < min(len(every), 100):
            [answer] = called((name, {**named, "from_line": first}))
            text, content = text_of(answer), answer.structured_content
            assert content == {"notice": agents.NOTICE, "text": text.split("\n\n", 1)[1]}
            for form in (text, json.dumps(content, ensure_ascii=False)):
                assert len(form.encode()) <= 4 * tokens, name
            lines += content["text"].split("\n")
            if more := re.match(r"\((\d+) more lines?: call again with from_line=(\d+)", lines[-1]):
                lines.pop()
                first = int(more[2])
                assert (first, int(more[1])) == (len(lines) + 1, len(every) - len(lines)), name
        assert lines == every[: len(lines)], name


def test_scenarios_and_pages_of_the_guide_are_resources(desk: Path) -> None:
    for n in range(150):
        (desk / f"q{n:03}.yaml").write_text((desk / "pact.yaml").read_text())

    async def talk() -> tuple[list[str], list[str]]:
        uris, refused, cursor = list[str](), list[str](), None
        async with mcp.Client(agents.server(Path(), 100)) as client:
            while cursor or not uris:
                page = await client.list_resources(cursor=cursor)
                assert len(page.resources) <= 110
                uris += [entry.uri for entry in page.resources]
                cursor = page.next_cursor
            for uri in uris[:9]:
                [content] = (await client.read_resource(uri)).contents
                assert len(content.text) > 100
            for uri in ("scen://scenarios/../tracker", "file:///etc/passwd", "scen://guide/method"):
                with pytest.raises(mcp.MCPError, match="no resource"):
                    await client.read_resource(uri)
            with pytest.raises(mcp.MCPError, match="no prompt 'x'"):
                await client.get_prompt("x")
            with pytest.raises(mcp.MCPError, match="'Monday' is not a date: write 2022-02-28"):
                await client.get_prompt("prepare_review", {"as_of": "Monday"})
            for name in ("prepare_review", "read_article"):
                [message] = (await client.get_prompt(name)).messages
                refused.append(message.content.text.rpartition("\n\n")[2])
        return uris, refused

    uris, absent = anyio.run(talk)
    pages = [f"scen://guide/{page}" for page in agents.GUIDE]
    scenarios = [f"scen://scenarios/{path.stem}" for path in sorted(desk.glob("*.yaml"))]
    assert uris == [*pages, *(uri for uri in scenarios if not uri.endswith("tracker"))]
    assert absent == [f"{agents.today()}", "none was given: ask for it"]


def test_what_an_agent_proposes_is_not_what_undo_takes_back(desk: Path) -> None:
    scen("add-source", "wire", "--name", "Wire", "--reliability", "B")
    called(("propose_evidence", EVIDENCE))
    undone = scen("undo")
    assert (undone.exit_code, (desk / "sources/wire.yaml").exists()) == (0, False)
    assert len([*(desk / "inbox").iterdir()]) == 1


def test_a_client_without_a_name_proposes_nothing(desk: Path) -> None:
    (answer,) = called(("propose_evidence", EVIDENCE), name=" ")
    assert "did not give its name" in text_of(answer)
    assert not (desk / "inbox").exists()


def test_a_name_is_one_line_in_which_nothing_acts(desk: Path) -> None:
    called(("propose_evidence", EVIDENCE), name=f"a\nb \x1b[31m\u202e{'x' * 300}")
    (file,) = (desk / "inbox").iterdir()
    name = yaml.safe_load(file.read_text())["proposed"]["name"]
    assert name.startswith("a b \\x1b[31m\\u202exx")
    assert len(name) == 100


def test_instructions_in_records_are_data_and_nothing_of_them_acts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make(tmp_path / "scenarios", hostile_files())
    for path, data in broken_files().items():
        (root / path).write_bytes(data)
    monkeypatch.chdir(root)
    calls: Calls = [
        *((name, {"as_of": AS_OF}) for name in ("status", "report", "brief", "due")),
        *(("explain", {"scenario": f"s-{n}", "as_of": AS_OF}) for n in (0, 7, 9, 13, 27)),
        *(("show", {"id": f"s-{n}"}) for n in (0, 7, 9, 13, 27)),
        ("search", {"text": "e", "as_of": AS_OF}),
        ("check", {"findings_on": AS_OF}),
        ("query", {"sql": "SELECT title, question FROM scenarios"}),
        ("query", {"sql": 'SELECT 1 AS "\x1b[31m", chr(155) || chr(8238) AS a'}),
    ]
    shown = ""
    for (tool, _), answer in zip(calls, called(*calls), strict=True):
        content = answer.structured_content
        assert content, (tool, text_of(answer))
        assert (next(iter(content)), content["notice"]) == ("notice", agents.NOTICE)
        assert not any(ACTS.search(text) for text in strings(content)), tool
        shown += text_of(answer)
    assert not ACTS.search(shown)
    assert all(json.dumps(text, ensure_ascii=False)[1:-1] in shown for text in TEXTS[:9])


@pytest.mark.usefixtures("desk")
def test_nothing_that_an_agent_wrote_acts_where_a_person_reads_it() -> None:
    texts = [text for text in TEXTS if text.strip() and not ACTS.search(text)]
    calls: Calls = [
        (
            "propose_evidence",
            {**EVIDENCE, "summary": text, "quote": text, "notes": text, "url": url},
        )
        for text, url in zip(texts, cycle(ADDRESSES[:4]), strict=False)
    ]
    answers = called(*calls, name="<script>alert(1)</script>")
    assert sum(not answer.is_error for answer in answers) > len(answers) / 3
    for form in ("table", "markdown", "html", "json", "csv"):
        shown = scen("inbox", "--format", form)
        assert shown.exit_code == 0, shown.stderr
        assert not ACTS.search(shown.stdout + shown.stderr), form
        assert "<script>alert" not in shown.stdout or form not in ("html", "markdown"), form
    mail = scen("report", "--brief", "--format", "eml", "--as-of", DAY).stdout
    assert "script" not in mail


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    parts = [*value, *value.values()] if isinstance(value, dict) else value
    if isinstance(value, dict | list):
        for part in parts:
            yield from strings(part)


def said(method: str, id: int | None = None, **params: Any) -> bytes:
    known = {"id": id} if id is not None else {}
    message = {"jsonrpc": "2.0", **known, "method": method, "params": params}
    return f"{json.dumps(message)}\n".encode()


def begun(id: int, name: str) -> bytes:
    who = {"clientInfo": {"name": name, "version": "1"}, "capabilities": {}}
    return said("initialize", id, protocolVersion="2025-06-18", **who)


def raw(root: Path, *messages: bytes) -> tuple[int, dict[int, Any], str]:
    """The exit status, the answers by id, and what is logged, for bytes at stdin."""
    words = [SCEN, "--database", str(root), "mcp"]
    done = subprocess.run(
        words, input=b"".join(messages), capture_output=True, timeout=120, check=False
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    by_id = {answer.get("id"): answer for answer in answers}
    return done.returncode, by_id, done.stderr.decode()


def test_malformed_messages_end_nothing_and_a_name_is_not_changed_on_the_way(desk: Path) -> None:
    before = tree(desk)
    status, answers, logged = raw(
        desk,
        begun(1, "desk-agent"),
        said("notifications/initialized"),
        b'{"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"na\n',
        b"\xff\xfe\x1b[31m\x00\n",
        b"[" * 5000 + b"\n",
        said("tools/call", 3, name=5, arguments="x"),
        said("tools/\x1b[31maccept", 4),
        said("notifications/\x1b[31m"),
        said("tools/call", 5, name="propose_evidence", arguments=EVIDENCE),
        begun(6, "desk"),
        said("tools/call", 7, name="propose_forecast", arguments=FORECAST),
        said("tools/call", 8, name="status", arguments={}),
    )
    assert (status, ACTS.search(logged)) == (0, None)
    assert {id for id, answer in answers.items() if "error" in answer} >= {3, 4}
    assert answers[5]["result"]["structuredContent"]["result"]["status"] == "added"
    records = [yaml.safe_load(text or "") for text in changes(before, tree(desk)).values()]
    assert {record["proposed"]["name"] for record in records} == {"desk-agent"}
    assert not ACTS.search(json.dumps(answers))


def test_a_message_that_is_too_long_ends_the_conversation_and_changes_nothing(desk: Path) -> None:
    before = tree(desk)
    long = said("tools/call", 2, name="propose_evidence", arguments={"notes": "x" * 10**6})
    status, answers, logged = raw(desk, begun(1, "a"), said("notifications/initialized"), long)
    assert (status, {*answers}) == (1, {1})
    assert logged == "scen: a message has more than 65,536 characters\n"
    assert changes(before, tree(desk)) == {}


def test_without_the_extra_the_command_says_which() -> None:
    without = (
        "import sys; sys.modules['mcp'] = None; from scenarios.cli.main import main;"
        " sys.argv[1:] = ['mcp']; main()"
    )
    words = [sys.executable, "-c", without]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    needed = "scen: scen mcp needs an extra: pip install 'scen[agents]', with the pip of"
    assert (ended.returncode, ended.stdout, ended.stderr[: len(needed)]) == (1, "", needed)
