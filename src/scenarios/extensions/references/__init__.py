"""Sources as entries of a reference manager: RIS, BibTeX and CSL-JSON, in and out."""

from scenarios.extending import Extension, Target

_HERE, _SOURCES = f"{__name__}.reading", ("sources",)
_CSL = (".csl.json", ".csl")
EXTENSION = Extension(
    meaning=__doc__,
    importers={kind: f"{_HERE}:read_{kind}" for kind in ("ris", "bibtex", "csl")},
    targets={
        "ris": Target("ris", "file", "the sources as RIS", f"{_HERE}:RIS", (".ris",), _SOURCES),
        "bibtex": Target(
            *("bibtex", "file", "BibTeX", f"{_HERE}:BIBTEX"), (".bib", ".bibtex"), _SOURCES
        ),
        "csl": Target("csl", "file", "CSL-JSON", f"{_HERE}:CSL", _CSL, _SOURCES),
    },
)
