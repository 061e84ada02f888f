"""What an indicator is worth, fixed before it is seen: to its scenario, its rivals, by absence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from scenarios.cli import parsing
from scenarios.cli.terminal import prompt, retyping
from scenarios.model import Database, ScenarioId
from scenarios.workspace.input import ratios
from scenarios.workspace.input.offers import titled
from scenarios.workspace.opened import known_id


def ask_row(database: Database, scenario: ScenarioId) -> dict[ScenarioId, Any]:
    """The rating for the scenario, and for each rival in its set."""
    decibans = database.tracker.decibans
    parse = partial(ratios.rating, decibans=decibans)
    own = database.scenarios.get(scenario)
    rivals = database.members.get(own.set, ()) if own and own.set else ()
    prompt.tell(f"A code, a number, or words: {ratios.EXAMPLES}.")
    found: dict[ScenarioId, Any] = {}
    offers = ratios.codes(decibans)
    for id in (scenario, *(id for id in rivals if id != scenario)):
        asked = f"How much more expected is it if {id} happens than if it does not"
        if id == scenario:
            found[id] = prompt.answer(asked, parse, label=f"if {id}", offers=offers)
        elif said := prompt.optional(
            f"{asked} (Enter = N)", parse, label=f"if {id}", offers=offers
        ):
            found[id] = said
        retyping.remember("--rate", *(f"{key}={value}" for key, value in found.items()))
    return found


def ask_theme(database: Database, value: str | None = None) -> str | None:
    """One of the themes that the tracker declares, if it has some."""
    known = database.tracker.themes
    if not known:
        return value
    check = partial(known_id, known=known, what="theme", where="tracker.yaml")
    return prompt.wanted(value, "--theme", "Its theme", check, titled(known))


def ask_absence(database: Database) -> tuple[Any, float | None]:
    """What it says that it was not seen: as a rating, or through the chance that it is seen."""
    decibans: Mapping[str, float] = database.tracker.decibans
    prompt.tell("Not seen by then, it counts too: rate its absence, or give the chance instead.")
    parse = partial(ratios.rating, decibans=decibans)
    if_absent = prompt.wanted(
        None, "--if-absent", "How much more expected is its absence", parse, ratios.codes(decibans)
    )
    if if_absent is not None:
        rating = parse(if_absent)
        retyping.remember("--if-absent", f"{rating}")
        return rating, None
    chance = prompt.wanted(
        None, "--chance", "The chance that it is seen by then, all in all", parsing.chance
    )
    return None, parsing.chance(chance) if chance is not None else None
