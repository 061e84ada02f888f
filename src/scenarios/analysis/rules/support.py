"""Findings about what an implied probability rests on: its class, its themes, its one side."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from scenarios.analysis.ledger.ledger import Line
from scenarios.analysis.period.period import ScenarioView, Window, open_views
from scenarios.analysis.rules.rule import Finding, of_scenario, rule
from scenarios.scales import base_rate, is_off_class, percent
from scenarios.values import indicator_key

REVIEWS, LINES = 4, 6
"""Reviews, and the fewest new lines in them, that are told of where all are on one side."""
CEILING = 9
"""From this many times (1 − ρ)/ρ lines on, more of them add at most a ninth."""


@rule("off-reference", "A prior far from its reference class, without a reason", "note")
def off_reference(window: Window) -> Iterator[Finding]:
    """A prior differs from its reference class by more than 3 dB, and no `adjusted` says why.

    The class says (occurred + ½)/(cases + 1).

    Example: `probability: 0.3` beside `reference: {class: Treaty talks, occurred: 3, cases: 40}`.
    To do: write the reason under `prior.reference.adjusted`, or take the rate of the class.
    """
    for view in open_views(window):
        prior, like = view.scenario.prior.probability, view.scenario.prior.reference
        rate = base_rate(like.occurred, like.cases) if like else prior
        if like and not like.adjusted and is_off_class(prior, rate):
            of = f"{like.occurred} of {like.cases} like cases say {percent(rate)}"
            message = f"its prior is {percent(prior)}, {of}, and no 'adjusted' says why"
            yield of_scenario("off-reference", view.id, message, "prior", "probability")


@rule("theme-ceiling", "Themes of which more lines would add next to nothing", "note")
def theme_ceiling(window: Window) -> Iterator[Finding]:
    """A scenario has so many lines of one theme that more of them would add less than a tenth.

    With the correlation ρ of its lines that is from 9·(1 − ρ)/ρ lines on: `within` for a theme,
    half way between `within` and `between` for lines without one.

    Example: seven lines about `energy` at `within: 0.6`, where six are enough.
    To do: give a theme to lines that are about something else, and look for other evidence.
    """
    dependence = window.database.tracker.dependence
    unthemed = (dependence.within + dependence.between) / 2
    for view in open_views(window):
        lines = Counter(line.theme for line in _counted(view))
        full = []
        for theme, number in sorted(lines.items(), key=lambda entry: entry[0] or ""):
            alike = dependence.within if theme else unthemed
            if alike and number * alike >= CEILING * (1 - alike) - 1e-9:
                full.append(f"{number} lines {f'of {theme}' if theme else 'without a theme'}")
        if full:
            message = f"{', '.join(full)}: more of them would add less than a tenth"
            yield of_scenario("theme-ceiling", view.id, message)


@rule("one-sided", "Four reviews with new evidence for one side alone", "note")
def one_sided(window: Window) -> Iterator[Finding]:
    """In the last four reviews with new lines of a scenario, six or more, all are on one side.

    A review is a day with a forecast sheet; a line is new in the first one from the day on which
    its first item was recorded, an absence from the day after `due`.

    Example: eight new lines in four weeks, each for the scenario.
    To do: look for what would speak for the other side, and rate it as you would on any day.
    """
    sheets = window.database.sheets.values()
    reviews = sorted({sheet.date for sheet in sheets if sheet.date <= window.as_of})
    for view in open_views(window):
        new: dict[int, list[Line]] = {}
        for line in _counted(view):
            new.setdefault(bisect_left(reviews, _first_day(window, line)), []).append(line)
        new.pop(len(reviews), None)  # since the last review
        last = sorted(new)[-REVIEWS:]
        steps = [line.decibans for review in last for line in new[review]]
        is_one_sided = steps and (min(steps) > 0 or max(steps) < 0)
        if len(last) == REVIEWS and len(steps) >= LINES and is_one_sided:
            side, other = ("for", "against") if steps[0] > 0 else ("against", "for")
            lines = f"{len(steps)} new lines of four reviews, since {reviews[last[0]]}"
            message = f"all {lines}, are {side} it: look for what speaks {other} it"
            yield of_scenario("one-sided", view.id, message)


def _counted(view: ScenarioView) -> Iterator[Line]:
    """The lines of evidence that count something."""
    kinds = ("direct", "indicator", "absence")
    return (line for line in view.ledger.lines if line.kind in kinds and line.decibans)


def _first_day(window: Window, line: Line) -> date:
    """The day on which a line was known first."""
    if line.evidence:
        return min(window.now.evidence[id].recorded for id in line.evidence)
    scenario, name = indicator_key(line.id)
    due = window.database.scenarios[scenario].indicators[name].due
    assert due  # noqa: S101 - else nothing is absent
    return due + timedelta(days=1)
