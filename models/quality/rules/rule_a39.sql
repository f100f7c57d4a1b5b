with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A39'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- CM03: an unknown unit is not child psychiatry.
described_row as (
    select
        row_in_scope.*,
        case
            when coalesce(row_in_scope.specialty_group, 'unknown') <> 'BUP'
                then
                    case
                        when row_in_scope.cap_step is not null
                            then 'Steget är ifyllt utanför barn- och ungdomspsykiatrin.'
                    end
            when row_in_scope.phase in ('1', '2', '3') and row_in_scope.cap_step is null
                then concat('Fas ', row_in_scope.phase, ' utan steg.')
        end as detail
    from row_in_scope
),

finding as (
    select * from described_row
    where detail is not null
)

{{ select_findings() }}
