"""What is refused leaves every byte: texts that act, broken files, full disks, missing rights.

Other refusals are in tests/transcripts/refused, and what is no value in test_typed_values.py.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.commands import FILES, changes, make, scen, tree

NOBODY = 65534
VISIT = "2022-02-04-visit"
DINNER = "2022-02-07-a-dinner"
NEW = ("new", "x", "--title", "T", "--question", "Q?", "--criteria", "C.", "--prior", "0.1",
       "--basis", "B.", "--opened", "2022-01-01", "--horizon", "2030-12-31")  # fmt: skip
INDICATOR = ("add-indicator", "pact", "x", "It is seen", "--rate", "pact=C")
SOURCE = ("add-source", "x", "--name", "N", "--reliability", "C")
EVIDENCE = ("add-evidence", "A dinner", "--recorded", "2022-02-07", "--rate", "trade=C")
RATE = ("rate", VISIT, "trade=I")
RETRACT = ("retract", VISIT, "--reason", "No.")
FORECAST = ("forecast", "pact", "0.2", "--analyst", "desk", "--date", "2022-02-07")
RESOLVE = ("resolve", "trade", "occurred", "--basis", "So.", "--recorded", "2024-01-15")
EACH = (NEW, INDICATOR, SOURCE, EVIDENCE, RATE, RETRACT, FORECAST, RESOLVE)


def refused(folder: Path, *words: str) -> str:
    """What a command says that is refused and leaves every byte below the folder alone."""
    before = tree(folder)
    made = scen(*words)
    assert (made.exit_code, made.stdout, changes(before, tree(folder))) == (1, "", {})
    return made.stderr


TEXTS: dict[str, tuple[str, ...]] = {
    "summary": ("add-evidence",),
    "notes": (*EVIDENCE, "--notes"),
    "quote": (*EVIDENCE, "--quote"),
    "url": (*EVIDENCE, "--url"),
    "analyst": (*EVIDENCE, "--analyst"),
    "title": (*NEW, "--title"),
    "question": (*NEW, "--question"),
    "resolution_criteria": (*NEW, "--criteria"),
    "prior.basis": (*NEW, "--basis"),
    "tags": (*NEW, "--tag"),
    "indicators.x.statement": ("add-indicator", "pact", "x", "--rate", "pact=C"),
    "indicators.x.watch": (*INDICATOR, "--watch"),
    "name": ("add-source", "x", "--reliability", "C", "--name"),
    "reliability_basis": (*SOURCE, "--basis"),
    "retracted.reason": ("retract", VISIT, "--reason"),
    "rationales.pact": (*FORECAST, "--rationale"),
    "resolution.basis": (*RESOLVE, "--basis"),
}
ESCAPE = ("red \x1b[31malert", r"the control character '\x1b'")


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        *((name, *ESCAPE) for name in TEXTS),
        *(("summary", f"a{sign}b", f"the control character {sign!a}")
          for sign in "\x00\x07\x08\x7f\x9b"),
        ("summary", "byte \udcff", "a byte that is not UTF-8"),
        ("summary", "half \ud83d", "a byte that is not UTF-8"),
    ],
)  # fmt: skip
def test_no_text_holds_what_acts_on_a_terminal(root: Path, name: str, text: str, what: str) -> None:
    message = f"scen: nothing was written: '{name}' holds {what}: remove it\n"
    assert refused(root.parent, *TEXTS[name], text) == message
    assert refused(root.parent, *TEXTS[name], text, "--dry-run") == message


def test_a_text_has_a_length(root: Path) -> None:
    for name, most in (("summary", 500), ("notes", 10_000)):
        message = f"'{name}' has {most + 1} characters; at most {most} are allowed\n"
        assert refused(root, *TEXTS[name], "x" * (most + 1)).endswith(message)
    assert scen(*NEW[:1], "x" * 80, *NEW[2:]).exit_code == 0
    assert refused(root, "--database", "x" * 5000, *EVIDENCE).endswith("x: File name too long\n")
    assert refused(root, "init", "x" * 300).endswith("File name too long; nothing was written\n")


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
        (root / f"evidence/2022/{VISIT}.yaml").write_bytes(data)
        head = f"scen: evidence '{VISIT}' is invalid; fix it first: scenarios/evidence/2022/{VISIT}"
        assert refused(root.parent, *RATE).startswith(head)


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A small disk of its own, and the folder of this process on it."""
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a tmpfs")
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir("/")
        subprocess.run(["umount", str(folder)], check=True)


def remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


def test_on_a_full_disk_nothing_is_written(root: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with mounted(disk, "size=64k"):
        shutil.copytree(root, disk / "scenarios")
        subprocess.run(["dd", "if=/dev/zero", "of=filler"], capture_output=True, check=False)
        for words in (*EACH, ("init", "new")):
            said = refused(disk, *words)
            assert said.endswith("No space left on device; nothing was written\n")


def test_a_database_that_is_begun_on_a_disk_that_fills_up_can_be_begun_again(
    tmp_path: Path,
) -> None:
    with mounted(tmp_path, "size=24k"):
        assert scen("init").stderr.endswith("No space left on device; nothing was written\n")
        assert "scenarios/tracker.yaml" not in tree(tmp_path)
        remount(tmp_path, "size=256k")
        assert scen("init").exit_code == 0


def test_on_a_read_only_disk_nothing_is_written(root: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with mounted(disk, "size=256k"):
        shutil.copytree(root, disk / "scenarios")
        remount(disk, "ro")
        for words in (*EACH, ("init", "new")):
            assert scen(*words, "--dry-run").exit_code == 0
            said = refused(disk, *words)
            assert said.endswith("Read-only file system; nothing was written\n")


@pytest.fixture
def plain_root() -> Iterator[Path]:
    """A database of a user who is not root, where that user can reach it."""
    folder = Path(tempfile.mkdtemp(dir=tempfile.gettempdir()))
    root = make(folder / "scenarios", FILES)
    places = [folder, *folder.rglob("*")]
    if os.geteuid() == 0:
        for place in places:
            os.chown(place, NOBODY, NOBODY)
    yield root
    for place in places:
        place.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def without_privileges() -> Iterator[None]:
    """Mode bits bind everyone but root, so root becomes nobody meanwhile."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


BLOCKED = "unreadable: Permission denied (make it readable, or move it out of the database)"


@pytest.mark.parametrize(
    ("place", "mode", "said"),
    [
        (".", 0o000, "cannot read the database at scenarios: Permission denied"),
        (".", 0o300, "cannot read the database at scenarios: Permission denied"),
        ("tracker.yaml", 0o000,
         f"tracker.yaml is invalid; fix it first: scenarios/tracker.yaml:1:1: {BLOCKED}"),
        ("evidence/2022", 0o500,
         f"scenarios/evidence/2022/{DINNER}.yaml: Permission denied; nothing was written"),
        ("trade.yaml", 0o000,
         f"scenario 'trade' is invalid; fix it first: scenarios/trade.yaml:1:1: {BLOCKED}"),
    ],
)  # fmt: skip
def test_what_may_not_be_read_or_written_is_said(
    plain_root: Path, monkeypatch: pytest.MonkeyPatch, place: str, mode: int, said: str
) -> None:
    monkeypatch.chdir(plain_root.parent)
    words = ("--database", "scenarios", *EVIDENCE)
    assert scen(*words, "--dry-run").exit_code == 0  # and all is imported that root alone may read
    scen(*words[:2], "rate", "none", "pact=C")
    before = tree(plain_root)
    (plain_root / place).chmod(mode)
    with without_privileges():
        made = scen(*words)
    (plain_root / place).chmod(0o755)
    assert (made.exit_code, made.stderr) == (1, f"scen: {said}\n")
    assert changes(before, tree(plain_root)) == {}
