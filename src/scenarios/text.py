"""Text in which whatever acts on a reader's screen, or cannot be seen there, is spelled out.

Spelled out are control and direction characters, and each code point that Unicode calls default
ignorable (*UAX #44*): zero-width ones, tags, fillers, variation selectors. They stay where they do
what a reader sees: in an emoji, and where a joiner shapes Arabic or Indic letters (RFC 5892, A).
Beside that: what a message shows of a value, and the known word that is nearest to another.
"""

import hashlib
import re
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

_UNSEEN = (
    r"\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"  # controls, and bytes that are no text
    r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff"
)
_PICTURE = (  # Extended_Pictographic, Unicode 15.1 (UTS #51)
    r"\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u2388"
    r"\u23cf\u23e9-\u23f3\u23f8-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2605"
    r"\u2607-\u2612\u2614-\u2685\u2690-\u2705\u2708-\u2712\u2714\u2716\u271d\u2721\u2728\u2733"
    r"\u2734\u2744\u2747\u274c\u274e\u2753-\u2755\u2757\u2763-\u2767\u2795-\u2797\u27a1\u27b0"
    r"\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299"
    r"\U0001f000-\U0001f0ff\U0001f10d-\U0001f10f\U0001f12f\U0001f16c-\U0001f171\U0001f17e\U0001f17f"
    r"\U0001f18e\U0001f191-\U0001f19a\U0001f1ad-\U0001f1e5\U0001f201-\U0001f20f\U0001f21a\U0001f22f"
    r"\U0001f232-\U0001f23a\U0001f23c-\U0001f23f\U0001f249-\U0001f3fa\U0001f400-\U0001f53d"
    r"\U0001f546-\U0001f64f\U0001f680-\U0001f6ff\U0001f774-\U0001f77f\U0001f7d5-\U0001f7ff"
    r"\U0001f80c-\U0001f80f\U0001f848-\U0001f84f\U0001f85a-\U0001f85f\U0001f888-\U0001f88f"
    r"\U0001f8ae-\U0001f8ff\U0001f90c-\U0001f93a\U0001f93c-\U0001f945\U0001f947-\U0001faff"
    r"\U0001fc00-\U0001fffd"
)
_EMOJI = rf"[{_PICTURE}][\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]?"
_FLAGS = ("gbeng", "gbsct", "gbwls")
"""The regions whose flags are made of tags; other tags behind a black flag could say anything."""
_JOINS_BOTH_SIDES = (  # Arabic letters of Joining_Type=Dual_Joining
    r"\u0626\u0628\u062a-\u062e\u0633-\u063f\u0641-\u0647\u0649\u064a\u066e\u066f"
    r"\u0678-\u0687\u069a-\u06bf\u06c1\u06c2\u06cc\u06ce\u06d0\u06d1\u06fa-\u06fc"
)
_VIRAMAS = r"\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca"
_SEEN = "|".join(
    (
        "\U0001f3f4(?:{})\U000e007f".format(
            "|".join("".join(chr(0xE0000 + ord(letter)) for letter in flag) for flag in _FLAGS)
        ),
        rf"{_EMOJI}(?:\u200d{_EMOJI})*",
        r"[0-9#*]\ufe0f\u20e3",
        rf"[{_JOINS_BOTH_SIDES}][\u064b-\u065f\u0670]*\u200c(?=[\u0622-\u064a\u066e-\u06d3])",
        rf"[{_VIRAMAS}][\u200c\u200d](?=[\u0900-\u0dff])",
    )
)
_SUSPECT = re.compile(f"[{_UNSEEN}]")  # a tenth of the time, and most texts have none


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(rf"(?P<seen>{_SEEN})|[{_UNSEEN}]")


def printable(text: str) -> str:
    r"""The text with each character spelled out that acts or cannot be seen: `\x1b`, `\u200b`."""
    if not _SUSPECT.search(text):
        return text
    return _pattern().sub(
        lambda match: match["seen"] or match[0].encode("unicode_escape").decode(), text
    )


def inert(json: str) -> str:
    """The same JSON with each of those characters, which only its texts hold, escaped."""
    return _pattern().sub(lambda match: match["seen"] or _escaped(match[0]), json)


def unseen(text: str) -> list[str]:
    """The characters that would be spelled out, but for tabs."""
    if not _SUSPECT.search(text):
        return []
    matches = _pattern().finditer(text)
    return [match[0] for match in matches if not match["seen"] and match[0] != "\t"]


def _escaped(character: str) -> str:
    """As JSON writes it: a code point beyond the first 65,536 as two."""
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))


def unaccented(text: str) -> str:
    """The text in small letters without accents, as it is compared when one looks for it."""
    if text.isascii():
        return text.lower()
    return "".join(map(_unaccented, text))


@cache
def _unaccented(character: str) -> str:
    parts = unicodedata.normalize("NFKD", character.casefold().translate(_LETTERS))
    return _ACCENTS.sub("", parts).casefold()


_ACCENTS = re.compile(r"[\u0300-\u036f]")
_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
"""Those of Latin alphabets that Unicode does not take apart."""

LONGEST = 48
"""Characters of an id whose path fits in a line."""
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\"]")


def slug(text: str, longest: int = LONGEST, otherwise: str = "item") -> str:
    """The first words of a text, or a part of the first, as an id that begins with a letter."""
    joined = joined_words(words(text), longest)
    if joined and not joined[0].isalpha():
        joined = joined_words([otherwise, *words(text)], longest)
    return joined or otherwise


def joined_words(words: list[str], room: int) -> str:
    """The first words that fit into `room` characters with hyphens, or a part of the first."""
    joined = ""
    for word in words:
        longer = f"{joined}-{word}" if joined else word[:room]
        if len(longer) > room:
            break
        joined = longer
    return joined


def words(text: str) -> list[str]:
    """The words of a text in small Latin letters and digits."""
    plain = unaccented(text)
    if any(letter.isalnum() and not letter.isascii() for letter in plain):
        from anyascii import anyascii  # noqa: PLC0415 - 20 ms that other scripts alone need

        whole = unicodedata.normalize("NFC", text)
        plain = "".join(_romanised(letter, anyascii(letter)) for letter in whole).lower()
    return re.findall(r"[a-z0-9]+", _APOSTROPHES.sub("", plain))


def _romanised(letter: str, latin: str) -> str:
    """A syllable or an ideograph is a word of its own."""
    is_syllable = unicodedata.category(letter) == "Lo" and latin[:1].isupper()
    return f" {latin} " if is_syllable else latin


def fold(text: str, width: int, indent: str = "", first: str | None = None) -> str:
    """A paragraph folded at `width`, indented."""
    lead = indent if first is None else first
    return textwrap.fill(
        printable(text),
        max(width, len(indent) + 20),
        initial_indent=lead,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
    )


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """`1 item`, `2 items`."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def first_of(names: Sequence[str], most: int) -> str:
    """The first `most` names, with an ellipsis where there are more."""
    return ", ".join(names[:most]) + (", …" if names[most:] else "")


MOST_HINTS = 50
"""A foreign file has thousands of unknown keys, and a likeness costs 30 µs."""
LONGEST_SHOWN = 60
"""As many characters of a text stand in a message."""
_MEANT = re.compile(r"did you mean '?([^'?]+)'?\?")


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The known word that this one alone begins, or that is most like it, letter case aside."""
    names = list(words)
    prefixed = [name for name in names if name.lower().startswith(word.lower())]
    if len(prefixed) == 1 and len(word) >= _ENOUGH:
        return prefixed[0]
    if len(names) > _MANY:  # a likeness costs 30 µs, and ten thousand ids share one shape
        names = [n for n in names if n[:8] == word[:8] or n[-8:] == word[-8:]]
    by_small_letters = {name.lower(): name for name in names}
    close = get_close_matches(word[:200].lower(), by_small_letters, n=1)
    return by_small_letters[close[0]] if close else None


def did_you_mean(word: str, names: Iterable[str]) -> str | None:
    """`did you mean 'horizon'?`, where a known word is close, or alone holds this one."""
    names = list(names)
    joined = word.lower().replace("-", "").replace(" ", "")
    holding = [name for name in names if joined in name.lower().replace("-", "")]
    is_alone = len(holding) == 1 and len(joined) >= _ENOUGH
    close = nearest(word, names) or (holding[0] if is_alone else None)
    return f"did you mean '{close}'?" if close else None


def suggested(message: str) -> str | None:
    """Return the word that a message proposes by `did you mean 'horizon'?`."""
    match = _MEANT.search(message)
    return match[1] if match else None


def shown(value: Any) -> str:
    """A value as a message may show it: short, in one line, with nothing that acts or hides."""
    if isinstance(value, str):
        cut = value if len(value) <= LONGEST_SHOWN else value[: LONGEST_SHOWN - 1] + "…"
        return "'" + printable(cut).replace("\n", "\\n") + "'"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value) if abs(value) < _LARGE else "a very large number"
    if isinstance(value, bool):
        return str(value).lower()
    return _NAMES.get(type(value)) or shown(str(value))  # a database has times, blobs and decimals


_LARGE = 1e15
_MANY = 500
_ENOUGH = 3
"""As many letters can mean the one word that begins with them."""
_NAMES = {dict: "a mapping", list: "a list", type(None): "empty"}


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


LONGEST_TEXT = 10_000
"""The most characters that a text from outside keeps."""


def clean(text: str, longest: int = LONGEST_TEXT, *, is_line: bool = False) -> str:
    """The text without control characters, cut to the limit of its key."""
    plain = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if is_line:
        plain = " ".join(plain.split())
    return plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"


def digest(text: str, length: int = 8) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()[:length]
