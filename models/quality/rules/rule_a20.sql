with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A20'
),

period as (
    select * from {{ ref('int_core__period') }}
),

earlier_contact as (
    select * from {{ ref('int_waiting_times__earlier_contact') }}
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- The latest contact before this one, of the same patient, area and clinic; empty values are no sameness. A
-- referral that the earlier contact did not have is a new matter. The same contact in two files is A05. What
-- a later file tells, or one further back than the rule looks, is not known to this period's.
earlier_date_of_row as (
    select
        row_in_scope.period,
        row_in_scope.contact_key,
        max(earlier_contact.event_date) as earlier_date
    from row_in_scope
    cross join rule
    inner join earlier_contact
        on
            row_in_scope.patient_key = earlier_contact.patient_key
            and row_in_scope.mvo_code = earlier_contact.mvo_code
            and row_in_scope.clinic_id = earlier_contact.clinic_id
            and row_in_scope.contact_key <> earlier_contact.contact_key
            and row_in_scope.event_date > earlier_contact.event_date
            and row_in_scope.period >= earlier_contact.period
            and {{ month_number('row_in_scope.period') }}
            <= {{ month_number('earlier_contact.period') }} + rule.look_back_periods
    where
        row_in_scope.phase = '1'
        and (row_in_scope.referral_key is null or row_in_scope.referral_key = earlier_contact.referral_key)
    group by row_in_scope.period, row_in_scope.contact_key
),

finding as (
    select
        row_in_scope.*,
        concat('Tidigare kontakt ', cast(earlier_date_of_row.earlier_date as string), '.') as detail
    from row_in_scope
    inner join period on row_in_scope.period = period.period
    inner join earlier_date_of_row
        on
            row_in_scope.period = earlier_date_of_row.period
            and row_in_scope.contact_key = earlier_date_of_row.contact_key
    where
        {{ days_between('earlier_date_of_row.earlier_date', 'row_in_scope.event_date') }}
        <= period.returning_patient_days
)

{{ select_findings() }}
