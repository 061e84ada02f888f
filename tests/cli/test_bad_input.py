"""What is refused leaves every byte: texts that act, broken files, full disks.

Other refusals are in tests/transcripts/refused, and what is no value in test_typed_values.py.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.commands import EACH, changes, scen, tree
from tests.storage.system import mounted

NEW, INDICATOR, SOURCE, EVIDENCE, RATE, RETRACT, FORECAST, RESOLVE = EACH
VISIT = "evidence/2022/2022-02-04-visit.yaml"


def refused(folder: Path, *words: str) -> str:
    """What a command says that is refused and leaves every byte below the folder alone."""
    before = tree(folder)
    made = scen(*words)
    assert (made.exit_code, made.stdout, changes(before, tree(folder))) == (1, "", {})
    return made.stderr


TEXTS = {
    "summary": ("add-evidence",),
    **{key: (*EVIDENCE, f"--{key}") for key in ("notes", "quote", "url", "analyst")},
    **{key: (*NEW, f"--{key}") for key in ("title", "question")},
    "resolution_criteria": (*NEW, "--criteria"),
    "prior.basis": (*NEW, "--basis"),
    "tags": (*NEW, "--tag"),
    "indicators.x.statement": ("add-indicator", "pact", "x", "--rate", "pact=C"),
    "indicators.x.watch": (*INDICATOR, "--watch"),
    "name": (*SOURCE, "--name"),
    "reliability_basis": (*SOURCE, "--basis"),
    "retracted.reason": (*RETRACT, "--reason"),
    "rationales.pact": (*FORECAST, "--rationale"),
    "resolution.basis": (*RESOLVE, "--basis"),
}
"""The text that a command ends with, and its key in the record."""


def test_no_text_holds_what_acts_on_a_terminal(root: Path) -> None:
    no_text = "a byte that is not UTF-8"
    for text, what in (
        *((f"a{sign}b", f"the control character {sign!a}") for sign in "\x00\x07\x08\x1b\x7f\x9b"),
        *(("byte \udcff", no_text), ("half \ud83d", no_text)),
    ):
        for key in TEXTS if "\x1b" in text else ("summary",):
            said = f"scen: nothing was written: '{key}' holds {what}: remove it\n"
            assert refused(root.parent, *TEXTS[key], text) == said
            assert refused(root.parent, *TEXTS[key], text, "--dry-run") == said


BROKEN = (
    b"title: [\n", b"nope: 1\n", b"title:\n\t- x\n", b"\xef\xbb\xbftitle: T\n", b"title: \x00\n",
    b"title: \xe9\n", b"title: a\ntitle: b\n", b"title: &a b\n", b"title: !!str b\n",
    b"title: a\n---\ntitle: b\n", b"", b"[" * 500 + b"]" * 500, b"#" * (2 << 20),
    b"opened: 2022-02-30\n", b"<<<<<<< HEAD\ntitle: a\n=======\ntitle: b\n>>>>>>> other\n",
)  # fmt: skip


def test_a_broken_file_elsewhere_never_prevents_a_sound_record(root: Path) -> None:
    broken = ("ties.yaml", "evidence/2022/2022-02-05-x.yaml", "forecasts/2022/2022-02-05-a.yaml",
              "sources/y.yaml", "nowhere/x.yaml", "Bad Name.yaml")  # fmt: skip
    for number, data in enumerate(BROKEN):
        for path in (f"sources/s{number}.yaml", broken[number % len(broken)]):
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_bytes(data)
    for words in EACH:
        before = tree(root)
        made = scen(*words)
        assert (made.exit_code, len(changes(before, tree(root)))) == (0, 1), made.stderr


def test_a_broken_record_is_not_edited_whatever_is_wrong_with_it(root: Path) -> None:
    for data in BROKEN:
        (root / VISIT).write_bytes(data)
        head = f"scen: evidence '{Path(VISIT).stem}' is invalid; fix it first: scenarios/{VISIT}"
        assert refused(root.parent, *RATE).startswith(head)


@pytest.mark.parametrize("fault", ["No space left on device", "Read-only file system"])
def test_on_a_disk_that_takes_nothing_nothing_is_written(
    root: Path, tmp_path: Path, fault: str
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with mounted(disk, "size=64k"):
        shutil.copytree(root, disk / "scenarios")
        if fault[0] == "R":
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        else:
            dd = ["dd", "if=/dev/zero", f"of={disk}/filler"]
            subprocess.run(dd, capture_output=True, check=False)
        for words in (*EACH, ("init", str(disk / "new"))):
            assert scen("--database", str(disk), *words, "--dry-run").exit_code == 0
            said = refused(disk, "--database", str(disk), *words)
            assert said.endswith(f"{fault}; nothing was written\n")


def test_a_database_that_is_begun_on_a_disk_that_fills_up_can_be_begun_again(
    tmp_path: Path,
) -> None:
    with mounted(tmp_path, "size=24k"):
        said = scen("init", str(tmp_path)).stderr
        assert said.endswith("No space left on device; nothing was written\n")
        assert "scenarios/tracker.yaml" not in tree(tmp_path)
        subprocess.run(["mount", "-o", "remount,size=256k", tmp_path], check=True)
        assert scen("init", str(tmp_path)).exit_code == 0
