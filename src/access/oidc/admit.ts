import { Problem } from "../../errors/problem.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import { type IdentityProvider, type Role, roles } from "../contract.ts";
import { changePerson } from "../manage-people.ts";
import { createPerson } from "../people.ts";
import type { ProvenIdentity } from "./relying-party.ts";

interface KnownPerson {
  readonly id: string;
  readonly role: Role;
  readonly disabled: boolean;
  readonly linked: boolean;
}

/**
 * Which person of the tenant this is. By the provider's own name for them (issuer and subject) once they were here; before that by
 * their verified address; and where the tenant wants it, somebody new is let in.
 * @throws Problem `provider_refused`
 */
export async function admit(tx: TenantTransaction, provider: IdentityProvider, proven: ProvenIdentity): Promise<string> {
  const domain = proven.email.slice(proven.email.indexOf("@") + 1);
  if (!provider.allowedDomains.includes(domain)) throw refused(`addresses of ${domain} are not let in here`);
  const known = await find(tx, proven);
  const role = roleOf(provider, proven);
  if (known === null) return letIn(tx, provider, proven, role);
  if (known.disabled) throw refused("this person may no longer come in");
  if (!known.linked) await link(tx, known.id, proven);
  // Where the provider says the roles, it says them at each sign-in; a trusted one goes through four eyes like any other.
  if (role !== null && role !== known.role) {
    const changed = await changePerson(tx, known.id, { role });
    if ("waiting" in changed) return known.id;
  }
  return known.id;
}

async function letIn(tx: TenantTransaction, provider: IdentityProvider, proven: ProvenIdentity, role: Role | null): Promise<string> {
  const first = role ?? provider.newPersonRole;
  if (!provider.createPeople || first === null) throw refused(`${proven.email} is not known here`);
  const { id } = await createPerson(tx, { email: proven.email, name: proven.name ?? proven.email, role: first });
  await link(tx, id, proven);
  return id;
}

async function find(tx: TenantTransaction, { issuer, subject, email }: ProvenIdentity): Promise<KnownPerson | null> {
  const [linked] = await rows<KnownPerson>(
    tx,
    `select person.id, person.role, person.disabled_at is not null as disabled, true as linked
     from cash_management.cm_person_identities as identity
     join cash_management.cm_people as person on person.tenant_id = $1 and person.id = identity.person_id
     where identity.tenant_id = $1 and identity.issuer = $2 and identity.subject = $3`,
    [tx.tenantId, issuer, subject],
  );
  if (linked !== undefined) return linked;
  const [byAddress] = await rows<KnownPerson & { taken: boolean }>(
    tx,
    `select person.id, person.role, person.disabled_at is not null as disabled, false as linked,
       exists (
         select
         from cash_management.cm_person_identities as identity
         where identity.tenant_id = $1 and identity.person_id = person.id and identity.issuer = $3
       ) as taken
     from cash_management.cm_people as person
     where person.tenant_id = $1 and person.email = $2`,
    [tx.tenantId, email, issuer],
  );
  // The address was given to somebody else over there: that is another person now.
  if (byAddress?.taken === true) throw refused(`${email} belongs to another account of the provider`);
  return byAddress ?? null;
}

async function link(tx: TenantTransaction, personId: string, { issuer, subject }: ProvenIdentity): Promise<void> {
  await tx.query("insert into cash_management.cm_person_identities (tenant_id, issuer, subject, person_id) values ($1, $2, $3, $4)", [
    tx.tenantId,
    issuer,
    subject,
    personId,
  ]);
}

/** The first role that the mapping knows among the values of the claim; null where the provider has no say in it. */
function roleOf(provider: IdentityProvider, { claims }: ProvenIdentity): Role | null {
  if (provider.roleClaim === null) return null;
  const said = claims[provider.roleClaim];
  const values = (Array.isArray(said) ? said : [said]).filter((value): value is string => typeof value === "string");
  const mapped = values.map((value) => provider.roleMap[value]);
  return roles.find((role) => mapped.includes(role)) ?? null;
}

function refused(fact: string): Problem {
  return new Problem("provider_refused", fact, { hint: "Ask an administrator of the tenant to let you in." });
}
