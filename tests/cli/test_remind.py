"""`scen remind` writes a mail for each analyst, which a mailer can send as it is."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest

from tests.cli.commands import FILES, make, scen, tree
from tests.hostile import ACTS, AS_OF, TEXTS, as_yaml, hostile_files
from tests.lazily import lazily

html5lib, icalendar = lazily("html5lib"), lazily("icalendar")

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reminders.md").read_text("utf-8")
TRACKER = """format: 1
title: Alignment
sets: {form: Form of the relationship}
address: https://desk.example.org/scen
analysts:
  desk: {name: Büro für Ostasien, login: desk@example.org}
  ann: {name: "Ann, the second <ann@example.net>", login: ann, mail: ann@example.org, role: editor}
  bob: {name: Bob, login: bob}
  boss: {name: The boss, login: boss@example.org, role: reader}
"""
ANN = "date: 2022-02-06\nanalyst: ann\nprobabilities: {pact: 0.4321, trade: 0.1234}\n"
WEEK = ("--as-of", "2022-02-14")


@pytest.fixture
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheets = {"forecasts/2022/2022-02-06-ann.yaml": ANN}
    make(tmp_path / "scenarios", {**FILES, **sheets, "tracker.yaml": TRACKER})
    monkeypatch.chdir(tmp_path)


pytestmark = pytest.mark.usefixtures("_desk")


def written(*words: str, folder: str = "mails", code: int = 0) -> dict[str, EmailMessage]:
    """The mails of that folder after the command, by analyst."""
    made = scen("remind", "--format", "eml", "--output", folder, *(words or WEEK))
    assert (made.exit_code, made.stdout) == (code, ""), made.stderr
    return {path.stem: parsed(path.read_bytes()) for path in Path(folder).iterdir()}


def parsed(data: bytes) -> EmailMessage:
    assert data.isascii()
    assert data.count(b"\n") == data.count(b"\r\n")
    mail = BytesParser(policy=policy.default).parsebytes(data)
    assert isinstance(mail, EmailMessage)
    assert [part.defects for part in mail.walk() if part.defects] == []
    return mail


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


# -- the mail -------------------------------------------------------------------------------------


def test_each_analyst_with_an_address_has_a_mail_with_the_headers_that_a_mailer_needs() -> None:
    mails = written()
    assert mails.keys() == {"desk", "ann"}
    mail = mails["desk"]
    assert mail.keys() == [
        *("Subject", "Date", "To", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"),
    ]
    assert mail["to"] == "Büro für Ostasien <desk@example.org>"
    assert mail["subject"] == "3 questions to forecast: Alignment"
    assert mail["date"].datetime.strftime("%Y-%m-%d %H:%M") == "2022-02-14 00:00"
    assert re.fullmatch(r"<2022-02-14\.desk\.[0-9a-f]{8}@scen>", mail["message-id"])
    [ann] = mails["ann"]["to"].addresses
    assert ann.addr_spec == "ann@example.org"
    assert ann.display_name == "Ann the second ann example net"


def test_both_parts_say_the_same_with_the_address_of_the_sitting() -> None:
    mail = written()["desk"]
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    text, page = text_of(mail), html5lib.parse(text_of(mail, "html"), namespaceHTMLElements=False)
    sitting = "https://desk.example.org/scen/sitting/"
    assert f"Your sitting: {sitting}\n" in text
    assert next(link.get("href") for link in page.iter("a")) == sitting
    assert max(map(len, text.splitlines())) <= 72
    words = re.findall(r"\w+", "".join(page.find("body").itertext()))
    assert words == re.findall(r"\w+", text)


def test_it_is_the_same_to_the_byte_and_another_day_tracker_or_analyst_has_another_id() -> None:
    first, second = written()["desk"], written(folder="again")["desk"]
    assert first.as_bytes() == second.as_bytes()
    later = written("--as-of", "2022-02-15", folder="later")["desk"]
    Path("scenarios/tracker.yaml").write_text(f"{TRACKER}id: other\n")
    ids = {mail["message-id"] for mail in (first, later, *written().values())}
    assert len(ids) == 4


def test_it_has_the_own_last_figure_and_none_of_another() -> None:
    desk, ann = (written()[who] for who in ("desk", "ann"))
    for kind in ("plain", "html"):
        assert "43%" in text_of(ann, kind)
        assert "43%" not in text_of(desk, kind)
        assert "10%" in text_of(desk, kind)
        assert "10%" not in text_of(ann, kind)
    before = desk.as_bytes()
    other = Path("scenarios/forecasts/2022/2022-02-06-ann.yaml")
    other.write_text(ANN.replace("0.4321", "0.9"))
    assert written()["desk"].as_bytes() == before
    other.unlink()
    assert written()["desk"].as_bytes() == before


def test_without_an_address_of_the_tracker_it_names_the_command() -> None:
    tracker = re.sub("address: .*\n", "", TRACKER)
    Path("scenarios/tracker.yaml").write_text(tracker)
    text = text_of(written()["desk"])
    assert "To forecast: scen review\n" in text
    assert "http" not in text


def test_a_file_that_cannot_be_read_is_named_first() -> None:
    Path("scenarios/trade.yaml").write_text("title: [\n")
    text = text_of(written(code=1)["desk"])
    assert text.index("trade.yaml") < text.index("to forecast")


# -- the folder -----------------------------------------------------------------------------------


def test_a_folder_holds_the_mails_of_one_day() -> None:
    assert written().keys() == {"desk", "ann"}
    sheet = "date: 2022-02-14\nanalyst: ann\nprobabilities: {pact: 0.4, ties: 0.6, trade: 0.1}\n"
    make(Path("scenarios"), {"forecasts/2022/2022-02-14-ann.yaml": sheet})
    assert written().keys() == {"desk"}


@pytest.mark.parametrize("name", ["notes.txt", "asia.ics"])
def test_a_folder_with_other_files_is_left_alone(name: str) -> None:
    make(Path("mails"), {name: "x", "old.eml": "y"})
    made = scen("remind", "--format", "eml", "--output", "mails", *WEEK)
    assert made.exit_code == 1
    assert "mails: has files that do not end in .eml" in made.stderr
    assert tree(Path("mails")) == {name: b"x", "old.eml": b"y"}


@pytest.mark.parametrize("form", ["eml", "ics"])
def test_without_a_folder_it_says_that_each_analyst_has_a_file(form: str) -> None:
    made = scen("remind", "--format", form, *WEEK)
    assert (made.exit_code, made.stdout) == (2, "")
    assert f"--format {form} writes a file for each analyst: add --output FOLDER" in made.stderr


# -- who, and what else ---------------------------------------------------------------------------


def test_it_says_who_cannot_be_reached_who_needs_none_and_who_left() -> None:
    sheet = "date: 2022-02-14\nanalyst: ann\nprobabilities: {pact: 0.4, ties: 0.6, trade: 0.1}\n"
    old = "date: 2020-02-14\nanalyst: gone\nprobabilities: {pact: null}\n"
    files = {
        "forecasts/2022/2022-02-14-ann.yaml": sheet,
        "forecasts/2020/2020-02-14-gone.yaml": old,
        "tracker.yaml": f"{TRACKER}  gone: Gone\n",
    }
    make(Path("scenarios"), files)
    made = scen("remind", "--format", "json", *WEEK)
    answer = json.loads(made.stdout)
    assert made.stderr.splitlines()[-3:] == [
        "scen: no mail address: bob",
        "scen: nothing to do: ann",
        "scen: no figure for a year, not reminded: gone",
    ]
    named = ("unreachable", "none", "left")
    assert [answer[key] for key in named] == [["bob"], ["ann"], ["gone"]]
    assert [(each["analyst"], each["address"]) for each in answer["reminders"]] == [
        *(("desk", "desk@example.org"), ("ann", "ann@example.org"), ("bob", None)),
    ]


def test_where_nobody_has_anything_to_do_the_text_says_so_and_no_mail_is_written() -> None:
    day = ("--as-of", "2021-01-01")
    assert scen("remind", *day).stdout == "Nobody needs a reminder.\n"
    assert written(*day) == {}


def test_a_calendar_has_the_sitting_and_each_task_of_the_days_ahead() -> None:
    words = ("--format", "ics", "--output", "calendars", "--within", "9999d", *WEEK)
    assert scen("remind", *words).exit_code == 0
    calendars = {path.name: path.read_text() for path in Path("calendars").iterdir()}
    assert calendars.keys() == {"desk.ics", "ann.ics", "bob.ics"}
    events = icalendar.Calendar.from_ical(calendars["desk.ics"]).walk("VEVENT")
    kinds = [str(event["categories"].cats[0]) for event in events]
    assert kinds == ["review", "horizon", "horizon", "horizon"]
    assert events[0]["dtstart"].dt.isoformat() == "2022-02-14"


@pytest.mark.parametrize("form", ["text", "json", "eml", "ics"])
def test_nothing_leaves_where_the_tracker_cannot_be_read(form: str) -> None:
    make(Path("out"), {f"old.{form}": "x"})
    Path("scenarios/tracker.yaml").write_text("title: [\n")
    place = "out" if form in ("eml", "ics") else "out.txt"
    for words in ((), ("--output", place)) if place == "out.txt" else (("--output", place),):
        made = scen("remind", "--format", form, *words, *WEEK)
        assert (made.exit_code, made.stdout) == (1, "")
        assert "tracker.yaml is invalid" in made.stderr
    assert tree(Path("out")) == {f"old.{form}": b"x"}


@pytest.mark.parametrize("within", ["soon", "-3d", "7", ""])
def test_a_time_that_is_none_is_refused(within: str) -> None:
    made = scen("remind", "--within", within, *WEEK)
    assert (made.exit_code, made.stdout) == (2, "")


# -- strangers' texts -----------------------------------------------------------------------------


BREAKING = ("x\r\nBcc: eve@example.org\r\n\r\nHello", "a\nb", "eve@example.org, " * 12, "y" * 300)


@pytest.mark.parametrize("name", [*TEXTS, *BREAKING])
def test_no_name_or_title_is_a_header_or_acts(name: str) -> None:
    files = hostile_files()
    tracker = json.loads(files["tracker.yaml"])
    tracker["title"] = name[:200]
    tracker["analysts"] = {"desk": {"name": name, "mail": "desk@example.org"}}
    make(Path("hostile/scenarios"), {**files, "tracker.yaml": as_yaml(tracker)})
    words = ("--format", "eml", "--output", "mails", "--as-of", AS_OF)
    made = scen("--database", "hostile", "remind", *words)
    if made.exit_code:  # a name that no tracker may have
        assert "tracker.yaml is invalid" in made.stderr
        return
    mail = parsed(Path("mails/desk.eml").read_bytes())
    assert len(mail.keys()) == len({*mail.keys()}) == 7
    assert [each.addr_spec for each in mail["to"].addresses] == ["desk@example.org"]
    assert not ACTS.search(mail["to"] + mail["subject"])
    assert not ACTS.search(text_of(mail))
    assert not ACTS.search(text_of(mail, "html"))


@pytest.mark.parametrize(
    "address",
    ["a@example.org,b", "a@b@example.org", "<a@example.org>", "a b@example.org", "ä@example.org"],
)
def test_what_is_not_one_mailbox_is_no_address(address: str) -> None:
    tracker = TRACKER.replace("mail: ann@example.org", f"mail: '{address}'")
    Path("scenarios/tracker.yaml").write_text(tracker)
    made = scen("check")
    assert made.exit_code == 1
    assert "it is an address such as asia@example.org" in made.stdout
    login = TRACKER.replace("login: bob", f"login: '{address}'")
    Path("scenarios/tracker.yaml").write_text(login)
    assert "scen: no mail address: bob" in scen("remind", *WEEK).stderr


# -- the recipe -----------------------------------------------------------------------------------

MSMTP = """#!/bin/sh
# Stands for msmtp: the recipient is that of the mail, and ann's server is down.
[ "$*" = --read-recipients ] || exit 64
mail=$(mktemp "$SENT/XXXXXX") && cat >"$mail"
! grep -q '^To: .*ann@example.org>' "$mail"
"""


@pytest.mark.usefixtures("scen_on_path")
def test_the_recipe_sends_each_mail_and_fails_if_one_was_not_sent(tmp_path: Path) -> None:
    [script] = re.findall(r"^```sh\n(#!/bin/sh.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    bin, sent = tmp_path / "bin", tmp_path / "sent"
    make(bin, {"msmtp": MSMTP, "scen-remind": script})
    for program in bin.iterdir():
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    for path in (tmp_path / "scenarios").glob("**/*.yaml"):  # asked of on whatever day this runs
        if "forecasts" in path.parts:
            path.unlink()
        else:
            path.write_text(path.read_text().replace("horizon: 2030", "horizon: 2090"))
    sent.mkdir()
    room = tmp_path / "tmp"
    room.mkdir()
    own = {"PATH": f"{bin}:{os.environ['PATH']}", "SENT": f"{sent}", "TMPDIR": f"{room}"}

    def ran() -> subprocess.CompletedProcess[str]:
        words = [f"{bin}/scen-remind", f"{tmp_path}"]
        return subprocess.run(
            words, env={**os.environ, **own}, capture_output=True, text=True, check=False
        )

    made = ran()
    assert made.returncode == 1, made.stderr
    assert "scen: no mail address: bob" in made.stderr
    mails = [parsed(path.read_bytes()) for path in sent.iterdir()]
    addresses = {mail["to"].addresses[0].addr_spec for mail in mails}
    assert addresses == {"desk@example.org", "ann@example.org"}
    for path in sent.iterdir():
        path.unlink()
    (tmp_path / "scenarios/tracker.yaml").write_text("title: [\n")
    assert ran().returncode == 1
    assert [*sent.iterdir(), *room.iterdir()] == []
