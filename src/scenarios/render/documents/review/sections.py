"""Sections of a review below its moves: what is new, what needs somebody, and what comes up."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from scenarios.analysis.evidence.indicators import IndicatorChange
from scenarios.analysis.forecasts import current_forecasts
from scenarios.analysis.review.deadlines import DueEntry
from scenarios.analysis.review.decisions import DECIDED
from scenarios.analysis.review.review import DatedClarification, NewEvidence
from scenarios.analysis.rules.rule import Finding
from scenarios.model import Database, EvidenceId, ScenarioId
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import one_line
from scenarios.render.document import titled
from scenarios.scales import LOWEST
from scenarios.text import counted


def clarified(changes: Sequence[DatedClarification], database: Database) -> Iterator[doc.Flat]:
    rows = (
        doc.Item(
            (cells.scenario(change.scenario, database), f": clarified on {change.date}"),
            (doc.Item(one_line(change.text)),),
        )
        for change in changes
    )
    return doc.section("Questions that were clarified", rows, anchor="questions")


def evidence(
    new: Sequence[NewEvidence], above: Collection[EvidenceId], database: Database
) -> Iterator[doc.Flat]:
    """Yield the items that no event above names, those that bear on the same scenarios together."""
    groups: dict[tuple[ScenarioId, ...], list[NewEvidence]] = {}
    for entry in new:
        if entry.id not in above:
            groups.setdefault(entry.scenarios, []).append(entry)
    rows = []
    for ids, entries in groups.items():
        on = ("On ", *cells.titles(ids, database), ":") if ids else ("On nothing yet: scen rate",)
        rows.append(doc.Item(on, tuple(_new(entry, database) for entry in entries)))
    number = sum(map(len, groups.values()))
    yield from doc.section(f"Other new evidence ({number})", rows, anchor="new-evidence")


def _new(entry: NewEvidence, database: Database) -> doc.Item:
    gone = entry.retracted
    under = (doc.Item(f"retracted on {gone.date}: {one_line(gone.reason)}"),) if gone else ()
    text = (cells.item(entry.id, database), " (", *cells.origin(entry.id, database), ")")
    return doc.Item(text, under, bullet=True)


def indicators(changes: Sequence[IndicatorChange], database: Database) -> Iterator[doc.Flat]:
    """Yield the indicators that changed state, under their scenario."""
    groups: dict[ScenarioId, list[doc.Item]] = {}
    for change in changes:
        name = cells.indicator(f"{change.scenario}/{change.indicator}", database)
        refs = tuple(cells.listed(doc.Ref(id, "evidence") for id in change.evidence))
        text = (name, f": {change.before} → {change.after}", *((" (", *refs, ")") if refs else ()))
        groups.setdefault(change.scenario, []).append(doc.Item(text, bullet=True))
    rows = (doc.Item((cells.scenario(id, database), ":"), tuple(o)) for id, o in groups.items())
    return doc.section("Indicators that changed state", rows, anchor="changed-indicators")


ANCHOR = "findings"
WORDS: dict[str, tuple[str, str]] = {
    "overdue": ("question/s past its/their horizon", "resolve"),
    "unexplained-move": ("forecast/s moved without a reason", "forecast"),
    "gap": ("forecast/s far from the evidence", "explain"),
    "implies-broken": ("scenario/s more probable than one it/they implies/imply", "explain"),
    "sum-not-one": ("set/s of figures that does/do not sum to 100%", ""),
    "past-due": ("indicator/s past its/their due day", "review"),
    "not-reviewed": ("question/s without a recent forecast", "review"),
    "unrated": ("item/s that is/are not rated", "rate"),
    "one-origin": ("move/s that rests/rest on one origin", "explain"),
    "weak-line": ("move/s that rests/rest on a weak report", "explain"),
    "off-reference": ("starting chance/s far from like cases", "explain"),
    "link-mismatch": ("starting chance/s at odds with its/their link/s", "edit"),
    "partial-row": ("item/s rated for only some of a set", "edit"),
    "possible-duplicate": ("possible duplicate/s", "show"),
    "uncorroborated": ("item/s graded as confirmed, by nothing named", "edit"),
    "grade-clash": ("contradictory grade/s", "edit"),
    "early-record": ("item/s recorded before the date in its/their address", "show"),
    "theme-ceiling": ("scenario/s where more on one theme hardly counts", "explain"),
    "one-sided": ("scenario/s where all recent reports point one way", "explain"),
    "before-opened": ("item/s from before its/their question", "edit"),
    "shared-with-prior": ("item/s that a starting chance may include already", "edit"),
    "counted-twice": ("item/s that counts/count twice", "explain"),
    "non-diagnostic": ("indicator/s that fits/fit every outcome equally", "edit"),
    "absence-sign": ("indicator/s that counts/count the same way if not seen", "edit"),
    "few-indicators": ("scenario/s with too few indicators", "add-indicator"),
}
"""For each rule, urgent ones first: words for one finding/several, and a command that helps."""
_ALONE = frozenset({"review", "check --findings"})
"""Commands that are given no id."""


def in_full(
    new: Sequence[Finding], standing: Sequence[Finding], database: Database
) -> Iterator[doc.Block]:
    """Yield each new finding under its rule, those that say the same together; count the others."""
    groups = []
    for rule, own in _by_rule(new).items():
        same: dict[str, list[Finding]] = {}
        for finding in own:
            same.setdefault(finding.message, []).append(finding)
        rows = (
            doc.Item((*_subjects(alike, database), f": {message}"), bullet=True)
            for message, alike in same.items()
        )
        first = ", the first" if own[1:] else ""
        groups.append(doc.Item(f"{rule}{first}: {command(own[0], database)}", tuple(rows)))
    if groups:
        head = doc.Heading(2, "New findings", anchor=ANCHOR)
        yield doc.CollapsedSection(head, (doc.Items(tuple(groups)),))
    if standing:
        stand = "stands" if len(standing) == 1 else "stand"
        since = f"{counted(len(standing), 'finding')} {stand} since before"
        yield doc.Paragraph(f"{since}: scen check --findings")


def fresh(new: Sequence[Finding], database: Database) -> Iterator[doc.Flat]:
    """Yield what is found since the last review and asks for no decision, by what it is about."""
    rows = []
    for rule, own in _by_rule(finding for finding in new if finding.rule not in DECIDED).items():
        about = [titled(doc.Ref(finding.subject, finding.kind), database) for finding in own]
        more = (f"; and {len(about) - cells.NAMED} more",) if about[cells.NAMED :] else ()
        named = cells.listed(about[: cells.NAMED], "; ")
        rows.append(doc.Item((_label(rule, own), ": ", *named, *more)))
    yield from doc.section("What to check", rows, anchor=ANCHOR)


def _words(rule: str) -> tuple[str, str]:
    """The words of a finding and its command; a rule of an extension has only its id."""
    return WORDS.get(rule, (f"finding/s of {rule}", "check --findings"))


def _label(rule: str, findings: Sequence[Finding]) -> str:
    forms = [word.partition("/") for word in _words(rule)[0].split()]
    words = [first for first, *_ in forms]
    if findings[1:]:
        words = [f"{word}s" if many == "s" else many or word for word, _, many in forms]
    return " ".join([str(len(findings)), *words])


def command(finding: Finding, database: Database) -> str:
    """A command about a finding, as it is typed, with the id that it takes."""
    name, id = _words(finding.rule)[1], finding.subject
    if finding.rule == "sum-not-one":
        return _summing(finding, database)
    if name in _ALONE:
        return f"scen {name}"
    if finding.rule == "partial-row" and finding.kind == "evidence":
        name = "rate"
    if name == "edit" and finding.kind == "forecasts":
        id = finding.record
    return f"scen {name} {id}"


def _summing(finding: Finding, database: Database) -> str:
    """The command that gives a set's largest figure, a forecast or a prior, what the others leave.

    One command ends it, unless that would be nothing.
    """
    ids = database.members.get(finding.subject, ())
    analyst = ""
    figures = {other: database.scenarios[other].prior.probability for other in ids}
    if finding.kind == "forecasts":
        sheet = database.sheets[finding.record]
        analyst = sheet.analyst
        own = (current_forecasts(database, other, sheet.date).get(analyst) for other in ids)
        figures = {other: f.probability for other, f in zip(ids, own, strict=True) if f}
    id = max(figures, key=lambda other: (figures[other], other))
    value = max(round(figures[id] + 1 - sum(figures.values()), 3), LOWEST)
    if analyst:
        return f"scen forecast {id} {value:g} --analyst {analyst}"
    return f"scen edit {id} prior.probability={value:g}"


def _subjects(findings: Iterable[Finding], database: Database) -> Iterator[doc.Span]:
    """Yield scenarios by their titles, what else has findings by its id."""
    subjects: Iterable[doc.Span] = (
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
    return {rule: rules[rule] for rule in (*WORDS, *rules) if rule in rules}


def due_task(entry: DueEntry, database: Database) -> tuple[doc.Span, ...]:
    """The words for a due task: an indicator, an outcome, a review, or forecasts that expire."""
    number = len(entry.scenarios)
    if entry.what == "indicator":
        owner = cells.scenario(entry.id.partition("/")[0], database)
        return cells.indicator(entry.id, database), " (", owner, ")"
    if entry.what == "horizon":
        return "outcome of ", cells.scenario(entry.id, database)
    if entry.what == "review":
        return (f"review of {counted(number, 'question')}",)
    return (f"{counted(number, 'forecast')} expire{'s' * (number == 1)}",)
