"""Stopped at any question, a conversation that is taken up again ends as if it never had been."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from tests.cli.commands import DESK, tree
from tests.cli.conversation import Said, converse

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
    "Why, now that": "Ann is slow.",
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
    "The source's name": 'TRT "World"',
    "Its reliability": "b",
    "The item's address": "https://example.org/?a=1&b=$2",
    "Grade of source": "b2",
    "  Which (1 to 2)": "1",
    "  pact": "i",
    "  ties": "2",
    "  trade": "C",
}
SCEN = ("scen", "--database", "disk")


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "disk/state"))
    monkeypatch.chdir(tmp_path)
    for part in (DESK, DESK.parent / "later"):
        shutil.copytree(part, "start/scenarios", dirs_exist_ok=True)
    shutil.copytree("start", "disk")


class Killed(BaseException):
    """Nothing is written any more, and nothing tidied up."""


def put_back(copy: str) -> None:
    shutil.rmtree("disk")
    shutil.copytree(copy, "disk")


def talk(*words: str, answers: dict[str, str], stop: Callable[[], bool], how: str) -> Said | None:
    """A conversation up to a question at which it is stopped; None where it was killed."""

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
        return converse(*SCEN[1:], *words, answer=answer)
    except Killed:
        put_back("killed")
        return None


def after(number: int) -> Callable[[], bool]:
    """Stop at the question after so many."""
    asked = count()
    return lambda: next(asked) == number


def in_one_go(*words: str, answers: dict[str, str]) -> tuple[Said, dict[str, bytes]]:
    """What comes of it without a stop."""
    said = talk(*words, answers=answers, stop=lambda: False, how="")
    assert said
    made = tree(Path("disk/scenarios"))
    put_back("start")
    return said, made


@pytest.mark.parametrize("how", ["kill", "^C", "^D"])
def test_a_sitting_that_is_left_after_each_answer(how: str) -> None:
    """What was said before is not asked again, and nothing is half there."""
    start, (whole, made) = tree(Path("disk/scenarios")), in_one_go(*REVIEW, answers=SITTING)
    states: list[dict[str, bytes]] = []

    def is_new() -> bool:
        now = tree(Path("disk"))
        states.extend([] if now in states else [now])
        return states[-1] is now

    while not (said := talk(*REVIEW, answers=SITTING, stop=is_new, how=how)) or said.code == 130:
        assert tree(Path("disk/scenarios")).items() <= start.items() | made.items()
    assert (said.code, said.out) == (0, whole.out)
    assert tree(Path("disk/scenarios")) == made
    assert len(states) == 16
    assert not [*Path("disk/state").rglob("*.yaml")]


@pytest.mark.parametrize("how", ["kill", "^C"])
def test_an_item_that_is_left_at_any_question(how: str) -> None:
    """What is printed, or told by the next command, is given as a command; the rest is answered."""
    whole, made = in_one_go(*ADD, answers=ITEM)
    for number in range(len(whole.asked)):
        put_back("start")
        said = talk(*ADD, answers=ITEM, stop=after(number), how=how)
        assert tree(Path("disk/scenarios")) == tree(Path("start/scenarios"))
        if how == "kill":
            said = talk("add-evidence", answers={}, stop=lambda: True, how="^C")
        assert said
        assert said.code == 130
        command = said.screen.partition("to resume: ")[2].partition("\n")[0]
        *source, item = command.split(" && ") if number else [shlex.join((*SCEN, *ADD))]
        for line in source:
            talk(*shlex.split(line)[3:], answers={}, stop=lambda: True, how="^D")
        words = shlex.split(item)[3:]
        said = talk(*words, answers=ITEM, stop=lambda: False, how="")
        assert said
        assert said.code == 0
        assert tree(Path("disk/scenarios")) == made
        assert not [*Path("disk/state").rglob("*.txt")]
