"""What a recording command says when it is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from scenarios.cli.desk import Written
from scenarios.cli.options import Format
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.output import show, width

if TYPE_CHECKING:
    from scenarios.cli.committing import Committed


def report_written(written: Written, id: str, form: Format, text: str = "", **more: Any) -> None:
    """The paths, then `text`; in a dry run what would have changed."""
    value = {"id": id, "paths": written.paths, "dry_run": written.dry_run, **more}

    def lines() -> str:
        from scenarios.render.text import printable

        head = _changes(written) if written.dry_run else printable("\n".join(written.paths))
        nothing = "nothing to change" if not written.drafts else ""
        return "\n\n".join(part for part in (head or nothing, text) if part)

    report(value, lines, form, written.committed)


def report(
    value: dict[str, Any], text: Callable[[], str], form: Format, committed: Committed | None
) -> None:
    """The value or the text, with the commit in it; why there is none is an error after that."""
    if committed is None:
        show(value, text, form)
        return

    def lines() -> str:
        from scenarios.cli.committing import line
        from scenarios.render.text import printable

        return "\n\n".join(part for part in (text(), printable(line(committed))) if part)

    show({**value, "commit": committed.oid, "subject": committed.subject}, lines, form)
    if committed.fault:
        prompt.forget()  # it is written
        raise committed.fault


def _changes(written: Written) -> str:
    """The drafts as a unified diff."""
    from difflib import unified_diff

    from scenarios.render.text import printable

    found: list[str] = []
    for path, draft in zip(written.paths, written.drafts, strict=True):
        old = draft.old.decode().splitlines() if draft.old is not None else []
        name = path if draft.old is not None else "/dev/null"
        found += unified_diff(old, draft.new.decode().splitlines(), name, path, lineterm="")
    return "\n".join(printable(line) for line in found)


def effects_subject(
    kind: str, id: str | None = None, day: date | None = None
) -> Callable[[Written], str]:
    """Makes a commit's subject: what the item [the new one] moved on a day [when it was known]."""
    from scenarios.analysis.ledger.effects import effects
    from scenarios.cli.committing import subject
    from scenarios.render.text import percent

    def made(written: Written) -> str:
        item = id or new_id_of(written)
        on = day or written.after.database.evidence[item].recorded
        found = effects(written.before.database, written.after.database, item, on)
        moves = {
            e.scenario: (e.scenario, e.before, e.after)
            for e in found
            if e.before and e.after and percent(e.before) != percent(e.after)
        }
        return subject(f"{kind}: {item}", moves.values())

    return made


def new_id_of(written: Written) -> str:
    return written.drafts[-1].path.rpartition("/")[2].removesuffix(".yaml")


def report_effects(written: Written, id: str, day: date, form: Format) -> None:
    from scenarios.analysis.ledger.effects import effects
    from scenarios.render.documents.effects import effects_table

    found = effects(written.before.database, written.after.database, id, day)
    text = effects_table(found, width()) or "it rates no scenario yet: scen rate " + id
    report_written(written, id, form, text, effects=found)
