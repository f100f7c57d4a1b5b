/*
Fråga: Hur många kontakter i specialiserad vård gäller patienter från andra regioner, och väntar de
    annorlunda?
Läs svaret: En rad per population och hemvist. within_limit_percent är andelen inom gränsen bland
    dem vars väntan går att räkna, oavsett vårdgaranti och avvikelse: den är alltså inte måttets
    andel.
Tänk på: Utomlänspatienter räknas med i alla mått och levereras. Okänd betyder att folkbokföringen
    saknas eller är 0000 eller 9999, inte utomläns; skyddade personer står med sin hemvist men utan
    kommun. Uteblivna besök finns inte i fakta. Få rader per klinik: visa inte uppdelat utanför
    regionen.
*/
with

chosen_month as (
    select max(period) as period
    from marts.fct_completed_contact
),

contact as (
    select
        fact.period,
        'completed' as population,
        fact.is_home_region,
        fact.is_within_limit,
        fact.wait_days
    from marts.fct_completed_contact as fact
    inner join chosen_month on fact.period = chosen_month.period
    where
        fact.care_level = 'S'
        and fact.phase in ('1', '2', '3')
        and not fact.is_disqualified
    union all
    select
        fact.period,
        'waiting' as population,
        fact.is_home_region,
        fact.is_within_limit,
        fact.wait_days
    from marts.fct_waiting_contact as fact
    inner join chosen_month on fact.period = chosen_month.period
    where
        fact.care_level = 'S'
        and fact.phase in ('1', '2', '3')
        and not fact.is_disqualified
        and not fact.is_corrected
),

counted as (
    select
        period,
        population,
        case
            when is_home_region then 'hemregionen'
            when not is_home_region then 'utomläns'
            else 'okänd'
        end as home,
        count(*) as contacts_count,
        count(is_within_limit) as computed_count,
        count(case when is_within_limit then 1 end) as within_limit_count,
        median(wait_days) as median_wait_days
    from contact
    group by period, population, home
),

counted_of_all as (
    select
        *,
        sum(contacts_count) over (partition by population) as all_contacts_count
    from counted
)

select
    period,
    population,
    home,
    contacts_count,
    round(cast(100.0 * contacts_count / all_contacts_count as decimal(9, 6)), 1) as contacts_percent,
    within_limit_count,
    round(cast(100.0 * within_limit_count / nullif(computed_count, 0) as decimal(9, 6)), 1)
        as within_limit_percent,
    median_wait_days
from counted_of_all
order by population asc, contacts_count desc, home asc
