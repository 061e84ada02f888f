"""The samples of the design are files that load without a problem."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from scenarios.model import Kind
from scenarios.paths import MODELS, path_of
from scenarios.storage.loader import load
from scenarios.values import keys

DESIGN = Path(__file__).parents[3] / "shared" / "DESIGN.md"
IDS: dict[Kind, str] = {
    "tracker": "tracker",
    "scenario": "military-pact",
    "evidence": "2022-02-04-no-limits",
    "forecasts": "2022-02-07-desk",
    "source": "kremlin",
}
THEMES = "themes: {energy: Gas, military: Arms, institutions: Meetings}"
COPY = b"A copy."
QUESTION = """title: T
question: Will it be so on 2030-12-31?
resolution_criteria: The criteria say so.
opened: 2021-12-17
horizon: 2030-12-31
prior: {probability: 0.05, basis: B, given: {other-scenario: {occurred: 0.2, did-not-occur: 0.02}}}
set: relationship-2030
"""
ITEM = "{summary: They meet, observed: 2021-12-15, recorded: 2021-12-15, ratings: {rupture: N}}"


def samples() -> dict[Kind, str]:
    """The first example of each kind, in the order of the design."""
    text = DESIGN.read_text("utf-8")
    of = re.findall(r"^### [^\n]*\n```yaml\n(.*?)```", text, re.DOTALL | re.MULTILINE)
    assert len(of) == len(IDS)
    return dict(zip(IDS, of, strict=True))


def filled(sample: str) -> str:
    """A sample with a word for each `…`."""
    digest = sha256(COPY).hexdigest()
    sample = re.sub(r"3f9a….pdf, sha256: …", f"{digest}.pdf, sha256: {digest}", sample)
    sample = re.sub(r"https://…", "https://www.example.org/x", sample)
    sample = sample.replace("a-source-id or an address", "a-source-id")
    sample = re.sub(r"(?<=\d\d-)…", "leaders-meet", sample)
    return re.sub(r"^themes: .*", THEMES, sample, flags=re.MULTILINE)


@pytest.mark.skipif(not DESIGN.exists(), reason="../shared/DESIGN.md is absent")
def test_the_samples_of_the_design_load_without_a_problem() -> None:
    files = {path_of(kind, IDS[kind]): filled(text) for kind, text in samples().items()}
    for id in ("deeper-alignment", "transactional-ties", "rupture"):
        files[f"{id}.yaml"] = QUESTION
    files["other-scenario.yaml"] = re.sub(", given: .*}}(?=})|\nset: .*", "", QUESTION)
    for id in ("a-source-id", "reuters"):
        files[f"sources/{id}.yaml"] = "{name: A source, reliability: B}"
    for id in ("2021-12-15", "2022-02-04", "2030-12-31"):
        item = ITEM.replace("2021-12-15", id)
        files[path_of("evidence", f"{id}-leaders-meet")] = item
    loaded = load({path: text.encode() for path, text in files.items()})
    assert [f"{problem}" for problem in loaded.problems] == []
    assert loaded.left_out == 0


@pytest.mark.skipif(not DESIGN.exists(), reason="../shared/DESIGN.md is absent")
@pytest.mark.parametrize("kind", IDS)
def test_a_record_has_each_key_of_the_design(kind: Kind) -> None:
    sample: dict[str, Any] = yaml.safe_load(samples()[kind].replace("…", "x"))
    assert sample.keys() <= keys(MODELS[kind]).keys()
