import { Problem } from "../errors/problem.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import { type Guarded, requireApproval } from "./approvals/approvals.ts";
import type { ApprovalRequest } from "./approvals/contract.ts";
import { guardedWrite } from "./approvals/guarded-write.ts";
import type { InvitedPerson, NewPerson, Person, PersonChange, Role, SignInLink } from "./contract.ts";
import { hashPassword, passwordFits } from "./passwords.ts";
import { createPerson, normalEmail } from "./people.ts";
import * as peopleQueries from "./people-queries.ts";
import * as queries from "./queries.ts";
import { createSignInLink, invitationMinutes, linkMinutes, type MadeLink } from "./sign-in-links.ts";

/** Roles that say who may come in, or sign: handing one out is what a four-eyes rule on person_role is about (0025 has the same two). */
export const trustedRoles: readonly Role[] = ["administrator", "approver"];

export function listPeopleFully(tx: TenantTransaction): Promise<Person[]> {
  return peopleQueries.selectPeople(tx);
}

/** @throws Problem `not_found` */
export async function getPerson(tx: TenantTransaction, id: string): Promise<Person> {
  const found = await peopleQueries.selectPerson(tx, id);
  if (found === null) throw new Problem("not_found", `no person ${id} in tenant ${tx.tenantId}`, { hint: "See apg access person list." });
  return found;
}

/**
 * Lets a person in, and makes the link they come in by the first time: show it to nobody else.
 * @throws Problem `conflict` when the address is taken, `invalid_input`, `forbidden`
 */
export async function invitePerson(tx: TenantTransaction, wanted: NewPerson): Promise<Guarded<InvitedPerson>> {
  const email = normalEmail(wanted.email);
  const waiting = await approvalOfRole(tx, { email, name: wanted.name.trim(), role: wanted.role });
  if (waiting !== null) return { waiting };
  const { id } = await createPerson(tx, { email, name: wanted.name, role: wanted.role });
  const link = linkOf(await createSignInLink(tx, id, invitationMinutes), invitationMinutes);
  return { done: { person: await getPerson(tx, id), link } };
}

/**
 * Lets a person in without a link: they sign in at the identity provider, by a link that is made later, or by this password.
 * @throws Problem `conflict`, `invalid_input`, `forbidden` for a password of somebody whom a four-eyes rule is about
 */
export async function addPerson(tx: TenantTransaction, wanted: NewPerson & { readonly password?: string }): Promise<Guarded<Person>> {
  const person = { email: normalEmail(wanted.email), name: wanted.name.trim(), role: wanted.role };
  const waiting = await approvalOfRole(tx, person);
  if (waiting === null) return { done: await getPerson(tx, (await createPerson(tx, wanted)).id) };
  if (wanted.password === undefined) return { waiting };
  throw new Problem("forbidden", `a four-eyes rule stands before the role ${wanted.role}: its password is known to nobody else`, {
    hint: "Leave --password-stdin out. Once approved, they come in by a link and a code.",
  });
}

/**
 * Another name or role, let out or in again. A changed role, or being let out, ends the person's sessions at once.
 * @throws Problem `not_found`, `conflict` for the last administrator, `forbidden` for oneself
 */
export async function changePerson(tx: TenantTransaction, id: string, change: PersonChange): Promise<Guarded<Person>> {
  const person = await getPerson(tx, id);
  const next = {
    name: (change.name ?? person.name).trim(),
    role: change.role ?? person.role,
    disabled: change.disabled ?? person.disabledAt !== null,
  };
  const newRights = next.role !== person.role || (person.disabledAt !== null && !next.disabled);
  if (newRights && !next.disabled) {
    const waiting = await approvalOfRole(tx, { email: person.email, name: next.name, role: next.role });
    if (waiting !== null) return { waiting };
  }
  await peopleQueries.updatePerson(tx, id, next);
  if (next.role !== person.role || next.disabled) await queries.endSessionsOf(tx, id);
  return { done: await getPerson(tx, id) };
}

/** Carries out an approved person_role: makes the person, or gives the role. */
export async function carryOutRole(tx: TenantTransaction, request: ApprovalRequest): Promise<void> {
  const { name, role } = request.payload as { name: string; role: Role };
  const known = (await peopleQueries.selectPeople(tx)).find(({ email }) => email === request.subject);
  if (known === undefined) {
    await createPerson(tx, { email: request.subject, name, role });
    return;
  }
  await peopleQueries.updatePerson(tx, known.id, { name, role, disabled: false });
  if (known.role !== role) await queries.endSessionsOf(tx, known.id);
}

/**
 * A link for somebody who is new, or lost their way in. Where a four-eyes rule stands before their role, it waits for an approval, and
 * the code of who approved has to come with it.
 */
export async function makeLink(tx: TenantTransaction, id: string): Promise<Guarded<SignInLink>> {
  const person = await getPerson(tx, id);
  const minutes = person.lastSignedInAt === null ? invitationMinutes : linkMinutes;
  const made = await guardedWrite(tx, { input: null }, () => createSignInLink(tx, id, minutes));
  return "done" in made ? { done: linkOf(made.done, minutes) } : made;
}

/** Ends every session of a person; answers how many there were. */
export async function endSessionsOfPerson(tx: TenantTransaction, id: string): Promise<{ ended: number }> {
  await getPerson(tx, id);
  return { ended: await queries.endSessionsOf(tx, id) };
}

/**
 * One's own password. Ends every session, this one too: the caller starts a new one.
 * @throws Problem `sign_in_refused` when the present password is wrong
 */
export async function changeOwnPassword(tx: TenantTransaction, id: string, present: string | undefined, next: string): Promise<void> {
  const kept = await peopleQueries.selectPasswordHash(tx, id);
  if (kept !== null && !(await passwordFits(present ?? "", kept)))
    throw new Problem("sign_in_refused", "the present password is wrong", { hint: "Nothing was changed." });
  await queries.updatePassword(tx, id, await hashPassword(next));
  await queries.endSessionsOf(tx, id);
}

function approvalOfRole(
  tx: TenantTransaction,
  person: { readonly email: string; readonly name: string; readonly role: Role },
): Promise<ApprovalRequest | null> {
  if (!trustedRoles.includes(person.role)) return Promise.resolve(null);
  return requireApproval(tx, "person_role", { subject: person.email, payload: { name: person.name, role: person.role } });
}

function linkOf(made: MadeLink, minutes: number): SignInLink {
  return { ...made, expiresAt: new Date(Date.now() + minutes * 60_000).toISOString() };
}
