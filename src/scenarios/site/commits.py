"""The commits that the pages of a site tell of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from scenarios.analysis.history.commits import Commit
from scenarios.errors import ScenError
from scenarios.render.writers.page import Origin
from scenarios.site.site import Site
from scenarios.workspace.opened import origin, touching

By = Mapping[str, Sequence[Commit]]


def commits(site: Site) -> By:
    """Those that changed each file, newest first; none where there is no history."""
    return site.once(_found)


def printed(site: Site, day: date) -> str:
    """What stands for the commits up to a day, beside which its review is put."""
    every = {one.id: one for found in commits(site).values() for one in found}
    return "".join(sorted(id for id, one in every.items() if one.committed <= day))


def revision(site: Site) -> Origin:
    """Which state of the database the site is made from."""
    none = Origin(site.as_of, "")
    if site.repository is None:
        return none
    try:
        commit, clean = origin(site.opened, site.repository)
    except ScenError:  # no commit yet
        return none
    return Origin(site.as_of, "", commit, clean)


def _found(site: Site) -> By:
    if site.repository is None:
        return {}
    try:
        return touching(site.repository, site.opened.commit or "HEAD")
    except ScenError:  # no commit yet
        return {}
