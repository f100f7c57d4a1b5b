with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A13'
),

period as (
    select * from {{ ref('int_core__period') }}
),

region_code_list as (
    select activity_code from {{ source('control', 'region_activity') }}
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- A text that cannot be an activity code, by its length or the region's own list, is no activity.
finding as (
    select
        row_in_scope.*,
        concat(
            'Fas ',
            row_in_scope.phase,
            ', aktivitet: ',
            coalesce(row_in_scope.activity_code, 'tom'),
            '.'
        ) as detail
    from row_in_scope
    inner join period on row_in_scope.period = period.period
    where
        (
            row_in_scope.effect_case = 'missing'
            and row_in_scope.phase in ('2', '3')
            and (
                row_in_scope.activity_code is null
                or length(row_in_scope.activity_code) <> period.activity_code_length
                or (
                    exists (select 1 from region_code_list)
                    and row_in_scope.activity_code not in (
                        select region_code_list.activity_code from region_code_list
                    )
                )
            )
        )
        or (
            row_in_scope.effect_case = 'superfluous'
            and row_in_scope.phase in ('1', '4', '5')
            and row_in_scope.activity_code is not null
        )
)

{{ select_findings() }}
