"""What a check finds of the saved copies that evidence names; who reads the files finds it."""

from __future__ import annotations

from typing import Any

from scenarios.analysis.rules.rule import Rule

RULES: tuple[Rule[Any], ...] = (
    Rule(
        "attachment-missing",
        "A saved copy that is not there",
        "warning",
        None,
        """The copy that evidence names under `attachment` is not there, or cannot be read.

        Example: `attachment: {file: attachments/3f9a….pdf, …}`, and no such file.
        To do: put it back, from git or from who has it; or remove the key.
        """,
    ),
    Rule(
        "attachment-changed",
        "A saved copy that is not what was attached",
        "error",
        None,
        """The SHA-256 of a saved copy is not the one that the item was recorded with.

        Example: somebody saved `attachments/3f9a….pdf` anew.
        To do: put the copy back from git: `git checkout FILE`.
        """,
    ),
    Rule(
        "attachment-unnamed",
        "A saved copy that no item names",
        "warning",
        None,
        """A saved copy is there under its SHA-256, and no item names it.

        Example: `scen undo` of an `add-evidence --attach` was killed before it removed the copy.
        To do: remove the file: `rm FILE`.
        """,
    ),
)
