"""A record with one change at one place: every place with whatever validators have differed on."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, nextafter
from typing import Any

LIMITS = (0.0001, 0.001, 0.999, 0.9999, 0, 1, 6, 100, -100, 1000, 3660, 9999, 36_600)
LONGEST = (80, 161, 200, 300, 500, 1000, 2000, 10_000)
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
WORDS = """
x A 7 é CC cc constant observed phia occurred 007 2022 0999 2022-02 2022-13 2022-00 2022-02-29
2024-02-29 0000-01-01 0999-12-31 1000-01-01 20220204 2022-02-04T00:00:00 2022-2-4 ٢٠٢٢-٠٢-٠٤ ٢٠٢٢
2022-02-04-٢ 2022-02-04-x 2022-02-04-05 0999-02-04-x a/b a/b/c a--b -a a- 0a a٢ https://a.b
ftp://a.b http:///
"""
TEXTS = (
    *("", " ", "\n", "\ufeff", "\x85", "\x1c", "\u2028", "\u200b", *WORDS.split()),
    *(f"{word}\n" for word in ("x", "A", "CC", "2022", "2022-02-04", "2022-02-04-x", "a/b")),
    "https://a.b\n",
    *("http://\ufeff", "http://a\ufeff", "http://a\x85b", "http://\x85"),
    *("a" * (length + more) for length in LONGEST for more in (0, 1)),
    *(f"https://{'a' * length}" for length in (1992, 1993)),
    *(f"a/{'b' * length}" for length in (159, 160)),
    *(f"2022-02-04-{'a' * length}" for length in (69, 70)),
)
NUMBERS = (
    *LIMITS,
    *(float(limit) for limit in LIMITS),
    *(nextafter(limit, to) for limit in LIMITS for to in (-inf, inf)),
    *(limit + step for limit in LIMITS[4:] for step in (-1, 1)),
    *(7.0, -0.0, 2022.0, 2022.5, 10**30, 1e300),
)
OTHERS: tuple[Any, ...] = (None, True, False, [], {}, [None], [1, 1.0], ["a", "a"], {"7": "CC"})


def mutants(value: Any) -> Iterator[Any]:
    """The value with each change at each of its places."""
    yield from TEXTS
    yield from NUMBERS
    yield from OTHERS
    if isinstance(value, dict):
        yield from ({**value, key: item} for key in ("x", "7") for item in ("x", None, 1))
        for key, item in value.items():
            yield {name: part for name, part in value.items() if name != key}
            yield from ({**value, key: other} for other in mutants(item))
        for key in list(value)[:1]:
            for text in TEXTS:
                yield {text if name == key else name: part for name, part in value.items()}
    elif isinstance(value, list):
        yield from ([*value, item] for item in value)
        yield from ([*value, item] for item in ("x", 1.5, None))
        yield value[:-1]
        yield from ([other, *value[1:]] for other in mutants(value[0]))
    elif isinstance(value, str):
        yield from (f"{value}\n", f"\ufeff{value}", f"0{value[1:]}", value.translate(ARABIC))
