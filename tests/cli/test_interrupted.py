"""Stopped at any question, a conversation that is taken up again ends as if it never had been."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from scenarios.model import Sheet, SheetId
from scenarios.workspace.opened import open_folder
from tests.cli.commands import DESK, tree
from tests.cli.conversation import Said, converse
from tests.storage.system import mounted

REVIEW = ("review", "--analyst", "desk", "--date", "2022-02-28")
SITTING = {
    "Rate it now": "y",
    "  pact   20%": "n",
    "  ties   80%": "n",
    "  trade   50%": "CC",
    "Seen by now": "y",
    "trade: probability": "37%",
    "Reason, once more": "So it is.",
    "trade: revise it": "30%",
    "Reason for the revision": "Ann is slow.",
    "pact: probability (Enter = reaffirm": "25%",
    "ties: probability (s": "80%",
    "Go over them again": "y",
    "ties: probability (Enter = keep": "75%",
}
"""By the beginning of the question; to any other, Enter."""
ADD = ("add-evidence", "--recorded", "2022-02-28")
ITEM = {
    "What was observed": "Köln's “no”: -5 °C",
    "When did it happen": "2022-02-22",
    "Source: ": "trt",
    "  Register trt": "y",
    "Full name of the source": 'TRT "World"',
    "Reliability": "b",
    "Web address of the item": "https://example.org/?a=1&b=$2",
    "Grade of source": "b2",
    "  Which (1 to 2)": "1",
    "  pact": "i",
    "  ties": "2",
    "  trade": "C",
}


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "disk/state"))
    monkeypatch.chdir(tmp_path)
    for part in (DESK, DESK.parent / "later"):
        shutil.copytree(part, "start/scenarios", dirs_exist_ok=True)
    put_back("start")


class Killed(BaseException):
    """Nothing is written any more, and nothing tidied up."""


def put_back(copy: str) -> None:
    shutil.rmtree("disk", ignore_errors=True)
    shutil.copytree(copy, "disk")


def written() -> dict[str, bytes]:
    return tree(Path("disk/scenarios"))


def sheets() -> dict[SheetId, Sheet]:
    """The sheets as a reader has them meanwhile; there is nothing that it cannot read."""
    opened = open_folder(Path("disk/scenarios"))
    assert opened.problems == []
    return {**opened.database.sheets}


def notes() -> list[Path]:
    return [path for path in Path("disk/state").rglob("*") if path.suffix in (".yaml", ".txt")]


def talk(
    words: tuple[str, ...],
    answers: dict[str, str],
    stop: Callable[[], bool] = lambda: False,
    how: str = "^C",
) -> Said:
    """A conversation up to a question at which it is stopped, or killed."""

    def answer(question: str) -> str:
        if not stop():
            said = (said for start, said in answers.items() if question.startswith(start))
            return next(said, "")
        if how != "kill":
            return how
        shutil.rmtree("killed", ignore_errors=True)
        shutil.copytree("disk", "killed")
        raise Killed

    try:
        return converse("--database", "disk", *words, answer=answer)
    except Killed:
        put_back("killed")
        return Said(137, "", "", [])


def after(number: int) -> Callable[[], bool]:
    """Stop at the question after so many."""
    asked = count()
    return lambda: next(asked) == number


@pytest.mark.parametrize("how", ["kill", "^C", "^D"])
def test_a_sitting_that_is_left_after_each_answer(how: str) -> None:
    """What was said before is not asked again, and nothing is half there."""
    start = written()
    whole, made = talk(REVIEW, SITTING), written()
    complete = sheets()
    put_back("start")
    before = sheets()
    states: list[dict[str, bytes]] = []

    def is_new() -> bool:
        now = tree(Path("disk"))
        states.extend([] if now in states else [now])
        return states[-1] is now

    while (said := talk(REVIEW, SITTING, is_new, how)).code in (130, 137):
        assert written().items() <= start.items() | made.items()
        assert sheets() in (before, complete)
    assert (said.code, said.out, written()) == (0, whole.out, made)
    assert (len(states), notes()) == (17, [])


@pytest.mark.parametrize("how", ["kill", "^C"])
def test_an_item_that_is_left_at_any_question(how: str) -> None:
    """What is printed, or told by the next command, is given as a command; the rest is answered."""
    start = written()
    whole, made = talk(ADD, ITEM), written()
    for number in range(len(whole.asked)):
        put_back("start")
        said = talk(ADD, ITEM, after(number), how)
        assert written() == start
        if how == "kill":
            said = talk(("add-evidence",), {}, after(0))
        assert said.code == 130
        *source, item = said.screen.partition("to resume: ")[2].partition("\n")[0].split(" && ")
        for line in source:
            talk(tuple(shlex.split(line)[3:]), {}, after(0), "^D")
        said = talk(tuple(shlex.split(item)[3:]) or ADD, ITEM)
        assert (said.code, written(), notes()) == (0, made, [])


@pytest.mark.parametrize("number", [0, 4, 8, 12])
def test_a_sitting_whose_disk_fills_up_goes_on_from_its_answers_once_there_is_room(
    tmp_path: Path, number: int
) -> None:
    talk(REVIEW, SITTING)
    complete, is_full = sheets(), after(number)
    shutil.rmtree("disk")
    (tmp_path / "disk").mkdir()
    with mounted(tmp_path / "disk", "size=1m"):
        shutil.copytree("start", "disk", dirs_exist_ok=True)
        before, filler = sheets(), Path("disk/filler")

        def fill() -> bool:
            if is_full():
                filler.write_bytes(bytes(shutil.disk_usage("disk").free))
            return False

        said = talk(REVIEW, SITTING, fill)
        assert (said.code, "No space left on device" in said.screen) == (1, True)
        assert sheets() == before
        filler.unlink()
        again = talk(REVIEW, SITTING)
        assert (again.code, sheets(), notes()) == (0, complete, [])
