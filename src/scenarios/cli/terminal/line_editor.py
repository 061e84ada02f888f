"""A line with completion, history and paste, by prompt_toolkit; imported on a terminal alone."""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import completion_is_selected
from prompt_toolkit.input import create_input
from prompt_toolkit.input.typeahead import clear_typeahead
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import create_output
from prompt_toolkit.selection import SelectionState, SelectionType

from scenarios.cli.terminal.retyping import BACK
from scenarios.text import printable
from scenarios.workspace.input.offers import Offer, matching

if sys.platform != "win32":
    import termios

_MOST = 50
"""Words offered at once."""
_MENU = 6
"""The lines of the menu: with a question above it, it fits on a small screen."""


def edited(prompt: str, before: str, offers: Sequence[Offer], is_refused: bool) -> str:
    """The line as it was left with Enter; pasted lines are part of it.

    What was refused is selected: a key replaces it, an arrow goes into it.
    """
    session = _session()

    def begin() -> None:
        buffer = session.default_buffer
        if offers and not before:
            buffer.start_completion(select_first=False)
        if before and is_refused:
            buffer.selection_state = SelectionState(0, SelectionType.CHARACTERS)
            buffer.selection_state.enter_shift_mode()

    with _stopped_cleanly():
        line = session.prompt(
            prompt,
            default=before,
            completer=OfferCompleter(offers),
            reserve_space_for_menu=_MENU if offers else 0,
            pre_run=begin,
        )
    return line.strip()


def drop_typed_ahead() -> None:
    clear_typeahead(_session().input)
    if sys.platform != "win32":
        termios.tcflush(sys.stdin, termios.TCIFLUSH)


class OfferCompleter(Completer):
    def __init__(self, offers: Sequence[Offer]) -> None:
        self.offers = offers

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002 - as the library has it
    ) -> Iterator[Completion]:
        text = document.text_before_cursor
        for word, title in matching(text, self.offers)[:_MOST]:
            title_text = " ".join(printable(title).split())
            yield Completion(word, -len(text), display=printable(word), display_meta=title_text)


@cache
def _session() -> PromptSession[str]:
    """One for all questions, so that what was typed ahead is not lost between two of them.

    The terminal is not asked where its cursor is: it might answer when nobody listens any more.
    """
    os.environ["PROMPT_TOOLKIT_NO_CPR"] = "1"
    keys = KeyBindings()

    @keys.add("s-tab", filter=~completion_is_selected)
    def _back(event: KeyPressEvent) -> None:
        event.app.exit(result=BACK)

    @keys.add("c-u")
    def _clear(event: KeyPressEvent) -> None:  # also what is selected
        event.current_buffer.reset()

    @keys.add(Keys.BracketedPaste)
    def _paste(event: KeyPressEvent) -> None:
        lines = event.data.replace("\t", " ").splitlines()
        event.current_buffer.cut_selection()
        event.current_buffer.insert_text("\n".join(lines))

    return PromptSession(
        key_bindings=keys,
        input=create_input(sys.stdin),
        output=create_output(sys.stderr),
        enable_suspend=True,
        complete_while_typing=True,
    )


@contextmanager
def _stopped_cleanly() -> Iterator[None]:
    """A signal that ends the command leaves the terminal as it was."""

    def stop(number: int, _frame: Any) -> None:
        raise SystemExit(-number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except SystemExit as end:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), -int(str(end.code)))
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
