"""What a forecast made of the stated probabilities."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scenarios.analysis.review.agenda import SetSum
from scenarios.model import Analyst
from scenarios.render.document import Column, Document, Figure, Ref, Row, Table
from scenarios.render.documents.session import set_sums


def document(figures: Iterable[Any], sums: Iterable[SetSum], analyst: Analyst) -> Document:
    """The stated probability before and after, the implied one, and what the sets add up to."""
    rows: list[Row] = [
        (
            Ref(f.scenario, "scenario"),
            Figure(f.before, "p"),
            Figure(f.after, "p"),
            Figure(f.analysts),
            Figure(f.implied, "p"),
            Figure(f.gap_decibans, "dB"),
        )
        for f in figures
    ]
    names = ("stated before", "stated after", "analysts", "implied")
    columns = (
        Column(name="scenario"),
        *(Column(name=name, align="right") for name in names),
        Column(name="gap dB", key="gap_decibans", align="right"),
    )
    return (Table(columns=columns, rows=tuple(rows)), set_sums(sums, analyst))
