"""Good rows of one or more entities for each dialect, and values that are wrong in them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .house import CONTRACTS, file_bytes
from .people import person

UNIT = "SE2321000131-E0001"


@dataclass(frozen=True)
class Sample:
    """An entity with rows made by number; `lake` is what row number n must become, counted by hand."""

    entity: str
    row: Callable[[int], dict[str, str]]
    lake: Callable[[int], dict[str, Any]]
    required: str
    bad_values: tuple[tuple[str, str], ...]
    free_text: str

    @property
    def contract(self) -> Any:
        return CONTRACTS[self.entity]

    @property
    def file_name(self) -> str:
        return f"{self.entity}_202407.csv"

    def rows(self, count: int) -> list[dict[str, str]]:
        return [self.row(n) for n in range(count)]

    def file(self, rows: list[dict[str, str]], **options: Any) -> bytes:
        return file_bytes(self.contract, rows, **options)


def _patient(n: int) -> str:
    return person(f"19{50 + n % 40}0{1 + n % 9}1{n % 10}", n % 900)


def _contact(n: int) -> dict[str, str]:
    return {
        "vardkontakt_id": f"VK-{n}",
        "patient_id": _patient(n),
        "kon": "KMO"[n % 3],
        "skyddad_identitet": "N",
        "lkf": "1980",
        "vardniva": "S",
        "enhet_hsaid": UNIT,
        "vardgaranti": "J",
        "fas": "1",
        "mvo": "Åäö",
        "prioritet": "5 € höft",
        "typ_akutverksamhet": "0",
        "beslut_tid": "2024-05-02 08:30:00",
        "start_tid": f"2024-07-{1 + n % 31:02d} 23:59:59",
        "kontaktform": "B",
        "patientavgift": f"-{n},5",
    }


def _contact_lake(n: int) -> dict[str, Any]:
    return {
        "vardkontakt_id": f"VK-{n}",
        "kon": "KMO"[n % 3],
        "mvo": "Åäö",
        "prioritet": "5 € höft",
        "lkf": "1980",
        "beslut_tid": datetime.datetime(2024, 5, 2, 8, 30),
        "start_tid": datetime.datetime(2024, 7, 1 + n % 31, 23, 59, 59),
        "patientavgift": Decimal(f"-{n}.5"),
        "remiss_id": None,
        "referral_key": None,
        "avslut_tid": None,
    }


def _stay(n: int) -> dict[str, str]:
    return {
        "vardtillfalle_id": f"VT{n // 2}",
        "vistelse_nr": str(n % 2 + 1),
        "patient_id": _patient(n // 2),
        "kon": "K",
        "skyddad_identitet": "N",
        "avdelning_hsaid": UNIT,
        "in_tid": "2024-06-30 22:15:00",
        "in_satt": "A",
        "ut_till": "HEM",
        "drg_vikt": "1,2345",
        "huvuddiagnos": "Ö12",
    }


def _stay_lake(n: int) -> dict[str, Any]:
    return {
        "vardtillfalle_id": f"VT{n // 2}",
        "vistelse_nr": n % 2 + 1,
        "in_tid": datetime.datetime(2024, 6, 30, 22, 15),
        "drg_vikt": Decimal("1.2345"),
        "ut_tid": None,
        "huvuddiagnos": "Ö12",
    }


def _operation(n: int) -> dict[str, str]:
    return {
        "operation_id": f"OP{n}",
        "patient_id": _patient(n),
        "kon": "M",
        "skyddad_identitet": "N",
        "enhet_hsaid": UNIT,
        "akut": "J",
        "op_start": "2024-07-03 07:00:00",
        "status": "G",
        "struken_orsak": "Återbud – ånger",
    }


def _operation_lake(n: int) -> dict[str, Any]:
    return {
        "operation_id": f"OP{n}",
        "op_typ": None,
        "akut": "J",
        "op_start": datetime.datetime(2024, 7, 3, 7),
        "struken_orsak": "Återbud – ånger",
    }


def _hours(n: int) -> dict[str, str]:
    return {
        "anstallning_id": f"A{n}",
        "heroma_enhet": "Åby vårdcentral",
        "period": "202406",
        "tidtyp": "ORD",
        "timmar": f"-{n},25",
    }


def _hours_lake(n: int) -> dict[str, Any]:
    return {
        "anstallning_id": f"A{n}",
        "heroma_enhet": "Åby vårdcentral",
        "period": "202406",
        "timmar": Decimal(f"-{n}.25"),
    }


def _posting(n: int) -> dict[str, str]:
    blank = " " if n % 2 else "\u00a0"
    return {
        "ver_nr": f"V{n}",
        "rad_nr": "1",
        "bokforingsdatum": "2024-07-31",
        "period": "202407",
        "konto": "4011",
        "motpart": "Läkemedel åt ö",
        "belopp": f"-1{blank}234{blank}{567 + n % 400},89",
        "text": "fri text som aldrig läses in",
    }


def _posting_lake(n: int) -> dict[str, Any]:
    return {
        "ver_nr": f"V{n}",
        "rad_nr": 1,
        "bokforingsdatum": datetime.date(2024, 7, 31),
        "period": "202407",
        "motpart": "Läkemedel åt ö",
        "belopp": -(Decimal(1_234_567 + n % 400) + Decimal("0.89")),
    }


def _call(n: int) -> dict[str, str]:
    return {
        "samtal_id": f"S{n}",
        "enhet_hsaid": "Öster, vårdcentral",
        "kanal": "TEL",
        "inkommet": "2024-07-01T00:00:00",
        "status": "HANTERAT",
    }


def _call_lake(n: int) -> dict[str, Any]:
    return {
        "samtal_id": f"S{n}",
        "enhet_hsaid": "Öster, vårdcentral",
        "inkommet": datetime.datetime(2024, 7, 1),
        "hanterat": None,
    }


def _plan(n: int) -> dict[str, str]:
    return {
        "version": "BUDGET",
        "period": f"2024{1 + n % 12:02d}",
        "produkt": f"läkarbesök {n}",
        "antal": f"{n},5",
    }


def _plan_lake(n: int) -> dict[str, Any]:
    return {
        "period": f"2024{1 + n % 12:02d}",
        "enhet_hsaid": None,
        "produkt": f"läkarbesök {n}",
        "antal": Decimal(f"{n}.5"),
    }


def _unit(n: int) -> dict[str, str]:
    return {
        "enhet_hsaid": f"{UNIT}{n}",
        "namn": "Öron, näsa; hals",
        "enhetstyp": "MOTTAGNING",
        "klinik_hsaid": UNIT,
        "klinik_namn": "Kliniken",
        "vardgivare_hsaid": UNIT,
        "omrade": "Närvård",
        "driftform": "REGION",
        "vardniva": "S",
        "verksamhetstyp": "SOM",
        "giltig_from": "2020-02-29",
        "giltig_tom": ["", "9999-12-31", "99991231", "2024-12-31"][n % 4],
    }


def _unit_lake(n: int) -> dict[str, Any]:
    return {
        "enhet_hsaid": f"{UNIT}{n}",
        "namn": "Öron, näsa; hals",
        "giltig_from": datetime.date(2020, 2, 29),
        "giltig_tom": datetime.date(2024, 12, 31) if n % 4 == 3 else None,
        "sjukhus_kod": None,
    }


SAMPLES: tuple[Sample, ...] = (
    Sample(
        "cosmic_vardkontakt",
        _contact,
        _contact_lake,
        required="enhet_hsaid",
        bad_values=(
            ("start_tid", "2024-07-32 10:00:00"),
            ("start_tid", "2024-07-01T10:00:00"),
            ("start_tid", "2024-07-01 24:00:00"),
            ("start_tid", "2024-07-01 10:00"),
            ("beslut_tid", "2024-02-30 10:00:00"),
            ("beslut_tid", "2024-07-01 12:00:5Z"),
            ("beslut_tid", "2024-07-01 12:60:00"),
            ("avliden_datum", "2023-02-29"),
            ("avliden_datum", "20240701"),
            ("avliden_datum", "2024-7-1"),
            ("avliden_datum", "01/07/2024"),
            ("avliden_datum", "-024-07-01"),
            ("patientavgift", "100.50"),
            ("patientavgift", "1 000,50"),
            ("patientavgift", "hundra"),
            ("patientavgift", ",5"),
            ("fodelsear", "19x4"),
            ("fodelsear", "1954,0"),
            ("kon", "F"),
            ("kon", "k"),
            ("skyddad_identitet", "1"),
            ("vardniva", "T"),
            ("kontaktform", "X"),
            ("vard_avbruten", "JA"),
            ("patient_id", "1234567"),
            ("patient_id", "12345678901234"),
        ),
        free_text="prioritet",
    ),
    Sample(
        "cosmic_vardtillfalle",
        _stay,
        _stay_lake,
        required="avdelning_hsaid",
        bad_values=(
            ("vistelse_nr", "ett"),
            ("drg_vikt", "1.2345"),
            ("in_tid", "2024-06-31 22:15:00"),
            ("in_satt", "X"),
            ("ut_till", "HEMMET"),
        ),
        free_text="huvuddiagnos",
    ),
    Sample(
        "provisio_operation",
        _operation,
        _operation_lake,
        required="enhet_hsaid",
        bad_values=(("op_start", "2024-07-03"), ("status", "X"), ("op_typ", "P"), ("akut", "Ja")),
        free_text="struken_orsak",
    ),
    Sample(
        "heroma_arbetadtid",
        _hours,
        _hours_lake,
        required="heroma_enhet",
        bad_values=(
            ("timmar", "7.5"),
            ("timmar", "1 000,5"),
            ("timmar", "--1,0"),
            ("timmar", "1,5-"),
            ("period", "202413"),
            ("period", "2024-06"),
            ("tidtyp", "ORDINARIE"),
        ),
        free_text="heroma_enhet",
    ),
    Sample(
        "raindance_huvudbok",
        _posting,
        _posting_lake,
        required="konto",
        bad_values=(
            ("belopp", "1234.50"),
            ("belopp", "1.234,50"),
            ("belopp", "12 34,50"),
            ("belopp", "1 234 ,50"),
            ("bokforingsdatum", "2024-07-00"),
            ("bokforingsdatum", "240731"),
            ("period", "202400"),
            ("rad_nr", "1,0"),
        ),
        free_text="motpart",
    ),
    Sample(
        "telefoni_samtal",
        _call,
        _call_lake,
        required="enhet_hsaid",
        bad_values=(
            ("inkommet", "2024-07-01 10:00:00"),
            ("inkommet", "2024-07-01T25:00:00"),
            ("hanterat", "2024-07-01"),
            ("kanal", "FAX"),
            ("status", "hanterat"),
        ),
        free_text="enhet_hsaid",
    ),
    Sample(
        "produktionsplan",
        _plan,
        _plan_lake,
        required="produkt",
        bad_values=(("antal", "10.5"), ("antal", "1 000"), ("period", "202499"), ("version", "Budget")),
        free_text="produkt",
    ),
    Sample(
        "register_enhet",
        _unit,
        _unit_lake,
        required="namn",
        bad_values=(
            ("giltig_from", "2021-02-29"),
            ("giltig_from", "2021-01-01 00:00:00"),
            ("enhetstyp", "Mottagning"),
            ("driftform", "KOMMUN"),
        ),
        free_text="namn",
    ),
)
BY_ENTITY = {sample.entity: sample for sample in SAMPLES}
