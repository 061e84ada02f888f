"""A template escapes what it is given, and does not pass over a name that has no value."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError

from scenarios.render.templating import fill
from scenarios.render.writers.html import ALONE


def page(title: str) -> str:
    values = {"index": (), "skips": (), "foot": "", "policy": "", "styles": (), "content": ""}
    return fill("page.html", title=title, around=ALONE, **values)


def test_a_value_is_escaped_and_characters_that_act_are_spelled_out() -> None:
    text = page("<script>\u202ex & \x1b[2J")
    assert "<title>&lt;script&gt;\\u202ex &amp; \\x1b[2J</title>" in text


def test_a_name_without_a_value_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="around"):
        fill("page.html")
