"""Every number that docs/method.md prints as an example, through the engine."""

from __future__ import annotations

import math
import re
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scenarios.analysis.evidence.accuracy import Accuracy, accuracy
from scenarios.analysis.evidence.chance import absence, expected_movement, seen_if
from scenarios.analysis.evidence.indicator_state import diagnosticity, reading
from scenarios.analysis.evidence.knowledge import known, last_open_day, state
from scenarios.analysis.forecasts.stated import stated
from scenarios.analysis.ledger.band import DEPENDENCE_STEP, POINTS, PRIOR_STEP, bands
from scenarios.analysis.ledger.dependence import factors, total
from scenarios.analysis.ledger.ledger import VERSION, Ledger, Line, ledger
from scenarios.analysis.ledger.ledger_changes import Reasons, compare
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.ledger.post_mortem import post_mortem, track_records
from scenarios.analysis.ledger.sensitivity import leave_one_out, sweep
from scenarios.analysis.period.disagreement import spreads
from scenarios.analysis.period.period import window
from scenarios.analysis.review.ach import INCONSISTENCY, matrix, nearest_code
from scenarios.analysis.review.explanation import explain
from scenarios.analysis.rules.coherence import implies_broken
from scenarios.analysis.rules.duplicates import ALIKE, WITHIN_DAYS
from scenarios.analysis.rules.evidence import CLASH_STEPS, LARGEST, LEAST_STEP
from scenarios.analysis.rules.findings import GAP_DECIBANS
from scenarios.analysis.rules.indicators import ENOUGH_INDICATORS
from scenarios.analysis.rules.links import MISMATCH
from scenarios.analysis.rules.vague_words import vague_words
from scenarios.analysis.scores.bootstrap import DRAWS, FEWEST
from scenarios.analysis.scores.scoring import Score, baseline, brier, log_score, peer, score
from scenarios.analysis.scores.strength import TRIED
from scenarios.errors import ScenError
from scenarios.model import (
    Database,
    Dependence,
    Evidence,
    Given,
    HazardEnded,
    Rating,
    Scenario,
    Tracker,
)
from scenarios.render.documents.score import ENOUGH as ENOUGH_QUESTIONS
from scenarios.scales import (
    HIGHEST,
    LOWEST,
    MOVED_BITS,
    TOLERANCE,
    decibans,
    estimative_term,
    grade,
    jeffreys,
    nearest_sum_to_one,
    probability,
    weight,
)
from scenarios.storage.git import repository as git
from scenarios.storage.loader import load
from tests.records import (
    START,
    WEIGHTS,
    database,
    day,
    indicator,
    item,
    near,
    resolution,
    row,
    scenario,
    sheet,
    sheets,
)

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "method.md").read_text("utf-8")
SECTIONS = dict(part.split("\n", 1) for part in PAGE.split("\n## ")[1:])
HALF = Tracker(evidence_dependence=0.5)
GRADED = Tracker(grade_weights=WEIGHTS)
SET = Tracker(sets={"k": "A set"})
HALF_SET = Tracker(sets={"k": "A set"}, evidence_dependence=0.5)
THREE = {"a": 0.1, "b": 0.6, "c": 0.3}
TEN_AND_ONE: dict[str, Rating] = {**dict.fromkeys("abcdefghij", 10.0), "z": "II"}
TWO_LEVELS = Dependence(within=0.6, between=0.2)
FIRST_LEDGER = "ce6735c"
"""The last commit whose ledger was version 1."""


def says(section: str, *values: tuple[float | None, str]) -> None:
    """Each value comes out to the printed digits, and the section prints them."""
    for value, text in values:
        number = text.replace("−", "-")
        assert value is not None
        assert f"{value:.{len(number.partition('.')[2])}f}" == number
        written(section, text)


def table(section: str, columns: int) -> list[list[str]]:
    """The rows of so many cells, without the line under the head."""
    rows = [row.strip("| ").split(" | ") for row in SECTIONS[section].split("\n")]
    return [row for row in rows if len(row) == columns and row[0].strip("-|: ")]


def written(section: str, *texts: str) -> None:
    for text in texts:
        assert re.search(rf"(?<![\d.−]){re.escape(text)}(?!\d|\.\d)", SECTIONS[section]), text


def saw(number: int = 1, **keys: Any) -> Evidence:
    return item(day(number), **keys)


def alone(prior: float, tracker: Tracker | None = None, **evidence: Rating) -> Ledger:
    items = {id: saw(ratings={"s": rating}) for id, rating in evidence.items()}
    return at(database(tracker, scenarios={"s": scenario(prior)}, evidence=items))


def at(db: Database, id: str = "s", on: int = 100) -> Ledger:
    return ledger(known(db, day(on)), id)


def a_set(tracker: Tracker, priors: dict[str, float], *rows: dict[str, Rating]) -> Database:
    return database(
        tracker,
        scenarios={id: scenario(prior, set="k") for id, prior in priors.items()},
        evidence={f"e{number}": saw(ratings=row) for number, row in enumerate(rows)},
    )


def line(book: Ledger, kind: str) -> Line:
    return next(one for one in book.lines if one.kind == kind)


def counts(tens: list[str | None], dependence: Dependence = TWO_LEVELS) -> list[float]:
    """The factor of each of these lines of 10 dB, by their themes."""
    return factors([(10.0, theme) for theme in tens], dependence)


def evidence_decibans(book: Ledger) -> float:
    return book.implied.decibans - book.prior.decibans


def test_decibans() -> None:
    book = alone(0.12, e=3.0)
    says("Decibans", (decibans(0.5), "0.00"), (decibans(0.2), "−6.02"), (decibans(0.01), "−19.96"))
    says("Decibans", (book.prior.decibans, "−8.65"))
    says("Decibans", (line(book, "direct").counted_decibans, "4.77"))
    says("Decibans", (book.implied.decibans, "−3.88"), (book.implied.probability, "0.2903"))


def test_ratings() -> None:
    table = Tracker().decibans
    assert table == {"CC": 10, "C": 5, "N": 0, "I": -5, "II": -10}
    ratios = {code: 10 ** (db / 10) for code, db in table.items()}
    says("Ratings", (ratios["CC"], "10.00"), (ratios["C"], "3.16"), (ratios["II"], "0.10"))
    weaker = alone(0.2, Tracker(rating_strength=0.6), a="CC")
    says("Ratings", (weaker.lines[0].decibans, "6.00"))


def test_diagnosticity() -> None:
    for codes, spread in (("CC N II", "20.00"), ("C C C", "0.00"), ("C C", "5.00")):
        scenarios = {id: scenario(p, set="k") for id, p in THREE.items()}
        watched = {"x": indicator(row(codes).ratings)}
        scenarios["a"] = scenario(0.1, set="k", indicators=watched)
        db = known(database(SET, scenarios=scenarios), START)
        says("Diagnosticity", (diagnosticity(db, ("a", "x")), spread))


def test_grades_and_weight() -> None:
    section = "Grades and weight"
    graded = saw(reliability="B", credibility=2, ratings={"s": "CC"})
    db = database(GRADED, scenarios={"s": scenario(0.05)}, evidence={"e": graded})
    book = at(db)
    assert grade(saw(), {}) == "F6"
    says(section, (line(book, "direct").weight, "0.64"))
    says(section, (line(book, "direct").counted_decibans, "6.40"))
    says(section, (book.implied.probability, "0.1868"), (weight(saw(), {}, GRADED), "0.16"))
    written(section, *(f"{letter} {share}" for letter, share in WEIGHTS.reliability.items()))
    written(section, ", ".join(str(share) for share in WEIGHTS.credibility))
    says("The odds ledger", (book.prior.decibans, "−12.79"))
    says("The odds ledger", (line(book, "direct").counted_decibans, "6.40"))
    says("The odds ledger", (book.implied.decibans, "−6.39"), (book.implied.probability, "0.1868"))


def watched(**keys: Any) -> Database:
    talks = indicator({"s": "CC"}, due=date(2022, 3, 2), if_absent="I")
    steps = [("B", 2, "emerging"), ("A", 2, "observed"), ("C", 3, "reversed")]
    evidence = {
        f"e{n}": saw(n, reliability=letter, credibility=number, indicators={"s/talks": seen})
        for n, (letter, number, seen) in enumerate(steps, start=1)
    }
    scenarios = {"s": scenario(0.2, indicators={"talks": talks}, **keys)}
    return database(GRADED, scenarios=scenarios, evidence=evidence)


def test_indicators() -> None:
    for on, stands, strength, worth, implied in (
        (1, "emerging", "0.32", "3.20", "0.3431"),
        (2, "observed", "0.80", "8.00", "0.6120"),
        (3, "observed", "0.50", "5.00", "0.4415"),
    ):
        book, now = at(watched(), on=on), reading(known(watched(), day(on)), ("s", "talks"))
        assert now.state == stands
        says("Indicators", (now.strength, strength), (book.implied.probability, implied))
        says("Indicators", (line(book, "indicator").counted_decibans, worth))
    says("Indicators", (known(watched(), day(3)).weights["e3"], "0.30"))


def test_absence() -> None:
    due, after = date(2022, 3, 2), date(2022, 3, 3)
    before, book = (ledger(known(watched(), on), "s") for on in (due, after))
    assert [one.kind for one in before.lines] == ["indicator"]
    says("Absence", (line(before, "indicator").counted_decibans, "5.00"))
    says("Absence", (before.implied.probability, "0.4415"))
    says("Absence", (line(book, "absence").counted_decibans, "−2.50"))
    says("Absence", (book.implied.probability, "0.3078"), (decibans(0.5 / (0.5 + 0.05)), "10.00"))
    says("Absence", (decibans(0.5 / (0.5 + 0.95)), "−2.79"))
    written("Absence", f"{due}", f"{after}")


def test_chance() -> None:
    section = "Chance"
    talks = indicator({"s": "CC"}, due=date(2022, 3, 2), chance=0.15)
    db = database(scenarios={"s": scenario(0.2, indicators={"talks": talks})})
    book = ledger(known(db, date(2022, 3, 3)), "s")
    seen = seen_if(0.15, {"happens": 0.2, "not": 0.8}, {"happens": 10.0})
    unseen = book.implied.probability
    fires = {"e": item(day(9), indicators={"s/talks": "observed"})}
    sighted = at(msgspec.structs.replace(db, evidence=fires)).implied.probability
    assert 0.15 * sighted + 0.85 * unseen == near(0.2)
    says(section, *zip(seen.values(), ("0.536", "0.054"), strict=True))
    says(section, (line(book, "absence").counted_decibans, "−3.09"), (unseen, "0.1092"))
    says(section, (sighted, "0.7143"), (expected_movement(0.15, 0.2, 10.0), "0.336"))
    says(
        section,
        (0.15 * relative_entropy(sighted, 0.2) + 0.85 * relative_entropy(unseen, 0.2), "0.169"),
    )
    shared = seen_if(0.15, THREE, {"a": 10.0, "b": 5.0, "c": -5.0})
    says(section, *zip(shared.values(), ("0.501", "0.159", "0.016"), strict=True))
    absences = [absence(chance) for chance in shared.values()]
    says(section, *zip(absences, ("−3.02", "−0.75", "−0.07"), strict=True))


def relative_entropy(p: float, q: float) -> float:
    """In bits, of which the mutual information of indicator and scenario is the mean."""
    return p * math.log2(p / q) + (1 - p) * math.log2((1 - p) / (1 - q))


def test_groups() -> None:
    evidence = {
        "a": saw(origin="o", ratings={"s": "CC"}),
        "b": saw(origin="o", ratings={"s": "C"}),
        "c": saw(origin="o", event="v", ratings={"s": "I"}),
        "d": saw(event="v", ratings={"s": "C"}),
    }
    book = at(database(scenarios={"s": scenario(0.2)}, evidence=evidence))
    apart = alone(0.2, a="CC", b="C", c="I", d="C")
    assert [(one.evidence, one.suppressed) for one in book.lines] == [(("a", "c"), ("b", "d"))]
    says("Groups", (book.lines[0].counted_decibans, "5.00"), (book.implied.probability, "0.4415"))
    says("Groups", (evidence_decibans(apart), "15.00"), (apart.implied.probability, "0.8877"))


def test_in_the_prior() -> None:
    book = at(watched(includes=("e1",)), on=2)
    says("In the prior", (line(book, "in-prior").counted_decibans, "0"))
    says("In the prior", (at(watched(), on=1).lines[0].weight, "0.32"))
    says("In the prior", (at(watched(), on=2).lines[0].weight, "0.80"))
    says("In the prior", (line(book, "indicator").counted_decibans, "4.80"))
    says("In the prior", (book.implied.probability, "0.4302"))


def test_dependence() -> None:
    section = "Dependence"
    free, half = (alone(0.2, tracker, a="CC", b="CC", c="CC") for tracker in (None, HALF))
    dissent = alone(0.5, HALF, **TEN_AND_ONE)
    says(section, (evidence_decibans(free), "30.00"), (free.implied.probability, "0.9960"))
    says(section, *((row.factor, "0.500") for row in half.lines))
    says(section, (evidence_decibans(half), "15.00"), (half.implied.probability, "0.8877"))
    says(section, (total([(10.0, None)] * 10_000, HALF.dependence), "20"))
    says(section, (evidence_decibans(dissent), "15.00"), (dissent.implied.probability, "0.9693"))
    says(section, ((10 + 0.01) / 1.5, "6.67"))
    lines = {row.id: row.counted_decibans for row in alone(0.2, HALF, a="CC", b="C", c="II").lines}
    says(section, (lines["a"], "5.83"), (lines["b"], "2.50"), (lines["c"], "−5.83"))


def test_what_a_new_line_takes_from_the_others() -> None:
    change = compare(alone(0.2, HALF, a="CC"), alone(0.2, HALF, a="CC", b="CC"), Reasons())
    ((came,), (overlap,)) = change.lines_added, change.lines_changed
    assert overlap.cause == "overlap"
    says("Dependence", (came.after, "6.67"), (overlap.before - overlap.after, "3.33"))


def test_dependence_on_two_levels() -> None:
    section = "Dependence"
    for themes, text in (("xxx", "13.64"), ("xxy", "18.42"), ("xyz", "21.43")):
        says(section, (10 * sum(counts([*themes])), text))
    says(section, *zip(counts([*"xxy"]), ("0.526", "0.526", "0.789"), strict=True))
    alike = [(10.0, "x"), (10.0, "x"), (10.0, "y"), (-10.0, "y")]
    says(section, (total(alike, Dependence(1, 1)), "5.00"))
    assert total(alike[:3], Dependence(1, 0)) == near(20)


def test_sets() -> None:
    books = [at(a_set(SET, THREE, {"a": "CC", "b": "C", "c": "I"}), id) for id in THREE]
    centred = [sum(o.decibans for o in b.lines if o.kind == "direct") for b in books]
    says("Sets", *zip(centred, ("5.00", "0.00", "−10.00"), strict=True))
    implied = [book.implied.probability for book in books]
    says("Sets", *zip(implied, ("0.3342", "0.6341", "0.0317"), strict=True))


def test_an_equal_row_says_nothing_in_a_set() -> None:
    rows: list[dict[str, Rating]] = [{"a": "CC"}, {"a": "C", "b": "C", "c": "C"}]
    book = at(a_set(HALF_SET, THREE, *rows), "a")
    assert book.neutral == 1
    uncentred = total([(10.0, None), (5.0, None)], HALF.dependence) - 5
    says("Sets", (line(book, "direct").counted_decibans, "10.00"), (uncentred, "6.67"))


RULED_OUT = {"a": 0.40, "b": 0.45, "c": 0.15}
CONTESTED = [row(codes).ratings for codes in ("C I N", "C I I", "I C C", "I C C", "C I C")]


def test_ruling_a_member_out_leaves_the_odds_among_the_others() -> None:
    written("Sets", " · ".join(", ".join(map(str, row.values())) for row in CONTESTED))
    db = a_set(HALF_SET, RULED_OUT, *CONTESTED)
    left = scenario(0.15, set="k", resolution=resolution("did-not-occur", day(50)))
    without = msgspec.structs.replace(db, scenarios=db.scenarios | {"c": left})
    for records, texts in ((db, ("0.5546", "0.0756")), (without, ("0.8801", "0.1199"))):
        a, b = (at(records, id).implied.probability for id in "ab")
        says("Sets", (a, texts[0]), (b, texts[1]), (a / b, "7.34"))


def test_a_member_that_leaves() -> None:
    left = {"set": "k", "resolution": resolution("did-not-occur", day(50))}
    scenarios = {id: scenario(p, set="k") for id, p in THREE.items()} | {"c": scenario(0.3, **left)}
    db = database(SET, scenarios=scenarios)
    for id, text in (("a", "0.1429"), ("b", "0.8571")):
        says("Sets", (at(db, id).implied.probability, text))
    last = {"a": scenario(0.1, set="k"), "c": scenario(0.9, **left)}
    says("Sets", (at(database(SET, scenarios=last), "a").implied.probability, "0.999"))


def test_only_comparison_counts_in_a_set() -> None:
    priors = {"a": 0.01, "b": 0.01, "c": 0.49, "d": 0.49}
    db = a_set(SET, priors, {"a": "N", "b": "N", "c": "I", "d": "II"})
    says("Sets", (at(db, "c").implied.probability, "0.6919"))
    book = at(a_set(SET, {"a": 0.49, "b": 0.5, "c": 0.01}, {"a": "CC", "b": "II", "c": "N"}), "a")
    says("Sets", (line(book, "direct").counted_decibans, "10.00"))
    says("Sets", (line(book, "rivals").counted_decibans, "9.29"))


def test_links() -> None:
    for on, outcome, prior in (
        (9, None, "0.074"),
        (20, None, "0.1236"),
        (60, "occurred", "0.2000"),
        (60, "did-not-occur", "0.0200"),
    ):
        ended = resolution(outcome, day(50)) if outcome else None
        given = {"other": Given(occurred=0.2, did_not_occur=0.02)}
        scenarios = {"other": scenario(0.3, resolution=ended), "s": scenario(0.074, given=given)}
        evidence = {"e": item(day(10), ratings={"other": "C"})}
        book = at(database(scenarios=scenarios, evidence=evidence), on=on)
        says("Links", (book.implied.probability, prior))
        if on == 20:
            says("Links", (line(book, "given").counted_decibans, "2.47"))


def test_hazard() -> None:
    decays: Scenario = scenario(0.3, hazard="constant")
    for on, time, implied in (
        (date(2022, 7, 2), "−3.41", "0.1633"),
        (date(2022, 10, 1), "−6.62", "0.0853"),
    ):
        book = ledger(known(database(scenarios={"s": decays}), on), "s")
        written("Hazard", f"{on}")
        says("Hazard", (line(book, "time").counted_decibans, time))
        says("Hazard", (book.implied.probability, implied))
    last = at(database(scenarios={"s": decays}), on=364)
    says("Hazard", (last.implied.probability, "0.0010"))
    late = {"e": saw(ratings={"s": 1000.0})}
    revived = at(database(scenarios={"s": decays}, evidence=late), on=364)
    says("Hazard", (revived.implied.probability, "0.50"))
    dated = scenario(0.3, hazard="constant", hazard_ended=HazardEnded(date(2022, 7, 2), "A date."))
    frozen = ledger(known(database(scenarios={"s": dated}), date(2022, 10, 1)), "s")
    says("Hazard", (frozen.implied.probability, "0.1633"))


def test_bounds() -> None:
    book = alone(0.9, e=1000.0)
    says("Bounds", (LOWEST, "0.001"), (HIGHEST, "0.999"), (decibans(HIGHEST), "30.00"))
    says("Bounds", (book.prior.decibans, "9.54"), (line(book, "direct").counted_decibans, "30.00"))
    says("Bounds", (book.prior.decibans + line(book, "direct").counted_decibans, "39.54"))
    says("Bounds", (line(book, "bound").counted_decibans, "−9.55"))
    says("Bounds", (book.implied.probability, "0.9990"))


def odds(**evidence: Rating) -> Odds:
    items = {id: saw(ratings={"s": rating}) for id, rating in evidence.items()}
    return Odds(known(database(HALF, scenarios={"s": scenario(0.2)}, evidence=items), day(9)))


def test_leave_one_out() -> None:
    three = odds(a="CC", b="C", c="I")
    spread = leave_one_out(three, "s")
    assert (spread.low_line, spread.high_line) == ("a", "c")
    says("Leave one out", (three.implied("s"), "0.5843"), (spread.low, "0.2000"))
    says("Leave one out", (spread.high, "0.7858"))


def test_band() -> None:
    named, renamed = odds(a="CC", b="C"), odds(x="CC", y="C")
    says("Band", (named.implied("s"), "0.7858"), (renamed.implied("s"), "0.7858"))
    for two, low, high in ((named, "0.521", "0.970"), (renamed, "0.439", "0.962")):
        band = bands(two, ["s"])["s"]
        says("Band", (band.low, low), (band.high, high))
    says("Band", (POINTS, "64"), (100 * 3 / POINTS, "5"))
    assert f"prior + {PRIOR_STEP:g}u dB" in SECTIONS["Band"]
    assert f"ρw + {DEPENDENCE_STEP}u" in SECTIONS["Band"]


def test_tornado() -> None:
    two = odds(a="CC", b="C")
    says("Tornado", (two.implied("s"), "0.7858"), (PRIOR_STEP, "3"), (DEPENDENCE_STEP, "0.2"))
    bends = sweep(two, "s")
    assert [bend.id for bend in bends] == ["ratings", "a", "s", "b", "within", "between"]
    printed = ("0.489 to 0.982", "0.537 to 0.973", "0.648 to 0.880", "0.752 to 0.843")
    for bend, text in zip(bends, (*printed, "0.754 to 0.823"), strict=False):
        assert f"{bend.low:.3f} to {bend.high:.3f}" == text
        written("Tornado", text)
    assert bends[-1].low == bends[-1].high == two.implied("s")


def test_stated_probability() -> None:
    section = "Stated probability"
    figures = {"x": 0.05, "y": 0.1, "z": 0.2}
    said = sheets(*(sheet(START, {"s": p}, analyst=name) for name, p in figures.items()))
    team = stated(database(scenarios={"s": scenario()}, sheets=said), "s", START)
    assert team is not None
    says(section, (team.probability, "0.1019"), (sum(figures.values()) / 3, "0.1167"))

    scenarios = {id: scenario(p, set="k") for id, p in THREE.items()}
    own = sheets(sheet(START, {"a": 0.5, "b": 0.3, "c": 0.4}))
    for id, text in (("a", "0.4167"), ("b", "0.2500"), ("c", "0.3333")):
        one = stated(database(SET, scenarios=scenarios, sheets=own), id, START)
        assert one is not None
        assert one.normalised
        says(section, (one.probability, text))


def test_a_forecast_expires() -> None:
    stands, gone = date(2022, 1, 31), date(2022, 2, 1)
    tracker = Tracker(forecast_expires_days=30)
    db = database(tracker, scenarios={"s": scenario()}, sheets={"d": sheet(START, {"s": 0.2})})
    assert stated(db, "s", stands)
    assert stated(db, "s", gone) is None
    written("Stated probability", f"{START}", f"{stands}", f"{gone}")


def test_gap() -> None:
    said = sheets(sheet(START, {"s": 0.8}))
    seen = {"e": saw(ratings={"s": 3.0})}
    db = database(scenarios={"s": scenario(0.12)}, evidence=seen, sheets=said)
    shown = explain(db, "s", day(100))
    assert shown.stated is not None
    told = shown.stated.probability
    says("Gap", (told, "0.80"), (decibans(told), "6.02"), (shown.gap_decibans, "9.90"))
    says("Gap", (shown.implied.probability, "0.2903"), (shown.implied.decibans, "−3.88"))
    says("Gap", (GAP_DECIBANS, "6"), (10 ** (GAP_DECIBANS / 10), "4"))


def test_movement() -> None:
    says("Movement", (jeffreys(0.02, 0.07), "0.0941"), (jeffreys(0.5, 0.55), "0.0145"))
    says("Movement", (jeffreys(LOWEST, HIGHEST), "19.89"))
    as_written = sum((x - y) * math.log2(x / y) for x, y in ((0.07, 0.02), (0.93, 0.98)))
    assert jeffreys(0.02, 0.07) == near(as_written)
    says("Movement", (MOVED_BITS, "0.001"))


def test_life() -> None:
    known_on, recorded, eve = date(2023, 1, 2), date(2023, 1, 5), date(2023, 1, 4)
    ended = scenario(resolution=resolution("occurred", known_on, recorded))
    db = database(scenarios={"open": scenario(), "done": ended})
    asked = [("open", date(2022, 12, 31)), ("open", date(2023, 1, 1)), ("done", eve)]
    states = [state(db, id, on) for id, on in [*asked, ("done", recorded)]]
    assert states == ["open", "overdue", "overdue", "resolved"]
    assert last_open_day(db, "done", recorded) == eve
    days = (*(on for _, on in asked), known_on, recorded)
    written("Life of a scenario", *map(str, days))


def test_words() -> None:
    for number, language, term in (
        ("0.55", "icd-203", "likely"),
        ("0.375", "phia", "between unlikely and realistic possibility"),
        ("0.50", "phia", "between realistic possibility and likely"),
    ):
        assert estimative_term(float(number), language) == term
        written("Words", number)
        assert f"*{term}*" in SECTIONS["Words"]


def test_the_table_of_words_is_the_one_in_use() -> None:
    words = table("Words", 5)[1:]
    assert len(words) == 7
    for term, low, high, phia, span in words:
        ends = span.replace("below ", "").split(" to ")
        for word, language, edges in ((term, "icd-203", (low, high)), (phia, "phia", ends)):
            assert estimative_term(float(edges[0]), language) == word
            assert estimative_term(float(edges[1]) - 1e-9, language) == word


def test_thresholds() -> None:
    section = "Thresholds of the findings"
    says(section, (GAP_DECIBANS, "6"), (TOLERANCE, "0.001"), (CLASH_STEPS, "3"))
    says(section, (ENOUGH_INDICATORS, "3"), (MISMATCH, "0.01"), (LARGEST, "3"), (LEAST_STEP, "0.1"))
    says(section, (WITHIN_DAYS, "3"), (ALIKE, "0.6"))


def test_the_ach_matrix() -> None:
    section = "The ACH matrix"
    rows = {
        "e1": row("CC II", reliability="B", credibility=2),
        "e2": row("I C II", reliability="A", credibility=2),
    }
    scenarios = {id: scenario(p, set="k") for id, p in THREE.items()}
    tracker = Tracker(sets={"k": "A set"}, grade_weights=WEIGHTS)
    made = matrix(known(database(tracker, scenarios=scenarios, evidence=rows), day(9)), (*THREE,))
    assert [one.id for one in made.rows] == ["e1", "e2"]
    for one, weighs, spread in zip(made.rows, ("0.64", "0.80"), ("12.80", "12.00"), strict=True):
        says(section, (one.weight, weighs), (one.diagnosticity, spread))
    for sums, column in zip(made.scores.values(), (1, 2, 3), strict=True):
        printed = [cells[column] for cells in table(section, 4)][-5:]
        figures = (sums.inconsistency, sums.weighted_inconsistency, sums.decibans, sums.blanks)
        says(section, *zip((*figures, sums.rank), printed, strict=True))
    found = {one.removed.id: one.leader_after for one in made.linchpins}
    assert found == {"e1": ("b",), "e2": ("a", "c")}
    assert made.leaders == ("a",)


def test_a_ratio_counts_by_its_nearest_code() -> None:
    assert nearest_code(0.5, Tracker()) == "I"
    says("The ACH matrix", (10 * math.log10(0.5), "−3.01"))
    assert INCONSISTENCY == {"I": 1, "II": 2}


def test_coherence() -> None:
    section = "Coherence"
    for figures, nearest in (
        ((0.5, 0.4, 0.3), ("0.433", "0.333", "0.233")),
        ((0.05, 0.6, 0.7), ("0.000", "0.450", "0.550")),
    ):
        nearby = nearest_sum_to_one({str(n): p for n, p in enumerate(figures)})
        says(section, *zip(nearby.values(), nearest, strict=True))
        says(section, (sum(figures), f"{sum(figures):.2f}"))
        written(section, ", ".join(f"{p:.2f}" for p in figures))
    db = database(scenarios={"a": scenario(0.3, implies=("b",)), "b": scenario(0.2)})
    messages = [one.message for one in implies_broken(window(db, START, day(9)))]
    assert messages[0].startswith("its prior 0.300 exceeds the 0.200 of b")
    assert messages[0].endswith("both 0.250")
    written(section, "0.300", "0.200", "0.250")
    says(section, (TOLERANCE, "0.001"))


def test_after_the_outcome() -> None:
    section = "After the outcome"
    seen = {"s/talks": "observed"}
    evidence = {source: saw(source=source, indicators=seen, event="talks") for source in "xy"}
    evidence["z"] = saw(source="y", ratings={"s": "I"})
    talks, occurred = {"talks": indicator({"s": "CC"})}, resolution("occurred", day(50))
    ended = scenario(0.2, indicators=talks, resolution=occurred)
    db = database(scenarios={"s": ended}, evidence=evidence)
    told = post_mortem(at(db, on=49), "occurred")
    assert told is not None
    says(section, (told.right[0].decibans, "10.00"), (told.wrong[0].decibans, "−5.00"))
    records, held = track_records(known(db, day(60))), accuracy(known(db, day(60)))
    for source, items, against in (("x", 1, "0.00"), ("y", 2, "5.00")):
        own = records[source]
        assert own.items == items
        says(section, (own.toward_decibans, "5.00"), (own.against_decibans, against))
        right = Accuracy(items=items, standing=items, checked=1, accurate=1, corroborated=1)
        assert held[source] == right


def test_spread_between_analysts() -> None:
    section = "Spread between analysts"
    figures = {"x": 0.05, "y": 0.1, "z": 0.2}
    sheets = {name: sheet(START, {"s": p}, analyst=name) for name, p in figures.items()}
    db = database(scenarios={"s": scenario()}, sheets=sheets)
    (found,) = spreads(window(db, START, day(9)))
    assert found.outlier == "z"
    odds = {name: decibans(p) for name, p in figures.items()}
    says(section, *zip(odds.values(), ("−12.79", "−9.54", "−6.02"), strict=True))
    says(section, (found.spread_decibans, "6.77"))
    says(section, (odds["z"] - (odds["x"] + odds["y"]) / 2, "5.14"))
    says(section, ((odds["y"] + odds["z"]) / 2 - odds["x"], "5.01"))


def test_scores_of_one_day() -> None:
    section = "Scores"
    says(section, (brier(0.2, True), "0.64"), (2 * brier(0.2, True), "1.28"))
    says(section, (log_score(0.2, True), "−1.609"), (baseline(0.9, True), "84.80"))
    says(section, (baseline(0.3, True), "−73.70"), (baseline(0.001, True), "−896.58"))
    says(section, (brier(0.5, True), "0.25"))
    logs = [log_score(p, True) for p in (0.2, 0.5, 0.8)]
    peers = [peer(log, sum(logs) / 3, 3) for log in logs]
    says(section, *zip(peers, ("−115.13", "22.31", "92.81"), strict=True))
    assert sum(peers) == near(0)


def test_scores_of_a_set() -> None:
    done = {id: scenario(p, set="k", horizon=day(9)) for id, p in THREE.items()}
    done["a"] = scenario(0.1, set="k", resolution=resolution("occurred", day(9)))
    said = {"d": sheet(START, {"a": 0.5, "b": 0.3, "c": 0.2})}
    made = score(database(SET, scenarios=done, sheets=said), day(99))
    (own,) = [one for one in made.sets if one.forecaster == "desk"]
    says("Scores", (own.brier, "0.38"), (own.log_score, "−0.693"))


def scored() -> Score:
    ended = scenario(0.2, horizon=day(9), resolution=resolution("occurred", day(8)))
    told = ((START, 0.5, "x"), (day(4), 0.8, "x"), (day(4), 0.2, "y"))
    said = sheets(*(sheet(on, {"s": p}, analyst=who) for on, p, who in told))
    return score(database(scenarios={"s": ended}, sheets=said), day(99))


def test_time_and_coverage() -> None:
    section = "Time and coverage"
    made = scored()
    rows = {row.forecaster: row for row in made.questions}
    assert [*rows] == ["x", "y", "team", "implied", "prior", "first"]
    assert (rows["x"].scored_days, rows["x"].planned_days) == (8, 10)
    written(section, "2022-01-01", "2022-01-05", "2022-01-09", "2022-01-10", "8", "10")
    for name, *printed in table(section, 7)[1:]:
        own = rows[name]
        figures = (own.brier, own.common_brier, own.final_brier, own.coverage, own.baseline)
        for value, text in zip((*figures, own.peer), printed, strict=True):
            if value is None:
                assert text == "none"
            else:
                says(section, (value, text))
    skill = {(one.forecaster, one.against): one.skill for one in made.skill}
    says(section, (skill["x", "prior"], "0.773"), (skill["y", "prior"], "0.000"))
    says(section, (skill["y", "first"], "−1.560"))


def test_calibration() -> None:
    section = "Calibration"
    (held,) = asked([0.8] * 10, [0.8] * 6).calibration
    says(section, (held.n, "10"), (held.mean_forecast, "0.80"), (held.frequency, "0.60"))
    says(section, (held.wilson_low, "0.31"), (held.wilson_high, "0.83"))
    ended = scenario(horizon=day(9), resolution=resolution("occurred", day(8)))
    said = sheets(sheet(START, {"s": 0.15}), sheet(day(6), {"s": 0.85}))
    db = database(scenarios={"s": ended}, sheets=said)
    spread = score(db, day(99), forecaster="desk").calibration
    says(section, *zip((one.n for one in spread), ("0.75", "0.25"), strict=True))
    says(section, (ENOUGH_QUESTIONS, "30"))


def asked(figures: list[float], happened: list[float]) -> Score:
    """One question of a day for each figure; those that `happened` lists occur."""
    left = list(happened)
    scenarios, said = {}, {}
    for number, figure in enumerate(figures):
        outcome = "occurred" if figure in left else "did-not-occur"
        if figure in left:
            left.remove(figure)
        scenarios[f"q{number}"] = scenario(resolution=resolution(outcome, day(1)))
        said[f"q{number}"] = figure
    db = database(scenarios=scenarios, sheets={"1": sheet(START, {**said})})
    return score(db, day(9), forecaster="desk")


def test_murphys_parts() -> None:
    section = "Murphy's parts"
    made = asked([0.15] * 4 + [0.8] * 3 + [0.88] * 3, [0.15, 0.8, 0.88, 0.88, 0.88])
    (parts,) = made.decomposition
    (own,) = [one for one in made.forecasters if one.name == "desk"]
    says(section, (own.brier, "0.2153"), (parts.reliability, "0.0220"))
    says(section, (parts.resolution, "0.0417"), (parts.uncertainty, "0.2500"))
    says(section, (parts.residual, "−0.0150"))
    (plain,) = asked([0.15] * 4 + [0.8] * 6, [0.15] + [0.8] * 4).decomposition
    assert plain.residual == near(0)


def test_corp() -> None:
    made = asked([0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 0.9], [0.2, 0.6, 0.9])
    (parts,) = made.corp
    pooled = [step.frequency for step in parts.curve]
    assert [(step.low, step.high) for step in parts.curve[1:3]] == [(0.2, 0.4), (0.6, 0.8)]
    says("CORP", (pooled[1], "0.33"), (pooled[2], "0.50"))
    says("CORP", (parts.brier, "0.2443"), (parts.miscalibration, "0.0776"))
    says("CORP", (parts.discrimination, "0.0782"), (parts.uncertainty, "0.2449"))


def test_the_interval_of_a_skill() -> None:
    figures = [0.9, 0.8, 0.7, 0.6, 0.4]
    skill = asked(figures, figures).skill
    (own,) = [row for row in skill if (row.forecaster, row.against) == ("desk", "prior")]
    section = "Interval of a skill"
    says(section, (own.skill, "0.472"), (own.low, "0.056"), (own.high, "0.808"))
    written(section, f"{DRAWS:,}", str(FEWEST))


def test_fitted_strength() -> None:
    outcomes = ["occurred"] * 8 + ["did-not-occur"] * 2
    ended = {
        f"q{n}": scenario(0.5, resolution=resolution(outcome, day(10)))
        for n, outcome in enumerate(outcomes)
    }
    seen = {f"e{n}": item(ratings={id: "CC"}) for n, id in enumerate(ended)}
    found = score(database(scenarios=ended, evidence=seen), day(99)).fitted_strength
    assert found is not None
    assert (found.questions, found.high) == (10, TRIED[-1])
    says("Fitted strength", (decibans(0.8), "6.02"), (found.strength, "0.60"))
    says("Fitted strength", (found.low, "0.18"), (TRIED[1], "0.05"))


def test_words_that_decide_nothing() -> None:
    for question, words in (
        ("Could the truce fail?", ["Could"]),
        ("Will talks, as they may, resume by 31 May 2030?", ["may"]),
        ("Will talks resume by 31 May 2030?", []),
        ("We have high confidence that talks are likely.", ["likely", "high confidence"]),
    ):
        asks = msgspec.structs.replace(scenario(), question=question)
        faults = [fault for _, _, fault in vague_words(database(scenarios={"s": asks}))]
        assert len(faults) == bool(words)
        assert all(f"'{word}'" in faults[0].message for word in words)
        assert f"*{question}*" in SECTIONS["Words"]


def test_the_page_is_about_this_ledger() -> None:
    assert f"version {VERSION} of the ledger" in PAGE


def test_every_link_within_the_page_leads_to_a_section() -> None:
    slugs = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in SECTIONS}
    assert set(re.findall(r"\]\(#([\w-]+)\)", PAGE)) <= slugs


def first_ledger(rows: list[dict[str, float]], members: str) -> dict[str, float]:
    """Evidence by the rule of version 1, at ρ = 0.5."""
    kept = [1.0] + [0.5 / ((1 + (k - 1) / 2) * (1 + (k - 2) / 2)) for k in range(2, 20)]
    second = [sorted(row[m] for m in members)[-2] if len(members) > 1 else 0.0 for row in rows]
    totals = {}
    for member in members:
        values = [row[member] - least for row, least in zip(rows, second, strict=True)]
        sides = (sorted(v * sign for v in values if v * sign > 0)[::-1] for sign in (1, -1))
        up, down = (sum(v * k for v, k in zip(side, kept, strict=False)) for side in sides)
        totals[member] = up - down
    return totals


def test_what_the_first_ledger_did_wrong() -> None:
    section = "What the first ledger did wrong"
    worth = {"C": 5.0, "N": 0.0, "I": -5.0}
    rows = [{id: worth[str(code)] for id, code in row.items()} for row in CONTESTED]
    for members, text in (("abc", "8.9"), ("ab", "1.3")):
        sums = first_ledger(rows, members)
        ratio = RULED_OUT["a"] / RULED_OUT["b"] * 10 ** ((sums["a"] - sums["b"]) / 10)
        says(section, (ratio, text))
    dissent = first_ledger([{"s": 10.0}] * 10 + [{"s": -10.0}], "s")["s"]
    says(section, (probability(dissent), "0.868"))
    now = alone(0.5, HALF, **TEN_AND_ONE)
    says(section, (now.implied.probability, "0.9693"))
    e5 = {"e": saw(reliability="E", credibility=5, ratings={"s": "CC"})}
    assert at(database(scenarios={"s": scenario()}, evidence=e5)).lines[0].counted_decibans == 10


@pytest.fixture(scope="module")
def shipped_then() -> Database:
    """The shipped database of the commit that the page names."""
    try:
        repository = git.repository(ROOT / "scenarios")
        files, _ = git.snapshot(repository, git.commit_of(repository, FIRST_LEDGER))
    except ScenError as error:
        pytest.skip(f"the tests are not run in a whole clone: {error}")
    return load(files).database


def test_the_shipped_figures_by_this_ledger(shipped_then: Database) -> None:
    """What stands before an arrow is of version 1 and not computed here."""
    section = "What the first ledger did wrong"
    written(section, FIRST_LEDGER)
    (_, *days), *rows = table(section, 4)
    assert [cells[0] for cells in rows] == sorted(shipped_then.scenarios)
    changes = []
    for id, *cells in rows:
        for on, cell in zip(days, cells, strict=True):
            before, _, after = cell.rpartition(" → ")
            now = last(shipped_then, id, date.fromisoformat(on)).implied.probability
            assert f"{now:.3f}" == after
            changes.append(abs(float(after) - float(before or after)))
    says(section, (max(changes), "0.026"))


def last(db: Database, id: str, on: date) -> Ledger:
    return ledger(known(db, last_open_day(db, id, on)), id)


def test_the_lines_of_the_shipped_database(shipped_then: Database) -> None:
    section = "What the first ledger did wrong"
    books = [last(shipped_then, id, date(2026, 11, 24)) for id in shipped_then.scenarios]
    evidence = ("direct", "indicator", "absence")
    lines = [row for book in books for row in book.lines if row.kind in evidence]
    small = [row for row in lines if abs(row.counted_decibans) < 0.05]
    written(section, str(len(lines)), str(len(small)))
    assert (len(lines), len(small)) == (156, 43)
    says(section, (max(abs(row.decibans) for row in small), "0.5"))
    says(section, (min(row.factor for row in lines), "0.074"))


def test_the_hazard_of_an_event_that_has_a_date(shipped_then: Database) -> None:
    section, id = "What the first ledger did wrong", "brics-enlargement-2024"
    invited, eve = date(2023, 8, 28), date(2023, 12, 31)
    for on, text in ((invited, "0.872"), (eve, "0.834")):
        says(section, (last(shipped_then, id, on).implied.probability, text))
    ran = shipped_then.scenarios[id]
    prior = msgspec.structs.replace(ran.prior, hazard_ended=HazardEnded(invited, "Invited."))
    ended = msgspec.structs.replace(ran, prior=prior)
    dated = msgspec.structs.replace(shipped_then, scenarios=shipped_then.scenarios | {id: ended})
    says(section, (last(dated, id, eve).implied.probability, "0.872"))


def test_what_a_referee_would_still_object_to() -> None:
    section = "What a referee would still object to"
    tracker = Tracker(evidence_dependence=Dependence(within=1, between=0), themes={"t": "A theme"})
    evidence = {f"e{n}": item(day(9), theme="t", ratings={"s": "CC"}) for n in range(5)}
    evidence["apart"] = item(day(9), origin="o", ratings={"s": "CC"})
    first = {"first": item(day(1), origin="o", theme="t", ratings={"s": "C"})}
    for items, text in ((evidence, "20.00"), (evidence | first, "10.00")):
        book = at(database(tracker, scenarios={"s": scenario()}, evidence=items))
        says(section, (evidence_decibans(book), text))
    for themes, text in (([None, None], "6.25"), ([None, "t"], "8.33")):
        says(section, *((10 * share, text) for share in counts([*themes])))
