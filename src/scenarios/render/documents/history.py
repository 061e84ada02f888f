"""A database's history: its commits, the differences of two states, and the audit's findings."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from scenarios.analysis.changes import AuditFinding, Differences, Key, records
from scenarios.analysis.history.audit import RULES, Audit, CommitDelay
from scenarios.analysis.history.commit_log import CommitFigures, History, HistoryEntry
from scenarios.analysis.ledger.ledger_changes import Shift
from scenarios.analysis.period.probability_shifts import ScenarioShift
from scenarios.model import Database, Evidence, Kind, Record, Scenario, Source
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, left, p, right
from scenarios.render.document import change_of
from scenarios.render.documents.ledger_changes import STEPS, change_sum
from scenarios.scales import percent
from scenarios.text import counted

_BAR = 40
"""Columns of the chart, each worth 2.5 points."""
_NOUNS: dict[Kind, str] = {"evidence": "item", "forecasts": "sheet"}
_FEW = 3
"""Ids of a kind that are named; of more, the number."""


def log_document(result: History, subject: str | None, title: str | None) -> doc.Document:
    """Newest first; of a scenario, which has a title, its figures over time before that."""
    if not result.entries:
        subject_name = "it" if subject else "the database"
        if not result.earlier:
            return (doc.Paragraph(f"No commit changed {subject_name}."),)
        earlier = counted(result.earlier, "earlier one")
        return (doc.Paragraph(f"No commit in that time changed {subject_name}; {earlier} did."),)
    blocks: list[doc.Block] = [doc.Items(tuple(_entries(result, figures=title is None)))]
    if subject and title:
        head = doc.Heading(1, (doc.Ref(subject, "scenario"), f": {title}"))
        blocks = [head, _figures(result, subject), *blocks]
    if result.earlier:
        earlier = counted(result.earlier, "earlier commit")
        blocks.append(doc.Paragraph(f"{earlier}: --limit 0 tells all"))
    return tuple(blocks)


def _figures(result: History, subject: str) -> doc.Table:
    about = "s stated, i implied, x both, on the day of the newest record"
    columns: tuple[Cell[tuple[date | None, CommitFigures]], ...] = (
        (left("as of", "as_of"), lambda row: str(row[0])),
        (right("stated"), lambda row: p(row[1].stated)),
        (right("implied"), lambda row: p(row[1].implied)),
        (
            left(f"0%{'100%':>{_BAR - 2}}", only="terminal", drop=1, about=about),
            lambda row: _bar(row[1]),
        ),
    )
    rows = (
        (entry.as_of, figures)
        for entry in result.entries
        for figures in [
            figures_of_entry
            for figures_of_entry in entry.figures
            if figures_of_entry.scenario == subject
        ][:1]
        if figures.implied is not None
    )
    return cells.table(rows, columns)


def _bar(figures: CommitFigures) -> str:
    bar = ["·"] * _BAR
    for sign, value in (("i", figures.implied), ("s", figures.stated)):
        if value is not None:
            position = min(int(value * _BAR), _BAR - 1)
            bar[position] = sign if bar[position] == "·" else "x"
    return "".join(bar)


def _entries(result: History, *, figures: bool) -> Iterator[doc.Item]:
    for entry in result.entries:
        commit = entry.commit
        head = f"{commit.authored} {commit.id[:7]} ({commit.author}) {commit.subject}"
        yield doc.Item(head, tuple(map(doc.Item, _effects(entry, figures=figures))))


def _effects(entry: HistoryEntry, *, figures: bool) -> Iterator[doc.Text]:
    if changes := _changed_records(entry.what):
        yield changes
    if entry.left_out:
        yield f"{counted(entry.left_out, 'file')} of it cannot be read"
    for figure in entry.figures if figures else ():
        stated = ("stated ", p(figure.stated), ", ") if figure.stated is not None else ()
        implied: tuple[doc.Span, ...] = ("implied ", p(figure.implied))
        if figure.implied is None:
            implied = (cells.WITHHELD if figure.withheld else "gone",)
        yield (doc.Ref(figure.scenario, "scenario"), ": ", *stated, *implied)


def _changed_records(differences: Differences) -> str:
    """Records that came, went and changed: by name where there are few."""
    changed = list(dict.fromkeys((change.kind, change.record) for change in differences.changed))
    renamed = [(rename.kind, f"{rename.from_} → {rename.to}") for rename in differences.renamed]
    parts = []
    signs = {"+": differences.added, "-": differences.removed, ">": renamed, "~": changed}
    for sign, keys in signs.items():
        ids: dict[Kind, list[str]] = {}
        for kind, id in keys:
            ids.setdefault(kind, []).append(id)
        parts += [f"{sign} {_counted_ids(kind, own)}" for kind, own in ids.items()]
    return "; ".join(parts)


def _counted_ids(kind: Kind, ids: list[str]) -> str:
    noun = _NOUNS.get(kind, kind) + "s" * (len(ids) > 1)
    if len(ids) > _FEW:
        return f"{len(ids)} {noun}"
    return noun if kind == "tracker" else f"{noun} {', '.join(ids)}"


def diff_document(
    head: str,
    before: Database,
    after: Database,
    differences: Differences,
    shifts: Sequence[ScenarioShift],
    *,
    every: bool = False,
) -> doc.Document:
    """A summary, records field by field, then the shifts with the lines behind them.

    With `every`, small lines are shown too.
    """
    summary = doc.Paragraph(_summary(differences, len(shifts)))
    blocks: list[doc.Block] = [doc.Heading(1, head), summary]
    if not differences:
        return tuple(blocks)
    blocks.append(doc.Items(tuple(_record_items(before, after, differences))))
    for shift in shifts:
        owner = after if shift.scenario in after.scenarios else before
        blocks += _shift(owner, shift, every=every)
    if not shifts:
        of_kind = " of a question with a yes or a no" * bool(after.quantities)
        blocks.append(doc.Paragraph(f"No figure{of_kind} differs."))
    return tuple(blocks)


def _summary(differences: Differences, number_shifted: int) -> str:
    if not differences:
        return "No record differs."
    changed = {(change.kind, change.record) for change in differences.changed}
    named = ("added", "removed", "unreadable", "renamed")
    counts = {word: len(getattr(differences, word)) for word in named} | {"changed": len(changed)}
    numbers = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
    shifted = f" {counted(number_shifted, 'scenario')} shifted." if number_shifted else ""
    return f"Records: {numbers}.{shifted}"


def _record_items(
    before: Database, after: Database, differences: Differences
) -> Iterator[doc.Item]:
    for sign, key, text in _differing(before, after, differences):
        fields = (
            doc.Item(cells.field_words(change))
            for change in (differences.changed if sign == "~" else ())
            if (change.kind, change.record) == key
        )
        yield doc.Item(text, tuple(fields), f"{sign} {key[0].replace('forecasts', 'sheet'):<8}")


def _differing(
    before: Database, after: Database, differences: Differences
) -> Iterator[tuple[str, Key, str]]:
    for key in differences.added:
        yield "+", key, _entry(after, key)
    for key in differences.removed:
        yield "-", key, _entry(before, key)
    for key in differences.unreadable:
        yield "?", key, f"{_entry(before, key)} (cannot be read any more)"
    for rename in differences.renamed:
        yield ">", (rename.kind, rename.to), f"{rename.from_} → {rename.to}"
    for key in dict.fromkeys((change.kind, change.record) for change in differences.changed):
        yield "~", key, _entry(after, key)


def _entry(database: Database, key: Key) -> str:
    words = _words(database, records(database, key[0])[key[1]])
    return f"{key[1]}{words}" if key[0] != "tracker" else f"tracker{words}"


def _words(database: Database, record: Record) -> str:
    if isinstance(record, Evidence):
        return f" ({record.grade(database.sources)}): {record.summary}"
    if isinstance(record, Scenario):
        return f": {record.title}"
    return f" ({record.reliability}): {record.name}" if isinstance(record, Source) else ""


def _shift(owner: Database, shift: ScenarioShift, *, every: bool) -> Iterator[doc.Block]:
    title = owner.scenarios[shift.scenario].title
    bits = doc.Figure(shift.movement_bits, "bits")
    yield doc.Heading(3, (doc.Ref(shift.scenario, "scenario"), f": {title} (", bits, " bits)"))
    facts = [doc.Fact("implied", _step(shift.implied))]
    if shift.stated:
        facts.insert(0, doc.Fact("stated", _step(shift.stated)))
    if shift.outcome:
        facts.append(doc.Fact("outcome", cells.outcome_words(shift.outcome)))
    yield doc.Facts(tuple(facts))
    steps = {name: getattr(shift, name) for name in STEPS if name != "restated"}
    yield from change_sum(shift.lines, steps, owner, shift.scenario, every=every)


def _step(shift: Shift) -> doc.Text:
    if shift.from_ is None or shift.to is None:
        return p(shift.from_), " → ", p(shift.to)
    return change_of(shift.from_, shift.to)


_PROVES = (
    "Git proves what each commit holds and which came before which. It does not prove dates: an "
    "author's date can be set, and history can be rewritten before it is shared. Signed commits, "
    "and the times at which a remote received them, help."
)

_MANY, _LISTED = 4, 5
"""Similar findings from which on they are one entry; commits that are named."""
_SPECIFIC = re.compile(r"^\S+: |: .*$|\(?\d[\d-]*\)?|(?<=outcome of )\S+")
"""Ids, dates and numbers in a message."""


def audit_document(
    result: Audit, pending: Sequence[AuditFinding] = (), *, every: bool = False
) -> doc.Document:
    """Findings by rule, then by commit; then those not committed, and the limits of an audit.

    Like changes of one person on one day are one entry, unless `every` one is wanted.
    """
    if not result.commits:
        return (doc.Paragraph("No commit changed the database: there is nothing to audit."),)
    first, last = result.first, result.last
    days = f"{first} to {last}" if first != last else f"all on {first}"
    blocks: list[doc.Block] = [
        doc.Paragraph(f"{counted(result.commits, 'commit')} that changed the database, {days}."),
        *map(doc.Paragraph, _at_once(result)),
        *map(doc.Paragraph, _elsewhere(result)),
        *map(doc.Paragraph, _accepted(result)),
        *map(doc.Paragraph, _decided(result)),
    ]
    is_folded = False
    for rule in RULES:
        own = [finding for finding in result.findings if finding.rule == rule.id]
        if own:
            heading = doc.Heading(2, f"{rule.title} ({len(own):,})")
            alike = [] if every else list(_alike(own))
            folded = {id(finding) for group in alike for finding in group}
            rest = [finding for finding in own if id(finding) not in folded]
            blocks += [heading, doc.Items((*map(_folded_item, alike), *_by_commit(rest)))]
            is_folded = is_folded or bool(alike)
    if is_folded:
        blocks.append(doc.Paragraph("Like findings are listed once: --all lists each."))
    if pending:
        rows = (doc.Item(f"{f.record}: {f.message}", bullet=True) for f in pending)
        blocks += [doc.Heading(2, f"Not committed yet ({len(pending)})"), doc.Items(tuple(rows))]
    if not result.findings and not pending:
        blocks.append(doc.Paragraph("Nothing to report."))
    return (*blocks, doc.Items(tuple(doc.Item(text, bullet=True) for text in _limits(result))))


def _at_once(result: Audit) -> Iterator[str]:
    """Days on which records came long after their own dates, and whether that was all of them."""
    total = sum(day.records for day in result.entered)
    late = [day for day in result.entered if day.backdated]
    least = min((day.least_days for day in late), default=0)
    is_all = sum(day.backdated for day in late) == total > 1
    if is_all and (late[-1].date - late[0].date).days < least:
        yield _entered(f"All {total}", late) + ": entered at once, after the fact."
        return
    for day in late:
        yield _entered(f"{day.backdated} of {total}", [day]) + "."


def _elsewhere(result: Audit) -> Iterator[str]:
    for system in result.elsewhere:
        named = [commit[:7] for commit in system.commits[:_LISTED]]
        more = (
            [f"{len(system.commits) - _LISTED:,} more commits"] if system.commits[_LISTED:] else []
        )
        records = counted(system.records, "record has", "records have")
        yield f"{records} an id of {system.system}, since {', '.join([*named, *more])}."


def _accepted(result: Audit) -> Iterator[str]:
    """Yield what was proposed by each feed, store, agent or person, and who accepted it."""
    for row in result.accepted:
        parts = (counted(row.evidence, "item"), counted(row.forecasts, "forecast"))
        number = " and ".join(phrase for phrase in parts if not phrase.startswith("0 "))
        by = row.accepted_by or "nobody who is named"
        yield f"{number} proposed by {row.proposed_by}, accepted by {by}."


def _decided(result: Audit) -> Iterator[str]:
    """Yield how many of each proposer's decided proposals were accepted, and the share of many."""
    for row in result.decided:
        few = "too few for a share" if row.share is None else percent(row.share)
        total = counted(row.accepted + row.dismissed, "decided proposal")
        yield f"{row.proposed_by}: {row.accepted} of {total} accepted, {few}."


def _entered(which: str, days: Sequence[CommitDelay]) -> str:
    first, last = days[0].date, days[-1].date
    when = f"on {first}" if first == last else f"from {first} to {last}"
    least, most = min(day.least_days for day in days), max(day.most_days for day in days)
    late = f"{least} to {most}" if least != most else f"{most}"
    return (
        f"{which} dated records (evidence, sheets) were committed {when}, {late} days after their "
        "own dates"
    )


def _alike(findings: Sequence[AuditFinding]) -> Iterator[list[AuditFinding]]:
    groups: dict[tuple[object, ...], list[AuditFinding]] = {}
    for finding in findings:
        key = (finding.date, finding.author, finding.kind, _shape(finding.message))
        groups.setdefault(key, []).append(finding)
    yield from (group for group in groups.values() if len(group) >= _MANY)


def _shape(message: str) -> str:
    change, arrow, rest = message.partition(" → ")
    if arrow:
        changed = "" if ": " in change else change.split()[0]
        message = f"{changed} changed{rest[rest.find(',') :]}"
    return _SPECIFIC.sub("", message)


def _folded_item(group: Sequence[AuditFinding]) -> doc.Item:
    first = group[0]
    records = counted(len({finding.record for finding in group}), "record")
    commits = counted(len({finding.commit for finding in group}), "commit")
    head = f"{first.date} {first.author}: {len(group):,} alike, in {records} and {commits}"
    example = f"such as {first.record} in {first.commit[:7]}: {first.message}"
    return doc.Item(head, (doc.Item(example, bullet=True),))


def _by_commit(findings: list[AuditFinding]) -> Iterator[doc.Item]:
    commits: dict[str, list[AuditFinding]] = {}
    for finding in findings:
        commits.setdefault(finding.commit, []).append(finding)
    for commit, group in commits.items():
        alike: dict[str, list[str]] = {}
        for finding in group:
            alike.setdefault(finding.message, []).append(finding.record)
        under = (
            doc.Item(f"{', '.join(records)}: {message}", bullet=True)
            for message, records in alike.items()
        )
        yield doc.Item(f"{commit[:7]} {group[0].date} {group[0].author}", tuple(under))


def _limits(result: Audit) -> Iterator[str]:
    yield _PROVES
    if result.lumped:
        which = ", ".join(commit[:7] for commit in result.lumped)
        yield (
            f"{counted(len(result.lumped), 'commit')} with records of many days (a squash or an "
            f"import): {which}. The order inside one, and what it swallowed, cannot be seen."
        )
    if result.beyond:
        which = ", ".join(commit[:7] for commit in result.beyond)
        yield f"This clone ends at {which}: who brought what is there, and when, cannot be seen."
    if result.left_out:
        yield f"{counted(result.left_out, 'changed file')} could not be read and were not judged."
