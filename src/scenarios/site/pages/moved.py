"""What stands where a record was before it was renamed: the way to where it is."""

from __future__ import annotations

from html import escape

from scenarios.site import links
from scenarios.site.links import Page
from scenarios.site.site import Site

_TITLES = {"s": "scenario", "e": "evidence"}


def page(site: Site, folder: str, id: str) -> Page:
    """A page that sends its reader on, without a script."""
    address = links.place(folder, id)
    now = site.moved[folder][id]
    leads = site.href(address, links.place(folder, now))
    return Page(
        address=address,
        title=f"{id} is {now} now",
        description=f"The {_TITLES[folder]} {id} is called {now} now.",
        main=f'<h1>{id} is called {now} now</h1><p><a href="{escape(leads)}">{now}</a></p>',
        section="scenarios" if folder == "s" else "evidence",
        moved_to=leads,
    )
