"""The faults of a database, of some of its records and what refers to them, and its findings."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from shlex import quote

import msgspec

from scenarios.analysis.evidence.knowledge import dependents
from scenarios.analysis.period.period import window
from scenarios.analysis.rules.findings import findings
from scenarios.analysis.rules.rule import Finding
from scenarios.errors import Keys, Problem, UsageError, folded
from scenarios.model import Kind
from scenarios.paths import id_of, kind_of, path_of, references
from scenarios.storage.attachments import copies, digest_of
from scenarios.storage.yaml.reader import Place, places, read
from scenarios.values import indicator_key
from scenarios.workspace.opened import Opened, from_here, here


def attachment_faults(opened: Opened) -> Iterator[Problem]:
    """Of a folder; a revision's copies are not read. Each file is read once."""
    digests: dict[str, str | None] = {}
    for id, item in opened.database.evidence.items() if opened.commit is None else ():
        if item.attachment is None:
            continue
        file = item.attachment.file
        if file not in digests:
            digests[file] = digest_of(opened.root / file)
        if digests[file] == item.attachment.sha256:
            continue
        path = path_of("evidence", id)
        place = places(opened.snapshot[path])["attachment", "file"]
        at = path, place.value_line, place.value_column
        if digests[file] is None:
            message = f"{file} is not there, or cannot be read"
            hint = "put the copy back, or remove the key"
            yield Problem(*at, "attachment-missing", message, hint, "warning")
        else:
            message = f"{file} is not what was attached: its SHA-256 is another"
            yield Problem(*at, "attachment-changed", message, "put the copy back from git")
    if opened.commit is None and not any(it.severity == "error" for it in opened.problems):
        for file in copies(opened.root):  # a broken item may name any of them
            if file not in digests:
                hint = f"to remove it: rm {quote(from_here(opened.root / file))}"
                message = "no item names this copy, which a command that was killed may have left"
                yield Problem(file, 1, 1, "attachment-unnamed", message, hint, "warning")


class PlacedFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding with the line of the file that it is about; lines and columns count from 1."""

    rule: str
    subject: str
    message: str
    path: str
    line: int
    column: int

    def __str__(self) -> str:
        """`path:line:column: rule: subject: message`."""
        where = f"{self.path}:{self.line}:{self.column}"
        return f"{where}: {self.rule}: {self.subject}: {self.message}"


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """The faults, and the findings where they were asked for."""

    problems: list[Problem]
    findings: list[PlacedFinding]

    def below(self, folder: str) -> Checked:
        """The same with each path below a folder."""
        if folder == ".":
            return self
        return Checked(
            problems=[replace(p, path=f"{folder}/{p.path}") for p in self.problems],
            findings=[msgspec.structs.replace(f, path=f"{folder}/{f.path}") for f in self.findings],
        )


def check(
    opened: Opened, files: set[str] | None = None, findings_on: date | None = None
) -> Checked:
    """The faults of all files or of these, and the findings of a day; paths are the database's."""
    found = [*opened.problems, *attachment_faults(opened)]
    return Checked(
        problems=folded(p for p in sorted(found) if files is None or p.path in files),
        findings=_placed(opened, _findings(opened, findings_on)),
    )


def concerned(opened: Opened, paths: Sequence[Path]) -> set[str]:
    """The files at these paths and those that a change of them can make wrong."""
    files = {*opened.snapshot, *(problem.path for problem in opened.problems)}
    named = {_named(opened, path) for path in paths}
    if named & {"", "tracker.yaml"}:  # its conventions are everybody's
        return files
    named |= files.intersection(above for name in named for above in _up(name))
    named |= {file for file in files if not named.isdisjoint(_up(file))}
    changed = {(kind_of(file), id_of(file)) for file in named if file.endswith(".yaml")}
    about = {
        path_of(reference.kind, reference.id)
        for reference in references(opened.database)
        if (reference.of, reference.name) in changed
    }
    return named | about | {path_of(kind, id) for kind, id in _further(opened, changed)}


def _further(opened: Opened, changed: set[tuple[Kind, str]]) -> Iterator[tuple[Kind, str]]:
    """What hangs on a changed scenario without its name: its set, links, who rates it from afar."""
    scenarios = opened.database.scenarios
    ids = {id for kind, id in changed if kind == "scenario"}
    if ids:
        yield "tracker", "tracker"
    for id in dependents(opened.database, ids):
        yield "scenario", id
    for id, item in opened.database.evidence.items():
        for name, key in map(indicator_key, item.indicators):
            known = scenarios[name].indicators if name in scenarios else {}
            if key in known and not ids.isdisjoint(known[key].ratings):
                yield "evidence", id


def _named(opened: Opened, path: Path) -> str:
    """A path as the database names it; '' for the database itself or a folder above it."""
    for root, place in _spellings(here() / opened.root, here() / path):
        if root.is_relative_to(place):
            return ""
        if place.is_relative_to(root):
            name = os.fsencode(place.relative_to(root).as_posix())
            text = name.decode("utf-8", "backslashreplace")
            return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    database = from_here(opened.root)
    raise UsageError(
        f"{from_here(path)} is outside the database {database}: check one database at a time"
    )


def _spellings(root: Path, file: Path) -> Iterator[tuple[Path, Path]]:
    """Both paths as they are typed, then with links followed, all but that of the file itself."""
    yield Path(os.path.normpath(root)), Path(os.path.normpath(file))
    yield Path(os.path.realpath(root)), Path(os.path.realpath(file.parent), file.name)


def _up(path: str) -> Iterator[str]:
    """A path and the folders above it."""
    return accumulate(path.split("/"), lambda above, name: f"{above}/{name}")


def _findings(opened: Opened, on: date | None) -> tuple[Finding, ...]:
    if on is None:
        return ()
    days = timedelta(days=opened.database.tracker.review_every_days)
    return findings(window(opened.database, on - days, on))


def _placed(opened: Opened, findings: Sequence[Finding]) -> list[PlacedFinding]:
    """The findings with the lines that they are about; line 1 where the file shows none."""

    @cache
    def lines(path: str) -> Mapping[Keys, Place]:
        data = opened.snapshot.get(path, b"")
        # The tracker of a set may be missing, or no YAML at all.
        return {(): Place(1, 1, 1, 1)} if read(path, data)[1] else places(data)

    placed = []
    for finding in findings:
        path = path_of(finding.kind, finding.record)
        place = lines(path).get(finding.keys) or lines(path)[()]
        placed.append(
            PlacedFinding(
                rule=finding.rule,
                subject=finding.subject,
                message=finding.message,
                path=path,
                line=place.key_line,
                column=place.key_column,
            )
        )
    return placed
