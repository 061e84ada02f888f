"""In whatever layout a file is, an edit keeps every other byte."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.storage.yaml.editor import EditError, append, exact, put, reworded, unset
from scenarios.storage.yaml.reader import places
from tests.full import TIMES
from tests.storage.layouts import KEYS, damaged_and_sound, layouts, value_of

IDS = ("a", "b", "note-1")
PROSE = "long prose that has to be folded " * 3 + "here"
TEXTS = st.sampled_from((
    *("C", "NO", "it's", "2022-02-04", "", "one\ntwo", "one\n\ntwo\n", "x\n\n", "a: b #c", "😀"),
    *("# no comment", "tab\tx", " x\ny", "\u2028", PROSE, f" {PROSE} ", f"# {PROSE}\n{PROSE}"),
))  # fmt: skip
VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.just(0.8) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=5,
)
examples = settings(max_examples=120 * TIMES, deadline=None)


def paths_of(value: Any, kind: type, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The paths to values of a kind, through mappings alone."""
    deeper = value.items() if isinstance(value, dict) else ()
    here = [path] if isinstance(value, kind) else []
    return here + [found for key, part in deeper for found in paths_of(part, kind, (*path, key))]


def at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def comments(text: str) -> list[str]:
    """The marks `# c1.` that are no part of a value: it stays the same with others."""
    value = value_of(text)
    marks = re.finditer(r"# c\d+\.", text)
    swapped = ((mark[0], f"{text[: mark.start()]}# other{text[mark.end() :]}") for mark in marks)
    return [mark for mark, other in swapped if value_of(other) == value]


def assert_kept(old: str, new: str) -> None:
    """All of the old text is there in one piece, left and right of what is new.

    Two exceptions, each of one mark: in brackets over several lines the last entry takes a comma
    before its comment; a block text that the end of the file ends takes `|-`.
    """

    def shared(one: str, two: str) -> int:
        pairs = enumerate(zip(one, two, strict=False))
        return next((at for at, (x, y) in pairs if x != y), min(len(one), len(two)))

    def is_insertion(old: str) -> bool:
        return len(new) > len(old) and shared(old, new) + shared(old[::-1], new[::-1]) >= len(old)

    start = shared(old, new)
    marks = [mark for mark in (" ,", ", ", ",") if new.startswith(mark, start)]
    texts = [old, *(old[:start] + mark + old[start:] for mark in marks)]
    start = max(0, *(old.rfind(mark, 0, start + 1) for mark in "|>"))
    if (header := re.match(r"[|>][-0-9+]*", old[start:])) and not old.endswith("\n"):
        stripped = re.sub("[-+]", "", header[0]) + "-"
        texts.append(old[:start] + stripped + old[start + len(header[0]) :])
    assert any(map(is_insertion, texts))


def behind_colon(text: str, key: Any) -> int | None:
    """Where the value of a key begins; None where it has no colon."""
    colon = re.compile(r"(\s|#.*)*:").match(text, key.end_mark.index)
    return colon and colon.end()


def end_of(text: str, node: Any) -> int:
    """Behind the last character of a value, as another parser has it."""
    end = int(node.end_mark.index)
    if isinstance(node, yaml.ScalarNode):
        return len(text[:end].rstrip()) if node.style in ("|", ">") else end
    if not node.flow_style:
        key, last = node.value[-1] if isinstance(node, yaml.MappingNode) else (None, node.value[-1])
        if key and last.start_mark.index == last.end_mark.index:
            line = behind_colon(text, key) or key.end_mark.index
        else:
            line = end_of(text, last)
        end = len(f"{text}\n"[: f"{text}\n".index("\n", line)].rstrip())
    return end


def assert_replaced(old: str, path: tuple[str, ...], new: str) -> None:
    """All before the value and all lines below it are kept.

    Only blank lines right below it may go: those that a block text holds.
    """
    key: Any = None
    node: Any = yaml.compose(old, yaml.SafeLoader)
    for name in path:
        key, node = next(pair for pair in node.value if pair[0].value == name)
    if start := behind_colon(old, key):
        assert new.startswith(old[:start])
        assert new.endswith(old[max(start, end_of(old, node)) :].partition("\n")[2].lstrip())


@examples
@given(layouts(), st.data(), VALUES, st.booleans())
def test_a_new_key_is_the_only_change(
    old: str, data: st.DataObject, value: Any, is_deep: bool
) -> None:
    expected = value_of(old)
    parent = data.draw(st.sampled_from(paths_of(expected, dict)))
    was_empty = at(expected, parent) == {}
    path = (*parent, "new", "x", "y") if is_deep else (*parent, "new")
    new = put(old.encode(), path, value).decode()
    at(expected, parent)["new"] = {"x": {"y": value}} if is_deep else value
    assert value_of(new) == expected
    assert list(at(value_of(new), parent)) == list(at(expected, parent))
    assert comments(new) == comments(old)
    if parent and was_empty:  # as when a scalar is replaced
        assert_replaced(old, parent, new)
    else:
        assert_kept(old, new)


@examples
@given(layouts(), st.data(), VALUES)
def test_one_more_item_is_the_only_change(old: str, data: st.DataObject, item: Any) -> None:
    expected = value_of(old)
    path = data.draw(st.sampled_from([*paths_of(expected, list), ("new",)]))
    new = append(old.encode(), path, item).decode()
    items = at(expected, path[:-1]).setdefault(path[-1], [])
    was_empty = path != ("new",) and not items
    items.append(item)
    assert value_of(new) == expected
    assert comments(new) == comments(old)
    if was_empty:
        assert_replaced(old, path, new)
    else:
        assert_kept(old, new)


@examples
@given(layouts(least=1), st.data(), VALUES)
def test_another_value_is_the_only_change(old: str, data: st.DataObject, value: Any) -> None:
    expected = value_of(old)
    path = data.draw(st.sampled_from([path for path in paths_of(expected, object) if path]))
    new = put(old.encode(), path, value).decode()
    keys = list(at(expected, path[:-1]))
    at(expected, path[:-1])[path[-1]] = value
    assert value_of(new) == expected
    assert list(at(value_of(new), path[:-1])) == keys
    assert comments(new) == comments(old)
    assert_replaced(old, path, new)


@examples
@given(damaged_and_sound(), st.data(), VALUES, st.booleans())
def test_in_a_damaged_file_an_edit_is_what_was_meant_or_is_refused(
    old: str, data: st.DataObject, part: Any, is_append: bool
) -> None:
    meant = value_of(old)
    known = data.draw(st.sampled_from(paths_of(meant, object)))
    paths = [(*known, "new"), (*known, "k" * 130, "x"), *([known] if known else [])]
    path = data.draw(st.sampled_from(paths))
    try:
        new = (append if is_append else put)(old.encode(), path, part).decode()
    except EditError as refused:
        if not re.search("is not a (list|mapping)$|no layout of the value", str(refused)):
            raise
        return
    node = meant
    for key in path[:-1]:
        node[key] = node.get(key) or {}
        node = node[key]
    node[path[-1]] = [*(node.get(path[-1]) or []), part] if is_append else part
    assert value_of(new) == meant
    assert comments(new) == comments(old)
    if place := places(old.encode()).get(path):
        assert new.split("\n")[: place.key_line - 1] == old.split("\n")[: place.key_line - 1]


def test_an_edit_for_which_no_layout_is_sound_is_refused_with_its_place() -> None:
    with pytest.raises(EditError, match="no layout of the value keeps the lines") as refused:
        put(b"b: 1\n\n? a # c\n:x: 2\n", ("a",), 1)
    assert (refused.value.line, refused.value.column) == (3, 3)


@examples
@given(layouts(least=2), st.data())
def test_a_key_that_is_taken_out_takes_its_own_lines_alone(old: str, data: st.DataObject) -> None:
    expected = value_of(old)
    path = data.draw(st.sampled_from([path for path in paths_of(expected, object) if path]))
    try:
        new = unset(old.encode(), path).decode()
    except EditError as refused:
        if "cannot be taken out alone" not in str(refused):
            raise
        return
    *parents, last = path
    while parents and len(at(expected, tuple(parents))) == 1:
        *parents, last = parents
    del at(expected, tuple(parents))[last]
    assert exact(value_of(new)) == exact(expected)
    assert is_subsequence(comments(new), comments(old))
    assert is_subsequence(new.splitlines(), old.splitlines()) or "{" in old


def is_subsequence(some: list[str], of: list[str]) -> bool:
    rest = iter(of)
    return all(one in rest for one in some)


@examples
@given(layouts(first=IDS), st.data())
def test_another_name_changes_nothing_else(old: str, data: st.DataObject) -> None:
    paths = [path for path in paths_of(value_of(old), object) if path and path[-1] in IDS]
    path = data.draw(st.sampled_from(paths))
    new = reworded(old.encode(), {(path, "key"): "x-1"}).decode()
    assert comments(new) == comments(old)
    assert reworded(new.encode(), {((*path[:-1], "x-1"), "key"): path[-1]}).decode() == old
