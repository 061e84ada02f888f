"""Whatever text goes in is what is read; nothing in it is a tag, a link or a mention."""

from __future__ import annotations

import re
from urllib.parse import unquote

from hypothesis import example, given
from hypothesis import strategies as st

from scenarios.render.writers.markdown import file_link, link, table, text
from scenarios.text import printable
from tests.hostile import ADDRESSES
from tests.render.gfm import Rendered

SIGNS = (
    *("<", ">", "&", "&lt;", "&#60;", "<!--", "-->", "<b>", "</td>", "<?", "<![CDATA["),
    *("`", "``", "|", "\\", "*", "_", "~", "~~", "^", "$", "{", "}", "!", "=", "+", "-", "#"),
    *("[", "]", "(", ")", "](", "(/u)", "[^1]", "[^1]:", "[x]: /u", "![a](javascript:x)"),
    *("\n", "\n\n", "  \n", "    ", "\t", "\r", "\xa0", "- ", "1. ", "1)", "# ", "> ", "---"),
    *("===", "***", "```", "~~~", "|-|", "[ ] ", ":", ";", ".", ",", "@", "1", "x", "é", "»"),
    *("https://a.b/c", "http:", "//", "www.", "www.x.org", "x.org", ".org", "a@", "b.co"),
    *("mailto:", "xmpp:", "ftp://", "@me", "#12", "GH-1", "!7", ":+1:", "javascript:"),
    *("\x1b[31m", "\x9b", "\u202e", "\u200f", "\u200b", "\u2028", "\0"),
)
parts = st.lists(st.one_of(st.sampled_from(SIGNS), st.text(max_size=6)), max_size=8)
texts = parts.map("".join).filter(lambda value: not value.isspace() and value)
ACTS = re.compile(r"@|#\d|\bGH-\d|www\.\w|//\w", re.IGNORECASE)
TABLE = ["table", "thead", "tr", "th", "th", "tbody", *(["tr", "td", "td"] * 2)]


def told(value: str) -> str:
    """What is to be read of a text."""
    return " ".join(printable(value).split())


def read(markdown: str) -> tuple[str, list[str]]:
    """The text and the tags of what is rendered, but for code; nothing acts outside of code."""
    made = Rendered(markdown)
    assert [part for part in made.outside_code if ACTS.search(part)] == []
    return made.text, [tag for tag in made.tags if tag != "code"]


@given(texts)
@example("www.")
@example("^]:")
@example("]:0:")
@example("0@.a")
@example("0<https://a.b/c")
def test_a_text_is_read_as_it_is_wherever_it_stands(value: str) -> None:
    made, want = text(value), told(value)
    assert not set("<\n") & set(made)
    assert read(f"a {made} b") == (told(f"a {want} b"), ["p"])
    assert read(f"a\n{made}\nb") == (told(f"a {want} b"), ["p"])
    assert read(f"# a {made}") == (told(f"a {want}"), ["h1"])
    cells = table(["a", "b"], [[made, "1"], ["2", made]], right=(1,))
    assert read(cells) == (told(f"a b {want} 1 2 {want}"), TABLE)
    assert read(made) == (want, ["p"])
    assert read(f"- {made}") == (want, ["ul", "li"])
    assert read(link(value, "https://example.org/")) == (want, ["p", "a"])
    assert read(file_link(value, "x.yaml")) == (want, ["p", "a"])


@given(texts, texts)
def test_a_link_leads_to_its_address_alone(label: str, more: str) -> None:
    address = "https://example.org/" + "".join(more.split())
    made = Rendered(f"{link(label, address)} b")
    assert [tag for tag in made.tags if tag != "code"] == ["p", "a"]
    assert [unquote(lead) for lead in made.links] == [unquote(address)]
    assert made.text == told(f"{told(label)} b")


def test_no_other_address_becomes_a_link() -> None:
    for address in (None, "javascript:alert(1)", "data:text/html,x", "//x", "x y"):
        assert link("a *b*", address) == r"a \*b\*"


def test_an_address_is_written_so_that_it_ends_where_it_ends() -> None:
    assert [link("x", address) for address in ADDRESSES[:6]] == [
        "[x](https://evil.example/%22onmouseover=%22alert%281%29)",
        "[x](https://evil.example/'%3E%3Cscript%3Ealert%281%29%3C/script%3E)",
        "[x](http://evil.example/a%29b%5D%28javascript:alert%281%29%29%7Cc%60d%60)",
        "[x](https://javascript:alert%281%29@evil.example/)",
        "[x](https://evil.example/%E2%80%AEgnp.exe%E2%80%8B)",
        "[x](https://evil.example/?a=1&#38;lt;b&#38;copy=2#%0aSet-Cookie:&#36;x&#36;*_%5C)",
    ]


def test_a_file_is_found_by_a_path_with_any_sign_in_it() -> None:
    made = Rendered(file_link("x", "../a b/(c)|`d`/javascript:1/\udcff&lt;.yaml"))
    assert made.links == ["../a%20b/%28c%29%7C%60d%60/javascript%3A1/%FF%26lt%3B.yaml"]
    assert made.text == "x"


def test_plain_words_stay_plain() -> None:
    words = "Germany's halt (2022-02-22): −6.9 dB, 37% → 4.0%; U.S. and others, No. 2, 10:30 a.m."
    assert text(words) == words


def test_what_a_code_host_acts_on_is_code() -> None:
    assert text('See (https://a.example/b), "@desk", #12!') == (
        'See (`https://a.example/b`), "`@desk`", `#12`\\!'
    )
    assert text("a.example, gh-3, (!4): :bomb:") == "`a.example`, `gh-3`, (`!4`): `:bomb:`"
