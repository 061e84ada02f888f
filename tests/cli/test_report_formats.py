"""`scen report` as Markdown: golden pages, the same figures as the text, links that lead."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.commands import SCEN, scen
from tests.render.gfm import Rendered

ROOT = Path(__file__).parents[2]
WEEK = ("report", "--no-restate", "--as-of", "2022-02-28")
MARKDOWN = ("report", "--as-of", "2022-02-07", "--format", "markdown")


def shipped(*words: str) -> str:
    made = scen("--database", str(ROOT), *words)
    assert (made.exit_code, made.stderr) == (0, "")
    return made.stdout


@pytest.mark.parametrize(("name", "day"), [("2022-02-28", "2022-02-28"), ("quiet", "2022-03-21")])
def test_the_page_stays_as_it_is(
    name: str, day: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(ROOT)
    golden = ROOT / f"tests/golden/report-{name}.md"
    printed = shipped(*WEEK[:2], "--as-of", day, "--format", "markdown")
    if request.config.getoption("renew"):
        golden.write_text(printed)
    assert printed == golden.read_text()


def test_the_page_says_what_the_text_says_and_leads_to_files_that_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT / "docs")
    page, text = Rendered(shipped(*WEEK, "--format", "markdown")), shipped(*WEEK)
    figures = re.findall(r"[−+]?\d[\d.]*(?:%| dB| points)", text)
    assert len(figures) > 100
    assert [figure for figure in figures if figure.removesuffix(" dB") not in page.text] == []
    headings = re.findall(r"\n(.+)\n-{2,}\n", text)
    assert len(headings) >= 5
    assert [heading for heading in headings if f" {heading} " not in page.text] == []
    files = {link for link in page.links if not link.startswith("https://")}
    assert "../scenarios/evidence/2022/2022-02-24-full-scale-attack.yaml" in files
    assert [file for file in files if not Path(file).is_file()] == []
    assert len(set(page.links) - files) > 1


@pytest.mark.usefixtures("root")
def test_it_is_the_same_on_any_day(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = scen(*MARKDOWN).stdout
    monkeypatch.setattr("scenarios.cli.parsing.today", lambda: pytest.fail("the calendar is read"))
    assert scen(*MARKDOWN).stdout == printed


def test_the_same_records_give_the_same_bytes_whatever_the_order_of_sets() -> None:
    command = [SCEN, "--database", str(ROOT), *WEEK, "--format", "json"]
    printed = {
        subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, check=True
        ).stdout
        for seed in "1234"
    }
    assert len(printed) == 1
