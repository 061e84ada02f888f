"""The analysts of a tracker with login, role and mail: named, compared and exported."""

from datetime import date

import msgspec
import pytest

from scenarios.exchange.view.view import ExportMetadata, View
from scenarios.model import Database, Tracker
from scenarios.model.tracker import DeclaredAnalyst, folded_login

PEOPLE = Tracker(
    analysts={
        "desk": "The desk",
        "asia": DeclaredAnalyst(name="Asia desk", login="Asia@Example.org", mail="a@example.org"),
    }
)


def test_a_bare_name_is_that_of_an_analyst_without_login() -> None:
    assert PEOPLE.people["desk"] == DeclaredAnalyst(name="The desk")
    assert PEOPLE.people["desk"].role == "analyst"
    assert [PEOPLE.analyst_name(id) for id in ("desk", "asia", "gone", None)] == [
        *("The desk", "Asia desk", "gone", ""),
    ]


@pytest.mark.parametrize(
    ("login", "same"),
    [
        ("Asia@Example.ORG", True),
        ("a\u0301sia@example.org", False),  # another letter
        ("аsia@example.org", False),
        ("asia@example.org ", False),
        ("ASIA@example.org\u0130", False),
    ],
)
def test_logins_are_the_same_after_nfc_and_in_small_ascii_letters_alone(
    login: str, *, same: bool
) -> None:
    assert (folded_login(login) == folded_login("asia@example.org")) is same
    assert folded_login("e\u0301") == folded_login("\u00e9")
    assert folded_login("É") != folded_login("é")


@pytest.mark.parametrize(
    ("mail", "login", "address"),
    [
        ("a@example.org", "b@example.org", "a@example.org"),
        (None, "b@example.org", "b@example.org"),
        (None, "li", None),
        (None, "li@ex ample", None),
        (None, None, None),
    ],
)
def test_a_mail_goes_to_the_address_else_to_a_login_that_is_one(
    mail: str | None, login: str | None, address: str | None
) -> None:
    assert DeclaredAnalyst(name="Li", login=login, mail=mail).address == address


def test_an_export_has_names_and_nobodys_login_role_or_address() -> None:
    view = View(Database(tracker=PEOPLE), ExportMetadata(as_of=date(2022, 2, 28)))
    assert view.columns("analysts", "analyst", "name") == [
        ("desk", "The desk"),
        ("asia", "Asia desk"),
    ]
    everything = msgspec.json.encode([view.rows(name) for name in view.tables])
    assert b"xample.org" not in everything
