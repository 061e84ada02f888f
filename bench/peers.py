"""Programs of others, and the items of a database as entries that they read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

import yaml
from databases import FIRST, Shape

from scenarios.storage.schema import schema_text

MOST = 10_000
"""Items that task and check-jsonschema are given: more is too many for a command line, or a day."""
Entry = dict[str, object]


def program(name: str) -> str | None:
    """Where a program is, beside this Python or on the path."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name)


def _fixed(*words: str) -> Callable[[Path, Shape], list[str] | None]:
    return lambda *_: [*words] if program(words[0]) else None


def _task(_: Path, shape: Shape) -> list[str] | None:
    words = ["task", "rc.data.location=tasks", "rc.confirmation=no", "list"]
    return words if program("task") and shape.items <= MOST else None


def _check(folder: Path, shape: Shape) -> list[str] | None:
    files = sorted(folder.glob("scenarios/evidence/*/*.yaml"))
    words = ["check-jsonschema", "--schemafile", "evidence.schema.json"]
    words += [str(path.relative_to(folder)) for path in files]
    return words if program(words[0]) and shape.items <= MOST else None


PEERS: Mapping[str, Callable[[Path, Shape], list[str] | None]] = MappingProxyType(
    {
        "ledger": _fixed("ledger", "-f", "entries.ledger", "bal"),
        "hledger": _fixed("hledger", "-f", "entries.ledger", "bal"),
        "bean-query": _fixed(
            "bean-query", "entries.beancount", "SELECT account, sum(position) GROUP BY account"
        ),
        "task": _task,
        "git status": _fixed("git", "status", "--porcelain"),
        "git log -p": _fixed("git", "log", "-p", "--", "scenarios"),
        "check-jsonschema": _check,
    }
)
"""Each peer by its name: the words of its command, none where it is not installed."""


def write_entries(folder: Path, shape: Shape) -> None:
    """Write the items as transactions and tasks, and the schema that their files follow."""
    (folder / "evidence.schema.json").write_bytes(schema_text("evidence"))
    paths = sorted(folder.glob("scenarios/evidence/*/*.yaml"))
    items = [yaml.load(path.read_text(), yaml.CSafeLoader) for path in paths]
    with (folder / "entries.ledger").open("w") as journal:
        journal.writelines(map(_transaction, items))
    with (folder / "entries.beancount").open("w") as journal:
        accounts = ["Equity:Desk", *(f"Expenses:Scenario-{n}" for n in range(shape.scenarios))]
        journal.writelines(f"{FIRST} open {account}\n" for account in accounts)
        journal.writelines(map(_directive, items))
    if _task(folder, shape):
        (folder / "tasks").mkdir()
        words = ["task", "rc.data.location=tasks", "rc.confirmation=no", "import", "-"]
        text = json.dumps([_as_task(item) for item in items])
        environment = {**os.environ, "TASKRC": os.devnull}
        subprocess.run(
            words,
            cwd=folder,
            env=environment,
            input=text,
            text=True,
            check=True,
            capture_output=True,
        )


def _tags(item: Entry) -> dict[str, object]:
    return {k: v for k, v in item.items() if k not in ("summary", "recorded", "ratings")}


def _postings(item: Entry) -> dict[str, str]:
    """A commodity for each scenario that is rated: a code, or LR for any likelihood ratio."""
    ratings = item["ratings"]
    assert isinstance(ratings, dict)
    return {id: rating if isinstance(rating, str) else "LR" for id, rating in ratings.items()}


def _transaction(item: Entry) -> str:
    """An item for ledger and hledger: its ratings are postings, its other fields tags."""
    tags = "".join(f"    ; {key}: {value}\n" for key, value in _tags(item).items())
    postings = "".join(f"    evidence:{id}  1 {code}\n" for id, code in _postings(item).items())
    return f"{item['recorded']} {item['summary']}\n{tags}{postings}    desk\n\n"


def _directive(item: Entry) -> str:
    """The same for beancount."""
    tags = "".join(f'  {key}: "{value}"\n' for key, value in _tags(item).items())
    postings = "".join(
        f"  Expenses:{id.capitalize()}  1 {code}\n" for id, code in _postings(item).items()
    )
    return f'{item["recorded"]} * "{item["summary"]}"\n{tags}{postings}  Equity:Desk\n\n'


def _as_task(item: Entry) -> Entry:
    recorded = item["recorded"]
    assert isinstance(recorded, date)
    entry = f"{recorded:%Y%m%d}T000000Z"
    notes = [{"entry": entry, "description": str(item[key])} for key in ("notes", "url")]
    return {
        "description": item["summary"],
        "entry": entry,
        "annotations": notes,
        "project": item["source"],
        "tags": [str(item.get("theme", "none"))],
    }
