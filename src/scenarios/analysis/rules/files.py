"""Rules of one file by itself, which reading it shows."""

from __future__ import annotations

from typing import Any

from scenarios.analysis.rules import consistency, findings
from scenarios.analysis.rules.rule import Rule

_WARNINGS = frozenset({"attachment-missing", "attachment-unnamed", "unknown-file"})
_TEXTS = {
    "yaml": """A file that is not YAML
        The file is not YAML, or uses more of YAML than a record needs.

        Example: an address without quotes behind `title: Note: `.
        To do: put quotes around a text that holds `: `, and indent with spaces.""",
    "encoding": """A file that is not UTF-8
        The file is not UTF-8, or it holds U+0000.

        Example: a file that an editor saved as UTF-16.
        To do: save the file as UTF-8.""",
    "byte-order-mark": """A byte order mark in a file
        The file starts with, or holds, a byte order mark (U+FEFF).

        Example: a file saved as "UTF-8 with BOM".
        To do: save it as UTF-8 without a byte order mark.""",
    "control-character": """A control character in a file
        A control character, as such or as an escape. It could act on a terminal.

        Example: `"\\a"` in a text.
        To do: remove it.""",
    "empty": """A file that holds no value
        The file holds no value: nothing, or comments alone.

        Example: a file of 0 bytes.
        To do: write the record, or delete the file.""",
    "several-documents": """More than one YAML document in a file
        A second YAML document starts in the file.

        Example: a line `---` between two sources.
        To do: write one record into one file.""",
    "too-deep": """Mappings and lists nested too deep
        Mappings and lists are nested more than 20 deep.

        Example: `[[[[…]]]]`.
        To do: write the record as its schema has it.""",
    "too-large": """A file that is too large to be read
        The file is over 1 MiB and is not read.

        Example: a report pasted into `notes`.
        To do: keep the text elsewhere and give its `url`.""",
    "anchor": """A YAML anchor: a record writes its values out
        A YAML anchor. A record is read by people and scripts, so each value is written out.

        Example: `name: &name TRT`.
        To do: write the value out in each place.""",
    "alias": """A YAML alias: a record writes its values out
        A YAML alias, which stands for a value elsewhere in the file.

        Example: `url: *name`.
        To do: write the value out, or put quotes around a text that starts with `&`, `*` or `!`.
        """,
    "tag": """A YAML tag: values have no types of their own
        A YAML tag. The schema says what type a value has.

        Example: `reliability: !!str C`.
        To do: remove the tag, or put quotes around a text that starts with `!`.""",
    "key-type": """A key that is not a text
        A key that is not a text: a number, a list, a mapping, or none.

        Example: `1: trt`.
        To do: put quotes around the key, or correct it.""",
    "duplicate-key": """One key twice in a mapping
        One key stands twice in a mapping, and only one of its values could count.

        Example: `rupture: C` and, further down, `rupture: I`.
        To do: keep one of them.""",
    "number": """A number that cannot be kept
        A number that cannot be kept: infinite, not a number, or too large.

        Example: `probability: .nan`.
        To do: write a finite number, or put quotes around a text.""",
    "type": """A value of the wrong type
        A value of another type than the schema wants.

        Example: `military-pact: "0.05"`.
        To do: write a number without quotes, and a text in quotes.""",
    "value": """A value that is not allowed
        A value that the schema does not allow.

        Example: `reliability: c`.
        To do: write one of the allowed values, which the message names.""",
    "impossible-date": """A date that is not in the calendar
        A date that is not in the calendar.

        Example: `observed: 2021-02-29`.
        To do: correct the date.""",
    "missing-key": """A key that the record needs is missing
        A key that this kind of record needs is missing.

        Example: a scenario without `horizon`.
        To do: add the key; the message shows an example.""",
    "unknown-key": """A key that this kind of record does not have
        A key that this kind of record does not have. It would be ignored without a word.

        Example: `horizn: 2030-12-31`.
        To do: correct the key; a remark goes into a comment or `notes`.""",
    "no-tracker": """A database without tracker.yaml
        The database has no tracker.yaml, and without conventions there are no figures.

        Example: a folder with scenarios alone.
        To do: write one with `scen init`.""",
    "bad-id": """A file whose name is no id of its kind of record
        The name of the file is not an id of its kind of record.

        Example: `Military_Pact.yaml`.
        To do: rename it: small letters, digits, single hyphens; a date before evidence and sheets.
        """,
    "misplaced": """A record outside the folder of its kind or year
        The record is not in the folder of its kind or year.

        Example: `evidence/2022-02-04-visit.yaml`.
        To do: move it to the folder that the message names.""",
    "unknown-file": """A file that is nearly a record, and is not read
        The file looks like a record, but only files that end in `.yaml` are read.

        Example: `military-pact.yml`.
        To do: rename it, or move it out of the database.""",
    "not-a-file": """A record's name on what is no file
        A FIFO, a socket or a device has the name of a record. It is not opened.

        Example: `mkfifo scenarios/pact.yaml`.
        To do: move it out of the database.""",
    "symlink": """A symbolic link that is not followed
        A symbolic link leads out of the database, or stands in a revision; it is not followed.

        Example: `pact.yaml -> /etc/hosts`.
        To do: put the file itself here.""",
    "unreadable": """A file or folder that cannot be read
        The file or folder cannot be read.

        Example: a file of another user with mode 600.
        To do: make it readable, or move it out of the database.""",
    "attachment-missing": """A saved copy that is not there
        The copy that evidence names under `attachment` is not there, or cannot be read.

        Example: `attachment: {file: attachments/3f9a….pdf, …}`, and no such file.
        To do: put it back, from git or from who has it; or remove the key.""",
    "attachment-changed": """A saved copy that is not what was attached
        The SHA-256 of a saved copy is not the one that the item was recorded with.

        Example: somebody saved `attachments/3f9a….pdf` anew.
        To do: put the copy back from git: `git checkout FILE`.""",
    "attachment-unnamed": """A saved copy that no item names
        A saved copy is there under its SHA-256, and no item names it.

        Example: `scen undo` of an `add-evidence --attach` was killed before it removed the copy.
        To do: remove the file: `rm FILE`.""",
}
"""By rule, its title and its text; all but `_WARNINGS` are errors."""


def _rule(id: str, text: str) -> Rule[None]:
    title, _, text = text.partition("\n")
    return Rule(id, title, "warning" if id in _WARNINGS else "error", None, text)


RULES: tuple[Rule[Any], ...] = (
    *(_rule(id, text) for id, text in _TEXTS.items()),
    consistency.INVISIBLE_CHARACTER,
)
EVERY_RULE = {rule.id: rule for rule in (*RULES, *consistency.RULES, *findings.RULES)}
