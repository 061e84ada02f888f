"""Scores, calibration and skill, in full or as an excerpt, with their pictures."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from statistics import fmean

import msgspec
from msgspec import convert
from msgspec.structs import replace

from scenarios.analysis.question_scores import QuestionScore
from scenarios.analysis.question_timelines import IMPLIED, OURS, PRIOR, TEAM, Cluster, place
from scenarios.analysis.scores.calibration import CalibrationBin, CorpDecomposition, CorpStep
from scenarios.analysis.scores.fits import TRIED, FittedFactor
from scenarios.analysis.scores.scoring import ForecasterScore, Score, ScoreSoFar
from scenarios.analysis.scores.skill import DRAWS, FEWEST, Skill
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, left, p, right
from scenarios.render.charts.scores import (
    Reliability,
    SkillInterval,
    SkillRows,
)
from scenarios.render.document import Chart, Figure, Table, lines, plain
from scenarios.render.documents.quantity_scores import crps, listed
from scenarios.render.text import signed
from scenarios.scales import percent
from scenarios.text import counted

EACH, ROWS = 30, 60  # the worst questions and the best ones each, and rows of other long tables
COLUMNS = 12  # from more forecasters on, one column has the mean of the analysts
ANALYSTS = "analysts' mean"
ENOUGH = 30
_ROUNDS_TO_0 = 0.0005  # all dots at the best end of the axis look like perfect forecasts
_LEGEND = (
    "implied is the evidence’s figure, prior the starting chance, first the first forecast. Brier "
    "runs from 0, best, to 1, half the sum over a set; log is the natural log of what the outcome "
    "was given, both over the days with a forecast and, with a constant hazard, those after an "
    "early event, of error 0; baseline and peer over all planned days, 0 for even or none. final "
    "is the last forecast’s Brier, common that of days all share. Compare means of like questions."
)
_SO_FAR = (
    "So far: questions whether something happens by a day (hazard: constant), open ones too. A "
    "figure is read as the chance by the day of these scores, as if each day left were as likely, "
    "and compared with what happened: to say what one believes scores best, on any day."
)


class ScoredQuestion(msgspec.Struct, frozen=True):
    """A question with its outcome and the Brier score of each column, None where it has none."""

    question: Cluster
    outcome: str
    briers: tuple[float | None, ...]


def excerpt(result: Score) -> tuple[Score, str]:
    """A score with fewer rows, and the words that say what is left out, if anything is.

    It has the forecasters with the most questions, the 30 worst questions and the 30 best, from
    the worst to the best where any is left out, and so on.
    A question is as bad as the Brier score of the named forecaster; without one, or where that
    said nothing, as the mean of the analysts, or else of all.
    """
    named = result.forecaster or ""
    parts = (listed(result.questions, early) for early in (False, True))
    ids = [id for rows in parts for id in _ends(rows, named)]
    forecasters = _most(result.forecasters, ROWS, named)
    skilled = {row.name for row in _most(result.forecasters, ROWS // len(OURS), named)}
    order = {id: number for number, id in enumerate(ids)}
    questions = [row for row in result.questions if row.question in order]
    groups = result.groups[:EACH]
    excerpt_of_score = replace(
        result,
        forecasters=forecasters,
        groups=tuple(
            replace(group, forecasters=_most(group.forecasters, ROWS, named)) for group in groups
        ),
        questions=tuple(sorted(questions, key=lambda row: order[row.question])),
        skill=tuple(row for row in result.skill if row.forecaster in skilled),
        sets=tuple(row for row in result.sets if (True, row.set) in order),
        excluded=result.excluded[:EACH],
        so_far=result.so_far[-ROWS:],  # ours are the last
    )
    asked = {row.question for row in result.questions if not (row.early and row.quantity)}
    numbers = {
        "questions between the worst and the best": len(asked) - len(ids),
        "forecasters with fewer questions": len(result.forecasters) - len(forecasters),
        "forecasters so far": len(result.so_far) - len(excerpt_of_score.so_far),
        "rows of skill": len(result.skill) - len(excerpt_of_score.skill),
        "groups": len(result.groups) - len(groups),
        "forecasters of groups": sum(len(group.forecasters) for group in groups)
        - sum(len(group.forecasters) for group in excerpt_of_score.groups),
        "scenarios that are not scored": len(result.excluded) - len(excerpt_of_score.excluded),
    }
    left = [f"{number:,} {name}" for name, number in numbers.items() if number]
    return excerpt_of_score, f"Left out here: {', '.join(left)}." if left else ""


def by_question(rows: Sequence[QuestionScore]) -> tuple[tuple[str, ...], list[ScoredQuestion]]:
    """The columns of a table of questions, and its rows in the order of these."""
    names = tuple(sorted({row.forecaster for row in rows}, key=place))
    many = len(names) > COLUMNS
    columns = (ANALYSTS, *(name for name in OURS if name in names)) if many else names
    briers: dict[Cluster, dict[str, list[float]]] = {}
    outcomes = {}
    for row in rows:
        column = ANALYSTS if many and row.forecaster not in OURS else row.forecaster
        briers.setdefault(row.question, {}).setdefault(column, []).append(row.brier)
        outcomes[row.question] = "a set" if row.question[0] else cells.outcome_words(row.ending)
    return columns, [
        ScoredQuestion(
            id, outcomes[id], tuple(fmean(own[c]) if c in own else None for c in columns)
        )
        for id, own in briers.items()
    ]


def _ends(rows: Sequence[QuestionScore], named: str) -> list[Cluster]:
    """The questions in their order, or where they are too many the worst to the best."""
    together: dict[Cluster, list[QuestionScore]] = {}
    for row in rows:
        together.setdefault(row.question, []).append(row)
    if len(together) <= 2 * EACH:
        return list(together)
    badness = {id: _badness(own, named) for id, own in together.items()}
    ordered = sorted(together, key=lambda question: (-badness[question], question))
    return [*ordered[:EACH], *ordered[-EACH:]]


def _badness(rows: Sequence[QuestionScore], named: str) -> float:
    own = [row.brier for row in rows if row.forecaster == named]
    analysts = [row.brier for row in rows if row.forecaster not in OURS]
    return fmean(own or analysts or [row.brier for row in rows])


def _most(rows: tuple[ForecasterScore, ...], limit: int, named: str) -> tuple[ForecasterScore, ...]:
    """The named one, ours, and the analysts with the most questions, in their order."""
    first = sorted(rows, key=lambda row: (row.name not in (named, *OURS), -row.questions, row.name))
    names = {row.name for row in first[:limit]}
    return tuple(row for row in rows if row.name in names)


def document(result: Score, head: str, *, whole: bool = False) -> doc.Document:
    """The tracker's notice, and every table that has rows; unless `whole`, what one reads."""
    every = " scen score --all shows everything; --format csv and json always do."
    return (doc.Heading(1, head), *cells.notice(result.notice), *blocks(result, every, whole=whole))


def blocks(result: Score, every: str = "", *, whole: bool = False) -> doc.Document:
    """Every table that has rows; the words `every` say where what is left out can be read."""
    score, left_out = (result, "") if whole else excerpt(result)
    most = max((row.questions for row in result.forecasters), default=0)
    skilled = (skill(score) or skill_table(score),) if score.skill and most > 1 else ()
    return (
        *_lead(result, most),
        *([_forecasters(score.forecasters)] if most else []),
        *(_forecasters(group.forecasters, group.name or "no tag") for group in score.groups),
        *(
            _questions(
                rows,
                what,
                len({row.question for row in listed(result.questions, early)}),
            )
            for what, early in (("Brier by question", False), ("Brier, decided early", True))
            if (rows := listed(score.questions, early))
        ),
        *crps(score.questions),
        *_sets(score),
        *(_so_far(score, result.questions) if score.so_far else ()),
        *skilled,
        *([doc.Paragraph(score.hindsight)] if score.hindsight and most else []),
        *(doc.Paragraph(fitted_sentence(key, factor)) for key, factor in score.fitted.items()),
        *_references(score),
        *_calibration(score),
        *_excluded(score),
        *([doc.Paragraph(left_out + every)] if left_out else []),
        *([doc.Paragraph(_LEGEND)] if result.questions else []),
    )


def _lead(result: Score, most: int) -> Iterator[doc.Block]:
    """A mean with its n and coverage, beside others on common days; what waits and what is open."""
    if row := min(result.forecasters, key=lambda row: row.name != TEAM, default=None):
        beside = " and ".join(
            f"{percent(abs(by), 0)} {'below' if by > 0 else 'above'} that of {pair.against}"
            for pair in result.skill
            if (pair.forecaster, pair.alone) == (row.name, row.alone) and pair.questions > 1
            if (by := pair.skill) and pair.against in (IMPLIED, PRIOR) and not result.hindsight
        )
        n = f" on {counted(row.questions, 'question')}, over {percent(row.coverage)} of the days"
        beside = f" On common days it is {beside}." if beside else ""
        little = f" n = {most}: under {ENOUGH} questions these figures prove little."
        head = f"The Brier score of {'the team' if row.name == TEAM else row.name} is "
        tail = f"{n}: 0 is best, 1 worst.{beside}{little if most < ENOUGH else ''}"
        yield doc.Paragraph((head, _number(row.brier), tail))
    else:
        some = " that can be read" if any("withheld" in e.reason for e in result.excluded) else ""
        none = f"No resolved question{some} had a forecast to score."
        none = "No question counts yet: no horizon is past." if result.early else none
        yield doc.Paragraph(none)
    number, texts = len(result.early), []
    if days := sorted({row.until for row in result.early}):
        until = " to ".join(f"{day}" for day in dict.fromkeys((days[0], days[-1])))
        texts.append(
            f"{number} decided early {'waits' if number == 1 else 'wait'} until {until}: most of "
            "what is decided early happened, so a mean with it would reward who cries wolf."
        )
    if result.open:
        texts.append(f"{counted(result.open, 'question')} still open.")
    yield from [doc.Paragraph(" ".join(texts))] if texts else []


def fitted_sentence(key: str, fitted: FittedFactor) -> str:
    """The factor that would have served best beside the declared one, with its interval and n."""
    best, low, high = (_factor(key, v) for v in (fitted.factor, fitted.low, fitted.high))
    n = counted(fitted.questions, "question")
    if fitted.low is None:
        return f"Too few questions ({fitted.independent}) to say what {key} fits the record."
    if fitted.independent < fitted.questions:
        n += f", {fitted.independent} with each set as one"
    return (
        f"The record would have had {key} at {best} (90% {low} to {high}; {n}); yours is "
        f"{_factor(key, fitted.declared)}. It is not applied."
    )


def _references(result: Score) -> Iterator[doc.Block]:
    if both := result.prior_by_reference:
        named, others = (
            (_number(row.brier), f" on {counted(row.questions, 'question')} with") for row in both
        )
        text = ("Brier of prior: ", *named, " a reference class, ", *others, "out one.")
        yield doc.Paragraph(text)


def _factor(key: str, value: float | None) -> str:
    least, *_, most = TRIED[key]
    beyond = " or more" if value == most else " or less" if value == least > 0 else ""
    return plain(doc.Figure(value, "ratio", 2)) + beyond if value is not None else "not set"


def _forecasters(rows: Sequence[ForecasterScore], caption: str = "") -> doc.Table:
    columns: tuple[Cell[ForecasterScore], ...] = (
        (left("forecaster"), lambda row: cells.forecaster(row.name, alone=row.alone)),
        (right("n"), lambda row: doc.Figure(row.questions)),
        (right("Brier"), lambda row: _number(row.brier)),
        (right("log"), lambda row: _number(row.log_score)),
        (right("baseline"), lambda row: _number(row.baseline, 1)),
        (right("peer"), lambda row: _number(row.peer, 1)),
        (right("coverage"), lambda row: p(row.coverage)),
        (right("final"), lambda row: _number(row.final_brier)),
        (right("common"), lambda row: _number(row.common_brier)),
    )
    note = "On no day did all of the table stand: skill, below, compares pair by pair."
    note *= not caption and all(row.common_brier is None for row in rows)
    return cells.table(rows, cells.filled(rows, columns), caption=caption, note=note)


def _questions(rows: Sequence[QuestionScore], what: str, asked: int) -> doc.Table:
    """Brier by question and forecaster; one row for each pair where that does not fit."""
    names, answered = by_question(rows)
    title, caption = f"{what} (n = {asked})", ""
    if len(answered) < asked:
        title, caption = "question", f"{what}, the worst to the best of {asked:,}"
    elif ANALYSTS in names:
        return _pairs(title, ((row.question, row.forecaster, row.brier) for row in rows))
    columns: list[Cell[ScoredQuestion]] = [
        (
            left(title),
            lambda row: doc.Ref(row.question[1], None if row.question[0] else "scenario"),
        ),
        (left("outcome", meaning="state"), lambda row: row.outcome),
    ]
    columns += [(right(name), _nth(index)) for index, name in enumerate(names)]
    pairs = (
        (row.question, name, brier)
        for row in answered
        for name, brier in zip(names, row.briers, strict=True)
        if brier is not None
    )
    narrow = replace(_pairs(title, pairs), caption=caption)
    return cells.table(answered, columns, caption=caption, narrow=narrow)


def _nth(index: int) -> Callable[[ScoredQuestion], doc.Figure]:
    return lambda row: _number(row.briers[index])


def _pairs(title: str, rows: Iterable[tuple[Cluster, str, float]]) -> doc.Table:
    columns: tuple[Cell[tuple[Cluster, str, float]], ...] = (
        (left(title), lambda row: doc.Ref(row[0][1])),
        (left("forecaster"), lambda row: row[1]),
        (right("Brier"), lambda row: _number(row[2])),
    )
    return cells.table(rows, columns)


def _sets(result: Score) -> Iterator[doc.Block]:
    rows = []
    for row in result.sets:
        occurred = doc.Ref(row.occurred, "scenario"), " occurred"
        rows.append(doc.Item((doc.Ref(row.set), f": of {len(row.members)} members ", *occurred)))
    if rows:
        yield doc.Items(tuple(rows))


def _calibration(result: Score) -> Iterator[doc.Block]:
    if result.forecaster is None:
        return
    if chart := calibration(result):
        yield chart
    for row in result.decomposition:
        parts = {
            "= reliability ": row.reliability,
            " − resolution ": row.resolution,
            " + uncertainty ": row.uncertainty,
            " + residual ": row.residual,
        }
        yield lines(f"Brier of {row.forecaster} (Murphy 1973)", _sum(parts))
    for corp in result.corp:
        yield from _corp(corp)


def _sum(parts: Mapping[str, float]) -> tuple[doc.Span, ...]:
    return tuple(span for name, value in parts.items() for span in (name, _number(value, 4)))


def _corp(row: CorpDecomposition) -> Iterator[doc.Block]:
    columns: tuple[Cell[CorpStep], ...] = (
        (right("said from"), lambda step: p(step.low)),
        (right("said to"), lambda step: p(step.high)),
        (right("n"), lambda step: doc.Figure(step.n, digits=2)),
        (right("came"), lambda step: p(step.frequency)),
    )
    title = f"CORP curve of {row.forecaster}: without bins, monotone"
    yield cells.table(row.curve, columns, caption=title)
    parts = {
        " = miscalibration ": row.miscalibration,
        " − discrimination ": row.discrimination,
        " + uncertainty ": row.uncertainty,
    }
    head = f"Brier of {row.forecaster} (CORP, Dimitriadis, Gneiting & Jordan 2021)"
    yield lines(head, (_number(row.brier, 4), *_sum(parts)))


def _excluded(result: Score) -> Iterator[doc.Block]:
    if result.excluded:
        rows = tuple(
            doc.Item((doc.Ref(row.scenario, "scenario"), f": {row.reason}"))
            for row in result.excluded
        )
        yield doc.Items((doc.Item(f"Not scored: {counted(len(rows), 'scenario')}", rows),))
    if number := len(result.without_prior):
        of = counted(number, "question")
        yield doc.Paragraph(
            f"No prior was stated for {of}: implied and prior are not scored there."
        )


def _number(value: float | None, digits: int = 3) -> doc.Figure:
    return doc.Figure(value, digits=digits)


SKILL_NOTE = (
    f"The 90% interval is that of {DRAWS:,} fixed resamples of the questions, a set as one of "
    f"them; under {FEWEST} there is none."
)
_BAR, _PAIRS = 20, 12  # columns of a calibration bar, each worth 5 points, and rows of skill


def calibration(score: Score) -> Chart | None:
    """The bins and the curve of the forecaster whose calibration was asked for, if any."""
    if not score.calibration:
        return None
    curve = score.corp[0].curve if score.corp else ()
    data = Reliability(
        forecaster=score.calibration[0].forecaster,
        bins=score.calibration,
        curve=curve,
    )
    return Chart(_says(data), data, _bins(score))


def _so_far(score: Score, questions: Sequence[QuestionScore]) -> Iterator[doc.Block]:
    """The chart of scores so far; its table alone while none counts and all round to 0."""
    has_dates = any(row.quantity and row.early for row in questions)
    dates = " Dates are scored over the days up to then, whatever happened." * has_dates
    yield doc.Paragraph(_SO_FAR + dates)
    if score.forecasters or any(row.brier >= _ROUNDS_TO_0 for row in score.so_far):
        yield so_far(score)
    else:
        yield doc.Paragraph("Nothing counts yet: each of these scores rounds to 0.")
        yield so_far(score).table


def so_far(score: Score) -> Chart:
    """Brier scores so far, drawn of ours and of a few analysts."""
    rows = score.so_far[-_PAIRS:]
    pairs = tuple(
        SkillInterval(forecaster=row.forecaster, questions=row.questions, skill=row.brier)
        for row in rows
    )
    columns: tuple[Cell[ScoreSoFar], ...] = (
        (left("so far"), lambda row: row.forecaster),
        (right("n"), lambda row: doc.Figure(row.questions)),
        (right("Brier"), lambda row: _number(row.brier)),
        (right("log"), lambda row: _number(row.log_score)),
        (right("coverage"), lambda row: p(row.coverage)),
    )
    says = ", ".join(f"{row.forecaster} {row.brier:.3f}" for row in rows)
    return Chart(
        f"Brier so far, 0 is best: {says}.",
        SkillRows(pairs=pairs, is_brier=True),
        cells.table(score.so_far, cells.filled(score.so_far, columns)),
    )


def skill(score: Score) -> Chart | None:
    """Everyone against the others, each pair once; None where there is nobody to compare."""
    intervals = [pair for pair in score.skill if pair.skill is not None and not pair.alone]
    if not intervals:
        return None
    drawn: list[Skill] = []
    for pair in sorted(intervals, key=_order):
        if (pair.against, pair.forecaster) not in {(o.forecaster, o.against) for o in drawn}:
            drawn.append(pair)
    pairs = convert(drawn[:_PAIRS], tuple[SkillInterval, ...], from_attributes=True)
    return Chart(_sure(pairs), SkillRows(pairs=pairs), skill_table(score))


def _order(pair: Skill) -> tuple[bool, int, int]:
    """Those with an interval first; the team, then analysts, what is implied, the prior last."""
    order = ("team", "", "implied", "first", "prior")
    ends = (name if name in order else "" for name in (pair.forecaster, pair.against))
    first, second = (order.index(name) for name in ends)
    return pair.low is None, first, second


def _says(data: Reliability) -> str:
    """Sentence: how far the largest bin is from the diagonal."""
    largest = max(data.bins, key=lambda each: each.n)
    forecast, came = percent(largest.mean_forecast), percent(largest.frequency)
    if largest.n < 1:
        return f"Calibration of {data.forecaster}: too few questions to say anything."
    held = f"the largest of {counted(len(data.bins), 'bin')} said {forecast}, and {came} came true"
    return f"Calibration of {data.forecaster}: {held} (n = {largest.n:.1f})."


def _sure(pairs: tuple[SkillInterval, ...]) -> str:
    """Who is surely better or worse than whom."""
    first = pairs[0]
    head = f"Skill: {first.forecaster} against {first.against} {signed(first.skill, 2)}"
    if first.low is None:  # those with an interval come first
        return f"{head}; without an interval, nothing is sure."
    sure = [
        f"{pair.forecaster} {'better' if pair.low > 0 else 'worse'} than {pair.against}"
        for pair in pairs
        if pair.low is not None and pair.high is not None and (pair.low > 0 or pair.high < 0)
    ]
    return f"{head}; at 90%, {'; '.join(sure[:3]) or 'no difference is sure'}."


def _bins(score: Score) -> Table:
    about = "In the bar: | what was said, o what came, = the Wilson band."
    whose = f"calibration of {score.calibration[0].forecaster}"
    columns: tuple[Cell[CalibrationBin], ...] = (
        (left(whose), lambda row: plain(cells.band(row.low, row.high))),
        (right("n"), lambda row: Figure(row.n, digits=2)),
        (right("said"), lambda row: p(row.mean_forecast)),
        (right("came"), lambda row: p(row.frequency)),
        (right("Wilson 95%"), lambda row: plain(cells.band(row.wilson_low, row.wilson_high))),
        (left("0% to 100%", only="terminal", drop=1, about=about), _bar),
    )
    return cells.table(score.calibration, columns)


def _bar(row: CalibrationBin) -> str:
    def column(value: float) -> int:
        return min(int(value * _BAR), _BAR - 1)

    bar = ["·"] * _BAR
    low, high = column(row.wilson_low), column(row.wilson_high)
    bar[low : high + 1] = "=" * (high + 1 - low)
    bar[column(row.frequency)] = "o"
    bar[column(row.mean_forecast)] = "|"
    return "".join(bar)


def skill_table(score: Score) -> Table:
    columns: tuple[Cell[Skill], ...] = (
        (left("skill of"), lambda row: cells.forecaster(row.forecaster, alone=row.alone)),
        (left("against"), lambda row: row.against),
        (right("n"), lambda row: Figure(row.questions)),
        (right("1 − Brier ratio"), lambda row: Figure(row.skill, digits=3)),
        (right("90% from"), lambda row: Figure(row.low, digits=3)),
        (right("90% to"), lambda row: Figure(row.high, digits=3)),
    )
    shown, note = (columns[:-2], "") if score.hindsight else (columns, SKILL_NOTE)
    return cells.table(score.skill, cells.filled(score.skill, shown), note=note)
