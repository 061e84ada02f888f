"""The ledger of a row of a quantity with what people state beside it."""

from datetime import date

from scenarios.analysis.evidence.knowledge import known_on, state, waits_until
from scenarios.analysis.forecasts import TeamFigure
from scenarios.analysis.ledger.ledger import is_unfounded, post_mortem
from scenarios.analysis.quantities.explanation import row_on
from scenarios.analysis.review.explanation import Explanation, superseded_about
from scenarios.model import Database, ScenarioId
from scenarios.scales import decibans
from scenarios.values import owner_of


def explain_row(database: Database, row: ScenarioId, as_of: date) -> Explanation:
    """Explain a row of a quantity; it has no band, which the interval of its quantity says."""
    id = owner_of(row)
    path, on_day = database.withheld.get(id), row_on(database, row, as_of)
    book, stated = on_day.ledger.row_ledger(row), on_day.stated
    waits = waits_until(database, id, as_of) if on_day.ledger.is_date and on_day.outcome else None
    is_shown, known = path is None, known_on(database, on_day.day)
    gap = decibans(stated) - book.implied.decibans if stated is not None else None
    return Explanation(
        notice=database.tracker.notice,
        scenario=row,
        as_of=as_of,
        ledger_day=on_day.day,
        state="resolved" if on_day.outcome else state(database, id, as_of),
        outcome=on_day.outcome,
        reference=None,
        base_rate=None,
        prior=book.prior,
        lines=book.lines if is_shown else (),
        superseded=tuple(superseded_about(known, id)) if is_shown else (),
        neutral=book.neutral if is_shown else 0,
        implied=book.implied if is_shown else None,
        unfounded=is_unfounded(database.scenarios[id].prior, book),
        band=None,
        leave_one_out=None,
        stated=TeamFigure(probability=stated, analysts=on_day.analysts)
        if stated is not None and is_shown
        else None,
        gap_decibans=gap if is_shown else None,
        post_mortem=post_mortem(book, on_day.outcome) if is_shown and not waits else None,
        waits=waits,
        sweep=None,
        withheld=path,
    )
