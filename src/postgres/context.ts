import { createHash, createHmac, randomUUID } from "node:crypto";
import type { Pool } from "./connect.ts";

/** On whose behalf a transaction runs; the database's policies and its audit trail read it. */
export interface TenantContext {
  readonly tenantId: string;
  /** Who acts, such as `user:ada@example.com`, `key:nightly` or `apg`. */
  readonly actor: string;
  readonly requestId?: string | undefined;
}

/** The secret the program signs contexts with; the database keeps the same and lets nobody read it (0029_signed_context.sql). */
export interface ContextKey {
  readonly id: string;
  /** 32 bytes. */
  readonly secret: Buffer;
}

/** Asked for each transaction, so that a key that is replaced while the program runs is taken up. */
export type ContextKeySource = () => ContextKey;

/** The id follows from the secret, so that nobody has to keep both together. */
export function contextKey(secret: Buffer): ContextKey {
  return { id: createHash("sha256").update("apg context key id").update(secret).digest("hex").slice(0, 16), secret };
}

/** Transactions of this pool are signed with this key from now on. */
export function signWith(pool: Pool, source: ContextKeySource): void {
  sources.set(pool, source);
}

/** Null for a pool that chooses no tenant, such as the gate's. */
export function contextKeyOf(pool: Pool): ContextKey | null {
  return sources.get(pool)?.() ?? null;
}

export const tokenLifeMs = 60_000;
const separator = "\x1f";

/**
 * A context, signed with HMAC-SHA-256, for `cash_management.enter`: key id, end, server process, nonce, tenant, actor, request, MAC.
 * It goes out as the value of a parameter and never as text, so that it stands in no statement, log or statistic.
 * @param backend the only server process that may take it; null behind a pooler, where nobody knows which it will be
 */
export function contextToken(key: ContextKey, context: TenantContext, backend: number | null = null, now = Date.now()): string {
  const fields = [key.id, now + tokenLifeMs, backend ?? "", randomUUID(), context.tenantId, plain(context.actor), plain(context.requestId)];
  const signed = fields.join(separator);
  return `${signed}${separator}${createHmac("sha256", key.secret).update(signed).digest("hex")}`;
}

/** The two halves of an HMAC key (RFC 2104): with them a MAC is two calls of sha256, which every PostgreSQL has. */
export function hmacPads(secret: Buffer): { readonly inner: Buffer; readonly outer: Buffer } {
  const block = Buffer.alloc(64);
  secret.copy(block);
  return { inner: block.map((byte) => byte ^ 0x36) as Buffer, outer: block.map((byte) => byte ^ 0x5c) as Buffer };
}

const sources = new WeakMap<Pool, ContextKeySource>();

/** No control characters: one of them is the separator. */
function plain(text: string | undefined): string {
  return (text ?? "").replace(/[\x00-\x1f\x7f]/g, " ").slice(0, 500);
}
