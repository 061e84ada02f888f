"""A database whose every text wants to act: as HTML, Markdown, a formula or a terminal's command.

`hostile_files` are sound records: ids and dates are strict, all else is free text. `broken_files`
hold what no record may, and are left out with their faults told.
"""

from __future__ import annotations

import json
import re
from typing import Any

ACTS = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    r"\xad\u115f\u200b\u2062\u3164\ufeff\U000e0000-\U000e0fff]"
    r"|(?<!\U0001f469)\u200d|(?<!\u2764)\ufe0f"
)
"""Every control character but the end of a line, every one that turns the writing round, and every
one of the hostile texts that nobody sees; what is part of the title's emoji is seen."""
SINCE, AS_OF = "2022-02-21", "2022-02-28"
SET = "rivals"
RLO, ISOLATE, RLM, ALM = "\u202e", "\u2066", "\u200f", "\u061c"
ZERO_WIDTH = "zero\u200bwidth\u200d\ufeffjoined\u00ad"
TAGGED = "".join(chr(0xE0000 + ord(letter)) for letter in "obey me")
UNSEEN = f"tags{TAGGED}\U0001f3f4{TAGGED}\U000e007f fillers\u115f\u3164\u2062\ufe0f\U000e0100"
EMOJI = "\U0001f469\u200d\U0001f680 \u2764\ufe0f stay"
LONG = "x" * 180

TEXTS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg/onload=alert(1)>' onmouseover='alert(1)",
    "</td></table></style></title></textarea><h1>Free</h1>",
    "<!-- open --> <![CDATA[ open ]]> <?php echo 1 ?>",
    "&lt;b&gt; &amp; &#60;i&#62; &copy &NotEqualTilde;",
    "[click](javascript:alert(1)) ![see](javascript:alert(1)) [x]: javascript:alert(1)",
    "<javascript:alert(1)> <https://evil.example> https://evil.example/x www.evil.example",
    "mail me@evil.example or xmpp:me@evil.example, @everyone, #1, GH-1, org/repo#2, !3, :bomb:",
    f"right {RLO}gnp.exe{ISOLATE} to {RLM}left{ALM}",
    "a | b || c \\| d |---|---| e",
    "`code` ``more`` ```` ```sh unclosed",
    "*bold* __strong__ ~~gone~~ _a_b_ $x^2$ ^up^ ==mark== {{ site.secret }} {% raw %}",
    "first line\nsecond line\n\n# heading after a gap\n---\n- item\n    code\n",
    "# heading #",
    "> [!WARNING] quoted",
    "- [x] done",
    "1. first",
    "+ more",
    "---",
    "===",
    '=HYPERLINK("http://evil.example","click")',
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "\t=1+1",
    "\uff1d1+1",
    ZERO_WIDTH,
    UNSEEN,
    LONG,
    "\\e[31mred\\x1b[0m \\u001b]8;;http://evil.example\\u0007link %s {0} ${HOME} $(id)",
    "e\u0301\u0301\u0301 \ufdfd \u4e2d\u6587\u5168\u89d2 \u0627\u0644\u0639\u0631\u0628",
    "ends with a backslash \\",
)
"""What a hostile hand can put where a record holds text."""

ADDRESSES = (
    'https://evil.example/"onmouseover="alert(1)',
    "https://evil.example/'><script>alert(1)</script>",
    "http://evil.example/a)b](javascript:alert(1))|c`d`",
    "https://javascript:alert(1)@evil.example/",
    f"https://evil.example/{RLO}gnp.exe\u200b",
    "https://evil.example/?a=1&lt;b&copy=2#%0aSet-Cookie:$x$*_\\",
    f"https://evil.example/{LONG}",
)
"""The addresses of http and https that a record may hold."""


def hostile_files() -> dict[str, str]:
    """Path → text of sound records: for every text a scenario, an item, a sheet and a source.

    The window from SINCE to AS_OF has every section of a report: moves, outcomes, new evidence,
    indicators that changed state, analysts who differ, clarifications, and findings.
    """
    title = f"{TEXTS[0]} | {TEXTS[9]}{ZERO_WIDTH}{UNSEEN} `#1` =1+1 {EMOJI}"
    sets = {SET: f"{TEXTS[1]}{TEXTS[9]}{ZERO_WIDTH}{UNSEEN}"}
    tracker = {"format": 1, "title": title, "description": "".join(TEXTS), "sets": sets}
    records: dict[str, dict[str, Any]] = {"tracker.yaml": tracker}
    for number, text in enumerate(TEXTS):
        records[f"s-{number}.yaml"] = _scenario(number, text)
        records[f"evidence/2022/{_name(number)}.yaml"] = _item(number, text)
        source = {"name": text, "reliability": "C", "reliability_basis": text}
        records[f"sources/source-{number}.yaml"] = {**source, "url": _address(number)}
        for analyst, probability in (("desk", 0.2), ("rival", 0.8), ("third", 0.7)):
            day = "2022-02-14" if analyst == "desk" else "2022-02-25"
            records[f"forecasts/2022/{day}-{analyst}-{number}.yaml"] = {
                "date": day,
                "analyst": f"{analyst}-{number}",
                "probabilities": {f"s-{number}": probability},
                "rationales": {f"s-{number}": text},
            }
    return {path: as_yaml(record) for path, record in records.items()}


def broken_files() -> dict[str, bytes]:
    """Path → bytes of what is refused: control characters, other addresses, names that act."""
    sound = "observed: 2022-02-22\nrecorded: 2022-02-22\n"
    osc = "\\e]8;;http://evil.example\\aclick\\e]8;;\\a"
    texts = {
        "escaped": f'summary: "\\e[31mred"\n{sound}',
        "raw": f"summary: \x1b[31mred\x07\n{sound}",
        "c1": f'summary: "\\x9b31mred"\n{sound}',
        "osc": f'summary: "{osc}"\n{sound}',
        "key": f'"\\u202e\\u2066": 1\nsummary: S\n{sound}',
        "rating": f'summary: S\n{sound}ratings: {{"\\u202e<b>": "<b>", s-0: "=1\\u200f"}}\n',
        "script": f"summary: S\n{sound}url: javascript:alert(1)\n",
    }
    names = ("\x1b[31mred", "\u202egnp", "<script>|`x`")
    return {
        **{f"evidence/2022/2022-02-22-{name}.yaml": text.encode() for name, text in texts.items()},
        "evidence/2022/2022-02-22-bytes.yaml": b"summary: \xff\xfe\x1b[31m\n",
        **{f"evidence/2022/{name}.yaml": b"" for name in names},
        "sources/two\nlines.yaml": b"",
    }


def _name(number: int) -> str:
    return f"2022-02-{20 + number % 8}-item-{number}"


def _scenario(number: int, text: str) -> dict[str, Any]:
    shared = {"statement": text, "added": "2022-01-01"}
    seen = {**shared, "ratings": {f"s-{number}": "CC"}, "watch": text}
    due = {**shared, "ratings": {f"s-{number}": "C"}, "due": "2022-02-01", "if_absent": "I"}
    made: dict[str, Any] = {
        "title": text[:200],
        "question": text,
        "resolution_criteria": text,
        "opened": "2022-01-01",
        "horizon": "2023-12-31",
        "prior": {"probability": 0.3, "basis": text},
        "indicators": {"seen": seen, "due": due},
        "clarifications": [{"date": "2022-02-25", "text": text}],
    }
    if number < 3:
        made["set"] = SET
    if number % 8 == 7:
        known = {"date": "2022-02-27", "recorded": "2022-02-27", "basis": text}
        made["resolution"] = {"outcome": "occurred", **known, "evidence": [_name(number)]}
    return made


def _item(number: int, text: str) -> dict[str, Any]:
    """Of three items one fires an indicator, one rates its scenario, one rates its rivals too."""
    made: dict[str, Any] = {
        "summary": text,
        "observed": _name(number)[:10],
        "recorded": "2022-02-27",
        "source": f"source-{number}",
        "url": _address(number),
        "credibility": 1,
        "quote": text,
        "notes": text,
    }
    if number % 3:
        made["indicators"] = {f"s-{number}/seen": "observed"}
    else:
        made["ratings"] = {f"s-{number}": "CC"}
    if number % 10 == 9:
        made["retracted"] = {"date": "2022-02-28", "reason": text}
    return made


def _address(number: int) -> str:
    return ADDRESSES[number % len(ADDRESSES)]


def as_yaml(record: dict[str, Any]) -> str:
    """JSON is YAML; what a file may not hold as it is, or would not show, stands escaped.

    But for what JSON escapes as two code points, which YAML does not put together.
    """
    text = json.dumps(record, indent=1)
    pairs = re.compile(r"\\u(d[89ab]..)\\u(d[c-f]..)")
    return pairs.sub(lambda pair: bytes.fromhex(pair[1] + pair[2]).decode("utf-16-be"), text) + "\n"
