"""The kinds of care of the synthetic region: how much, by whom, where, and how long one waits.

Volumes are a normal month's at scale 1, set so that a year gives the numbers of contacts in Region
Västmanland's monthly report of July 2024 (own specialised care, health centres, private specialists).
Waits are quantiles (share, days) set to lie within Kolada's figures for Västmanland 2021-2025.
"""

from __future__ import annotations

from dataclasses import dataclass

Quantiles = tuple[tuple[float, float], ...]

# January to December, against the mean month.
_EVEN = (1.0,) * 12
_ELECTIVE = (1.03, 1.02, 1.05, 1.05, 1.05, 0.98, 0.72, 0.95, 1.06, 1.08, 1.06, 0.95)
_ACUTE = (1.02, 0.99, 1.0, 0.99, 1.02, 1.02, 1.0, 1.0, 0.99, 1.0, 0.98, 0.99)
_VACCINE = (0.70, 0.45, 0.40, 0.45, 0.55, 0.45, 0.25, 0.35, 0.75, 2.60, 3.10, 1.95)

DOCTOR_FORMS = (("B", 0.79), ("H", 0.01), ("D", 0.20))
OTHER_FORMS = (("B", 0.79), ("H", 0.03), ("D", 0.18))
FIRST_FORMS = (("B", 0.93), ("D", 0.07))
VISIT = (("B", 1.0),)
DOCTOR = (("XS915", 1.0),)
HOSPITAL_OTHER = (
    ("XS919", 0.46), ("XS918", 0.14), ("XS925", 0.08), ("XS917", 0.08), ("XS913", 0.06), ("XS910", 0.05),
    ("XS911", 0.04), ("XS912", 0.03), ("XS914", 0.02), ("XS916", 0.01), ("XS920", 0.01), ("XS921", 0.02),
)  # fmt: skip
MENTAL = (("XS917", 0.40), ("XS915", 0.25), ("XS913", 0.20), ("XS919", 0.15))
CENTRE_OTHER = (
    ("XS919", 0.60), ("XS918", 0.20), ("XS925", 0.07), ("XS917", 0.05),
    ("XS913", 0.04), ("XS910", 0.02), ("XS921", 0.02),
)  # fmt: skip
PRIVATE_OTHER = (("XS918", 0.80), ("XS923", 0.13), ("XS924", 0.07))
NURSE = (("XS919", 1.0),)


@dataclass(frozen=True)
class Stream:
    """One kind of care: `volume` decisions a normal month at scale 1, by unit pool, phase and profession.

    `wait` is in days, or for follow-ups (`has_target`) the days to the medical target. A stream with a
    `parent` follows on a share of that stream's contacts. `holiday_open_share` is the share of care that
    is open in July and at Christmas.
    """

    name: str
    pool: str
    phase: int
    volume: float
    professions: tuple[tuple[str, float], ...]
    forms: tuple[tuple[str, float], ...]
    wait: Quantiles = ()
    growth: float = 0.0
    season: tuple[float, ...] = _ELECTIVE
    removed_share: float = 0.0
    is_listed: bool = True
    has_target: bool = False
    is_acute: bool = False
    cap_step: int = 0
    parent: str = ""
    parent_share: float = 0.0
    is_priority: bool = False
    is_drop_in: bool = False
    holiday_open_share: float = 0.70


_FIRST: Quantiles = (
    (0, 1),
    (0.08, 6),
    (0.25, 17),
    (0.5, 38),
    (0.68, 66),
    (0.8, 85),
    (0.88, 118),
    (0.95, 176),
    (0.99, 300),
    (1, 560),
)
_OPERATION: Quantiles = (
    (0, 1),
    (0.15, 6),
    (0.4, 20),
    (0.6, 36),
    (0.8, 62),
    (0.89, 86),
    (0.93, 182),
    (0.97, 340),
    (0.995, 580),
    (1, 800),
)
_EXAMINATION: Quantiles = ((0, 0), (0.2, 5), (0.5, 21), (0.8, 55), (0.92, 88), (0.98, 150), (1, 260))
_TARGET: Quantiles = ((0, 3), (0.2, 8), (0.5, 24), (0.75, 50), (0.9, 90), (0.98, 180), (1, 365))
_CENTRE_TARGET: Quantiles = ((0, 1), (0.3, 4), (0.6, 11), (0.85, 26), (0.97, 60), (1, 120))
_CAP_FIRST: Quantiles = ((0, 2), (0.2, 12), (0.42, 29), (0.65, 42), (0.85, 64), (0.97, 110), (1, 200))
_CAP_LATER: Quantiles = ((0, 2), (0.15, 12), (0.30, 29), (0.55, 60), (0.8, 120), (0.95, 240), (1, 420))
_CAP_TREATMENT: Quantiles = ((0, 2), (0.2, 12), (0.42, 29), (0.7, 50), (0.9, 90), (1, 240))
_PRIMARY: Quantiles = ((0, 0), (0.52, 0.99), (0.70, 1.99), (0.86, 3.5), (0.93, 7), (0.98, 14), (1, 30))
_FIRST_LINE: Quantiles = ((0, 0), (0.45, 0.99), (0.85, 3.5), (0.95, 9), (1, 25))
_NOW: Quantiles = ((0, 0), (1, 0))

STREAMS = (
    Stream("first doctor", "first", 1, 4900, DOCTOR, FIRST_FORMS, _FIRST, 0.0, removed_share=0.11),
    Stream(
        "first other",
        "first",
        1,
        1800,
        HOSPITAL_OTHER,
        FIRST_FORMS,
        _FIRST,
        0.02,
        removed_share=0.11,
    ),
    Stream(
        "operation",
        "operation",
        2,
        2250,
        DOCTOR,
        (("B", 0.6), ("G", 0.4)),
        _OPERATION,
        0.04,
        removed_share=0.08,
    ),
    Stream("examination", "exam", 3, 1700, DOCTOR, VISIT, _EXAMINATION, 0.0, removed_share=0.06),
    Stream(
        "radiology",
        "radiology",
        3,
        2500,
        NURSE,
        VISIT,
        _EXAMINATION,
        0.02,
        removed_share=0.04,
        is_priority=True,
    ),
    Stream(
        "follow-up doctor",
        "follow",
        4,
        17100,
        DOCTOR,
        (("B", 0.735), ("H", 0.015), ("D", 0.25)),
        _TARGET,
        -0.005,
        removed_share=0.06,
        has_target=True,
    ),
    Stream(
        "follow-up other",
        "follow",
        4,
        33000,
        HOSPITAL_OTHER,
        OTHER_FORMS,
        _TARGET,
        0.035,
        removed_share=0.05,
        has_target=True,
    ),
    Stream(
        "day care",
        "day",
        4,
        3700,
        NURSE,
        (("G", 1.0),),
        _CENTRE_TARGET,
        removed_share=0.02,
        has_target=True,
    ),
    Stream("drop-in", "follow", 4, 260, NURSE, VISIT, _NOW, is_listed=False, is_drop_in=True),
    Stream(
        "vaccination",
        "follow",
        4,
        150,
        NURSE,
        (("V", 1.0),),
        _NOW,
        season=_VACCINE,
        is_listed=False,
        is_drop_in=True,
    ),
    Stream("emergency", "emergency", 5, 6300, DOCTOR, VISIT, _NOW, season=_ACUTE, is_listed=False, is_acute=True),
    Stream(
        "cap first",
        "bup",
        1,
        130,
        MENTAL,
        FIRST_FORMS,
        _CAP_FIRST,
        removed_share=0.08,
        cap_step=1,
    ),
    Stream(
        "cap investigation",
        "bup",
        3,
        0,
        MENTAL,
        FIRST_FORMS,
        _CAP_LATER,
        removed_share=0.05,
        cap_step=2,
        parent="cap first",
        parent_share=0.45,
    ),
    Stream(
        "cap treatment",
        "bup",
        2,
        0,
        MENTAL,
        VISIT,
        _CAP_TREATMENT,
        removed_share=0.05,
        cap_step=3,
        parent="cap first",
        parent_share=0.40,
    ),
    Stream(
        "private doctor first",
        "private_doctor",
        1,
        700,
        DOCTOR,
        VISIT,
        _FIRST,
        0.02,
        removed_share=0.05,
    ),
    Stream(
        "private doctor",
        "private_doctor",
        4,
        1850,
        DOCTOR,
        (("B", 0.993), ("D", 0.007)),
        _TARGET,
        0.02,
        removed_share=0.03,
        has_target=True,
    ),
    Stream(
        "private other",
        "private_other",
        4,
        8700,
        PRIVATE_OTHER,
        (("B", 0.9995), ("D", 0.0005)),
        _CENTRE_TARGET,
        -0.05,
        removed_share=0.02,
        has_target=True,
    ),
    Stream(
        "centre first doctor",
        "primary",
        1,
        13000,
        DOCTOR,
        (("B", 0.76), ("H", 0.01), ("D", 0.23)),
        _PRIMARY,
        0.0,
        removed_share=0.01,
        holiday_open_share=1.0,
    ),
    Stream(
        "centre first other",
        "primary",
        1,
        17000,
        CENTRE_OTHER,
        (("B", 0.88), ("H", 0.02), ("D", 0.10)),
        _PRIMARY,
        0.0,
        removed_share=0.01,
        holiday_open_share=1.0,
    ),
    Stream(
        "centre doctor",
        "primary",
        4,
        18600,
        DOCTOR,
        (("B", 0.76), ("H", 0.03), ("D", 0.21)),
        _CENTRE_TARGET,
        0.0,
        removed_share=0.04,
        has_target=True,
    ),
    Stream(
        "centre other",
        "primary",
        4,
        40000,
        CENTRE_OTHER,
        (("B", 0.84), ("H", 0.06), ("D", 0.10)),
        _CENTRE_TARGET,
        0.0,
        removed_share=0.03,
        has_target=True,
    ),
    Stream(
        "centre vaccination",
        "primary",
        4,
        10300,
        NURSE,
        (("V", 1.0),),
        _NOW,
        season=_VACCINE,
        is_listed=False,
        is_drop_in=True,
    ),
    Stream(
        "first line",
        "first_line",
        1,
        190,
        (("XS917", 0.5), ("XS913", 0.5)),
        FIRST_FORMS,
        _FIRST_LINE,
        removed_share=0.02,
        holiday_open_share=1.0,
    ),
    Stream(
        "hospital missed",
        "follow",
        4,
        1700,
        HOSPITAL_OTHER,
        (("U", 1.0),),
        _TARGET,
        is_listed=False,
        has_target=True,
    ),
    Stream(
        "centre missed",
        "primary",
        4,
        1900,
        CENTRE_OTHER,
        (("U", 1.0),),
        _CENTRE_TARGET,
        is_listed=False,
        has_target=True,
    ),
)
STREAM_NUMBER = {stream.name: number for number, stream in enumerate(STREAMS)}
