"""A download from Metaculus: questions, forecasts and key factors, and what is wrong with one."""

from __future__ import annotations

import datetime as dt
import io
import struct
import tracemalloc
import zlib
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.errors import ScenError
from scenarios.exchange.arrivals import ForeignId, ReadOptions, SourceFile, reader
from scenarios.extensions.sites.metaculus import listed
from tests.exchange.foreign import DATA, TODAY, arrived, by_id, said, told, zipped

FOLDER = DATA / "metaculus"
QUESTIONS = (FOLDER / "question_data.csv").read_bytes()
FORECASTS = (FOLDER / "forecast_data.csv").read_bytes()
PARTS = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
SHORT = "Question ID,Question Title,Question Type,Open Time,Scheduled Close Time,Resolution\n"
ROW = "1,Will it be?,binary,2026-01-05,2026-06-30,\n"
STATED = "Question ID,Forecaster ID,Forecaster Username,Start Time,End Time,Probability Yes\n"


def download(questions: str, forecasts: str = STATED) -> bytes:
    return zipped({"question_data.csv": questions, "forecast_data.csv": forecasts})


def test_a_zip_its_folder_and_one_of_its_loose_files_hold_the_same() -> None:
    whole = arrived("metaculus", FOLDER)
    for other in (
        arrived("metaculus", zipped({"README.md": "a", **PARTS})),
        arrived("metaculus", zipped({f"download/{name}": text for name, text in PARTS.items()})),
        arrived("metaculus", FOLDER / "question_data.csv"),
        arrived("metaculus", FOLDER / "forecast_data.csv"),
        arrived("metaculus", zipped({"__MACOSX/._question_data.csv": "\0", **PARTS})),
    ):
        assert by_id(other).keys() == by_id(whole).keys()
        assert said(other) == said(whole)
        assert other.left_out == whole.left_out


def test_binary_questions_come_in_and_others_are_counted_and_named() -> None:
    found = arrived("metaculus", FOLDER)
    assert told(found) == []
    assert [record.title for record in found.records if record.kind == "scenario"] == [
        "Will the vote be held by 30 June 2026?",
        "Will the line reopen before March 2026?",
        "Will the second round be needed?",
        "North: Which route will be chosen?",
        "South: Which route will be chosen?",
        "None of these: Which route will be chosen?",
        "Will the talks go on? (Spring)",
    ]
    assert found.left_out == {
        "numeric questions without a range": 1,
        "date questions without a range": 1,
        "forecasts of questions left out": 1,
        "key factors of questions left out": 1,
        "comments": 1,
        "links between questions": 1,
    }
    assert found.remarks[0] == (
        "left out: 'How many seats will be filled?' (numeric without a range),"
        " 'When will the report be published?' (date without a range)"
    )


def test_an_unresolved_question_may_have_fewer_cells_than_the_head_and_is_open() -> None:
    one = by_id(arrived("metaculus", FOLDER))["501"]
    assert one.record == {
        "title": "Will the vote be held by 30 June 2026?",
        "question": "Will the vote be held by 30 June 2026?",
        "opened": dt.date(2026, 1, 5),
        "horizon": dt.date(2026, 6, 30),
        "tags": ["politics"],
    }
    assert one.address == "https://www.metaculus.com/questions/990601/example/"
    assert one.foreign == ForeignId("metaculus", "501")


def test_a_resolved_question_has_its_outcome_on_the_day_on_which_it_was_known() -> None:
    found = by_id(arrived("metaculus", FOLDER))
    assert found["502"].record["resolution"] == {
        "outcome": "occurred",
        "date": dt.date(2026, 2, 11),
        "recorded": dt.date(2026, 2, 11),
        "basis": "Resolved as yes at Metaculus;"
        " see https://www.metaculus.com/questions/990602/example/",
    }
    assert found["503"].record["resolution"]["outcome"] == "annulled"


@pytest.mark.parametrize(
    ("words", "outcome"),
    [("no", "did-not-occur"), ("Yes", "occurred"), ("1.0", "occurred"), ("ambiguous", "annulled")],
)
def test_each_resolution_of_a_binary_question_is_an_outcome(words: str, outcome: str) -> None:
    found = arrived("metaculus", download(SHORT + ROW.replace(",\n", f",{words}\n")))
    assert found.records[0].record["resolution"]["outcome"] == outcome


def test_the_options_of_a_multiple_choice_are_a_set_and_an_absent_one_is_not_forecast() -> None:
    found = arrived("metaculus", FOLDER)
    options = {id: one for id, one in by_id(found).items() if id.startswith("504/")}
    assert {id: one.record["set"] for id, one in options.items()} == dict.fromkeys(
        ("504/North", "504/South", "504/None of these"), "metaculus-504"
    )
    assert found.sets == {"metaculus-504": "Which route will be chosen?"}
    resolved = [id for id, one in options.items() if "resolution" in one.record]
    assert resolved == ["504/South"]  # the set says that the others did not occur
    assert [one for one in said(found) if one[0].startswith("504/")] == [
        ("504/North", "forecaster-1", "2026-01-10 10:00", 0.2),
        ("504/South", "forecaster-1", "2026-01-10 10:00", 0.7),
        ("504/None of these", "forecaster-1", "2026-01-10 10:00", 0.1),
        ("504/South", "forecaster-1", "2026-01-12 10:00", 0.85),
        ("504/None of these", "forecaster-1", "2026-01-12 10:00", 0.15),
    ]


def test_a_forecast_that_ends_before_the_next_is_withdrawn_and_one_that_is_to_end_is_not() -> None:
    of = [one for one in said(arrived("metaculus", FOLDER)) if one[0] == "501"]
    assert [one for one in of if one[1] == "forecaster-1"] == [
        ("501", "forecaster-1", "2026-01-06 09:00", 0.4),
        ("501", "forecaster-1", "2026-01-06 21:15", 0.55),
        ("501", "forecaster-1", "2026-01-20 08:00", None),
        ("501", "forecaster-1", "2026-02-02 10:00", 0.6),
    ]
    assert [one for one in of if one[1] == "forecaster-2"] == [
        ("501", "forecaster-2", "2026-01-07 23:30", 0.35)
    ]


def test_a_forecast_that_ends_today_is_withdrawn_and_one_that_ends_tomorrow_is_not() -> None:
    ends = {id: f"{TODAY + dt.timedelta(days)} 08:00" for days, id in enumerate(("today", "later"))}
    start = "2026-01-06 09:00"
    rows = "".join(f"1,,{who},{start},{end},0.4\n" for who, end in ends.items())
    assert said(arrived("metaculus", download(SHORT + ROW, STATED + rows))) == [
        ("1", "today", start, 0.4),
        ("1", "today", ends["today"], None),
        ("1", "later", start, 0.4),
    ]


def test_what_ends_as_the_question_closes_is_not_withdrawn() -> None:
    assert [one for one in said(arrived("metaculus", FOLDER)) if one[0] == "502"] == [
        ("502", "forecaster-2", "2026-01-09 10:00", 0.8)
    ]


def test_an_aggregate_is_an_analyst_who_is_called_by_its_method() -> None:
    found = arrived("metaculus", FOLDER)
    assert found.analysts == {
        "forecaster-1": "forecaster-1",
        "forecaster-2": "forecaster-2 (bot)",
        "recency-weighted": "recency_weighted",
    }
    remark = "aggregates came in as forecasts of the analyst recency-weighted"
    assert found.remarks[-1] == remark


def test_an_anonymised_forecaster_has_the_same_id_in_each_download() -> None:
    name = "4fc82b26aecb47d2868c4efbe3581732a3e7cbcc6c2efb32062c08170a05eeb8"
    head = "Question ID,Forecaster (Anonymized),Is Bot,Start Time,Probability Yes\n"
    row = "1,{},False,2026-01-06 09:00:00+00:00,0.4\n"
    forecasts = head + row.format(name) + row.format("unweighted")
    found = arrived("metaculus", download(SHORT + ROW, forecasts))
    assert [one[1] for one in said(found)] == ["forecaster-4fc82b26aecb", "unweighted"]


def test_two_names_that_would_be_one_id_stay_two_analysts() -> None:
    row = "1,{},{},2026-01-06 09:00:00+00:00,,0.4\n"
    stated = STATED + row.format(1, "a b") + row.format(2, "a.b") + row.format(3, "a-b")
    ids = [one[1] for one in said(arrived("metaculus", download(SHORT + ROW, stated)))]
    assert len({*ids}) == 3
    assert "a-b" in ids


def test_older_downloads_with_fewer_columns_come_in() -> None:
    questions = (
        "Question ID,Question URL,Question Title,Post ID,Question Type,MC Options,Open Time,"
        "Scheduled Close Time,Actual Close Time,Resolution\n"
        "7,https://example.org/7,Which?,8,multiple_choice,\"['A', 'B']\",2025-01-01,2025-03-01\n"
    )
    forecasts = (
        "Question ID,Forecaster ID,Forecaster Username,Start Time,End Time,Forecaster Count,"
        "Probability Yes,Probability Yes Per Category\n"
        '7,,geometric_mean,2025-01-02 00:00:00+00:00,,5,,"[np.float64(0.25), np.float64(0.75)]"\n'
    )
    found = arrived("metaculus", download(questions, forecasts))
    assert [(id, figure) for id, _, _, figure in said(found)] == [("7/A", 0.25), ("7/B", 0.75)]


@given(st.lists(st.text(min_size=1, max_size=9).filter(str.strip), min_size=2, max_size=4))
@settings(max_examples=40, deadline=None)
def test_options_are_read_as_python_writes_a_list(options: list[str]) -> None:
    assert listed(str(options)) == [option.strip() for option in options]


@pytest.mark.parametrize("text", ["", "[", "['a'", "[['a']]", "['a' 'b']", "{'a': 1}", "['a\\']"])
def test_what_is_no_list_of_texts_has_no_options(text: str) -> None:
    assert listed(text) == []


def test_an_aggregate_of_a_binary_question_may_be_its_two_probabilities() -> None:
    head = STATED.strip() + ",Probability Yes Per Category\n"
    row = '1,,geometric_mean,2026-01-06 09:00:00+00:00,,,"[0.3, 0.7]"\n'
    found = arrived("metaculus", download(SHORT + ROW, head + row))
    assert said(found) == [("1", "geometric-mean", "2026-01-06 09:00", 0.7)]


def test_forecasts_alone_are_of_the_questions_that_an_earlier_download_had() -> None:
    found = arrived("metaculus", STATED + "41,3,forecaster-3,2026-01-06,,0.4\n", "forecasts.csv")
    assert said(found) == [("41", "forecaster-3", "2026-01-06 00:00", 0.4)]


def test_a_time_is_one_of_the_zone_that_is_wanted() -> None:
    found = arrived("metaculus", FOLDER, timezone=ZoneInfo("Asia/Tokyo"))
    assert by_id(found)["501"].record["horizon"] == dt.date(2026, 7, 1)
    assert ("501", "forecaster-2", "2026-01-08 08:30", 0.35) in said(found)


@pytest.mark.parametrize(
    ("time", "taken"),
    [
        ("2026-01-06 09:00:00+00", "2026-01-06 09:00"),
        ("2026-01-06 09:00:00.123456+00", "2026-01-06 09:00"),
        ("2026-01-06 23:30:00-05", "2026-01-07 04:30"),
        ("2026-01-06 23:30:00+0530", "2026-01-06 18:00"),
    ],
)
def test_an_offset_may_have_hours_alone(time: str, taken: str) -> None:
    found = arrived("metaculus", STATED + f"41,3,forecaster-3,{time},,0.4\n", "forecasts.csv")
    assert said(found) == [("41", "forecaster-3", taken, 0.4)]


def test_a_day_is_no_hour_of_an_offset() -> None:
    found = arrived("metaculus", STATED + "41,3,forecaster-3,2026-01-06-05,,0.4\n", "forecasts.csv")
    assert "is not a time such as" in told(found)[0]


def test_a_key_factor_is_unrated_evidence_with_its_direction_in_the_notes() -> None:
    found = by_id(arrived("metaculus", FOLDER))
    assert found["key-factor/73"].record == {
        "summary": "Date of the vote in doubt",
        "observed": "2026-01-12",
        "recorded": dt.date(2026, 1, 13),
        "url": "https://example.org/news/vote",
        "notes": "Key factor at Metaculus (news)\n"
        "Question: Will the vote be held by 30 June 2026?\n"
        "Direction: makes it less probable\n"
        "Certainty: 60\nSource: Example News\nVotes: 3",
    }
    assert "Direction: makes it more probable" in found["key-factor/71"].record["notes"]
    assert found["key-factor/72"].record["summary"] == "Base rate: lines closed for repair"


def test_a_key_factor_needs_no_date_no_id_and_no_words_of_its_own() -> None:
    factors = (
        "Question ID,Type,News URL,News Source,News Published At,News Impact Direction\n"
        "1,driver,,,,\n"
        "1,base_rate,,,,\n"
        "1,news,https://example.org/vote,Example News,2026-01-12 09:00:00+00:00,1\n"
    )
    files = {"question_data.csv": SHORT + ROW, "key_factor_data.csv": factors}
    found = arrived("metaculus", zipped(files))
    assert told(found) == []
    driver, rate, news = (one for one in found.records if one.kind == "evidence")
    assert driver.record["summary"] == "Driver of: Will it be?"
    assert rate.record["summary"] == "Base rate of: Will it be?"
    assert driver.record["observed"] == "2026-01-05"
    assert "No date there" in driver.record["notes"]
    assert news.record["observed"] == "2026-01-12"
    assert len({one.foreign for one in (driver, rate, news)}) == 3


def test_columns_may_stand_in_any_order_with_others_beside_them_and_a_mark_before_them() -> None:
    questions = (
        "\ufeffExtra, question type,Resolution,Scheduled Close Time,Question  Title,Question ID\n"
        "x,Binary,,2026-06-30 00:00:00+00:00,Will it be?,1\n"
    )
    assert [*by_id(arrived("metaculus", download(questions)))] == ["1"]


@pytest.mark.parametrize(
    ("questions", "says"),
    [
        (ROW.replace("2026-06-30", ""), ":2: Scheduled Close Time: empty: a scenario needs"),
        (ROW.replace("2026-06-30", "soon"), ":2: Scheduled Close Time: 'soon' is not a time"),
        (ROW.replace("2026-06-30", "2026-02-30"), "'2026-02-30' is not in the calendar"),
        (ROW.replace(",\n", ",perhaps\n"), ":2: Resolution: 'perhaps' is not yes, no, annulled"),
        (ROW + ROW, ":3: Question ID: the question '1' stands in this file twice"),
        (ROW.replace("binary", "multiple_choice"), "a multiple choice without options"),
    ],
)
def test_a_question_that_cannot_be_taken_is_named_with_its_row(questions: str, says: str) -> None:
    found = arrived("metaculus", download(SHORT + questions), "d.zip")
    assert says in told(found)[0]
    assert told(found)[0].startswith("d.zip/question_data.csv:")


@pytest.mark.parametrize("figure", ["1.2", "-0.1", "nan", "inf", "yes", "1e999"])
def test_a_figure_that_is_no_probability_is_named_with_its_row(figure: str) -> None:
    stated = STATED + f"1,3,forecaster-3,2026-01-06,,{figure}\n"
    found = arrived("metaculus", download(SHORT + ROW, stated), "d.zip")
    words = f"d.zip/forecast_data.csv:2: Probability Yes: '{figure}' is not a probability"
    assert told(found) == [f"{words} from 0 to 1"]
    assert found.forecasts == ()


def test_more_figures_than_options_are_named() -> None:
    forecasts = FORECASTS.replace(b"[None, 0.85, 0.15]", b"[0.85, 0.15]")
    found = arrived("metaculus", zipped({**PARTS, "forecast_data.csv": forecasts}))
    assert "Per Category: 2 figures for a question with 3 options" in told(found)[0]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04 and nothing", "a broken zip"),
        (zipped(PARTS)[:-200], "a broken zip"),
        (zipped({"other.csv": "a"}), "no question_data.csv and no forecast_data.csv in it"),
        (zipped({"../../question_data.csv": QUESTIONS}), "a name outside of the zip"),
        (
            zipped({"a/question_data.csv": QUESTIONS, "question_data.csv": QUESTIONS}),
            "are one part twice",
        ),
        (zipped({"question_data.csv": b"0" * (60 << 20)}), "would unpack to 62,914,560 bytes"),
        (zipped({f"{n}.csv": "" for n in range(1_001)}), "1,001 files in it"),
        (download("Question ID,Question Type\n1,binary\n"), "no column 'Question Title'"),
        (download("Question ID,Question Titel,Question Type\n"), "did you mean 'Question Titel'?"),
        (download(SHORT + '1,"Will it be?,binary\n'), "never closed"),
        (download(SHORT + "1,Will\0 it be?,binary,,,\n"), "NUL"),
        (b"neither,nor\n", "neither a zip nor one of question_data"),
    ],
)
def test_a_file_that_is_no_download_is_refused_in_one_sentence(content: bytes, says: str) -> None:
    with pytest.raises(ScenError, match=says.replace("?", r"\?").replace("(", r"\(")) as caught:
        arrived("metaculus", content, "d.zip")
    assert str(caught.value).startswith("d.zip")
    assert "\n" not in str(caught.value)


def test_a_member_that_was_damaged_is_refused() -> None:
    content = bytearray(zipped({"question_data.csv": QUESTIONS * 50}))
    content[200:260] = bytes(60)
    with pytest.raises(ScenError, match="a broken zip"):
        arrived("metaculus", bytes(content))


def test_a_zip_that_lies_about_its_size_fills_no_memory() -> None:
    squeezed = zlib.compressobj(9, wbits=-15)
    data = squeezed.compress(SHORT.encode())
    for _ in range(100):
        data += squeezed.compress(b"0" * (1 << 20))
    data += squeezed.flush()
    name, crc, size = b"question_data.csv", 0, 1 << 20
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(data), size, len(name), 0)
    entry = struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, len(data), size, len(name), *[0] * 6
    )
    start = len(local) + len(name) + len(data)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(entry) + len(name), start, 0)
    tracemalloc.start()
    with pytest.raises(ScenError):
        arrived("metaculus", local + name + data + entry + name + end)
    assert tracemalloc.get_traced_memory()[1] < 20 << 20
    tracemalloc.stop()


class Pipe(io.BytesIO):
    def seekable(self) -> bool:
        return False


def test_a_zip_from_a_pipe_is_refused() -> None:
    with pytest.raises(ScenError, match="cannot be read from a pipe"):
        reader("metaculus")(SourceFile("-", None, Pipe(zipped(PARTS))), ReadOptions())
