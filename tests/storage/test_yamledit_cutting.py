"""What is taken out of a file, or called otherwise in it, leaves every other byte."""

from __future__ import annotations

import pytest

from scenarios.storage.yaml.editor import EditError, reworded, unset

A_KEY_GOES_WITH_ITS_LINES = [
    ("a: 1\n# of b\nb: 2  # two\nc: 3\n", "b", "a: 1\n# of b\nc: 3\n"),
    ("a: 1\nb:\n  - x  # one\n  # two\n  - y\n\n# of c\nc: 3\n", "b", "a: 1\n\n# of c\nc: 3\n"),
    ("a: 1\r\nb: |\r\n  x\r\n\r\n  y\r\nc: 3\r\n", "b", "a: 1\r\nc: 3\r\n"),
    ("a: 1\nb: 2", "b", "a: 1\n"),
    ("r: {a: C, b: I}  # c\n", "r.a", "r: {b: I}  # c\n"),
    ("r: {a: C, b: I}  # c\n", "r.b", "r: {a: C}  # c\n"),
    ("r: {\n  a: C,  # one\n  b: I,\n}\n", "r.b", "r: {\n  a: C,  # one\n}\n"),
    ("a: 1\n? b\n: 2\nc: 3\n", "b", "a: 1\nc: 3\n"),
]
WHAT_WOULD_HOLD_NOTHING_GOES_TOO = [
    ("a: 1\nr:\n  x: C\n", "r.x", "a: 1\n"),
    ("a: 1\nr: {x: {y: 1}}\nb: 2\n", "r.x.y", "a: 1\nb: 2\n"),
]


@pytest.mark.parametrize(
    ("old", "path", "new"), A_KEY_GOES_WITH_ITS_LINES + WHAT_WOULD_HOLD_NOTHING_GOES_TOO
)
def test_a_key_goes_with_its_lines_and_what_would_hold_nothing(
    old: str, path: str, new: str
) -> None:
    assert unset(old.encode(), path.split(".")).decode() == new


@pytest.mark.parametrize(
    ("old", "path", "fault", "place"),
    [
        ("a: 1\nb: {c: 1}\n", "b.d", "there is no b.d", (2, 4)),
        ("a: 1\n", "a.b", "there is no a.b", (1, 4)),
        ("a: 1\n", "a", "it is the only key of the file", (1, 1)),
    ],
)
def test_what_is_not_there_or_is_all_cannot_go(
    old: str, path: str, fault: str, place: tuple[int, int]
) -> None:
    with pytest.raises(EditError) as refused:
        unset(old.encode(), path.split("."))
    assert (str(refused.value), (refused.value.line, refused.value.column)) == (fault, place)


def test_an_id_changes_at_its_places_and_keeps_its_quotes() -> None:
    old = "# pact\nr: {pact: C, 'pact/talks': I}\nof: [pact, \"pact\", trade]  # pact\n"
    names = {
        (("r", "pact"), "key"): "treaty",
        (("r", "pact/talks"), "key"): "treaty/talks",
        (("of", 1), "value"): "treaty",
    }
    new = "# pact\nr: {treaty: C, 'treaty/talks': I}\nof: [pact, \"treaty\", trade]  # pact\n"
    assert reworded(old.encode(), names).decode() == new  # type: ignore[arg-type]


def test_an_id_that_would_stand_twice_is_refused() -> None:
    with pytest.raises(EditError, match=r"^trade cannot stand there$"):
        reworded(b"r:\n  pact: C\n  trade: I\n", {(("r", "pact"), "key"): "trade"})
