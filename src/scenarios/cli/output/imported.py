"""What an import says when it is done."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.cli.options import Format
from scenarios.cli.output.streams import say
from scenarios.cli.output.written import show_committed
from scenarios.exchange.arrivals import Misfit
from scenarios.text import printable
from scenarios.workspace.differences import differences
from scenarios.workspace.importing.faults import lines
from scenarios.workspace.importing.settings import Count, Imported
from scenarios.workspace.writing import Written

FIRST = 10
"""As many files are shown in a dry run."""
_NAMES = ("scenarios", "indicators", "evidence", "sources", "forecasts")


def tell(written: Written, result: Imported, left: Sequence[Misfit], form: Format) -> None:
    """Remarks and the rows that were left on stderr; the result, or what came in by number."""
    for remark in (*written.mended, *result.remarks):
        say(remark)
    for what, number in result.left_out.items():
        say(f"left out: {what}: {number:,}")
    for line in lines(left):
        say(f"left out: {line}")

    def text() -> str:
        first = written._replace(drafts=written.drafts[:FIRST])
        more = len(written.drafts) - FIRST
        shown = [differences(first)] if written.dry_run else []
        shown += [f"and {more:,} more files"] if written.dry_run and more > 0 else []
        return "\n\n".join(part for part in (*shown, _counted(result)) if part)

    show_committed(result, text, form, written.committed)


def _counted(result: Imported) -> str:
    """A line for each kind of which anything came."""
    rows = [(name, getattr(result, name)) for name in _NAMES]
    told = [f"{name}: {_told(count)}" for name, count in rows if count.every]
    would = " (nothing was written)" if result.dry_run else ""
    return printable("\n".join(told) or "nothing was imported") + would


def _told(count: Count) -> str:
    parts = (
        (count.added, "added"),
        (count.updated, "updated"),
        (count.unchanged, "unchanged"),
    )
    return ", ".join(f"{number:,} {what}" for number, what in parts if number)
