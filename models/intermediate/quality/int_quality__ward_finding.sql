{% set rules = ['b01', 'b02', 'b03', 'b04', 'b05', 'b06', 'b07'] %}

{{ config(materialized="view") }}

with

{% for rule in rules %}
    {{ rule }} as (
        select * from {{ ref('rule_' ~ rule) }}
    ),

{% endfor %}
-- What these rules find is no row of care: it flags none, and stands outside delivery and approvals.
finding as (
    {% for rule in rules %}
        select * from {{ rule }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    period,
    rule_id,
    effect_case,
    severity,
    effect,
    entity,
    unit_id,
    clinic_id,
    contact_key,
    source_line,
    detail,
    stay_number,
    event_date
from finding
