"""What `check` finds, as a table; a terminal and an editor get it line by line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scenarios.errors import Problem
from scenarios.render.document import Column, Document, Figure, Row, Table


def document(problems: Iterable[Problem], findings: Iterable[Any]) -> Document:
    """Faults by their place, then the findings."""
    rows: list[Row] = [
        (p.path, Figure(p.line), Figure(p.column), p.severity, p.rule, p.message, p.hint or "")
        for p in problems
    ]
    for f in findings:
        message = f"{f.subject}: {f.message}"
        place = (Figure(f.line), Figure(f.column))
        rows.append((f.path, *place, "finding", f.rule, message, ""))
    columns = (
        Column(name="path"),
        Column(name="line", align="right"),
        Column(name="column", align="right"),
        *(Column(name=name) for name in ("severity", "rule", "message", "hint")),
    )
    return (Table(columns=columns, rows=tuple(rows), empty="Nothing found."),)
