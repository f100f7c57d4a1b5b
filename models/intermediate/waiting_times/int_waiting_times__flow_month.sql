{#- Kept like a fact: a period's flow looks back on the months before it, which a build does not compute. -#}
{{ config(materialized="incremental", incremental_strategy="replace_periods", on_schema_change="fail") }}

{% set keys = ['period', 'measure_family'] %}
{#- As the contract of the waiting list has them (avford_orsak). -#}
{% set reasons = [
    'ANNAN_VARDGIVARE', 'PATIENTENS_ONSKAN', 'EJ_BEHOV', 'AVLIDEN', 'UTEBLIVIT', 'FELREGISTRERAD', 'OVRIGT'
] %}

with

flagged_row as (
    select * from {{ ref('int_waiting_times__flagged_row') }}
),

period as (
    select * from {{ ref('int_core__period') }}
),

flow_family as (
    select * from {{ ref('flow_families') }}
),

-- WT50, CM08: a disqualified row is in no part of the flow. A removed or corrected entry is outside every
-- rule, so none of them is disqualified; an entry removed before the period or at no time is no removal of
-- it, and one removed after it waits or is corrected. WT04: a drop-in without a decision was decided when it
-- began, and so is new. CM03: a row of an unknown unit counts at the region only.
flow_row as (
    select
        period,
        contact_key,
        case when unit_key is not null then unit_id end as unit_id,
        clinic_id,
        area_name,
        phase,
        coalesce(cap_step, '') as cap_step,
        coalesce(specialty_group, 'unknown') as specialty_group,
        row_state,
        case when row_state = 'removed' then removal_reason end as removal_reason,
        is_decision_derived
        or (decision_date >= first_date and decision_date <= last_date) as is_decided_in_period,
        cast(registered_at as date) >= first_date
        and cast(registered_at as date) <= last_date as is_registered_in_period
    from flagged_row
    where
        care_level = 'S'
        and not is_disqualified
        and (
            row_state in ('completed', 'waiting', 'corrected')
            or (row_state = 'removed' and cast(removed_at as date) >= first_date)
        )
),

kind_of_row as (
    select distinct
        period,
        phase,
        cap_step,
        specialty_group
    from flow_row
),

-- The first family that takes a kind of row has it, so that a row is in one; acute contacts are in none.
family_of_kind as (
    select
        kind_of_row.period,
        kind_of_row.phase,
        kind_of_row.cap_step,
        kind_of_row.specialty_group,
        flow_family.measure_family,
        row_number() over (
            partition by
                kind_of_row.period, kind_of_row.phase, kind_of_row.cap_step, kind_of_row.specialty_group
            order by flow_family.place
        ) as number_in_order
    from kind_of_row
    inner join period on kind_of_row.period = period.period
    inner join flow_family
        on
            period.last_date >= flow_family.valid_from
            and period.last_date <= coalesce(flow_family.valid_to, period.last_date)
            and kind_of_row.phase = coalesce(flow_family.phase, kind_of_row.phase)
            and kind_of_row.phase <> coalesce(flow_family.excluded_phase, '')
            and kind_of_row.specialty_group
            = coalesce(flow_family.specialty_group, kind_of_row.specialty_group)
            and (
                flow_family.cap_steps is null
                or {{ stands_in_list('kind_of_row.cap_step', 'flow_family.cap_steps') }}
            )
),

row_of_family as (
    select
        flow_row.*,
        family_of_kind.measure_family
    from flow_row
    inner join family_of_kind
        on
            flow_row.period = family_of_kind.period
            and flow_row.phase = family_of_kind.phase
            and flow_row.cap_step = family_of_kind.cap_step
            and flow_row.specialty_group = family_of_kind.specialty_group
            and family_of_kind.number_in_order = 1
),

-- New and referred are ids: one that was both removed and carried out came once. All else is one row an id.
flow_line as (
    select
        period,
        measure_family,
        {{ level_name() }} as level,
        {{ level_unit_id() }} as unit_id,
        count(distinct case when is_decided_in_period then contact_key end) as new_count,
        count(distinct case when is_registered_in_period then contact_key end) as referral_count,
        count(case when row_state = 'completed' then 1 end) as completed_count,
        count(case when row_state = 'removed' then 1 end) as removed_count,
        {% for reason in reasons %}
            count(case when removal_reason = '{{ reason }}' then 1 end) as removed_{{ reason | lower }}_count,
        {% endfor %}
        count(
            case when row_state = 'removed' and removal_reason is null then 1 end
        ) as removed_without_reason_count,
        count(case when row_state = 'corrected' then 1 end) as corrected_count,
        count(case when row_state = 'waiting' then 1 end) as waiting_end_count
    from row_of_family
    group by {{ plain_level_grouping_sets(keys) }}
    having {{ level_is_known() }}
)

select
    period,
    measure_family,
    level,
    unit_id,
    new_count,
    referral_count,
    completed_count,
    removed_count,
    {% for reason in reasons %}
        removed_{{ reason | lower }}_count,
    {% endfor %}
    removed_without_reason_count,
    corrected_count,
    waiting_end_count
from flow_line
