"""Questions and forecasts of Metaculus, in and out, and of three more sites, in."""

from scenarios.extending import Extension, Target

_METACULUS, _FOLDER = f"{__name__}.metaculus:read", f"{__name__}.metaculus_export:FOLDER"
_OTHERS = ("fatebook", "predictionbook", "manifold")
EXTENSION = Extension(
    meaning=__doc__,
    importers={"metaculus": _METACULUS} | {kind: f"{__name__}.reading:{kind}" for kind in _OTHERS},
    targets={"metaculus": Target("metaculus", "folder", "Metaculus's CSV", _FOLDER, tables=())},
)
