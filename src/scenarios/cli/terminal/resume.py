"""What was typed for an item of evidence, as a command that resumes it."""

from __future__ import annotations

import shlex
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import typer

from scenarios.cli.options import Format
from scenarios.cli.output.streams import say
from scenarios.cli.terminal import prompt, retyping
from scenarios.errors import ScenError
from scenarios.workspace.how import How


class kept:  # noqa: N801 - read as a word: with kept(…)
    """Nothing typed is lost: on a refusal or Ctrl-C, the command that holds it all."""

    def __init__(
        self,
        context: typer.Context,
        record: dict[str, Any],
        answers: Any,
        id: str | None,
        how: How,
        form: Format,
    ) -> None:
        self.record, self.answers, self.id = record, answers, id
        self.start = ["scen", *(["--database", context.obj] if context.obj else [])]
        self.end = ["--dry-run"] if how.dry_run else []
        self.end += ["--commit"] if how.commit else []
        self.end += ["--format", form] if form != Format.table else []
        self.commits_source = how.commit and not how.dry_run

    def __enter__(self) -> Self:
        self.notes = ExitStack()
        return self

    def note_in(self, root: Path) -> None:
        """From now on a kill loses nothing either: the command lies in the user's state folder.

        What an earlier kill left there is told, until an item of that summary is entered.
        """
        from scenarios.storage.state.session_notes import jotted, left
        from scenarios.storage.state.state_folder import drop

        before = left(root, "add-evidence")
        for place, text in before.items():
            summary, _, command = text.partition("\n")
            if self.record["summary"] is None:
                say(f"an item was left behind in {place}; to resume: {command.strip()}")
            elif self.record["summary"] == summary:
                self.notes.callback(drop, place)
        jot = self.notes.enter_context(jotted(root, "add-evidence"))

        def note() -> None:
            if summary := self.record["summary"]:
                jot(f"{summary}\n{self.command()}\n")

        retyping.before_each(note)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        retyping.forget()
        retyping.before_each(None)
        self.notes.close()
        stopped = kind and issubclass(kind, (ScenError, typer.Abort, KeyboardInterrupt))
        if stopped and prompt.interactive() and self.record["summary"]:
            say("to resume: " + self.command())

    def command(self) -> str:
        """The command line that says all that was said; a new source has one of its own."""
        record = {**self.record, "id": self.id}
        summary, source = record.pop("summary"), record.pop("new_source", None)
        words = [*self.start, "add-evidence", *_options(record)]
        for scenario, rating in self.answers.ratings.items():
            words += ["--rate", f"{scenario}={rating}"]
        for indicator, state in self.answers.indicators.items():
            words += ["--indicator", f"{indicator}={state}"]
        said = shlex.join([*words, *self.end, *(["--"] if summary[0] == "-" else []), summary])
        if not source:
            return said
        source = {**source, "basis": source.get("reliability_basis"), "reliability_basis": None}
        first = [*self.start, "add-source", self.record["source"], *_options(source)]
        first += ["--commit"] if self.commits_source else []
        return f"{shlex.join(first)} && {said}"


def _options(record: dict[str, Any]) -> list[str]:
    words: list[str] = []
    for key, value in record.items():
        for one in value if isinstance(value, list) else [value]:
            words += [f"--{key.replace('_', '-')}", str(one)] if one else []
    return words
