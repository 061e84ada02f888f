"""The samples of the design load without a problem, but for the keys that are not built yet."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from scenarios.declarations import keys
from scenarios.model import Kind
from scenarios.paths import MODELS, path_of
from scenarios.storage.loader import load
from scenarios.storage.yaml.editor import put, unset
from scenarios.storage.yaml.reader import places

NOT_BUILT: dict[tuple[Kind, str], Any] = {}
"""The one list of what the design has and the program refuses, with a value of each.

What is built is taken off with the feature: a key is accepted when it does something.
"""
DESIGN = Path(__file__).parents[3] / "shared" / "DESIGN.md"
needs_design = pytest.mark.skipif(not DESIGN.exists(), reason="../shared/DESIGN.md is absent")
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


def database(samples: dict[Kind, bytes]) -> dict[str, bytes]:
    """These records, with what they refer to."""
    files = {}
    for id in ("deeper-alignment", "transactional-ties", "rupture"):
        files[f"{id}.yaml"] = QUESTION
    files["other-scenario.yaml"] = re.sub(", given: .*}}(?=})|\nset: .*", "", QUESTION)
    for id in ("a-source-id", "reuters"):
        files[f"sources/{id}.yaml"] = "{name: A source, reliability: B}"
    for id in ("2021-12-15", "2022-01-10", "2022-02-04", "2030-12-31"):
        item = ITEM.replace("2021-12-15", id)
        files[path_of("evidence", f"{id}-leaders-meet")] = item
    records = {path_of(kind, IDS[kind]): text for kind, text in samples.items()}
    return records | {path: text.encode() for path, text in files.items()}


def built() -> dict[Kind, bytes]:
    """The samples, filled, without the keys that are not built; some stand in the prose alone."""
    texts = {kind: filled(text).encode() for kind, text in samples().items()}
    for kind, key in NOT_BUILT:
        path = tuple(key.split("."))
        if path in places(texts[kind]):
            texts[kind] = unset(texts[kind], path)
    return texts


@needs_design
def test_the_samples_load_without_a_problem_once_what_is_not_built_is_taken_out() -> None:
    loaded = load(database(built()))
    assert [f"{problem}" for problem in loaded.problems] == []
    assert loaded.left_out == 0


@needs_design
@pytest.mark.parametrize(("kind", "key"), NOT_BUILT)
def test_a_key_that_is_not_built_is_refused_at_its_place(kind: Kind, key: str) -> None:
    """One that is accepted is built: take it off the list."""
    *parents, last = key.split(".")
    texts = built()
    texts[kind] = put(texts[kind], (*parents, last), NOT_BUILT[kind, key])
    problems = load(database(texts)).problems
    is_analyst = parents == ["analysts"]  # not a new key but another kind of value
    rule = "type" if is_analyst else "unknown-key"
    assert [(p.path, p.rule) for p in problems if f"'{last}'" in p.message or is_analyst] == [
        (path_of(kind, IDS[kind]), rule)
    ]


@needs_design
@pytest.mark.parametrize("kind", IDS)
def test_a_record_has_each_key_of_the_design(kind: Kind) -> None:
    sample: dict[str, Any] = yaml.safe_load(samples()[kind].replace("…", "x"))
    listed = {key for of, key in NOT_BUILT if of == kind and "." not in key}
    assert sample.keys() - keys(MODELS[kind]).keys() == listed & sample.keys()
    assert listed.isdisjoint(keys(MODELS[kind]))
