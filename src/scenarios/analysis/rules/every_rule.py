"""Every rule of `check` and `check --findings`: of one file, between records, and of a day."""

from __future__ import annotations

from typing import Any

from scenarios.analysis.rules import consistency, files, findings
from scenarios.analysis.rules.rule import Rule

_ALL: tuple[Rule[Any], ...] = (*files.RULES, *consistency.RULES, *findings.RULES)
RULES = {rule.id: rule for rule in _ALL}
