/**
 * Whether the bank states the balance before the day: in the statement itself, or in one that repeats the day, as a table of online
 * banking has its closing balance only.
 * An expression over cm_statements s and cm_statement_days d.
 */
export const openingStated = `(
         s.opening_minor is not null
         or not d.first_day
         or exists (
           select from cash_management.cm_statements o
           where o.tenant_id = s.tenant_id and o.account_id = s.account_id and o.period_to = d.day and o.status = 'duplicate'
             and o.opening_minor = d.opening_minor
         )
       )`;
