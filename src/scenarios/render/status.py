"""The status table as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scenarios.analysis.rules import Finding
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
    """One row a scenario; the members of a set stand under its name."""
    flags = _flags(findings)
    wide = width >= WIDE
    cells: list[list[str]] = []
    above: tuple[bool, str | None] = (True, None)
    for row in rows:
        ended = row.state == "resolved"
        if row.set and above != (ended, row.set):
            cells.append([f"{row.set}:"])
        above = (ended, row.set)
        cells.append(_cells(row, flags.get(row.id, []), language, wide=wide))
    headers = ["scenario", "stated", "±", "implied", "±", "evidence", "flags"]
    if wide:
        headers[5:6] = ["evidence", "indicators", "horizon"]
        headers += ["term (stated, else implied)", "title"]
    full = [line + [""] * (len(headers) - len(line)) for line in cells]
    used = sum(max(len(str(line[n])) for line in [headers, *full]) + 2 for n in range(len(headers)))
    if wide and used > width:
        spare = max(12, width - (used - max(len(line[-1]) for line in full)))
        full = [[*line[:-1], _cut(line[-1], spare)] for line in full]
    return table(full, headers, right=(1, 2, 3, 4))


def _cells(row: StatusRow, flags: list[str], language: str, *, wide: bool) -> list[str]:
    stated, implied = row.stated, row.implied
    evidence = str(row.evidence.total) + (f" (+{row.evidence.new})" if row.evidence.new else "")
    state = {"overdue": ["overdue"], "resolved": [(row.outcome or "").replace("-", " ")]}
    cells = [
        ("  " if row.set else "") + row.id,
        percent(stated.probability) if stated else "–",
        points(stated.previous, stated.probability) if stated else "",
        percent(implied.probability),
        points(implied.previous, implied.probability),
        evidence,
        ", ".join([*state.get(row.state, []), *flags]),
    ]
    if wide:
        seen = f"{row.indicators.observed}/{row.indicators.total}"
        cells[6:6] = [seen, str(row.horizon)]
        shown = stated.probability if stated else implied.probability
        cells += [estimative_term(shown, language), row.title]
    return cells


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
