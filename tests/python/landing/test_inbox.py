"""EXTRACTS.md, "Delivery folder": names, kontroll.csv, links, packed files, and what is not of the folder."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from pathlib import Path

import pytest

from .house import House, control_bytes
from .samples import BY_ENTITY
from .test_faults import assert_refused, assert_said

SAMPLE = BY_ENTITY["cosmic_vardkontakt"]
NAME = SAMPLE.file_name


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "home")


def good(rows: int = 5) -> bytes:
    return SAMPLE.file(SAMPLE.rows(rows))


@pytest.mark.parametrize(
    "name",
    [
        "okand_202407.csv",
        "cosmic_vardkontakt.csv",
        "cosmic_vardkontakt_202407.txt",
        "cosmic_vardkontakt_202407.csv.zip",
        "cosmic_vardkontakt_2024-07.csv",
        "cosmic_vardkontakt_202407 (1).csv",
        "läs mig.docx",
        "kontroll.csv.bak",
    ],
)
def test_an_unknown_name_is_reported_and_not_loaded(house: House, name: str) -> None:
    house.put(name, good())
    landing = house.land(SAMPLE.entity)
    assert_said(landing.reports + landing.refused, name)
    assert not house.loads("current", "held")


@pytest.mark.parametrize("month", ["202406", "202408", "202307"])
def test_a_file_named_for_another_period_is_refused(house: House, month: str) -> None:
    house.put(f"cosmic_vardkontakt_{month}.csv", good())
    assert_refused(house, house.land(SAMPLE.entity), SAMPLE, month)


def test_the_same_entity_plain_and_packed_is_never_loaded_silently_from_one_of_them(house: House) -> None:
    house.deliver(SAMPLE.entity, good(4))
    house.deliver(SAMPLE.entity, good(5), packed=True)
    landing = house.land(SAMPLE.entity)
    assert_said(landing.refused + landing.reports, NAME)


def test_a_link_is_refused(house: House, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.csv"
    elsewhere.write_bytes(good())
    (house.inbox() / NAME).symlink_to(elsewhere)
    assert_refused(house, house.land(SAMPLE.entity), SAMPLE, NAME)


def test_a_link_that_leads_nowhere_is_refused(house: House, tmp_path: Path) -> None:
    (house.inbox() / NAME).symlink_to(tmp_path / "finns inte")
    assert_refused(house, house.land(SAMPLE.entity), SAMPLE, NAME)


def test_a_folder_with_a_files_name_is_refused(house: House) -> None:
    (house.inbox() / NAME).mkdir()
    assert_refused(house, house.land(SAMPLE.entity), SAMPLE, NAME)


def test_kontroll_that_matches_lets_the_file_in(house: House) -> None:
    house.deliver(SAMPLE.entity, good())
    house.put("kontroll.csv", control_bytes({NAME: (5, good())}))
    landing = house.land(SAMPLE.entity)
    assert not landing.refused
    assert house.current(SAMPLE.entity)


def test_kontroll_names_a_packed_file_by_its_delivered_bytes(house: House) -> None:
    packed = gzip.compress(good(), mtime=0)
    house.put(NAME + ".gz", packed)
    house.put("kontroll.csv", control_bytes({NAME + ".gz": (5, packed)}))
    assert not house.land(SAMPLE.entity).refused


def test_kontroll_with_a_bom_and_crlf_is_read(house: House) -> None:
    house.deliver(SAMPLE.entity, good())
    control = control_bytes({NAME: (6, good())}).replace(b"\n", b"\r\n")
    house.put("kontroll.csv", b"\xef\xbb\xbf" + control)
    assert_refused(house, house.land(SAMPLE.entity), SAMPLE, "6")


@pytest.mark.parametrize("rows", [4, 6, 0])
def test_kontroll_with_another_number_of_rows_refuses_the_file(house: House, rows: int) -> None:
    house.deliver(SAMPLE.entity, good())
    house.put("kontroll.csv", control_bytes({NAME: (rows, good())}))
    assert_refused(house, house.land(SAMPLE.entity), SAMPLE, NAME, str(rows), "5")


def test_kontroll_counts_broken_rows_too(house: House) -> None:
    data = good() + b"bara ett\r\n"
    house.deliver(SAMPLE.entity, data)
    house.put("kontroll.csv", control_bytes({NAME: (6, data)}))
    assert not house.land(SAMPLE.entity).refused


def test_kontroll_with_another_sha256_refuses_the_file(house: House) -> None:
    house.deliver(SAMPLE.entity, good())
    house.put("kontroll.csv", control_bytes({NAME: (5, good() + b" ")}))
    assert_refused(house, house.land(SAMPLE.entity), SAMPLE, NAME, "sha256")


def test_kontroll_with_capital_hexadecimals_matches(house: House) -> None:
    house.deliver(SAMPLE.entity, good())
    digest = hashlib.sha256(good()).hexdigest().upper()
    house.put("kontroll.csv", f"fil;rader;sha256\n{NAME};5;{digest}\n".encode())
    assert not house.land(SAMPLE.entity).refused


@pytest.mark.parametrize("digest", ["", "0", "abc", "z" * 64], ids=["empty", "short", "letters", "no hex"])
def test_kontroll_that_names_a_file_with_no_real_sha256_does_not_match_it(house: House, digest: str) -> None:
    """What kontroll.csv names must match; a row that cannot be read is no match."""
    house.deliver(SAMPLE.entity, good())
    house.put("kontroll.csv", f"fil;rader;sha256\n{NAME};5;{digest}\n".encode())
    landing = house.land(SAMPLE.entity)
    assert_said(landing.refused, "kontroll.csv", "rad 2")
    assert house.current(SAMPLE.entity) is None


def test_what_kontroll_names_must_be_there(house: House) -> None:
    other = BY_ENTITY["produktionsplan"]
    house.deliver(SAMPLE.entity, good())
    house.put("kontroll.csv", control_bytes({NAME: (5, good()), other.file_name: (5, b"x")}))
    landing = house.land(SAMPLE.entity, other.entity)
    assert_said(landing.refused, other.file_name, "kontroll.csv")
    assert landing.group_states["plans"] == "refused"
    assert house.current(SAMPLE.entity), "en saknad fil stoppar bara sin egen grupp"


def test_a_file_that_kontroll_does_not_name_is_reported_and_loaded(house: House) -> None:
    house.deliver(SAMPLE.entity, good())
    house.put("kontroll.csv", b"fil;rader;sha256\n")
    landing = house.land(SAMPLE.entity)
    assert_said(landing.reports, NAME, "kontroll.csv")
    assert house.current(SAMPLE.entity)


@pytest.mark.parametrize(
    "name", ["../{n}", "../../2024-06/{n}", "/etc/passwd", "..\\{n}", "sub/{n}", ".", "..", "", "./{n}", "C:\\{n}"]
)
def test_path_tricks_in_kontroll_are_refused(house: House, name: str) -> None:
    house.put(NAME, good(), period="2024-06")
    house.deliver(SAMPLE.entity, good())
    digest = hashlib.sha256(good()).hexdigest()
    house.put("kontroll.csv", f"fil;rader;sha256\n{name.format(n=NAME)};5;{digest}\n".encode())
    landing = house.land(SAMPLE.entity)
    assert_said(landing.refused, "kontroll.csv", "rad 2")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"fil,rader,sha256\n",
        b"fil;rader;sha256\r" + NAME.encode() + b";5;0\r",
        b'fil;rader;sha256\n"' + NAME.encode(),
        b"\xff\xfe\x00\x01",
        b"fil;rader;sha256\n" + NAME.encode() + ";²;".encode() + b"0" * 64 + b"\n",
        b"fil;rader;sha256\n" + NAME.encode() + b";" + b"9" * 5000 + b";" + b"0" * 64 + b"\n",
        b"fil;rader;sha256\n" + b"x" * 300 + b".csv;5;" + b"0" * 64 + b"\n",
        b"fil;rader;sha256\n" + b"x" * 200_000 + b";5;" + b"0" * 64 + b"\n",
        b"fil;rader;sha256\na\0b.csv;5;" + b"0" * 64 + b"\n",
        b"fil;rader;sha256\n;;\n;;;;\n",
    ],
    ids=[
        "empty", "blank", "comma", "lone cr", "open quote", "no utf-8", "power of two", "huge number", "long name",
        "huge field", "nul", "empty cells",
    ],
)  # fmt: skip
def test_a_broken_kontroll_is_told_and_never_a_crash(house: House, content: bytes) -> None:
    house.deliver(SAMPLE.entity, good())
    house.put("kontroll.csv", content)
    landing = house.land(SAMPLE.entity)
    assert_said(landing.refused, "")


def test_a_kontroll_that_is_a_link_is_told(house: House, tmp_path: Path) -> None:
    elsewhere = tmp_path / "kontroll.csv"
    elsewhere.write_bytes(control_bytes({NAME: (99, b"")}))
    house.deliver(SAMPLE.entity, good())
    (house.inbox() / "kontroll.csv").symlink_to(elsewhere)
    landing = house.land(SAMPLE.entity)
    assert_said(landing.refused, "kontroll.csv")


def test_a_file_that_is_no_gzip_is_refused(house: House) -> None:
    house.put(NAME + ".gz", good())
    assert_refused(house, house.land(SAMPLE.entity), SAMPLE, NAME, "gzip")


@pytest.mark.parametrize("cut", [1, 4, 9, 40])
def test_a_gzip_cut_short_is_refused_since_rows_are_missing(house: House, cut: int) -> None:
    house.put(NAME + ".gz", gzip.compress(good(300), mtime=0)[:-cut])
    assert_refused(house, house.land(SAMPLE.entity), SAMPLE, NAME)


def test_a_gzip_with_a_wrong_check_sum_is_refused(house: House) -> None:
    packed = bytearray(gzip.compress(good(300), mtime=0))
    packed[-6] ^= 0xFF
    house.put(NAME + ".gz", bytes(packed))
    assert_refused(house, house.land(SAMPLE.entity), SAMPLE, NAME)


def test_a_gzip_that_expands_beyond_the_limit_is_refused(house: House) -> None:
    packer = zlib.compressobj(9, wbits=31)
    parts = [packer.compress(good(1))]
    parts += [packer.compress(b"0" * (1 << 20)) for _ in range(200)]
    parts.append(packer.flush())
    bomb = b"".join(parts)
    assert len(bomb) < 1 << 18
    house.put(NAME + ".gz", bomb)
    assert_refused(house, house.land(SAMPLE.entity), SAMPLE, NAME)
    assert sum(p.stat().st_size for p in house.root.rglob("*") if p.is_file()) < 2 << 20


def test_a_bomb_of_many_small_members_is_refused(house: House) -> None:
    house.put(NAME + ".gz", gzip.compress(good(1)) + gzip.compress(b"0" * (4 << 20), 9) * 50)
    assert_refused(house, house.land(SAMPLE.entity), SAMPLE, NAME)


def test_a_well_packed_month_is_no_bomb(house: House) -> None:
    """Extracts shrink five to fifty times; the same row many times over shrinks more and is still no bomb."""
    sample = BY_ENTITY["produktionsplan"]
    house.deliver(sample.entity, sample.file([sample.row(1)] * 100_000), packed=True)
    assert not house.land(sample.entity).refused


def test_an_empty_or_missing_inbox_loads_nothing_and_says_so_without_a_crash(house: House) -> None:
    landing = house.land(SAMPLE.entity)
    assert not landing.loaded
    house.inbox("2024-08")
    assert not house.land(SAMPLE.entity, period="2024-08").loaded


def test_the_original_lies_read_only_in_the_archive_and_stays_in_the_inbox(house: House) -> None:
    path = house.deliver(SAMPLE.entity, good())
    house.land(SAMPLE.entity)
    kept = [p for p in house.home.archive.rglob("*") if p.is_file()]
    assert [p.read_bytes() for p in kept] == [good()]
    assert kept[0].stat().st_mode & 0o777 == 0o400
    assert path.read_bytes() == good()


def test_folders_and_files_of_a_home_are_the_owners_alone(house: House) -> None:
    rows = SAMPLE.rows(5)
    rows[0]["kon"] = "X"
    house.deliver(SAMPLE.entity, SAMPLE.file(rows))
    house.land(SAMPLE.entity)
    for path in [house.root, *house.root.rglob("*")]:
        if house.home.inbox not in (path, *path.parents):
            assert path.stat().st_mode & 0o077 == 0, path


def test_nothing_of_the_clear_rows_is_left_in_the_scratch_folder(house: House) -> None:
    house.deliver(SAMPLE.entity, good())
    house.land(SAMPLE.entity)
    assert not house.home.landing_scratch.exists()
    house.home.landing_scratch.mkdir()
    (house.home.landing_scratch / "lines").write_bytes(good())
    house.land(SAMPLE.entity)
    assert not house.home.landing_scratch.exists()
