import { resolve } from "node:path";
import { databaseUrl, file, flag, folder, type Kind, oneOf, size, webAddress, wholeNumber, word } from "./kinds.ts";

/** One thing that can be set: by flag, else by environment variable, else by key in apg.json, else its default. */
export interface Setting<Value, Fallback extends Value | undefined = Value | undefined> {
  readonly kind: Kind<Value>;
  /** As commander reads it. */
  readonly flag: string;
  readonly environment: string;
  readonly fallback: Fallback;
  /** What it is for, in half a sentence. */
  readonly what: string;
}

/** Every setting of the program. The key is its name in apg.json; `apg settings`, the help and the reference page are made from this. */
export const settingList = {
  dataDir: define(folder, "--data-dir <folder>", "APG_DATA_DIR", resolve(".apg"), "the embedded database, the secrets and apg.json"),
  host: define(word, "--host <address>", "APG_HOST", "127.0.0.1", "address to listen on; only this machine unless told otherwise"),
  port: define(wholeNumber(0, 65_535), "--port <number>", "APG_PORT", 4400, "port of the API and the pages; 0 takes a free one"),
  databaseUrl: optional(databaseUrl, "--database-url <url>", "DATABASE_URL", "a PostgreSQL 15-18 server instead of the embedded one"),
  databaseUrlApp: optional(
    databaseUrl,
    "--database-url-app <url>",
    "APG_DATABASE_URL_APP",
    "how the program itself connects; default: as apg_user, where --database-url says",
  ),
  databaseUrlGate: optional(
    databaseUrl,
    "--database-url-gate <url>",
    "APG_DATABASE_URL_GATE",
    "how sign-in asks who somebody is; default: as apg_gate, where --database-url says",
  ),
  contextKeyFile: optional(
    file,
    "--context-key-file <file>",
    "APG_CONTEXT_KEY_FILE",
    "the key that tenants' transactions are signed with, one for all servers; default: made once in the data folder",
  ),
  postgresMajor: optional(wholeNumber(15, 18), "--postgres-major <number>", "APG_POSTGRES_MAJOR", "major of a new embedded database"),
  keyFile: optional(file, "--key-file <file>", "APG_KEY_FILE", "file of the key-encryption key; default: one made in the data folder"),
  keyCommand: optional(word, "--key-command <command>", "APG_KEY_COMMAND", "command that knows the key-encryption key, or wraps with it"),
  poolSize: define(wholeNumber(1, 1000), "--pool-size <number>", "APG_POOL_SIZE", 10, "database connections of the program at most"),
  auditKeyFile: optional(
    file,
    "--audit-key-file <file>",
    "APG_AUDIT_KEY_FILE",
    "Ed25519 key that signs the audit trail; default: made in the data folder",
  ),
  auditLagAlarm: define(
    wholeNumber(5, 86_400),
    "--audit-lag-alarm <seconds>",
    "APG_AUDIT_LAG_ALARM",
    60,
    "how far sealing may be behind the audit trail before the log says so, and what holds it back",
  ),
  uploadLimit: define(size, "--upload-limit <size>", "APG_UPLOAD_LIMIT", 512 * 1024 ** 2, "largest statement file taken over HTTP"),
  bankFolder: optional(
    folder,
    "--bank-folder <folder>",
    "APG_BANK_FOLDER",
    "below it lies a folder for each tenant, with the folders its bank connections watch; default: banks in the data folder",
  ),
  bankLocal: define(
    flag,
    "--bank-local",
    "APG_BANK_LOCAL",
    false,
    "let bank connections speak to servers on this machine: for trying them out",
  ),
  logLevel: define(
    oneOf("silent", "error", "warn", "info", "debug"),
    "--log-level <level>",
    "APG_LOG_LEVEL",
    "warn",
    "what is written to standard error",
  ),
  trustProxy: define(flag, "--trust-proxy", "APG_TRUST_PROXY", false, "believe X-Forwarded-* headers: only behind a proxy of your own"),
  publicAddress: optional(
    webAddress,
    "--public-address <url>",
    "APG_PUBLIC_ADDRESS",
    "how browsers reach the pages; default: as each request says. Identity providers send people back there",
  ),
  oidcInsecure: define(
    flag,
    "--oidc-insecure",
    "APG_OIDC_INSECURE",
    false,
    "take identity providers over http and on this machine: for trying it out",
  ),
  demo: define(flag, "--no-demo", "APG_DEMO", true, "make two demo tenants when the database is empty"),
} as const;

export type SettingName = keyof typeof settingList;

export type Settings = {
  readonly [Name in SettingName]: (typeof settingList)[Name] extends Setting<infer Value, infer Fallback> ? Value | Fallback : never;
};

function define<Value>(
  kind: Kind<Value>,
  flags: string,
  environment: string,
  fallback: NoInfer<Value>,
  what: string,
): Setting<Value, Value> {
  return { kind, flag: flags, environment, fallback, what };
}

function optional<Value>(kind: Kind<Value>, flags: string, environment: string, what: string): Setting<Value, undefined> {
  return { kind, flag: flags, environment, fallback: undefined, what };
}
