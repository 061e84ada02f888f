"""A feed is fetched from the public web alone, in bounded time, size and redirects."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from scenarios.errors import ScenError
from scenarios.exchange.fetching import MOST_REDIRECTS, HttpClient, fetch, is_public
from tests.exchange.web import HOST, PUBLIC, Answer, Web, serving

FEED = f"https://{HOST}/feed"
MOST = 1 << 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with serving(tmp_path_factory.mktemp("web")) as web:
        yield web


@pytest.fixture
def web(server: Web) -> Web:
    server.answers, server.addresses = {}, {HOST: [PUBLIC]}
    for past in (server.asked, server.resolved, server.connected):
        past.clear()
    return server


def refusal(web: Web, address: str = FEED) -> str:
    with pytest.raises(ScenError) as error:
        fetch(address, MOST, web.network())
    return str(error.value)


def test_a_file_comes_with_its_media_type_and_address(web: Web) -> None:
    web.answers["/feed?x=1"] = Answer(b"<rss/>", headers={"Content-Type": "application/rss+xml"})
    got = fetch(f"{FEED}?x=1", MOST, web.network())
    assert got == (b"<rss/>", "application/rss+xml", f"{FEED}?x=1")
    assert (web.resolved, web.connected) == ([HOST], [(PUBLIC, 443)])


def test_a_redirect_is_followed_and_its_host_is_checked_again(web: Web) -> None:
    web.answers = {
        "/feed": Answer(status=301, headers={"Location": "moved"}),
        "/moved": Answer(status=302, headers={"Location": f"https://{HOST}:8443/now"}),
        "/now": Answer(b"news"),
    }
    assert fetch(FEED, MOST, web.network()).data == b"news"
    assert web.resolved == [HOST, HOST, HOST]
    assert web.connected[-1] == (PUBLIC, 8443)


@pytest.mark.parametrize(
    "target",
    [
        "http://news.example.org/feed",
        "file:///etc/passwd",
        "ftp://news.example.org/feed",
        "javascript:alert(1)",
        "data:text/xml,<rss/>",
        "//user:secret@news.example.org/",
        "https://[::1/feed",
        "https://news.example.org:99999/",
        "https://news.example.org/\x1b[2J",
    ],
)
def test_a_redirect_leads_to_nothing_but_https(web: Web, target: str) -> None:
    web.answers["/feed"] = Answer(status=302, headers={"Location": target})
    words = refusal(web)
    assert "was not fetched" in words
    assert "\x1b" not in words
    assert web.asked == ["/feed"]


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "127.0.0.1",
        "0.0.0.0",  # noqa: S104
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "233.252.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%lo",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "64:ff9b::a9fe:a9fe",
        "2001:db8::1",
    ],
)
def test_no_host_leads_into_the_readers_own_network(web: Web, address: str) -> None:
    assert not is_public(address)
    web.addresses["inside.example.org"] = [PUBLIC, address]
    web.answers["/feed"] = Answer(status=302, headers={"Location": "https://inside.example.org/"})
    assert refusal(web) == (
        f"'https://inside.example.org/' was not fetched: inside.example.org is {address}, "
        "which is not a public address"
    )
    assert web.connected == [(PUBLIC, 443)]


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:21f:cb07::1", "64:ff9b::5db8:d70e"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


def test_a_number_for_a_host_is_checked_like_a_name() -> None:
    with pytest.raises(ScenError, match=r"127\.0\.0\.1, which is not a public address"):
        fetch("https://127.0.0.1/feed", MOST, HttpClient(seconds=60))


def test_a_name_that_changes_its_address_meanwhile_leads_nowhere_else(web: Web) -> None:
    """DNS rebinding: the connection goes to the address that was checked, and to no later one."""
    web.answers["/feed"] = Answer(b"news")
    network = web.network()

    def resolve(host: str, port: int) -> list[str]:
        addresses = network.resolve(host, port)
        web.addresses[HOST] = ["127.0.0.1"]
        return addresses

    assert fetch(FEED, MOST, network._replace(resolve=resolve)).data == b"news"
    assert web.resolved == [HOST]
    assert web.connected == [(PUBLIC, 443)]


def test_the_certificate_must_be_the_hosts(web: Web) -> None:
    web.addresses["other.example.org"] = [PUBLIC]
    assert "was not fetched: Hostname mismatch" in refusal(web, "https://other.example.org/")


def test_the_certificate_must_be_known(web: Web) -> None:
    network = web.network()._replace(context=HttpClient().context)
    with pytest.raises(ScenError, match=r"self.signed certificate"):
        fetch(FEED, MOST, network)


def test_a_loop_of_redirects_ends(web: Web) -> None:
    web.answers["/feed"] = Answer(status=302, headers={"Location": "/back"})
    web.answers["/back"] = Answer(status=302, headers={"Location": "/feed"})
    assert refusal(web) == f"'{FEED}' was not fetched: it redirects more than 5 times"
    assert web.asked == ["/feed", "/back"] * 3


def test_a_long_way_of_redirects_ends(web: Web) -> None:
    for number in range(20):
        target = {"Location": f"/{number + 1}"}
        web.answers[f"/{number}"] = Answer(status=302, headers=target)
    words = refusal(web, f"https://{HOST}/0")
    assert words.endswith(f"it redirects more than {MOST_REDIRECTS} times")
    assert len(web.asked) == MOST_REDIRECTS + 1


def test_a_long_file_is_refused_before_it_is_read_to_its_end(web: Web) -> None:
    web.answers["/feed"] = Answer([b"x" * (1 << 20)] * 100)
    assert refusal(web) == f"'{FEED}' was not fetched: more than 1 MiB"


def test_a_resolver_that_never_answers_is_left(web: Web) -> None:
    over = threading.Event()

    def resolve(*_: object) -> list[str]:
        over.wait()
        raise OSError

    with pytest.raises(ScenError, match="no answer in time"):
        fetch(FEED, MOST, web.network(seconds=0.1)._replace(resolve=resolve))
    over.set()


def test_a_server_that_drips_is_left(web: Web) -> None:
    over = threading.Event()

    def drops() -> Iterator[bytes]:
        while not over.wait(0.01):
            yield b"x"

    web.answers["/feed"] = Answer(drops())
    with pytest.raises(ScenError, match="no answer in time"):
        fetch(FEED, MOST, web.network(seconds=0.5))
    over.set()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(status=404), "the server answers 404"),
        (Answer(status=304), "the server answers 304"),
        (
            Answer(b"x", headers={"Content-Encoding": "gzip"}),
            "the server answers 200, or compressed",
        ),
        (Answer(b"x", headers={"Content-Length": "9"}), "the answer is cut short"),
        (Answer(status=302), "it redirects more than 5 times"),
        (Answer(b"x", headers={f"X-{n}": "y" for n in range(200)}), "got more than 100 headers"),
    ],
)
def test_an_answer_that_is_not_the_file_is_refused(web: Web, answer: Answer, words: str) -> None:
    web.answers["/feed"] = answer
    assert words in refusal(web)


def test_a_host_without_an_address_is_named(web: Web) -> None:
    words = refusal(web, "https://nowhere.example.org/")
    assert words.endswith("was not fetched: Name or service not known")
