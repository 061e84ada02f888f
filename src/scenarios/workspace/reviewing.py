"""The review of a window, with what was reported before; it is kept until a file changes."""

from typing import Any, NamedTuple

import msgspec

from scenarios.analysis.period.period import PreviousFigures, Window
from scenarios.analysis.review.restated import as_reported
from scenarios.analysis.review.review import Review, review
from scenarios.exchange.additions import asked_extensions, finding_rules
from scenarios.model import ScenarioId
from scenarios.storage.git import repository as git
from scenarios.workspace.afterwards import changed_afterwards, compared, reported_figures
from scenarios.workspace.opened import OpenDatabase
from scenarios.workspace.remembered import remembered_each, remembered_whole


class ReviewResult(NamedTuple):
    """A review with its window, and a remark if its history is not available."""

    window: Window
    review: Review
    remark: str | None = None


def reviewed(
    opened: OpenDatabase, period: Window, repository: git.Repository | None, *, audited: bool = True
) -> ReviewResult:
    """The review of a window; in a repository beside the figures reported then.

    Without a repository, a commit, or git, these are left out; findings unless `audited`.
    The window is one of `span` with bands: a review of the same days, files and commits is kept.
    """
    days = period.since, period.as_of
    commits = compared(opened, repository, *days) if repository else None
    also = finding_rules(opened.database) if audited else ()

    def look_back() -> tuple[Review, dict[ScenarioId, PreviousFigures]]:
        changed = None
        if repository and commits:
            changed = changed_afterwards(opened, repository, *days, period.odds, commits)
        with remembered_each(opened, "clusters", list[Any], period.odds.clusters):
            if changed is None:
                return review(period, audited=audited, also=also), {}
            reported = reported_figures(*changed, days[0])
            looked_back = as_reported(period, reported, changed[0].figures)
            return review(period, *changed, looked_back, audited=audited, also=also), reported

    if also:  # their code may change between two commands
        result, reported = look_back()
    else:
        result, reported = remembered_whole(
            *(opened, "review", f"{days} {commits} {audited}"),
            tuple[Review, dict[ScenarioId, PreviousFigures]],
            look_back,
        )
    if audited:
        result = msgspec.structs.replace(result, extensions=asked_extensions(opened.database))
    is_unseen = repository and not result.restated and git.is_shallow(repository)
    rows = result.restated.figures if result.restated else ()
    return ReviewResult(
        as_reported(period, reported, rows), result, _SHALLOW if is_unseen else None
    )


_SHALLOW = "this clone is shallow: what was printed before is not seen; git fetch --unshallow"
