"""The telephone's files come on a day of their own: refused, put right and late, they leave care as it is."""

from __future__ import annotations

import json

import pytest

from .command import Done, Place
from .killing import Forge

EARLIER, PERIOD = "2026-09", "2026-10"
EYE, EYE_UNIT = (f"SE2321000131-E000000000{number}" for number in (100, 101))
CALL_COLUMNS = ("samtal_id", "enhet_hsaid", "kanal", "inkommet", "hanterat", "status")
# A working day: one in time, one late, one before the lines open; and a chat.
CALLS = (
    ("T1", "TEL", "14T09:00:00", "14T09:20:00"),
    ("T2", "TEL", "14T16:50:00", "14T17:10:00"),
    ("T3", "TEL", "14T07:30:00", "14T08:05:00"),
    ("T4", "CHATT", "14T09:00:00", "14T09:20:00"),
)


def write_calls(place: Place, period: str, columns: tuple[str, ...] = CALL_COLUMNS) -> None:
    """Both files of the telephone, the calls with these columns."""
    folder = place.home / "inbox" / period
    folder.mkdir(parents=True, exist_ok=True)
    month = period.replace("-", "")
    rows = [
        dict(
            zip(
                CALL_COLUMNS,
                (name, EYE_UNIT, channel, f"{period}-{came}", f"{period}-{handled}", "HANTERAT"),
                strict=True,
            )
        )
        for name, channel, came, handled in CALLS
    ]
    calls = [",".join(columns), *(",".join(row[column] for column in columns) for row in rows)]
    of_1177 = ["period,samtal_inkomna,samtal_besvarade", f"{month},10,9"]
    for entity, lines in (("telefoni_samtal", calls), ("inera_1177", of_1177)):
        content = "".join(f"{line}\n" for line in lines).encode("utf-8-sig")
        (folder / f"{entity}_{month}.csv").write_bytes(content)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory, forge: Forge) -> tuple[Place, dict[str, Done]]:
    """The worked example, delivered beside a broken file of calls, which is then put right; and a month of calls."""
    place = Place(tmp_path_factory.mktemp("telephone"), forge=forge)
    place.fixture("section8.py")
    write_calls(place, PERIOD, CALL_COLUMNS[:-1])
    said = {"validated": place.command("validate", "--period", PERIOD)}
    said["approved"] = place.command("approve", "--period", PERIOD, "--clinic", EYE, "--by", "ögonchefen")
    said["delivered"] = place.command("run", "--period", PERIOD)
    said["status"] = place.command("status", "--period", PERIOD)
    write_calls(place, EARLIER)
    said["calls alone"] = place.command("run", "--period", EARLIER)
    write_calls(place, PERIOD)
    said["put right"] = place.command("run", "--period", PERIOD)
    return place, said


def test_a_refused_file_of_calls_leaves_care_delivered_and_says_so(month: tuple[Place, dict[str, Done]]) -> None:
    place, said = month
    assert said["validated"].code == 4, said["validated"].said
    assert said["delivered"].code == 4, said["delivered"].said
    assert "telefoni_samtal_202610.csv" in said["delivered"].said and "status" in said["delivered"].said
    manifest = json.loads((place.package(PERIOD) / "manifest.json").read_text("utf-8"))
    assert not [entry for entry in json.dumps(manifest).split('"') if "telefoni" in entry or "inera" in entry]
    assert "phone" in said["status"].out and "care" in said["status"].out


def test_calls_that_are_put_right_after_the_delivery_change_the_lines_of_the_telephone_alone(
    month: tuple[Place, dict[str, Done]],
) -> None:
    place, said = month
    assert said["put right"].code == 0, said["put right"].said
    assert not place.package(PERIOD, 2).exists()
    assert "återtaget" not in said["put right"].said
    lines = place.rows(
        "select period, level, numerator, denominator, outside_hours_count from marts.mart_waiting_times "
        "where measure_id = 'phone_same_day' and level in ('region', 'clinic') order by 1, 2"
    )
    assert [tuple(line.values()) for line in lines] == [
        (period, level, "1", "2", "1") for period in (EARLIER, PERIOD) for level in ("clinic", "region")
    ]
    states = place.rows("select period, group_name, state, is_delivered from meta.periods order by 1, 2")
    assert [tuple(line.values()) for line in states] == [
        (EARLIER, "phone", "complete", "False"),
        (PERIOD, "care", "complete", "True"),
        (PERIOD, "phone", "complete", "True"),
        (PERIOD, "registers", "complete", "True"),
    ]


def test_a_month_with_calls_and_no_care_is_built_and_says_that_the_waiting_times_wait(
    month: tuple[Place, dict[str, Done]],
) -> None:
    place, said = month
    done = said["calls alone"]
    assert done.code == 4, done.said
    assert f"Inläst för {EARLIER} är phone" in done.said
    assert f"Väntetider hålls tillbaka: vården för {EARLIER} är inte inläst" in done.said
    assert "Avvikelselistorna förnyas inte: vården är inte inläst" in done.said
    assert f"Ingen leverans av {EARLIER}" in done.said and not place.package(EARLIER).exists()
    assert "Traceback" not in done.said
    waiting = place.rows("select message from meta.periods where period = '2026-09' and group_name = 'phone'")
    assert [tuple(line.values()) for line in waiting] == [("",)], "the month after it has been published whole"
