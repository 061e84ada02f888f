"""What Typer says of a value that cannot be, whichever Typer it is."""

from __future__ import annotations

from pkgutil import resolve_name

import pytest

from scenarios.cli.commands import TASKS
from scenarios.cli.main import in_our_words


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Value error, 'jsn' is not one of 'table', 'json'.", "'jsn' is none of table, json; {}"),
        ("'jsn' is not one of 'table', 'json'.", "'jsn' is none of table, json; {}"),
        ("Input should be a valid integer, unable to parse string", "it must be a whole number"),
        ("'two' is not a valid integer range.", "it must be a whole number"),
        ("Input should be less than or equal to 65535", "65535 is the most"),
        ("Input should be greater than or equal to 0", "0 is the least"),
        ("99999 is not in the range 0<=x<=65535.", "0 is the least, 65535 is the most"),
        ("'x' is not an id", "'x' is not an id"),
    ],
)
def test_a_value_that_cannot_be_is_told_in_the_same_words_by_each_typer(
    theirs: str, ours: str
) -> None:
    assert in_our_words(theirs) == ours.format("did you mean 'json'?")


@pytest.mark.parametrize(
    "place", ["evidence:TASK", "forecast:TASK", "scenario:TASK", *TASKS.values()]
)
def test_each_question_that_a_terminal_asks_is_explained_at_a_question_mark(place: str) -> None:
    asks = resolve_name(f"scenarios.workspace.tasks.{place}").asks
    unexplained = [
        ask.key
        for ask in asks
        if ask.question and not (ask.explanation or ask.records or ask.type.kind == "ratings")
    ]
    assert unexplained == []
