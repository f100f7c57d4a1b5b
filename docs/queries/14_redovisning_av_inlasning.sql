/*
Fråga: Vad blev det av varje rad i de filer som gäller för den senaste månaden?
Läs svaret: rows_in_file = inlästa + karantän + dubbletter + bortvalda; missing_count är skillnaden
    och ska vara 0.
Tänk på: Bara gällande inläsningar är med; tidigare versioner av samma fil har is_current falskt. En
    rad i karantän finns inte i någon siffra förrän källan rättat den. Bortvalda (rows_filtered) är
    sådant som regionens mappning väljer bort, inte fel. Registren kan gälla från en tidigare månad
    än den som visas här.
*/
with

chosen_month as (
    select max(period) as period
    from quality.load_account
    where is_current
)

select
    account.period,
    account.system,
    account.entity,
    account.file_name,
    account.rows_in_file,
    account.rows_loaded,
    account.rows_quarantined,
    account.rows_duplicate,
    account.rows_filtered,
    account.rows_in_file
    - (account.rows_loaded + account.rows_quarantined + account.rows_duplicate + account.rows_filtered)
        as missing_count,
    account.loaded_at
from quality.load_account as account
inner join chosen_month on account.period = chosen_month.period
where account.is_current
order by account.system, account.entity, account.file_name
