"""The faults of a database, of some of its records and what refers to them, and its findings."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from functools import cache, partial
from itertools import accumulate, chain
from pathlib import Path
from shlex import quote

import msgspec

from scenarios import extensions
from scenarios.analysis.evidence.knowledge import dependents, superseders
from scenarios.analysis.period.period import window
from scenarios.analysis.rules.duplicates import clusters
from scenarios.analysis.rules.findings import findings
from scenarios.analysis.rules.rule import Finding, several
from scenarios.errors import NAMED, Fault, Keys, Problem, ScenError, UsageError, folded
from scenarios.exchange.additions import asked_extensions, file_rules, finding_rules, record_faults
from scenarios.model import Kind
from scenarios.paths import id_of, kind_of, path_of, printable_path, references
from scenarios.result import Result
from scenarios.storage import disk, journal
from scenarios.storage.attachments import copies, digest_of
from scenarios.storage.git import merging
from scenarios.storage.git import repository as git
from scenarios.storage.proposals import waiting
from scenarios.storage.yaml.reader import KeyPlace, places, read
from scenarios.values import indicator_key
from scenarios.workspace.opened import OpenDatabase, from_here, here


def attachment_faults(opened: OpenDatabase) -> Iterator[Problem]:
    """Faults of a folder's saved copies, each read once; a revision's are not read."""
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
        position = places(opened.snapshot[path])["attachment", "file"]
        location = path, position.value_line, position.value_column
        if digests[file] is None:
            message = f"{file} is not there, or cannot be read"
            hint = "put the copy back, or remove the key"
            yield Problem(*location, "attachment-missing", message, hint, "warning")
        else:
            message = f"{file} is not what was attached: its SHA-256 is another"
            yield Problem(*location, "attachment-changed", message, "put the copy back from git")
    if opened.commit is None and not any(p.severity == "error" for p in opened.problems):
        for file in copies(opened.root):  # a broken item may name any of them
            if file not in digests:
                hint = f"to remove it: rm {quote(from_here(opened.root / file))}"
                message = "no item names this copy, which a command that was killed may have left"
                yield Problem(file, 1, 1, "attachment-unnamed", message, hint, "warning")


def merged_twice(opened: OpenDatabase) -> Iterator[Problem]:
    """Items of different sides of a merge that may be one event: neither author saw the other's."""
    sides = merging.sides(opened.root, opened.commit)
    items = opened.database.evidence.items() if sides else ()
    superseded = superseders(opened.database) if sides else {}
    standing = {id: i for id, i in items if i.retracted is None and id not in superseded}
    for ids, why in clusters(standing):
        on = {id: {number for number, side in enumerate(sides) if id in side} for id in ids}
        for latest in reversed(ids):
            others = [id for id in ids if on[id] and on[latest] and not on[id] & on[latest]]
            if others:
                message = f"another side of the merge has {several(others)}: {why}"
                hint = "give both one event, or retract one"
                path = path_of("evidence", latest)
                yield Problem(path, 1, 1, "merged-twice", message, hint, "warning")
                break


def _left_by_a_kill(opened: OpenDatabase) -> Iterator[Problem]:
    for folder in disk.folders(opened.root) if opened.commit is None else ():
        for file in disk.leftovers(folder):
            path = printable_path(file.relative_to(opened.root).as_posix())
            message = "a command that was killed left this; nothing reads it"
            hint = f"the next command that records removes it, or rm {quote(from_here(file))}"
            yield Problem(path, 1, 1, "leftover", message, hint, "warning")


def half_faults(opened: OpenDatabase) -> Iterator[Problem]:
    """Files as a command killed between its files left them, in the folder or the last commit."""
    path, tip = journal.place_of(opened.root), ""
    committed: Mapping[str, bytes] = {}
    try:
        journals = [journal.left(file) for file in (path, path.with_suffix(".kept"))]
    except ScenError as error:
        yield Problem(".", 1, 1, "half-done", f"{error}")
        return
    for command in filter(None, journals):
        with suppress(ScenError):  # no repository, no git, no commit
            repository = git.repository(opened.root)
            tip = git.commit_of(repository, "HEAD")
            committed = git.snapshot(repository, tip, opened.snapshot)[0]
        message = f"a command ({command.command}) left it so that was killed between its files"
        for change in command.changes:
            at = change.path, 1, 1
            if opened.snapshot.get(change.path) != change.before:
                continue
            if change.is_after(journal.content(opened.root, change.path)):
                hint = "what was before is shown; scen undo puts it back"
                yield Problem(*at, "half-done", f"{message}, or is at work", hint)
            if committed and change.is_after(committed.get(change.path)):
                hint = f"scen undo; git add {quote(from_here(opened.root))} && git commit"
                yield Problem(
                    *at, "half-committed", f"{message}; {tip[:7]} has it", hint, "warning"
                )


def extension_faults(opened: OpenDatabase) -> Iterator[Problem]:
    """Extensions that the tracker names and that are absent or broken; faults by their rules.

    No write is refused for one: there is one rule book for reading and writing.
    """
    names = opened.database.tracker.extensions
    faults = dict(extensions.absent(names))
    for rule in file_rules(opened.database).values() if names else ():
        try:
            faulty = record_faults(rule, opened.database)
        except ScenError as error:
            faults[rule.extension] = str(error)
            continue
        for kind, record, fault in faulty:
            yield _placed_fault(opened, path_of(kind, record), fault)
    for name, reason in faults.items():
        message = f"extension '{name}': {reason}: its rules, findings and tables are left out"
        hint = f"pip install scen-{name}, if you trust who wrote it; scen extensions lists them"
        keys = "extensions", names.index(name)
        fault = Fault(keys, "value", "extension", message, hint, "warning")
        yield _placed_fault(opened, "tracker.yaml", fault)


def _placed_fault(opened: OpenDatabase, path: str, fault: Fault) -> Problem:
    lines = key_places(opened, path)
    position = lines.get(fault.keys) or lines[()]
    line, column = position.key_line, position.key_column
    if fault.at == "value":
        line, column = position.value_line, position.value_column
    return Problem(path, line, column, fault.rule, fault.message, fault.hint, fault.severity)


class PlacedFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding with the line of its file; lines and columns count from 1."""

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


class CheckResult(Result, frozen=True, kw_only=True):
    """Faults, and findings if asked for.

    `extensions` are those whose rules and findings were asked, if the tracker names any.
    """

    problems: list[Problem]
    findings: list[PlacedFinding]
    extensions: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET

    def below(self, folder: str) -> CheckResult:
        """The result with paths below a folder."""
        if folder == ".":
            return self
        return msgspec.structs.replace(
            self,
            problems=[replace(p, path=f"{folder}/{p.path}") for p in self.problems],
            findings=[msgspec.structs.replace(f, path=f"{folder}/{f.path}") for f in self.findings],
        )


def check(
    opened: OpenDatabase, files: set[str] | None = None, findings_on: date | None = None
) -> CheckResult:
    """Faults of all files or of these, and the findings of a day; paths are the database's."""
    proposals = waiting(opened.root, opened.database).problems if opened.commit is None else []
    halves = half_faults(opened) if opened.commit is None else ()
    named = [fault for fault in halves if files is None or fault.path in files][:NAMED]
    others = (attachment_faults, merged_twice, _left_by_a_kill, extension_faults)
    other_faults = (fault for faults in others for fault in faults(opened))
    problems = sorted(chain(opened.problems, named, other_faults, proposals))
    day_findings: tuple[Finding, ...] = ()
    if findings_on is not None:
        days = timedelta(days=opened.database.tracker.review_every_days)
        period = window(opened.database, findings_on - days, findings_on)
        day_findings = findings(period, also=finding_rules(opened.database))
    return CheckResult(
        problems=folded(p for p in problems if files is None or p.path in files),
        findings=_placed(opened, day_findings),
        extensions=asked_extensions(opened.database),
    )


def concerned(opened: OpenDatabase, paths: Sequence[Path]) -> set[str]:
    """The files at these paths, and those that a change of theirs can break."""
    files = {*opened.snapshot, *(problem.path for problem in opened.problems)}
    files |= {problem.path for problem in waiting(opened.root, opened.database).problems}
    named = {_path_in_database(opened, path) for path in paths}
    if named & {"", "tracker.yaml"}:  # its conventions are everybody's
        return files
    named |= files.intersection(above for name in named for above in _up(name))
    named |= {file for file in files if not named.isdisjoint(_up(file))}
    changed = {(kind_of(file), id_of(file)) for file in named if file.endswith(".yaml")}
    about = {(r.kind, r.id) for r in references(opened.database) if (r.of, r.name) in changed}
    return named | {path_of(*record) for record in (*about, *_further(opened, changed))}


def _further(opened: OpenDatabase, changed: set[tuple[Kind, str]]) -> Iterator[tuple[Kind, str]]:
    """Records that depend on a changed scenario unnamed: its set, links, distant ratings."""
    scenarios = opened.database.scenarios
    ids = {id for kind, id in changed if kind == "scenario"}
    if ids:
        yield "tracker", "tracker"
    for id in dependents(opened.database, ids):
        yield "scenario", id
    for id, item in opened.database.evidence.items():
        for name, key in map(indicator_key, item.indicators):
            indicators = scenarios[name].indicators if name in scenarios else {}
            if key in indicators and not ids.isdisjoint(indicators[key].ratings):
                yield "evidence", id


def _path_in_database(opened: OpenDatabase, path: Path) -> str:
    """A path as the database names it; '' for the database itself or a folder above it."""
    base, file = here() / opened.root, here() / path
    spellings = (  # both as typed, then with links resolved, except that of the file itself
        (Path(os.path.normpath(base)), Path(os.path.normpath(file))),
        (Path(os.path.realpath(base)), Path(os.path.realpath(file.parent), file.name)),
    )
    for root, full_path in spellings:
        if root.is_relative_to(full_path):
            return ""
        if full_path.is_relative_to(root):
            name = os.fsencode(full_path.relative_to(root).as_posix())
            return printable_path(name.decode("utf-8", "backslashreplace"))
    database = from_here(opened.root)
    raise UsageError(
        f"{from_here(path)} is outside the database {database}: check one database at a time"
    )


def _up(path: str) -> Iterator[str]:
    """A path and the folders above it."""
    return accumulate(path.split("/"), lambda above, name: f"{above}/{name}")


def _placed(opened: OpenDatabase, findings: Sequence[Finding]) -> list[PlacedFinding]:
    """The findings with their lines; line 1 where the file shows none."""
    placed, lines = [], cache(partial(key_places, opened))
    for finding in findings:
        path = path_of(finding.kind, finding.record)
        position = lines(path).get(finding.keys) or lines(path)[()]
        placed.append(
            PlacedFinding(
                rule=finding.rule,
                subject=finding.subject,
                message=finding.message,
                path=path,
                line=position.key_line,
                column=position.key_column,
            )
        )
    return placed


def key_places(opened: OpenDatabase, path: str) -> Mapping[Keys, KeyPlace]:
    """The places of a file's keys; only its top if it is missing or cannot be read."""
    data = opened.snapshot.get(path, b"")
    return {(): KeyPlace(1, 1, 1, 1)} if read(path, data)[1] else places(data)
