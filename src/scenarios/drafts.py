"""Drafts of evidence, forecasts and questions: proposals, which count nowhere until accepted."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

import msgspec

from scenarios import values
from scenarios.errors import Fault
from scenarios.model import Evidence, Kind
from scenarios.model.quantity import Quantiles, shortest
from scenarios.paths import MODELS as RECORDS
from scenarios.values import Analyst, ProposalOrigin, Record, ScenarioId, indicator_key


class EvidenceDraft(Evidence, frozen=True):
    """Evidence of which only the summary is needed; the person who accepts it adds the rest."""

    observed: values.Observed | None = None  # type: ignore[assignment]
    """When it happened: a day (2022-02-04), a month (2021-12) or a year (2021). Examples:
    "2022-02-04", "2021-12", 2021."""
    recorded: values.Date | None = None  # type: ignore[assignment]
    """The day on which it was first seen. Example: "2022-02-07"."""


class ForecastDraft(Record, frozen=True):
    """A probability that is proposed, or the quantiles of a quantity."""

    scenario: ScenarioId
    """The scenario, by its id. Example: "military-pact"."""
    probability: Annotated[values.Chance | None, values.EXPECTED] = None
    """The probability that it happens, 0.0001 to 0.9999; of a quantity `quantiles` stand instead.
    Example: 0.04."""
    quantiles: Quantiles | None = None
    """Of a quantity: the values that it stays under with 10 % (p10), 50 % (p50) and so on, two to
    nine. Example: {"p10": 232, "p50": 243, "p90": 256}."""
    rationale: values.Prose | None = None
    """Why the probability is what it is. Example: "The statement names no mutual-defence duty."."""
    date: values.Date | None = None
    """The day of the figure; once accepted it stands from that day. Example: "2022-02-07"."""


class QuestionDraft(Record, frozen=True):
    """A question that is proposed; the person who accepts it gives the prior and the criteria."""

    title: values.Title
    """The question in a few words. Example: "A formal military pact"."""
    question: values.Line | None = None
    """The question, so that it has a yes or a no on the horizon; absent, the title. Example:
    "Will a treaty of mutual military assistance be in force on 2030-12-31?"."""
    criteria: values.Prose | None = None
    """What would decide it, and where to look. Example: "A treaty, published by either side, that
    obliges each to give military assistance if the other is attacked."."""
    horizon: values.Date | None = None
    """The last day on which it can happen. Example: "2030-12-31"."""
    why: values.Prose | None = None
    """Why it is worth forecasting. Example: "Both sides spoke of a treaty in January."."""


class Dismissal(Record, frozen=True):
    """Who turned a proposal down; the file stays, so that the same is not proposed again."""

    on: values.Date
    """The day on which it was dismissed. Example: "2022-02-08"."""
    by: Analyst
    """Who dismissed it. Example: "desk"."""
    reason: values.Reason
    """Why it is not recorded. Example: "A comment on the visit, no observation"."""


_REPEATS = values.words("it is an address, or who reported it, and where")


class Repeat(ProposalOrigin, frozen=True, omit_defaults=True):
    """Who reported the same story elsewhere."""

    url: values.Url | None = None
    """The address at which it stands. Example: "https://www.example.org/again"."""
    foreign: values.Foreign = msgspec.field(default_factory=dict)
    """Example: {"reuters-asia": "tag:reuters.com,2022:newsml_L1N2UF0AB"}."""


class Proposal(Record, frozen=True):
    """A draft of evidence, a forecast or a question. It counts nowhere until it is accepted."""

    proposed: values.ProposalOrigin
    """Who proposed it."""
    evidence: EvidenceDraft | None = None
    """The draft of an item: `summary`, and any other key of one. Either this, `forecast` or
    `question`."""
    scenarios: values.Ids = ()
    """The scenarios that the item may bear on. Example: ["military-pact"]."""
    forecast: ForecastDraft | None = None
    """The draft of a forecast."""
    question: QuestionDraft | None = None
    """The draft of a question."""
    foreign: values.Foreign = msgspec.field(default_factory=dict)
    """Example: {"reuters-asia": "tag:reuters.com,2022:newsml_L1N2UF0AB"}."""
    repeats: tuple[Annotated[values.Url | Repeat, _REPEATS], ...] = ()
    """Who reported the same elsewhere; older files have the address alone. Example: [{"by": "feed",
    "name": "asia", "on": "2022-02-05", "url": "https://www.example.org/again"}]."""
    dismissed: Dismissal | None = None
    """Who turned it down, and why."""

    @property
    def about(self) -> tuple[ScenarioId, ...]:
        """The scenarios that it names."""
        shown = (indicator_key(key)[0] for key in self.item.indicators)
        own = (self.forecast.scenario,) if self.forecast else ()
        return (*own, *self.scenarios, *self.item.ratings, *shown)

    @property
    def item(self) -> EvidenceDraft:
        """The draft of evidence; an empty one of a forecast or a question."""
        return self.evidence or EvidenceDraft("")

    @property
    def kind(self) -> str:
        """The key of its draft."""
        return "question" if self.question else "forecast" if self.forecast else "evidence"

    @property
    def reports(self) -> tuple[Repeat, ...]:
        """Who reported it where, the proposer first; an old mark ranks as that of an agent."""
        by = msgspec.structs.asdict(self.proposed)
        old = partial(Repeat, "agent", "unknown", self.proposed.on)
        marks = (old(url=mark) if isinstance(mark, str) else mark for mark in self.repeats)
        return Repeat(**by, url=self.item.url, foreign=self.foreign), *marks

    @property
    def proposer(self) -> ProposalOrigin:
        """Who proposed it, with the ratings, grade and figure that are for a person to give."""
        item, grade = self.item, f"{self.item.reliability or ''}{self.item.credibility or ''}"
        pairs: dict[str, Any] = {**item.ratings, **item.indicators, "grade": grade}
        if draft := self.forecast:
            quantiles = (draft.quantiles or {}).items()
            pairs["probability"] = draft.probability
            pairs |= {name: shortest(value) for name, value in quantiles}
        suggested = ", ".join(f"{key} {value}" for key, value in pairs.items() if value)
        return msgspec.structs.replace(self.proposed, suggested=suggested or None)

    @property
    def day(self) -> str:
        """The day that it is about, else that of the proposal."""
        return self.item.observed or f"{self.proposed.on}"

    @property
    def forecast_day(self) -> values.Date:
        """The day of the figure, else that of the proposal."""
        return (self.forecast and self.forecast.date) or self.proposed.on


MODELS: dict[Kind, type[Record]] = {**RECORDS, "proposal": Proposal}
"""The content of each kind of file: of the records, and of proposals, which are none."""
NOT_PROPOSED = ("recorded", "analyst", "attachment", "retracted", "foreign", "proposed", "formerly")
"""The keys of an item that no draft has: acceptance, or the proposal around it, has them."""


def draft_faults(proposal: Proposal) -> Iterator[Fault]:
    """Faults of a proposal whose keys are sound by themselves."""
    present = filter(partial(getattr, proposal), ("question", "forecast", "evidence", "scenarios"))
    kind, *others = [*present] or ["scenarios"]
    if kind == "scenarios":
        message = "a proposal needs the key 'evidence', 'forecast' or 'question'"
        yield Fault((), "key", "missing-key", message)
    for key in others if kind in ("question", "forecast") else ():
        message = f"a proposal with the key '{kind}' has no '{key}'"
        yield Fault((key,), "key", "unknown-key", message)
    if proposal.forecast is not None:
        figures = proposal.forecast.probability, proposal.forecast.quantiles
        if figures == (None, None):
            message = "a proposed forecast needs the key 'probability' or 'quantiles'"
            hint = "write probability: 0.04, or quantiles: {p10: 205, p50: 240, p90: 275}"
            yield Fault(("forecast",), "key", "missing-key", message, hint)
        elif None not in figures:
            message = "a proposed forecast has either 'probability' or 'quantiles'"
            hint = "remove 'probability' if it is of a quantity, else 'quantiles'"
            yield Fault(("forecast", "quantiles"), "key", "unknown-key", message, hint)
    for key in NOT_PROPOSED:
        if getattr(proposal.evidence, key, None):
            message = f"a draft of evidence has no key '{key}'"
            yield Fault(("evidence", key), "key", "unknown-key", message)
