"""Random edits of damaged files: nothing but the value may change, and no comment becomes text."""

from __future__ import annotations

import json
import random
import re
import sys
from collections import Counter
from typing import Any

import mutations

from scenarios.storage.yaml.editor import append, put
from scenarios.storage.yaml.guard import EditError
from scenarios.storage.yaml.reader import places, read

KEYS = ("a", "b", "x", "new", "note-1", "två ord", "it's", "NO", "12:30", "null", "k" * 130)
PROSE = "long prose that has to be folded or quoted at the width of a line " * 3
TEXTS = (
    *("", "C", "NO", "it's", 'say "x"', "2022-02-04", "a: b", "a #b", "# no comment", "- x", "? x"),
    *(
        "one\ntwo",
        "one\n\ntwo\n",
        "x\n\n",
        "\nx",
        " x\ny",
        "tab\tx",
        "😀",
        "\u2028",
        "x" * 100,
        "%",
    ),
    *(PROSE, f" {PROSE}", PROSE.strip(), f"{PROSE}\n{PROSE}", f"# {PROSE}", f"a: {PROSE}# c"),
)
COMMENT = re.compile(r"# c\d+\.")


def main() -> None:
    outcomes: Counter[str] = Counter()
    for generator in mutations.rounds(__doc__ or ""):
        text = mutations.mutated(generator, generator.choice(mutations.SEEDS))
        for _ in range(4):
            value, faults = read("", text.encode())
            if faults or not isinstance(value, dict):
                outcomes["no file to edit"] += 1
                break
            text = edited(generator, text, value, outcomes)
    for outcome, count in outcomes.most_common():
        print(f"{count:9,} {outcome}")


def edited(generator: random.Random, old: str, value: Any, outcomes: Counter[str]) -> str:
    """The text after one random edit, or as it was where the edit is refused."""
    path = random_path(generator, value)
    part = random_value(generator, 3)
    is_append = generator.random() < 0.3
    call = f"{'append' if is_append else 'put'}({old.encode()!r}, {path!r}, {part!r})"
    try:
        new = (append if is_append else put)(old.encode(), path, part).decode()
    except EditError as refused:
        kind = re.search(r"is not a (?:list|mapping)$", str(refused))
        if kind is None:
            print(f"refused: {refused}: {call}", flush=True)
        outcomes[f"refused: {kind[0] if kind else 'no layout is sound'}"] += 1
        return old
    except Exception:
        print("raised:", call, flush=True)
        raise
    outcomes["edited"] += 1
    fault = fault_of(old, new, value, path, part, is_append)
    if fault:
        sys.exit(f"{fault}: {call}\nbecame {new!r}")
    return new


def fault_of(
    old: str, new: str, meant: Any, path: list[str], part: Any, is_append: bool
) -> str | None:
    """What an edit did to the file that it was not asked for."""
    node = meant
    is_new = False
    for key in path[:-1]:
        is_new = is_new or key not in node
        node[key] = node.get(key) or {}
        node = node[key]
    is_new = is_new or path[-1] not in node
    node[path[-1]] = [*(node.get(path[-1]) or []), part] if is_append else part
    value, faults = read("", new.encode())
    if faults:
        return str(faults[0])
    if json.dumps(value) != json.dumps(meant):
        return f"means {value!r}"
    if comments(old) != comments(new):
        return f"{comments(old)} became {comments(new)}"
    lines, first = re.split("\r?\n", old), places(old.encode()).get(tuple(path))
    if first and new.split("\n")[: first.key_line - 1] != old.split("\n")[: first.key_line - 1]:
        return "lines above it changed"
    if is_new and not keeps_lines(lines, re.split("\r?\n", new)):
        return "lines are lost"
    return None


def comments(text: str) -> list[str]:
    """The marks `# c1.` that are no part of a value: it stays the same without them."""
    value = read("", text.encode())
    return [
        found[0]
        for found in COMMENT.finditer(text)
        if read("", (text[: found.start()] + "# other" + text[found.end() :]).encode()) == value
    ]


def keeps_lines(old: list[str], new: list[str]) -> bool:
    """Whether all old lines but one are among the new ones, in their order."""
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return old[1:] == new[1 : len(old)]


def random_path(generator: random.Random, value: Any) -> list[str]:
    path: list[str] = []
    while isinstance(value, dict) and (not path or generator.random() < 0.7):
        keys = [*value, *value, generator.choice(KEYS)]
        path.append(generator.choice(keys))
        value = value.get(path[-1])
    return path + [generator.choice(KEYS)] * (generator.random() < 0.1)


def random_value(generator: random.Random, depth: int) -> Any:
    kind = generator.random()
    if depth and kind < 0.15:
        return [random_value(generator, depth - 1) for _ in range(generator.randrange(4))]
    if depth and kind < 0.3:
        keys = generator.sample(KEYS, generator.randrange(4))
        return {key: random_value(generator, depth - 1) for key in keys}
    if kind < 0.5:
        return generator.choice((None, True, 0, 1, -7, 0.8, 1e300))
    return generator.choice(TEXTS)


if __name__ == "__main__":
    main()
