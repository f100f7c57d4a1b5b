{#- WT50: the reasons for which an entry is removed, as the contract of the waiting list has them (avford_orsak). -#}
{% macro removal_reasons() -%}
    {{ return([
        'ANNAN_VARDGIVARE', 'PATIENTENS_ONSKAN', 'EJ_BEHOV', 'AVLIDEN', 'UTEBLIVIT', 'FELREGISTRERAD', 'OVRIGT'
    ]) }}
{%- endmacro %}

{#- WT50: what comes to and leaves a waiting list in a period, as columns: all but who waits at its two ends. -#}
{% macro flow_columns() -%}
    {%- set columns = ['new_count', 'referral_count', 'completed_count', 'removed_count'] -%}
    {%- for reason in removal_reasons() -%}
        {%- do columns.append('removed_' ~ reason | lower ~ '_count') -%}
    {%- endfor -%}
    {%- do columns.extend(['removed_without_reason_count', 'corrected_count']) -%}
    {{ return(columns) }}
{%- endmacro %}
