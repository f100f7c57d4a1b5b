with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A12'
),

period as (
    select * from {{ ref('int_core__period') }}
),

region_code_list as (
    select mvo_code from {{ source('control', 'region_mvo') }}
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- Where the region gives a list of its codes, a code outside it is unknown.
finding as (
    select
        row_in_scope.*,
        concat(
            'Medicinskt verksamhetsområde: ',
            coalesce(row_in_scope.mvo_code, 'tomt'),
            '.'
        ) as detail
    from row_in_scope
    inner join period on row_in_scope.period = period.period
    where
        row_in_scope.mvo_code is null
        or length(row_in_scope.mvo_code) <> period.mvo_code_length
        or (
            exists (select 1 from region_code_list)
            and row_in_scope.mvo_code not in (select region_code_list.mvo_code from region_code_list)
        )
)

{{ select_findings() }}
