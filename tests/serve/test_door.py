"""Who is let in, and what of the machine can be reached through the server."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.cli.commands import FILES, make
from tests.serve.desks import HERE, PORT, reader, stranger


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("desk") / "scenarios", FILES)


@pytest.fixture(scope="module")
def client(root: Path) -> TestClient:
    return reader(root)


def test_the_start_address_gives_a_cookie_that_no_script_and_no_other_site_has(root: Path) -> None:
    client, door = stranger(root)
    made = client.get(door.start)
    cookie = made.headers["set-cookie"]
    assert cookie == f"scen-{PORT}={door.token}; HttpOnly; Path=/; SameSite=strict"
    assert door.token not in made.text
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/?token=", "/?token=guessed", "/s/pact/", "/-/events", "/-/desk.js", "/x"]
)
def test_without_the_token_nothing_is_told(root: Path, path: str) -> None:
    client, _ = stranger(root)
    made = client.get(path)
    assert made.status_code == 403
    assert "Open the start address that scen serve printed" in made.text
    assert "set-cookie" not in made.headers


def test_the_token_of_another_server_is_none(root: Path) -> None:
    client, _ = stranger(root)
    _, other = stranger(root)
    client.cookies.set(other.cookie, other.token)
    assert client.get("/").status_code == 403


def test_a_ticket_works_once(root: Path) -> None:
    client, door = stranger(root)
    used: list[str] = []
    page = door.opening(lambda: used.append("used")).decode()
    ticket = page.split('href="')[1].split('"')[0]
    assert client.get(ticket).status_code == 200
    assert used == ["used"]
    another, _ = stranger(root)
    assert another.get(ticket).status_code == 403
    client.cookies.clear()
    assert client.get(ticket).status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:80", f"[::1]:{PORT}"]
)
def test_a_host_that_is_not_ours_is_refused_whatever_it_leads_to(
    client: TestClient, host: str
) -> None:
    made = client.get("/", headers={"Host": host})
    assert (made.status_code, f"answers to 127.0.0.1:{PORT} only" in made.text) == (421, True)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:3000", f"https://127.0.0.1:{PORT}"]
)
def test_a_foreign_origin_is_refused_for_every_method(client: TestClient, origin: str) -> None:
    for method in ("GET", "POST"):
        made = client.request(method, "/", headers={"Origin": origin})
        assert (made.status_code, "Another site asked for this" in made.text) == (403, True)


def test_what_writes_must_say_which_page_it_was_sent_from(client: TestClient) -> None:
    assert client.post("/").status_code == 403
    assert client.post("/", headers={"Origin": HERE}).status_code == 405


def test_another_site_shows_no_page_of_ours_as_a_part_of_its_own(client: TestClient) -> None:
    for site in ("cross-site", "same-site"):
        part = {"Sec-Fetch-Site": site, "Sec-Fetch-Dest": "iframe"}
        assert client.get("/", headers=part).status_code == 403
        assert client.get("/", headers={**part, "Sec-Fetch-Dest": "document"}).status_code == 200


@pytest.mark.parametrize("path", ["/nope", "/nope/", "/nope/x/", "/style.css", "/a/b/c"])
def test_an_address_that_nothing_has_is_not_found_whatever_is_asked_of_it(
    client: TestClient, path: str
) -> None:
    for method in ("GET", "HEAD", "POST"):
        made = client.request(method, path, headers={"Origin": HERE})
        assert (made.status_code, "location" in made.headers) == (404, False)


@pytest.mark.parametrize("path", ["/site.css", "/-/desk.css", "/sources/", "/s/pact/", "/status/"])
def test_an_address_that_is_read_takes_nothing(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200
    made = client.post(path, headers={"Origin": HERE})
    assert (made.status_code, {*made.headers["allow"].split(", ")}) == (405, {"GET", "HEAD"})


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
def test_a_method_that_nothing_has_is_not_allowed(client: TestClient, method: str) -> None:
    made = client.request(method, "/", headers={"Origin": HERE})
    assert (made.status_code, made.headers["allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize(
    "path",
    [
        *("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd"),
        *("/-/../door.py", "/-/..%2fdoor.py", "/-/%2e%2e%5cdoor.py", "/-//etc/passwd"),
        *("/s/..%2ftracker/", "/s/%00/", "/s/pact%2f..%2f..%2f..%2fsecret/", "/tracker.yaml"),
    ],
)
def test_no_path_leads_out_of_what_is_served(client: TestClient, path: str) -> None:
    made = client.get(path, follow_redirects=True)
    assert made.status_code == 404
    assert "root:" not in made.text


@pytest.mark.parametrize("path", ["//evil.example", "///evil.example", "/%2Fevil.example", "/x"])
@pytest.mark.parametrize("end", ["/index.html?as_of=30d", "/index.html", "/s?as_of=30d", "/s/pact"])
def test_no_location_leaves_this_host(client: TestClient, path: str, end: str) -> None:
    made = client.send(
        client.build_request("GET", httpx2.URL(HERE, raw_path=f"{path}{end}".encode()))
    )
    assert re.fullmatch(r"(/([^/\\].*)?)?", made.headers.get("location", ""))


def test_a_link_in_the_database_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text(FILES["pact.yaml"].replace("title: ", "title: SECRET "))
    root = make(tmp_path / "scenarios", FILES)
    (root / "leak.yaml").symlink_to(secret)
    client = reader(root)
    page, leak = client.get("/"), client.get("/s/leak/")
    assert "SECRET" not in page.text + leak.text
    assert "scenarios/leak.yaml cannot be read" in leak.text
    assert "1 file cannot be read: scen check says why" in page.text


def test_what_is_sent_is_bounded(client: TestClient) -> None:
    def parts(size: int) -> dict[str, str]:
        return {"Origin": HERE, "Content-Length": str(size)}

    assert client.post("/", headers=parts(5 << 20)).status_code == 413
    assert client.post("/", headers=parts(-1)).status_code == 413
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    assert client.post("/", headers={**parts(5 << 20), **form}).status_code == 405
    assert client.post("/", headers={**parts(105 << 20), **form}).status_code == 413


def test_each_answer_says_what_may_be_done_with_it(client: TestClient) -> None:
    for path in ("/", "/x", "/-/desk.js", "/?as_of=x"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_a_desk_that_is_only_read_has_no_route_that_writes(root: Path) -> None:
    client = reader(root, read_only=True)
    routes = client.app.routes  # type: ignore[attr-defined]
    assert {method for route in routes for method in route.methods} == {"GET", "HEAD"}
