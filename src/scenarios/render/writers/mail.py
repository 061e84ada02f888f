"""A document as a mail: plain text, and HTML whose styles stand in its elements."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial
from hashlib import sha256

from msgspec.structs import replace

from scenarios.render import drawing
from scenarios.render.document import Block, Chart, Document
from scenarios.render.writers.html import PageFrame
from scenarios.text import printable

MAIL = PageFrame(is_served=True)
"""A page inside a mail."""
_LONGEST = 60
"""Characters of a subject that a list of mails shows; the mail has it all."""
_BOUNDARY = "=_scen_{}"
"""Separates the parts: no line that is quoted-printable or base64 holds `=_`."""
_SERIF = "Georgia,'Liberation Serif',serif"
_STYLES = {
    "main": "max-width:600px;margin:0 auto;padding:12px;"
    "font:15px/1.45 'Helvetica Neue',Arial,'Liberation Sans',sans-serif",
    "h1": f"font:700 27px/1.2 {_SERIF};margin:8px 0 14px",
    "h2": f"font:700 20px/1.25 {_SERIF};margin:22px 0 6px;padding-top:8px;border-top:3px solid",
    "h3": f"font:700 17px/1.3 {_SERIF};margin:14px 0 4px",
    "p": "margin:6px 0",
    "ul": "margin:6px 0;padding:0 0 0 12px;list-style:none",
    "li": "margin:8px 0",
    "footer": "max-width:600px;margin:0 auto;padding:0 12px;font-size:12px",
}
"""By element: many mailers leave a style sheet out."""
_UNSENT = {"X-Unsent": "1"}
"""Mailers open such a mail to be addressed and sent."""
_LOOSE = re.compile(r"(?: (?:a|an|and|at|by|from|in|of|on|the|to|\d+))+$")
"""Words that lead to the next one, and numbers whose unit or month is cut off."""
_BARE = re.compile(rf"<({'|'.join(_STYLES)})(?= [^>]*>|>)(?![^>]* style=)")
_SHEET = re.compile(r"<style>.*?</style>", re.DOTALL)


def eml(
    subject: str,
    on: date,
    text: str,
    document: Document,
    page: Callable[[Document], str],
    pixels: Callable[[str], bytes],
    headers: Mapping[str, str | Address] = _UNSENT,
) -> str:
    """The mail (RFC 5322) in ASCII, dated at the beginning of the local day, from nobody.

    `page` makes the HTML of the document, `pixels` the PNG of an SVG. Without `headers` it is to
    nobody; one with a line break raises ValueError.
    """
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = _cut(printable(" ".join(subject.split())))
    mail["Date"] = datetime.combine(on, time()).astimezone()
    for name, value in headers.items():
        mail[name] = value
    mail.set_content(text, cte="quoted-printable")
    pictures: dict[str, bytes] = {}

    def attached(drawn: str) -> str:
        data = pixels(drawn)
        id = f"{sha256(data).hexdigest()[:32]}@scen"
        pictures[id] = data
        return f"cid:{id}"

    html = page(tuple(map(partial(_inside, attached), document)))
    mail.add_alternative(inlined(html), subtype="html", cte="quoted-printable")
    mail.set_boundary(_BOUNDARY.format("texts"))
    *_, of_page = mail.iter_parts()
    for id, data in pictures.items():
        of_page.add_related(data, "image", "png", cid=f"<{id}>", disposition="inline")
        of_page.set_boundary(_BOUNDARY.format("page"))
    return mail.as_bytes().decode("ascii").removesuffix("\n")


def _cut(subject: str) -> str:
    """A subject, cut behind a word that can end it."""
    if len(subject) < _LONGEST:
        return subject
    head = subject[: _LONGEST - 2]
    return f"{_LOOSE.sub('', head[: head.rfind(' ')] if ' ' in head else head)}…"


def _inside(attached: Callable[[str], str], block: Block) -> Block:
    """A block with its pictures as attachments: mailers show no SVG."""
    if not isinstance(block, Chart):
        return block
    return replace(block, drawing=drawing.in_mail(block.drawing, attached))


def inlined(page: str) -> str:
    """The page with its styles in its elements, where they have none, and without a sheet."""
    return _BARE.sub(lambda match: f'{match[0]} style="{_STYLES[match[1]]}"', _SHEET.sub("", page))
