"""`scen report`: as Markdown, into a file, and on a terminal with its pager."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import FILES, changes, make, process, scen, tree
from tests.render.gfm import Rendered
from tests.render.terminal import shown

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
WEEK = ("--as-of", "2022-02-28")
MARKDOWN = ("report", "--as-of", "2022-02-07", "--format", "markdown")
TREND = re.compile("[▁▂▃▄▅▆▇█]{2}")
VISIT = "evidence/2022/2022-02-04-visit.yaml"


def shipped(*words: str) -> str:
    made = scen("--database", str(ROOT), *words)
    assert (made.exit_code, made.stderr) == (0, "")
    return made.stdout


# -- markdown -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "day"), [("2022-02-28", "2022-02-28"), ("quiet", "2022-03-28")])
def test_the_page_stays_as_it_is(
    name: str, day: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(ROOT)
    golden = GOLDEN / f"report-{name}.md"
    printed = shipped("report", "--no-restate", "--as-of", day, "--format", "markdown")
    if request.config.getoption("renew"):
        golden.write_text(printed)
    assert printed == golden.read_text()


def test_the_page_says_what_the_text_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page = Rendered(shipped("report", "--no-restate", *WEEK, "--format", "markdown")).text
    text = shipped("report", "--no-restate", *WEEK)
    figures = re.findall(r"[−+]?\d[\d.]*(?:%| dB| points)", text)
    assert len(figures) > 100
    assert [figure for figure in figures if figure.removesuffix(" dB") not in page] == []
    headings = re.findall(r"\n(.+)\n-{4,}\n", text)
    assert len(headings) == 8
    assert [heading for heading in headings if f" {heading} " not in page] == []


def test_every_file_that_it_links_to_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "docs")
    links = Rendered(shipped("report", "--no-restate", *WEEK, "--format", "markdown")).links
    files = {link for link in links if not link.startswith("https://")}
    assert "../scenarios/evidence/2022/2022-02-24-full-scale-attack.yaml" in files
    assert [file for file in files if not Path(file).is_file()] == []
    assert len(set(links) - files) == 2


def test_it_is_the_same_on_any_day(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = scen(*MARKDOWN).stdout
    monkeypatch.setattr("scenarios.cli.parsing.today", lambda: pytest.fail("the calendar is read"))
    assert scen(*MARKDOWN).stdout == printed
    assert root.is_dir()


@pytest.mark.usefixtures("root")
def test_before_the_first_scenario_it_says_so() -> None:
    printed = scen("report", "--as-of", "2021-12-01", "--format", "markdown").stdout
    assert printed.startswith(
        "# Alignment: review of 2021-12-01, since 2021-11-24\n\n## Status\n\n"
        "no scenario had opened by 2021-12-01: the first opens on 2022-01-01\n\n"
    )


def test_the_page_says_what_was_left_out_of_it(root: Path) -> None:
    (root / "broken.yaml").write_text("title: [\n")
    made = scen(*MARKDOWN)
    assert "\n\n1 file could not be read and is left out.\n\n## Status\n" in made.stdout
    for form, around in (("table", ("\n\n", "\n\n")), ("html", ("<p><bdi>", "</bdi></p>"))):
        printed = scen("report", "--format", form).stdout
        assert "1 file could not be read and is left out.".join(around) in printed


# -- --output -------------------------------------------------------------------------------------


def written(folder: Path, *words: str) -> dict[str, str | None]:
    """What a report that is written changes; it says so on stderr alone."""
    before = tree(folder)
    made = scen(*MARKDOWN, "--output", *words)
    assert (made.exit_code, made.stdout) == (0, "")
    assert made.stderr == f"scen: written: {words[0]}\n"
    return changes(before, tree(folder))


def refused(folder: Path, output: str) -> str:
    before = tree(folder)
    made = scen(*MARKDOWN, "--output", output)
    assert (made.exit_code, made.stdout) == (1, "")
    assert changes(before, tree(folder)) == {}
    return made.stderr


def test_a_file_has_what_would_be_printed(root: Path) -> None:
    printed = scen(*MARKDOWN).stdout
    assert f"](scenarios/{VISIT})" in printed
    assert written(root.parent, "review.md") == {"review.md": printed}


def test_links_lead_from_where_the_file_lies(root: Path) -> None:
    (root.parent / "wiki" / "weekly").mkdir(parents=True)
    made = written(root.parent, "wiki/weekly/review.md")["wiki/weekly/review.md"]
    assert made is not None
    assert f"](../../scenarios/{VISIT})" in made


def test_a_report_takes_the_place_of_an_older_one_and_keeps_its_mode(root: Path) -> None:
    old = root.parent / "review.md"
    old.write_text("An older one.\n")
    old.chmod(0o640)
    assert [*written(root.parent, "review.md")] == ["review.md"]
    assert old.stat().st_mode & 0o777 == 0o640
    assert written(root.parent, "review.md") == {}


def test_a_file_that_would_hurt_is_refused(root: Path) -> None:
    folder = root.parent
    (folder / "elsewhere.md").write_text("Kept.\n")
    (folder / "link.md").symlink_to("elsewhere.md")
    os.mkfifo(folder / "pipe.md")
    assert refused(folder, "link.md") == (
        f"scen: link.md: is a link to {folder / 'elsewhere.md'}; name that, or remove the link\n"
    )
    assert refused(folder, "none/review.md") == (
        "scen: none/review.md: there is no folder none; make it first\n"
    )
    assert (
        refused(folder, "scenarios")
        == "scen: scenarios: exists and is not a regular file; name one\n"
    )
    assert (
        refused(folder, "pipe.md") == "scen: pipe.md: exists and is not a regular file; name one\n"
    )
    assert refused(folder, "scenarios/pact.yaml") == (
        "scen: scenarios/pact.yaml: a YAML file may be a record: name the document another way\n"
    )
    assert "may be a record" in refused(folder, "review.YML")
    assert refused(folder, "x" * 300 + ".md").endswith("File name too long; nothing was written\n")


@pytest.mark.parametrize("form", ["table", "json", "csv", "html"])
def test_any_format_goes_into_a_file(root: Path, form: str) -> None:
    words = ("report", "--as-of", "2022-02-07", "--format", form)
    before = tree(root.parent)
    assert scen(*words, "--output", "review.txt").stdout == ""
    assert changes(before, tree(root.parent)) == {"review.txt": scen(*words).stdout}


# -- on a terminal --------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make(tmp_path / "scenarios", FILES)
    return tmp_path


REPORT = ("report", "--as-of", "2022-02-07")


def test_a_terminal_shows_trends_in_colour_and_a_pipe_neither(folder: Path) -> None:
    assert shown(folder, *REPORT).split("\n\n")[1:4] == [
        """\
Status
------
scenario  stated  ±  implied    ±  trend         evidence  flags
--------  ------  -  -------  ---  ------------  --------  -----
trade        60%         76%  \x1b[36m+26\x1b[39m             ▅  1 (+1)""",
        """\
form:
pact         10%         20%    0             ▁  0
ties           –         80%    0        ▇▇▇▇▇▇  0         stale""",
        """\
trend: the last 12 reviews, 2021-11-22 to 2022-02-07, from ▁ 0% to █ 100%: what
was stated, or implied where nobody stated anything; blank where neither stood.
Changes are in points, since 2022-01-31; in brackets, the evidence that is new.
One that is resolved shows its last values.""",
    ]
    plain = shown(folder, *REPORT, NO_COLOR="1")
    assert "\x1b" not in plain
    assert TREND.search(plain)
    assert "\x1b" in shown(folder, *REPORT, NO_COLOR="")
    assert "\x1b" not in shown(folder, *REPORT, TERM="dumb")


def test_no_variable_puts_colour_into_a_pipe(folder: Path) -> None:
    env = {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "TERM": "xterm"}
    printed = process(*REPORT, cwd=folder, **env).communicate(timeout=20)[0].decode()
    assert printed.startswith("Alignment: review of 2022-02-07")
    assert "\x1b" not in printed
    assert not TREND.search(printed)


def test_what_is_longer_than_the_screen_goes_through_the_pager(folder: Path) -> None:
    keep: dict[str, Any] = {"PAGER": "cat > other", "SCEN_PAGER": "cat > paged; false"}
    whole = shown(folder, *REPORT)
    assert shown(folder, *REPORT, lines=24, **keep) == ""
    assert (folder / "paged").read_text() == whole
    assert not (folder / "other").exists()
    assert shown(folder, *REPORT, lines=24, PAGER="cat > other") == ""
    assert (folder / "other").read_text() == whole


def test_what_fits_on_the_screen_and_what_is_for_a_program_needs_none(folder: Path) -> None:
    keep: dict[str, Any] = {"SCEN_PAGER": "cat > paged"}
    assert shown(folder, *REPORT, **keep).startswith("Alignment: review of 2022-02-07")
    assert shown(folder, *REPORT, "--format", "json", lines=5, **keep).startswith("{\n")
    assert shown(folder, *MARKDOWN, lines=5, **keep).startswith("# Alignment")
    assert not (folder / "paged").exists()


@pytest.mark.parametrize(
    "env",
    [
        {"SCEN_PAGER": ""},
        {"SCEN_PAGER": "cat", "PAGER": "false"},
        {"PAGER": "cat"},
        {"PAGER": ""},
        {"PAGER": "false", "TERM": "dumb"},
    ],
)
def test_cat_is_no_pager(folder: Path, env: dict[str, Any]) -> None:
    whole = shown(folder, *REPORT, TERM=env.get("TERM", "xterm"))
    assert shown(folder, *REPORT, lines=24, **env) == whole


def test_no_pager_is_said_before_the_command(folder: Path) -> None:
    whole = shown(folder, *REPORT)
    assert shown(folder, "--no-pager", *REPORT, lines=24, PAGER="false") == whole


def test_a_pager_that_is_not_there_loses_nothing(folder: Path) -> None:
    printed = shown(folder, *REPORT, lines=24, SCEN_PAGER="there-is-no-such-pager -R")
    assert "not found" in printed.split("\n")[0]
    assert printed.endswith(shown(folder, *REPORT))


def test_a_pager_that_is_left_early_is_no_error(folder: Path) -> None:
    assert shown(folder, *REPORT, lines=24, SCEN_PAGER="true") == ""
    assert shown(folder, *REPORT, lines=24, SCEN_PAGER="head -1") == (
        "Alignment: review of 2022-02-07, since 2022-01-31\n"
    )


def test_ctrl_c_is_for_the_pager(folder: Path) -> None:
    says = "cat > paged; kill -INT $PPID; echo read"
    assert shown(folder, *REPORT, lines=24, SCEN_PAGER=says) == "read\n"


def test_less_is_told_to_quit_on_one_screen_unless_the_user_tells_it_more(folder: Path) -> None:
    says: dict[str, Any] = {"SCEN_PAGER": 'cat > paged; echo "$LESS $LV"'}
    assert shown(folder, *REPORT, lines=24, **says) == "FRX -c\n"
    assert shown(folder, *REPORT, lines=24, LESS="S", LV="-x", **says) == "S -x\n"


@pytest.mark.parametrize(
    "words", [("list", "scenarios"), ("show", "pact"), ("status",), ("explain", "pact")]
)
def test_other_long_answers_are_paged_too(folder: Path, words: tuple[str, ...]) -> None:
    printed = shown(folder, *words, "--as-of", "2022-02-07", lines=3, SCEN_PAGER="cat > paged")
    assert printed == ""
    assert (folder / "paged").read_text()
