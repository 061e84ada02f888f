"""The review as one mail (RFC 5322): its text, its page, and the picture inside the page.

It has no sender and no recipient, and nothing here sends it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from email.message import EmailMessage
from hashlib import sha256

from msgspec.structs import replace

from scenarios.render.charts.draw import alone, draw
from scenarios.render.document import Block, Chart, Document
from scenarios.render.writers.html import Around
from scenarios.text import printable

MAIL = Around(is_served=True)
"""A page inside a mail."""
_LONGEST = 150
"""The characters of a subject; the mail has it all."""
_BOUNDARY = "=_scen_{}"
"""Separates the parts: no line that is quoted-printable or base64 holds `=_`."""


def eml(
    subject: str,
    on: date,
    text: str,
    document: Document,
    page: Callable[[Document], str],
    pixels: Callable[[str, float], bytes],
) -> str:
    """The mail in ASCII, dated at the beginning of the local day.

    `page` makes the HTML of the document, `pixels` the PNG of an SVG at a zoom.
    """
    mail = EmailMessage()
    cut = printable(" ".join(subject.split()))
    mail["Subject"] = cut if len(cut) <= _LONGEST else f"{cut[: _LONGEST - 1]}…"
    mail["Date"] = datetime.combine(on, time()).astimezone()
    mail["X-Unsent"] = "1"  # mailers open it to be addressed and sent
    mail.set_content(text, cte="quoted-printable")
    pictures: dict[str, bytes] = {}

    def inside(block: Block) -> Block:
        if not isinstance(block, Chart):
            return block
        data = pixels(alone([("", draw(block.drawing))], block.label, ""), 2)
        id = f"{sha256(data).hexdigest()[:32]}@scen"
        pictures[id] = data
        return replace(block, drawing=f"cid:{id}")

    html = page(tuple(map(inside, document)))
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    mail.set_boundary(_BOUNDARY.format("texts"))
    *_, of_page = mail.iter_parts()
    for id, data in pictures.items():
        of_page.add_related(data, "image", "png", cid=f"<{id}>", disposition="inline")
        of_page.set_boundary(_BOUNDARY.format("page"))
    return mail.as_bytes().decode("ascii").removesuffix("\n")
