"""A form that is sent to `serve` by a process that may be killed at it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.serve.desks import reader
from tests.serve.forms import FROM_HERE, Sent, as_analyst, hidden


def post(address: str, fields: str, asked: str = "") -> int:
    """Open a form as `asked` and send it with these fields; 0 where it is taken."""
    given = json.loads(fields)
    copy = given.pop("attachment", None)
    client = reader(Path("scenarios"))
    as_analyst(client, "desk")
    own = hidden(client.get(f"{address}{asked}", follow_redirects=True).text)
    files = {"attachment": ("page.txt", copy.encode(), "text/plain")} if copy else None
    answer = client.post(address, data={**own, **given}, files=files, headers=FROM_HERE)
    sent = Sent(client, answer)
    sys.stderr.write(sent.text)
    return 0 if sent.is_saved else 1
