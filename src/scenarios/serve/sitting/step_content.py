"""The steps of a sitting as values for their pages: questions, and figures once revealed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from types import EllipsisType
from typing import Any

import msgspec

from scenarios.analysis.evidence.knowledge import KnownEvidence
from scenarios.analysis.quantities.distributions import StatedDistribution, phi
from scenarios.analysis.quantities.estimates import as_in_a_file, distribution, number
from scenarios.analysis.quantities.figures import row_name
from scenarios.analysis.review.agenda import (
    FigureComparison,
    ReviewAgenda,
    ScenarioQuestion,
    without_evidence,
)
from scenarios.model import Analyst, Database, ScenarioId
from scenarios.model.quantity import Quantile
from scenarios.render import svg
from scenarios.render.charts.fan import DensityCurve
from scenarios.render.document import Fact, Facts, Item, Items
from scenarios.render.document import Figure as ShownFigure
from scenarios.render.documents import session as topics
from scenarios.render.drawing import draw, element
from scenarios.render.text import on_screen, short_day
from scenarios.render.writers import html
from scenarios.scales import decibans, percent
from scenarios.serve.forms import across
from scenarios.serve.forms.form import ChoiceCell, ChoiceRow, Field, FieldGroup, Kind
from scenarios.site.site import INDEX, Links
from scenarios.storage.session_notes import SessionRecord, SittingAnswer
from scenarios.text import counted
from scenarios.workspace.sheets import ForecastEntry
from scenarios.workspace.sitting import CITING, Figure, SessionStep, key_of, to_answer, words
from scenarios.workspace.tasks.task import QUANTILES, quantiles_asked

_WIDE = 1_000_000
_SEEN = (("skipped", "later"), ("seen", "seen"), ("not-seen", "not seen"))
_END = 30.0
"""Decibans at either end of the scale, 0.1 % and 99.9 %."""
_ENDS = (0.001, 0.999)
_LABELLED = (_ENDS[0], 0.01, 0.1, 0.5, 0.9, 0.99, _ENDS[1])
Values = dict[str, Any]


def _position(probability: float) -> float:
    """Place of a probability on the scale of log odds, in per cent of its width."""
    return round(50 * (1 + max(-1.0, min(1.0, decibans(probability) / _END))), 1)


TICKS = [
    *((_position(chance), percent(chance, 1 if chance in _ENDS else 0)) for chance in _LABELLED),
    *((_position(chance), "") for chance in (0.02, 0.05, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.95, 0.98)),
]


def agenda_summary(due: ReviewAgenda, analyst: Analyst, on: date) -> str:
    """Counts of the tasks in a new sitting."""
    asked = to_answer(SessionRecord("", on, analyst), due)
    parts = (
        counted(len(due.unrated), "item") + " to rate" if due.unrated else "",
        counted(len(due.past_due), "indicator") + " past due" if due.past_due else "",
        counted(asked, "scenario") + " to answer" if asked else "",
    )
    return ", ".join(filter(None, parts))


def item_asked(database: Database, at_day: KnownEvidence, id: str) -> Values:
    """An item that rates nothing yet, without its effects."""
    day, blind = database.evidence[id].recorded, without_evidence(database)
    about, groups = topics.unrated_text(at_day, id, _WIDE), across.item_groups(blind, day)
    return {"item": id, "about": about.split("\n"), "groups": groups}


def item_read(at_day: KnownEvidence, id: str) -> Values:
    """An item in full, with its days and without its effects."""
    item = at_day.database.evidence[id]
    days = f"Observed {on_screen(item.observed)}, recorded {short_day(item.recorded)}."
    if gone := item.retracted:
        days += f" Retracted on {short_day(gone.date)}: {gone.reason}"
    about = [*topics.unrated_text(at_day, id, _WIDE).split("\n"), days]
    return {"about": about, "source": html.address(item.url)}


def past_due_asked(step: SessionStep) -> Values:
    """Ask of each past-due indicator if it has been seen."""
    cells = tuple(
        ChoiceCell(
            name=f"due:{key_of(indicator)}",
            label=indicator.indicator.statement,
            about=key_of(indicator),
            hint=topics.past_due_text(indicator, _WIDE).split("\n")[-1].strip(),
            options=_SEEN,
            value="skipped",
        )
        for indicator in step.past_due
    )
    note = "What was seen counts only once it is recorded; its absence counts until then."
    row = ChoiceRow(title="", cells=cells)
    return {"groups": (FieldGroup(title="Past due: seen by now?", note=note, parts=(row,)),)}


def group_asked(
    database: Database, at_day: KnownEvidence, answered: SessionRecord, step: SessionStep
) -> Values:
    """The lines of scenarios that are answered together, each with its question and its scale."""
    group, language = step.group, database.tracker.estimative_language
    set_id = group[0].scenario.set if len(group) > 1 else None
    return {
        "set_title": database.tracker.sets.get(set_id, set_id) if set_id else "",
        "topics": [
            {
                **_line(topic, at_day),
                "lead": html.blocks(topics.question(topic, language)),
                "marks": _marks(before=topic.own),
                "curve": curve(topic, _figure_kept(topic, answered), ()),
                "figures": "",
                "asked": _own_fields(topic, answered.answers.get(topic.id)),
            }
            for topic in group
        ],
    }


def _line(topic: ScenarioQuestion, at_day: KnownEvidence) -> Values:
    places = Links(
        {"e": at_day.database.evidence}, lambda address: f"/{address.removesuffix(INDEX)}"
    )
    grounds = html.blocks(topics.grounds(topic, at_day), places)
    return {"id": topic.id, "title": topic.scenario.title, "grounds": grounds}


def _figure_kept(topic: ScenarioQuestion, answered: SessionRecord) -> Figure:
    answer = answered.answers.get(topic.id)
    return answer.probability if answer else topic.own


def figure_fields(topic: ScenarioQuestion) -> list[str]:
    """The names of the fields of a figure: one for a probability, three for a quantity."""
    names = [name for name, _ in QUANTILES] if topic.scenario.quantity else ["p"]
    return [f"{name}:{topic.id}" for name in names]


def curve(topic: ScenarioQuestion, figure: Figure, faults: Sequence[str]) -> str | None:
    """The density of a quantity's quantiles as a picture, or what is wrong with them."""
    quantity = topic.scenario.quantity
    if quantity is None:
        return None
    if faults or not isinstance(figure, dict):
        return "".join(f'<p class="hint">{svg.safe(fault)}</p>' for fault in faults)
    values = msgspec.convert(figure, dict[str, Quantile])
    of = distribution(quantity, values, topic.day)
    data = DensityCurve(
        points=tuple(_density(of)),
        thresholds=tuple(
            (number(value), f"{row_name(value)} {percent(_chance(of, value))}")
            for value in quantity.rows(topic.id).values()
        ),
    )
    label = f"Your values as a curve: {', '.join(name for _, name in data.thresholds)}"
    return element(draw(data, narrow=True), label, "curve")


_EDGE, _POINTS = 1.96, 48
"""The probit of 97.5 %, and the points of a curve."""


def _density(of: StatedDistribution) -> Iterator[tuple[float, float]]:
    """Yield values from the 2.5th to the 97.5th in a hundred, each with the density there."""
    zs = (-_EDGE + 2 * _EDGE * n / _POINTS for n in range(_POINTS + 1))
    for (a, p), (b, q) in pairwise((of.at_z(z), phi(z)) for z in zs):
        yield (a + b) / 2, (q - p) / (b - a)


def _chance(of: StatedDistribution, value: float | date) -> float:
    below, above = of.tails(number(value))
    return below if isinstance(value, date) else above


def _marks(**figures: Figure) -> list[tuple[str, str, float]]:
    return [
        (f"{kind} {percent(figure)}", kind, _position(figure))
        for kind, figure in figures.items()
        if isinstance(figure, float) and figure
    ]


def _own_fields(topic: ScenarioQuestion, answer: SittingAnswer | None) -> tuple[FieldGroup]:
    own, id = topic.own, topic.id
    same = f"As before: {words(own)}" if own else ""
    back = "; withdraw takes it back" if own else ""
    asked = (
        *_figures_asked(topic, answer.probability if answer else ..., f"30 means 30%{back}."),
        *((Field(name=f"same:{id}", label=same, kind="check"),) if own else ()),
        Field(
            name=f"why:{id}",
            label="Why",
            kind="text",
            rows=2,
            hint=CITING,
            value=_reason_text(topic, answer),
        ),
        Field(name=f"skip:{id}", label="Skip it today", kind="check"),
    )
    return (FieldGroup(title="", parts=asked),)


def _figures_asked(
    topic: ScenarioQuestion, figure: Figure | EllipsisType, hint: str, label: str = ""
) -> Iterator[Field]:
    """Yield the field of a probability, or those of a quantity's three values."""
    quantity = topic.scenario.quantity
    if quantity is None:
        value = "" if isinstance(figure, EllipsisType | dict) else _text(figure)
        label = label or "Your probability"
        kind: Kind = "line" if topic.own else "number"  # a keyboard for "withdraw" has letters
        yield Field(name=f"p:{topic.id}", label=label, kind=kind, hint=hint, value=value)
        return
    unit = quantity.unit or "a day, like 2026-12-31"
    for name, question in quantiles_asked(quantity.kind):
        value = "withdraw" if figure is None else ""
        if isinstance(figure, dict):
            value = f"{as_in_a_file(figure).get(name, '')}"
        yield Field(
            name=f"{name}:{topic.id}", label=question, hint=f"{unit} ({name}).", value=value
        )


def _reason_text(topic: ScenarioQuestion, answer: SittingAnswer | None) -> str:
    """A reason as it was typed, with the numbers of the items that it names."""
    if answer is None:
        return ""
    items = topic.fresh.evidence
    numbers = [str(items.index(id) + 1) for id in answer.evidence if id in items]
    return f"{' '.join(numbers)}{': ' * bool(numbers)}{answer.rationale or ''}"


def sums_shown(answered: SessionRecord, step: SessionStep) -> Values:
    """The analyst's own figures of a set, before any others are shown."""
    figures = [
        (topic.scenario.title, words(answered.answers[topic.id].probability))
        for topic in step.group
        if topic.id in answered.answers
    ]
    return {
        "figures": figures,
        "sums": html.blocks((topics.set_sums(step.sums, answered.analyst),)),
    }


def revision_asked(
    at_day: KnownEvidence,
    language: str,
    answers: Iterable[tuple[ScenarioQuestion, SittingAnswer, FigureComparison]],
    absent: Mapping[ScenarioId, Sequence[str]],
) -> Values:
    """The lines with everybody's figures, and the analyst's own, which may be revised once."""
    lines = []
    for topic, answer, figures in answers:
        others, team = figures.others, figures.team
        marks = _marks(
            before=figures.before,
            yours=answer.blind,
            others=others.probability if others else None,
            team=team.probability if team else None,
            implied=figures.implied,
        )
        asked = (
            *_figures_asked(
                topic,
                answer.blind,
                "Leave it, or revise it once: the sheet keeps both.",
                "Your probability now",
            ),
            Field(
                name=f"why:{topic.id}",
                label="Reason for the revision",
                kind="text",
                rows=2,
            ),
        )
        seen = html.blocks(_figures(figures, absent.get(topic.id, ())))
        question = html.blocks(topics.question(topic, language)[: 2 if topic.last else 1])
        groups = (FieldGroup(title="", parts=asked),)
        line = {**_line(topic, at_day), "lead": "", "marks": marks, "figures": seen}
        line["curve"] = curve(topic, answer.blind, ())
        lines.append({**line, "grounds": f"{question}{line['grounds']}", "asked": groups})
    return {"topics": lines}


def _figures(figures: FigureComparison, absent: Sequence[str]) -> tuple[Facts | Items, ...]:
    """Each figure of a scenario by its name; implied ones list indicators counted as absent."""
    if of := figures.quantity:
        shown = {"Before": of.before, "Yours": of.after, "Others": of.others, "Team": of.team}
        rows = [Fact(name, f"{own}") for name, own in shown.items() if own]
        return (Facts((*rows, Fact("Evidence", f"{of.implied}"))),)
    named = (("Before", figures.before), ("Yours", figures.after))
    facts = [Fact(name, ShownFigure(value, "p")) for name, value in named if value is not None]
    for name, team in (("Others", figures.others), ("Team", figures.team)):
        if team:
            analysts = counted(team.analysts, "analyst")
            facts.append(Fact(name, ShownFigure(team.probability, "p"), analysts))
    facts.append(Fact("Evidence", ShownFigure(figures.implied, "p", mark="*" if absent else "")))
    if figures.gap_decibans is not None:
        odds = ShownFigure(10 ** (figures.gap_decibans / 10), "ratio", 2, "×")
        facts.append(Fact("Your odds", odds, "those of the evidence"))
    note = f"* still counts {', '.join(absent)} as absent: seen but not recorded"
    return (Facts(tuple(facts)), *((Items((Item(note),)),) if absent else ()))


def end_shown(
    database: Database,
    on: date,
    entries: Sequence[ForecastEntry],
    notes: Sequence[str],
    open_ends: Sequence[str],
) -> Values:
    """A preview of the sheet."""
    titles = {id: scenario.title for id, scenario in database.scenarios.items()}
    answers = [(titles[entry.scenario], words(entry.figure), entry.rationale) for entry in entries]
    return {"date": short_day(on), "answers": answers, "notes": notes, "open_ends": open_ends}


def _text(probability: float | None) -> str:
    """A figure as it may be typed, to its last digit."""
    if probability is None:
        return "withdraw"
    return percent(probability, 10).removesuffix("%").rstrip("0").rstrip(".") + "%"
