import { v7 as uuidv7 } from "uuid";
import type { Guarded } from "../../access/approvals/approvals.ts";
import type { ApprovalRequest } from "../../access/approvals/contract.ts";
import { guardedWrite } from "../../access/approvals/guarded-write.ts";
import { Problem } from "../../errors/problem.ts";
import { tenantKeys } from "../../keys/key-ring.ts";
import { places } from "../../keys/places.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import { getProfile } from "../../statements/profiles/profiles.ts";
import type {
  BankConnection,
  BankConnectionChange,
  ConnectionCredentials,
  ConnectionKind,
  ConnectionSettings,
  NewBankConnection,
} from "./contract.ts";
import { dropJobs, planJobs } from "./jobs.ts";
import * as queries from "./queries.ts";
import { readSchedule } from "./schedule.ts";
import { requireCredentials, requireSettings } from "./settings.ts";

export function listConnections(tx: TenantTransaction): Promise<BankConnection[]> {
  return queries.selectConnections(tx, null);
}

/** @throws Problem `not_found` */
export async function getConnection(tx: TenantTransaction, id: string): Promise<BankConnection> {
  const [found] = await queries.selectConnections(tx, id);
  if (found === undefined) throw notFound(tx, id);
  return found;
}

/** By its id, or by its name where only one has it. @throws Problem `not_found`, `conflict` */
export async function findConnection(tx: TenantTransaction, nameOrId: string): Promise<BankConnection> {
  const all = await listConnections(tx);
  const found = all.filter(({ id, name }) => id === nameOrId || name.toLowerCase() === nameOrId.toLowerCase());
  if (found.length > 1)
    throw new Problem("conflict", `${found.length} connections are called ${nameOrId}`, { hint: "Give the id: apg bank list shows it." });
  if (found[0] === undefined) throw notFound(tx, nameOrId);
  return found[0];
}

/**
 * Connects a bank. Nothing is fetched before `apg bank test` was well, where that needs a host key.
 * @throws Problem `invalid_input`, `not_found`, `conflict`
 */
export async function addConnection(tx: TenantTransaction, wanted: NewBankConnection): Promise<Guarded<BankConnection>> {
  const kind = wanted.kind;
  const bank = await bankOf(tx, wanted);
  const credentials = wanted.credentials ?? null;
  requireCredentials(kind, credentials);
  if (kind === "sftp" && credentials === null)
    throw new Problem("invalid_input", "a connection of kind sftp needs a password or a private key", {
      hint: "Give --password-stdin, or --private-key FILE.",
    });
  const row: queries.ConnectionRow = {
    ...(await checkedRow(tx, kind, bank.timeZone, {
      name: wanted.name,
      settings: wanted.settings ?? {},
      schedule: wanted.schedule ?? null,
      expectedBy: wanted.expectedBy ?? null,
      timeZone: wanted.timeZone ?? null,
      slaMinutes: wanted.slaMinutes ?? 60,
      apiKeyId: wanted.apiKeyId ?? null,
      profileId: wanted.profileId ?? null,
    })),
    id: uuidv7(),
    bankId: bank.id,
    kind,
    hostKey: null,
    isActive: true,
  };
  const input: Deed = { verb: "add", wanted };
  // Sealed outside: a write that must wait is undone, and with it would go the first keys of a tenant that has none yet.
  const secret = await sealed(tx, row.id, credentials);
  return guardedWrite(tx, { input }, async () => {
    await queries.insertConnection(tx, row, secret);
    await planJobs(tx, row.id);
    return getConnection(tx, row.id);
  });
}

/**
 * Changes a connection. Without `credentials` those that are there stay; another host forgets the pinned key, since it is another server.
 * @throws Problem `invalid_input`, `not_found`, `conflict`
 */
export async function changeConnection(tx: TenantTransaction, id: string, change: BankConnectionChange): Promise<Guarded<BankConnection>> {
  const before = await queries.connectionRow(tx, id);
  if (before === null) throw notFound(tx, id);
  const kind = before.kind as ConnectionKind;
  const bank = (await queries.bankById(tx, before.bankId)) as queries.BankFound;
  if (change.credentials !== undefined) requireCredentials(kind, change.credentials);
  const checked = await checkedRow(tx, kind, bank.timeZone, { ...before, ...change });
  const otherServer = checked.settings.host !== before.settings.host || checked.settings.port !== before.settings.port;
  const row = { ...before, ...checked, hostKey: otherServer || change.hostKey === null ? null : before.hostKey };
  const input: Deed = { verb: "change", id, change };
  const secret = change.credentials === undefined ? undefined : await sealed(tx, id, change.credentials);
  return guardedWrite(tx, { input }, async () => {
    await queries.updateConnection(tx, row, secret, otherServer || change.hostKey === null || secret !== undefined);
    await planJobs(tx, id);
    return getConnection(tx, id);
  });
}

/** Pins the key of the server: the fingerprint is what somebody compared with what the bank published. */
export async function pinHostKey(tx: TenantTransaction, id: string, hostKey: string): Promise<Guarded<BankConnection>> {
  const before = await queries.connectionRow(tx, id);
  if (before === null) throw notFound(tx, id);
  const row = { ...before, hostKey };
  const input: Deed = { verb: "pin", id, hostKey };
  return guardedWrite(tx, { input }, async () => {
    await queries.updateConnection(tx, row, undefined, false);
    return getConnection(tx, id);
  });
}

/** Nothing more is fetched, and what opened it is gone; what came this way stays. */
export async function removeConnection(
  tx: TenantTransaction,
  id: string,
): Promise<Guarded<{ readonly id: string; readonly name: string }>> {
  const before = await queries.connectionRow(tx, id);
  if (before === null) throw notFound(tx, id);
  const row = { ...before, isActive: false, schedule: null };
  const input: Deed = { verb: "remove", id };
  return guardedWrite(tx, { input }, async () => {
    await queries.updateConnection(tx, row, noSecret, false);
    await dropJobs(tx, id);
    return { id, name: before.name };
  });
}

/** What is kept, encrypted, with a request for another person's approval: what doing it then needs. */
type Deed =
  | { readonly verb: "add"; readonly wanted: NewBankConnection }
  | { readonly verb: "change"; readonly id: string; readonly change: BankConnectionChange }
  | { readonly verb: "pin"; readonly id: string; readonly hostKey: string }
  | { readonly verb: "remove"; readonly id: string };

/** Does what the last approval was given for. */
export async function carryOutConnection(tx: TenantTransaction, _request: ApprovalRequest, input: unknown): Promise<void> {
  const deed = input as Deed;
  if (deed.verb === "add") await addConnection(tx, deed.wanted);
  else if (deed.verb === "change") await changeConnection(tx, deed.id, deed.change);
  else if (deed.verb === "pin") await pinHostKey(tx, deed.id, deed.hostKey);
  else await removeConnection(tx, deed.id);
}

type Configuration = Pick<
  queries.ConnectionRow,
  "name" | "settings" | "schedule" | "expectedBy" | "timeZone" | "slaMinutes" | "apiKeyId" | "profileId"
>;

async function checkedRow(
  tx: TenantTransaction,
  kind: ConnectionKind,
  bankZone: string,
  wanted: { readonly [Name in keyof Configuration]?: Configuration[Name] | undefined } & { readonly name: string },
): Promise<Configuration> {
  const settings: ConnectionSettings = requireSettings(kind, wanted.settings ?? {});
  const zone = wanted.timeZone ?? null;
  if (zone !== null) requireTimeZone(zone);
  const schedule = wanted.schedule ?? null;
  if (schedule !== null && kind === "upload")
    throw new Problem("invalid_input", "a connection of kind upload is brought its files and has no schedule", {
      hint: "Leave --schedule out.",
    });
  const apiKeyId = wanted.apiKeyId ?? null;
  if (apiKeyId !== null && kind !== "upload")
    throw new Problem("invalid_input", `a connection of kind ${kind} has no API key`, { hint: "Only those of kind upload have." });
  if (apiKeyId !== null && !(await queries.apiKeyExists(tx, apiKeyId)))
    throw new Problem("not_found", `there is no API key ${apiKeyId}`, { hint: "See apg access key list." });
  const profileId = wanted.profileId ?? null;
  if (profileId !== null) await getProfile(tx, profileId);
  const expectedBy = wanted.expectedBy ?? null;
  return {
    name: wanted.name.trim(),
    settings,
    schedule: schedule === null ? null : readSchedule(schedule, zone ?? bankZone).text,
    expectedBy,
    // A time stands with its zone: were the bank's changed later, what was agreed would not move.
    timeZone: expectedBy === null ? null : (zone ?? bankZone),
    slaMinutes: wanted.slaMinutes ?? 60,
    apiKeyId,
    profileId,
  };
}

async function bankOf(tx: TenantTransaction, wanted: NewBankConnection): Promise<queries.BankFound> {
  if (wanted.bankId !== undefined) {
    const found = await queries.bankById(tx, wanted.bankId);
    if (found === null) throw new Problem("not_found", `there is no bank ${wanted.bankId}`, { hint: "See GET /api/v1/banks." });
    return found;
  }
  if (wanted.bank === undefined)
    throw new Problem("invalid_input", "which bank it is to is missing", { hint: "Give --bank with its name or BIC." });
  const { name, bic, country, timeZone } = wanted.bank;
  const found = await queries.bankByName(tx, name, bic ?? null);
  if (found !== null) return found;
  if (timeZone !== undefined) requireTimeZone(timeZone);
  return queries.insertBank(tx, { name: name.trim(), bic: bic ?? null, country: country ?? null, timeZone: timeZone ?? "Europe/Berlin" });
}

async function sealed(tx: TenantTransaction, id: string, credentials: ConnectionCredentials | null): Promise<queries.Secret> {
  if (credentials === null) return noSecret;
  const keys = await tenantKeys(tx);
  const text = JSON.stringify(credentials);
  return { encrypted: keys.encryptText(places.credentials, id, text), index: keys.indexOfSecret(text) };
}

const noSecret: queries.Secret = { encrypted: null, index: null };

function requireTimeZone(name: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
  } catch {
    throw new Problem("invalid_input", `"${name}" is not a time zone`, { hint: "Use an IANA name, such as Europe/Berlin." });
  }
}

function notFound(tx: TenantTransaction, id: string): Problem {
  return new Problem("not_found", `there is no bank connection ${id} in tenant ${tx.tenantId}`, { hint: "See apg bank list." });
}
