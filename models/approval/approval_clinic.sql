with

row_digest as (
    select * from {{ ref('approval_row_digest') }}
),

clinic_figure as (
    select * from {{ ref('approval_figure') }}
),

rule as (
    select * from {{ ref('rules') }}
),

unit as (
    select * from {{ ref('int_core__unit') }}
),

period as (
    select * from {{ ref('int_core__period') }}
),

-- Sorted, so that the order of files and rows tells nothing; equal rows each count.
digest_of_rows as (
    select
        period,
        clinic_id,
        md5({{ sorted_texts_joined('row_digest') }}) as rows_digest
    from row_digest
    group by period, clinic_id
),

-- What is told by looking at other periods: of the clinic as a whole (A31, A32) it would withdraw
-- the approval of a month in which no row changed, and of a row it stands in the row's own digest (A05, A07,
-- A20).
looking_back as (
    select distinct rule_id
    from rule
    where look_back_periods is null or look_back_periods > 0
),

-- Titles are words, and a share is its two counts: neither adds anything to what is approved.
judged_figure as (
    select
        period,
        clinic_id,
        figure_kind,
        population,
        subject_id,
        case_id,
        severity,
        rows_count,
        numerator,
        denominator
    from clinic_figure
    where figure_kind <> 'deviation' or subject_id not in (select looking_back.rule_id from looking_back)
),

text_of_figure as (
    select
        period,
        clinic_id,
        {{ row_text('judged_figure') }} as figure_text
    from judged_figure
),

digest_of_figures as (
    select
        period,
        clinic_id,
        md5({{ sorted_texts_joined('figure_text') }}) as figures_digest
    from text_of_figure
    group by period, clinic_id
),

-- The name the clinic had last in the period.
named_clinic as (
    select
        period.period,
        unit.clinic_id,
        unit.clinic_name,
        row_number() over (
            partition by period.period, unit.clinic_id
            order by unit.valid_from_date desc, unit.clinic_name asc, unit.unit_id asc
        ) as place
    from period
    inner join unit
        on
            period.last_date >= unit.valid_from_date
            and period.first_date <= unit.valid_to_date
),

approvable_clinic as (
    select
        digest_of_rows.period,
        digest_of_rows.clinic_id,
        coalesce(named_clinic.clinic_name, digest_of_rows.clinic_id) as clinic_name,
        md5(
            concat(digest_of_rows.rows_digest, '|', coalesce(digest_of_figures.figures_digest, ''))
        ) as figures_hash
    from digest_of_rows
    left join digest_of_figures
        on
            digest_of_rows.period = digest_of_figures.period
            and digest_of_rows.clinic_id = digest_of_figures.clinic_id
    left join named_clinic
        on
            digest_of_rows.period = named_clinic.period
            and digest_of_rows.clinic_id = named_clinic.clinic_id
            and named_clinic.place = 1
)

select
    period,
    clinic_id,
    clinic_name,
    figures_hash
from approvable_clinic
