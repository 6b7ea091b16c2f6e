import { createHash, randomBytes } from "node:crypto";
import { Problem } from "../errors/problem.ts";
import type { Pool } from "../postgres/connect.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import { type DataKey, dataKey } from "./ciphertext.ts";
import type { KeyEncryptionKey } from "./key-encryption-key.ts";
import type { KeySource } from "./key-source.ts";
import { type KeyRow, keyRows, newKey, wrappingKeys } from "./queries.ts";
import { TenantKeys } from "./tenant-keys.ts";

/** What a pool's transactions find their tenants' keys with: the key-encryption key, and what it has unwrapped lately. */
export class KeyRing {
  readonly source: KeySource;
  readonly #unwrapped = new Map<string, { readonly bytes: Buffer; readonly until: number }>();

  constructor(source: KeySource) {
    this.source = source;
  }

  /** The key-encryption key of this process, held against what the database's keys are wrapped with. */
  async keyEncryptionKey(tx: TenantTransaction): Promise<KeyEncryptionKey> {
    return this.source.key(() => wrappingKeys(tx));
  }

  /**
   * @throws Problem `key_mismatch` when another key-encryption key wrapped it, `data_key_altered`
   */
  async unwrap(tx: TenantTransaction, row: KeyRow): Promise<Buffer> {
    const wrapped = row.wrapped as Buffer;
    // By its bytes too: a key that was wrapped anew, or brought here from elsewhere, is not the one that was unwrapped before.
    const name = `${tx.tenantId} ${row.purpose} ${row.version} ${createHash("sha256").update(wrapped).digest("base64")}`;
    const known = this.#unwrapped.get(name);
    if (known !== undefined && known.until > Date.now()) return known.bytes;
    const key = await this.keyEncryptionKey(tx);
    if (key.id !== row.kek_id) throw mismatch(key, [row.kek_id]);
    const bytes = await key.unwrap(wrapped, wrapContext(tx.tenantId, row.purpose, row.version));
    this.#forgetOld();
    this.#unwrapped.set(name, { bytes, until: Date.now() + keptMs });
    return bytes;
  }

  #forgetOld(): void {
    const now = Date.now();
    for (const [name, { until }] of this.#unwrapped) if (until <= now || this.#unwrapped.size > mostKept) this.#unwrapped.delete(name);
  }
}

const keptMs = 5 * 60_000;
const mostKept = 10_000;

const rings = new WeakMap<object, KeyRing>();

/** Gives the connections of a pool their keys. To be called before the pool is first used. */
export function giveKeys(pool: Pool, ring: KeyRing): void {
  pool.on("connect", (client) => rings.set(client, ring));
}

/** @throws Problem `key_missing` when the transaction's pool was given no keys */
export function ringOf(tx: Pick<TenantTransaction, "client">): KeyRing {
  const ring = rings.get(tx.client);
  if (ring !== undefined) return ring;
  throw new Problem("key_missing", "this connection was given no key-encryption key", {
    hint: "Open it with openDatabase, or call giveKeys.",
  });
}

/**
 * The tenant's keys, for reading and for writing: whoever holds them until the end of a transaction keeps `apg keys rotate` from
 * retiring the version it writes. A tenant that has none yet gets its first.
 * @throws Problem `key_shredded`, `key_missing`, `key_mismatch`, `data_key_altered`
 */
export async function tenantKeys(tx: TenantTransaction): Promise<TenantKeys> {
  const found = await keyRows(tx);
  if (found.length > 0) return openKeys(tx, found);
  await makeFirstKeys(tx, ringOf(tx));
  return openKeys(tx, await keyRows(tx));
}

/** As `tenantKeys`, for transactions that only read: null when the tenant has no keys, and so nothing encrypted. */
export async function knownKeys(tx: TenantTransaction): Promise<TenantKeys | null> {
  const found = await keyRows(tx);
  return found.length === 0 ? null : openKeys(tx, found);
}

async function openKeys(tx: TenantTransaction, found: readonly KeyRow[]): Promise<TenantKeys> {
  const ring = ringOf(tx);
  const shredded = found.find(({ state }) => state === "shredded");
  if (shredded !== undefined)
    throw new Problem("key_shredded", `the keys of tenant ${tx.tenantId} were shredded on ${shredded.shredded_on}`, {
      detail: { tenant: tx.tenantId, shreddedOn: shredded.shredded_on },
      hint: "What they encrypted cannot be read again, by nobody; that was the purpose.",
    });
  const values = new Map<number, DataKey>();
  let active: DataKey | undefined;
  let index: Buffer | undefined;
  for (const row of found) {
    const bytes = await ring.unwrap(tx, row);
    if (row.purpose === "index") index = bytes;
    else {
      const key = dataKey(row.version, bytes);
      values.set(row.version, key);
      if (row.state === "active") active = key;
    }
  }
  if (active === undefined || index === undefined)
    throw new Problem("key_missing", `tenant ${tx.tenantId} has no active data key`, { hint: "Restore cm_data_keys from a backup." });
  return new TenantKeys(tx.tenantId, values, active, index);
}

/** Two at once: one waits for the other and takes what that one made. */
async function makeFirstKeys(tx: TenantTransaction, ring: KeyRing): Promise<void> {
  const key = await ring.keyEncryptionKey(tx);
  const wrapping = await wrappingKeys(tx);
  // A second key beside those in use would split the data between two secrets, of which one is then easily lost.
  if (wrapping.length > 0 && !wrapping.includes(key.id)) throw mismatch(key, wrapping);
  for (const purpose of ["value", "index"] as const) await addKey(tx, key, purpose, 1);
}

/** Makes a data key and stores it wrapped; one that is there already stays. */
export async function addKey(tx: TenantTransaction, key: KeyEncryptionKey, purpose: KeyRow["purpose"], version: number): Promise<void> {
  const wrapped = await key.wrap(randomBytes(32), wrapContext(tx.tenantId, purpose, version));
  await newKey(tx, { purpose, version, kekId: key.id, wrapped });
}

/** What a wrapped key is bound to. */
export function wrapContext(tenantId: string, purpose: KeyRow["purpose"], version: number): string {
  return `${tenantId}\0${purpose}\0${version}`;
}

export function mismatch(key: KeyEncryptionKey, wrapping: readonly string[]): Problem {
  return new Problem(
    "key_mismatch",
    `the database's keys are wrapped with key-encryption key ${wrapping.join(", ")}, and ${key.from} is ${key.id}`,
    {
      detail: { given: key.id, wanted: wrapping },
      hint: "Give the right one with --key-file=FILE (APG_KEY_FILE), APG_KEY or --key-command=COMMAND (APG_KEY_COMMAND).",
    },
  );
}
