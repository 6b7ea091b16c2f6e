import type { Fault } from "./fault.ts";

export const faults: readonly Fault[] = [
  {
    check: "money_in_inexact_type",
    harmless: "create table analytics.ours (fee_rate double precision, amount_minor bigint, accuracy numeric)",
    make: "create table analytics.planted (amount numeric(18, 2), closing_balance double precision, cash money)",
    finds: ["analytics.planted.amount", "analytics.planted.cash", "analytics.planted.closing_balance"],
  },
  {
    check: "timestamp_without_time_zone",
    harmless: "create table analytics.ours (created_at timestamptz, day date)",
    make: "create table analytics.planted (created_at timestamp default current_timestamp)",
    finds: ["analytics.planted.created_at"],
  },
  {
    check: "length_limited_text",
    harmless: 'create table analytics.ours (note text, kind "char")',
    make: "create table analytics.planted (note varchar(20), code char(3))",
    finds: ["analytics.planted.code", "analytics.planted.note"],
  },
  {
    check: "serial_or_narrow_identity",
    harmless: "create table analytics.ours (id bigint generated always as identity)",
    make: `create table analytics.planted (id serial, number integer generated always as identity);
      insert into analytics.planted default values`,
    finds: ["analytics.planted.id", "analytics.planted.number"],
  },
  {
    check: "sequence_near_its_end",
    harmless: "create sequence analytics.fresh as smallint",
    make: `create table analytics.planted (id integer generated always as identity);
      select setval('analytics.planted_id_seq', 2000000000);
      create sequence analytics.short as smallint; select setval('analytics.short', 17000)`,
    finds: ["analytics.planted_id_seq", "analytics.short"],
    says: /(93|52) %/,
  },
  {
    check: "json_column",
    harmless: "create table analytics.ours (note jsonb)",
    make: "create table analytics.planted (note json)",
    finds: ["analytics.planted.note"],
  },
  {
    check: "encrypted_column_that_takes_anything",
    harmless: String.raw`create table analytics.ours (iban_encrypted bytea check (substring(iban_encrypted from 1 for 3) = '\x415047'))`,
    make: "create table analytics.planted (iban_encrypted bytea check (iban_encrypted is not null), note_encrypted text)",
    finds: ["analytics.planted.iban_encrypted", "analytics.planted.note_encrypted"],
  },
  {
    check: "account_number_in_clear",
    harmless: "create table analytics.ours (iban_encrypted bytea, iban_index text, iban_last_four text)",
    make: "create table analytics.planted (debtor_iban text, account_number varchar(50))",
    finds: ["analytics.planted.account_number", "analytics.planted.debtor_iban"],
  },
];
