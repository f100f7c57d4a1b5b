with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A17'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- Whether the patient was informed must be told: empty is as no.
described_row as (
    select
        row_in_scope.*,
        trim(
            concat(
                case when row_in_scope.offered_at is null then 'Erbjuden tid är tom. ' else '' end,
                case
                    when not coalesce(row_in_scope.is_guarantee_informed, false)
                        then 'Information om vårdgarantin är inte ifylld som J.'
                    else ''
                end
            )
        ) as detail
    from row_in_scope
    where row_in_scope.deviation_code = '1'
),

finding as (
    select * from described_row
    where detail <> ''
)

{{ select_findings() }}
