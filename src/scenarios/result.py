"""Results that show themselves: in a notebook, as Markdown, as rows, as a picture."""

from base64 import b64encode
from typing import Any, TypeVar

from msgspec import UNSET, Struct

from scenarios.errors import ScenError

T = TypeVar("T")
_WIDEST = 79


class Presentation:
    """The result of a method, shown from the document that its command prints.

    `show`, which the Workspace adds, makes that document in a form when it is asked for.
    """

    __slots__ = ()

    def markdown(self) -> str:
        """Return the document as GitHub-flavoured Markdown."""
        return str(self._as("markdown"))

    def table(self) -> list[dict[str, Any]]:
        """Return the rows of the document's first table, else its first list, by column as in CSV.

        A cell is a number, a text, or None where it is blank.
        """
        rows: list[dict[str, Any]] = self._as("table")
        return rows

    def plot(self) -> "Picture":
        """Return the picture of the result; raises ScenError where there is none."""
        return Picture(self._as("plot"))

    def _as(self, form: str) -> Any:
        if show := vars(self).get("show"):
            return show(form)
        raise ScenError(f"only a Workspace can show a {type(self).__name__}: this is a copy of one")

    def _repr_html_(self) -> str | None:
        return str(self._as("html")) if "show" in vars(self) else None

    def __repr__(self) -> str:
        names = getattr(self, "__struct_fields__", ())
        words = [_brief(name, getattr(self, name)) for name in names] or [_brief("records", self)]
        line = f"<{type(self).__name__} {', '.join(filter(None, words))}>"
        return line if len(line) <= _WIDEST else f"{line[: _WIDEST - 2]}…>"


class Result(Presentation, Struct, frozen=True, kw_only=True, dict=True):
    """A result that is one object in JSON."""


class Rows(Presentation, list[T]):
    """Records, a list in JSON."""

    def __class_getitem__(cls, item: Any) -> Any:
        return list[item]  # for those who make a JSON Schema of an annotation (agents.py)

    def __reduce__(self) -> tuple[Any, ...]:
        return Rows, ([*self],)  # as of a Result, the records alone are pickled


class Picture(str):
    """A picture as SVG: a notebook shows it, and a file can hold it."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        # An image of its own: the style of an SVG inside the page would be that of all pictures.
        label = self.partition('aria-label="')[2].partition('"')[0]
        data = b64encode(self.encode()).decode()
        return f'<img alt="{label}" src="data:image/svg+xml;base64,{data}">'

    def __repr__(self) -> str:
        return f"<Picture of {len(self):,} characters of SVG>"


def _brief(name: str, value: Any) -> str:
    """A field in a few words: a collection by its length; none of a record inside."""
    if isinstance(value, list | tuple | dict):
        return f"{name}: {len(value)}"
    if value is None or value is UNSET or isinstance(value, Struct):
        return ""
    # A text of a file would break the line, or act on a terminal.
    return f"{name}={value!r}" if isinstance(value, str) else f"{name}={value}"
