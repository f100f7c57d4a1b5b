with

listed_clinic as (
    select * from {{ ref('review_listed_clinic') }}
),

own_period as (
    select * from {{ ref('review_period') }}
),

candidate as (
    select * from {{ ref('delivery_staged') }}
),

delivery_left_out as (
    select * from {{ ref('delivery_left_out') }}
),

rule_line as (
    select * from {{ ref('review_rule') }}
),

approval_clinic as (
    select * from {{ ref('approval_clinic') }}
),

clinic_approval as (
    select * from {{ source('control', 'clinic_approval') }}
),

-- Staged is delivered and left out, clinic by clinic: a test of the delivery holds it.
counted_row as (
    select
        coalesce(candidate.clinic_id, '*') as clinic_id,
        candidate.population,
        candidate.rows_count,
        0 as left_out_count
    from candidate
    inner join own_period on candidate.period = own_period.period
    union all
    select
        coalesce(delivery_left_out.clinic_id, '*') as clinic_id,
        delivery_left_out.population,
        0 as rows_count,
        delivery_left_out.rows_count as left_out_count
    from delivery_left_out
    inner join own_period on delivery_left_out.period = own_period.period
),

clinic_count as (
    select
        clinic_id,
        cast(sum(case when population = 'completed' then rows_count else 0 end) as bigint) as completed_count,
        cast(sum(case when population = 'waiting' then rows_count else 0 end) as bigint) as waiting_count,
        cast(
            sum(case when population = 'completed' then left_out_count else 0 end) as bigint
        ) as left_out_completed_count,
        cast(
            sum(case when population = 'waiting' then left_out_count else 0 end) as bigint
        ) as left_out_waiting_count
    from counted_row
    group by clinic_id
),

clinic_deviation as (
    select
        clinic_id,
        cast(sum(new_count) as bigint) as new_count,
        cast(sum(remaining_count) as bigint) as remaining_count,
        cast(sum(fixed_count) as bigint) as fixed_count,
        cast(sum(accepted_count) as bigint) as accepted_count,
        cast(sum(case when severity = 'info' then deviations_count else 0 end) as bigint) as info_count
    from rule_line
    group by clinic_id
),

approvable_clinic as (
    select approval_clinic.*
    from approval_clinic
    inner join own_period on approval_clinic.period = own_period.period
),

-- An approval holds for exactly the figures it was given of: of others it is withdrawn, told already or not.
told_clinic as (
    select
        listed_clinic.clinic_id,
        listed_clinic.clinic_name,
        listed_clinic.area_name,
        coalesce(clinic_count.completed_count, 0) as completed_count,
        coalesce(clinic_count.waiting_count, 0) as waiting_count,
        coalesce(clinic_count.left_out_completed_count, 0) as left_out_completed_count,
        coalesce(clinic_count.left_out_waiting_count, 0) as left_out_waiting_count,
        coalesce(clinic_deviation.new_count, 0) as new_count,
        coalesce(clinic_deviation.remaining_count, 0) as remaining_count,
        coalesce(clinic_deviation.fixed_count, 0) as fixed_count,
        coalesce(clinic_deviation.accepted_count, 0) as accepted_count,
        coalesce(clinic_deviation.info_count, 0) as info_count,
        clinic_approval.approved_by,
        clinic_approval.approved_at,
        case
            when approvable_clinic.clinic_id is null then 'not_needed'
            when clinic_approval.clinic_id is null then 'missing'
            when
                not clinic_approval.is_withdrawn
                and clinic_approval.figures_hash = approvable_clinic.figures_hash
                then 'approved'
            else 'withdrawn'
        end as approval_state,
        coalesce(
            clinic_approval.withdrawn_reason, 'klinikens rader eller siffror är andra än de som godkändes'
        ) as withdrawn_reason
    from listed_clinic
    left join clinic_count on listed_clinic.clinic_id = clinic_count.clinic_id
    left join clinic_deviation on listed_clinic.clinic_id = clinic_deviation.clinic_id
    left join approvable_clinic on listed_clinic.clinic_id = approvable_clinic.clinic_id
    left join clinic_approval on listed_clinic.clinic_id = clinic_approval.clinic_id
),

clinic as (
    select
        *,
        completed_count - left_out_completed_count as delivered_completed_count,
        waiting_count - left_out_waiting_count as delivered_waiting_count
    from told_clinic
)

select
    clinic_id,
    clinic_name,
    area_name,
    completed_count,
    waiting_count,
    delivered_completed_count,
    delivered_waiting_count,
    left_out_completed_count,
    left_out_waiting_count,
    new_count,
    remaining_count,
    fixed_count,
    accepted_count,
    info_count,
    case when approval_state = 'approved' then approved_by end as approved_by,
    case when approval_state = 'approved' then approved_at end as approved_at,
    approval_state,
    case when approval_state = 'withdrawn' then withdrawn_reason end as withdrawn_reason
from clinic
