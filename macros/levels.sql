{#-
    CM03: unit, clinic, area and region as grouping sets over rows that carry unit_id, clinic_id
    and area_name. Every level is computed from the rows, never from the level below.
    WT34: specialty groups are a breakdown at area and region only.
-#}
{% macro level_grouping_sets(keys) -%}
    {%- set sets = [] -%}
    {%- for level_key in ['unit_id', 'clinic_id', 'area_name', none] -%}
        {%- for by_sex in [false, true] -%}
            {%- for by_group in [false, true] if not (by_group and level_key in ['unit_id', 'clinic_id']) -%}
                {%- set columns = keys + ([level_key] if level_key else [])
                    + (['sex'] if by_sex else []) + (['specialty_group'] if by_group else []) -%}
                {%- do sets.append('(' ~ columns | join(', ') ~ ')') -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    grouping sets (
        {{ sets | join(',\n        ') }}
    )
{%- endmacro %}

{#- CM03: as above for rows that no sex and no group is told of: one set a level. -#}
{% macro place_grouping_sets(keys) -%}
    {%- set sets = [] -%}
    {%- for level_key in ['unit_id', 'clinic_id', 'area_name', none] -%}
        {%- do sets.append('(' ~ (keys + ([level_key] if level_key else [])) | join(', ') ~ ')') -%}
    {%- endfor -%}
    grouping sets (
        {{ sets | join(',\n        ') }}
    )
{%- endmacro %}

{#- The name of the level of a grouping set. -#}
{% macro level_name() -%}
    case
        when grouping(unit_id) = 0 then 'unit'
        when grouping(clinic_id) = 0 then 'clinic'
        when grouping(area_name) = 0 then 'area'
        else 'region'
    end
{%- endmacro %}

{#- The id within the level; the region is `*`. -#}
{% macro level_unit_id() -%}
    case
        when grouping(unit_id) = 0 then unit_id
        when grouping(clinic_id) = 0 then clinic_id
        when grouping(area_name) = 0 then area_name
        else '*'
    end
{%- endmacro %}

{#- A value of a breakdown, or `all` where the set is not broken down by it. -#}
{% macro breakdown_value(column) -%}
    case when grouping({{ column }}) = 0 then {{ column }} else 'all' end
{%- endmacro %}

{#- CM03: rows of an unknown unit have no key below the region and form no group there. -#}
{% macro level_is_known() -%}
    (grouping(unit_id) = 1 or unit_id is not null)
    and (grouping(clinic_id) = 1 or clinic_id is not null)
    and (grouping(area_name) = 1 or area_name is not null)
{%- endmacro %}
