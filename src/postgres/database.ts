import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { giveKeys, KeyRing } from "../keys/key-ring.ts";
import { keySource } from "../keys/key-source.ts";
import type { Settings } from "../settings/list.ts";
import { type ConnectionOptions, openPool, type Pool, shownUrl, withClient } from "./connect.ts";
import type { ContextKeySource } from "./context.ts";
import { contextKeyPlace } from "./context-key-file.ts";
import { type EmbeddedServer, startEmbedded } from "./embedded/server.ts";
import { openSecrets, type RoleSecrets } from "./secrets.ts";
import { checkVersion, type ServerVersion, serverVersion } from "./version.ts";

/** The database the settings name, open for use. */
export interface Database {
  readonly kind: "embedded" | "external";
  /** Where it is, for people: never with a password. */
  readonly place: string;
  readonly version: ServerVersion;
  /** May change the schema and see every tenant. For migrations and administration. */
  readonly admin: Pool;
  /** apg_user: under row-level security, as everything that serves a tenant. */
  readonly app: Pool;
  /** apg_sealer: seals the audit trail, and can do nothing else. */
  readonly sealer: Pool;
  /** apg_gate: may call the few functions that look before a tenant is known, and nothing else. */
  readonly gate: Pool;
  readonly secrets: RoleSecrets;
  /** What both pools find tenants' keys with. */
  readonly keys: KeyRing;
  /** What the transactions of `app` and `admin` are signed with. */
  readonly contextKey: ContextKeySource;
  /** Where that key is read from, again when it changes; null when it came from the environment. */
  readonly contextKeyFile: string | null;
  /** Rejects when the embedded server that this process started has ended and cannot be started again. */
  readonly lost: Promise<never>;
  /** Closes the connections, and ends the embedded server if this is its last user. */
  stop(): Promise<void>;
}

export interface OpenOptions {
  /** The embedded server ends with this process (apg start) instead of with its last user. */
  readonly withParent?: boolean;
  readonly note?: (line: string) => void;
}

/** The roles that sign in: their passwords are made here and set by migrate. */
export const loginRoles = ["apg_user", "apg_gate", "apg_readonly_user", "apg_sealer", "monitoring", "backup_user", "replicator"] as const;

type DatabaseSettings = Pick<Settings, "dataDir" | "databaseUrl" | "databaseUrlApp" | "postgresMajor" | "poolSize"> &
  Partial<Pick<Settings, "keyFile" | "keyCommand" | "databaseUrlGate" | "contextKeyFile">>;

const stopGraceMs = 3_000;
const embeddedDatabase = "apg";

/**
 * --database-url if given, else the embedded server of the data folder: joined when it runs, else started.
 * @throws Problem `database_unreachable`, `server_too_old`, `library_missing`, `data_dir_unusable`, `server_failed`
 */
export async function openDatabase(settings: DatabaseSettings, options: OpenOptions = {}): Promise<Database> {
  const secrets = openSecrets(settings.dataDir);
  const server = settings.databaseUrl === undefined ? await startServer(settings, secrets, options) : null;
  const adminUrl = settings.databaseUrl ?? `postgres://postgres:${secrets.passwordOf("postgres")}@127.0.0.1:${server?.port}/postgres`;
  try {
    if (server !== null) await createIfMissing(adminUrl);
    return await connect(settings, secrets, server, server === null ? adminUrl : adminUrl.replace(/postgres$/, embeddedDatabase), options);
  } catch (error) {
    await server?.stop();
    throw error;
  }
}

async function connect(
  settings: DatabaseSettings,
  secrets: RoleSecrets,
  server: EmbeddedServer | null,
  adminUrl: string,
  options: OpenOptions,
): Promise<Database> {
  const { key: contextKey, file: contextKeyFile } = contextKeyPlace(settings);
  const admin = openPool({ url: adminUrl, applicationName: "apg", max: 4, contextKey });
  const app = openPool({ ...connectionAs("apg_user", settings.databaseUrlApp, secrets, adminUrl), max: settings.poolSize, contextKey });
  // Asking who somebody is takes a fraction of what a request does afterwards.
  const gateSize = Math.max(2, Math.ceil(settings.poolSize / 3));
  const gate = openPool({ ...connectionAs("apg_gate", settings.databaseUrlGate, secrets, adminUrl), max: gateSize });
  const keys = new KeyRing(keySource(settings, options.note));
  for (const pool of [admin, app]) giveKeys(pool, keys);
  const sealer = openPool({
    url: adminUrl,
    applicationName: "apg sealer",
    max: 1,
    user: "apg_sealer",
    password: () => secrets.passwordOf("apg_sealer"),
  });
  const close = () => Promise.all([admin.end(), app.end(), gate.end(), sealer.end()]);
  try {
    const version = await serverVersion(admin);
    const warning = checkVersion(version);
    if (warning !== null) options.note?.(`warning: ${warning}`);
    return {
      kind: server === null ? "external" : "embedded",
      place: server === null ? shownUrl(adminUrl) : server.folder.data,
      version,
      admin,
      app,
      sealer,
      gate,
      secrets,
      keys,
      contextKey,
      contextKeyFile,
      lost: server?.lost ?? new Promise(() => {}),
      async stop() {
        // What still runs on a connection is not waited for long: its transaction rolls back.
        await Promise.race([close(), delay(stopGraceMs, undefined, { ref: false })]);
        await server?.stop();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function startServer(settings: DatabaseSettings, secrets: RoleSecrets, options: OpenOptions): Promise<EmbeddedServer> {
  return startEmbedded({
    dataDir: settings.dataDir,
    major: settings.postgresMajor,
    superuserPassword: () => secrets.passwordOf("postgres"),
    withParent: options.withParent ?? false,
    ...(options.note === undefined ? {} : { note: options.note }),
  });
}

function connectionAs(role: string, url: string | undefined, secrets: RoleSecrets, adminUrl: string): ConnectionOptions {
  if (url !== undefined) return { url, applicationName: "apg" };
  return { url: adminUrl, applicationName: "apg", user: role, password: () => secrets.passwordOf(role) };
}

async function createIfMissing(url: string): Promise<void> {
  const pool = openPool({ url, applicationName: "apg", max: 1 });
  try {
    await withClient(pool, async (client) => {
      const { rowCount } = await client.query("select from pg_catalog.pg_database where datname = $1", [embeddedDatabase]);
      if (rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(embeddedDatabase)}`);
    });
  } finally {
    await pool.end();
  }
}
