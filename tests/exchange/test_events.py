"""Event stores are read by an engine; what comes here is what was asked for, and told exactly."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from pathlib import Path

import pytest

from scenarios.address import engine_words, hidden, refuse_unescaped, scheme_of
from scenarios.errors import ScenError
from scenarios.exchange.candidates import Candidate, Candidates, SearchMatches
from scenarios.extensions.events.candidates import (
    IndicatorSearch,
    SearchWindow,
    evidence_of,
    search,
)
from scenarios.extensions.events.store import EventStore, open_store
from scenarios.values import EventCount, Events

EVENTS = Path(__file__).parents[1] / "data" / "events"
DAY = dt.date(2022, 12, 31)


def looked(
    place: Path | str,
    events: Events,
    since: dt.date | None = None,
    until: dt.date = DAY,
    limit: int = 20,
) -> SearchMatches:
    """What one search in a store finds."""
    within = SearchWindow(as_of=until, since=since, until=until, limit=limit)
    one = IndicatorSearch(indicator="pact/talks", statement="Talks", events=events)
    with open_store(str(place), [events.table]) as store:
        return search(store, [one], within, {}).queries[0]


def ids(found: SearchMatches) -> list[str]:
    return [one.id for one in found.candidates]


def icews(**match: list[str]) -> Events:
    return Events(table="icews", match=match)


def written(folder: Path, name: str, rows: list[str]) -> Path:
    place = folder / name
    place.write_text("\n".join(rows) + "\n")
    return place


def test_an_event_of_icews_goes_by_its_date_and_id_and_a_code_keeps_its_noughts() -> None:
    assert ids(looked(EVENTS, icews(cameo=["036", "042"]))) == ["2022-02-04/1", "2022-02-04/2"]
    assert ids(looked(EVENTS, icews(cameo=["36"]))) == []
    assert looked(EVENTS, icews(cameo=["161"])).candidates == (
        Candidate(
            number=1,
            id="2022-02-24/4",
            date=dt.date(2022, 2, 24),
            summary=(
                'Volodymyr Zelensky – Reduce or break diplomatic relations "at once" – Russia'
            ),
            fields={
                "event_id": "4",
                "cameo": "161",
                "text": 'Reduce or break diplomatic relations "at once"',
                "intensity": "-7.0",
                "source_name": "Volodymyr Zelensky",
                "source_country": "Ukraine",
                "target_name": "Russia",
                "target_country": "Russian Federation",
                "story": "14",
                "country": "Ukraine",
            },
        ),
    )


def test_a_country_is_found_by_its_code_and_by_its_name() -> None:
    by_code = looked(EVENTS, icews(source_country=["RUS"], target_country=["UKR"]))
    by_name = looked(
        EVENTS, icews(source_country=["Russian Federation"], target_country=["Ukraine"])
    )
    assert (by_code.total, by_code.candidates) == (5, by_name.candidates)


def test_gdelt_needs_no_head_and_an_actor_may_have_no_name() -> None:
    found = looked(EVENTS, Events(table="gdelt", match={"cameo_root": ["19", "03"]}))
    assert [(one.id, str(one.date), one.summary) for one in found.candidates] == [
        (
            "1029000001",
            "2022-02-24",
            "RUSSIA – Fight (CAMEO 190) – UKRAINE – Kyiv, Kyyiv, Misto, Ukraine",
        ),
        (
            "1029000002",
            "2022-02-04",
            "CHINA – Express intent to cooperate (CAMEO 036) – RUSSIA – Beijing, Beijing, China",
        ),
    ]


def test_a_table_of_another_width_is_not_taken_for_gdelt_2(tmp_path: Path) -> None:
    place = written(tmp_path, "gdelt.CSV", ["\t".join(["1"] * 58)])
    with pytest.raises(ScenError, match="has 58 columns and no head; GDELT 2 has 61"):
        looked(place, Events(table="gdelt", match={"cameo": ["190"]}))


def test_acled_writes_a_day_in_two_ways() -> None:
    found = looked(EVENTS, Events(table="acled", match={"country": ["Ukraine"]}))
    assert [(one.id, str(one.date), one.summary) for one in found.candidates] == [
        (
            "UKR2",
            "2022-02-26",
            "Armed clash – Military Forces of Russia – Military Forces of Ukraine – Kyiv",
        ),
        (
            "UKR1",
            "2022-02-24",
            "Air/drone strike – Military Forces of Russia – Military Forces of Ukraine – Boryspil",
        ),
    ]


def test_any_other_table_needs_an_id_and_a_date(tmp_path: Path) -> None:
    rows = ["id,date,title,kind", "7,2022-02-04,A visit,talks", "8,2022-02-05,A call,call"]
    place = written(tmp_path, "visits.csv", rows)
    found = looked(place, Events(table="visits", match={"kind": ["talks"]}))
    assert [(one.id, one.summary) for one in found.candidates] == [("7", "A visit")]
    place = written(tmp_path, "visits.csv", ["id,day", "7,2022-02-04"])
    with pytest.raises(ScenError, match="has no 'date', the date of visits"):
        looked(place, Events(table="visits", match={"id": ["7"]}))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("sorce_country", "no 'sorce_country', which the indicator matches; did you mean 'source_"),
        ("CAMEO", ""),
        ("Event_Text", ""),
        ("weather", "no 'weather', which the indicator matches; it has "),
    ],
)
def test_a_column_goes_by_our_name_or_by_its_own(name: str, told: str) -> None:
    if told:
        with pytest.raises(ScenError, match=told):
            looked(EVENTS, icews(**{name: ["190"]}))
    elif name == "CAMEO":
        with pytest.raises(ScenError, match="did you mean 'cameo'"):
            looked(EVENTS, icews(**{name: ["190"]}))
    else:
        assert looked(EVENTS, icews(**{name: ["Make a visit"]})).total == 1


def test_the_column_that_a_file_does_not_have_is_named(tmp_path: Path) -> None:
    place = written(tmp_path, "icews.csv", ["Event ID,Event Dat,CAMEO Code", "1,2022-02-04,036"])
    words = "no 'Event Date', the date of ICEWS; did you mean 'Event Dat'"
    with pytest.raises(ScenError, match=words):
        looked(place, icews(cameo=["036"]))


def test_codes_that_are_numbers_are_refused(tmp_path: Path) -> None:
    import duckdb

    place = tmp_path / "icews.parquet"
    row = """SELECT 1 AS "Event ID", DATE '2022-02-04' AS "Event Date", 36 AS "CAMEO Code" """
    duckdb.connect().execute(f"COPY ({row}) TO '{place}'")
    with pytest.raises(ScenError, match="'CAMEO Code' of ICEWS is a number there"):
        looked(place, icews(cameo=["036"]))


def test_a_threshold_is_crossed_once_until_the_count_has_fallen_below_it(tmp_path: Path) -> None:
    chance = random.Random(20)  # noqa: S311
    first = dt.date(2021, 1, 1)
    days = sorted(first + dt.timedelta(days=chance.randrange(400)) for _ in range(300))
    rows = [f"{number},{day},x" for number, day in enumerate(days)]
    place = written(tmp_path, "visits.csv", ["id,date,kind", *rows])
    number = Counter(days)

    def within(day: dt.date, window: int) -> int:
        return sum(number[day - dt.timedelta(days=back)] for back in range(window))

    for window, at_least, since in ((1, 2, None), (7, 8, None), (9, 9, dt.date(2021, 6, 1))):
        events = Events(
            table="visits",
            match={"kind": ["x"]},
            count=EventCount(window=f"{window}d", at_least=at_least),
        )
        found = looked(place, events, since=since, until=dt.date(2021, 12, 1), limit=1000)
        expected = [
            (day, within(day, window))
            for day in (first + dt.timedelta(days=n) for n in range(335))
            if day >= (since or first)
            and within(day, window) >= at_least > within(day - dt.timedelta(days=1), window)
        ]
        assert [(one.date, one.count) for one in reversed(found.candidates)] == expected
        assert found.total == len(expected) > 3


def test_days_and_the_limit_narrow_it_and_the_newest_come_first() -> None:
    events = icews(cameo=["190"])
    assert ids(looked(EVENTS, events)) == [
        *("2022-03-16/6", "2022-02-26/5", "2022-02-24/2", "2022-02-24/3")
    ]
    narrow = looked(EVENTS, events, dt.date(2022, 2, 24), dt.date(2022, 2, 26), limit=1)
    assert (ids(narrow), narrow.total, str(narrow.first)) == (["2022-02-26/5"], 3, "2022-02-24")


def test_files_of_a_table_lie_in_a_folder_of_its_name_or_begin_with_it(tmp_path: Path) -> None:
    text = (EVENTS / "icews.tab").read_text().splitlines()
    odd = tmp_path / "a [b] *"
    (odd / "icews").mkdir(parents=True)
    written(odd / "icews", "events.2022-02.tab", text[:4])
    written(odd / "icews", "events.2022-03.tab", [text[0], *text[4:]])
    assert looked(odd, icews(cameo=["190", "042"])).total == 5
    assert looked(odd / "icews", icews(cameo=["190", "042"])).total == 5
    gdelt = IndicatorSearch(
        indicator="a/b", statement="S", events=Events(table="gdelt", match={"cameo": ["1"]})
    )
    with (
        pytest.raises(ScenError, match="has no table 'gdelt': put each of gdelt, icews there"),
        open_store(str(odd), ["gdelt", "icews"]) as store,
    ):
        search(store, [gdelt], SearchWindow(as_of=DAY, since=None, until=DAY, limit=1), {})


def test_what_cannot_be_read_is_told_in_a_line(tmp_path: Path) -> None:
    events = icews(cameo=["190"])
    with pytest.raises(ScenError, match=r"no event store at '.*/none': no such file"):
        looked(tmp_path / "none", events)
    with pytest.raises(ScenError, match=r"holds no Parquet, CSV or TSV file \(zipped: unpack\)"):
        looked(tmp_path, events)
    with pytest.raises(ScenError, match=r"icews.parquet: .*[Nn]o magic bytes"):
        looked(written(tmp_path, "icews.parquet", ["This is text, and no Parquet"]), events)
    (tmp_path / "icews.parquet").unlink()
    text = (EVENTS / "icews.tab").read_text().replace("2022-02-26", "2022-02-30")
    with pytest.raises(ScenError, match=r"icews.tab: .*2022-02-30") as raised:
        looked(written(tmp_path, "icews.tab", [text]), events)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 500
    (tmp_path / "icews.parquet").write_bytes(b"PAR1")
    with pytest.raises(ScenError, match="holds both Parquet and text"):
        looked(tmp_path, events)


def test_the_engine_reads_these_files_alone_and_fetches_nothing() -> None:
    with open_store(str(EVENTS), ["icews"]) as store:
        for query in (
            f"FROM '{EVENTS / 'acled.csv'}'",
            "FROM 'https://example.org/events.csv'",
            "COPY (SELECT 1) TO 'x.csv'",
            "INSTALL httpfs",
            "LOAD httpfs",
            "SET enable_external_access = true",
        ):
            with pytest.raises(ScenError, match=r"(?i)permission|disabled|configur|not be found"):
                _refused(store, query)


def test_a_slow_query_shows_no_bar_in_the_output() -> None:
    with open_store(str(EVENTS), ["icews"]) as store:
        setting = "SELECT current_setting('enable_progress_bar')"
        assert store.connection.con.execute(setting).fetchone() == (False,)


def _refused(store: EventStore, query: str) -> None:
    with engine_words("x"):
        store.connection.con.execute(query)


def test_a_record_of_a_row_has_its_id_and_its_story_and_of_a_crossing_the_rows() -> None:
    force = Events(
        table="icews", match={"cameo": ["190"]}, count=EventCount(window="7d", at_least=3)
    )
    with open_store(str(EVENTS), ["icews"]) as store:
        made = []
        for events in (icews(cameo=["042"]), force):
            one = IndicatorSearch(indicator="pact/talks", statement="Force is used.", events=events)
            within = SearchWindow(as_of=DAY, since=None, until=DAY, limit=9)
            found = search(store, [one], within, {}).queries[0]
            made.append(evidence_of(store, found, found.candidates[0]))
    row, crossing = made
    assert (row["origin"], row["foreign"]) == ("icews-story-11", {"icews": "2022-02-04/1"})
    assert crossing == {
        "summary": "Force is used – 3 rows of icews in the 7 days to 2022-02-26",
        "observed": "2022-02-26",
        "url": None,
        "origin": None,
        "notes": "A candidate for pact/talks, from ICEWS.\n"
        "2022-02-26/5: Military (Russia) – Use conventional military force – Military (Ukraine)\n"
        "2022-02-24/2: Military (Russia) – Use conventional military force – Ukraine\n"
        "2022-02-24/3: Military (Russia) – Use conventional military force – Citizen (Ukraine)",
        "foreign": {"icews": "2022-02-26/pact/talks"},
    }


def test_two_rows_of_one_id_are_one_if_they_say_the_same(tmp_path: Path) -> None:
    rows = (EVENTS / "icews.tab").read_text().splitlines()
    for other, words in ((rows[1], None), (rows[1].replace("\t042", "\t043"), "two rows of the")):
        place = written(tmp_path, "icews.tab", [*rows, other])
        with open_store(str(place), ["icews"]) as store:
            one = IndicatorSearch(
                indicator="a/b", statement="S", events=icews(source_country=["RUS"])
            )
            within = SearchWindow(as_of=DAY, since=None, until=DAY, limit=1000)
            found: Candidates = search(store, [one], within, {})
            listed = [one for one in found.queries[0].candidates if one.id == "2022-02-04/1"]
            assert len(listed) == 2
            if words is None:
                assert evidence_of(store, found.queries[0], listed[0])["observed"] == "2022-02-04"
            else:
                with pytest.raises(ScenError, match=words):
                    evidence_of(store, found.queries[0], listed[0])


def test_a_password_is_never_part_of_what_is_shown() -> None:
    for address, shown in {
        "postgresql://ann:geheim@db.example.org/events": "postgresql://ann:***@db.example.org/events",
        "postgresql://ann:p/w@x@db/e?sslmode=require": "postgresql://ann:***@db/e?sslmode=require",
        "postgresql://db/e?user=ann&password=geheim&x=1": "postgresql://db/e?user=ann&password=***&x=1",
        "postgresql://ann@db/e": "postgresql://ann@db/e",
        "/srv/events:2022@home": "/srv/events:2022@home",
    }.items():
        assert hidden(address) == shown
    for password in ("p/w", "p@w", "p?w", "p#w"):
        with pytest.raises(ScenError, match=r"://ann:\*\*\*@db/e: its password holds a char"):
            refuse_unescaped(f"postgresql://ann:{password}@db/e")
        with (
            pytest.raises(ScenError, match="its password"),
            engine_words(f"mysql://a:{password}@h"),
        ):
            pass
    assert hidden("postgresql://ann:geheim@db/e", "no geheim here") == "no *** here"
    for address in ("postgresql://ann:p%2Fw@db/e?x=/y", "postgresql://h:5432/db?user=a@b", "/a@b"):
        refuse_unescaped(address)
    assert (scheme_of("PostgreSQL://x"), scheme_of("C:\\events")) == ("postgresql", None)


def test_a_table_of_a_duckdb_file_and_of_an_engine_that_is_not_tried_here(tmp_path: Path) -> None:
    import duckdb

    rows = "SELECT '1' AS id, '2022-02-04' AS date, 'A visit' AS title, 'talks' AS kind"
    file = tmp_path / "events.duckdb"
    with duckdb.connect(file) as made:
        made.execute(f"CREATE TABLE Visits AS {rows}")
    events = Events(table="visits", match={"kind": ["talks"]})
    found = looked(f"duckdb://{file}", events)
    assert [one.summary for one in found.candidates] == ["A visit"]
    with open_store("sqlite://", ["visits"]) as store:
        assert store.remark == "sqlite is read through Ibis, and untested here"
    calls = Events(table="calls", match={"kind": ["talks"]})
    for address, told in (
        (f"duckdb://{file}", "has no table 'calls'; it has Visits"),
        (f"duckdb://{tmp_path}/none.duckdb", "no event store at .*none.duckdb': no such file"),
        ("mysql://ann:geheim@127.0.0.1:1/x", r"mysql://ann:\*\*\*@.* needs what scen does not br"),
        ("nonsense://ann:geheim@x", r"nonsense://ann:\*\*\*@x: Don't know how to connect to"),
    ):
        with pytest.raises(ScenError, match=told) as raised:
            looked(address, calls)
        assert "geheim" not in str(raised.value)
