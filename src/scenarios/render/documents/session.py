"""What a sitting shows: an item, an indicator, a scenario; and the figures once it may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from scenarios.analysis.evidence.knowledge import Known
from scenarios.analysis.forecasts import TeamFigure as Others
from scenarios.analysis.review.agenda import PastDue, Reveal, SetSum
from scenarios.model import Analyst, EvidenceId, Scenario, ScenarioId
from scenarios.render.document import Column, Document, Figure, Item, Items, Ref, Row, Table, Text
from scenarios.scales import percent
from scenarios.text import fold

_MOST = 10
"""The items that are listed; of more, the newest."""


def unrated_text(known: Known, id: EvidenceId, width: int) -> str:
    """An item that rates nothing yet: what it says and who says so."""
    item = known.evidence[id]
    source = f", {item.source}" if item.source else ""
    lines = [fold(f"{id} ({item.grade(known.database.sources)}{source})", width)]
    for text in (item.summary, item.quote and f"“{item.quote}”", item.url, item.notes):
        lines += [fold(text, width, "  ")] if text else []
    return "\n".join(lines)


def past_due_text(one: PastDue, width: int) -> str:
    """An indicator past due: what was watched for, where and since when."""
    indicator = one.indicator
    worth = indicator.if_absent or indicator.chance
    absent = "its absence counts" if worth else "its absence counts 0"
    when = f"watched for since {indicator.added}, due {indicator.due}: {absent}"
    lines = [
        fold(f"{one.scenario}/{one.id}", width),
        fold(indicator.statement, width, "  "),
        fold(f"where: {indicator.watch}", width, "  ") if indicator.watch else "",
        fold(when, width, "  "),
    ]
    return "\n".join(line for line in lines if line)


def criteria_text(scenario: Scenario) -> str:
    """What decides a scenario, in full."""
    lines = [scenario.resolution_criteria, f"Its last day is {scenario.horizon}."]
    lines += [f"{one.date}: {one.text}" for one in scenario.clarifications]
    return "\n".join(lines)


def answer_text(probability: float | None, rationale: str | None) -> str:
    """What was said of a scenario, in a line."""
    figure = f"{probability:g}" if probability is not None else "withdraw"
    return f"{figure}, {rationale}" if rationale else figure


def document(
    reveals: Sequence[Reveal],
    sums: Iterable[SetSum],
    analyst: Analyst,
    absent: Mapping[ScenarioId, Sequence[str]] = {},
) -> Document:
    """One row a scenario: the analyst's figures, the others', the team's, the implied one.

    An implied one that counts what was seen as `absent` is marked. Then what the figures of each
    set add up to, and what would add up to 1.
    """
    rows: list[Row] = [
        (
            Ref(one.scenario, "scenario"),
            Figure(one.before, "p"),
            Figure(one.after, "p"),
            _figure(one.others),
            _figure(one.team),
            Figure(one.implied, "p", mark="*" if one.scenario in absent else ""),
            Figure(one.gap_decibans, "dB"),
        )
        for one in reveals
    ]
    names = ("before", "yours", "others", "team", "implied")
    columns = (
        Column(name="scenario"),
        *(Column(name=name, align="right") for name in names),
        Column(name="gap dB", key="gap_decibans", align="right"),
    )
    keys = dict.fromkeys(key for one in reveals for key in absent.get(one.scenario, ()))
    marked = f"* still counts {', '.join(keys)} as absent: seen, and not recorded"
    notes = (Items((Item(marked),)),) if keys else ()
    return (Table(columns=columns, rows=tuple(rows)), *notes, set_sums(sums, analyst))


def set_sums(sums: Iterable[SetSum], analyst: Analyst) -> Items:
    """What an analyst's figures of each set add up to, and what would add up to 100%."""
    rows = []
    for one in sums:
        given = f"{len(one.figures)} of {one.members}"
        under: tuple[Item, ...] = ()
        if one.nearest:
            pairs = [
                f"{id} {percent(p, 1)} → {percent(one.nearest[id], 1)}"
                for id, p in one.figures.items()
            ]
            under = (Item(f"nearest that sum to 100%: {', '.join(pairs)}"),)
        rows.append(Item(f"{one.set}: {analyst} gives {given}, sum {percent(one.total, 1)}", under))
    return Items(tuple(rows))


def _figure(figure: Others | None) -> Text:
    return (
        Figure(figure.probability, "p", mark=f", n={figure.analysts}") if figure else Figure(None)
    )
