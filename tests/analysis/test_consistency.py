"""The faults between records, on records as values."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from scenarios.analysis.rules.consistency import check
from scenarios.analysis.rules.rule import Known
from scenarios.errors import Fault
from scenarios.model import (
    Database,
    Dependence,
    Evidence,
    Given,
    HazardEnded,
    Indicator,
    Prior,
    Rating,
    Resolution,
    Retraction,
    Scenario,
    Sheet,
    Source,
    Tracker,
)
from scenarios.text import MOST_HINTS

OPENED, HORIZON = date(2021, 12, 17), date(2030, 12, 31)
MONDAY = date(2022, 2, 7)
FORM = Tracker(sets={"relationship-2030": "Form of the relationship"})


def scenario(ratings: dict[str, Rating] | None = None, **keys: Any) -> Scenario:
    """A sound scenario, with the indicator `talks` where it has ratings."""
    talks = {"talks": Indicator("Talks are announced", ratings, OPENED)} if ratings else {}
    sound = {"opened": OPENED, "horizon": HORIZON, "prior": Prior(0.05, "Base rate")}
    return Scenario("Title", "Question?", "Criteria", **{**sound, "indicators": talks, **keys})


def item(observed: str = "2022-02-04", recorded: date = MONDAY, **keys: Any) -> Evidence:
    return Evidence("They meet", observed, recorded, **keys)


def faults(
    tracker: Tracker = FORM,
    *,
    scenarios: dict[str, Scenario] | None = None,
    evidence: dict[str, Evidence] | None = None,
    sheets: dict[str, Sheet] | None = None,
    sources: dict[str, Source] | None = None,
    broken: dict[str, dict[str, str]] | None = None,
) -> list[tuple[str, str, Fault]]:
    database = Database(tracker, scenarios or {}, evidence or {}, sheets or {}, sources or {})
    nothing: dict[Any, dict[str, str]] = {
        kind: {} for kind in ("tracker", "scenario", "evidence", "forecasts", "source")
    }
    return list(check(Known(database, nothing | (broken or {}))))


def test_a_sound_database_has_no_faults() -> None:
    assert (
        faults(
            scenarios={
                "military-pact": scenario(
                    {"military-pact": "CC", "rupture": 0.1}, set="relationship-2030"
                ),
                "rupture": scenario(set="relationship-2030", implies=("trade-falls",)),
                "trade-falls": scenario(
                    prior=Prior(0.1, "Base rate", ("2022-02-04-visit",), "constant"),
                    resolution=Resolution("occurred", MONDAY, MONDAY, "B", ("2022-02-04-visit",)),
                ),
            },
            evidence={
                "2022-02-04-visit": item(
                    source="kremlin",
                    ratings={"trade-falls": "C"},
                    indicators={"military-pact/talks": "observed"},
                ),
                "2022-02-call": item(
                    "2022-02", date(2022, 2, 1), corroborated_by=("2022-02-04-visit",)
                ),
                "2022-talks": item("2022", retracted=Retraction(MONDAY, "Wrong")),
            },
            sheets={
                "2022-02-07-desk": Sheet(
                    MONDAY,
                    "desk",
                    {"rupture": 0.1, "military-pact": None},
                    {"rupture": "Why"},
                    {"rupture": ("2022-02-call",)},
                )
            },
            sources={"kremlin": Source("The Kremlin", "C")},
        )
        == []
    )


def test_a_record_whose_own_file_has_a_fault_is_not_unknown_and_told_once_a_file() -> None:
    evidence = item(
        ratings={"military-pact": "CC"},
        indicators={"military-pact/talks": "observed", "military-pact/other": "emerging"},
    )

    assert faults(
        evidence={"2022-02-04-visit": evidence},
        broken={"scenario": {"military-pact": "military-pact.yaml"}},
    ) == [
        (
            "evidence",
            "2022-02-04-visit",
            Fault(
                ("ratings", "military-pact"),
                "key",
                "broken-reference",
                "'military-pact' is left out, because military-pact.yaml has a fault",
                None,
                "warning",
            ),
        )
    ]


def test_many_unknown_names_are_compared_with_the_known_up_to_a_limit() -> None:
    names = [f"military-pac{n}" for n in range(MOST_HINTS + 1)]
    of_records = faults(
        scenarios={"military-pact": scenario()},
        evidence={"2022-02-04-visit": item(ratings=dict.fromkeys(names, "C"))},
    )
    of_indicators = faults(
        scenarios={"s": scenario({"s": "C"})},
        evidence={
            "2022-02-04-visit": item(indicators={f"s/talk{n}": "observed" for n in range(51)})
        },
    )
    themes = {f"2022-02-04-v{n}": item(theme=f"energy{n}") for n in range(MOST_HINTS + 1)}
    of_themes = faults(Tracker(themes={"energy": "Gas"}), evidence=themes)
    assert [f.hint for _, _, f in of_themes[::MOST_HINTS]] == [
        "did you mean 'energy'?",
        "declare it there, under 'themes'",
    ]
    for found in (of_records, of_indicators):
        assert [fault.hint is None for _, _, fault in found] == [False] * MOST_HINTS + [True]


def test_a_broken_tracker_leaves_sets_undeclared_without_a_word() -> None:
    members = {"rupture": scenario(set="relationship-2030")}

    assert (
        faults(Tracker(), scenarios=members, broken={"tracker": {"tracker": "tracker.yaml"}}) == []
    )


def test_a_set_is_not_lonely_while_a_scenario_is_broken() -> None:
    members = {"rupture": scenario(set="relationship-2030")}

    assert faults(scenarios=members, broken={"scenario": {"pact": "pact.yaml"}}) == []


def test_a_set_without_members_is_not_lonely() -> None:
    assert faults(FORM) == []


def test_a_reversed_indicator_rates_its_scenarios_too() -> None:
    found = faults(
        scenarios={"military-pact": scenario({"military-pact": "CC"})},
        evidence={
            "2022-02-04-visit": item(
                ratings={"military-pact": "I"}, indicators={"military-pact/talks": "reversed"}
            )
        },
    )

    assert [(kind, id, fault.rule) for kind, id, fault in found] == [
        ("evidence", "2022-02-04-visit", "rated-twice")
    ]


def test_a_row_is_mixed_once_for_each_set() -> None:
    members = {
        "a": scenario({"a": "CC", "b": "I"}, set="relationship-2030"),
        "b": scenario(set="relationship-2030"),
        "c": scenario(set="relationship-2030"),
        "d": scenario(set="relationship-2030"),
    }
    row = item(ratings={"b": "I", "c": "C", "d": "N"}, indicators={"a/talks": "observed"})

    found = faults(scenarios=members, evidence={"2022-02-04-visit": row})

    assert [(fault.rule, fault.keys) for _, _, fault in found] == [
        ("rated-twice", ("ratings", "b")),
        ("mixed-row", ("ratings", "c")),
    ]


def test_scenarios_outside_a_set_may_be_rated_either_way() -> None:
    apart = {"a": scenario({"a": "CC"}), "b": scenario()}
    row = item(ratings={"b": "I"}, indicators={"a/talks": "observed"})

    assert faults(scenarios=apart, evidence={"2022-02-04-visit": row}) == []


def test_each_member_after_the_first_that_occurred_is_one_too_many() -> None:
    occurred = Resolution("occurred", MONDAY, MONDAY, "Basis")
    members = {id: scenario(set="relationship-2030", resolution=occurred) for id in ("a", "b", "c")}

    found = faults(scenarios=members)

    assert [(id, fault.message) for _, id, fault in found] == [
        ("b", "a.yaml and b.yaml both occurred, and of the set 'relationship-2030' only one can"),
        ("c", "a.yaml and c.yaml both occurred, and of the set 'relationship-2030' only one can"),
    ]


@pytest.mark.parametrize(
    ("observed", "recorded", "rules"),
    [
        ("2022-02-07", date(2022, 2, 7), []),
        ("2022-02-07", date(2022, 2, 6), ["date-order"]),
        ("2022-02", date(2022, 2, 1), []),
        ("2022-02", date(2022, 1, 31), ["date-order"]),
        ("2022", date(2022, 1, 1), []),
        ("2022", date(2021, 12, 31), ["date-order"]),
    ],
)
def test_an_item_is_recorded_from_the_first_day_it_can_have_been_observed(
    observed: str, recorded: date, rules: list[str]
) -> None:
    found = faults(evidence={f"{observed}-visit": item(observed, recorded)})

    assert [fault.rule for _, _, fault in found] == rules


def test_what_happens_on_one_day_is_in_order() -> None:
    resolved = Resolution("occurred", OPENED, OPENED, "Basis")
    due = {"talks": Indicator("Talks", {"a": "C"}, OPENED, due=OPENED)}

    assert (
        faults(scenarios={"a": scenario(horizon=OPENED, indicators=due, resolution=resolved)}) == []
    )


def test_equal_decibans_are_in_order() -> None:
    assert faults(Tracker(decibans={"CC": 5, "C": 5, "N": 0, "I": 0, "II": 0})) == []


def test_a_positive_inconsistency_is_out_of_order() -> None:
    found = faults(Tracker(decibans={"CC": 10, "C": 5, "N": 0, "I": 5, "II": -10}))

    assert found == [
        (
            "tracker",
            "tracker",
            Fault(
                ("decibans", "N"),
                "value",
                "decibans-order",
                "'N' (0) is worth less than 'I' (5)",
                "CC ≥ C ≥ 0 ≥ I ≥ II",
            ),
        )
    ]


def linked(other: str, probability: float = 0.05) -> Prior:
    return Prior(probability, "Base rate", given={other: Given(0.2, 0.02)})


def rules(found: list[tuple[str, str, Fault]]) -> list[tuple[str, str]]:
    return [(id, fault.rule) for _, id, fault in found]


def test_a_broken_tracker_leaves_themes_undeclared_and_chances_possible_without_a_word() -> None:
    talks = Indicator("Talks", {"a": "CC"}, OPENED, due=HORIZON, chance=0.9, theme="energy")
    records = {"a": scenario(indicators={"talks": talks})}
    broken = {"tracker": {"tracker": "tracker.yaml"}}

    assert rules(faults(scenarios=records)) == [("a", "impossible-chance"), ("a", "unknown-theme")]
    assert faults(scenarios=records, broken=broken) == []


def test_a_chance_in_a_set_is_not_judged_while_a_scenario_is_broken() -> None:
    talks = Indicator("Talks", {"a": "CC"}, OPENED, due=HORIZON, chance=0.9)
    members = {
        "a": scenario(set="relationship-2030", indicators={"talks": talks}),
        "b": scenario(set="relationship-2030"),
    }

    assert rules(faults(scenarios=members)) == [("a", "impossible-chance")]
    assert faults(scenarios=members, broken={"scenario": {"c": "c.yaml"}}) == []


@pytest.mark.parametrize(
    ("probability", "rating", "limit"),
    [(0.5, 3.0, "0.666"), (0.25, 4.0, "0.437"), (0.5, 0.5, "0.749"), (0.2, 1000.0, "0.2")],
)
def test_the_largest_chance_that_is_named_is_possible_and_three_figures_are_kept(
    probability: float, rating: float, limit: str
) -> None:
    def told(chance: float) -> list[str | None]:
        talks = Indicator("Talks", {"a": rating}, OPENED, due=HORIZON, chance=chance)
        prior = Prior(probability, "Base rate")
        one = {"a": scenario(prior=prior, indicators={"talks": talks})}
        return [fault.hint for _, _, fault in faults(scenarios=one)]

    hint = f"at most {limit} is possible; lower it, or choose weaker ratings"
    assert told(float(limit) + 0.001) == [hint]
    assert told(float(limit)) == []


def test_some_ratings_leave_no_chance_at_all() -> None:
    talks = Indicator("Talks", {"a": 1000}, OPENED, due=HORIZON, chance=0.001)
    members = {
        "a": scenario(
            set="relationship-2030", prior=Prior(0.001, "Base rate"), indicators={"talks": talks}
        ),
        "b": scenario(set="relationship-2030", prior=Prior(0.9, "Base rate")),
        "c": scenario(set="relationship-2030", prior=Prior(0.9, "Base rate")),
    }
    strong = Tracker(sets=FORM.sets, rating_strength=2)

    [(_, _, fault)] = faults(strong, scenarios=members)

    assert fault.hint == (
        "no chance is low enough: write 'if_absent' instead, or choose weaker ratings"
    )


def test_a_chain_of_links_is_no_circle_and_ends_where_a_name_is_unknown() -> None:
    chain = {
        "a": scenario(prior=linked("b")),
        "b": scenario(prior=linked("c")),
        "c": scenario(prior=linked("gone")),
    }

    assert rules(faults(scenarios=chain)) == [("c", "unknown-scenario")]


def test_a_prior_may_equal_one_of_its_two_figures() -> None:
    priors = {"a": linked("c", 0.2), "b": linked("c", 0.02), "c": Prior(0.5, "Base rate")}

    assert faults(scenarios={id: scenario(prior=prior) for id, prior in priors.items()}) == []


def test_a_circle_through_a_set_whose_members_differ_is_told_by_its_first_link() -> None:
    found = faults(
        scenarios={
            "a": scenario(prior=linked("x"), set="relationship-2030"),
            "b": scenario(prior=linked("y"), set="relationship-2030"),
            "x": scenario(prior=linked("b")),
            "y": scenario(),
        }
    )

    assert [(id, fault.rule, fault.message) for _, id, fault in found] == [
        (
            "a",
            "link-circle",
            (
                "these priors depend on one another in a circle: "
                "a.yaml on 'x'; x.yaml on 'b' of the set 'relationship-2030'"
            ),
        ),
        (
            "b",
            "link-differs",
            (
                "the prior of 'b' depends on 'y', and that of a.yaml, of the same set "
                "'relationship-2030', on 'x'"
            ),
        ),
    ]


def test_equal_correlations_are_in_order() -> None:
    assert faults(Tracker(evidence_dependence=0.5)) == []
    assert faults(Tracker(evidence_dependence=Dependence(0.5, 0.5))) == []


def test_a_hazard_may_end_on_the_first_and_on_the_last_day() -> None:
    for day in (OPENED, HORIZON):
        prior = Prior(0.1, "Base rate", hazard="constant", hazard_ended=HazardEnded(day, "Why"))
        assert faults(scenarios={"a": scenario(prior=prior)}) == []


def test_an_indicator_called_given_may_rate_its_own_scenario() -> None:
    watched = {"given": Indicator("Talks", {"a": "CC"}, OPENED)}

    assert faults(scenarios={"a": scenario(indicators=watched)}) == []
