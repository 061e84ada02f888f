"""Markdown as GitHub's own implementation renders it, read back."""

from __future__ import annotations

from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

_EXTENSIONS = ["table", "autolink", "strikethrough", "tasklist"]
_OPTIONS = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
"""No tag is taken away here that a laxer host would leave."""


class Rendered(HTMLParser):
    """The text, the tags in order, where links lead, and the text that is not code."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.texts: list[str] = []
        self.outside_code: list[str] = []
        self._code = False
        made = cmarkgfm.markdown_to_html_with_extensions(markdown, _OPTIONS, _EXTENSIONS)
        assert "<!" not in made
        assert "<?" not in made
        self.feed(made)
        self.close()

    @property
    def text(self) -> str:
        """What is read, with every gap as one blank."""
        return " ".join("".join(self.texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        self._code = tag == "code"

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - as the parser calls it
        self._code = False

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if not self._code:
            self.outside_code.append(data)
