"""What a recording command says when it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from scenarios.cli.desk import Written, show
from scenarios.cli.options import Format
from scenarios.cli.terminal import prompt

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
