"""The other registers of the synthetic region: ansvar, Heroma units and the chart of accounts."""

from __future__ import annotations

from orchestration.synthetic_region.organisation import Clinic, make_organisation

_VALID_FROM = "2015-01-01"
# (first account, how many, name, result line, of-which line, cost type, key figure group)
_ACCOUNTS = (
    (1100, 6, "Inventarier", "Balans", "", "BALANS", ""),
    (1500, 5, "Kundfordringar", "Balans", "", "BALANS", ""),
    (1900, 4, "Kassa och bank", "Balans", "", "BALANS", ""),
    (2400, 6, "Leverantörsskulder", "Balans", "", "BALANS", ""),
    (2900, 5, "Upplupna kostnader", "Balans", "", "BALANS", ""),
    (3000, 5, "Patientavgifter", "Patientavgifter", "", "INTAKT", ""),
    (3100, 5, "Såld vård till andra regioner", "Ersättning vårdtjänster", "", "INTAKT", ""),
    (3300, 3, "Regionersättning", "Regionersättning", "", "REGIONERSATTNING", ""),
    (3500, 6, "Försäljning av tjänster", "Försäljning av tjänster", "", "INTAKT", ""),
    (3700, 6, "Bidrag och övriga intäkter", "Övriga intäkter", "", "INTAKT", ""),
    (4010, 12, "Lön arbetad tid", "Personalkostnader", "", "LON", ""),
    (4050, 4, "Övertid och mertid", "Personalkostnader", "varav övertid/mertid", "LON", ""),
    (4080, 6, "Jour och beredskap", "Personalkostnader", "", "LON", ""),
    (4110, 6, "Lön ej arbetad tid", "Personalkostnader", "", "LON", ""),
    (4310, 4, "Sociala avgifter", "Personalkostnader", "", "SOC_AVG", ""),
    (4410, 3, "Pensionskostnader", "Personalkostnader", "", "PENSION", ""),
    (4510, 4, "Inhyrd personal läkare", "Personalkostnader", "varav externt inhyrd personal", "INHYRD", ""),
    (
        4520,
        4,
        "Inhyrd personal sjuksköterskor",
        "Personalkostnader",
        "varav externt inhyrd personal",
        "INHYRD",
        "",
    ),
    (4610, 4, "Utbildning av personal", "Personalkostnader", "", "OVR_PERSONAL", "utbildning"),
    (4640, 3, "Personalrepresentation", "Personalkostnader", "", "OVR_PERSONAL", "representation"),
    (4660, 4, "Övriga personalkostnader", "Personalkostnader", "", "OVR_PERSONAL", ""),
    (5010, 8, "Köpt vård av andra regioner", "Köpt vård", "", "KOPT_VARD", ""),
    (5030, 6, "Köpt vård av privata vårdgivare", "Köpt vård", "", "KOPT_VARD", ""),
    (5210, 6, "Läkemedel på recept", "Läkemedel", "", "LAKEMEDEL", ""),
    (5230, 5, "Läkemedel på rekvisition", "Läkemedel", "", "LAKEMEDEL", ""),
    (5410, 5, "Tekniska hjälpmedel", "Tekniska hjälpmedel", "", "OVRIGT", ""),
    (5610, 9, "Sjukvårdsmaterial", "Material och tjänster", "", "OVRIGT", ""),
    (5710, 6, "Laboratorietjänster", "Material och tjänster", "", "OVRIGT", ""),
    (6010, 6, "Lokalhyror", "Lokalkostnader", "", "OVRIGT", ""),
    (6210, 5, "Resor", "Övriga verksamhetskostnader", "", "OVRIGT", "resor"),
    (6510, 4, "Konsulttjänster", "Övriga verksamhetskostnader", "", "OVRIGT", "konsulter"),
    (6710, 3, "Extern representation", "Övriga verksamhetskostnader", "", "OVRIGT", "representation"),
    (6910, 8, "Övriga kostnader", "Övriga verksamhetskostnader", "", "OVRIGT", ""),
    (7910, 4, "Avskrivningar", "Övriga verksamhetskostnader", "", "OVRIGT", ""),
    (8010, 4, "Finansiella poster", "Finansnetto", "", "FINANS", ""),
)


def account_rows() -> list[dict[str, str]]:
    """Rows of register_konto: about 190 accounts, every result line of a region's income statement."""
    return [
        {
            "konto": str(first + step),
            "namn": f"{name} {step + 1}",
            "resultatrad": line,
            "varav_rad": of_which,
            "kostnadsslag": cost_type,
            "nyckeltalsgrupp": group,
            "giltig_from": _VALID_FROM,
            "giltig_tom": "",
        }
        for first, count, name, line, of_which, cost_type, group in _ACCOUNTS
        for step in range(count)
    ]


def _link_rows(code_column: str, code_of: tuple[int, int], clinic_names: tuple[str, ...]) -> list[dict[str, str]]:
    """A code a unit and one a clinic and name of `clinic_names`; a code an area. Exactly one link a row."""
    first, step = code_of
    organisation = make_organisation()
    rows: list[dict[str, str]] = []

    def add(code: int, name: str, column: str, value: str) -> None:
        empty = {"enhet_hsaid": "", "klinik_hsaid": "", "omrade": ""}
        rows.append(
            {code_column: str(code), "namn": name, **empty, column: value}
            | {"giltig_from": _VALID_FROM, "giltig_tom": ""}
        )

    def clinic_code(clinic: Clinic) -> int:
        return first + (clinic.number - 100) * step

    for clinic in organisation.clinics:
        for place, name in enumerate(clinic_names):
            add(clinic_code(clinic) + place, f"{clinic.name}, {name}", "klinik_hsaid", clinic.hsa_id)
        units = [unit for unit in organisation.units if unit.clinic.number == clinic.number]
        for place, unit in enumerate(units, start=len(clinic_names)):
            add(clinic_code(clinic) + place, unit.name, "enhet_hsaid", unit.hsa_id)
    for place, area in enumerate(dict.fromkeys(clinic.area for clinic in organisation.clinics)):
        add(first + place, f"{area}, stab", "omrade", area)
    return rows


def cost_centre_rows() -> list[dict[str, str]]:
    """Rows of register_ansvar: each unit, two for the clinic as a whole, one an area."""
    return _link_rows("ansvar", (10000, 20), ("gemensamt", "läkare"))


def staff_unit_rows() -> list[dict[str, str]]:
    """Rows of register_heroma_enhet: each unit, three for the clinic as a whole, one an area."""
    return _link_rows("heroma_enhet", (300000, 100), ("ledning", "läkare", "paramedicin"))
