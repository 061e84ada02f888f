"""Whatever a foreign file holds, it comes in, is named with its place, or is refused."""

from __future__ import annotations

import datetime as dt
import gzip
import resource
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.errors import ScenError
from scenarios.exchange.arrivals import ReadOptions, read_file
from tests.exchange.foreign import DATA, TODAY, arrived, zipped
from tests.full import TIMES

BIBTEX = b'@article{k, author = {A, B and {C}}, title = {D {E} \\"{u}}, url = {https://f.g/h_i}}\n'
RIS = b"TY  - JOUR\nAU  - A, B\nTI  - C\nUR  - https://d.e\nC1  - Reliability: B\nER  - \n"
CSL = (
    b'[{"id": "a", "title": "B", "author": [{"family": "C"}], "issued": {"date-parts": [[2020]]}}]'
)
MATRIX = (DATA / "matrix.achz").read_bytes()
FILES = {
    **{path.name: path.read_bytes() for path in DATA.rglob("*.*") if path.is_file()},
    "metaculus.zip": zipped({p.name: p.read_bytes() for p in (DATA / "metaculus").iterdir()}),
    "unpacked.achz": gzip.decompress(MATRIX).decode("utf-16").encode(),
    "x.bib": BIBTEX,
    "x.ris": RIS,
    "x.csl": CSL,
}
KINDS = {
    **dict.fromkeys(("question_data.csv", "forecast_data.csv", "metaculus.zip"), "metaculus"),
    "key_factor_data.csv": "metaculus",
    **dict.fromkeys(("fatebook.csv", "fatebook-tournament.csv", "fatebook.json"), "fatebook"),
    "predictionbook.json": "predictionbook",
    **dict.fromkeys(("markets.json", "bets.json"), "manifold"),
    **dict.fromkeys(("matrix.achz", "unpacked.achz"), "achz"),
    "x.bib": "bibtex",
    "x.ris": "ris",
    "x.csl": "csl",
    "misp.json": "misp",
}
PIECES = (
    *(b"null", b"true", b"-1", b"1e999", b"NaN", b"[]", b"{}", b'""', b"9" * 30, b"[None]"),
    *(b",", b'"', b"'", b"\n", b"\r", b"\0", b"\xff", b"\xc3\xa9", b"\\", b"{", b"}", b"<", b"&x;"),
    *(b"2026-13-45", b"['a'", b"", b" ", b"YES", b"PK\x03\x04"),
)


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=40 * TIMES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), st.sampled_from(PIECES)), max_size=5)
)
def test_a_damaged_file_is_no_bug(name: str, edits: list[tuple[float, int, bytes]]) -> None:
    data = FILES[name]
    for where, length, piece in edits:
        at = int(where * len(data))
        data = data[:at] + piece + data[at + length :]
    with suppress(ScenError):
        arrived(KINDS[name], data, name)


@pytest.mark.parametrize("name", ["matrix.achz", "misp.json"])
def test_what_a_child_reads_is_what_this_process_reads(name: str) -> None:
    for zone in (dt.UTC, ZoneInfo("Asia/Tokyo"), dt.timezone(dt.timedelta(hours=-9))):
        wanted = ReadOptions(today=TODAY, timezone=zone)
        (path,) = DATA.rglob(name)
        found = read_file(KINDS[name], path.name, path, wanted)
        assert found == arrived(KINDS[name], path, timezone=zone)
        with path.open("rb") as stream:
            assert read_file(KINDS[name], path.name, stream, wanted) == found


def test_a_bundle_of_100_mb_is_refused_and_takes_little_here(tmp_path: Path) -> None:
    with (tmp_path / "x.json").open("wb") as file:
        file.write(b'{"type": "bundle", "objects": [')
        file.write(b'{"type": "note"},' * (100_000_000 // 17))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for kind in ("stix", "misp"):
        with pytest.raises(ScenError, match="more than 64 MiB of JSON"):
            read_file(kind, "x.json", tmp_path / "x.json", ReadOptions(today=TODAY))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


def test_standard_input_is_read_up_to_its_limit_and_is_never_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("scenarios.exchange.arrivals.MOST_JSON_BYTES", len(RIS))
    wanted = ReadOptions(today=TODAY)
    assert len(read_file("ris", "x", BytesIO(RIS), wanted).records) == 1
    with pytest.raises(ScenError, match="x: more than 0 MiB from standard input: name a file"):
        read_file("ris", "x", BytesIO(RIS + b"\n"), wanted)
