{#- CM01: whole calendar days from one date to another. Both must be dates, never timestamps. -#}
{% macro days_between(from_date, to_date) -%}
    {%- if target.type == 'spark' -%}
        datediff({{ to_date }}, {{ from_date }})
    {%- else -%}
        cast(date_diff('day', {{ from_date }}, {{ to_date }}) as integer)
    {%- endif -%}
{%- endmacro %}

{#- The date a number of days after another; a negative number goes back. -#}
{% macro date_plus_days(from_date, days) -%}
    {%- if target.type == 'spark' -%}
        date_add({{ from_date }}, {{ days }})
    {%- else -%}
        cast({{ from_date }} + {{ days }} as date)
    {%- endif -%}
{%- endmacro %}

{#- A column of every date from the first to the last, both included. -#}
{% macro every_date_between(first_date, last_date) -%}
    {%- if target.type == 'spark' -%}
        explode(sequence({{ first_date }}, {{ last_date }}, interval 1 day))
    {%- else -%}
        cast(unnest(generate_series({{ first_date }}, {{ last_date }}, interval 1 day)) as date)
    {%- endif -%}
{%- endmacro %}

{#- ISO day of the week: Monday is 1, Sunday is 7. -#}
{% macro iso_day_of_week(date) -%}
    {%- if target.type == 'spark' -%}
        (weekday({{ date }}) + 1)
    {%- else -%}
        cast(isodow({{ date }}) as integer)
    {%- endif -%}
{%- endmacro %}

{#- A period (YYYY-MM) as a number of months, so that neighbours differ by one. -#}
{% macro month_number(period) -%}
    (cast(substr({{ period }}, 1, 4) as integer) * 12 + cast(substr({{ period }}, 6, 2) as integer))
{%- endmacro %}

{#- The moment a number of minutes after another, on the wall clock; NULL when either is. -#}
{% macro minutes_after(timestamp, minutes) -%}
    {%- if target.type == 'spark' -%}
        timestampadd(minute, {{ minutes }}, {{ timestamp }})
    {%- else -%}
        {{ timestamp }} + to_minutes(cast({{ minutes }} as bigint))
    {%- endif -%}
{%- endmacro %}

{#- Whole seconds from one moment to another, on the wall clock; NULL when either is. -#}
{% macro seconds_between(from_at, to_at) -%}
    {%- if target.type == 'spark' -%}
        timestampdiff(second, {{ from_at }}, {{ to_at }})
    {%- else -%}
        date_diff('second', {{ from_at }}, {{ to_at }})
    {%- endif -%}
{%- endmacro %}
