"""Random records, each as a command line and as a form."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from hypothesis import strategies as st

from scenarios.values import CODES
from scenarios.workspace.input.typed_in import STATES
from tests.hostile import TEXTS

SCENARIOS = ("pact", "ties", "trade")
ITEM = "2022-02-04-visit"


class Case(NamedTuple):
    """The same input twice: the words of a command, and the fields of a form."""

    words: list[str]
    form: str
    fields: dict[str, Any]


_characters = st.characters(exclude_categories=("Cc", "Cs"), include_characters="\n")
_prose = st.one_of(
    st.text(_characters, min_size=1, max_size=60),
    st.sampled_from([t for t in TEXTS if "\t" not in t]),
).filter(lambda text: bool(text.strip()))
_line = _prose.map(lambda text: " ".join(text.split())).filter(bool)
_days = st.dates(
    min_value=date.fromisoformat("2022-03-01"), max_value=date.fromisoformat("2026-01-01")
).map(str)
_ids = st.from_regex(r"\A[a-z][a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}\Z")
_chances = st.floats(0.001, 0.999).map(lambda value: f"{value:.4g}")
_ratings = st.one_of(st.sampled_from(CODES), st.floats(0.01, 900).map(lambda value: f"{value:.4g}"))


def _maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values)


class _Both:
    """A command line and a form that grow together."""

    def __init__(self, form: str, *words: str) -> None:
        self.form, self.head = form, [*words]
        self.words: list[str] = []
        self.last: list[str] = []
        self.fields: dict[str, Any] = {}

    def option(self, option: str, field: str, value: str | None) -> None:
        if value is not None:
            self.words.append(f"--{option}={value}")
            self.fields[field] = value.replace("\n", "\r\n")

    def argument(self, field: str, value: str) -> None:
        self.last.append(value)
        self.fields[field] = value.replace("\n", "\r\n")

    def rating(self, option: str | None, scenario: str, value: str | None) -> None:
        """In a form a code is chosen and a ratio typed."""
        if value is None:
            return
        text = f"{scenario}={value}"
        self.words.append(f"--{option}={text}") if option else self.last.append(text)
        self.fields[f"{'rate' if value in CODES else 'ratio'}:{scenario}"] = value

    def case(self) -> Case:
        return Case([*self.head, *self.words, "--", *self.last], self.form, self.fields)


@st.composite
def _evidence(draw: st.DrawFn) -> Case:
    both = _Both("evidence", "add-evidence")
    both.argument("summary", draw(_line))
    recorded = draw(_days)
    both.option("recorded", "recorded", recorded)
    both.option(
        "observed", "observed", draw(_maybe(st.sampled_from(["2022", "2021-12", "2022-02-28"])))
    )
    both.option("source", "source", draw(_maybe(st.just("kremlin"))))
    both.option("grade", "grade", draw(_maybe(st.sampled_from(["B2", "F6", "a1", "C"]))))
    both.option(
        "url",
        "url",
        draw(_maybe(st.sampled_from(["https://a.example/x?y=1#z", "http://b.example"]))),
    )
    for name in ("origin", "event"):
        both.option(name, name, draw(_maybe(_ids)))
    for name in ("quote", "notes"):
        both.option(name, name, draw(_maybe(_prose)))
    both.option("corroborated-by", "corroborated_by", draw(_maybe(st.just(ITEM))))
    both.option(
        "id",
        "id",
        draw(_maybe(_ids.map(lambda it: f"{both.fields.get('observed', recorded)}-{it}"))),
    )
    fires = draw(_maybe(st.sampled_from(STATES)))
    if fires:
        both.option("indicator", "fires:pact/talks", fires)
        both.words[-1] = f"--indicator=pact/talks={fires}"
    for scenario in SCENARIOS if not fires else ("trade",):
        both.rating("rate", scenario, draw(_maybe(_ratings)))
    return both.case()


@st.composite
def _rate(draw: st.DrawFn) -> Case:
    both = _Both("rate", "rate")
    both.argument("evidence", ITEM)
    for scenario in SCENARIOS:
        both.rating(None, scenario, draw(_ratings))
    return both.case()


@st.composite
def _forecast(draw: st.DrawFn) -> Case:
    both = _Both("forecast", "forecast")
    both.argument("scenario", draw(st.sampled_from(SCENARIOS)))
    both.argument("probability", draw(st.one_of(_chances, st.just("withdraw"))))
    both.option("analyst", "analyst", draw(st.sampled_from(["desk", "jane-doe"])))
    both.option("rationale", "rationale", draw(_maybe(_prose)))
    both.option("evidence", "evidence", draw(_maybe(st.just(ITEM))))
    both.option("date", "date", draw(_days))
    return both.case()


@st.composite
def _indicator(draw: st.DrawFn) -> Case:
    both = _Both("indicator", "add-indicator")
    owner = draw(st.sampled_from(SCENARIOS))
    both.argument("scenario", owner)
    both.argument("id", draw(_ids))
    both.argument("statement", draw(_prose))
    for scenario in SCENARIOS:
        needed = scenario == owner
        both.rating("rate", scenario, draw(_ratings if needed else _maybe(_ratings)))
    both.option("watch", "watch", draw(_maybe(_line)))
    both.option("due", "due", draw(_maybe(_days)))
    both.option("if-absent", "if_absent", draw(_maybe(_ratings)))
    both.option("added", "added", draw(_days))
    return both.case()


@st.composite
def _source(draw: st.DrawFn) -> Case:
    both = _Both("source", "add-source")
    both.argument("id", draw(_ids))
    both.option("name", "name", draw(_line))
    both.option("reliability", "reliability", draw(st.sampled_from("ABCDEF")))
    both.option("basis", "reliability_basis", draw(_maybe(_prose)))
    both.option("url", "url", draw(_maybe(st.just("https://a.example/"))))
    return both.case()


@st.composite
def _scenario(draw: st.DrawFn) -> Case:
    both = _Both("scenario", "new")
    both.argument("id", draw(_ids))
    both.option("title", "title", draw(_line))
    both.option("question", "question", draw(_prose))
    both.option("criteria", "criteria", draw(_prose))
    both.option("horizon", "horizon", draw(st.sampled_from(["2030-12-31", "2021-01-01"])))
    like = draw(_maybe(st.sampled_from(["3/40 Talks", "1 / 2 Wars", "3/2 Wars", "7.5% of wars"])))
    both.option("reference", "reference", like)
    source = st.sampled_from(["kremlin", "nobody", "https://a.example/"]) if like else st.nothing()
    both.option("reference-source", "reference_source", draw(_maybe(source)))
    both.option("adjusted", "adjusted", draw(_maybe(_prose)))
    both.option("prior", "prior", draw(_maybe(_chances) if like else _chances))
    both.option("basis", "basis", draw(_prose))
    both.option("opened", "opened", draw(_days))
    both.option("set", "set", draw(_maybe(st.just("form"))))
    both.option("hazard", "hazard", draw(_maybe(st.just("constant"))))
    both.option("tag", "tags", draw(_maybe(_ids)))
    if draw(st.booleans()):
        other, one, two = draw(st.sampled_from(SCENARIOS)), draw(_chances), draw(_chances)
        both.words.append(f"--given={other}={one}/{two}")
        both.fields |= {"given": other, "given:occurred": one, "given:did-not-occur": two}
    return both.case()


@st.composite
def _later(draw: st.DrawFn) -> Case:
    """An outcome, a retraction or a clarification."""
    day = draw(_days)
    which = draw(st.sampled_from(["resolution", "retraction", "clarification"]))
    both = _Both(which, {"resolution": "resolve", "retraction": "retract"}.get(which, "clarify"))
    if which == "retraction":
        both.argument("evidence", ITEM)
        both.option("reason", "reason", draw(_prose))
    else:
        both.argument("scenario", draw(st.sampled_from(SCENARIOS)))
    if which == "resolution":
        both.argument("outcome", draw(st.sampled_from(["occurred", "did-not-occur", "annulled"])))
        both.option("basis", "basis", draw(_prose))
        both.option("evidence", "evidence", draw(_maybe(st.just(ITEM))))
        both.option("recorded", "recorded", draw(_days))
    elif which == "clarification":
        both.argument("text", draw(_prose))
    both.option("date", "date", day)
    return both.case()


cases = st.one_of(_evidence(), _rate(), _forecast(), _indicator(), _source(), _scenario(), _later())
"""Of every kind that a form records."""
