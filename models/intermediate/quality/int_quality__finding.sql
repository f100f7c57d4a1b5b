{% set rules = [
    'a01', 'a02', 'a03', 'a04', 'a05', 'a06', 'a07', 'a09', 'a10', 'a11', 'a12', 'a13', 'a14', 'a15', 'a16', 'a17',
    'a18', 'a19', 'a20', 'a21', 'a22', 'a23', 'a24', 'a25', 'a26', 'a27', 'a28', 'a30', 'a35', 'a36', 'a39', 'a40',
    'e01', 'e02', 'e03'
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
