with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A25'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

finding as (
    select
        row_in_scope.*,
        case row_in_scope.effect_case
            when 'missing' then 'Remissdatum är tomt.'
            else
                concat(
                    'Remiss ',
                    cast(row_in_scope.referral_date as string),
                    ', ankomst ',
                    cast(row_in_scope.referral_arrived_date as string),
                    '.'
                )
        end as detail
    from row_in_scope
    where
        (
            row_in_scope.effect_case = 'missing'
            and row_in_scope.referrer_type_code = '1'
            and row_in_scope.referral_date is null
        )
        or (
            row_in_scope.effect_case = 'disordered'
            and row_in_scope.referral_arrived_date < row_in_scope.referral_date
        )
)

{{ select_findings() }}
