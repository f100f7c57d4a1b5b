with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A26'
),

period as (
    select * from {{ ref('int_core__period') }}
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- CM04: age is the year of the event minus the birth year. A deviation stands in lists beside the
-- contact's id, so it says of nobody when they were born.
finding as (
    select
        row_in_scope.*,
        case
            when row_in_scope.birth_year is null then 'Födelseåret är okänt.'
            else 'Födelseåret är ifyllt men orimligt.'
        end as detail
    from row_in_scope
    inner join period on row_in_scope.period = period.period
    where
        (
            row_in_scope.effect_case = 'impossible'
            and (
                row_in_scope.birth_year is null
                or row_in_scope.birth_year > extract(year from row_in_scope.event_date)
                or row_in_scope.birth_year < period.first_birth_year
            )
        )
        or (
            row_in_scope.effect_case = 'very_old'
            and row_in_scope.birth_year >= period.first_birth_year
            and extract(year from row_in_scope.event_date) - row_in_scope.birth_year > period.max_age_years
        )
)

{{ select_findings() }}
