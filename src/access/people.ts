import { randomUUID } from "node:crypto";
import { Problem } from "../errors/problem.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { Role } from "./contract.ts";
import { hashPassword } from "./passwords.ts";
import * as queries from "./queries.ts";

export interface NewPerson {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** Without one the person comes in by a sign-in link. */
  readonly password?: string;
}

/**
 * Lets a person into the tenant of the transaction.
 * @throws Problem `conflict` when the address is taken there, `invalid_input`
 */
export async function createPerson(tx: TenantTransaction, person: NewPerson): Promise<{ readonly id: string }> {
  const email = normalEmail(person.email);
  if (person.name.trim() === "") throw new Problem("invalid_input", "the person has no name", { hint: "Give one with --name." });
  const passwordHash = person.password === undefined ? null : await hashPassword(person.password);
  const id = randomUUID();
  await queries.insertPerson(tx, { id, email, name: person.name.trim(), role: person.role, passwordHash });
  return { id };
}

/** A new password ends every session of the person: whoever knew the old one is out. */
export async function setPassword(tx: TenantTransaction, personId: string, password: string): Promise<void> {
  const changed = await queries.updatePassword(tx, personId, await hashPassword(password));
  if (changed === 0) throw new Problem("not_found", `no person ${personId} in tenant ${tx.tenantId}`);
  await queries.endSessionsOf(tx, personId);
}

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly hasPassword: boolean;
  readonly disabledAt: string | null;
  readonly lastSignedInAt: string | null;
}

export function listPeople(tx: TenantTransaction): Promise<Person[]> {
  return queries.selectPeople(tx);
}

export async function personByAddress(tx: TenantTransaction, email: string): Promise<Person | null> {
  const wanted = normalEmail(email);
  return (await queries.selectPeople(tx)).find((person) => person.email === wanted) ?? null;
}

/** @throws Problem `not_found` */
export async function personByEmail(tx: TenantTransaction, email: string): Promise<Person> {
  const found = await personByAddress(tx, email);
  const wanted = normalEmail(email);
  if (found === null)
    throw new Problem("not_found", `nobody with the address ${wanted} in tenant ${tx.tenantId}`, {
      hint: `See apg access person list --tenant ${tx.tenantId}.`,
    });
  return found;
}

export function normalEmail(text: string): string {
  const email = text.trim().toLowerCase();
  if (!/^[^@\s]+@[^@\s]+$/.test(email) || email.length > 320)
    throw new Problem("invalid_input", `"${text}" is not an e-mail address`, { hint: "Write it as name@example.com." });
  return email;
}
