"""Event stores: the rows that indicators look for, as candidates for evidence."""

from scenarios.extending import Command, Extension

EXTENSION = Extension(
    meaning=__doc__,
    commands={
        "candidates": Command(
            "List events in an event store that match indicators.",
            f"{__name__}.command:candidates",
            writes=("accept", "propose"),
        )
    },
)
