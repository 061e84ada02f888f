"""The command that records an item and rates it against each scenario."""

import shlex
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Self

import typer

from scenarios.analysis.rules.duplicates import alike, earlier_reading
from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import Format
from scenarios.cli.output.streams import say
from scenarios.cli.output.written import doubt_analyst, report_effects
from scenarios.cli.tasks import command_of
from scenarios.cli.terminal import prompt, retyping
from scenarios.cli.terminal.agreement import agreed
from scenarios.cli.terminal.questions import answer_to
from scenarios.cli.terminal.rate_across import RowAnswers, details, walk
from scenarios.errors import ScenError, UsageError
from scenarios.model import Database, EvidenceId
from scenarios.paths import path_of
from scenarios.storage.attachments import refuse_no_file
from scenarios.storage.drafts import autosaved, left
from scenarios.storage.state_folder import drop
from scenarios.workspace.opened import OpenDatabase
from scenarios.workspace.results import id_of_new
from scenarios.workspace.tasks.evidence import TASK, free_id, new_id
from scenarios.workspace.tasks.task import AnswerContext
from scenarios.workspace.write_mode import WriteMode
from scenarios.workspace.writing import check_commit

_IN_ORDER = (
    *("summary", "observed", "recorded", "analyst", "source", "url", "grade", "origin", "event"),
    *("theme", "short", "corroborated_by", "supersedes", "quote", "notes", "attachment"),
)
"""The keys of an item as the command that resumes it has them."""
_DEFAULTS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("recorded", "When we learned of it", lambda text: parsing.day(text).isoformat()),
    ("analyst", "Who judges", parsing.id),
)
"""Values that nobody is asked for, each with the question that changes it."""
_UNASKED = ("corroborated_by", "supersedes", "quote", "notes", "attachment")
"""Keys of an item that are never asked for; values given for them are shown with the rest."""


def record(context: typer.Context, options: dict[str, Any], mode: WriteMode, form: Format) -> bool:
    """Record an item, of a `proposal` if it is given; each answer is kept from the first on."""
    summary, id, attach = options["summary"], options.pop("id"), options["attachment"]
    analyst, entered = options["analyst"], options["recorded"] or parsing.today()
    answers = RowAnswers(
        parsing.scenario_ratings(options.pop("ratings") or ()),
        parsing.indicator_states(options.pop("indicators") or ()),
    )
    record: dict[str, Any] = {
        **{key: options[key] for key in _IN_ORDER},
        "recorded": entered.isoformat(),
        **{key: list(options[key] or ()) for key in ("corroborated_by", "supersedes")},
    }
    proposal = options.get("proposal")
    accepts = ["inbox", "accept", proposal.id] if proposal else []
    with saved_on_failure(context, record, answers, id, mode, form, accepts) as typed:
        asked = prompt.interactive()
        if id is not None and not id.strip():
            raise UsageError("--id is empty: leave it out, and the date and the summary make one")
        opened = open_here(context)
        if id:
            opened.refuse_taken("evidence", id, opened.database.evidence, "choose another --id")
        refuse_no_file(attach)
        if asked:
            record["analyst"] = analyst and doubt_analyst(opened.database, analyst)
            typed.note_in(opened.root)
            opened.refuse_unknown(*answers)
        first, rated, fired = dict(record), dict(answers.ratings), dict(answers.indicators)
        mode = mode._replace(read=opened.read if asked else opened)

        def ask() -> dict[str, Any]:
            for kept_now, before in zip((record, *answers), (first, rated, fired), strict=True):
                kept_now.clear()
                kept_now.update(before)
            context = AnswerContext(parsing.today(), opened, {})
            record["summary"] = answer_to(TASK.by_key["summary"], summary, context)
            if asked and mode.commit:  # before the long walk, of a path like the one to come
                path = path_of("evidence", f"{entered}-item")
                check_commit(opened.root, [path], "", dry_run=True)
            new_source = details(opened, record, proposal, asked=asked)
            readings = (
                earlier(opened.database, record) if asked and not record["supersedes"] else ()
            )
            tell_alike(opened.database, record, readings, asked=asked)
            if asked:
                typed.id = _walk(opened, record, answers, id)
            rest = {
                "grade": parsing.grade(record["grade"]) if record["grade"] else None,
                "url": _address(record["url"]),
                "id": typed.id,
                "new_source": new_source,
                "proposal": proposal,
            }
            return {**record, **answers._asdict(), **rest}

        def tried(item: dict[str, Any]) -> None:
            TASK.write(
                opened.root, item, WriteMode(dry_run=True, latest=mode.latest, read=mode.read)
            )

        written = TASK.write(opened.root, agreed(ask, tried, missing=True), mode)
    if analyst and not asked:
        doubt_analyst(written.before.database, analyst)
    report_effects(context.obj, written, id_of_new(written), parsing.day(record["recorded"]), form)
    return True


def _address(text: str | None) -> str | None:
    """Read a web address; a control character in it is refused later, as in any text."""
    return parsing.url(text) if text and text.isprintable() else text


def _walk(opened: OpenDatabase, record: dict[str, Any], answers: RowAnswers, id: str | None) -> str:
    """Rate the item across the row; its id, if none was given."""
    if id:
        prompt.noted("id", id)
    for key, question, read in _DEFAULTS:
        if record[key]:
            more = TASK.by_key[key].explanation
            record[key] = prompt.default_of(record[key], f"--{key}", question, read, more)
    for key in _UNASKED:
        for value in record[key] if isinstance(record[key], list) else [record[key]]:
            prompt.noted("attach" if key == "attachment" else key.replace("_", " "), value)
    walk(opened.database, answers, date.fromisoformat(record["recorded"]))
    check = partial(new_id, opened, record["observed"])
    more = "Its file has this name, and other records name the item by it. Enter takes the offer."
    return id or prompt.answer("Its id", check, more, free_id(opened, record), label="id")


_MOST = 3


def tell_alike(
    database: Database, record: Mapping[str, Any], readings: Collection[EvidenceId], *, asked: bool
) -> None:
    """Name items like this one; on a terminal, but for its `readings`, ask whether to record it."""
    keys = (record[key] for key in ("summary", "observed", "url", "event"))
    every = alike(database.evidence, *keys)
    duplicates = [(id, why) for id, why in every if id not in record["supersedes"]]
    lines = [
        f"{id} may be the same ({why}): {database.evidence[id].summary}"
        for id, why in duplicates[:_MOST]
        if id not in readings
    ]
    lines += [f"and {len(duplicates) - _MOST} more"] if len(duplicates) > _MOST else []
    if not duplicates:
        return
    first = duplicates[0][0]
    if not asked:
        both = "if it is, give both one event, or retract one"
        say("; ".join([*lines, both]))
        return
    if lines:
        prompt.tell("\n".join(lines))
    if not prompt.confirmed("  Record this one all the same"):
        raise ScenError(f"nothing was written; rate the one that is there: scen rate {first}")


def earlier(database: Database, record: dict[str, Any]) -> list[EvidenceId]:
    """Ask whether it replaces the earlier reading of its source; return the readings named."""
    keys = (record[key] for key in ("summary", "source", "observed", "recorded"))
    id = earlier_reading(database, *keys)
    if id is None:
        return []
    prompt.tell(f"{id} may be an earlier reading of the same: {database.evidence[id].summary}")
    if prompt.confirmed("  Let this one replace it, so that it counts no longer"):
        record["supersedes"] = [id]
    return [id]


class saved_on_failure:  # noqa: N801 - read as a word: with kept(…)
    """Nothing typed is lost: on a refusal or Ctrl-C, the command that holds it all."""

    def __init__(
        self,
        context: typer.Context,
        record: dict[str, Any],
        answers: Any,
        id: str | None,
        mode: WriteMode,
        form: Format,
        accepts: Sequence[str] = (),
    ) -> None:
        self.record, self.answers, self.id, self.accepts = record, answers, id, accepts
        self.start = context.obj.scen
        self.end = ["--dry-run"] if mode.dry_run else []
        self.end += ["--commit"] if mode.commit else []
        self.end += ["--format", form] if form != "table" else []
        self.commits_source = mode.commit and not mode.dry_run

    def __enter__(self) -> Self:
        self.notes = ExitStack()
        return self

    def note_in(self, root: Path) -> None:
        """From now on a kill loses nothing either: the command lies in the user's state folder.

        What an earlier kill left there is named, until an item of that summary is entered. A dry
        run leaves nothing.
        """
        if "--dry-run" in self.end:
            return
        before = left(root, "add-evidence")
        for path, text in before.items():
            summary, _, command = text.partition("\n")
            if self.record["summary"] is None:
                say(f"an item was left behind in {path}; to resume: {command.strip()}")
            elif self.record["summary"] == summary:
                self.notes.callback(drop, path)
        autosave = self.notes.enter_context(autosaved(root, "add-evidence"))

        def note() -> None:
            if summary := self.record["summary"]:
                autosave(f"{summary}\n{self.command()}\n")

        retyping.before_each(note)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        retyping.forget()
        self.notes.close()
        stopped = kind and issubclass(kind, (ScenError, typer.Abort, KeyboardInterrupt))
        if stopped and prompt.interactive() and self.record["summary"]:
            say("to resume: " + self.command())

    def command(self) -> str:
        """The command line that says all that was said; a new source has one of its own."""
        record = {**self.record, "id": self.id}
        summary, source = record.pop("summary"), record.pop("new_source", None)
        if self.accepts:
            record["summary"], summary = summary, None
        words = [*self.start, *(self.accepts or ["add-evidence"]), *_options(record)]
        for scenario, rating in self.answers.ratings.items():
            words += ["--rate", f"{scenario}={rating}"]
        for indicator, state in self.answers.indicators.items():
            words += ["--indicator", f"{indicator}={state}"]
        last = [*(["--"] if summary[0] == "-" else []), summary] if summary else []
        again = shlex.join([*words, *self.end, *last])
        if not source:
            return again
        source = {**source, "basis": source.get("reliability_basis"), "reliability_basis": None}
        first = [*self.start, "add-source", self.record["source"], *_options(source)]
        first += ["--commit"] if self.commits_source else []
        return f"{shlex.join(first)} && {again}"


def _options(record: dict[str, Any]) -> list[str]:
    words: list[str] = []
    for key, value in record.items():
        for item in value if isinstance(value, list) else [value]:
            option = "attach" if key == "attachment" else key.replace("_", "-")
            words += [f"--{option}", str(item)] if item else []
    return words


command = command_of(TASK, instead=record)
