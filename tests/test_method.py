"""Every number that docs/method.md and docs/paper.md print as an example, through the engine."""

from __future__ import annotations

import math
import re
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from pkgutil import resolve_name
from statistics import fmean
from typing import Any

import pytest
from msgspec.structs import replace

from scenarios.analysis.evidence.indicators import (
    absence,
    diagnosticity,
    expected_movement,
    reading,
    seen_if,
)
from scenarios.analysis.evidence.knowledge import known_on, last_open_day, state
from scenarios.analysis.forecasts import stated
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.dependence import total
from scenarios.analysis.ledger.ledger import ledger, post_mortem, track_records
from scenarios.analysis.ledger.ledger_changes import ChangedRecords, compare
from scenarios.analysis.ledger.lines import Ledger
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.ledger.sensitivity import (
    LINE_STEP,
    LINES_STEP,
    Budgets,
    bands,
    leave_one_out,
)
from scenarios.analysis.ledger.version import VERSION
from scenarios.analysis.period.period import spreads, window
from scenarios.analysis.quantities.distributions import quantile
from scenarios.analysis.quantities.estimates import distribution, prior_of
from scenarios.analysis.quantities.scores import number_scores
from scenarios.analysis.quantities.view import movement, quantity_view
from scenarios.analysis.question_timelines import baseline, brier, log_score, peer
from scenarios.analysis.review.ach import INCONSISTENCY, matrix, nearest_code
from scenarios.analysis.review.explanation import explain
from scenarios.analysis.review.listing import SourceAccuracy, accuracy
from scenarios.analysis.review.review import review
from scenarios.analysis.review.signs import signs, unseen
from scenarios.analysis.rules.consistency import vague_words
from scenarios.analysis.rules.findings import GAP_DECIBANS, implies_broken
from scenarios.analysis.rules.rule import LoadedRecords
from scenarios.analysis.scores.fits import TRIED
from scenarios.analysis.scores.scoring import Score, score
from scenarios.errors import ScenError
from scenarios.model import ConditionalPrior, Database, Dependence, HazardEnded, Rating, Tracker
from scenarios.scales import (
    OFF_CLASS,
    base_rate,
    decibans,
    estimative_term,
    is_off_class,
    jeffreys,
    nearest_sum_to_one,
    probability,
)
from scenarios.storage.git import repository as git
from scenarios.storage.loader import load
from scenarios.values import Team
from tests.analysis.test_cohort import wolves
from tests.analysis.test_quantities import TRADE
from tests.analysis.test_quantities import example as quantity_example
from tests.records import (
    START,
    WEIGHTS,
    database,
    day,
    heights,
    indicator,
    item,
    near,
    rated,
    resolution,
    row,
    scenario,
    sheet,
    sheets,
)
from tests.records import shares as shares_of

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "method.md").read_text("utf-8")
BEHIND = (ROOT / "docs" / "paper.md").read_text("utf-8")
SECTIONS = dict(part.split("\n", 1) for page in (PAGE, BEHIND) for part in page.split("\n## ")[1:])
GRADED = Tracker(grade_weights=WEIGHTS)
THREE = {"a": 0.1, "b": 0.6, "c": 0.3}
TEN_AND_ONE: dict[str, Rating] = {**dict.fromkeys("abcdefghij", "CC"), "z": "II"}
LEFT = {"resolution": resolution("did-not-occur", day(50))}
RULED_OUT = {"a": 0.40, "b": 0.45, "c": 0.15}
CONTESTED = ("C I N", "C I I", "I C C", "I C C", "C I C")
FIRST_LEDGER = "ce6735c"
"""The last commit whose ledger was version 1."""
SECOND_LEDGER = "a49f0c18"
"""The last commit whose ledger was version 2."""
THRESHOLDS = "Thresholds of the findings"
CONSTANTS = (
    ("Bounds", "held within {} and", "scales:LOWEST"),
    ("Bounds", "and {}, that is", "scales:HIGHEST"),
    ("Band", "±{:g} dB", "analysis.ledger.sensitivity:PRIOR_STEP"),
    ("Band", "`between`, ±{} each", "analysis.ledger.sensitivity:DEPENDENCE_STEP"),
    ("Band", "± {}·√", "analysis.ledger.sensitivity:COVERAGE"),
    ("Coherence", "Up to {} is rounding", "scales:TOLERANCE"),
    ("Gap", "Over {:g} dB", "analysis.rules.findings:GAP_DECIBANS"),
    ("Movement", "from {} bits on", "scales:MOVED_BITS"),
    ("What would change our mind", "for the {} that", "analysis.review.signs:TRIED"),
    ("What would change our mind", "min(1, {}/days", "analysis.review.signs:SOON_DAYS"),
    ("What would change our mind", "latest {} graded", "analysis.review.signs:LATEST_GRADES"),
    ("What would change our mind", "by a factor of {}", "analysis.review.signs:GROWN"),
    ("Calibration", "Under {} questions", "render.documents.score:ENOUGH"),
    ("Interval of a skill", "{:,} times", "analysis.scores.skill:DRAWS"),
    ("Interval of a skill", "Under {} questions", "analysis.scores.skill:FEWEST"),
    (THRESHOLDS, "gap over {:g} dB", "analysis.rules.findings:GAP_DECIBANS"),
    (THRESHOLDS, "off by more than {};", "scales:TOLERANCE"),
    (THRESHOLDS, "from {} steps", "analysis.rules.evidence:CLASH_STEPS"),
    (THRESHOLDS, "within {} days", "analysis.rules.duplicates:WITHIN_DAYS"),
    (THRESHOLDS, "or {} of their words", "analysis.rules.duplicates:ALIKE"),
    (THRESHOLDS, "share {} of the shorter", "analysis.rules.duplicates:RETOLD"),
    (THRESHOLDS, "under {} diagnostic", "analysis.rules.evidence:ENOUGH_INDICATORS"),
    (THRESHOLDS, "`link-mismatch` over {};", "analysis.rules.findings:MISMATCH"),
    ("Reference class", "more than {:g} dB", "scales:OFF_CLASS"),
    (THRESHOLDS, "`off-reference` over {:g} dB", "scales:OFF_CLASS"),
    (THRESHOLDS, "from {}·(1 − ρ)/ρ lines", "analysis.rules.evidence:CEILING"),
    (THRESHOLDS, "at least {} new lines", "analysis.rules.evidence:LINES"),
    (THRESHOLDS, "in {} reviews", "analysis.rules.evidence:REVIEWS"),
)
"""Where the page quotes a constant, in which words, and which."""


class Section:
    """A section of the page, called with what it prints."""

    def __init__(self, title: str) -> None:
        self.text = SECTIONS[title]

    def __call__(self, printed: str, *values: float | None) -> None:
        """It prints these words; or each of these numbers, to whose digits the values come out."""
        texts = printed.split() if values else [printed]
        for text in texts:
            assert re.search(rf"(?<![\d.−]){re.escape(text)}(?!\d|\.\d)", self.text), text
        if values:
            digits = [len(text.partition(".")[2]) for text in texts]
            found = [f"{value:.{n}f}" for value, n in zip(values, digits, strict=True)]
            assert [text.replace("-", "−") for text in found] == texts

    def table(self, columns: int) -> list[list[str]]:
        """The rows of so many cells, without the line under the head."""
        rows = [row.strip("| ").split(" | ") for row in self.text.split("\n")]
        return [row for row in rows if len(row) == columns and row[0].strip("-|: ")]


def slug(title: str) -> str:
    """As the tests of a section begin."""
    return re.sub(r"\W+", "_", "test " + title.lower().replace("'", ""))


@pytest.fixture
def says(request: pytest.FixtureRequest) -> Section:
    """The section that the test is named after."""
    name = request.node.originalname
    return Section(max((t for t in SECTIONS if name.startswith(slug(t))), key=len))


def alone(prior: float, rho: float = 0.0, **ratings: Rating) -> Database:
    """The scenario `s` in no set, and an item for each rating."""
    evidence = {id: item(ratings={"s": rating}) for id, rating in ratings.items()}
    tracker = Tracker(evidence_dependence=rho)
    return database(tracker, scenarios={"s": scenario(prior)}, evidence=evidence)


def a_set(priors: dict[str, float], *rows: str, rho: float = 0.0, **keys: Any) -> Database:
    """A set with rows of codes; what else a member has, by its name."""
    return database(
        Tracker(sets={"k": "A set"}, evidence_dependence=rho),
        scenarios={id: scenario(p, set="k", **keys.get(id, {})) for id, p in priors.items()},
        evidence={f"e{number}": row(codes) for number, codes in enumerate(rows)},
    )


def at(db: Database, id: str = "s", on: int = 100) -> Ledger:
    return ledger(known_on(db, day(on)), id)


def implied(db: Database, ids: str = "s") -> list[float]:
    return [at(db, id).implied.probability for id in ids]


def figures(book: Ledger) -> list[float]:
    """What each row counts, and the probability that is implied."""
    return [*(one.counted_decibans for one in book.lines), book.implied.probability]


def sums(book: Ledger) -> tuple[float, float]:
    """What all rows add up to, and the probability that is implied."""
    return book.implied.decibans - book.prior.decibans, book.implied.probability


def ends(book: Ledger) -> tuple[float, float]:
    return book.prior.decibans, book.implied.decibans


def shares(themes: str) -> list[float]:
    """The factors of lines of 10 dB at 0.6/0.2, each under a theme or, as `-`, under none."""
    lines = [(10.0, None if theme == "-" else theme) for theme in themes]
    return shares_of(lines, Dependence(within=0.6, between=0.2))


def test_each_section_with_an_example_has_a_test() -> None:
    tests = [name for name in globals() if name.startswith("test_")]
    for title, text in SECTIONS.items():
        assert "*Example*" not in text or any(name.startswith(slug(title)) for name in tests), title


def test_the_constants_are_those_that_the_page_quotes() -> None:
    for section, words, name in CONSTANTS:
        Section(section)(words.format(resolve_name(f"scenarios.{name}")))


def test_the_page_is_about_this_ledger_and_its_links_lead_to_its_sections() -> None:
    assert f"version {VERSION} of the ledger" in PAGE
    anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in SECTIONS}
    assert set(re.findall(r"\]\(#([\w-]+)\)", PAGE)) <= anchors


def test_decibans(says: Section) -> None:
    book = at(alone(0.12, e=3.0))
    says("0.00 −6.02 −19.96", *map(decibans, (0.5, 0.2, 0.01)))
    says("−8.65 −3.88 4.77 0.2903", *ends(book), *figures(book))


def test_ratings(says: Section) -> None:
    worth = Tracker().decibans
    assert worth == {"CC": 10, "C": 5, "N": 0, "I": -5, "II": -10}
    says("10.00 3.16 0.10", *(10 ** (worth[code] / 10) for code in ("CC", "C", "II")))
    weaker = replace(alone(0.2, e="CC"), tracker=Tracker(rating_strength=0.6))
    says("6.00", at(weaker).counted("direct"))


def test_age(says: Section) -> None:
    db = alone(0.2, e="CC")
    old = replace(db, tracker=Tracker(half_life_days=200))
    says("10.00 0.7143 5.00 0.4415", *figures(at(old, on=0)), *figures(at(old, on=200)))
    says("2.50 0.3078", *figures(at(old, on=400)))
    energy = replace(db.evidence["e"], theme="energy")
    themes = Tracker(half_life_days={"default": 200, "energy": 100}, themes={"energy": "Gas"})
    of_theme = replace(db, tracker=themes, evidence={"e": energy})
    says("2.50", at(of_theme, on=200).counted("direct"))


def test_diagnosticity(says: Section) -> None:
    for codes, spread in (("CC N II", "20.00"), ("C C C", "0.00"), ("C C", "5.00")):
        db = a_set(THREE, a={"indicators": {"x": indicator(row(codes).ratings)}})
        says(spread, diagnosticity(known_on(db, START), ("a", "x")))


B2 = replace(alone(0.05), tracker=GRADED, evidence=rated("s", "CC", reliability="B", credibility=2))


def test_grades_and_weight(says: Section) -> None:
    for letter, share in WEIGHTS.reliability.items():
        says(f"{letter} {share}")
    says(", ".join(map(str, WEIGHTS.credibility)))
    says("0.64 6.40 0.1868", known_on(B2, START).weights["e"], *figures(at(B2)))
    says("0.16", known_on(replace(B2, evidence=rated("s", "CC")), START).weights["e"])


def test_the_odds_ledger(says: Section) -> None:
    says("−12.79 −6.39 6.40 0.1868", *ends(at(B2)), *figures(at(B2)))


def reported(*reports: tuple[Any, int, str], **keys: Any) -> Database:
    """The indicator `talks`, observed in each of these reports: letter, number, origin."""
    talks = indicator({"s": "CC"}, due=day(60), **keys)
    graded = (
        item(origin=of, reliability=letter, credibility=number, indicators={"s/talks": "observed"})
        for letter, number, of in reports
    )
    scenarios = {"s": scenario(0.2, indicators={"talks": talks})}
    return database(
        GRADED, scenarios=scenarios, evidence=dict(zip("abcdefghi", graded, strict=False))
    )


def watched(**keys: Any) -> Database:
    talks = indicator({"s": "CC"}, due=day(60), if_absent="I")
    steps = [("B", 2, "emerging"), ("A", 2, "observed"), ("C", 3, "reversed")]
    evidence = {
        f"e{n}": item(day(n), reliability=letter, credibility=number, indicators={"s/talks": seen})
        for n, (letter, number, seen) in enumerate(steps, start=1)
    }
    scenarios = {"s": scenario(0.2, indicators={"talks": talks}, **keys)}
    return database(GRADED, scenarios=scenarios, evidence=evidence)


def test_indicators(says: Section) -> None:
    for on, stands, texts in (
        (1, "emerging", "0.32 3.20 0.3431"),
        (2, "observed", "0.80 8.00 0.6120"),
        (3, "observed", "0.50 5.00 0.4415"),
    ):
        now = reading(known_on(watched(), day(on)), ("s", "talks"))
        assert now.state == stands
        says(texts, now.strength, *figures(at(watched(), on=on)))
    says("0.30", known_on(watched(), day(3)).weights["e3"])
    nine = (("C", 3, f"outlet-{n}") for n in range(9))
    for reports, text in (
        ([("C", 3, "wire")], "0.30"),
        ([*nine], "0.96"),
        ([("C", 3, "wire")] * 9, "0.30"),
        ([("B", 2, "wire"), ("C", 3, "agency")], "0.748"),
    ):
        says(text, reading(known_on(reported(*reports), day(9)), ("s", "talks")).strength)


def test_absence(says: Section) -> None:
    says(f"due on {day(60)}")
    for on in (60, 61):
        says("5.00", at(watched(), on=on).counted("indicator"))
        assert at(watched(), on=on).counted("absence") == 0
    first = replace(watched(), evidence={"e1": watched().evidence["e1"]})
    says(f"on {day(61)} an absence line")
    says("3.20 0.3431", *figures(at(first, on=60)))
    says("3.20 −2.50 0.2270", *figures(at(first, on=61)))
    says("10.00 −2.79", decibans(0.5 / (0.5 + 0.05)), decibans(0.5 / (0.5 + 0.95)))
    says("0.06", 0.3 * 0.2)


def test_chance(says: Section) -> None:
    talks = indicator({"s": "CC"}, due=day(60), chance=0.15)
    db = database(scenarios={"s": scenario(0.2, indicators={"talks": talks})})
    fires = {"e": item(day(9), indicators={"s/talks": "observed"})}
    (sighted,), book = implied(replace(db, evidence=fires)), at(db, on=61)
    unseen = book.implied.probability
    assert 0.15 * sighted + 0.85 * unseen == near(0.2)
    says(f"due on {day(60)}")
    says("0.536 0.054", *seen_if(0.15, {"yes": 0.2, "no": 0.8}, {"yes": 10.0}).values())
    says(f"On {day(61)} its absence")
    says("−3.09 0.1092 0.7143", *figures(book), sighted)
    learnt = 0.15 * relative_entropy(sighted, 0.2) + 0.85 * relative_entropy(unseen, 0.2)
    says("0.336 0.169", expected_movement(0.15, 0.2, 10.0), learnt)
    shared = seen_if(0.15, THREE, {"a": 10.0, "b": 5.0, "c": -5.0}).values()
    says("0.501 0.159 0.016 −3.02 −0.75 −0.07", *shared, *map(absence, shared))


def relative_entropy(p: float, q: float) -> float:
    """In bits, of which the mutual information of indicator and scenario is the mean."""
    return p * math.log2(p / q) + (1 - p) * math.log2((1 - p) / (1 - q))


def test_groups(says: Section) -> None:
    evidence = {
        "a": item(origin="o", ratings={"s": "CC"}),
        "b": item(origin="o", ratings={"s": "C"}),
        "c": item(origin="o", event="v", ratings={"s": "I"}),
        "d": item(event="v", ratings={"s": "C"}),
    }
    book = at(replace(alone(0.2), evidence=evidence))
    assert [(one.evidence, one.suppressed) for one in book.lines] == [(("a", "c"), ("b", "d"))]
    says("5.00 0.4415", *figures(book))
    says("15.00 0.8877", *sums(at(alone(0.2, a="CC", b="C", c="I", d="C"))))


def test_reference_class(says: Section) -> None:
    rate = base_rate(3, 40)
    says("0.0854 −10.30", rate, decibans(rate))
    ends = [probability(decibans(rate) + step) for step in (-OFF_CLASS, OFF_CLASS)]
    says("0.0447 0.1570", *ends)
    assert [is_off_class(end, rate) for end in ends] == [False, False]
    assert [is_off_class(p, rate) for p in (0.0446, 0.1571)] == [True, True]
    says("0.0122 0.9878", base_rate(0, 40), base_rate(40, 40))


def test_in_the_prior(says: Section) -> None:
    book = at(watched(includes=("e1",)), on=2)
    assert [one.kind for one in book.lines] == ["indicator", "in-prior"]
    says("4.80 0 0.4302", *figures(book))
    says("0.80 0.32", *(at(watched(), on=number).lines[0].weight for number in (2, 1)))


def test_dependence(says: Section) -> None:
    half = at(alone(0.2, 0.5, a="CC", b="CC", c="CC"))
    says("30.00 0.9960", *sums(at(alone(0.2, a="CC", b="CC", c="CC"))))
    says("15.00 0.8877", *sums(half))
    says("0.500 0.500 0.500", *(one.factor for one in half.lines))
    says("15.00 0.9693", *sums(at(alone(0.5, 0.5, **TEN_AND_ONE))))
    many = heights([(10.0, None)] * 10_000)
    says("20 6.67", total(many, Dependence(0.5, 0.5)), (10 + 0.01) / 1.5)
    a, c, b, _ = figures(at(alone(0.2, 0.5, a="CC", b="C", c="II")))
    says("5.83 2.50 −5.83", a, b, c)
    change = compare(
        at(alone(0.2, 0.5, a="CC")), at(alone(0.2, 0.5, a="CC", b="CC")), ChangedRecords()
    )
    ((came,), (overlap,)) = change.lines_added, change.lines_changed
    assert overlap.cause == "overlap"
    says("6.67 3.33", came.after, overlap.before - overlap.after)


def test_dependence_on_two_levels(says: Section) -> None:
    says("13.64 18.42 21.43", *(10 * sum(shares(themes)) for themes in ("xxx", "xxy", "xyz")))
    says("0.526 0.526 0.789", *shares("xxy"))
    says("16.67 23.26 16.13", *(10 * sum(shares(themes)) for themes in ("---", "-" * 20, "x" * 20)))
    alike = [(10.0, "x"), (10.0, "x"), (10.0, "y"), (-10.0, "y")]
    says("5.00", total(heights(alike), Dependence(1, 1)))
    assert total(heights(alike[:3]), Dependence(1, 0)) == near(20)


def test_sets(says: Section) -> None:
    db = a_set(THREE, "CC C I")
    says("5.00 0.00 −10.00", *(at(db, id).counted("direct") for id in THREE))
    says("0.3342 0.6341 0.0317", *implied(db, "abc"))


def test_sets_that_a_member_leaves(says: Section) -> None:
    says(" · ".join(codes.replace(" ", ", ") for codes in CONTESTED))
    for left, texts in (({}, "0.5546 0.0756 7.34"), (LEFT, "0.8801 0.1199 7.34")):
        a, b = implied(a_set(RULED_OUT, *CONTESTED, rho=0.5, c=left), "ab")
        says(texts, a, b, a / b)
    says("0.1429 0.8571", *implied(a_set(THREE, c=LEFT), "ab"))
    says("0.999", *implied(a_set({"a": 0.1, "c": 0.9}, c=LEFT), "a"))


def test_sets_in_which_only_comparison_counts(says: Section) -> None:
    db = a_set({"a": 0.01, "b": 0.01, "c": 0.49, "d": 0.49}, "N N I II")
    says("0.6919", *implied(db, "c"))
    book = at(a_set({"a": 0.49, "b": 0.5, "c": 0.01}, "CC II N"), "a")
    says("10.00 9.29", book.counted("direct"), book.counted("rivals"))
    equal = at(a_set(THREE, "CC - -", "C C C", rho=0.5), "a")
    assert equal.neutral == 1
    uncentred = total(heights([(10.0, None), (5.0, None)]), Dependence(0.5, 0.5)) - 5
    says("10.00 6.67", equal.counted("direct"), uncentred)


def test_links(says: Section) -> None:
    def linked(on: int, **ended: Any) -> Ledger:
        given = {"other": ConditionalPrior(occurred=0.2, did_not_occur=0.02)}
        scenarios = {"other": scenario(0.3, **ended), "s": scenario(0.074, given=given)}
        evidence = {"e": item(day(10), ratings={"other": "C"})}
        return at(database(scenarios=scenarios, evidence=evidence), on=on)

    happened = {"resolution": resolution("occurred", day(50))}
    priors = (linked(9), linked(20), linked(60, **happened), linked(60, **LEFT))
    says("0.074 0.1236 0.2000 0.0200", *(book.implied.probability for book in priors))
    says("2.47", linked(20).counted("given"))


def test_hazard(says: Section) -> None:
    def waited(on: int, *late: Rating, **keys: Any) -> list[float]:
        decays = {"s": scenario(0.3, hazard="constant", **keys)}
        return figures(at(database(scenarios=decays, evidence=rated("s", *late)), on=on))

    for on, texts in ((182, "−3.41 0.1633"), (273, "−6.62 0.0853")):
        says(f"on {day(on)}")
        says(texts, *waited(on))
    says("0.1633", waited(273, hazard_ended=HazardEnded(day(182), "A date."))[-1])
    says("0.0010 0.50", waited(364)[-1], waited(364, 1000.0)[-1])


def test_bounds(says: Section) -> None:
    book = at(alone(0.9, e=1000.0))
    assert [one.kind for one in book.lines] == ["direct", "bound"]
    says("9.54 30.00 30.00 −9.55 0.9990", *ends(book), *figures(book))
    says("39.54", book.prior.decibans + book.counted("direct"))


def odds(**ratings: Rating) -> Odds:
    return Odds(known_on(alone(0.2, 0.5, **ratings), START))


def test_leave_one_out(says: Section) -> None:
    three = odds(a="CC", b="C", c="I")
    spread = leave_one_out(three, "s")
    assert (spread.low_line, spread.high_line) == ("a", "c")
    says("0.5843 0.2000 0.7858", three.implied("s"), spread.low, spread.high)


def test_band(says: Section) -> None:
    says(f"±{100 * LINE_STEP:.0f} %")
    says(f"±{100 * LINES_STEP:.0f} %")
    lines: dict[str, Rating] = {f"e{n}": "CC" for n in range(20)}
    twenty = Odds(known_on(alone(0.5, 0.5, **lines), START))
    for one, texts in (
        (odds(a="CC", b="C"), "0.7858 0.303 0.969"),
        (odds(x="CC", y="C"), "0.7858 0.303 0.969"),
        (twenty, "0.9877 0.877 0.999"),
    ):
        band = bands(one, ["s"])["s"]
        says(texts, one.implied("s"), band.low, band.high)


def test_tornado(says: Section) -> None:
    two = odds(a="CC", b="C")
    terms = Budgets(two).of("s").terms
    assert [term.id for term in terms] == ["a", "s", "lines", "s", "b", "dependence"]
    says("0.7858", two.implied("s"))
    names = ("*a*", "reading", "all lines", "prior", "*b*", "dependence")
    (first, *rest) = (f"({term.low:.3f} to {term.high:.3f})" for term in terms)
    first = f"{names[0]} {terms[0].term:.2f} dB {first}"
    others = (f"{n} {t.term:.2f} {r}" for n, t, r in zip(names[1:], terms[1:], rest, strict=True))
    says(", ".join((first, *others)))


def test_what_would_change_our_mind(says: Section) -> None:
    asked = scenario(indicators={"x": indicator({"s": "CC"}, due=day(189), chance=0.3)})
    graded = {"e": item(reliability="B", credibility=2)}
    looked = window(database(GRADED, scenarios={"s": asked}, evidence=graded), day(2), day(9))
    [sign] = signs(looked, unseen(looked))
    says(f"from {sign.implied:.3f} to {sign.if_seen:.3f}, {sign.movement_bits:.3f} bits")
    says(f"{sign.chance_soon:.3f}")
    says(f"{(sign.chance_soon or 0) * sign.movement_bits:.3f} bits")


def test_the_ach_matrix(says: Section) -> None:
    evidence = {
        "e1": row("CC II", reliability="B", credibility=2),
        "e2": row("I C II", reliability="A", credibility=2),
    }
    db = replace(a_set(THREE), tracker=GRADED, evidence=evidence)
    made = matrix(known_on(db, START), (*THREE,))
    for found, id, texts in zip(made.rows, evidence, ("0.64 12.80", "0.80 12.00"), strict=True):
        assert found.id == id
        says(texts, found.weight, found.diagnosticity)
    for column, of in enumerate(made.scores.values(), start=1):
        printed = " ".join(cells[column] for cells in says.table(4)[-5:])
        says(printed, of.inconsistency, of.weighted_inconsistency, of.decibans, of.blanks, of.rank)
    leaders = {one.removed.id: one.leader_after for one in made.linchpins}
    assert (made.leaders, leaders) == (("a",), {"e1": ("b",), "e2": ("a", "c")})
    assert (nearest_code(0.5, Tracker()), INCONSISTENCY) == ("I", {"I": 1, "II": 2})
    says("−3.01", 10 * math.log10(0.5))


def test_coherence(says: Section) -> None:
    for said, texts in (
        ("0.50, 0.40, 0.30", "1.20 0.433 0.333 0.233"),
        ("0.05, 0.60, 0.70", "1.35 0.000 0.450 0.550"),
    ):
        says(said)
        given = {text: float(text) for text in said.split(", ")}
        says(texts, sum(given.values()), *nearest_sum_to_one(given).values())
    db = database(scenarios={"a": scenario(0.3, implies=("b",)), "b": scenario(0.2)})
    message = next(implies_broken.check(window(db, START, day(9)))).message
    assert message.startswith("its prior 0.300 exceeds the 0.200 of b")
    assert message.endswith("both 0.250")
    says("A prior of 0.300 that implies one of 0.200: both 0.250")


ANALYSTS = {"x": 0.05, "y": 0.1, "z": 0.2}
SAID = database(
    scenarios={"s": scenario()},
    sheets=sheets(*(sheet(START, {"s": p}, analyst=name) for name, p in ANALYSTS.items())),
)


def test_stated_probability(says: Section) -> None:
    def team(db: Database, id: str, on: int = 0) -> float | None:
        found = stated(db, id, day(on))
        return found.probability if found else None

    says("0.1019 0.1167", team(SAID, "s"), sum(ANALYSTS.values()) / 3)
    says("0.0368", team(replace(SAID, tracker=Tracker(team=Team(1.5))), "s"))
    two = sheets(sheet(day(20), {"s": 0.2}, analyst="x"), sheet(day(40), {"s": 0.5}, analyst="y"))
    aged = replace(SAID, sheets=two, tracker=Tracker(team=Team(recency=0.25)))
    says("0.4311 0.3333", *(team(db, "s", 40) for db in (aged, replace(aged, tracker=Tracker()))))
    ended = scenario(horizon=day(9), resolution=resolution("occurred", day(9)))
    weighed = database(
        Tracker(team=Team(record=60)),
        scenarios={"s": scenario(), "q": ended},
        sheets=sheets(
            sheet(START, {"s": 0.2, "q": 0.9}, analyst="x"),
            sheet(START, {"s": 0.6, "q": 0.5}, analyst="y"),
        ),
    )
    ratio = math.exp(60 * (0.5**2 - 0.1**2) / (1 + 20))
    says("1.99 0.313 0.380", ratio, team(weighed, "s", 10), team(weighed, "s", 9))
    own = replace(a_set(THREE), sheets=sheets(sheet(START, {"a": 0.5, "b": 0.3, "c": 0.4})))
    says("0.4167 0.2500 0.3333", *(team(own, id) for id in THREE))
    expiring = replace(SAID, tracker=Tracker(forecast_expires_days=30))
    says(f"a forecast of {START} stands on {day(30)}, and no longer on {day(31)}")
    assert (team(expiring, "s", 30), team(expiring, "s", 31)) == (team(SAID, "s"), None)


def test_spread_between_analysts(says: Section) -> None:
    (found,) = spreads(window(SAID, START, day(9)))
    x, y, z = map(decibans, ANALYSTS.values())
    says("−12.79 −9.54 −6.02 6.77", x, y, z, found.spread_decibans)
    assert found.outlier == "z"
    says("5.14 5.01", z - (x + y) / 2, (y + z) / 2 - x)


def test_gap(says: Section) -> None:
    db = replace(alone(0.12, e=3.0), sheets=sheets(sheet(START, {"s": 0.8})))
    shown = explain(db, "s", START)
    assert shown.stated is not None
    told = shown.stated.probability
    says("0.80 6.02 9.90", told, decibans(told), shown.gap_decibans)
    assert shown.implied
    says("0.2903 −3.88", shown.implied.probability, shown.implied.decibans)
    says("4", 10 ** (GAP_DECIBANS / 10))


def test_movement(says: Section) -> None:
    says("0.0941 0.0145", jeffreys(0.02, 0.07), jeffreys(0.5, 0.55))
    says("19.89", jeffreys(0.001, 0.999))
    as_written = sum((x - y) * math.log2(x / y) for x, y in ((0.07, 0.02), (0.93, 0.98)))
    assert jeffreys(0.02, 0.07) == near(as_written)


def test_causes_of_moves(says: Section) -> None:
    scenarios = {"a": scenario(), "b": scenario()}
    item_of_both = {"e": item(day(5), ratings={"a": "C", "b": "II"})}
    made = review(window(database(scenarios=scenarios, evidence=item_of_both), day(2), day(9)))
    worth = {m.scenario: m.implied.causes[0].decibans for m in made.story.moves}
    says("5.00 −10.00", worth["a"], worth["b"])


def test_life_of_a_scenario(says: Section) -> None:
    eve, recorded = date(2023, 1, 4), date(2023, 1, 5)
    ended = scenario(resolution=resolution("occurred", date(2023, 1, 2), recorded))
    db = database(scenarios={"s": ended})
    says(f"with `date` 2023-01-02 and `recorded` {recorded}")
    for on in (date(2022, 12, 31), date(2023, 1, 1), eve, recorded):
        says(f"{state(db, 's', on)} on {on}")
    says(f"last figures those of {last_open_day(db, 's', recorded)}")


def test_after_the_outcome(says: Section) -> None:
    report: dict[str, Any] = {"indicators": {"s/talks": "observed"}, "event": "talks"}
    evidence = {source: item(source=source, **report) for source in "xy"}
    evidence["z"] = item(source="y", ratings={"s": "I"})
    talks, occurred = {"talks": indicator({"s": "CC"})}, resolution("occurred", day(50))
    ended = scenario(0.2, horizon=day(55), indicators=talks, resolution=occurred)
    db = database(scenarios={"s": ended}, evidence=evidence)
    told = post_mortem(at(db, on=49), "occurred")
    assert told is not None
    says("10.00 −5.00", told.right[0].decibans, told.wrong[0].decibans)
    ends = known_on(db, day(60))
    records, held = track_records(ends, DailyLedgers(db).odds_on), accuracy(ends)
    for source, items, texts in (("x", 1, "5.00 0.00"), ("y", 2, "5.00 5.00")):
        own = records[source]
        says(f"{items} {texts}", own.items, own.toward_decibans, own.against_decibans)
        right = SourceAccuracy(items=items, standing=items, checked=1, accurate=1, corroborated=1)
        assert held[source] == right


def test_scores(says: Section) -> None:
    says("0.64 1.28 0.25", brier(0.2, True), 2 * brier(0.2, True), brier(0.5, True))
    says("−1.609", log_score(0.2, True))
    says("84.80 −73.70 −896.58", *(baseline(p, True) for p in (0.9, 0.3, 0.001)))
    logs = [log_score(p, True) for p in (0.2, 0.5, 0.8)]
    peers = [peer(log, sum(logs) / 3, 3) for log in logs]
    says("−115.13 22.31 92.81", *peers)
    assert sum(peers) == near(0)
    first = {"horizon": day(9), "resolution": resolution("occurred", day(9))}
    said = sheets(sheet(START, {"a": 0.5, "b": 0.3, "c": 0.2}))
    (own, *_) = score(replace(a_set(THREE, a=first), sheets=said), day(99)).questions
    assert (own.forecaster, own.question) == ("desk", (True, "k"))
    says("0.19 −0.693 36.91", own.brier, own.log_score, baseline((0.5, 0.3, 0.2), True))
    even = (1 / 3, 1 / 3, 1 / 3)
    says("0.33", brier(even, True))
    assert baseline(even, True) == near(0)
    says("0.127 0.222", (0.25 + 0.09 + 0.04) / 3, (4 / 9 + 1 / 9 + 1 / 9) / 3)


def test_time_and_coverage(says: Section) -> None:
    ended = scenario(0.2, horizon=day(9), resolution=resolution("occurred", day(8)))
    said = ((START, 0.5, "x"), (day(4), 0.8, "x"), (day(4), 0.2, "y"))
    told = sheets(*(sheet(on, {"s": p}, analyst=who) for on, p, who in said))
    made = score(database(scenarios={"s": ended}, sheets=told), day(99))
    says(f"opened {START}, horizon {day(9)}, occurred on {day(8)}")
    says(f"x says 0.5 on {START} and 0.8 on {day(4)}; y says 0.2 on {day(4)}")
    rows = {row.forecaster: row for row in made.questions}
    assert [*rows] == ["x", "y", "team", "implied", "prior", "first"]
    says("8 10", rows["x"].scored_days, rows["x"].planned_days)
    for name, *cells in says.table(7)[1:]:
        own = rows[name]
        means = own.brier, own.common_brier, own.final_brier, own.coverage, own.baseline
        says(" ".join(cells[:5]), *means)
        if own.peer is not None:
            says(cells[5], own.peer)
        assert (cells[5] == "none") == (own.peer is None)
    skill = {(one.forecaster, one.against): one.skill for one in made.skill}
    says("0.773 0.000", skill["x", "prior"], skill["y", "prior"])
    says("−1.560", skill["y", "first"])


def test_cohort(says: Section) -> None:
    keys: dict[str, Any] = {"horizon": day(9), "hazard": "constant"}
    ended = scenario(0.2, resolution=resolution("occurred", day(4)), **keys)
    db = database(scenarios={"s": ended}, sheets=sheets(sheet(START, {"s": 0.5})))
    early, made = score(db, day(9)), score(db, day(10))
    says(f"opened {START}, horizon {day(9)}, a constant hazard, known on {day(4)} to have occurred")
    says(f"On {day(9)} it waits, on {day(10)} it counts")
    assert (len(early.early), early.forecasters, made.early) == (1, (), ())
    own, row = made.forecasters[0], made.questions[0]
    says("4 6", row.covered_days, row.days_after)
    says("0.100 −0.277", own.brier, own.log_score)
    first = [row for row in score(wolves(), day(12)).questions if row.early]
    for name, text in (("prior", "0.381"), ("wolf", "0.010")):
        rows = [row for row in first if row.forecaster == name]
        says(text, fmean(row.brier * 49 / row.covered_days for row in rows))
        says("14", len(rows))
    end = {row.name: row.brier for row in score(wolves(), day(50)).forecasters}
    says("0.131 0.488", end["prior"], end["wolf"])


def test_so_far(says: Section) -> None:
    asked = scenario(0.2, horizon=day(9), hazard="constant")
    db = database(scenarios={"s": asked}, sheets=sheets(sheet(START, {"s": 0.5})))
    own = score(db, day(6)).so_far[0]
    says(f"opened {START}, horizon {day(9)}, 0.5 said all along, open on {day(6)}")
    says("0.090 −0.348", own.brier, own.log_score)
    says("0.370 0.159", 1 - 0.5 ** (6 / 9), 1 - 0.5 ** (1 / 4))
    far = {row.forecaster: row.brier for row in score(wolves(), day(12)).so_far}
    says("0.0555 0.1071", far["prior"], far["wolf"])


def asked(told: dict[float, str], code: Rating | None = None) -> Score:
    """A question of a day for each `1` (it occurred) and `0` of a figure, and an item of a code."""
    figures = [(figure, outcome) for figure, outcomes in told.items() for outcome in outcomes]
    scenarios, said = {}, dict[str, float | None]()
    for number, (figure, outcome) in enumerate(figures):
        ended = resolution("occurred" if outcome == "1" else "did-not-occur", day(1))
        scenarios[f"q{number}"] = scenario(horizon=day(8), resolution=ended)
        said[f"q{number}"] = figure
    evidence = {f"e-{id}": item(ratings={id: code}) for id in scenarios} if code else {}
    db = database(scenarios=scenarios, evidence=evidence, sheets=sheets(sheet(START, said)))
    return score(db, day(9), forecaster="desk")


def test_quantities(says: Section) -> None:
    asked = quantity_example()
    day_of, id = date(2024, 12, 1), "trade-2024"
    view = quantity_view(DailyLedgers(asked), id, date(2024, 1, 15), day_of)
    book = view.ledger
    rows = [f"{id}/{threshold}" for threshold in (220, 240, 260)]
    lines = sorted(book.lines, key=lambda line: line.named.id)
    says("5 10 5", *(line.height for line in lines))
    says("0.5556 0.7778 0.5556", *(line.share for line in lines))
    says("0.7680 0.5000 0.2320", *(book.chance(book.prior, row) for row in rows))
    says("0.9422 0.5419 0.1415", *(book.chance(book.implied, row) for row in rows))
    ends = (quantile(book.implied, p) for p in (0.5, 0.1, 0.9))
    says("241.9 222.4 266.7", *ends)
    says("0.4006", movement(book.prior, book.implied, (220.0, 240.0, 260.0, 205.0, 275.0)))
    own = book.row_ledger(rows[0])
    says(
        "5.1990 7.7778 -0.8549 12.1219".replace("-", "−"),
        *(
            decibans(book.chance(book.prior, rows[0])),
            own.counted("direct"),
            own.counted("rivals"),
            own.implied.decibans,
        ),
    )
    prior = prior_of(view.scenario)
    east = distribution(TRADE, {"p10": 232.0, "p50": 243.0, "p90": 256.0}, day_of)
    scored = [number_scores(forecast, 244.8, prior) for forecast in (prior, book.implied, east)]
    says("0.0882 0.0595 0.0331", *(weighted for weighted, _ in scored))
    says("6.72 4.31 2.32", *(crps for _, crps in scored))


def test_calibration(says: Section) -> None:
    (held,) = asked({0.8: "1111110000"}).calibration
    says("10 0.80 0.60", held.n, held.mean_forecast, held.frequency)
    says("0.31 0.83", held.wilson_low, held.wilson_high)
    ended = scenario(horizon=day(9), resolution=resolution("occurred", day(8)))
    said = sheets(sheet(START, {"s": 0.15}), sheet(day(6), {"s": 0.85}))
    spread = score(database(scenarios={"s": ended}, sheets=said), day(99), forecaster="desk")
    says("0.75 0.25", *(one.n for one in spread.calibration))


def test_murphys_parts(says: Section) -> None:
    made = asked({0.15: "1000", 0.8: "100", 0.88: "111"})
    (parts,), (own, *_) = made.decomposition, made.forecasters
    assert own.name == "desk"
    says("0.2153 0.0220 0.0417", own.brier, parts.reliability, parts.resolution)
    says("0.2500 −0.0150", parts.uncertainty, parts.residual)
    (plain,) = asked({0.15: "1000", 0.8: "111100"}).decomposition
    assert plain.residual == near(0)


def test_corp(says: Section) -> None:
    made = asked({0.1: "0", 0.2: "1", 0.3: "0", 0.4: "0", 0.6: "1", 0.8: "0", 0.9: "1"})
    (parts,) = made.corp
    says("0 at 0.1, 0.33 from 0.2 to 0.4, 0.50 from 0.6 to 0.8 and 1 at 0.9")
    assert [(step.low, step.high, round(step.frequency, 2)) for step in parts.curve] == [
        *((0.1, 0.1, 0), (0.2, 0.4, 0.33), (0.6, 0.8, 0.5), (0.9, 0.9, 1))
    ]
    says("0.2443 0.0776", parts.brier, parts.miscalibration)
    says("0.0782 0.2449", parts.discrimination, parts.uncertainty)


def test_interval_of_a_skill(says: Section) -> None:
    skill = asked({0.9: "1", 0.8: "1", 0.7: "1", 0.6: "1", 0.4: "1"}).skill
    (own,) = (row for row in skill if (row.forecaster, row.against) == ("desk", "prior"))
    says("0.472 0.056 0.808", own.skill, own.low, own.high)


def test_fitted_strength(says: Section) -> None:
    found = asked({0.5: "1111111100"}, "CC").fitted_strength
    assert found is not None
    assert (found.questions, found.high) == (10, TRIED["rating_strength"][-1])
    says("6.02 0.60 0.18", decibans(0.8), found.factor, found.low)
    tried = TRIED["rating_strength"]
    says("0 0.05 3", *tried[:2], tried[-1])
    ended = [resolution("occurred" if n < 8 else "did-not-occur", day(1)) for n in range(10)]
    scenarios = {f"q{n}": scenario(horizon=day(8), resolution=end) for n, end in enumerate(ended)}
    said = [sheet(START, dict.fromkeys(scenarios, p), analyst=f"x{p}") for p in (0.6, 0.7)]
    team = score(database(scenarios=scenarios, sheets=sheets(*said)), day(9)).fitted_extremize
    assert team is not None
    says("2.72 2.21", (decibans(0.6) + decibans(0.7)) / 2, team.factor)
    six = {f"q{n}": scenario(horizon=day(8), resolution=ended[0]) for n in range(6)}
    six = {id: replace(each, resolution=resolution("occurred", day(8))) for id, each in six.items()}
    both = [sheet(day(n), dict.fromkeys(six, p), analyst=f"x{n}") for n, p in ((0, 0.2), (3, 0.9))]
    newest = score(database(scenarios=six, sheets=sheets(*both)), day(9)).fitted_recency
    assert newest is not None
    says("0.01 0.01", newest.factor, newest.low)


def test_words(says: Section) -> None:
    says("0.55 is *likely* in ICD 203. 0.375 in PHIA is *")
    assert estimative_term(0.55, "icd-203") == "likely"
    says(f"*{estimative_term(0.375, 'phia')}*, and 0.50 *{estimative_term(0.50, 'phia')}*")
    terms = says.table(5)[1:]
    spans = [(phia, *span.replace("below ", "").split(" to ")) for *_, phia, span in terms]
    for words, language in (([cells[:3] for cells in terms], "icd-203"), (spans, "phia")):
        assert len(words) == 7
        for term, low, high in words:
            for edge in (float(low), float(high) - 1e-9):
                assert estimative_term(edge, language) == term
        for (below, _, high), (above, low, _) in pairwise(words):
            for middle in (float(high) + 1e-6, float(low) - 1e-6) if high != low else ():
                assert estimative_term(middle, language) == f"between {below} and {above}"


def test_words_that_decide_nothing(says: Section) -> None:
    questions = re.findall(r"\*([A-Z][^*]+[?.])\*", says.text)
    asked = {text: replace(scenario(), question=text) for text in questions}
    loaded = LoadedRecords(database(scenarios=asked), {}, ())
    warned = {id for _, id, _ in vague_words.check(loaded)}
    assert [text in warned for text in questions] == [True, True, False, True]
    says(" and ".join(f"*{text}*" for text in questions[:2]) + " are warned of")
    says(f"*{questions[2]}* is not. *{questions[3]}* is.")


def first_ledger(rows: list[list[float]]) -> list[float]:
    """What each column adds up to by the rule of version 1, at ρ = 0.5."""
    kept = [2 / (k * (k + 1)) for k in range(1, 20)]

    def side(column: tuple[float, ...], sign: int) -> float:
        largest_first = sorted((value * sign for value in column if value * sign > 0), reverse=True)
        return sum(value * share for value, share in zip(largest_first, kept, strict=False))

    return [side(column, 1) - side(column, -1) for column in zip(*rows, strict=True)]


def test_what_the_first_ledger_did_wrong(says: Section) -> None:
    worth = {"C": 5.0, "N": 0.0, "I": -5.0}
    for members, text in ((3, "8.9"), (2, "1.3")):
        rows = [[worth[code] for code in codes.split()][:members] for codes in CONTESTED]
        a, b, *_ = first_ledger([[value - sorted(row)[-2] for value in row] for row in rows])
        says(text, RULED_OUT["a"] / RULED_OUT["b"] * 10 ** ((a - b) / 10))
    dissent = first_ledger([[10.0]] * 10 + [[-10.0]])
    says("0.868 0.9693", *map(probability, dissent), *implied(alone(0.5, 0.5, **TEN_AND_ONE)))
    e5 = rated("s", "CC", reliability="E", credibility=5)
    assert at(replace(alone(0.5), evidence=e5)).counted("direct") == 10


@cache
def shipped_then(commit: str = FIRST_LEDGER) -> Database:
    """The shipped database of a commit that the page names."""
    try:
        repository = git.repository(ROOT / "scenarios")
        files, _ = git.snapshot(repository, git.commit_of(repository, commit))
    except ScenError as error:
        pytest.skip(f"the tests are not run in a whole clone: {error}")
    return load(files).database


def last(db: Database, id: str, on: date) -> Ledger:
    return ledger(known_on(db, last_open_day(db, id, on)), id)


def test_what_the_first_ledger_did_wrong_by_figure(says: Section) -> None:
    """What stands before an arrow is of version 1 and not computed here."""
    says(f"of commit `{FIRST_LEDGER}`")
    (_, *days), *rows = says.table(4)
    assert [cells[0] for cells in rows] == sorted(shipped_then().scenarios)
    changes = []
    for id, *cells in rows:
        for on, cell in zip(map(date.fromisoformat, days), cells, strict=True):
            before, _, after = cell.rpartition(" → ")
            says(after, last(shipped_then(), id, on).implied.probability)
            changes.append(abs(float(after) - float(before or after)))
    says("0.042", max(changes))


def test_what_the_first_ledger_did_wrong_by_line(says: Section) -> None:
    db = shipped_then()
    books = [last(db, id, date(2026, 11, 24)) for id in db.scenarios]
    evidence = ("direct", "indicator", "absence")
    lines = [row for book in books for row in book.lines if row.kind in evidence]
    small = [row for row in lines if abs(row.counted_decibans) < 0.05]
    says("156 43", len(lines), len(small))
    says("0.5", max(abs(row.decibans) for row in small))
    says("0.074", min(row.factor for row in lines))


def test_what_the_first_ledger_did_wrong_once_a_date_was_known(says: Section) -> None:
    id, invited, eve = "brics-enlargement-2024", date(2023, 8, 28), date(2023, 12, 31)
    db, ran = shipped_then(), shipped_then().scenarios[id]
    prior = replace(ran.prior, hazard_ended=HazardEnded(invited, "Invited."))
    dated = replace(db, scenarios={id: replace(ran, prior=prior)})
    asked = (db, invited), (db, eve), (dated, eve)
    says("0.872 0.834 0.872", *(last(db, id, on).implied.probability for db, on in asked))


def test_the_ledger_version_3(says: Section) -> None:
    """What version 2 had is not computed here, but for what follows from its formulas."""
    nine = reported(*(("C", 3, f"outlet-{n}") for n in range(9)), if_absent="II")
    for on in (60, 61):
        says("9.60 0.6950", *figures(at(nine, on=on)))
    old = [probability(decibans(0.2) + worth) for worth in (3.0, 3.0 - 7.0)]
    says("0.3328 0.0905", *old)
    for worth, chance in ((6.4 / 0.6, "0.38"), (6.4 / 0.4, "0.68")):
        says(f"{worth:.2f}", worth)
        says(chance, probability(decibans(0.05) + worth))
    many = Dependence(within=0.6, between=0.2)
    assert total(heights([(6.4, None)] * 100_000), many) == near(16, abs=1e-3)


def test_the_ledger_version_3_by_figure(says: Section) -> None:
    """What stands before an arrow is of version 2 and not computed here."""
    says(f"of commit `{SECOND_LEDGER}`")
    db = shipped_then(SECOND_LEDGER)
    _, *rows = says.table(5)
    assert len(rows) == 10
    for on, id, *cells in rows:
        odds = Odds(known_on(db, date.fromisoformat(on)))
        band = bands(odds, [id])[id]
        texts = (cell.rpartition(" → ")[2] for cell in cells)
        for text, figure in zip(texts, (odds.implied(id), band.low, band.high), strict=True):
            says(text, figure)


def test_what_a_referee_would_still_object_to(says: Section) -> None:
    tracker = Tracker(evidence_dependence=Dependence(within=1, between=0), themes={"t": "A theme"})
    evidence = rated("s", *["CC"] * 5, theme="t") | {"z": item(origin="o", ratings={"s": "CC"})}
    early = {"a": item(day(-1), origin="o", theme="t", ratings={"s": "C"})}
    for items, text in ((evidence, "20.00"), (evidence | early, "10.00")):
        says(text, sums(at(replace(alone(0.5), tracker=tracker, evidence=items)))[0])
    says("7.14 7.14 8.33 8.33", *(10 * share for share in shares("--") + shares("-t")))
