"""What is due is a valid calendar, in which what is the same thing keeps its UID."""

from __future__ import annotations

import re
from datetime import date

from hypothesis import given
from msgspec.structs import replace

from scenarios.analysis.review.deadlines import Due, DueEntry, due
from scenarios.model import Database, Tracker
from scenarios.render.documents.due import ics
from tests.hostile import ACTS, ADDRESSES, TEXTS
from tests.lazily import lazily
from tests.records import databases, day

icalendar = lazily("icalendar")

NOW = day(20)
DESK = Tracker(title="Desk", repository="https://example.org/desk/")


def made(*entries: DueEntry) -> str:
    return ics(Due(as_of=NOW, until=day(34), late=(), coming=entries), Database(tracker=DESK))


def entry(id: str = "s1/talks", on: date = NOW, text: str = "Talks are announced") -> DueEntry:
    days = (on - NOW).days
    return DueEntry(what="indicator", id=id, day=on, days=days, scenarios=("s1",), text=text)


def uids(text: str) -> list[str]:
    return [str(event["uid"]) for event in icalendar.Calendar.from_ical(text).walk("VEVENT")]


def test_what_moves_or_is_reworded_keeps_its_uid_and_others_have_their_own() -> None:
    assert uids(made(entry())) == uids(made(entry(on=day(30), text="Talks begin")))
    assert len({*uids(made(entry(), entry("s1/other")))}) == 2
    other = Due(as_of=NOW, until=day(34), late=(entry(),), coming=())
    assert uids(ics(other, Database(tracker=Tracker(title="Another tracker")))) != uids(
        made(entry())
    )


def linked(*entries: DueEntry, tracker: Tracker = DESK) -> list[str | None]:
    calendar = ics(
        Due(as_of=NOW, until=day(34), late=entries, coming=()), Database(tracker=tracker)
    )
    return [event.get("url") for event in icalendar.Calendar.from_ical(calendar).walk("VEVENT")]


def test_an_entry_leads_to_its_record_where_the_tracker_names_its_repository() -> None:
    horizon = replace(entry("s1"), what="horizon")
    sheet = replace(entry("2022-02-07-desk"), what="forecasts")
    review = replace(entry("2022-02-14"), what="review")
    both = replace(review, scenarios=("s1", "s2"))
    scenario = "https://example.org/desk/s1.yaml"
    assert linked(entry(), horizon, review) == [scenario] * 3
    assert linked(sheet) == ["https://example.org/desk/forecasts/2022/2022-02-07-desk.yaml"]
    assert linked(both) == linked(entry(), tracker=Tracker(title="Desk")) == [None]


def test_no_address_of_a_repository_acts() -> None:
    for address in (*ADDRESSES, "https://a.example/\x1b[31m\u202e"):
        (url,) = linked(entry(), tracker=Tracker(title="Desk", repository=address))
        assert not ACTS.search(str(url)), address


def test_a_calendar_of_nothing_has_a_component_as_the_standard_wants_and_no_entry() -> None:
    empty = icalendar.Calendar.from_ical(made())
    assert [part.name for part in empty.walk()] == ["VCALENDAR", "VTIMEZONE", "STANDARD"]


def test_no_text_makes_an_entry_of_its_own_or_acts() -> None:
    for text in (*TEXTS, "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:1", "a,b;c\\n" * 90):
        shown = made(entry(text=text))
        assert len(uids(shown)) == 1
        assert not ACTS.search(shown.replace("\r", "")), text


@given(databases())
def test_every_entry_is_a_day_of_a_calendar_that_can_be_read(db: Database) -> None:
    found = due(db, day(100), 9999)
    text = ics(found, db)
    assert re.fullmatch(r"(?:[^\r\n]{0,75}\r\n)*[^\r\n]+\r", text, re.DOTALL) or not text.isascii()
    events = icalendar.Calendar.from_ical(text).walk("VEVENT")
    days = [event.decoded("dtstart") for event in events]
    assert days == [one.day for one in (*found.late, *found.coming)]
    assert len({str(event["uid"]) for event in events}) == len(days)


def test_the_last_day_that_there_is_has_no_day_after_it() -> None:
    (event,) = icalendar.Calendar.from_ical(made(entry(on=date.max))).walk("VEVENT")
    assert (event.decoded("dtstart"), "dtend" in event) == (date.max, False)
