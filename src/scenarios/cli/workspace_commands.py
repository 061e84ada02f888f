"""Commands of extensions that are given a workspace: their options, result and changes."""

import inspect
from collections.abc import Callable, Collection, Sequence
from typing import Annotated, Any, get_args

import msgspec
import typer

from scenarios import Workspace
from scenarios.cli import parsing
from scenarios.cli.opening import Since, Until, reading, span
from scenarios.cli.options import (
    HOW,
    TABLE,
    Analyst,
    AsOf,
    Form,
    Format,
    Output,
    Rev,
    Shown,
    Timeout,
)
from scenarios.cli.output.result import show
from scenarios.cli.output.streams import say, width
from scenarios.cli.output.written import doubt_analyst, report, report_proposed
from scenarios.errors import Problem, UsageError
from scenarios.exchange.answer import SECONDS
from scenarios.extensions import Addition, guarded
from scenarios.model import Database
from scenarios.render.document import Block
from scenarios.render.writers import terminal
from scenarios.workspace.exchange.exporting import opened_trackers
from scenarios.workspace.inbox import ProposedEntries
from scenarios.workspace.results import AcceptResult
from scenarios.workspace.write_mode import CommitFields
from scenarios.workspace.writing import WriteResult

_VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_ACROSS = Annotated[
    str | None, "--across FILE", "Search for the trackers of a file, a folder a line."
]
_SHARED: dict[str, tuple[Any, Any]] = {
    "since": (Since, None),
    "until": (Until, None),
    "across": (_ACROSS, None),
    "timeout": (Timeout, SECONDS),
    "analyst": (Analyst, None),
    "as_of": (AsOf, None),
    "rev": (Rev, None),
    **{name: (Annotated[bool, f"--{name.replace('_', '-')}", words], False) for name, words in HOW},
}
"""The options that a command has by the name of a parameter alone, each with its default."""


class CommandWorkspace(Workspace):
    """A workspace that leaves it to the command to report the last change, `written`.

    So the report has its paths even where git refused the commit.
    """

    written: WriteResult | None = None

    def record_items(
        self, *arguments: Any, analyst: str | None = None, **more: Any
    ) -> AcceptResult:
        """Record items, after a question or a remark about an analyst who is new."""
        try:
            analyst = analyst and doubt_analyst(self.database, analyst)
        except typer.Abort:  # which the guard of the extension would take for a fault of its code
            raise KeyboardInterrupt from None
        return super().record_items(*arguments, analyst=analyst, **more)

    def _reread(self, written: WriteResult) -> None:
        self.written = written
        if not written.dry_run:
            self._opened = self._read()


def command_of(addition: Addition, writes: Sequence[str]) -> Callable[..., None]:
    """The command: the function's own options, then --format and --output.

    With one of the options that `writes` names it records something.
    """
    run = addition.load()
    with guarded(addition.owner, addition.name):
        _, *parameters = inspect.signature(run, eval_str=True).parameters.values()
        if any(parameter.kind in _VARIABLE for parameter in parameters):
            raise TypeError("a command names its options: no *arguments, no **options")
    bare = {each.name for each in parameters if not hasattr(each.annotation, "__metadata__")}

    def command(context: typer.Context, form: Form, output: Any, **options: Any) -> None:
        shared = {name: options[name] for name in bare & options.keys()}
        if asked := [name for name in writes if options[name]]:
            if len(asked) > 1 or shared.get("rev") or output or form not in get_args(Format):
                raise UsageError(_alone(writes))
            context.obj.schema = f"{addition.name}-{asked[0]}".replace("_", "-")
        options |= _days(bare, shared)
        source, unread = _opened(context, shared.get("across"), shared.get("rev"))
        answer = addition.call(tuple, source, **options)
        written = source.written if isinstance(source, CommandWorkspace) else None
        with guarded(addition.owner, addition.name):
            result, document, *remarks = answer
            _refuse_unfit(result, document)
            if written and not isinstance(result, CommitFields):
                raise TypeError("it wrote, and returned another result than the method that wrote")
        faults = [remark for remark in remarks if isinstance(remark, Problem)]
        context.obj.unreadable = (*context.obj.unreadable, *unread, *faults)
        for remark in remarks:
            if remark not in faults:
                say(str(remark))
        if written is None:
            show(context.obj, result, lambda: document, form, output)
        elif isinstance(result, ProposedEntries):
            report_proposed(context.obj, written, result, form)
        else:
            report(context.obj, written, result, form, terminal.write(document, width()))

    own = [_option(each, bare) for each in parameters if each.name not in bare & {"today"}]
    keyword = inspect.Parameter.KEYWORD_ONLY
    every = [
        inspect.Parameter("context", keyword, annotation=typer.Context),
        *own,
        inspect.Parameter("form", keyword, default=TABLE, annotation=Shown),
        inspect.Parameter("output", keyword, default=None, annotation=Output),
    ]
    command.__doc__ = inspect.getdoc(run)
    command.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
    return command


def _opened(
    context: typer.Context, across: str | None, rev: str | None
) -> tuple[CommandWorkspace | dict[str, Database], list[Problem]]:
    """The workspace, or the databases of a file by tracker, with those that cannot be read."""
    if across:
        trackers, unread = opened_trackers(across)
        return {id: opened.database for id, opened in trackers.items()}, unread
    opened = reading(context, rev)
    return CommandWorkspace(opened.root, rev, opened), []


def _refuse_unfit(result: Any, document: Any) -> None:
    msgspec.json.encode(result)
    if wrong := [block for block in document if not isinstance(block, get_args(Block))]:
        raise TypeError(f"{type(wrong[0]).__name__} is no block of a document")


def _option(parameter: inspect.Parameter, bare: Collection[str]) -> inspect.Parameter:
    """The parameter as an option: one that has a name alone is that of scen."""
    if parameter.name not in bare & _SHARED.keys():
        return parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
    annotation, default = _SHARED[parameter.name]
    default = default if parameter.default is inspect.Parameter.empty else parameter.default
    return inspect.Parameter(
        parameter.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


def _days(bare: Collection[str], shared: dict[str, Any]) -> dict[str, Any]:
    """The days of those parameters, read: `7d` counts from --as-of, which is today by default."""
    today = parsing.today()
    day = shared.get("as_of") or today
    first, last = span(shared.get("since"), shared.get("until"), day)
    days = {"today": today, "as_of": day, "since": first, "until": last}
    return {name: days[name] for name in days.keys() & bare}


def _alone(writes: Sequence[str]) -> str:
    """The words for an option that writes, with another one or in a format that nobody can read."""
    flags = " and ".join(f"--{name.replace('_', '-')}" for name in writes)
    who = (
        f"{flags} write, each alone: they take" if len(writes) > 1 else f"{flags} writes: it takes"
    )
    return f"{who} no --rev, --output, or format but table, json"
