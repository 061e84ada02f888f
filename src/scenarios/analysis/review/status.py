"""The status table, as data: one row a scenario, in the order in which it is read."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from scenarios.analysis.evidence.indicators import reading
from scenarios.analysis.evidence.knowledge import State, resolved
from scenarios.analysis.evidence.knowledge import state as state_of
from scenarios.analysis.period.period import PreviousFigures, ScenarioView, Window
from scenarios.analysis.quantities.figures import QuantityFigure
from scenarios.analysis.quantities.view import quantity_views
from scenarios.model import Database, ScenarioId, SetId, Tracker
from scenarios.scales import decibans, jeffreys


class TrackerSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The tracker's title, sets and notice."""

    title: str
    notice: str | None
    sets: dict[SetId, str]


def about(tracker: Tracker) -> TrackerSummary:
    """Title, notice and sets of a tracker; "Scenarios" without a title."""
    return TrackerSummary(title=tracker.name, notice=tracker.notice, sets=tracker.sets)


class StatedFigure(msgspec.Struct, frozen=True, kw_only=True):
    """`analysts` is the number who stand behind it."""

    probability: float
    previous: float | None
    analysts: int


class ImpliedFigure(msgspec.Struct, frozen=True, kw_only=True):
    """`previous` is None where the scenario opened inside the window.

    `low` and `high` are the ends of its band; None where none was asked for. It is `unfounded`
    where nobody gave a prior and nothing is rated: then it is a filler, which no table shows.
    """

    probability: float
    previous: float | None
    low: float | None
    high: float | None
    unfounded: bool = False


class Implied(NamedTuple):
    """Shown values of an implied figure: None if it is unfounded."""

    probability: float | None = None
    previous: float | None = None
    low: float | None = None
    high: float | None = None


class EvidenceCount(msgspec.Struct, frozen=True, kw_only=True):
    """Known items that bear on a scenario, and how many of them are new in the window."""

    total: int
    new: int


class IndicatorCount(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario's own indicators by state."""

    observed: int
    emerging: int
    total: int


class StatusRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the status table; a resolved scenario shows its last values.

    Figures and counts are `withheld` where the file of that path cannot be read and could change
    them; a scenario whose own file it is has no title, state or horizon that is known.

    A `quantity` has its figures there, and as an `outcome` its value, once it is known.
    """

    id: ScenarioId
    title: str
    set: SetId | None
    state: State | Literal["unreadable"]
    horizon: date | None
    stated: StatedFigure | None
    implied: ImpliedFigure | None
    gap_decibans: float | None
    movement_bits: float | None
    evidence: EvidenceCount | None
    indicators: IndicatorCount | None
    last_evidence: date | None
    outcome: str | None
    withheld: str | None = None
    quantity: QuantityFigure | UnsetType = UNSET

    @property
    def shown(self) -> Implied:
        """Implied figure for people to read."""
        figure = self.implied
        if figure is None or figure.unfounded:
            return Implied()
        return Implied(figure.probability, figure.previous, figure.low, figure.high)

    @property
    def shown_gap(self) -> float | None:
        """Distance of the stated figure from that, in decibans."""
        return None if self.shown.probability is None else self.gap_decibans


_NO_FIGURES: dict[str, Any] = dict.fromkeys(
    (
        *("stated", "implied", "gap_decibans", "movement_bits"),
        *("evidence", "indicators", "last_evidence"),
    )
)


def status(window: Window) -> tuple[StatusRow, ...]:
    """Every scenario that had opened, in order."""
    rows = (row_of(window, view) for view in window.views.values())
    every = (*rows, *quantity_rows(window), *withheld(window.database, window.as_of))
    return tuple(in_order(every, window.database.listed))


def quantity_rows(
    window: Window, only: Collection[ScenarioId] | None = None
) -> Iterator[StatusRow]:
    """The rows of the quantities that had opened, or of these of them."""
    if not window.database.quantities:
        return
    for view in quantity_views(window.odds, window.since, window.as_of, only):
        known, end = window.now, view.resolution
        items = known.rating.get(view.id, ())
        own = [reading(known, (view.id, key)).state for key in view.scenario.indicators]
        recorded = [known.evidence[id].recorded for id in items]
        yield StatusRow(
            id=view.id,
            title=view.scenario.title,
            set=None,
            state=state_of(window.database, view.id, window.as_of),
            horizon=view.scenario.horizon,
            stated=None,
            implied=None,
            gap_decibans=None,
            movement_bits=view.bits,
            evidence=EvidenceCount(
                total=len(items), new=sum(day > window.since for day in recorded)
            ),
            indicators=IndicatorCount(
                observed=own.count("observed"), emerging=own.count("emerging"), total=len(own)
            ),
            last_evidence=max(recorded, default=None),
            outcome=end.ending if end else None,
            quantity=view.figure,
        )


def withheld(database: Database, as_of: date) -> Iterator[StatusRow]:
    """The rows of the scenarios whose figures a file that cannot be read could change."""
    for id, path in database.withheld.items():
        scenario = database.scenarios.get(id)
        if scenario and as_of < scenario.opened:
            continue
        outcome = resolved(database, id, as_of) if scenario else None
        yield StatusRow(
            id=id,
            title=scenario.title if scenario else id,
            set=scenario.set if scenario else None,
            state=state_of(database, id, as_of) if scenario else "unreadable",
            horizon=scenario.horizon if scenario else None,
            outcome=outcome.ending if outcome else None,
            withheld=path,
            **_NO_FIGURES,
        )


def movement(view: ScenarioView) -> float:
    """The larger movement of the stated and the implied probability, in bits."""
    return max(view.stated_bits, view.implied_bits)


def largest_first(rows: Iterable[StatusRow]) -> list[StatusRow]:
    """Rows by movement; those that did not move by their figure, from high to low."""

    def order(row: StatusRow) -> tuple[float, float, str]:
        shown = row.stated or row.implied
        figure = shown.probability if shown else 0.0
        return -round(row.movement_bits or 0.0, 9), -figure, row.id

    return sorted(rows, key=order)


def in_order(
    rows: Iterable[StatusRow], listed: Mapping[SetId, Sequence[ScenarioId]]
) -> list[StatusRow]:
    """Open before resolved, by movement; sets together, their members as they are listed."""
    places = {id: place for ids in listed.values() for place, id in enumerate(ids)}
    groups: dict[tuple[bool, str], list[StatusRow]] = {}
    for row in sorted(rows, key=lambda row: (-(row.movement_bits or 0.0), row.id)):
        unit = f"set {row.set}" if row.set else row.id
        groups.setdefault((row.state == "resolved", unit), []).append(row)

    def order(key: tuple[bool, str]) -> tuple[bool, float, str]:
        return key[0], -(groups[key][0].movement_bits or 0.0), key[1]

    ordered = [groups[key] for key in sorted(groups, key=order)]
    return [row for rows in ordered for row in sorted(rows, key=lambda row: places.get(row.id, 0))]


def row_as_reported(row: StatusRow, reported: PreviousFigures) -> StatusRow:
    """The row with its earlier figures as they were reported then."""
    if not (row.implied and row.implied.previous and reported.implied_before):
        return row
    before = reported.stated_before.probability if reported.stated_before else None
    stated = replace(row.stated, previous=before) if row.stated else None
    implied = replace(row.implied, previous=reported.implied_before.probability)
    bits = max(jeffreys(each.previous, each.probability) for each in (stated, implied) if each)
    return replace(row, stated=stated, implied=implied, movement_bits=bits)


def row_of(window: Window, view: ScenarioView) -> StatusRow:
    """One scenario's row of the status table."""
    own = [reading(window.now, (view.id, key)).state for key in view.scenario.indicators]
    recorded = [window.now.evidence[id].recorded for id in view.evidence]
    outcome, before = view.resolution, view.stated_before
    stated = gap = None
    if view.stated:
        stated = StatedFigure(
            probability=view.stated.probability,
            previous=before.probability if before else None,
            analysts=len(view.stated.analysts),
        )
        gap = decibans(view.stated.probability) - view.implied.decibans
    return StatusRow(
        id=view.id,
        title=view.scenario.title,
        set=view.scenario.set,
        state=view.state,
        horizon=view.scenario.horizon,
        stated=stated,
        implied=ImpliedFigure(
            probability=view.implied.probability,
            previous=view.implied_before.probability if view.implied_before else None,
            low=view.band.low if view.band else None,
            high=view.band.high if view.band else None,
            unfounded=view.unfounded,
        ),
        gap_decibans=gap,
        movement_bits=movement(view),
        evidence=EvidenceCount(total=len(view.evidence), new=len(view.new_evidence)),
        indicators=IndicatorCount(
            observed=own.count("observed"), emerging=own.count("emerging"), total=len(own)
        ),
        last_evidence=max(recorded, default=None),
        outcome=outcome.outcome if outcome else None,
    )
