{#- Kept like a fact: sums to date, of twelve months and of last year look back on periods not computed. -#}
{{ config(materialized="incremental", incremental_strategy="replace_periods", on_schema_change="fail") }}

with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

carried_out_twice as (
    select * from {{ ref('rule_a05') }}
),

operation as (
    select * from {{ ref('int_production__operation') }}
),

listed as (
    select * from {{ ref('int_production__listed') }}
),

period as (
    select * from {{ ref('int_core__period') }}
),

product as (
    select * from {{ ref('products') }}
),

-- CM08: production leaves out what was carried out already in an earlier period (A05) and what lies outside
-- its file's month (A30); other faults count. CM06: contacts that did not take place break no rule, but one
-- of another month is that month's all the same.
contact_in_month as (
    select
        row_of_care.period,
        row_of_care.care_level,
        row_of_care.ownership,
        row_of_care.contact_form,
        coalesce(row_of_care.profession_code, 'none') as profession_code,
        case when row_of_care.unit_key is not null then row_of_care.unit_id end as unit_id,
        row_of_care.clinic_id,
        row_of_care.area_name
    from row_of_care
    left join carried_out_twice
        on
            row_of_care.entity = carried_out_twice.entity
            and row_of_care.period = carried_out_twice.period
            and row_of_care.source_line = carried_out_twice.source_line
    where
        row_of_care.entity = 'cosmic_vardkontakt'
        and row_of_care.event_date >= row_of_care.first_date
        and row_of_care.event_date <= row_of_care.last_date
        and carried_out_twice.source_line is null
),

operation_in_month as (
    select
        period,
        operation_status,
        coalesce(operation_type, 'none') as operation_type,
        case when unit_key is not null then unit_id end as unit_id,
        clinic_id,
        area_name,
        coalesce(knife_seconds, 0) as knife_seconds
    from operation
),

listed_in_month as (
    select
        period,
        case when unit_key is not null then unit_id end as unit_id,
        clinic_id,
        area_name,
        listed_count
    from listed
),

-- Rows of all sources, as few as differ in what a product or a level asks. What a source does not tell, or a
-- row leaves empty, is `none`. CM03: a row of an unknown unit has no place below the region.
counted_row as (
    select
        period,
        'contact' as rows_from,
        care_level,
        ownership,
        contact_form,
        profession_code,
        'none' as operation_status,
        'none' as operation_type,
        unit_id,
        clinic_id,
        area_name,
        count(*) as rows_count,
        cast(0 as bigint) as knife_seconds,
        cast(0 as bigint) as listed_count
    from contact_in_month
    group by period, care_level, ownership, contact_form, profession_code, unit_id, clinic_id, area_name
    union all
    select
        period,
        'operation' as rows_from,
        'none' as care_level,
        'none' as ownership,
        'none' as contact_form,
        'none' as profession_code,
        operation_status,
        operation_type,
        unit_id,
        clinic_id,
        area_name,
        count(*) as rows_count,
        cast(sum(knife_seconds) as bigint) as knife_seconds,
        cast(0 as bigint) as listed_count
    from operation_in_month
    group by period, operation_status, operation_type, unit_id, clinic_id, area_name
    union all
    select
        period,
        'listed' as rows_from,
        'none' as care_level,
        'none' as ownership,
        'none' as contact_form,
        'none' as profession_code,
        'none' as operation_status,
        'none' as operation_type,
        unit_id,
        clinic_id,
        area_name,
        count(*) as rows_count,
        cast(0 as bigint) as knife_seconds,
        cast(sum(listed_count) as bigint) as listed_count
    from listed_in_month
    group by period, unit_id, clinic_id, area_name
),

kind_of_row as (
    select distinct
        period,
        rows_from,
        care_level,
        ownership,
        contact_form,
        profession_code,
        operation_status,
        operation_type
    from counted_row
),

-- PR table: the products that a kind of row is counted in, as the seed has them on the period's last day.
product_of_kind as (
    select
        kind_of_row.*,
        product.product_id,
        product.amount_from
    from kind_of_row
    inner join period on kind_of_row.period = period.period
    inner join product
        on
            period.last_date >= product.valid_from
            and period.last_date <= coalesce(product.valid_to, period.last_date)
            and kind_of_row.rows_from = product.rows_from
            and kind_of_row.care_level = coalesce(product.care_level, kind_of_row.care_level)
            and kind_of_row.ownership = coalesce(product.ownership, kind_of_row.ownership)
            and kind_of_row.operation_status
            = coalesce(product.operation_status, kind_of_row.operation_status)
            and (
                product.contact_forms is null
                or {{ stands_in_list('kind_of_row.contact_form', 'product.contact_forms') }}
            )
            and (
                product.profession_codes is null
                or {{ stands_in_list('kind_of_row.profession_code', 'product.profession_codes') }}
            )
            and not {{ stands_in_list(
                'kind_of_row.profession_code', 'product.excluded_profession_codes'
            ) }}
            and (
                product.operation_types is null
                or {{ stands_in_list('kind_of_row.operation_type', 'product.operation_types') }}
            )
),

row_of_product as (
    select
        counted_row.*,
        product_of_kind.product_id,
        product_of_kind.amount_from
    from counted_row
    inner join product_of_kind
        on
            counted_row.period = product_of_kind.period
            and counted_row.rows_from = product_of_kind.rows_from
            and counted_row.care_level = product_of_kind.care_level
            and counted_row.ownership = product_of_kind.ownership
            and counted_row.contact_form = product_of_kind.contact_form
            and counted_row.profession_code = product_of_kind.profession_code
            and counted_row.operation_status = product_of_kind.operation_status
            and counted_row.operation_type = product_of_kind.operation_type
),

-- Seconds become hours once, when they are summed.
level_line as (
    select
        period,
        product_id,
        {{ level_name() }} as level,
        {{ level_unit_id() }} as unit_id,
        case amount_from
            when 'rows' then cast(sum(rows_count) as decimal(24, 8))
            when 'listed_persons' then cast(sum(listed_count) as decimal(24, 8))
            when 'knife_hours'
                then cast(cast(sum(knife_seconds) as decimal(24, 8)) / 3600 as decimal(24, 8))
        end as actual
    from row_of_product
    group by {{ plain_level_grouping_sets(['period', 'product_id', 'amount_from']) }}
    having {{ level_is_known() }}
)

select
    period,
    product_id,
    level,
    unit_id,
    actual
from level_line
