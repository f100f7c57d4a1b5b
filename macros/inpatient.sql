{#- OC05: SOM, or PSY with child psychiatry. Forensic psychiatry and unknown wards are in neither. -#}
{% macro inpatient_group(specialty_group) -%}
    case
        when {{ specialty_group }} = 'SOM' then 'SOM'
        when {{ specialty_group }} in ('PSY', 'BUP') then 'PSY'
    end
{%- endmacro %}
