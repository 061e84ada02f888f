"""YAML texts as people and machines damage them: seeds, and random changes of a few characters."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from pathlib import Path

SEEDS = (
    "a: 1 # c1.\n# c2.\nb: two words\n\n# c3.\n",
    "a: 'one\n\n  two' # c1.\nb: \"x\\ny\" # c2.\nc: plain\n  over lines\n",
    "a: | # c1.\n  text\n   # no comment\n\n# c2.\nb: >-\n  long\n  text\n  \n",
    "a: |2\n    deeper\n  x\nb: |-1\n  x\nc: >+\n  x\n\n\n# c1.\nd: |+2\n  x",
    "a:\n  x: 1 # c1.\n  # c2.\n  y:\n    z: 2\n    # c3.\n  # c4.\n# c5.\nb: ~\n",
    "a:\n- 1 # c1.\n-\n  # c2.\n- x: 1\n  y: 2\n- - 1\n  - 2\n- |\n  x\n# c3.\nb:\n",
    "a: {x: 1, y: [1, 2], z: } # c1.\nb: [\n  1, # c2.\n  2 # c3.\n  # c4.\n]\nc: {}\nd: []\n",
    "{a: 1, # c1.\n b: [x, {y: 2}], 'c': \"d\", e} # c2.\n",
    "? a # c1.\n: b\n? c\n? 'd'\n: - 1\n  - 2\n# c2.\n",
    "%YAML 1.2 # c1.\n--- # c2.\na: 1\nb: two\n... # c3.\n# c4.\n",
    "a: # c1.\n  # c2.\n  one # c3.\nb:\n  'two' # c4.\nc:\n  [1,\n  2] # c5.\n",
    "a:\r\n  x: |\r\n    t\r\n\r\n  y: 1 # c1.\r\n\r\n# c2.\r\nb: 2\r\n",
    "två ord: größer 😀\n'it''s': NO\n\"12:30\": 2022-02-04 # c1.\nnull: x\n",
)
PIECES = (
    *("\n", "\n", "\r\n", " ", "  ", "\t", "\n  ", "\n    ", "\n\n", "\n \n"),
    *("# c90.", " # c91.", " # c92.\n", "    # c93.\n", "\n# c94.\n", "#", " #"),
    *("|", ">", "|-1", "|+2", ">1-", "|+", ">-", "|\n  x\n", "|1-\n  x", ">+\n  x\n\n"),
    *("- ", "? ", ": ", ":", ",", "[", "]", "{", "}", "[]", "{}", "{ # c95.\n}", "[1, # c96.\n]"),
    *("'", '"', "''", "\\", "\\n", "a", "x: ", "e: 1\n", "e:\n", "---\n", "...\n", "%", "&a", "*a"),
    *(
        "!t ",
        "~",
        "null",
        "0x1",
        "1e9",
        ".inf",
        "1" * 101,
        "😀",
        "\u00a0",
        "\u2028",
        "\ufeff",
        "\0",
    ),
)
_DATABASE = Path(__file__).parents[2] / "scenarios"


def records() -> list[str]:
    """The texts of the shipped database."""
    return [path.read_text(encoding="utf-8") for path in sorted(_DATABASE.rglob("*.yaml"))]


def mutated(random: random.Random, text: str) -> str:
    """The text with up to four pieces put in, spans taken out or lines moved."""
    for _ in range(random.randrange(5)):
        start = random.randrange(len(text) + 1)
        end = min(len(text), start + random.choice((1, 1, 2, 5, 20)))
        match random.randrange(8):
            case 0:
                text = text[:start] + text[end:]
            case 1:
                text = text[:start] + random.choice(PIECES) + text[end:]
            case 2:
                lines = text.splitlines(keepends=True) or [""]
                lines.insert(random.randrange(len(lines)), lines.pop(random.randrange(len(lines))))
                text = "".join(lines)
            case 3:
                text = text.rstrip("\r\n")
            case _:
                text = text[:start] + random.choice(PIECES) + text[start:]
    return text


def rounds(description: str) -> Iterator[random.Random]:
    """A generator of its own for each round, until the time is over; the seed is shown."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000_000)
    options = parser.parse_args()
    print(f"--seed {options.seed}", flush=True)
    end = time.monotonic() + options.minutes * 60
    number = 0
    while time.monotonic() < end:
        number += 1
        yield random.Random(f"{options.seed}.{number}")
    print(f"{number:,} rounds")
