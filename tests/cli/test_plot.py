"""`scen plot`: a chart of one scenario or more, as a file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import scen

ARGUMENTS = ("--as-of", "2022-02-10", "--output")
WITHOUT = (
    "import sys; sys.modules['vl_convert'] = None\nfrom scenarios.cli.main import main; main()"
)


@pytest.mark.usefixtures("root")
def test_a_chart_is_written_as_svg(tmp_path: Path) -> None:
    result = scen("plot", "trade", *ARGUMENTS, "x.svg")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "scen: written: x.svg\n")
    drawn = (tmp_path / "x.svg").read_text()
    assert "Trade of 200 billion" in drawn
    assert "2022-02-07: A visit" in drawn


@pytest.mark.usefixtures("root")
def test_a_chart_is_written_as_png(tmp_path: Path) -> None:
    assert scen("plot", "trade", *ARGUMENTS, "x.PNG").exit_code == 0
    assert (tmp_path / "x.PNG").read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("root")
def test_several_stand_below_one_another_each_once(tmp_path: Path) -> None:
    assert scen("plot", "pact", "trade", "pact", *ARGUMENTS, "x.svg").exit_code == 0
    drawn = (tmp_path / "x.svg").read_text()
    assert drawn.count('class="title') == 2
    assert drawn.index("A pact</text>") < drawn.index("Trade of 200 billion</text>")


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("trade", *ARGUMENTS, "x.pdf"), 2, "--output ends in .svg or .png: x.pdf"),
        (("trade", *ARGUMENTS, "x"), 2, "--output ends in .svg or .png: x"),
        (("trad", *ARGUMENTS, "x.svg"), 1, "no scenario 'trad'; did you mean 'trade'?"),
        (
            ("trade", "--as-of", "2021-01-01", "--output", "x.svg"),
            1,
            "trade opened on 2022-01-01: nothing was asked on 2021-01-01",
        ),
        (
            ("trade", "--since", "2022-02-10", *ARGUMENTS, "x.svg"),
            1,
            "the window is empty: --since 2022-02-10 is not before 2022-02-10",
        ),
        (("trade", *ARGUMENTS, "no/x.svg"), 1, "no/x.svg: there is no folder no; make it first"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    words: tuple[str, ...], status: int, message: str, tmp_path: Path
) -> None:
    result = scen("plot", *words)
    assert (result.exit_code, result.stdout) == (status, "")
    assert result.stderr == f"scen: {message}\n"
    assert [path.name for path in tmp_path.iterdir()] == ["scenarios"]


def test_without_what_draws_it_says_how_to_get_it(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, "plot", "trade", *ARGUMENTS, "x.svg"],
        cwd=root.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    message = "scen: charts and pages need an extra: pip install 'scen[html]'\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", message)


def test_nothing_that_draws_is_imported_elsewhere(root: Path) -> None:
    code = (
        "import sys\nfrom scenarios.cli.main import app\n"
        "try: app(['status', '--as-of', '2022-02-10'])\n"
        "except SystemExit: pass\n"
        "assert not {'jinja2', 'vl_convert', 'markupsafe'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], cwd=root.parent, capture_output=True, check=True)
