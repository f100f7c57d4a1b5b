{% set rules = [
    'a01', 'a02', 'a03', 'a04', 'a05', 'a07', 'a09', 'a12', 'a13', 'a16', 'a21', 'a22', 'a23', 'a24', 'a26',
    'a27', 'a30', 'a36', 'e01', 'e02'
] %}

with

{% for rule in rules %}
    {{ rule }} as (
        select * from {{ ref('rule_' ~ rule) }}
    ),

{% endfor %}
finding as (
    {% for rule in rules %}
        select * from {{ rule }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

{{ select_findings() }}
