"""A form that is opened, filled in and sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from starlette.testclient import TestClient

from tests.serve.desks import HERE, PORT

_HIDDEN = re.compile(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"')
_FAULT = re.compile(r'<p class="fault" id="fault-([^"]*)"[^>]*>(?:<span>(.*?)</span>)+</p>')
FROM_HERE = {"Origin": HERE}


class Sent:
    """What a form came to: told on the page, or where that leads."""

    def __init__(self, client: TestClient, answer: Any) -> None:
        self.status = answer.status_code
        self.is_saved = self.status == 303
        shown = client.get(answer.headers["location"]) if self.is_saved else answer
        self.page: str = shown.text
        self.text = unescape(re.sub(r"<[^>]+>", " ", self.page))
        self.faults = {name: unescape(told) for name, told in _FAULT.findall(self.page)}


def hidden(page: str) -> dict[str, str]:
    """What a form has of its own."""
    return {name: unescape(value) for name, value in _HIDDEN.findall(page.split("<main", 1)[1])}


def opened(client: TestClient, form: str, **given: str) -> dict[str, str]:
    """The hidden fields of a form as it is opened."""
    page = client.get(f"/record/{form}/", params=given)
    assert page.status_code == 200, page.text
    return hidden(page.text)


def send(
    client: TestClient,
    form: str,
    fields: Mapping[str, Any],
    *,
    own: Mapping[str, str] | None = None,
    do: str = "save",
    files: Any = None,
) -> Sent:
    """Send it, with its hidden fields as they were `own` or are now."""
    asked = ("evidence", "scenario") if form != "evidence" else ()
    given = {name: fields[name] for name in asked if name in fields}
    mine = own if own is not None else opened(client, form, **given)
    data = {**mine, **fields, "do": do}
    address = f"/record/{form}/"
    return Sent(client, client.post(address, data=data, files=files, headers=FROM_HERE))


def as_analyst(client: TestClient, analyst: str) -> None:
    """Who records in this browser."""
    client.cookies.set(f"scen-{PORT}-analyst", analyst)
