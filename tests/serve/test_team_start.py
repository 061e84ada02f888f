"""The start of a team's server: its options, its socket, and what it does not start with."""

from __future__ import annotations

import re
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scenarios.serve import application
from scenarios.serve.request_guard import Door
from tests.cli.commands import FILES, make, scen
from tests.serve import teams


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    root = teams.database(tmp_path)
    (tmp_path / "secret").write_text(teams.SECRET)
    (tmp_path / "secret").chmod(0o600)
    return root


Started = tuple[str, str, int]
"""The door's start address, the name that is listened at, and the mode of a socket's file."""
SIGN_IN = ("--user-header", teams.HEADER, "--proxy-secret", "secret")


@pytest.fixture
def starts(root: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Started]:
    """What the command would serve, with words of its own."""

    def start(*words: str) -> Started:
        begun: list[Started] = []

        def serve(_: Any, listening: socket.socket, *__: Any, opens: Any, team: Door) -> None:
            with listening:
                name, mode = listening.getsockname(), 0
                if listening.family == socket.AF_UNIX:
                    mode = stat.S_IMODE(Path(name).stat().st_mode)
                begun.append((team.start, f"{name}", mode))
            assert opens is None

        monkeypatch.setattr(application, "serve", serve)
        ended = scen("--database", f"{root}", "serve", "--team", *SIGN_IN, *words)
        assert ended.exit_code == 0, ended.stderr
        (made,) = begun
        return made

    return start


def refused(root: Path, *words: str) -> str:
    """The reason for which a team's server does not start."""
    ended = scen("--database", f"{root}", "serve", *words)
    assert ended.exit_code in (1, 2)
    assert ended.stdout == ""
    return " ".join(ended.stderr.split())


def test_the_address_is_that_of_the_tracker_where_none_is_given(
    root: Path, starts: Callable[..., Started]
) -> None:
    assert "--team needs --address, or `address` in tracker.yaml" in refused(
        root, "--team", *SIGN_IN
    )
    tracker = root / "tracker.yaml"
    tracker.write_text(f"{tracker.read_text()}address: https://of-the-tracker.example/\n")
    assert starts("--port", "0")[0] == "https://of-the-tracker.example/"
    assert starts("--port", "0", "--address", teams.ADDRESS)[0] == teams.ADDRESS


def test_it_listens_on_the_machine_itself_alone(starts: Callable[..., Started]) -> None:
    assert "127.0.0.1" in starts("--port", "0", "--address", teams.ADDRESS)[1]


@pytest.mark.parametrize("left_out", ["--user-header", "--proxy-secret"])
def test_an_option_of_the_sign_in_that_is_missing_is_named(root: Path, left_out: str) -> None:
    at = SIGN_IN.index(left_out)
    words = (*SIGN_IN[:at], *SIGN_IN[at + 2 :])
    assert left_out in refused(root, "--team", "--address", teams.ADDRESS, *words)


@pytest.mark.parametrize(
    "words",
    [("--address", teams.ADDRESS), SIGN_IN[:2], SIGN_IN[2:], ("--readers",), ("--socket", "x")],
)
def test_options_of_a_team_without_a_team_are_refused(root: Path, words: tuple[str, ...]) -> None:
    assert f"{words[0]}" in refused(root, *words)


@pytest.mark.parametrize("words", [("--read-only",), ("--open",)])
def test_options_of_one_person_are_refused_with_a_team(root: Path, words: tuple[str, ...]) -> None:
    every = ("--team", "--address", teams.ADDRESS, *SIGN_IN, *words)
    assert words[0] in refused(root, *every)


def test_a_tracker_that_names_nobody_is_refused_with_the_command_that_names_one(
    tmp_path: Path, root: Path, starts: Callable[..., Started]
) -> None:
    nobody = make(tmp_path / "nobody" / "scenarios", FILES)
    teams.git(tmp_path / "nobody", "init", "-q")
    words = ("--team", "--address", teams.ADDRESS, *SIGN_IN)
    said = refused(nobody, *words)
    assert "tracker.yaml has nobody with a login: scen edit tracker" in said
    tracker = root / "tracker.yaml"
    tracker.write_text(FILES["tracker.yaml"])
    assert starts("--port", "0", "--address", teams.ADDRESS, "--readers")[0] == teams.ADDRESS


def test_a_login_that_no_sign_in_can_send_is_refused_with_its_place(root: Path) -> None:
    tracker = root / "tracker.yaml"
    written = tracker.read_text()
    for login in (r"ed@example.org\nx", r"ed\texample", " ed@example.org", "ed@example.org "):
        tracker.write_text(written.replace("login: ed@example.org", f'login: "{login}"'))
        said = refused(root, "--team", "--address", teams.ADDRESS, *SIGN_IN)
        assert "one line without spaces around, as the sign-in sends it" in said
        assert re.search(r"tracker\.yaml:\d+:\d+: ", said)
    tracker.write_text(written.replace("login: ed@example.org", "login: Ed of the desk"))
    app = teams.desk(root)
    assert teams.person(app, "ana").get("/scen/").status_code == 200


def test_a_socket_is_for_its_owner_and_group_and_replaces_one_that_nobody_answers(
    tmp_path: Path, starts: Callable[..., Started]
) -> None:
    place = tmp_path / "socket"
    words = ("--address", teams.ADDRESS, "--socket", f"{place}")
    for _ in range(2):  # the second finds the file of the first, which was closed
        assert starts(*words) == (teams.ADDRESS, f"{place}", 0o660)
        assert place.is_socket()


def test_what_is_no_socket_or_is_answered_is_left_as_it_is(tmp_path: Path, root: Path) -> None:
    words = ("--team", "--address", teams.ADDRESS, *SIGN_IN, "--socket")
    (tmp_path / "notes").write_text("of somebody")
    assert f"--socket {tmp_path / 'notes'}: " in refused(root, *words, f"{tmp_path / 'notes'}")
    assert (tmp_path / "notes").read_text() == "of somebody"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(f"{tmp_path / 'other'}")
        other.listen()
        said = refused(root, *words, f"{tmp_path / 'other'}")
        assert "another server answers there" in said
        assert (tmp_path / "other").is_socket()
