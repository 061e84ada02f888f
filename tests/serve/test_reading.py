"""What is read in the browser: the figures of the command line, on the day and at the revision."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.cli.commands import FILES, make, scen
from tests.full import FULL
from tests.serve.desks import reader
from tests.serve.test_every_link import without_strip
from tests.storage.test_git import commit, run

SHIPPED = Path(__file__).parents[2] / "scenarios"
STEP = 30 if FULL else 180
"""Days from one place of the slider to the next."""


@pytest.fixture(scope="module")
def shipped() -> TestClient:
    return reader(SHIPPED)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("desk") / "scenarios", FILES)


def rows(page: str) -> list[list[str]]:
    """The cells of each row, exact figures or what is read, in no order."""
    found = []
    for row in re.findall(r"<tr[ >].*?</tr>", page.partition("<main")[2], re.DOTALL):
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        found.append([_read(cell) for cell in cells])
    return sorted(found)


def _read(cell: str) -> str:
    return re.sub(r"<(?!data)[^>]*>", "", cell)


def days() -> list[date]:
    first, last = date(2021, 12, 17), date(2026, 11, 26)
    return [first + timedelta(days=n) for n in range(0, (last - first).days, STEP)]


@pytest.mark.parametrize("day", days(), ids=str)
def test_every_figure_of_each_day_is_that_of_status(shipped: TestClient, day: date) -> None:
    told = scen("--database", str(SHIPPED), "status", "--as-of", str(day), "--format", "html")
    wanted = rows(told.stdout)
    page = shipped.get("/status/", params={"as_of": str(day)})
    assert (page.status_code, len(wanted) > 2) == (200, True)
    assert rows(page.text) == wanted


@pytest.mark.parametrize("kind", ["scenarios", "indicators", "evidence", "forecasts", "sources"])
def test_a_list_is_that_of_the_command_line(shipped: TestClient, kind: str) -> None:
    told = scen(
        *("--database", str(SHIPPED), "list", kind, "--as-of", "2022-03-01"),
        *("--format", "html", "--all"),
    )
    page = shipped.get(f"/list/{kind}/", params={"as_of": "2022-03-01"})
    assert rows(page.text) == rows(told.stdout)


@pytest.mark.parametrize(
    ("kind", "narrowed"),
    [
        ("scenarios", {"set": "ukraine-2022"}),
        ("indicators", {"set": "relationship-2030", "theme": "military"}),
        ("evidence", {"set": "ukraine-2022", "since": "2022-02-01", "until": "2022-02-20"}),
        ("evidence", {"theme": "military", "source": "reuters"}),
        ("forecasts", {"since": "2023-01-01"}),
    ],
)
def test_the_filter_bar_narrows_as_the_options_do_and_keeps_its_place(
    shipped: TestClient, kind: str, narrowed: dict[str, str]
) -> None:
    options = [word for name, text in narrowed.items() for word in (f"--{name}", text)]
    if kind == "forecasts":
        options += ["--as-of", "2026-11-26"]
    told = scen(
        *("--database", str(SHIPPED), "list", kind, *options, "--format", "html", "--all"),
    )
    assert told.exit_code == 0, told.stderr
    page = shipped.get(f"/list/{kind}/", params=narrowed).text
    assert rows(page) == rows(told.stdout)
    for name, text in narrowed.items():
        if name in ("since", "until"):
            assert f'name="{name}" value="{text}"' in page
        else:
            assert f'<option value="{text}" selected>' in page


def test_a_search_finds_what_search_finds(shipped: TestClient) -> None:
    told = scen(
        *("--database", str(SHIPPED), "search", "nord", "stream", "--all", "--format", "json")
    )
    hits = json.loads(told.stdout)["hits"]
    page = unescape(shipped.get("/search/", params={"q": "nord stream"}).text)
    assert len(hits) > 5
    names = {" ".join((hit["title"] or hit["id"]).split()) for hit in hits}
    assert {name for name in names if not re.search(f">{re.escape(name)}[<,]", page)} == set()
    assert not re.search(r"\.yaml:\d+:", page), "sentences, not lines of files"
    assert "23 Feb 2022" in page.partition("<main")[2]


def test_an_address_that_is_relative_becomes_one_that_lasts(root: Path) -> None:
    run(root.parent, "init", "-q")
    commit(root.parent, "A desk")
    client = reader(root)
    made = client.get("/list/scenarios/?as_of=7d&rev=HEAD&set=form")
    assert made.status_code == 303
    leads = made.headers["location"]
    assert re.search(r"\?set=form&as_of=\d{4}-\d\d-\d\d&rev=[0-9a-f]{12}$", leads)
    page = client.get(leads)
    assert page.status_code == 200
    (root / "pact.yaml").write_text(FILES["pact.yaml"].replace("A pact", "Another pact"))
    client.app.state.live.refresh()  # type: ignore[attr-defined]
    assert client.get(leads).text.partition("<main")[2] == page.text.partition("<main")[2]
    assert "Another pact" in client.get("/list/scenarios/").text
    assert "Another pact" not in page.text


def test_links_keep_the_day_and_the_revision(shipped: TestClient) -> None:
    page = without_strip(shipped.get("/list/scenarios/?as_of=2022-03-01").text)
    led = re.findall(r' href="(/[a-z][^"]*)"', page)
    assert len(led) > 10
    assert [one for one in led if "as_of=2022-03-01" not in one] == []


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/?as_of=2022-02-30", 400, "2022-02-30 is not a valid date"),
        (
            "/?as_of=soon",
            400,
            "'soon' is not a date: write 2022-02-28, 28 February, today, yesterday or 7d",
        ),
        ("/?rev=nothing", 404, "is in no git repository"),
        ("/s/pact/?as_of=2021-01-01", 404, "pact opened on 2022-01-01: nothing was asked"),
        ("/s/pakt/", 404, "no scenario 'pakt'; did you mean 'pact'?"),
        ("/list/scenarios/?set=from", 404, "no set 'from'; did you mean 'form'?"),
        ("/list/evidence/?source=tas", 404, "no source 'tas'; scen list sources names them"),
        ("/list/evidence/?since=x", 400, "'x' is not a date"),
        (
            "/list/evidence/?since=2022-03-01&until=2022-02-01",
            400,
            "--since 2022-03-01 is after --until 2022-02-01",
        ),
        ("/list/records/", 404, "Page not found: /list/records/."),
        ("/search/?q=%00", 400, "q='\\x00' is not valid"),
        (f"/search/?q={'x' * 2000}", 400, "is not valid"),
        ("/nothing", 404, "Page not found: /nothing."),
    ],
)
def test_a_bad_request_is_refused_in_the_words_of_the_command_line(
    tmp_path: Path, address: str, status: int, said: str
) -> None:
    made = reader(make(tmp_path / "scenarios", FILES)).get(address, follow_redirects=True)
    assert (made.status_code, said in unescape(made.text)) == (status, True), made.text


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    files = {**FILES, "pact.yaml": FILES["pact.yaml"].replace("A pact", "<script>x</script>")}
    client = reader(make(tmp_path / "scenarios", files))
    for address in ("/list/scenarios/", "/search/?q=script", "/s/pact/", "/search/?q=<script>"):
        page = client.get(address).text
        assert "<script>" not in page.replace('<script src="/-/', "")


def test_what_is_wrong_with_the_files_is_said_on_every_page(tmp_path: Path) -> None:
    root = make(tmp_path / "scenarios", FILES)
    client = reader(root)
    desk = client.app.state.live  # type: ignore[attr-defined]
    (root / "ties.yaml").write_text("title: [")
    desk.refresh()
    assert "1 file cannot be read: scen check says why." in client.get("/status/").text
    (root / "tracker.yaml").unlink()
    desk.refresh()
    assert "no longer holds a tracker.yaml: the last state" in client.get("/status/").text
    make(root, FILES)
    desk.refresh()
    assert 'class="attention"' not in client.get("/status/").text


def test_a_page_that_has_not_changed_is_not_sent_again(shipped: TestClient) -> None:
    tag = shipped.get("/status/").headers["etag"]
    made = shipped.get("/status/", headers={"If-None-Match": tag})
    assert (made.status_code, made.content) == (304, b"")


@pytest.mark.parametrize("page", ["/", "/status/", "/s/military-pact/", "/list/evidence/"])
def test_there_is_one_navigation_and_what_can_be_done_stands_apart(
    shipped: TestClient, page: str
) -> None:
    navs = re.findall(r'<nav aria-label="([^"]*)">(.*?)</nav>', shipped.get(page).text, re.DOTALL)
    found = {name: re.findall(r"<a [^>]*>([^<]*)</a>", nav) for name, nav in navs}
    assert found["What can be done"] == ["Record", "Inbox", "Sitting", "Undo"]
    assert found["Site"] == [
        *("Scenarios", "Status", "Reviews", "Indicators"),
        *("Evidence", "Forecasts", "Sources", "Scores"),
    ]


def test_a_page_says_in_which_section_it_is(shipped: TestClient) -> None:
    for page, name in [("/list/evidence/", "Evidence"), ("/status/", "Status")]:
        assert re.search(f'aria-current="[a-z]+">{name}</a>', shipped.get(page).text)


def test_nothing_to_do_is_offered_where_nothing_may_be_recorded() -> None:
    page = reader(SHIPPED, read_only=True).get("/s/military-pact/").text
    assert "What can be done" not in page
    assert "/record/" not in page
    assert 'data-key="g s"' in page


def test_long_lists_are_shown_in_part_and_led_to_whole(tmp_path: Path) -> None:
    item = 'summary: Talk {n}\nobserved: "2022-03-{day:02}"\nrecorded: 2022-03-{day:02}\n'
    item += "source: tass\nratings:\n  pact: {code}\n"
    items = {
        f"evidence/2022/2022-03-{n % 28 + 1:02}-talk-{n}.yaml": item.format(
            n=n, day=n % 28 + 1, code=("C", "I")[n % 2]
        )
        for n in range(150)
    }
    source = {"sources/tass.yaml": "name: TASS\nreliability: C\n"}
    client = reader(make(tmp_path / "scenarios", {**FILES, **source, **items}))

    def talks(page: str) -> int:
        """The items of its last list, or of all where it has one list by month or source."""
        return len({*re.findall(r"/e/2022-03-\d\d-talk-\d+/", page.rpartition('"evidence"')[2])})

    for path, few, most in (("evidence/2022", 100, 150), ("s/pact", 130, 150), ("sources", 5, 25)):
        part, whole = (client.get(f"/{path}/{query}").text for query in ("", "?all=1"))
        assert (talks(part), talks(whole)) == (few, most)
        assert f'<a href="/{path}/?all=1">Show all</a>' in part
        assert "Show all" not in whole
    assert "Show all" not in client.get("/evidence/2022/?as_of=2022-03-10").text
