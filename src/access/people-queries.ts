import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { Person, Role } from "./contract.ts";

const columns = `id, email, name, role, password_hash is not null as "hasPassword", disabled_at as "disabledAt",
  last_signed_in_at as "lastSignedInAt", created_at as "createdAt", (
    select count(*)::integer
    from cash_management.cm_sessions as session
    where session.tenant_id = person.tenant_id and session.person_id = person.id and session.ended_at is null and session.expires_at > now()
  ) as sessions`;

export function selectPeople(tx: TenantTransaction): Promise<Person[]> {
  return rows<Person>(
    tx,
    `select ${columns}
     from cash_management.cm_people as person
     where tenant_id = $1
     order by disabled_at nulls first, email`,
    [tx.tenantId],
  );
}

export async function selectPerson(tx: TenantTransaction, id: string): Promise<Person | null> {
  const [found] = await rows<Person>(
    tx,
    `select ${columns}
     from cash_management.cm_people as person
     where tenant_id = $1 and id = $2`,
    [tx.tenantId, id],
  );
  return found ?? null;
}

export async function updatePerson(
  tx: TenantTransaction,
  id: string,
  change: { readonly name: string; readonly role: Role; readonly disabled: boolean },
): Promise<void> {
  await tx.query(
    `update cash_management.cm_people
     set name = $3, role = $4, disabled_at = case when $5 then coalesce(disabled_at, now()) end
     where tenant_id = $1 and id = $2`,
    [tx.tenantId, id, change.name, change.role, change.disabled],
  );
}

export async function selectPasswordHash(tx: TenantTransaction, id: string): Promise<string | null> {
  const [found] = await rows<{ hash: string | null }>(
    tx,
    "select password_hash as hash from cash_management.cm_people where tenant_id = $1 and id = $2",
    [tx.tenantId, id],
  );
  return found?.hash ?? null;
}
