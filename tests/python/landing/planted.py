"""Thirty identities, made by code, planted in a delivery wherever a source system may put one by mistake."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from .house import CONTRACTS, file_bytes
from .people import coordination, person, written_forms
from .samples import UNIT

CONTACT, WAITING = "cosmic_vardkontakt", "cosmic_vantelista"
_ORDINARY = 40


@dataclass
class Delivery:
    """Files of one period by name, and every written form of every identity in them."""

    files: dict[str, bytes] = field(default_factory=dict)
    forms: dict[str, list[str]] = field(default_factory=dict)

    @property
    def needles(self) -> list[str]:
        return [form for forms in self.forms.values() for form in forms]


def _contact(n: int, patient: str) -> dict[str, str]:
    return {
        "vardkontakt_id": f"PK-{n}",
        "patient_id": patient,
        "kon": "K",
        "skyddad_identitet": "N",
        "lkf": "1980",
        "vardniva": "S",
        "enhet_hsaid": UNIT,
        "vardgaranti": "J",
        "fas": "1",
        "mvo": "241",
        "bokningssatt": "1",
        "vardkontakttyp": "1",
        "yrkeskategori": "XS915",
        "remittenttyp": "1",
        "remiss_datum": "2024-05-01",
        "ankomst_datum": "2024-05-02",
        "typ_akutverksamhet": "0",
        "beslut_tid": "2024-05-02 08:30:00",
        "start_tid": f"2024-07-{1 + n % 31:02d} 09:00:00",
        "kontaktform": "B",
        "patientavgift": "200,00",
    }


def _waiting(n: int, patient: str) -> dict[str, str]:
    row = {**_contact(n, patient), "vardkontakt_id": f"PV-{n}", "skapad_tid": "2024-05-02 08:30:00", "status": "V"}
    del row["start_tid"]
    return row


class Register:
    """Hands out identities and remembers them under the name of where they are planted."""

    def __init__(self) -> None:
        self.count = 0
        self.forms: dict[str, list[str]] = {}

    def _date(self) -> str:
        self.count += 1
        n = self.count
        return f"{1931 + 2 * n}{1 + n % 12:02d}{1 + n % 28:02d}"

    def person(self, where: str, wrong_by: int = 0, is_coordination: bool = False) -> list[str]:
        """Six written forms of a new person: 12, 8-4, 8+4, 10, 6-4, 6+4."""
        make = coordination if is_coordination else person
        forms = written_forms(make(self._date(), 100 + 17 * self.count, wrong_by))
        self.forms[where] = forms
        return forms

    def reserve(self, where: str, text: str) -> str:
        self.forms[where] = [text]
        return text


def planted_delivery(more: Iterable[dict[str, str]] = ()) -> Delivery:
    """A month's care and registers with thirty identities: in their column, and everywhere else.

    `more` are values of ordinary patients beside them, each of one contact and of one entry that waits.
    """
    people = Register()
    ordinary = [person(f"19{40 + n}0{1 + n % 9}{10 + n % 19}", 200 + n) for n in range(_ORDINARY)]
    contacts = [_contact(n, patient) for n, patient in enumerate(ordinary)]
    waiting = [_waiting(n, patient) for n, patient in enumerate(ordinary)]
    number = _ORDINARY

    def contact(patient: str, **other: str) -> None:
        nonlocal number
        number += 1
        contacts.append({**_contact(number, patient), **other})

    def wait(patient: str, **other: str) -> None:
        nonlocal number
        number += 1
        waiting.append({**_waiting(number, patient), **other})

    # In their own column: every written form, one identity a form.
    for at, name in enumerate(("12", "8-4", "8+4", "10", "6-4", "6+4")):
        contact(people.person(f"patient_id {name}")[at])
    contact(people.person("samordningsnummer", is_coordination=True)[0])
    wait(people.person("samordningsnummer 8-4", is_coordination=True)[1])
    contact(people.person("fel kontrollsiffra", wrong_by=3)[0])
    contact(people.reserve("reservnummer", "RES4711X90"))
    # In a column for something else; the ways of writing take turns.
    spots = (
        ("remiss_id", 0), ("enhet_hsaid", 1), ("lkf", 2), ("mvo", 0), ("kon", 4), ("beslut_tid", 3),
        ("vardkontakt_id", 5), ("patientavgift", 3), ("fodelsear", 3), ("vardgaranti", 1), ("avliden_datum", 0),
    )  # fmt: skip
    for column, at in spots:
        contact(ordinary[0], **{column: people.person(f"i kolumn {column}")[at]})
    wrong = people.person("fel kontrollsiffra i remiss_id", wrong_by=5)
    contact(wrong[0], remiss_id=wrong[3])
    wait(ordinary[1], icd_huvud=people.person("samordningsnummer i icd_huvud", is_coordination=True)[4])
    reserve = people.reserve("reservnummer i remiss_id", "RX-55-8812")
    wait(reserve)
    wait(ordinary[2], remiss_id=reserve.lower())
    contact(ordinary[3], prioritet=f"ring {people.person('i löpande text')[4]} (mor)")
    told = people.person("i listad_enhet_hsaid med understreck")[0]
    contact(ordinary[4], listad_enhet_hsaid=f"enhet_{told}_1")
    doubled = people.person("i nyckeln på rader som strider")[0]
    contact(ordinary[5], vardkontakt_id=doubled)
    contact(ordinary[6], vardkontakt_id=doubled)

    for at, values in enumerate(more):
        contact(ordinary[10 + at], **values)
        wait(ordinary[10 + at], **values)

    contract = CONTRACTS[CONTACT]
    columns = [column.name for column in contract.columns]
    extra = people.person("i en okänd kolumn")
    header_id = people.person("i rubriken")
    rows = [{**row, "anteckning": extra[n % 6]} for n, row in enumerate(contacts)]
    names = [*columns, "anteckning", header_id[0]]
    lines = file_bytes(contract, rows, columns=names).split(b"\r\n")
    broken = people.person("i brutna rader")
    lines.insert(5, ";".join(broken).encode())
    lines.insert(9, b'"' + broken[1].encode() + lines[9])
    lines.insert(-1, f"PK-9999;{broken[0]}".encode())
    files = {
        f"{CONTACT}_202407.csv": b"\r\n".join(lines),
        f"{WAITING}_202407.csv": file_bytes(CONTRACTS[WAITING], waiting),
    }

    in_register = people.person("i ett register")
    unit = {
        "enhet_hsaid": UNIT,
        "namn": "Mottagningen",
        "enhetstyp": "MOTTAGNING",
        "klinik_hsaid": "SE2321000131-E0100",
        "klinik_namn": "Kliniken",
        "vardgivare_hsaid": "SE2321000131-E0200",
        "sjukhus_kod": "11011",
        "sjukhus_namn": "Sjukhuset",
        "omrade": "Närvård",
        "driftform": "REGION",
        "vardniva": "S",
        "verksamhetstyp": "SOM",
        "giltig_from": "2020-01-01",
    }
    link = {"enhet_hsaid": UNIT, "giltig_from": "2020-01-01"}
    registers: dict[str, list[dict[str, str]]] = {
        "register_enhet": [unit, {**unit, "enhet_hsaid": UNIT + "2", "rapportor_epost": in_register[1]}],
        "register_ansvar": [{"ansvar": "100", **link}, {"ansvar": "200", **link, "namn": f"Fru {in_register[4]}"}],
        "register_heroma_enhet": [{"heroma_enhet": "H1", **link}],
        "register_konto": [
            {"konto": "4", "namn": "x", "resultatrad": "r", "kostnadsslag": "LON", "giltig_from": "2020-01-01"}
        ],
    }
    files.update({f"{name}_202407.csv": file_bytes(CONTRACTS[name], made) for name, made in registers.items()})

    file_name = people.person("i ett filnamn")
    files[f"{file_name[0]}_202407.csv"] = b"x"
    files[f"journal_{file_name[1]}.csv"] = b"x"
    files[f"cosmic_vardkontakt_{file_name[4]}_202407.csv.bak"] = b"x"
    control = people.person("i kontroll.csv")
    digest = hashlib.sha256(files[f"{WAITING}_202407.csv"]).hexdigest()
    files["kontroll.csv"] = (
        "fil;rader;sha256\n"
        f"{WAITING}_202407.csv;{len(waiting)};{digest}\n"
        f"{control[0]}_202407.csv;{control[3]};{digest}\n"
        f"../{control[1]};{control[4]};{control[0]}\n"
    ).encode()
    return Delivery(files, people.forms)
