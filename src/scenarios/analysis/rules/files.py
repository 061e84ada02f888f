"""Rules of one file by itself, which reading it shows."""

from __future__ import annotations

from typing import Any

from scenarios.analysis.rules import consistency, findings
from scenarios.analysis.rules.rule import Rule

ATTACHMENTS_RULES: tuple[Rule[Any], ...] = (
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


RULES: tuple[Rule[Any], ...] = (
    Rule(
        "yaml",
        "A file that is not YAML",
        "error",
        None,
        """The file is not YAML, or uses more of YAML than a record needs.

        Example: an address without quotes behind `title: Note: `.
        To do: put quotes around a text that holds `: `, and indent with spaces.
        """,
    ),
    Rule(
        "encoding",
        "A file that is not UTF-8",
        "error",
        None,
        """The file is not UTF-8, or it holds U+0000.

        Example: a file that an editor saved as UTF-16.
        To do: save the file as UTF-8.
        """,
    ),
    Rule(
        "byte-order-mark",
        "A byte order mark in a file",
        "error",
        None,
        """The file starts with, or holds, a byte order mark (U+FEFF).

        Example: a file saved as "UTF-8 with BOM".
        To do: save it as UTF-8 without a byte order mark.
        """,
    ),
    Rule(
        "control-character",
        "A control character in a file",
        "error",
        None,
        """A control character, as such or as an escape. It could act on a terminal.

        Example: `"\\a"` in a text.
        To do: remove it.
        """,
    ),
    Rule(
        "empty",
        "A file that holds no value",
        "error",
        None,
        """The file holds no value: nothing, or comments alone.

        Example: a file of 0 bytes.
        To do: write the record, or delete the file.
        """,
    ),
    Rule(
        "several-documents",
        "More than one YAML document in a file",
        "error",
        None,
        """A second YAML document starts in the file.

        Example: a line `---` between two sources.
        To do: write one record into one file.
        """,
    ),
    Rule(
        "too-deep",
        "Mappings and lists nested too deep",
        "error",
        None,
        """Mappings and lists are nested more than 20 deep.

        Example: `[[[[…]]]]`.
        To do: write the record as its schema has it.
        """,
    ),
    Rule(
        "too-large",
        "A file that is too large to be read",
        "error",
        None,
        """The file is over 1 MiB and is not read.

        Example: a report pasted into `notes`.
        To do: keep the text elsewhere and give its `url`.
        """,
    ),
    Rule(
        "anchor",
        "A YAML anchor: a record writes its values out",
        "error",
        None,
        """A YAML anchor. A record is read by people and scripts, so each value is written out.

        Example: `name: &name TRT`.
        To do: write the value out in each place.
        """,
    ),
    Rule(
        "alias",
        "A YAML alias: a record writes its values out",
        "error",
        None,
        """A YAML alias, which stands for a value elsewhere in the file.

        Example: `url: *name`.
        To do: write the value out, or put quotes around a text that starts with `&`, `*` or `!`.
        """,
    ),
    Rule(
        "tag",
        "A YAML tag: values have no types of their own",
        "error",
        None,
        """A YAML tag. The schema says what type a value has.

        Example: `reliability: !!str C`.
        To do: remove the tag, or put quotes around a text that starts with `!`.
        """,
    ),
    Rule(
        "key-type",
        "A key that is not a text",
        "error",
        None,
        """A key that is not a text: a number, a list, a mapping, or none.

        Example: `1: trt`.
        To do: put quotes around the key, or correct it.
        """,
    ),
    Rule(
        "duplicate-key",
        "One key twice in a mapping",
        "error",
        None,
        """One key stands twice in a mapping, and only one of its values could count.

        Example: `rupture: C` and, further down, `rupture: I`.
        To do: keep one of them.
        """,
    ),
    Rule(
        "number",
        "A number that cannot be kept",
        "error",
        None,
        """A number that cannot be kept: infinite, not a number, or too large.

        Example: `probability: .nan`.
        To do: write a finite number, or put quotes around a text.
        """,
    ),
    Rule(
        "type",
        "A value of the wrong type",
        "error",
        None,
        """A value of another type than the schema wants.

        Example: `military-pact: "0.05"`.
        To do: write a number without quotes, and a text in quotes.
        """,
    ),
    Rule(
        "value",
        "A value that is not allowed",
        "error",
        None,
        """A value that the schema does not allow.

        Example: `reliability: c`.
        To do: write one of the allowed values, which the message names.
        """,
    ),
    Rule(
        "impossible-date",
        "A date that is not in the calendar",
        "error",
        None,
        """A date that is not in the calendar.

        Example: `observed: 2021-02-29`.
        To do: correct the date.
        """,
    ),
    Rule(
        "missing-key",
        "A key that the record needs is missing",
        "error",
        None,
        """A key that this kind of record needs is missing.

        Example: a scenario without `horizon`.
        To do: add the key; the message shows an example.
        """,
    ),
    Rule(
        "unknown-key",
        "A key that this kind of record does not have",
        "error",
        None,
        """A key that this kind of record does not have. It would be ignored without a word.

        Example: `horizn: 2030-12-31`.
        To do: correct the key; a remark goes into a comment or `notes`.
        """,
    ),
    Rule(
        "no-tracker",
        "A database without tracker.yaml",
        "error",
        None,
        """The database has no tracker.yaml, and without conventions there are no figures.

        Example: a folder with scenarios alone.
        To do: write one with `scen init`.
        """,
    ),
    Rule(
        "bad-id",
        "A file whose name is no id of its kind of record",
        "error",
        None,
        """The name of the file is not an id of its kind of record.

        Example: `Military_Pact.yaml`.
        To do: rename it: small letters, digits, single hyphens; a date before evidence and sheets.
        """,
    ),
    Rule(
        "misplaced",
        "A record outside the folder of its kind or year",
        "error",
        None,
        """The record is not in the folder of its kind or year.

        Example: `evidence/2022-02-04-visit.yaml`.
        To do: move it to the folder that the message names.
        """,
    ),
    Rule(
        "unknown-file",
        "A file that is nearly a record, and is not read",
        "warning",
        None,
        """The file looks like a record, but only files that end in `.yaml` are read.

        Example: `military-pact.yml`.
        To do: rename it, or move it out of the database.
        """,
    ),
    Rule(
        "not-a-file",
        "A record's name on what is no file",
        "error",
        None,
        """A FIFO, a socket or a device has the name of a record. It is not opened.

        Example: `mkfifo scenarios/pact.yaml`.
        To do: move it out of the database.
        """,
    ),
    Rule(
        "symlink",
        "A symbolic link that is not followed",
        "error",
        None,
        """A symbolic link leads out of the database, or stands in a revision; it is not followed.

        Example: `pact.yaml -> /etc/hosts`.
        To do: put the file itself here.
        """,
    ),
    Rule(
        "unreadable",
        "A file or folder that cannot be read",
        "error",
        None,
        """The file or folder cannot be read.

        Example: a file of another user with mode 600.
        To do: make it readable, or move it out of the database.
        """,
    ),
    *ATTACHMENTS_RULES,
    consistency.RULE,
)


_ALL: tuple[Rule[Any], ...] = (*RULES, *consistency.RULES, *findings.RULES)
EVERY_RULE = {rule.id: rule for rule in _ALL}
