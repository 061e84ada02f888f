"""What needs somebody: the findings, counted by rule and with what to do, and each in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scenarios.analysis.rules.rule import Finding
from scenarios.model import Database
from scenarios.render.document import Flat, Folded, Heading, Item, Items, Jump, Span
from scenarios.render.documents.review import names

ANCHOR, TODOS = "findings", "needs"
_MOST = 6
"""So many rules stand at the top, the rest is counted."""
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
    "past-due": ("indicator due and not seen", "indicators due and not seen", "review"),
    "not-reviewed": (
        "question without a recent forecast",
        "questions without a recent forecast",
        "review",
    ),
    "unrated": ("item that is not rated", "items that are not rated", "rate"),
    "one-origin": ("move that rests on one origin", "moves that rest on one origin", "explain"),
    "weak-line": (
        "move that rests on a low grade",
        "moves that rest on a low grade",
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
"""Of each rule: what one finding is, what several are, and the command that helps; urgent first."""


def strip(findings: Sequence[Finding], database: Database) -> Iterator[Flat]:
    """What needs somebody, in a few lines that lead to the rest."""
    if not findings:
        return
    rules = _by_rule(findings)
    ordered = [rule for rule in WORDS if rule in rules]
    rows = [_entry(rule, rules[rule], database) for rule in ordered[:_MOST]]
    more = sum(len(rules[rule]) for rule in ordered[_MOST:])
    if more:
        rows.append(Item((Jump(f"{more} more", ANCHOR), ", all listed under Findings")))
    yield Heading(2, "What needs you", anchor=TODOS)
    yield Items(tuple(rows))


def in_full(findings: Sequence[Finding], database: Database) -> Folded | None:
    """Each finding, those that say the same together."""
    if not findings:
        return None
    groups = []
    rules = _by_rule(findings)
    for rule in WORDS:
        if rule not in rules:
            continue
        same: dict[str, list[Finding]] = {}
        for one in rules[rule]:
            same.setdefault(one.message, []).append(one)
        rows = (
            Item((*_subjects(alike, database), f": {message}"), bullet=True)
            for message, alike in same.items()
        )
        groups.append(Item(f"{rule}:", tuple(rows)))
    head = Heading(2, f"Findings ({len(findings)})", anchor=ANCHOR)
    return Folded(head, (Items(tuple(groups)),))


def _entry(rule: str, found: Sequence[Finding], database: Database) -> Item:
    one, many, command = WORDS[rule]
    label = f"{len(found)} {one if len(found) == 1 else many}"
    messages = {finding.message for finding in found}
    why = f" ({messages.pop()})" if rule == "not-reviewed" and len(messages) == 1 else ""
    named = _subjects(found[: names.NAMED], database)
    more = len(found) - names.NAMED
    under = Item((*named, f" and {more} more" if more > 0 else ""))
    return Item((Jump(label, ANCHOR), why), (under,), lead=f"scen {command}:")


def _subjects(found: Iterable[Finding], database: Database) -> tuple[Span, ...]:
    return tuple(names.listed([_subject(one, database) for one in found], "; "))


def _subject(finding: Finding, database: Database) -> Span:
    """A scenario by its title; what else it is, by its id."""
    if finding.kind == "scenario" and finding.subject in database.scenarios:
        return names.scenario(finding.subject, database)
    return finding.subject


def _by_rule(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.rule, []).append(finding)
    return found
