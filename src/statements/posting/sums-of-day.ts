const counted = "filter (where state in ('booked', 'provisional'))";

/** The columns of a day's sums, over rows of amount_minor, state and fingerprint: pending and information count for nothing else. */
export const sumsOfDay = `
       coalesce(sum(amount_minor) ${counted}, 0)::text as net,
       coalesce(sum(amount_minor) filter (where state = 'pending'), 0)::text as pending,
       coalesce(sum(amount_minor) filter (where state in ('booked', 'provisional') and amount_minor > 0), 0)::text as credits,
       coalesce(-sum(amount_minor) filter (where state in ('booked', 'provisional') and amount_minor < 0), 0)::text as debits,
       (count(*) ${counted})::int as entries,
       encode(sha256(convert_to(coalesce(string_agg(amount_minor::text, ',' order by amount_minor) ${counted}, ''), 'UTF8')), 'hex') as amounts_hash,
       encode(sha256(convert_to(coalesce(string_agg(fingerprint::text, ',' order by fingerprint) ${counted}, ''), 'UTF8')), 'hex') as entries_hash`;
