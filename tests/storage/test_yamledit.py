"""An edit changes what it says and keeps every other byte."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.storage.yaml import marks as layout
from scenarios.storage.yaml.editor import EditError, append, first_sound, put

PROSE = "long prose that has to be folded " * 3 + "here"
FOLDED = """>-
  long prose that has to be folded long prose that has to be folded long prose
  that has to be folded here
"""
NO_BRACKET = (
    "not to be read: did not find expected ',' or ']', "
    "while parsing a flow sequence that starts at 1:4"
)


def put_text(text: str, path: str, value: Any) -> str:
    return put(text.encode(), path.split("."), value).decode()


def append_text(text: str, path: str, item: Any) -> str:
    return append(text.encode(), path.split("."), item).decode()


A_NEW_KEY_FOLLOWS_THE_LAST = [
    ("a: 1\n", "b", 2, "a: 1\nb: 2\n"),
    ("a: 1", "b", 2, "a: 1\nb: 2\n"),
    ("a: 1\nc: 2\r\n", "b", 2, "a: 1\nc: 2\r\nb: 2\r\n"),
    ("a: 1\r\nc: 2", "b", [3], "a: 1\r\nc: 2\r\nb:\r\n  - 3\r\n"),
    ("a: 1  # one\n# of a\n\n# end\n", "b", 2, "a: 1  # one\n# of a\nb: 2\n\n# end\n"),
    ("a:\n    x: 1\n    # of x\n# of b\nb: 2\n", "a.y", 2,
     "a:\n    x: 1\n    # of x\n    y: 2\n# of b\nb: 2\n"),
    ("a:\n    x: 1\n\n  # of b\nb: 2\n", "a.y.z.q", 2,
     "a:\n    x: 1\n    y:\n        z:\n            q: 2\n\n  # of b\nb: 2\n"),
    ("a: 1\n", "'x': y.z", 2, "a: 1\n'''x'': y':\n  z: 2\n"),
    ("a:\n  x: |\n    t\n\n\nb: 1\n", "a.y", 2, "a:\n  x: |\n    t\n  y: 2\n\n\nb: 1\n"),
    ("a:\n  x: |+\n    t\n\n\nb: 1\n", "a.y", 2, "a:\n  x: |+\n    t\n\n\n  y: 2\nb: 1\n"),
    ("a: |1\n  t\n   \n \n", "b", 2, "a: |1\n  t\n   \nb: 2\n \n"),
    ("a: >\n\n\n", "b", 2, "a: >\nb: 2\n\n\n"),
    ("a: |+2\n  x", "b", 2, "a: |2-\n  x\nb: 2\n"),
    ("? a\n? b\n", "c", 2, "? a\n? b\nc: 2\n"),
    ("? a\n:\n", "c", 2, "? a\n:\nc: 2\n"),
    ("a: 1\n", "b", PROSE, f"a: 1\nb: {FOLDED}"),
    # a block text would take these lines in
    ("a: 1\n\n    # c\n", "b", "x\ny", 'a: 1\nb: "x\\ny"\n\n    # c\n'),
]  # fmt: skip
BRACKETS_TAKE_ONE_MORE_ENTRY = [
    ("r: {a: C}  # c\n", "r.b", "C", "r: {a: C, b: C}  # c\n"),
    ("r: {a: C, }\n", "r.b", "C", "r: {a: C, b: C }\n"),
    ("{}", "b", [1, {"c": 2}], "{b: [1, {c: 2}]}"),
    ("{a: 1}\n", "b.c", 1, "{a: 1, b: {c: 1}}\n"),
    ("r: {# none\n  }\n", "r.b", 1, "r: {b: 1 # none\n  }\n"),
    ('r: {"a":1, c}\n', "r.b", 1, 'r: {"a":1, c, b: 1}\n'),
    ("r: {a: }\n", "r.b", 1, "r: {a: , b: 1 }\n"),
    ("r: {a: C,\n    c: C,}\n", "r.b", "C", "r: {a: C,\n    c: C,\n    b: C}\n"),
    ("r: {a: C,\n    c: C, d: C # x\n  }\n", "r.b", "C",
     "r: {a: C,\n    c: C, d: C, b: C # x\n  }\n"),
    ("r: {\r\n  a: C # x, y\r\n  # z\r\n}\r\n", "r.b", "C",
     "r: {\r\n  a: C, # x, y\r\n  b: C\r\n  # z\r\n}\r\n"),
]  # fmt: skip
NOTHING_MAKES_ROOM = [
    ("a:\nb: 1\n", "a.x", 2, "a:\n  x: 2\nb: 1\n"),
    ("a:  # why\nb: 1\n", "a.x", 2, "a:  # why\n  x: 2\nb: 1\n"),
    ("a: null # why\nb: 1\n", "a.x", 2, "a: # why\n  x: 2\nb: 1\n"),
    ("? a\n? b\n", "a", 2, "? a\n: 2\n? b\n"),
    ("? a", "a.x", 2, "? a\n:\n  x: 2\n"),
    ("a: {} # why\n", "a.x", 2, "a: {x: 2} # why\n"),
    ("a: {} # why\n", "a.x", PROSE, "a: # why\n  x: " + FOLDED.replace("\n ", "\n   ")),
    ("a: []\n", "a.x.y", 2, "a: {x: {y: 2}}\n"),
    ("{a, b: }\n", "a", 2, "{a: 2, b: }\n"),
    ("{a\nb, c: }\n", "a b", 2, "{? a\nb: 2, c: }\n"),
]  # fmt: skip
A_VALUE_IS_REPLACED_IN_ITS_PLACE = [
    ("a:   one  # why\nb: 1\n", "II", "a:   II  # why\nb: 1\n"),
    ("a: 'one\n\n  two' # why\nb: 1\n", 0.5, "a: 0.5 # why\nb: 1\n"),
    ("a:\n  one # why\nb: 1\n", 2, "a:\n  2 # why\nb: 1\n"),
    ("a: one # why\nb: 1\n", PROSE, f"a: {FOLDED}b: 1\n".replace(">-", ">- # why")),
    ("a: 'one'# why\n", {"x": [1]}, "a: # why\n  x:\n    - 1\n"),
    # a quoted text over several lines would take the comment in
    ("a: one # why\nb: 1\n", f" {PROSE}", f"a: ' {PROSE}' # why\nb: 1\n"),
    ("a: # k\n  one # why\nb: 1\n", {"x": 1}, "a: # k\n  # why\n  x: 1\nb: 1\n"),
    ("a:\n  one # why\nb: 1\n", "x\ny", 'a: "x\\ny"\n  # why\nb: 1\n'),
    ("a: {x: 1, y: 2} # why\n", {"x": 2}, "a: {x: 2} # why\n"),
    ("a: [1,\n  2]\n", {"x": PROSE}, "a:\n  x: " + FOLDED.replace("\n ", "\n   ")),
    ("a: | # why\n  x\n   \n\nb: 1\n", 2, "a: 2 # why\n\nb: 1\n"),
    ("a: |+\r\n  x\r\n\r\nb: 1\r\n", "y\nz", "a: |-\r\n  y\r\n  z\r\n\r\nb: 1\r\n"),
    ("a:\n  |- # why\n  x\nb: 1\n", {"x": 1}, "a:\n  # why\n  x: 1\nb: 1\n"),
    ("a: # k\n  # why\n  x: 1 # of x\n  # stays\nb: 1\n", 2,
     "a: 2 # k\n  # why\n  # of x\n  # stays\nb: 1\n"),
    ("a: # k\n  # why\n  x: 1\nb: 1\n", "x\ny", 'a: "x\\ny" # k\n  # why\nb: 1\n'),
    ("a: [1, # x\n  2 # y\n  ] # z\nb: 1\n", 2, "a: 2\n   # x\n   # y\n   # z\nb: 1\n"),
    ("{b: 1, a: [1, # x\n  2]}", 2, "{b: 1, a: 2 # x\n          }"),
    ("a:\n- 1\n- 2\n\nb: 1\n", [3], "a:\n  - 3\n\nb: 1\n"),
    ("? a\n: - 1\n  - 2\nb: 1\n", {"x": 3}, "? a\n:\n  x: 3\nb: 1\n"),
]  # fmt: skip
A_LIST_TAKES_ONE_MORE_ITEM = [
    ("b: 1\n", 1, "b: 1\na:\n  - 1\n"),
    ("a: [[x], y] # c\n", {"x": 1}, "a: [[x], y, {x: 1}] # c\n"),
    ("a: [b: ]\n", 1, "a: [b: , 1]\n"),
    ("a:\n- x # c\n# of x\n\nb: 1\n", {"c": 1, "d": 2},
     "a:\n- x # c\n# of x\n- c: 1\n  d: 2\n\nb: 1\n"),
    ("a:\r\n    -  x\r\n    -\r\nb: 1\r\n", 1,
     "a:\r\n    -  x\r\n    -\r\n    - 1\r\nb: 1\r\n"),
    ("a:\n  - |\n    x", "y", "a:\n  - |-\n    x\n  - y\n"),
]  # fmt: skip
PUT = [*A_NEW_KEY_FOLLOWS_THE_LAST, *BRACKETS_TAKE_ONE_MORE_ENTRY, *NOTHING_MAKES_ROOM]
PUT += [(old, "a", value, new) for old, value, new in A_VALUE_IS_REPLACED_IN_ITS_PLACE]


@pytest.mark.parametrize(("old", "path", "value", "new"), PUT)
def test_a_value_is_put_where_it_belongs(old: str, path: str, value: Any, new: str) -> None:
    assert put_text(old, path, value) == new


@pytest.mark.parametrize(("old", "item", "new"), A_LIST_TAKES_ONE_MORE_ITEM)
def test_an_item_is_appended_as_the_others_are(old: str, item: Any, new: str) -> None:
    assert append_text(old, "a", item) == new


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ("a: [1", "a.b", NO_BRACKET),
        ("- a\n", "a.b", "the file is not a mapping"),
        ("a: {b: 1}\n", "a.b.c.d", "a.b is not a mapping"),
    ],
)
def test_an_edit_refuses_what_it_cannot_mean(text: str, path: str, message: str) -> None:
    for edit in (put_text, append_text):
        with pytest.raises(EditError) as refused:
            edit(text, path, 1)
        assert str(refused.value) == message


def test_an_item_needs_a_list_a_value_a_path_and_a_file_may_not_grow_too_large() -> None:
    with pytest.raises(EditError, match=r"^a\.b is not a list$"):
        append_text("a: {b: 1}\n", "a.b", 1)
    with pytest.raises(EditError, match=r"^an edit needs a path$"):
        put(b"a: 1\n", (), 1)
    with pytest.raises(
        EditError, match=r"^the file has 1,048,585 bytes; .*; edit the file by hand$"
    ):
        put_text("a: 1\n", "b", "x" * (1 << 20))


# -- the guard: a text is taken only if nothing but what was meant has changed ---------------------

OLD = "# c1\na: 1  # c2\nb: {x: 'y'}\n\nc: |\n  # text\n# c3\n"
MEANT = {"a": 2, "b": {"x": "y"}, "c": "# text\n"}


def sound(layouts: list[str], meant: dict[str, Any], key: str) -> str:
    root = layout.root(OLD)
    pair = layout.pair(root, key) or (root, None)
    return first_sound(layouts, OLD, root, meant, *pair).decode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a: 1  # c2", "a: 3  # c2"),
        ("a: 1  # c2", "a: 2.0  # c2"),
        ("a: 1  # c2", "a: 2"),
        ("a: 1  # c2", "a: 2  # c4"),
        ("# c1\na: 1  # c2", "# c2\na: 2  # c1"),
        ("1  # c2\nb: {x: 'y'}", "2  # c2\nb: {x: y}"),
        ("1  # c2\nb: {x: 'y'}\n\n", "2  # c2\nb: {x: 'y'}\n"),
        ("1  # c2", "2  # c2\n   # text"),
        ("1  # c2", "[2  # c2"),
        ("a: 1  # c2\nb: {x: 'y'}", "b: {x: 'y'}  # c2\na: 2"),
        ("a: 1  # c2", "a: 2  # c2\na: 2"),
    ],
)
def test_what_changes_more_than_the_value_is_refused(old: str, new: str) -> None:
    assert OLD.count(old) == 1
    with pytest.raises(EditError) as refused:
        sound([OLD.replace(old, new)], MEANT, "a")
    assert (refused.value.line, refused.value.column) == (2, 1)


def test_the_first_sound_layout_is_taken_and_a_new_entry_leaves_every_line_before_it() -> None:
    good = OLD.replace("a: 1", "a: 2")
    assert sound([good.replace("# c2", ""), good, good.replace("a: ", "a:  ")], MEANT, "a") == good
    meant = {**MEANT, "a": 1, "d": 1}
    assert sound([f"{OLD}d: 1\n"], meant, "d") == f"{OLD}d: 1\n"
    with pytest.raises(EditError):
        sound([OLD.replace("'y'", "y") + "d: 1\n"], meant, "d")
