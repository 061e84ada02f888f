"""Findings that need somebody, and what comes up in the days after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scenarios.analysis.review.due import Due, DueEntry
from scenarios.analysis.rules.rule import Finding
from scenarios.model import Database
from scenarios.render import cells
from scenarios.render.document import Flat, Folded, Heading, Item, Items, Jump, Span
from scenarios.text import counted

ANCHOR, TODOS = "findings", "needs"
_MOST = 6
"""Rules at the top; the findings of the others are counted."""
WORDS: dict[str, tuple[str, str, str]] = {
    "overdue": ("question past its horizon", "questions past their horizon", "resolve"),
    "unexplained-move": (
        "forecast moved without a reason",
        "forecasts moved without a reason",
        "forecast",
    ),
    "gap": (
        "forecast far from what the evidence implies",
        "forecasts far from what the evidence implies",
        "explain",
    ),
    "implies-broken": (
        "scenario above one that it implies",
        "scenarios above one that they imply",
        "forecast",
    ),
    "sum-not-one": (
        "set of figures that do not sum to 1",
        "sets of figures that do not sum to 1",
        "forecast",
    ),
    "past-due": ("indicator due and absent", "indicators due and absent", "review"),
    "not-reviewed": (
        "question without a recent forecast",
        "questions without a recent forecast",
        "review",
    ),
    "unrated": ("item that is not rated", "items that are not rated", "rate"),
    "one-origin": ("move that rests on one origin", "moves that rest on one origin", "explain"),
    "weak-line": ("move that rests on a low grade", "moves that rest on a low grade", "explain"),
    "off-reference": (
        "prior far from its reference class",
        "priors far from their reference class",
        "explain",
    ),
    "link-mismatch": (
        "prior that is not the mix of its two figures",
        "priors that are not the mix of their two figures",
        "explain",
    ),
    "partial-row": ("row rated in part", "rows rated in part", "rate"),
    "possible-duplicate": ("possible duplicate", "possible duplicates", "show"),
    "uncorroborated": ("item graded 1 alone", "items graded 1 alone", "show"),
    "grade-clash": ("grade at odds with itself", "grades at odds with themselves", "show"),
    "early-record": (
        "item recorded before the date in its address",
        "items recorded before the date in their address",
        "show",
    ),
    "theme-ceiling": (
        "scenario with a theme at its ceiling",
        "scenarios with themes at their ceiling",
        "explain",
    ),
    "one-sided": ("scenario with news of one side", "scenarios with news of one side", "explain"),
    "before-opened": (
        "item from before its question",
        "items from before their question",
        "explain",
    ),
    "shared-with-prior": (
        "item that shares an origin with a prior",
        "items that share an origin with a prior",
        "explain",
    ),
    "counted-twice": ("item counted twice", "items counted twice", "explain"),
    "non-diagnostic": (
        "indicator that tells nothing apart",
        "indicators that tell nothing apart",
        "list indicators",
    ),
    "absence-sign": (
        "absence for the side of its indicator",
        "absences for the side of their indicator",
        "list indicators",
    ),
    "few-indicators": (
        "scenario with too few indicators",
        "scenarios with too few indicators",
        "add-indicator",
    ),
    "late-forecast": (
        "forecast after its outcome was known",
        "forecasts after their outcome was known",
        "score",
    ),
}
"""For each rule: one finding, several, and the command that helps; the urgent rules first."""


def needs(findings: Sequence[Finding], database: Database) -> Iterator[Flat]:
    """Yield the findings counted by rule, in a few lines that lead to the rest."""
    rules = [*_by_rule(findings).items()]
    rows = [_needs(rule, own, database) for rule, own in rules[:_MOST]]
    if more := sum(len(own) for _, own in rules[_MOST:]):
        rows.append(Item((Jump(f"{more} more", ANCHOR), ", all listed under Findings")))
    if rows:
        yield Heading(2, "What needs you", anchor=TODOS)
        yield Items(tuple(rows))


def in_full(findings: Sequence[Finding], database: Database) -> Iterator[Folded]:
    """Yield each finding under its rule, those that say the same together."""
    groups = []
    for rule, own in _by_rule(findings).items():
        same: dict[str, list[Finding]] = {}
        for finding in own:
            same.setdefault(finding.message, []).append(finding)
        rows = (
            Item((*_subjects(alike, database), f": {message}"), bullet=True)
            for message, alike in same.items()
        )
        groups.append(Item(f"{rule}:", tuple(rows)))
    if groups:
        head = Heading(2, f"Findings ({len(findings)})", anchor=ANCHOR)
        yield Folded(head, (Items(tuple(groups)),))


def _needs(rule: str, findings: Sequence[Finding], database: Database) -> Item:
    single, several, command = WORDS[rule]
    label = f"{len(findings)} {single if len(findings) == 1 else several}"
    messages = {finding.message for finding in findings}
    why = f" ({messages.pop()})" if rule == "not-reviewed" and len(messages) == 1 else ""
    more = len(findings) - cells.NAMED
    subjects = _subjects(findings[: cells.NAMED], database)
    under = Item((*subjects, f" and {more} more" if more > 0 else ""))
    return Item((Jump(label, ANCHOR), why), (under,), lead=f"scen {command}:")


def _subjects(findings: Iterable[Finding], database: Database) -> Iterator[Span]:
    """Yield scenarios by their titles, what else has findings by its id."""
    subjects: Iterable[Span] = (
        cells.scenario(finding.subject, database)
        if finding.kind == "scenario" and finding.subject in database.scenarios
        else finding.subject
        for finding in findings
    )
    return cells.listed(subjects, "; ")


def _by_rule(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """The findings of each rule, the urgent rules first."""
    rules: dict[str, list[Finding]] = {}
    for finding in findings:
        rules.setdefault(finding.rule, []).append(finding)
    return {rule: rules[rule] for rule in WORDS if rule in rules}


def coming(due: Due, database: Database) -> Iterator[Flat]:
    """Yield one line for each day and thing; what is late stands among the findings."""
    if due.coming:
        days = (due.until - due.as_of).days
        yield Heading(2, f"Coming up in the next {days} days", anchor="coming")
        yield Items(tuple(due_item(entry, database) for entry in due.coming))


def due_item(entry: DueEntry, database: Database, lead: str = "") -> Item:
    """A due task, after its day unless something else leads it."""
    return Item(_due(entry, database), lead=lead or str(entry.day))


def _due(entry: DueEntry, database: Database) -> tuple[Span, ...]:
    number = len(entry.scenarios)
    if entry.what == "indicator":
        owner = cells.scenario(entry.id.partition("/")[0], database)
        return cells.indicator(entry.id, database), " (", owner, ")"
    if entry.what == "horizon":
        return "horizon of ", cells.scenario(entry.scenarios[0], database), ": scen resolve"
    if entry.what == "review":
        return (f"review of {counted(number, 'question')}: scen review",)
    stand = "forecast stands" if number == 1 else "forecasts stand"
    return (f"last day on which {number} {stand}: scen review",)
