"""What acts or cannot be seen is spelled out; an emoji, and a word of Persian or Hindi, stay."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.text import inert, printable, unseen

SCOTLAND = "\U0001f3f4" + "".join(chr(0xE0000 + ord(c)) for c in "gbsct") + "\U000e007f"
TEXTS = st.text(
    st.characters(codec="utf-8") | st.sampled_from("\u200d\ufe0f\U0001f469\U000e0061a\n")
)
TAGGED = "".join(chr(0xE0000 + ord(c)) for c in "obey")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain, café, \u4e2d\u6587\u5168\u89d2, e\u0301",
        "two\nlines",
        "no-break\u00a0space, ideographic\u3000space",
        "\U0001f600 \U0001f44d\U0001f3fd ❤️ ☎︎ © ™️ 1️⃣ #️⃣ \U0001f1e8\U0001f1f3",
        "\U0001f469\u200d\U0001f680 \U0001f469\U0001f3fd\u200d\U0001f680",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
        "\U0001f3f3\ufe0f\u200d\U0001f308 ❤️\u200d\U0001f525 ⛹\U0001f3fd\u200d♀️ \U0001f3f4\u200d☠️",
        SCOTLAND,
        "\u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645",  # Persian: I do not know
        "\u0915\u094d\u200d\u0937 \u0915\u094d\u200c\u0937",  # Hindi: a half letter and a virama
    ],
)
def test_what_is_seen_stays(text: str) -> None:
    assert (printable(text), inert(text), unseen(text)) == (text, text, [])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m\x9b\x7f\t", r"\x1b[31m\x9b\x7f\t"),
        ("right \u202eto\u2066 left\u200f\u061c", r"right \u202eto\u2066 left\u200f\u061c"),
        ("zero\u200bwidth\ufeff\u2060\u00ad", r"zero\u200bwidth\ufeff\u2060\xad"),
        (f"say{TAGGED}", r"say\U000e006f\U000e0062\U000e0065\U000e0079"),
        ("\u115f\u3164\uffa0\u034f\u180e\u17b4", r"\u115f\u3164\uffa0\u034f\u180e\u17b4"),
        ("\ufff9\ufffa\ufffb\u206a\U000e0100", r"\ufff9\ufffa\ufffb\u206a\U000e0100"),
        # joiners and selectors that join and select nothing
        ("a\u200db a\u200cb", r"a\u200db a\u200cb"),
        ("a\ufe0f 1\ufe0f 1\ufe0e", r"a\ufe0f 1\ufe0f 1\ufe0e"),
        ("❤\ufe0f\ufe0f", "❤\ufe0f\\ufe0f"),
        ("\U0001f469\u200d\u200d\U0001f680", "\U0001f469\\u200d\\u200d\U0001f680"),
        ("\U0001f469\u200d \u200d\U0001f680", "\U0001f469\\u200d \\u200d\U0001f680"),
        ("a\ufe0f\u200d\U0001f680", "a\\ufe0f\\u200d\U0001f680"),
        (SCOTLAND[:-1], SCOTLAND[0] + ascii(SCOTLAND[1:-1])[1:-1]),
        (f"\U0001f3f4{TAGGED}\U000e007f", f"\U0001f3f4{ascii(TAGGED)[1:-1]}\\U000e007f"),
        (f"{SCOTLAND}\U000e0061", f"{SCOTLAND}\\U000e0061"),
        ("\u06cc\u200c \u062f\u200c\u0627", "\u06cc\\u200c \u062f\\u200c\u0627"),
        ("\u06cc\u200c\u200c\u0627", "\u06cc\\u200c\\u200c\u0627"),
        ("\u0915\u200d\u0937 \u0915\u094d\u200d", "\u0915\\u200d\u0937 \u0915\u094d\\u200d"),
        ("\udc9b", r"\udc9b"),
    ],
)
def test_what_is_not_seen_is_spelled_out(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(shown) == shown


def test_every_format_character_is_seen_or_spelled_out() -> None:
    """Those that Unicode draws, such as signs in front of Arabic figures, stay."""
    kept = {
        unicodedata.name(chr(code)).split()[0]
        for code in range(0x110000)
        if unicodedata.category(chr(code)) == "Cf" and printable(chr(code)) == chr(code)
    }
    assert kept == {"ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN"}


@given(TEXTS)
def test_json_means_what_it_meant(text: str) -> None:
    shown = inert(json.dumps(text, ensure_ascii=False))
    assert json.loads(shown) == text
    assert unseen(shown.replace("\t", "")) == []


@given(TEXTS)
def test_what_was_spelled_out_holds_nothing_unseen(text: str) -> None:
    assert unseen(printable(text)) == []
    assert bool(unseen(text)) == (printable(text) != text.replace("\t", "\\t"))
