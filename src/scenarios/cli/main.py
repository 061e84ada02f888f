"""The `scen` command: the group, its global options, and the one place that catches errors."""

import atexit
import gc
import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import Enum
from functools import partial
from typing import Annotated, Any, NamedTuple, get_args

import typer
from typer.core import TyperCommand, TyperGroup

from scenarios import __version__, extensions
from scenarios.cli.commands import GROUPS, HELP, command, extension_help
from scenarios.cli.output.streams import Run, say
from scenarios.cli.terminal import retyping
from scenarios.errors import NAMED, ScenError
from scenarios.text import did_you_mean, printable, shown

_CHOICE = re.compile(r"(?:Value error, )?'(.*)' is not one of (.*?)\.?", re.DOTALL)
# In Click's wording and in pydantic's, which newer Typers pass on
# (test_a_value_that_cannot_be_is_told_in_the_same_words_by_each_typer).
_WORDS = {
    r"(Got unexpected extra argument[^=]*)": r"\1; put quotes around a value of several words",
    r"Input should be a valid integer.*": "it must be a whole number",
    r"'.*' is not a valid integer( range)?\.?": "it must be a whole number",
    r"Input should be less than or equal to ([0-9]+)": r"\1 is the most",
    r"Input should be greater than or equal to ([0-9]+)": r"\1 is the least",
    r".* is not in the range ([0-9]+)<=x<=([0-9]+)\.?": r"\1 is the least, \2 is the most",
}


def in_our_words(message: str) -> str:
    """Return Typer's message with what was meant or what may be written; any other as it is."""
    if match := _CHOICE.fullmatch(message):
        names = re.findall("'([^']*)'", match[2])
        words = f"{shown(match[1])} is none of {', '.join(names)}"
        hint = did_you_mean(match[1], names)
        return f"{words}; {hint}" if hint else words
    for pattern, words in _WORDS.items():
        if match := re.fullmatch(pattern, message, re.DOTALL):
            return match.expand(words)
    return message


INTERRUPTED = 130
_OBJECTS = 1_000_000
"""Objects between two searches for circles of garbage, which records do not form."""
_WIDEST, _SPACE = max(map(len, HELP)), 2
"""The first column of the commands, the same in each group, and what separates it from the next."""
ClickUsageError: Any = typer.BadParameter.__base__  # Typer has no name for it, whoever ships it


class FastCoercion(NamedTuple):
    """Takes a value that is certainly right, and gives any other to Typer, for its words.

    From 0.29 on Typer builds a validator of pydantic's for each parameter: 0.1 s of a start.
    """

    typers: Callable[[], Any]

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        of, parser = param.type_descriptor.annotation, param.type_descriptor.parameter_info.parser
        is_many = param.multiple or param.nargs == -1
        if value is None:
            return () if is_many else None
        if parser and not is_many:
            with suppress(ValueError, AssertionError):
                return parser(value)
        elif of == list[str] and not isinstance(value, str):
            return [*value]
        elif value in get_args(of) or (isinstance(of, type) and isinstance(value, of)):
            return value
        elif isinstance(of, type) and issubclass(of, Enum):
            with suppress(ValueError):
                return of(value)
        return self.typers().coerce(value, param=param, ctx=ctx)


def _plain(parameters: Sequence[Any]) -> Sequence[Any]:
    """Return the parameters, which build a validator where a value needs one."""
    for parameter in parameters:
        # The name is private to Typer: where a release lacks it, commands start slower and nothing
        # fails (test_the_options_of_a_value_that_is_certainly_right_build_no_validator).
        if hasattr(parameter, "get_runtime_param"):
            coercion = FastCoercion(partial(type(parameter).get_runtime_param, parameter))
            parameter.get_runtime_param = lambda coercion=coercion: coercion
    return parameters


class _Command(TyperCommand):
    def get_params(self, ctx: Any) -> Any:
        return _plain(super().get_params(ctx))


class _Group(TyperGroup):
    """Finds each command in its file. Every expected error ends here; a bug stays a traceback."""

    def get_params(self, ctx: Any) -> Any:
        return _plain(super().get_params(ctx))

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as the group has it
        return [*HELP, *extension_help()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - as the group has it
        if cmd_name not in HELP and cmd_name not in extension_help():
            return None
        alone = typer.Typer(
            add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
        )
        alone.command(cmd_name, cls=_Command)(command(cmd_name))
        return typer.main.get_command(alone)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if (both := " ".join(args[:2])) in HELP:
            args = [both, *args[2:]]
        if args and args[0] not in HELP and not args[0].startswith("-"):
            if args[0] in (also := extension_help()):
                return super().resolve_command(ctx, args)
            if program := extensions.programs().get(args[0]):
                from scenarios.cli.extension_commands import run_program  # noqa: PLC0415 - a program alone

                raise typer.Exit(run_program(program, args[1:], ctx.params.get("database")))
            hint = did_you_mean(args[0], HELP | also) or "scen -h lists them"
            ctx.fail(f"no command {shown(args[0])}; {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - the same
        for title, commands in GROUPS.items():
            with formatter.section(title):
                room = _WIDEST - max(map(len, commands)) + _SPACE
                formatter.write_dl([*commands.items()], col_spacing=room)
        if also := extension_help():
            with formatter.section("Extensions"):
                room = max(_WIDEST - max(map(len, also)), 0) + _SPACE
                formatter.write_dl([*also.items()], col_spacing=room)

    def main(self, *arguments: Any, **options: Any) -> Any:
        try:
            return super().main(*arguments, **options)
        finally:
            for line in extensions.take_notes():
                say(line)

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            # Flushed here: at exit Python would report a full disk as an exception it ignored
            # (e6a1fa80).
            if sys.stdout:
                sys.stdout.flush()
            _end_with_1_without_every_file(ctx.obj)
        except ClickUsageError as error:
            error.message = _position_of(ctx, error) or printable(in_our_words(error.message))
            raise
        except ScenError as error:
            _say_again()
            for text in (*getattr(error, "__notes__", ()), str(error)):
                say(text)
            raise typer.Exit(error.exit_code) from None
        except (typer.Abort, KeyboardInterrupt):
            _say_again()
            say("interrupted")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:  # `scen list | head`: the reader has enough
            _print_nowhere()
            raise typer.Exit(0) from None
        except OSError as error:
            if error.filename is not None:  # not the output: a bug
                raise
            _print_nowhere()
            say(f"the output could not be written: {error.strerror}")
            raise typer.Exit(1) from None
        return result


def _position_of(ctx: Any, error: Any) -> str:
    """Where an option stands that the command does not know and `scen` does, or nothing.

    In the words of the newest Typer, which are not those of 0.24.
    """
    name = getattr(error, "option_name", None)
    for option in ctx.command.params if ctx.invoked_subcommand else ():
        if name in option.opts:
            error.possibilities = None
            typed = f"{name} {option.metavar}" if option.metavar else name
            command = f"scen {typed} {ctx.invoked_subcommand}"
            return f"No such option: {name}; it stands before the command: {command}"
    return ""


def _print_nowhere() -> None:
    """Nobody reads: what is still in the buffer must not fail again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end_with_1_without_every_file(run: Run) -> None:
    """Name the files that could not be read, where the result had no room for them."""
    if run.unreadable:
        for fault in () if run.is_led else run.unreadable[:NAMED]:
            say(run.from_database(str(fault)))
        raise typer.Exit(1)


def _say_again() -> None:
    """Nothing typed is lost."""
    if command := retyping.again():
        say(f"to resume: {command}")


app = typer.Typer(
    name="scen",
    cls=_Group,
    help="Track forecast scenarios in plain text: what moved, by how much, because of what.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"scen {__version__}")
        raise typer.Exit


@app.callback()
def scen(
    context: typer.Context,
    database: Annotated[
        str | None,
        typer.Option(
            envvar="SCEN_DATABASE", metavar="DIR", help="The folder that holds tracker.yaml."
        ),
    ] = None,
    no_pager: Annotated[
        bool, typer.Option("--no-pager", help="Never page long output (like SCEN_PAGER=cat).")
    ] = False,
    no_cache: Annotated[
        bool,
        typer.Option("--no-cache", help="Read every file, ignoring the cache (like SCEN_CACHE=0)."),
    ] = False,
    version: Annotated[  # noqa: ARG001 - its callback has answered
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_version, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    schema = (context.invoked_subcommand or "").replace(" ", "-")
    context.obj = Run(database, schema, paged=not no_pager)
    retyping.forget()
    if no_cache:
        from scenarios.storage.cache.packed import is_used  # noqa: PLC0415 - --version needs none

        token = is_used.set(False)
        context.call_on_close(lambda: is_used.reset(token))


def main() -> None:
    """Run `scen`; a character that the terminal cannot show is replaced, never an error."""
    for stream in (sys.stdout, sys.stderr):
        if stream:  # closed by `>&-`
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    # At Python's own threshold all objects are searched again and again while records are decoded
    # (4f9679bd).
    gc.set_threshold(_OBJECTS)
    atexit.register(gc.freeze)  # the search of all objects at the end takes 30 ms
    asked = os.environ.get("_SCEN_COMPLETE", "")
    if asked in ("complete_bash", "complete_zsh", "complete_fish"):
        from scenarios.cli.completion import answer  # noqa: PLC0415 - a shell alone

        answer(asked)
    else:
        app()
