"""Fill the HTML templates: every value is escaped, and a name without a value is an error."""

from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from scenarios.text import printable


def fill(template: str, **values: object) -> Markup:
    """HTML of a template below `render/templates/`, which other templates take as it is.

    Texts are escaped, and characters that act or cannot be seen are spelled out. Raises
    jinja2.UndefinedError for a name that has no value.
    """
    return Markup(_environment().get_template(template).render(values))  # noqa: S704 - escaped there


def macro(template: str, name: str) -> Callable[..., Markup]:
    """A macro of a template, to be called with its values."""
    named: Callable[..., Markup] = getattr(_environment().get_template(template).module, name)
    return named


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("scenarios.render"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_spelled_out,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _spelled_out(value: Any) -> Any:
    """The value as it is printed: nothing for None, and a text in which nothing acts."""
    if value is None or isinstance(value, Markup):
        return value or ""
    return printable(str(value))
