"""An edited text is taken only if nothing but what was meant has changed."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.storage.yaml import marks as layout
from scenarios.storage.yaml.guard import EditError, first_sound

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
