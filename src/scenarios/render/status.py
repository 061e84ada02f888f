"""The status table as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scenarios.analysis.finding import Finding
from scenarios.analysis.status import StatusRow
from scenarios.render.text import percent, points, table
from scenarios.scales import estimative_term

WIDE = 110
"""From this many columns on the table has all its columns."""

_FLAGS = {
    "unexplained-move": "unexplained",
    "gap": "gap",
    "implies-broken": "incoherent",
    "past-due": "due",
    "not-reviewed": "stale",
}


def status_table(
    rows: Sequence[StatusRow], findings: Iterable[Finding], language: str, width: int
) -> str:
    """One row a scenario; the members of a set stand under its name, a blank line after them."""
    flags = _flags(findings)
    wide = width >= WIDE
    headers = ["scenario", "stated", "±", "implied", "±", "evidence", "flags"]
    if wide:
        headers[6:6] = ["seen", "horizon", "in words"]
        headers.append("title")
    cells: list[list[str]] = []
    above: tuple[bool, str | None] | None = None
    for row in rows:
        here = (row.state == "resolved", row.set)
        if above not in (None, here) and (row.set or (above and above[1])):
            cells.append([])
        if row.set and above != here:
            cells.append([f"{row.set}:"])
        above = here
        cells.append(_cells(row, flags.get(row.id, []), language, wide=wide))
    full = [line + [""] * (len(headers) - len(line)) for line in cells]
    widths = [max(len(line[n]) for line in [headers, *full]) for n in range(len(headers))]
    spare = width - sum(widths[:-1]) - 2 * (len(headers) - 1)
    if wide:
        full = [[*line[:-1], _cut(line[-1], max(_NARROWEST, spare))] for line in full]
    limits = [None] * (len(headers) - 1) + [None if wide else max(_NARROWEST, spare)]
    return table(full, headers, right=(1, 2, 3, 4), widths=limits)


_NARROWEST = 12


def _cells(row: StatusRow, flags: list[str], language: str, *, wide: bool) -> list[str]:
    stated, implied = row.stated, row.implied
    evidence = str(row.evidence.total) + (f" (+{row.evidence.new})" if row.evidence.new else "")
    state = {"overdue": ["overdue"], "resolved": [(row.outcome or "").replace("-", " ")]}
    cells = [
        row.id,
        percent(stated.probability) if stated else "–",
        points(stated.previous, stated.probability) if stated else "",
        percent(implied.probability),
        points(implied.previous, implied.probability),
        evidence,
    ]
    if wide:
        shown = stated.probability if stated else implied.probability
        seen = f"{row.indicators.observed}/{row.indicators.total}"
        cells += [seen, str(row.horizon), estimative_term(shown, language)]
    cells.append(", ".join([*state.get(row.state, []), *flags]))
    return [*cells, row.title] if wide else cells


def _flags(findings: Iterable[Finding]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in findings:
        flag = _FLAGS.get(finding.rule)
        scenario = finding.subject.partition("/")[0]
        if flag and flag not in found.setdefault(scenario, []):
            found[scenario].append(flag)
    return found


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
