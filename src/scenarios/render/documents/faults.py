"""Faults of files: what `check` finds, and what stands before a result that lacks files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from scenarios.errors import Problem
from scenarios.render.cells import left, right
from scenarios.render.document import Document, Figure, Row, Table
from scenarios.text import counted


def document(problems: Iterable[Problem], findings: Iterable[Any]) -> Document:
    """Faults by their place, then the findings."""
    rows: list[Row] = [
        (p.path, Figure(p.line), Figure(p.column), p.severity, p.rule, p.message, p.hint or "")
        for p in problems
    ]
    for f in findings:
        place = (f.path, Figure(f.line), Figure(f.column))
        rows.append((*place, "finding", f.rule, f"{f.subject}: {f.message}", ""))
    texts = (left(name) for name in ("severity", "rule", "message", "hint"))
    columns = (left("path"), right("line"), right("column"), *texts)
    return (Table(columns=columns, rows=tuple(rows), empty="Nothing found."),)


def unreadable_files(unreadable: Sequence[Problem], placed: Callable[[str], str]) -> Document:
    """Each file by its `placed` path, the line and the fault; nothing where all could be read."""
    if not unreadable:
        return ()
    if not any(fault.path.endswith(".yaml") for fault in unreadable):  # trackers, not their files
        heads = left("tracker"), left("fault", least=30)
        caption = f"{counted(len(unreadable), 'tracker')} cannot be read, or not all of it"
        trackers = tuple((fault.path, fault.message) for fault in unreadable)
        return (Table(columns=heads, rows=trackers, caption=caption),)
    names = [fault.path for fault in unreadable]
    missing = sum("/" in name for name in names)
    parts = []
    if "tracker.yaml" in names:
        parts.append("without a readable tracker.yaml there are no figures")
    elif missing < len(names):
        parts.append("figures that a broken scenario could change are shown as ?")
    if missing:
        parts.append(f"figures lack {counted(missing, 'record')}")
    columns = (left("file"), right("line"), left("fault", least=30))
    rows = (
        (placed(fault.path), f"{fault.line}", f"{fault.rule}: {fault.message}")
        for fault in unreadable
    )
    files = counted(len(unreadable), "file")
    caption = f"{files} cannot be read: {'; '.join(parts)}"
    return (Table(columns=columns, rows=tuple(rows), caption=caption),)
