"""The pages that are made of the code are those that the code makes."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[1] / "docs"
GENERATE = runpy.run_path(str(DOCS / "generate.py"))
RULES = [rule for _, _, rules in GENERATE["PARTS"] for rule in rules]
WHOLE = re.compile(r"[^\n].*\n\nExample: .+\nTo do: .+\.", re.DOTALL)


def test_the_page_of_rules_is_current() -> None:
    assert (DOCS / "rules.md").read_text("utf-8") == GENERATE["rules_page"](), GENERATE["COMMAND"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_rule_is_explained_with_an_example_and_what_to_do(rule: Any) -> None:
    assert WHOLE.fullmatch(GENERATE["explanation"](rule))
