import { Problem } from "../../errors/problem.ts";
import { knownKeys, tenantKeys } from "../../keys/key-ring.ts";
import { places } from "../../keys/places.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { Guarded } from "../approvals/approvals.ts";
import { guardedWrite } from "../approvals/guarded-write.ts";
import { type IdentityProvider, type IdentityProviderChange, roles } from "../contract.ts";

/** A tenant's provider with its secret, for asking it. Never leaves the server. */
export interface ProviderInUse extends IdentityProvider {
  readonly clientSecret: string | null;
}

interface Row extends IdentityProvider {
  readonly secret: Buffer | null;
}

async function read(tx: TenantTransaction, lock = false): Promise<Row | null> {
  const [found] = await rows<Row>(
    tx,
    `select name, issuer, client_id as "clientId", client_secret is not null as "hasSecret", client_secret as secret,
       allowed_domains as "allowedDomains", role_claim as "roleClaim", role_map as "roleMap", create_people as "createPeople",
       new_person_role as "newPersonRole", is_listed as "isListed", clock_tolerance_seconds as "clockToleranceSeconds"
     from cash_management.cm_identity_providers
     where tenant_id = $1${lock ? " for update" : ""}`,
    [tx.tenantId],
  );
  return found ?? null;
}

export async function getProvider(tx: TenantTransaction): Promise<IdentityProvider | null> {
  const found = await read(tx);
  if (found === null) return null;
  const { secret: _, ...shown } = found;
  return shown;
}

/** @throws Problem `not_found` for a tenant without one */
export async function providerInUse(tx: TenantTransaction): Promise<ProviderInUse> {
  const found = await read(tx);
  if (found === null)
    throw new Problem("not_found", `the tenant ${tx.tenantId} has no identity provider`, { hint: "Set one: apg access oidc set." });
  const { secret, ...shown } = found;
  const keys = secret === null ? null : await knownKeys(tx);
  return { ...shown, clientSecret: secret === null || keys === null ? null : keys.decryptText(places.clientSecret, tx.tenantId, secret) };
}

/**
 * Sets a tenant's provider. Without `clientSecret` the one it has stays, with null it becomes a public client.
 * A four-eyes rule on sign_in may want another person: the request keeps the secret, encrypted, and the last approval sets it.
 */
export async function setProvider(tx: TenantTransaction, wanted: IdentityProviderChange): Promise<Guarded<IdentityProvider>> {
  const next = normal(wanted);
  return guardedWrite(tx, { input: { provider: wanted } }, async () => {
    // Locked: a rotation of keys must not encrypt the secret anew in between, or the old one would be written back.
    const before = await read(tx, true);
    const kept = next.clientSecret === undefined ? (before?.secret ?? null) : await encrypted(tx, next.clientSecret);
    // Another issuer gets no secret that was meant for the first.
    await store(tx, next, before !== null && before.issuer !== next.issuer && next.clientSecret === undefined ? null : kept);
    return (await getProvider(tx)) as IdentityProvider;
  });
}

export async function removeProvider(tx: TenantTransaction): Promise<Guarded<null>> {
  return guardedWrite(tx, { input: { removeProvider: true } }, async () => {
    await tx.query("delete from cash_management.cm_identity_providers where tenant_id = $1", [tx.tenantId]);
    return null;
  });
}

async function encrypted(tx: TenantTransaction, secret: string | null): Promise<Buffer | null> {
  return secret === null ? null : (await tenantKeys(tx)).encryptText(places.clientSecret, tx.tenantId, secret);
}

async function store(tx: TenantTransaction, next: Normal, secret: Buffer | null): Promise<void> {
  await tx.query(
    `insert into cash_management.cm_identity_providers
       (tenant_id, name, issuer, client_id, client_secret, allowed_domains, role_claim, role_map, create_people, new_person_role, is_listed,
        clock_tolerance_seconds)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     on conflict (tenant_id) do update
     set name = excluded.name, issuer = excluded.issuer, client_id = excluded.client_id, client_secret = excluded.client_secret,
       allowed_domains = excluded.allowed_domains, role_claim = excluded.role_claim, role_map = excluded.role_map,
       create_people = excluded.create_people, new_person_role = excluded.new_person_role, is_listed = excluded.is_listed,
       clock_tolerance_seconds = excluded.clock_tolerance_seconds`,
    [
      tx.tenantId,
      next.name,
      next.issuer,
      next.clientId,
      secret,
      next.allowedDomains,
      next.roleClaim,
      JSON.stringify(next.roleMap),
      next.createPeople,
      next.newPersonRole,
      next.isListed,
      next.clockToleranceSeconds,
    ],
  );
}

type Normal = ReturnType<typeof normal>;

/** @throws Problem `invalid_input` */
function normal(wanted: IdentityProviderChange) {
  const roleMap = wanted.roleMap ?? {};
  for (const role of Object.values(roleMap))
    if (!roles.some((known) => known === role))
      throw new Problem("invalid_input", `"${role}" in roleMap is not a role`, { hint: `Use ${roles.join(", ")}.` });
  if (!URL.canParse(wanted.issuer) || new URL(wanted.issuer).search !== "")
    throw new Problem("invalid_input", `"${wanted.issuer}" is not the address of an issuer`, {
      hint: "Such as https://login.example.com/realm.",
    });
  return {
    name: wanted.name.trim(),
    issuer: wanted.issuer,
    clientId: wanted.clientId,
    clientSecret: wanted.clientSecret,
    allowedDomains: [...new Set(wanted.allowedDomains.map((domain) => domain.trim().toLowerCase().replace(/^@/, "")))].sort(),
    roleClaim: wanted.roleClaim ?? null,
    roleMap,
    createPeople: wanted.createPeople ?? false,
    newPersonRole: wanted.newPersonRole ?? null,
    isListed: wanted.isListed ?? false,
    clockToleranceSeconds: wanted.clockToleranceSeconds ?? 60,
  };
}

/** Carries out what was approved, with what the request has kept. */
export async function carryOutProvider(tx: TenantTransaction, input: unknown): Promise<void> {
  const asked = input as { provider?: IdentityProviderChange; removeProvider?: true } | null;
  if (asked?.provider !== undefined) await setProvider(tx, asked.provider);
  if (asked?.removeProvider === true) await removeProvider(tx);
}
