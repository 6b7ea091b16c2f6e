import { Problem } from "../../errors/problem.ts";
import { knownKeys, tenantKeys } from "../../keys/key-ring.ts";
import { places } from "../../keys/places.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { BusinessCalendar } from "../../time/business-days.ts";
import type { Day } from "../../time/day.ts";
import type { ConnectionCredentials, ConnectionKind, ConnectionSettings } from "./contract.ts";

/** A connection as the program uses it, with what opens it. */
export interface ConnectionInUse {
  readonly id: string;
  readonly name: string;
  readonly bankName: string;
  readonly kind: ConnectionKind;
  readonly settings: ConnectionSettings;
  readonly credentials: ConnectionCredentials | null;
  readonly hostKey: string | null;
  readonly schedule: string | null;
  readonly expectedBy: string | null;
  /** Its own, else the bank's. */
  readonly timeZone: string;
  readonly slaMinutes: number;
  readonly coveredThrough: Day | null;
  readonly createdAt: Date;
  readonly failures: number;
  readonly apiKeyId: string | null;
  readonly profileId: string | null;
  readonly calendarId: string | null;
}

/** @throws Problem `not_found` when it is not there or was removed */
export async function connectionInUse(tx: TenantTransaction, id: string): Promise<ConnectionInUse> {
  const [row] = await rows<ConnectionInUse & { secret: Buffer | null; createdAt: Date | string }>(
    tx,
    `select connection.id, connection.name, bank.name as "bankName", connection.kind, connection.settings, connection.host_key as "hostKey",
       connection.schedule, to_char(connection.expected_by, 'HH24:MI') as "expectedBy",
       coalesce(connection.expected_by_time_zone, bank.time_zone) as "timeZone", connection.sla_minutes as "slaMinutes",
       connection.covered_through::text as "coveredThrough", connection.created_at as "createdAt", connection.failures,
       connection.api_key_id as "apiKeyId", connection.profile_id as "profileId", bank.calendar_id as "calendarId", connection.credentials as secret
     from cash_management.cm_bank_connections as connection
     join cash_management.cm_banks as bank on bank.tenant_id = connection.tenant_id and bank.id = connection.bank_id
     where connection.tenant_id = $1 and connection.id = $2 and connection.is_active`,
    [tx.tenantId, id],
  );
  if (row === undefined)
    throw new Problem("not_found", `there is no bank connection ${id} in tenant ${tx.tenantId}`, { hint: "See apg bank list." });
  const { secret, ...connection } = row;
  return { ...connection, createdAt: new Date(row.createdAt), credentials: secret === null ? null : await opened(tx, id, secret) };
}

async function opened(tx: TenantTransaction, id: string, secret: Buffer): Promise<ConnectionCredentials> {
  const keys = (await knownKeys(tx)) ?? (await tenantKeys(tx));
  return JSON.parse(keys.decryptText(places.credentials, id, secret)) as ConnectionCredentials;
}

/** The business days of the connection's bank around a day. */
export async function calendarOf(tx: TenantTransaction, calendarId: string | null): Promise<BusinessCalendar> {
  const [found] = await rows<{ weekendDays: number[]; exceptions: { day: Day; kind: "holiday" | "business" }[] }>(
    tx,
    `select calendar.weekend_days as "weekendDays",
       coalesce((
         select jsonb_agg(jsonb_build_object('day', day.day, 'kind', day.kind))
         from cash_management.cm_calendar_days as day
         where day.tenant_id = $1 and day.calendar_id = $2 and day.day between current_date - 60 and current_date + 60
       ), '[]') as exceptions
     from cash_management.cm_calendars as calendar
     where calendar.tenant_id = $1 and calendar.id = $2`,
    [tx.tenantId, calendarId],
  );
  if (found === undefined) return { weekendDays: [6, 7], exceptions: new Map() };
  return { weekendDays: found.weekendDays, exceptions: new Map(found.exceptions.map(({ day, kind }) => [day, kind])) };
}
