import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { OwnSession } from "./contract.ts";
import type { Person } from "./people.ts";

// People --------------------------------------------------------------------------------------------------------------------

export interface PersonInsert {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly passwordHash: string | null;
}

export async function insertPerson(tx: TenantTransaction, person: PersonInsert): Promise<void> {
  await tx.query(
    `insert into cash_management.cm_people (tenant_id, id, email, name, role, password_hash)
     values ($1, $2, $3, $4, $5, $6)`,
    [tx.tenantId, person.id, person.email, person.name, person.role, person.passwordHash],
  );
}

export async function updatePassword(tx: TenantTransaction, personId: string, passwordHash: string): Promise<number> {
  const result = await tx.query(
    `update cash_management.cm_people
     set password_hash = $3, failed_attempts = 0, locked_until = null
     where tenant_id = $1 and id = $2`,
    [tx.tenantId, personId, passwordHash],
  );
  return result.rowCount ?? 0;
}

export async function selectPeople(tx: TenantTransaction): Promise<Person[]> {
  const result = await tx.query<Person>(
    `select id, email, name, role, password_hash is not null as "hasPassword",
       disabled_at as "disabledAt", last_signed_in_at as "lastSignedInAt"
     from cash_management.cm_people
     where tenant_id = $1
     order by email`,
    [tx.tenantId],
  );
  return result.rows;
}

export async function markSignedIn(tx: TenantTransaction, personId: string): Promise<void> {
  await tx.query("update cash_management.cm_people set last_signed_in_at = now() where tenant_id = $1 and id = $2", [
    tx.tenantId,
    personId,
  ]);
}

/** Seconds the person must wait; 0 when this attempt may go on, and is counted. Steps as in throttle.ts. */
export async function countSignInAttempt(tx: TenantTransaction, personId: string): Promise<number> {
  // A commit that waits for the disk would tell from outside that there was somebody to count for. A crash may forget a count.
  await tx.query("set local synchronous_commit = off");
  const counted = await tx.query(
    `update cash_management.cm_people
     set failed_attempts = failed_attempts + 1,
       locked_until = case
         when failed_attempts + 1 < 5 then null
         else clock_timestamp() + interval '30 seconds' * power(2, least(failed_attempts + 1 - 5, 5))
       end
     where tenant_id = $1 and id = $2 and (locked_until is null or locked_until <= clock_timestamp())`,
    [tx.tenantId, personId],
  );
  if (counted.rowCount === 1) return 0;
  const locked = await tx.query<{ seconds: number }>(
    `select greatest(1, ceil(extract(epoch from locked_until - clock_timestamp())))::integer as seconds
     from cash_management.cm_people
     where tenant_id = $1 and id = $2`,
    [tx.tenantId, personId],
  );
  return locked.rows[0]?.seconds ?? 1;
}

export async function forgiveSignInAttempts(tx: TenantTransaction, personId: string): Promise<void> {
  await tx.query("update cash_management.cm_people set failed_attempts = 0, locked_until = null where tenant_id = $1 and id = $2", [
    tx.tenantId,
    personId,
  ]);
}

// Sessions and links ----------------------------------------------------------------------------------------------------------

export interface SessionInsert {
  readonly hash: Buffer;
  readonly personId: string;
  readonly hours: number;
  readonly userAgent: string | null;
  readonly method: string;
}

export async function insertSession(tx: TenantTransaction, session: SessionInsert): Promise<void> {
  await tx.query(
    `insert into cash_management.cm_sessions (tenant_id, token_hash, person_id, expires_at, user_agent, method)
     values ($1, $2, $3, now() + make_interval(hours => $4), left($5, 300), $6)`,
    [tx.tenantId, session.hash, session.personId, session.hours, session.userAgent, session.method],
  );
}

/** How they had come in; null when it had ended. */
export async function endSession(tx: TenantTransaction, hash: Buffer): Promise<string | null> {
  const result = await tx.query<{ method: string }>(
    `update cash_management.cm_sessions
     set ended_at = clock_timestamp()
     where tenant_id = $1 and token_hash = $2 and ended_at is null
     returning method`,
    [tx.tenantId, hash],
  );
  return result.rows[0]?.method ?? null;
}

export async function markSessionSeen(tx: TenantTransaction, hash: Buffer): Promise<void> {
  // A crash may forget it: then a session idles a minute less.
  await tx.query("set local synchronous_commit = off");
  await tx.query("update cash_management.cm_sessions set last_seen_at = now() where tenant_id = $1 and token_hash = $2", [
    tx.tenantId,
    hash,
  ]);
}

export async function selectSessions(tx: TenantTransaction, personId: string, current: Buffer): Promise<OwnSession[]> {
  const result = await tx.query<OwnSession>(
    `select id, created_at as "startedAt", last_seen_at as "lastSeenAt", expires_at as "expiresAt", user_agent as browser, method,
       token_hash = $3 as current
     from cash_management.cm_sessions
     where tenant_id = $1 and person_id = $2 and ended_at is null and expires_at > now()
     order by created_at desc, id`,
    [tx.tenantId, personId, current],
  );
  return result.rows;
}

export async function endSessionById(tx: TenantTransaction, personId: string, id: string): Promise<number> {
  const result = await tx.query(
    `update cash_management.cm_sessions
     set ended_at = clock_timestamp()
     where tenant_id = $1 and person_id = $2 and id = $3 and ended_at is null`,
    [tx.tenantId, personId, id],
  );
  return result.rowCount ?? 0;
}

export async function endSessionsOf(tx: TenantTransaction, personId: string): Promise<number> {
  const result = await tx.query(
    `update cash_management.cm_sessions
     set ended_at = clock_timestamp()
     where tenant_id = $1 and person_id = $2 and ended_at is null`,
    [tx.tenantId, personId],
  );
  return result.rowCount ?? 0;
}

export async function endSessionsExcept(tx: TenantTransaction, personId: string, hash: Buffer): Promise<number> {
  const result = await tx.query(
    `update cash_management.cm_sessions
     set ended_at = clock_timestamp()
     where tenant_id = $1 and person_id = $2 and token_hash <> $3 and ended_at is null`,
    [tx.tenantId, personId, hash],
  );
  return result.rowCount ?? 0;
}

export async function endAllSessions(tx: TenantTransaction): Promise<number> {
  const result = await tx.query(
    `update cash_management.cm_sessions
     set ended_at = clock_timestamp()
     where tenant_id = $1 and ended_at is null and expires_at > now()`,
    [tx.tenantId],
  );
  return result.rowCount ?? 0;
}

export interface LinkInsert {
  readonly hash: Buffer;
  readonly personId: string;
  readonly minutes: number;
}

/** Null when there is nobody to make it for. */
export async function insertSignInLink(tx: TenantTransaction, link: LinkInsert): Promise<{ readonly codeNeeded: boolean } | null> {
  const [made] = await rows<{ codeNeeded: boolean }>(
    tx,
    `insert into cash_management.cm_sign_in_links (tenant_id, token_hash, person_id, expires_at)
     select person.tenant_id, $2, person.id, now() + make_interval(mins => $4)
     from cash_management.cm_people as person
     where person.tenant_id = $1 and person.id = $3 and person.disabled_at is null
     returning code_hash is not null as "codeNeeded"`,
    [tx.tenantId, link.hash, link.personId, link.minutes],
  );
  return made ?? null;
}
