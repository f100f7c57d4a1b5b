"""The organisation of the synthetic region: areas, clinics and units with their history.

All names and HSA-ids are invented; only the region's code and the shape of an HSA-id are real.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from orchestration.synthetic_region.days import NEVER, day_number
from orchestration.synthetic_region.draws import Real, Whole, keys_for, uniform

HSA_PREFIX = "SE2321000131-"
REGION_PROVIDER = (f"{HSA_PREFIX}E000000000001", "Region Västmanland")
_HOSPITALS = {
    "V": ("56010", "Västmanlands sjukhus Västerås"),
    "K": ("56012", "Västmanlands sjukhus Köping"),
    "S": ("56013", "Västmanlands sjukhus Sala"),
    "F": ("56014", "Västmanlands sjukhus Fagersta"),
    "": ("", ""),
}
_OPENED = day_number(2015, 1, 1)
# A unit's waits against the region's.
_SHORTEST_UNIT_FACTOR, LONGEST_UNIT_FACTOR = 0.75, 1.25
CHILD, ADULT, OLD, ANY, SCHOOL, YOUNG = (0, 17), (18, 110), (65, 110), (0, 110), (4, 17), (6, 24)


@dataclass(frozen=True)
class Clinic:
    """A clinic; the pools say how much of each kind of care its units give, relative to other clinics."""

    name: str
    area: str
    activity: str
    hospital: str
    mvo: str
    ages: tuple[int, int]
    units: tuple[str, ...]
    pools: dict[str, float] = field(default_factory=dict)
    wards: int = 0
    is_private: bool = False
    is_primary: bool = False
    number: int = 0

    @property
    def hsa_id(self) -> str:
        """The clinic's own HSA-id."""
        return f"{HSA_PREFIX}K{self.number:012d}"

    @property
    def provider(self) -> tuple[str, str]:
        """HSA-id and name of the vårdgivare."""
        if not self.is_private:
            return REGION_PROVIDER
        return f"{HSA_PREFIX}P{self.number:012d}", f"{self.name} AB"


@dataclass(frozen=True)
class Unit:
    """One interval of a unit. `first_day` and `last_day` are day numbers, last_day NEVER when open."""

    hsa_id: str
    name: str
    unit_type: str
    clinic: Clinic
    pools: dict[str, float]
    first_day: int = _OPENED
    last_day: int = int(NEVER)
    successor: str = ""


_MEDICINE, _SURGERY, _DIAGNOSTICS = "Område Medicin", "Område Opererande vård", "Område Diagnostik"
_PSYCHIATRY, _LOCAL, _PRIMARY = "Område Psykiatri", "Område Närsjukvård", "Område Nära vård"
_PRIVATE = "Privata vårdgivare"


def _hospital(
    name: str, area: str, activity: str, hospital: str, mvo: str, ages: tuple[int, int],
    size: float, units: str, wards: int = 0, **pools: float,
) -> Clinic:  # fmt: skip
    usual = {"first": size, "follow": size, "day": size}
    return Clinic(name, area, activity, hospital, mvo, ages, tuple(units.split("|")), usual | pools, wards)


_HOSPITAL_CLINICS = (
    _hospital(
        "Medicinkliniken",
        _MEDICINE,
        "SOM",
        "V",
        "101",
        ADULT,
        7,
        "Medicinmottagningen|Gastroenterologmottagningen|Endokrinmottagningen",
        4,
        exam=5,
        day=14,
    ),
    _hospital("Kardiologkliniken", _MEDICINE, "SOM", "V", "141", ADULT, 5, "Hjärtmottagningen", 2, exam=4, day=2),
    _hospital(
        "Lung- och allergikliniken",
        _MEDICINE,
        "SOM",
        "V",
        "111",
        ANY,
        3,
        "Lungmottagningen|Allergimottagningen",
        1,
    ),
    _hospital(
        "Njurmedicinska kliniken",
        _MEDICINE,
        "SOM",
        "V",
        "151",
        ADULT,
        2,
        "Njurmottagningen|Dialysen",
        1,
        day=30,
    ),
    _hospital("Neurologkliniken", _MEDICINE, "SOM", "V", "221", ADULT, 3, "Neurologmottagningen", 2),
    _hospital("Infektionskliniken", _MEDICINE, "SOM", "V", "121", ANY, 2, "Infektionsmottagningen", 2),
    _hospital("Hudkliniken", _MEDICINE, "SOM", "V", "211", ANY, 5, "Hudmottagningen", 0, operation=2),
    _hospital(
        "Onkologkliniken",
        _MEDICINE,
        "SOM",
        "V",
        "741",
        ADULT,
        3,
        "Onkologmottagningen|Strålbehandlingen",
        1,
        day=30,
    ),
    _hospital("Geriatrik- och rehabkliniken", _MEDICINE, "SOM", "V", "241", OLD, 2, "Minnesmottagningen", 3),
    _hospital("Akutkliniken", _MEDICINE, "SOM", "V", "046", ANY, 0, "Akutmottagningen", 1, emergency=72),
    _hospital(
        "Kirurgkliniken",
        _SURGERY,
        "SOM",
        "V",
        "301",
        ADULT,
        7,
        "Kirurgmottagningen|Bröstmottagningen|Endoskopimottagningen",
        4,
        operation=20,
        exam=7,
    ),
    _hospital(
        "Ortopedkliniken",
        _SURGERY,
        "SOM",
        "V",
        "311",
        ANY,
        9,
        "Ortopedmottagningen|Handmottagningen",
        3,
        operation=24,
    ),
    _hospital("Urologkliniken", _SURGERY, "SOM", "V", "361", ADULT, 4, "Urologmottagningen", 1, operation=10, exam=4),
    _hospital(
        "Kvinnokliniken",
        _SURGERY,
        "SOM",
        "V",
        "431",
        ADULT,
        7,
        "Gynekologmottagningen|Specialistmödravården",
        2,
        operation=12,
        emergency=5,
    ),
    _hospital("Ögonkliniken", _SURGERY, "SOM", "V", "511", ANY, 11, "Ögonmottagningen", 0, operation=26, emergency=3),
    _hospital(
        "Öron-näsa-halskliniken",
        _SURGERY,
        "SOM",
        "V",
        "521",
        ANY,
        7,
        "Öron-näsa-halsmottagningen|Hörselmottagningen",
        1,
        operation=9,
        emergency=2,
    ),
    _hospital(
        "Barn- och ungdomskliniken",
        _SURGERY,
        "SOM",
        "V",
        "201",
        CHILD,
        6,
        "Barnmottagningen|Barndagvården",
        2,
        operation=3,
        emergency=7,
    ),
    _hospital(
        "Röntgenkliniken",
        _DIAGNOSTICS,
        "SOM",
        "V",
        "611",
        ANY,
        0,
        "Röntgen Västerås|Mammografin",
        0,
        radiology=70,
    ),
    _hospital(
        "Klinisk fysiologi",
        _DIAGNOSTICS,
        "SOM",
        "V",
        "621",
        ANY,
        0,
        "Fysiologlaboratoriet",
        0,
        radiology=20,
        exam=3,
    ),
    _hospital(
        "Vuxenpsykiatrin Västerås",
        _PSYCHIATRY,
        "PSY",
        "V",
        "901",
        ADULT,
        6,
        "Psykiatrimottagning Centrum|Psykiatrimottagning Öster|Äldrepsykiatrin",
        4,
        emergency=5,
        day=1,
    ),
    _hospital(
        "Vuxenpsykiatrin Köping-Sala",
        _PSYCHIATRY,
        "PSY",
        "K",
        "901",
        ADULT,
        3,
        "Psykiatrimottagningen Köping|Psykiatrimottagningen Sala",
        2,
        day=0,
    ),
    _hospital("Beroendekliniken", _PSYCHIATRY, "PSY", "V", "911", ADULT, 1, "Beroendemottagningen", 1, day=0),
    _hospital(
        "Barn- och ungdomspsykiatriska kliniken",
        _PSYCHIATRY,
        "BUP",
        "V",
        "931",
        SCHOOL,
        0,
        "BUP-mottagningen Västerås|BUP-mottagningen Köping",
        1,
        bup=1,
        follow=4,
    ),
    _hospital(
        "Rättspsykiatriska kliniken",
        _PSYCHIATRY,
        "RATT",
        "S",
        "961",
        ADULT,
        0.05,
        "Rättspsykiatriska öppenvården",
        4,
        day=0,
    ),
    _hospital(
        "Habiliteringen",
        _PSYCHIATRY,
        "SOM",
        "V",
        "551",
        ANY,
        2,
        "Barnhabiliteringen|Vuxenhabiliteringen",
        0,
        day=0,
    ),
    _hospital(
        "Närsjukvårdskliniken Köping",
        _LOCAL,
        "SOM",
        "K",
        "101",
        ADULT,
        4,
        "Medicinmottagningen Köping|Rehabmottagningen Köping",
        2,
        operation=5,
        emergency=8,
        radiology=8,
    ),
    _hospital(
        "Närsjukvårdskliniken Sala",
        _LOCAL,
        "SOM",
        "S",
        "101",
        ADULT,
        2,
        "Medicinmottagningen Sala",
        1,
        emergency=4,
    ),
    _hospital(
        "Närsjukvårdskliniken Fagersta",
        _LOCAL,
        "SOM",
        "F",
        "101",
        ADULT,
        1.5,
        "Medicinmottagningen Fagersta",
        1,
        emergency=2,
    ),
)
_PRIVATE_CLINICS = tuple(
    Clinic(name, _PRIVATE, "SOM", "", mvo, ANY, (name,), {pool: weight}, is_private=True)
    for name, mvo, pool, weight in (
        ("Arosbäckens Ögonmottagning", "511", "private_doctor", 4.0),
        ("Mälardalens Gynekologer", "431", "private_doctor", 3.0),
        ("Slottsbrons Urologi", "361", "private_doctor", 2.0),
        ("Svartåns Hudmottagning", "211", "private_doctor", 2.0),
        ("Rörelsehälsan Fysioterapi", "551", "private_other", 6.0),
        ("Steget Rehabilitering", "551", "private_other", 4.0),
        ("Kvarnens Naprapater", "551", "private_other", 2.0),
    )
)
_OWN_CENTRES = (
    "Ekbacken", "Lillåns", "Skultuna", "Oxbacken", "Råby", "Sala Väster", "Köping Centrum", "Kolsva",
    "Fagersta Norra", "Norberg", "Kungsör", "Surahammar",
)  # fmt: skip
_PRIVATE_CENTRES = (
    "Almen", "Björkskatan", "Citylund", "Dingtuna", "Eriksborg", "Furuvägen", "Gideonsberg", "Hammarby",
    "Irsta", "Jakobsgården", "Kopparlunden", "Ljusne", "Malmaberg", "Norrtull", "Önsta", "Pettersberg",
    "Arboga", "Hallstahammar",
)  # fmt: skip


def _centre(name: str, is_private: bool, size: float) -> Clinic:
    title = f"{name} vårdcentral"
    area = _PRIVATE if is_private else _PRIMARY
    return Clinic(
        title, area, "PV", "", "827", ANY, (title,), {"primary": size}, is_private=is_private, is_primary=True
    )


def _clinics() -> tuple[Clinic, ...]:
    sizes = uniform(keys_for("centre", np.arange(len(_OWN_CENTRES) + len(_PRIVATE_CENTRES))), "size")
    centres = tuple(
        _centre(name, place >= len(_OWN_CENTRES), 0.6 + 0.9 * float(sizes[place]))
        for place, name in enumerate(_OWN_CENTRES + _PRIVATE_CENTRES)
    )
    first_line = Clinic(
        "Första linjen barn och unga", _PRIMARY, "FORSTA_LINJEN", "", "932", YOUNG,
        ("Första linjen Västerås", "Första linjen Köping"), {"first_line": 1.0}, is_primary=True,
    )  # fmt: skip
    every = (*_HOSPITAL_CLINICS, *_PRIVATE_CLINICS, *centres, first_line)
    return tuple(replace(clinic, number=number) for number, clinic in enumerate(every, start=101))


def _shared(pools: dict[str, float], names: tuple[str, ...], count: int) -> dict[str, float]:
    return {name: pools[name] / count for name in names if pools.get(name)}


_OUTPATIENT_POOLS = (
    "first", "follow", "day", "exam", "radiology", "bup",
    "private_doctor", "private_other", "primary", "first_line",
)  # fmt: skip


def _units_of(clinic: Clinic) -> list[Unit]:
    """Outpatient units share the clinic's visits; operations and emergencies have units of their own."""
    kind = "VARDCENTRAL" if clinic.activity == "PV" else "MOTTAGNING"
    parts: list[tuple[str, str, dict[str, float]]] = []
    if clinic.pools.get("emergency"):
        name = clinic.units[0] if set(clinic.pools) == {"emergency"} else f"{clinic.name}, akut"
        parts.append(("AKUT", name, _shared(clinic.pools, ("emergency",), 1)))
    if clinic.name != "Akutkliniken":
        share = _shared(clinic.pools, _OUTPATIENT_POOLS, len(clinic.units))
        parts += [(kind, name, share) for name in clinic.units]
    if clinic.pools.get("operation"):
        parts.append(("OPERATION", f"{clinic.name}, operation", _shared(clinic.pools, ("operation",), 1)))
    parts += [("AVDELNING", f"{clinic.name}, avdelning {letter}", {}) for letter in "ABCDEF"[: clinic.wards]]
    return [
        Unit(f"{HSA_PREFIX}E{clinic.number:08d}{place:04d}", name, unit_type, clinic, pools)
        for place, (unit_type, name, pools) in enumerate(parts, start=1)
    ]


@dataclass(frozen=True)
class Organisation:
    """Units as the register holds them (`intervals`) and as care meets them (arrays, one value a unit).

    `last_day` and `successor` say when a unit closed and which unit (by place) took over.
    """

    clinics: tuple[Clinic, ...]
    intervals: tuple[Unit, ...]
    units: tuple[Unit, ...]
    last_day: Whole
    successor: Whole
    ages: Whole
    wait_factor: Real

    def weights(self, pool: str) -> Real:
        """How likely each unit is for an entry of that pool."""
        return np.array([unit.pools.get(pool, 0.0) for unit in self.units])

    def at(self, units: Whole, days: Whole) -> Whole:
        """The unit that is open on that day: the unit itself or its successor."""
        return np.where(self.last_day[units] < days, self.successor[units], units)

    def lookup(self, values: list[str]) -> npt.NDArray[np.object_]:
        """One text a unit, as an array to take from."""
        return np.array(values, dtype=object)


_MOVED_ON = day_number(2024, 4, 1)
_CLOSED_AFTER = day_number(2023, 12, 31)


def _with_history(units: list[Unit]) -> tuple[list[Unit], list[Unit]]:
    """Units for care and intervals for the register: one unit moves, one centre closes."""
    by_name = {unit.name: unit for unit in units}
    closed = replace(
        by_name["Norrtull vårdcentral"], last_day=_CLOSED_AFTER, successor=by_name["Önsta vårdcentral"].hsa_id
    )
    moving = by_name["Rehabmottagningen Köping"]
    new_clinic = next(unit.clinic for unit in units if unit.clinic.name == "Geriatrik- och rehabkliniken")
    before = replace(moving, last_day=_MOVED_ON - 1)
    after = replace(moving, first_day=_MOVED_ON, clinic=new_clinic)
    care = [closed if unit.name == closed.name else unit for unit in units]
    intervals: list[Unit] = []
    for unit in care:
        intervals += [before, after] if unit.hsa_id == moving.hsa_id else [unit]
    return care, intervals


@functools.cache
def make_organisation() -> Organisation:
    """The organisation, the same for every seed: analysts should find the same clinics again."""
    clinics = _clinics()
    care, intervals = _with_history([unit for clinic in clinics for unit in _units_of(clinic)])
    place = {unit.hsa_id: number for number, unit in enumerate(care)}
    queue = uniform(keys_for("wait factor", np.array([unit.clinic.number for unit in care])), "length")
    return Organisation(
        clinics=clinics,
        intervals=tuple(intervals),
        units=tuple(care),
        last_day=np.array([unit.last_day for unit in care], dtype=np.int64),
        successor=np.array([place.get(unit.successor, number) for number, unit in enumerate(care)], dtype=np.int64),
        ages=np.array([unit.clinic.ages for unit in care], dtype=np.int64),
        wait_factor=_SHORTEST_UNIT_FACTOR + (LONGEST_UNIT_FACTOR - _SHORTEST_UNIT_FACTOR) * queue,
    )


def unit_rows(known_until: int) -> list[dict[str, str]]:
    """Rows of register_enhet as known on day `known_until`: no later interval, no end from that day on."""
    rows = []
    for unit in make_organisation().intervals:
        if unit.first_day > known_until:
            continue
        hospital_code, hospital_name = _HOSPITALS[unit.clinic.hospital]
        provider_id, provider_name = unit.clinic.provider
        rows.append(
            {
                "enhet_hsaid": unit.hsa_id,
                "namn": unit.name,
                "enhetstyp": unit.unit_type,
                "klinik_hsaid": unit.clinic.hsa_id,
                "klinik_namn": unit.clinic.name,
                "vardgivare_hsaid": provider_id,
                "vardgivare_namn": provider_name,
                "sjukhus_kod": hospital_code,
                "sjukhus_namn": hospital_name,
                "omrade": unit.clinic.area,
                "driftform": "PRIVAT" if unit.clinic.is_private else "REGION",
                "vardniva": "P" if unit.clinic.is_primary else "S",
                "verksamhetstyp": unit.clinic.activity,
                "rapportor_epost": f"vantetider.{unit.clinic.number}@region.example",
                "giltig_from": str(np.datetime64(unit.first_day, "D")),
                "giltig_tom": "" if unit.last_day >= known_until else str(np.datetime64(unit.last_day, "D")),
            }
        )
    return rows
