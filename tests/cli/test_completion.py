"""What bash, zsh and fish offer while a command is typed, in a terminal of each."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scenarios.cli.commands import HELP
from scenarios.cli.completion import answer, offers
from tests.cli.commands import DESK, SCEN, make
from tests.cli.keyboard import PATIENCE
from tests.storage.test_git import commit, run

HOSTILE = ("$(touch hacked)", "`touch hacked`", "x;touch hacked", "x'", 'x"$(touch hacked)"', "x *")
TYPED = {
    "scen expl": "scen explain",
    "scen explain pa": "scen explain pact",
    "scen show pact/": "scen show pact/talks",
    "scen rate 2022-02-04": "scen rate 2022-02-04-visit",
    "scen add-evidence X --indicator pact/talks=em": "--indicator pact/talks=emerging",
    "scen status --rev v": "scen status --rev v1-first",
    "scen list ev": "scen list evidence",
    "scen due --with": "scen due --within",
    "scen review --analyst d": "scen review --analyst desk",
}
"""What is typed, and what is on the line after a Tab."""


CODES = ("CC", "C", "N", "I", "II")
TURNOVER = ["turnover/220", "turnover/240.5", "turnover/-5"]
RATED = [f"{row}=" for row in TURNOVER]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose files, branches and indicators have hostile names too."""
    root = tmp_path / "desk" / "scenarios"
    shutil.copytree(DESK, root)
    run(root.parent, "init", "-q")
    commit(root.parent, "All")
    run(root.parent, "tag", "v1-first")
    run(root.parent, "branch", "v$(touch${IFS}hacked)")
    for name in HOSTILE:
        for place in ("", "sources/", "evidence/2022/2022-02-04-", "forecasts/2022/2022-02-07-"):
            (root / f"{place}{name}.yaml").write_text("{}")
    (root / "bait.yaml").write_text("indicators: {'$(touch hacked)': 1, '`touch hacked`': 2}\n")
    (root / "broken.yaml").write_text("indicators: [")
    make(root, {"inbox/talks.yaml": "", "inbox/visit.yaml": ""})
    os.mkfifo(root / "fifo.yaml")
    monkeypatch.chdir(root.parent)
    return root.parent


def offered(line: str) -> list[str]:
    *words, word = line.split(" ")
    return [*offers(words, word)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", [name for name in HELP if " " not in name]),
        ("inbox ", ["fetch", "accept", "dismiss"]),
        ("inbox accept t", ["talks"]),
        ("ra", ["rate"]),
        ("--da", ["--database"]),
        ("nothing ", []),
        ("status --rev", ["--rev"]),
        ("status --nothing=", []),
        ("status ", []),
        ("explain --sweep p", ["pact"]),
        ("explain -- p", ["pact"]),
        ("explain pact ", []),
        ("matrix pact t", ["ties", "trade"]),
        ("--database scenarios explain t", ["ties", "trade"]),
        ("--database=scenarios explain t", ["ties", "trade"]),
        ("--database nowhere explain t", []),
        ("--database ", []),
        ("rate 2022-02-04-visit t", ["ties=", "trade="]),
        ("rate 2022-02-04-visit tr", [f"trade={code}" for code in ("CC", "C", "N", "I", "II")]),
        ("rate 2022-02-04-visit trade=I", ["trade=I", "trade=II"]),
        ("rate x --indicator ", ["bait/", "broken/", "fifo/", "pact/", "ties/", "trade/"]),
        ("rate x --indicator p", [f"pact/talks={s}" for s in ("observed", "emerging", "reversed")]),
        ("rate x --indicator pact/talks=r", ["pact/talks=reversed"]),
        ("candidates p", ["pact/"]),
        ("candidates pact/t", ["pact/talks"]),
        ("rate x --indicator nothing/", []),
        ("show broken/", []),
        ("show fifo/", []),
        ("show k", ["kremlin"]),
        ("show 2022-02-0", ["2022-02-04-visit", "2022-02-07-desk"]),
        ("show 1999", []),
        ("history 2022", ["2022-02-04-visit"]),
        ("list --kind", []),
        ("list evidence --source=k", ["--source=kremlin"]),
        ("list s", ["scenarios", "sources"]),
        ("report --format=m", ["--format=markdown"]),
        ("matrix --set ", ["form"]),
        ("add-indicator pact x y --if-absent C", ["CC", "C"]),
        ("add-source x --reliability A", ["A"]),
        ("add-evidence X --grade B1", ["B1"]),
        ("resolve pact o", ["occurred"]),
        ("forecast pact w", ["withdraw"]),
        ("retract x --date y", ["yesterday"]),
        ("diff HEA", ["HEAD"]),
        ("new x --hazard c", ["constant"]),
        ("add-evidence X --output ", []),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_can_stand_there_is_offered(line: str, expected: list[str]) -> None:
    found = [value for value in offered(line) if not set(value) & set("$`;'\" ")]
    assert found == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("explain tu", ["turnover", *TURNOVER]),
        ("explain turnover/2", ["turnover/220", "turnover/240.5"]),
        ("plot turnover/-", ["turnover/-5"]),
        ("matrix --as-of today turnover/220 turnover/24", ["turnover/240.5"]),
        ("explain tre", ["treaty", "treaty/2023-06-30"]),
        ("forecast tu", ["turnover"]),
        ("resolve tu", ["turnover"]),
        ("rate 2022-02-04-visit tu", RATED),
        ("rate 2022-02-04-visit t", ["ties=", "trade=", "treaty/2023-06-30=", *RATED]),
        ("rate 2022-02-04-visit turnover/22", [f"turnover/220={code}" for code in CODES]),
        ("add-evidence x --rate turnover/220=I", ["turnover/220=I", "turnover/220=II"]),
        ("explain od", ["odd", "odd/5"]),
        ("explain bro", ["broken"]),
    ],
)
def test_rows_of_a_quantity_are_offered_where_they_are_read_or_rated(
    folder: Path, line: str, expected: list[str]
) -> None:
    quantity = "quantity: {{kind: {}, thresholds: {}}}\n"
    make(
        folder / "scenarios",
        {
            "turnover.yaml": quantity.format("number", "[220.0, 240.5, -5]"),
            "treaty.yaml": quantity.format("date", "[2023-06-30]"),
            "odd.yaml": quantity.format("number", "[{}, 5, [1]]"),
            "broken.yaml": "thresholds: [",
        },
    )
    assert offered(line) == expected


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_only_plain_names_are_ever_given(
    shell: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ""
    for line in (
        "scen show ",
        "scen show 2022",
        "scen show bait/",
        "scen status --rev ",
        "scen 'x",
    ):
        monkeypatch.setenv("COMP_WORDS", line.replace(" ", "\n"))
        monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
        answer(f"complete_{shell}")
        told += capsys.readouterr().out
    assert "pact" in told
    assert "v1-first" in told
    assert "touch" not in told


# -- in each shell --------------------------------------------------------------------------------


class Screen:
    """A shell in a terminal of its own."""

    def __init__(self, name: str) -> None:
        self.name = name

    def tmux(self, *words: str) -> str:
        command = ["tmux", "-L", self.name, "-f", os.devnull, *words]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    def type(self, text: str, *keys: str) -> None:
        self.tmux("send-keys", "-l", text)
        self.wait_for(text.strip())  # a Tab in what looks pasted is one
        self.tmux("send-keys", *keys)

    def wait_for(self, text: str) -> str:
        """The screen, as soon as this is on it, or after a long time without."""
        end = time.monotonic() + PATIENCE
        shown = ""
        while text not in shown and time.monotonic() < end:
            shown = self.tmux("capture-pane", "-p", "-J")
            time.sleep(0.02)
        return shown


@contextmanager
def opened(shell: str, folder: Path, home: Path) -> Iterator[Screen]:
    plain = {"bash": ["--noprofile"], "zsh": [], "fish": []}[shell]
    path = f"{Path(SCEN).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if name in ("PYTHONPATH", "LANG")}
    kept |= {"HOME": str(home), "PATH": path, "SHELL": shell, "LC_ALL": "C.UTF-8"}
    variables = [f"{name}={value}" for name, value in kept.items()]
    screen = Screen(uuid.uuid4().hex)
    command = ["env", "-i", *variables, "TERM=screen", shell, *plain, "-i"]
    size = ("-x", "150", "-y", "50", "-c", str(folder))
    screen.tmux("new-session", "-d", *size, *command)
    try:
        yield screen
    finally:
        screen.tmux("kill-server")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_tab_completes_in(shell: str, folder: Path, tmp_path: Path) -> None:
    for program in (shell, "tmux"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    home = tmp_path / "home"
    (home / ".config" / "fish").mkdir(parents=True)
    for name in (".zshrc", ".bashrc"):
        (home / name).write_text("PS1='ready $ '\n")
    prompt = "function fish_prompt; printf 'ready $ '; end\n"
    (home / ".config" / "fish" / "config.fish").write_text(prompt)
    with opened(shell, folder, home) as screen:
        screen.wait_for("ready $")
        screen.type("scen --install-completion", "Enter")
        assert "completion installed" in screen.wait_for("completion installed")
    with opened(shell, folder, home) as screen:
        screen.wait_for("ready $")
        if shell == "zsh":  # which loads Typer's script at the first Tab, and answers the second
            screen.type("source ~/.zfunc/_scen && printf 'is %d\\n' 1", "Enter")
            screen.wait_for("is 1")
        for typed, expected in TYPED.items():
            screen.type(typed, "Tab")
            assert expected in screen.wait_for(expected), typed
            screen.tmux("send-keys", "C-u")
        screen.type("scen show ", "Tab", "Tab")
        assert "kremlin" in screen.wait_for("kremlin")
    assert not [*tmp_path.rglob("hacked")]
